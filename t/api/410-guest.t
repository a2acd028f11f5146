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


# act METHOD, PATH, BODY [, WHO]: a change, to its end
sub act {
    my ($method, $path, $body, $who) = @_;

    return ask($method, "/api/vms/$vm/$path",
        ($who // $anas) . "Prefer: wait=60\n",
        defined $body ? encode_json($body) : undef);
}

sub get { return ask('GET', "/api/vms/$vm", $anas)->{json} }

sub powered_off {
    is(act('POST', 'start')->{json}{state}, 'done', 'the container runs');
    is(act('POST', 'poweroff', undef, $evas)->{code}, 404,
        'another customer does not power it off');
    is(get()->{state}, 'running', 'the container runs on');

    my $answer = act('POST', 'poweroff');

    is($answer->{json}{kind}, 'poweroff', 'the task has a kind of its own');
    is($answer->{json}{state}, 'done', 'done');
    is($answer->{json}{steps}[0]{detail}, 'killed', 'the guest was not asked');
    is(get()->{state}, 'stopped', 'the container is off');
    is(get()->{desired_state}, 'stopped', 'it is desired to be off');
    like(verb('status', $ctid), qr/state=stopped/, 'the node agrees');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE object = 'vm $vm' AND"
        . " action = 'vm.poweroff'"), 1, 'the audit has one line');
    is(act('POST', 'poweroff')->{json}{steps}[0]{detail}, 'already',
        'a container that is off stays off');
}

# root's hash in the running guest
sub shadow {
    return (guest_file($ctid, 'etc/shadow') =~ /^root:([^:]*)/m)[0] // '';
}

sub password_drawn {
    is(act('POST', 'start')->{json}{state}, 'done', 'the container runs again');

    my $answer = act('POST', 'password');
    my $password = $answer->{json}{password} // '';
    my $task = $answer->{json}{task}{id};

    is($answer->{json}{task}{state}, 'done', 'done');
    like($password, qr/^[2-9a-zA-Z]{16}$/, 'the reply has the password');

    my $hash = shadow();

    like($hash, qr/^\$6\$/, 'the guest has its hash');
    is(crypt($password, $hash), $hash, 'the hash is of that password');
    unlike(encode_json(ask('GET', "/api/tasks/$task", $root)->{json}),
        qr/\Q$password\E|\$6\$/, 'nobody reads it in the task');
    unlike(join("\n", sql('SELECT COALESCE(data, "") FROM task'),
            sql('SELECT detail FROM audit')), qr/\Q$password\E/,
        'nobody reads it in the database');
    unlike(daemon_log(), qr/\Q$password\E|\Q$hash\E/,
        'nobody reads it in the log of the node');

    my $key = "Idempotency-Key: again.$$\nPrefer: wait=60\n$anas";
    my @twice = map { ask('POST', "/api/vms/$vm/password", $key)->{json} } 1, 2;

    is($twice[0]{task}{id}, $twice[1]{task}{id},
        'the same key gets the same task');
    ok($twice[0]{password}, 'the password is told once');
    ok(exists $twice[1]{password} && !defined $twice[1]{password},
        'it is not told again');
    is(crypt($twice[0]{password}, shadow()), shadow(),
        'root has that password');
    is(act('POST', 'password', undef, $evas)->{code}, 404,
        'another customer gets no password');
}

sub renamed {
    is(act('PUT', 'name', { name => 'Tienda de Ana' })->{code}, 204, 'named');
    is(get()->{name}, 'Tienda de Ana', 'the server has its new name');
    is(act('PUT', 'name', { name => ' ' })->{json}{errors}[0]{field}, 'name',
        'a blank name is refused');
    is(act('PUT', 'name', { name => 'Eva' }, $evas)->{code}, 404,
        'another customer does not rename it');
    is(get()->{name}, 'Tienda de Ana', 'the name stays');

    is(act('PUT', 'hostname', { hostname => 'Web9.example.org' })
            ->{json}{state}, 'done', 'another host name is set');
    is(get()->{hostname}, 'web9.example.org', 'the server has the host name');
    is(get()->{name}, 'Tienda de Ana', 'it keeps its name');
    like(verb('status', $ctid), qr/ hostname=web9\.example\.org /,
        'the node agrees');
    is(guest_file($ctid, 'etc/hostname'), "web9.example.org\n",
        'the guest agrees, too');
    is(act('PUT', 'hostname', { hostname => 'localhost' })
            ->{json}{errors}[0]{field}, 'hostname',
                'localhost is refused as a host name');
}

sub keys_kept {
    my $add = sub {
        return ask('POST', '/api/account/keys', $_[1] // $anas,
            encode_json($_[0]));
    };
    my $first = $add->({ key => "$ed ana\@laptop\n" });

    is($first->{code}, 201, 'a key is kept');
    is($first->{json}{name}, 'ana@laptop',
        'the key has the name of its comment');
    is($first->{json}{fingerprint}, $print,
        'the key has the print that ssh-keygen tells');
    is($add->({ key => $ed })->{json}{errors}[0]{code}, 'exists', 'once');

    my $second = $add->({ key => $rsa, name => 'Copias' });

    is($second->{json}{name}, 'Copias', 'a key can have a name of its own');

    for my $bad ("ssh-rsa " . (split / /, $ed)[1], "from=\"*\" $ed", 'x',
        substr($ed, 0, -8), $short)
    {
        is($add->({ key => $bad })->{json}{errors}[0]{field}, 'key',
            'no key: ' . substr $bad, 0, 24);
    }

    is($add->({ key => "$ed\n$rsa" })->{json}{errors}[0]{field}, 'key',
        'two keys at once are refused');

    my $list = ask('GET', '/api/account/keys', $anas)->{json}{items};

    is(scalar @$list, 2, 'both keys are listed');
    is(scalar @{ ask('GET', '/api/account/keys', $evas)->{json}{items} }, 0,
        'nobody else sees the keys');

    my $answer = act('PUT', 'keys', { keys => [$print] });

    is($answer->{json}{state}, 'done', 'the server gets a key');
    like(guest_file($ctid, 'root/.ssh/authorized_keys'), qr/^\Q$ed\E ana\@laptop$/m,
        'the guest has the key');
    is(join(' ', map { $_->{has} ? 1 : 0 } @{ ask('GET',
                "/api/vms/$vm/keys", $anas)->{json}{items} }), '0 1',
        'the panel says that the server has it');
    is(ask('GET', "/api/vms/$vm/keys", $evas)->{code}, 404,
        'another customer does not see them');
    is(ask('DELETE', "/api/account/keys/$first->{json}{id}", $anas)
            ->{json}{code}, 'key_in_use', 'it is not deleted while a server has it');
    is($add->({ key => $ed }, $evas)->{code}, 201,
        'another user may have the same key');
    is(act('PUT', 'keys', { keys => ['SHA256:' . 'x' x 43] })
            ->{json}{errors}[0]{field}, 'keys', 'an unknown key is refused');
    is(act('PUT', 'keys', { keys => [] })->{json}{state}, 'done',
        'the server gives up its keys');
    unlike(guest_file($ctid, 'root/.ssh/authorized_keys'), qr/ssh-/,
        'the key is gone');
    is(ask('DELETE', "/api/account/keys/$first->{json}{id}", $evas)->{code},
        404, 'nobody deletes another\'s');
    is(ask('DELETE', "/api/account/keys/$_->{id}", $anas)->{code}, 204,
        'deleted') for @$list;
}

run_tests();

__DATA__

=== TEST 1: a power-off acts at once
--- init: ::powered_off()



=== TEST 2: root's password is drawn, told once, and kept nowhere
--- init: ::password_drawn()



=== TEST 3: a server has a name for people and a host name
--- init: ::renamed()



=== TEST 4: SSH keys are kept, and given to a server
--- init: ::keys_kept()
