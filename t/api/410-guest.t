# What an owner does to the guest itself: power off, root's password, the host
# name, its SSH keys; on a real container.

use File::Temp ();
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana.guest'));
our $anas = session($ana);
our $evas = session(user(unique('eva.guest')));
our $root = session(user(unique('root.guest'), role => 'admin'));

# keys as ssh-keygen makes them, and the print of the first
our ($ed, $rsa, $short, $print);

sub make_keys {
    my $dir = File::Temp::tempdir(CLEANUP => 1);
    my @made;

    for (['ed25519'], ['rsa', '-b', 2048], ['rsa', '-b', 1024]) {
        my $file = "$dir/" . @made;

        system('ssh-keygen', '-q', '-N', '', '-C', '', '-f', $file, '-t', @$_)
            == 0 or die "ssh-keygen: $?";
        open my $in, '<', "$file.pub" or die "$file: $!";
        push @made, <$in> =~ s/\s+\z//r;
    }

    my ($said) = `ssh-keygen -lf $dir/0.pub` =~ /(SHA256:\S+)/;

    return (@made, $said);
}

($ed, $rsa, $short, $print) = make_keys();

our ($vm, $ctid) = container($ana, desired_state => 'running');

my $pid = $$;

END {
    if ($ctid && $$ == $pid) {
        local $?;
        verb('destroy', $ctid);
    }
}


# act METHOD, PATH, BODY [, WHO]: a change, to its end
sub act {
    my ($method, $path, $body, $who) = @_;

    return ask($method, "/api/vms/$vm/$path",
        ($who // $anas) . "Prefer: wait=60\n",
        defined $body ? encode_json($body) : undef);
}

sub get { return ask('GET', "/api/vms/$vm", $anas)->{json} }

sub powered_off {
    is(act('POST', 'start')->{json}{state}, 'done', 'it runs');
    is(act('POST', 'poweroff', undef, $evas)->{code}, 404,
        'nobody powers off what is not theirs');
    is(get()->{state}, 'running', 'it runs on');

    my $answer = act('POST', 'poweroff');

    is($answer->{json}{kind}, 'poweroff', 'a task of its own');
    is($answer->{json}{state}, 'done', 'done');
    is($answer->{json}{steps}[0]{detail}, 'killed', 'it was not asked');
    is(get()->{state}, 'stopped', 'it is off');
    is(get()->{desired_state}, 'stopped', 'and meant to be');
    like(verb('status', $ctid), qr/state=stopped/, 'the node agrees');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE object = 'vm $vm' AND"
        . " action = 'vm.poweroff'"), 1, 'the audit has it once');
    is(act('POST', 'poweroff')->{json}{steps}[0]{detail}, 'already',
        'what is off is off');
}

# the guest's shadow line of root, through the stopped disk's own verb
sub shadow {
    my ($init) = verb('status', $ctid) =~ /state=running/
        ? (split / /, (slurp_run() =~ /^init=(.*)$/m)[0])[0] : ();

    open my $in, '<', "/proc/$init/root/etc/shadow" or return '';
    my ($line) = grep { /^root:/ } <$in>;

    return (split /:/, $line // '')[1] // '';
}

sub slurp_run {
    open my $in, '<', vz_base() . "/lxc/ct/$ctid/run" or return '';
    local $/;
    return <$in> // '';
}

sub guest_file {
    my ($path) = @_;
    my ($init) = (split / /, (slurp_run() =~ /^init=(.*)$/m)[0] // '')[0];

    open my $in, '<', "/proc/$init/root/$path" or return '';
    local $/;
    return <$in> // '';
}

sub password_drawn {
    is(act('POST', 'start')->{json}{state}, 'done', 'it runs');

    my $answer = act('POST', 'password');
    my $password = $answer->{json}{password} // '';
    my $task = $answer->{json}{task}{id};

    is($answer->{json}{task}{state}, 'done', 'done');
    like($password, qr/^[2-9a-zA-Z]{16}$/, 'the reply has the password');

    my $hash = shadow();

    like($hash, qr/^\$6\$/, 'the guest has its hash');
    is(crypt($password, $hash), $hash, 'which is of that password');
    unlike(encode_json(ask('GET', "/api/tasks/$task", $root)->{json}),
        qr/\Q$password\E|\$6\$/, 'nobody reads it in the task');
    unlike(join("\n", sql('SELECT COALESCE(data, "") FROM task'),
            sql('SELECT detail FROM audit')), qr/\Q$password\E/,
        'nor is it in the database');
    unlike(daemon_log(), qr/\Q$password\E|\Q$hash\E/,
        'nor in the log of the node');

    my $key = "Idempotency-Key: again.$$\nPrefer: wait=60\n$anas";
    my @twice = map { ask('POST', "/api/vms/$vm/password", $key)->{json} } 1, 2;

    is($twice[0]{task}{id}, $twice[1]{task}{id}, 'the same key, the same task');
    ok($twice[0]{password}, 'told once');
    ok(exists $twice[1]{password} && !defined $twice[1]{password},
        'and once only');
    is(crypt($twice[0]{password}, shadow()), shadow(), 'it is that one');
    is(act('POST', 'password', undef, $evas)->{code}, 404, 'not by others');
}

sub renamed {
    is(act('PUT', 'name', { name => 'Tienda de Ana' })->{code}, 204, 'named');
    is(get()->{name}, 'Tienda de Ana', 'it is');
    is(act('PUT', 'name', { name => ' ' })->{json}{errors}[0]{field}, 'name',
        'a name is no blank');
    is(act('PUT', 'name', { name => 'Eva' }, $evas)->{code}, 404,
        'not by others');
    is(get()->{name}, 'Tienda de Ana', 'it stays');

    is(act('PUT', 'hostname', { hostname => 'Web9.example.org' })
            ->{json}{state}, 'done', 'another host name');
    is(get()->{hostname}, 'web9.example.org', 'it has it');
    is(get()->{name}, 'Tienda de Ana', 'and its name');
    like(verb('status', $ctid), qr/ hostname=web9\.example\.org /,
        'the node agrees');
    is(guest_file('etc/hostname'), "web9.example.org\n", 'so does the guest');
    is(act('PUT', 'hostname', { hostname => 'localhost' })
            ->{json}{errors}[0]{field}, 'hostname', 'one that is none');
}

sub keys_kept {
    my $add = sub {
        return ask('POST', '/api/account/keys', $_[1] // $anas,
            encode_json($_[0]));
    };
    my $first = $add->({ key => "$ed ana\@laptop\n" });

    is($first->{code}, 201, 'a key is kept');
    is($first->{json}{name}, 'ana@laptop', 'by the name behind it');
    is($first->{json}{fingerprint}, $print, 'with the print of ssh-keygen');
    is($add->({ key => $ed })->{json}{errors}[0]{code}, 'exists', 'once');

    my $second = $add->({ key => $rsa, name => 'Copias' });

    is($second->{json}{name}, 'Copias', 'by a name of its own');

    for my $bad ("ssh-rsa " . (split / /, $ed)[1], "from=\"*\" $ed", 'x',
        substr($ed, 0, -8), $short)
    {
        is($add->({ key => $bad })->{json}{errors}[0]{field}, 'key',
            'no key: ' . substr $bad, 0, 24);
    }

    is($add->({ key => "$ed\n$rsa" })->{json}{errors}[0]{field}, 'key',
        'one at a time');

    my $list = ask('GET', '/api/account/keys', $anas)->{json}{items};

    is(scalar @$list, 2, 'both are listed');
    is(scalar @{ ask('GET', '/api/account/keys', $evas)->{json}{items} }, 0,
        'to nobody else');

    my $answer = act('PUT', 'keys', { keys => [$print] });

    is($answer->{json}{state}, 'done', 'the server gets one');
    like(guest_file('root/.ssh/authorized_keys'), qr/^\Q$ed\E ana\@laptop$/m,
        'it is there');
    is(join(' ', map { $_->{has} ? 1 : 0 } @{ ask('GET',
                "/api/vms/$vm/keys", $anas)->{json}{items} }), '0 1',
        'and said to be');
    is(ask('GET', "/api/vms/$vm/keys", $evas)->{code}, 404, 'not to others');
    is(ask('DELETE', "/api/account/keys/$first->{json}{id}", $anas)
            ->{json}{code}, 'key_in_use', 'it is not deleted while a server has it');
    is($add->({ key => $ed }, $evas)->{code}, 201, 'somebody has it, too');
    is(act('PUT', 'keys', { keys => ['SHA256:' . 'x' x 43] })
            ->{json}{errors}[0]{field}, 'keys', 'one that nobody has');
    is(act('PUT', 'keys', { keys => [] })->{json}{state}, 'done', 'none');
    unlike(guest_file('root/.ssh/authorized_keys'), qr/ssh-/, 'it is gone');
    is(ask('DELETE', "/api/account/keys/$first->{json}{id}", $evas)->{code},
        404, 'nobody deletes another\'s');
    is(ask('DELETE', "/api/account/keys/$_->{id}", $anas)->{code}, 204,
        'deleted') for @$list;
}

run_tests();

__DATA__

=== TEST 1: power off is at once
--- init: ::powered_off()



=== TEST 2: root's password is drawn, told once, and kept nowhere
--- init: ::password_drawn()



=== TEST 3: a name for people, and a host name
--- init: ::renamed()



=== TEST 4: SSH keys are kept, and given to a server
--- init: ::keys_kept()
