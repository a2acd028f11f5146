# Suspending a container: it stops, its owner reads why and can't start it.

use Encode qw(encode_utf8);
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana);
our ($vm, $ctid) = container($ana, desired_state => 'running');
our $root = session(user('root.suspend', role => 'admin'));
our $why = 'unpaid since März — ask us';

utf8::decode($why);


sub post {
    my ($verb, $who, $body) = @_;

    return ask('POST', "/api/vms/$vm/$verb", "${who}Prefer: wait=60\n",
        defined $body ? encode_json($body) : undef);
}

sub get { return ask('GET', "/api/vms/$vm", $anas)->{json} }

sub suspended {
    is(post('start', $anas)->{json}{state}, 'done', 'it runs');
    is(get()->{suspended}, undef, 'nothing is the matter');

    is(post('suspend', $root, { reason => $why })->{json}{state}, 'done',
        'suspended');

    my $json = get();

    is($json->{lifecycle}, 'suspended', 'it is');
    is($json->{suspended}, $why, 'its owner reads why');
    like($json->{suspended_at}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        'and since when');
    is($json->{state}, 'stopped', 'it does not run');
    is($json->{desired_state}, 'running', 'it is not forgotten that it should');
    is(sql_value("SELECT detail FROM audit WHERE object = 'vm $vm' AND"
        . " action = 'vm.suspend'"), encode_utf8($why), 'the audit has it');

    for my $verb (qw(start stop restart)) {
        my $answer = post($verb, $anas);

        is($answer->{code}, 409, "$verb is refused");
        is($answer->{json}{code}, 'suspended', 'because of that');
        is($answer->{json}{reason}, $why, 'and why');
    }

    is(post('start', $root)->{code}, 409, 'also to an administrator');
    like(verb('status', $ctid), qr/state=stopped/, 'the node agrees');

    # one that failed before is not taken up again meanwhile
    my $failed = VzFixture::insert('task', kind => 'start', vm_id => $vm,
        vm_name => "vm$vm", user_id => $ana, actor => 'somebody',
        via => 'web', state => 'failed', steps => 1);

    VzFixture::insert('task_step', task_id => $failed, position => 0,
        name => 'start', state => 'failed');
    is(ask('POST', "/api/tasks/$failed/retry", $root)->{json}{code},
        'not_possible', 'nor by a retry');

    my $answer = post('suspend', $root, { reason => 'again' });

    is($answer->{json}{code}, 'suspended', 'once is enough');
    is(get()->{suspended}, $why, 'the first reason holds');
}

sub unsuspended {
    is(post('unsuspend', $root)->{json}{state}, 'done', 'let go');

    my $json = get();

    is($json->{lifecycle}, 'ready', 'it is ready');
    is($json->{suspended}, undef, 'nothing is the matter');
    is($json->{state}, 'running', 'it runs as it did before');
    is(post('unsuspend', $root)->{json}{code}, 'not_suspended',
        'once is enough');
}

sub stays_stopped {
    is(post('stop', $anas)->{json}{state}, 'done', 'its owner stops it');
    is(post('suspend', $root)->{json}{state}, 'done', 'without a reason');
    is(get()->{suspended}, '', 'which is told as none');
    is(post('unsuspend', $root)->{json}{state}, 'done', 'let go');
    is(get()->{state}, 'stopped', 'it stays as its owner wanted it');
}

sub refused {
    is(post($_, $anas)->{code}, 403, "a customer may not $_")
        for qw(suspend unsuspend);
    is(post('suspend', $root, { reason => 'x' x 201 })->{json}{errors}[0]{code},
        'range', 'a reason is short');
    is(post('suspend', $root, { why => 1 })->{code}, 422, 'unknown member');
    is(get()->{lifecycle}, 'ready', 'nothing happened');
}

# one that can't does not keep the others from it
sub all_of_somebody {
    my $eva = user(unique('eva'));
    my %vm = map { $_ => vm($eva, lifecycle => $_) } qw(creating suspended);

    $vm{$_} = vm($eva) for qw(busy ready);

    my $task = VzFixture::insert('task', kind => 'start', vm_id => $vm{busy},
        user_id => $eva, actor => 'somebody', via => 'web', steps => 1,
        state => 'running', busy => $vm{busy}, owner => 'x' x 32,
        lease => '2099-01-01');
    my $answer = ask('POST', "/api/admin/users/$eva/suspend", $root,
        encode_json({ reason => $why }));
    my %told = map { $_->{vm} => $_ } @{ $answer->{json}{items} };

    is($answer->{code}, 202, 'all containers of somebody');
    is(scalar keys %told, 4, 'each is told');
    is($told{$vm{creating}}{code}, 'not_ready', 'one that is not there yet');
    is($told{$vm{suspended}}{code}, 'suspended', 'one that was suspended');
    is($told{$vm{busy}}{code}, 'vm_busy', 'one that is busy');
    is($told{$vm{busy}}{task}, $task, 'with what');
    is($told{$vm{ready}}{code}, undef, 'and one that goes');
    is(sql_value("SELECT kind FROM task WHERE id = $told{$vm{ready}}{task}"
        . " AND vm_id = $vm{ready}"), 'suspend', 'by a task');

    for my $verb (qw(suspend unsuspend)) {
        is(ask('POST', "/api/admin/users/999999/$verb", $root, '{}')->{code},
            404, "nobody's: $verb");
    }

    sql("UPDATE task SET state = 'failed', busy = NULL WHERE id = $task");
}

sub while_suspended {
    is(post('suspend', $root)->{json}{state}, 'done', 'suspended');

    my $answer = ask('PATCH', "/api/vms/$vm/memory",
        "${root}If-Match: *\nPrefer: wait=30\n",
        encode_json({ privvmpages => { limit_mib => 128 } }));

    is($answer->{json}{state}, 'done', 'its hardware can be changed');
    is(get()->{lifecycle}, 'suspended', 'it stays suspended');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE object = 'vm $vm' AND"
        . " account = 'root.suspend' AND action IN ('vm.suspend',"
        . " 'vm.unsuspend')"), 5, 'all of it is in the audit');
}

run_tests();

__DATA__

=== TEST 1: a suspended container stops, gives the reason, and cannot be started
--- init: ::suspended()



=== TEST 2: an unsuspended container runs as before
--- init: ::unsuspended()



=== TEST 3: a container that its owner stopped stays stopped after unsuspend
--- init: ::stays_stopped()



=== TEST 4: only an administrator suspends, with a short reason
--- init: ::refused()



=== TEST 5: hardware can be changed during a suspension
--- init: ::while_suspended()



=== TEST 6: all containers of a user are suspended and unsuspended
--- init: ::all_of_somebody()
