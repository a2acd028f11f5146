# A rescue system for a container, with its own disk at /mnt, and the way back.

use File::Temp ();
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana.rescue'));
our $anas = session($ana);
our $evas = session(user(unique('eva.rescue')));
our $boss = session(user(unique('boss.rescue'), role => 'admin'));
our ($vm, $ctid) = container($ana, desired_state => 'stopped');

my $pid = $$;

END {
    if ($ctid && $$ == $pid) {
        local $?;
        verb('destroy', $ctid);
    }
}


sub post {
    my ($path, $body, $who) = @_;

    return ask_end(ask_begin('POST', "/api/vms/$vm/$path",
        ($who // $anas) . "Prefer: wait=110\n", encode_json($body // {})),
        115);
}

sub get { return ask('GET', "/api/vms/$vm" . ($_[0] // ''), $anas)->{json} }

sub node_says { return verb('status', $ctid) }

sub shadow { return (guest_file($ctid, "$_[0]etc/shadow") =~ /^root:([^:]*):/m)[0] }

our $own;

sub refused {
    is(get()->{rescue}, undef, 'no container is in rescue by itself');
    is(post('rescue/leave')->{json}{code}, 'not_in_rescue', 'nothing to leave');
    is(post('rescue', {}, $evas)->{code}, 404, 'not by others');
    is(post('rescue/leave', {}, $evas)->{code}, 404, 'nor left');
    is(post('rescue', { keys => ['SHA256:' . 'x' x 43] })->{json}{errors}[0]
            {field}, 'keys', 'a key that nobody has');

    sql("UPDATE vm SET lifecycle = 'suspended', suspended_reason = 'debt'"
        . " WHERE id = $vm");
    is(post('rescue')->{json}{code}, 'suspended', 'none that is suspended');
    sql("UPDATE vm SET lifecycle = 'ready', suspended_reason = NULL"
        . " WHERE id = $vm");
    unlike(node_says(), qr/ rescue=/, 'the node knows of none of it');
}

sub entered {
    is(post('start')->{json}{state}, 'done', 'it runs');
    $own = shadow('');

    my $answer = post('rescue');
    my $task = $answer->{json}{task};
    my $now = get('?live=1');

    is($task->{state}, 'done', 'in rescue');
    is(join(' ', map { $_->{name} } @{ $task->{steps} }),
        'rescue password keys start mail', 'in its steps');
    is(crypt($answer->{json}{password}, shadow('')), shadow(''),
        'root of it has the password of the reply');
    is(shadow('mnt/'), $own, 'the own system is at /mnt, with its own');
    is($now->{rescue}{template}, busybox(), 'the panel says so');
    like($now->{rescue}{since}, qr/^20\d\d-.*Z$/, 'since when');
    is($now->{in_force}{rescue}, busybox(), 'as the node does');
    is($now->{desired_state}, 'running', 'it is to run');
    is(sql_value("SELECT template FROM mail WHERE user_id = $ana"
        . ' ORDER BY id DESC LIMIT 1'), 'rescued', 'its owner is told');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE object = 'vm $vm' AND"
        . " action = 'vm.rescue' AND result = 'ok'"), 1, 'the audit has it');
    unlike(join("\n", sql("SELECT data FROM task WHERE vm_id = $vm")),
        qr/\Q$answer->{json}{password}/, 'no task keeps the password');
}

sub meanwhile {
    my $name = sql_value("SELECT name FROM vm WHERE id = $vm");

    for my $path (qw(rescue password reinstall/undo)) {
        is(post($path)->{json}{code}, 'in_rescue', "$path: leave it first");
    }

    is(post('reinstall', { name => $name, template => busybox() })
            ->{json}{code}, 'in_rescue', 'reinstall: leave it first');
    is(ask('PUT', "/api/vms/$vm/keys", $anas, '{"keys":[]}')->{json}{code},
        'in_rescue', 'keys: leave it first');

    is(post('restart')->{json}{state}, 'done', 'it restarts');
    like(node_says(), qr/state=running .* rescue=/, 'into rescue');

    is(post('suspend', { reason => 'debt' }, $boss)->{json}{state}, 'done',
        'it is suspended');
    is(post('rescue/leave')->{json}{code}, 'suspended', 'and stays as it is');
    is(post('unsuspend', {}, $boss)->{json}{state}, 'done', 'it comes back');
    like(node_says(), qr/state=running .* rescue=/, 'into rescue');
}

sub left {
    is(post('rescue/leave')->{json}{state}, 'done', 'left');
    is(shadow(''), $own, 'its own system runs');
    is(get()->{rescue}, undef, 'the panel says so');
    unlike(node_says(), qr/ rescue=/, 'and the node');
    is(post('rescue/leave')->{json}{code}, 'not_in_rescue', 'once is enough');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE object = 'vm $vm' AND"
        . " action = 'vm.unrescue' AND result = 'ok'"), 1, 'the audit has it');
}

sub with_a_key {
    my $dir = File::Temp::tempdir(CLEANUP => 1);

    system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f',
        "$dir/key") == 0 or die "ssh-keygen: $?";
    open my $in, '<', "$dir/key.pub" or die "key: $!";
    my $key = <$in> =~ s/\s+\z//r;
    my $print = ask('POST', '/api/account/keys', $anas,
        encode_json({ name => 'mine', key => $key }))->{json}{fingerprint};

    is(post('stop')->{json}{state}, 'done', 'it is stopped');

    my $answer = post('rescue', { keys => [$print] });

    is($answer->{json}{task}{state}, 'done', 'in rescue with a key');
    ok(exists $answer->{json}{password} && !defined $answer->{json}{password},
        'so no password was drawn');
    like(guest_file($ctid, 'root/.ssh/authorized_keys'), qr/^\Q$key\E mine$/m,
        'root of it has the key');
    is(guest_file($ctid, 'mnt/root/.ssh/authorized_keys'), '', 'the own one has not');
    is(scalar(grep { $_->{has} } @{ ask('GET', "/api/vms/$vm/keys", $anas)
            ->{json}{items} }), 0, 'and the panel says so');
}

# what a worker that died, or a database from before, leaves
sub repeated {
    sql("UPDATE vm SET rescue_template = NULL, rescue_since = NULL"
        . " WHERE id = $vm");

    my $answer = post('rescue');

    is($answer->{json}{task}{state}, 'done',
        'a node that is in rescue already says so');
    is(crypt($answer->{json}{password}, shadow('')), shadow(''),
        'and root has the new password');
    is(get()->{rescue}{template}, busybox(), 'the panel knows again');

    verb('unrescue', $ctid);
    is(post('rescue/leave')->{json}{state}, 'done', 'nor does leaving mind');
    like(node_says(), qr/state=running/, 'its own system runs');

    post('rescue');
    is(ask_end(ask_begin('DELETE', "/api/vms/$vm", $boss
        . "Prefer: wait=60\n", encode_json({ name =>
        sql_value("SELECT name FROM vm WHERE id = $vm") })), 65)->{json}{state},
        'done', 'it is deleted in rescue');
}

run_tests();

__DATA__

=== TEST 1: what is not meant is refused
--- timeout: 60
--- init: ::refused()
--- request
GET /api/plans



=== TEST 2: into rescue, with a password
--- timeout: 130
--- init: ::entered()
--- request
GET /api/plans



=== TEST 3: what goes on meanwhile
--- timeout: 130
--- init: ::meanwhile()
--- request
GET /api/plans



=== TEST 4: the way back
--- timeout: 130
--- init: ::left()
--- request
GET /api/plans



=== TEST 5: from a stopped one, with a key instead of a password
--- timeout: 130
--- init: ::with_a_key()
--- request
GET /api/plans



=== TEST 6: panel and node that do not agree
--- timeout: 200
--- init: ::repeated()
--- request
GET /api/plans
