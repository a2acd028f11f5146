# Another system for a container, with a password or a key, and the way back.

use File::Temp ();
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana.again'));
our $anas = session($ana);
our $evas = session(user(unique('eva.again')));
our ($vm, $ctid) = container($ana, desired_state => 'running',
    privvm_barrier_mib => 300, privvm_limit_mib => 300);
our $name = sql_value("SELECT name FROM vm WHERE id = $vm");
our $debian = sql_value("SELECT name FROM template WHERE name LIKE 'debian-%'"
    . ' AND enabled LIMIT 1');


sub post {
    my ($path, $body, $who) = @_;

    return ask_end(ask_begin('POST', "/api/vms/$vm/$path",
        ($who // $anas) . "Prefer: wait=110\n", encode_json($body // {})),
        115);
}

sub get { return ask('GET', "/api/vms/$vm", $anas)->{json} }

sub node_says { return verb('status', $ctid) }

sub refused {
    is(post('start')->{json}{state}, 'done', 'it runs');

    my %body = (name => $name, template => $debian);

    is(post('reinstall', { %body, name => 'other' })->{json}{errors}[0]{code},
        'mismatch', 'another name is no confirmation');
    is(post('reinstall', { %body, template => 'nosuch' })->{json}{errors}[0]
            {field}, 'template', 'a system that is not on offer');
    is(post('reinstall', { %body, keys => ['SHA256:' . 'x' x 43] })
            ->{json}{errors}[0]{field}, 'keys', 'a key that nobody has');
    is(post('reinstall', \%body, $evas)->{code}, 404, 'not by others');
    is(post('reinstall/undo')->{json}{code}, 'not_kept', 'nothing to undo');
    is(get()->{undo}, undef, 'nor is any told');
    like(node_says(), qr/state=running .* template=busybox/, 'it is as it was');
}

sub reinstalled {
    my $before = node_says();
    my $answer = post('reinstall', { name => $name, template => $debian });
    my $task = $answer->{json}{task};
    my ($hash) = guest_file($ctid, 'etc/shadow') =~ /^root:([^:]+):/m;

    is($task->{state}, 'done', 'reinstalled');
    is(join(' ', map { $_->{name} } @{ $task->{steps} }),
        'reinstall limits password keys start mail', 'in its steps');
    is(crypt($answer->{json}{password}, $hash), $hash,
        'root has the password of the reply');
    like(guest_file($ctid, 'etc/os-release'), qr/Debian/, 'it runs the other system');
    is((node_says() =~ /(id=\d+)/)[0], ($before =~ /(id=\d+)/)[0],
        'under its number');
    is((node_says() =~ /(tag=\w+)/)[0], ($before =~ /(tag=\w+)/)[0],
        'with its tag');
    is(get()->{template}, $debian, 'the panel says so');
    is(get()->{undo}{template}, busybox(), 'and what is kept');
    like(get()->{undo}{until}, qr/^20\d\d-.*Z$/, 'until when');
    is(sql_value("SELECT template FROM mail WHERE user_id = $ana"
        . ' ORDER BY id DESC LIMIT 1'), 'reinstalled', 'its owner is told');
    is(sql_value("SELECT detail FROM audit WHERE object = 'vm $vm' AND"
        . " action = 'vm.reinstall'"), $debian, 'the audit has it');
}

sub undone {
    my $answer = post('reinstall/undo');

    is($answer->{json}{state}, 'done', 'undone');
    unlike(guest_file($ctid, 'etc/os-release'), qr/Debian/, 'the old system runs');
    is(get()->{template}, busybox(), 'the panel says so');
    is(get()->{undo}, undef, 'nothing is kept');
    is(post('reinstall/undo')->{json}{code}, 'not_kept', 'once is enough');
}

sub with_a_key {
    my $dir = File::Temp::tempdir(CLEANUP => 1);

    system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f',
        "$dir/key") == 0 or die "ssh-keygen: $?";
    open my $in, '<', "$dir/key.pub" or die "key: $!";
    my $key = <$in> =~ s/\s+\z//r;
    my $print = ask('POST', '/api/account/keys', $anas,
        encode_json({ name => 'mine', key => $key }))->{json}{fingerprint};
    my $answer = post('reinstall', { name => $name, template => busybox(),
        keys => [$print] });

    is($answer->{json}{task}{state}, 'done', 'reinstalled with a key');
    ok(exists $answer->{json}{password} && !defined $answer->{json}{password},
        'so no password was drawn');
    like(guest_file($ctid, 'root/.ssh/authorized_keys'), qr/^\Q$key\E mine$/m,
        'root has the key');
    is(scalar(grep { $_->{has} } @{ ask('GET', "/api/vms/$vm/keys", $anas)
            ->{json}{items} }), 1, 'and the panel knows');

    is(post('reinstall/undo')->{json}{state}, 'done', 'undone');
    is(scalar(grep { $_->{has} } @{ ask('GET', "/api/vms/$vm/keys", $anas)
            ->{json}{items} }), 0, 'what was before had none');
}

run_tests();

__DATA__

=== TEST 1: what is not meant is refused
--- timeout: 60
--- init: ::refused()
--- request
GET /api/plans



=== TEST 2: another system, with its number and a password
--- timeout: 130
--- init: ::reinstalled()
--- request
GET /api/plans



=== TEST 3: the way back
--- timeout: 130
--- init: ::undone()
--- request
GET /api/plans



=== TEST 4: with a key instead of a password
--- timeout: 130
--- init: ::with_a_key()
--- request
GET /api/plans
