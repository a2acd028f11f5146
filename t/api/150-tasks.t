# Tasks: lists, filters, pages, one with its steps, and waiting for its end.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

our ($ana, $bea, $other_user) = map { user(unique($_)) } qw(ana bea eva);
our $anas = session($ana);
our $beas = session($bea);
our $root = session(user(unique('root'), role => 'admin'));
our $others = session($other_user);
our ($one, $two, $other) = (vm($ana), vm($ana), vm($bea));
our ($spare, $third, $gone) = map { vm($other_user) } 1 .. 3;
our $json = "Content-Type: application/json\n";


# lines as the panel keeps them: the first has lost its beginning, each tenth
# is for administrators
sub logged {
    my ($n) = @_;

    return join '', ":05.678Z lost\n", map {
        sprintf "2026-01-02T03:%02d:%02d.678Z%s<b> %d\n",
            $_ / 60, $_ % 60, $_ % 10 ? ' ' : '#', $_
    } 1 .. $n;
}


# a task that is over, or that somebody is at work on for as long as it takes
sub task {
    my ($vm, $user, $kind, $state, %row) = @_;
    my $log = delete $row{log} // '';
    my $id = VzFixture::insert('task', kind => $kind, vm_id => $vm,
        vm_name => "vm$vm", user_id => $user, actor => 'somebody',
        via => 'web', state => $state, steps => 1,
        $state eq 'running'
            ? (owner => 'x' x 32, lease => '2099-01-01') : (), %row);

    VzFixture::insert('task_step', task_id => $id, position => 0,
        name => $kind, state => $state, detail => "words of $id",
        log => $log,
        started => '2026-01-02 03:04:05.678',
        finished => $state eq 'running' ? undef : '2026-01-02 03:04:06.700');

    return $id;
}

our @done = map { task($one, $ana, 'stop', 'done', step => 1) } 1 .. 3;
our $failed = task($two, $ana, 'start', 'failed',
    error_code => 'nospace', error_detail => 'no space left');
our $running = task($two, $ana, 'restart', 'running', busy => $two);
our $queued = task($spare, $other_user, 'stop', 'queued', busy => $spare,
    not_before => '2099-01-01');
our $begun = task($third, $other_user, 'stop', 'running', busy => $third);
our $boss = unique('boss');
our $bossy = task($spare, $other_user, 'start', 'done', step => 1,
    actor => $boss);
our $lost = task($gone, $other_user, 'stop', 'failed', error_code => 'timeout');
our $long = task($one, $ana, 'stop', 'done', step => 1, log => logged(240));
our $beas_task = task($other, $bea, 'start', 'done', step => 1);


sub ids { join ' ', map { $_->{id} } @{ $_[0]{items} } }

sub list {
    my ($query, $who) = @_;

    return ask('GET', "/api/tasks?$query", $who)->{json};
}

sub filtered {
    my $all = join ' ', $long, $running, $failed, reverse @done;

    is(ids(list('', $anas)), $all, 'the newest first');
    is(ids(list("vm=$one", $anas)), join(' ', $long, reverse @done),
        'of one container');
    is(ids(list('state=failed', $anas)), $failed, 'by state');
    is(ids(list("vm=$two&state=running", $anas)), $running, 'by both');
    is(ids(list('state=queued,running', $anas)), $running, 'by some states');
    is(ids(list('state=cancelled', $anas)), '', 'of a state that none has');
    is(ids(list("actor=$::boss", $root)), $bossy, 'by who asked');
    is(ids(list("actor=$::boss&vm=$spare&state=done", $root)), $bossy,
        'by all three');
    is(ids(list("actor=$::boss&vm=$one", $root)), '', 'which all must fit');
    is(ids(list("actor=$::boss", $anas)), '',
        'an actor is none for whose container it is not');
    is(ids(list("vm=$other", $anas)), '', "another's container has none");
    is(ids(list("vm=$other", $root)), $beas_task, "but an administrator's do");
}

sub paged {
    my ($query, @pages) = ('limit=2');

    for my $page (1 .. 5) {
        my $list = list($query, $anas);

        push @pages, ids($list);
        last if !defined $list->{next};
        $query = "limit=2&cursor=$list->{next}";
    }

    is(join(' | ', @pages),
        "$long $running | $failed $done[2] | $done[1] $done[0]",
        'no gap, no repetition, an end');
}

sub waited {
    my $call = ask_begin('GET', "/api/tasks/$running",
        "${anas}Prefer: wait=20\n");

    select undef, undef, undef, 0.5;
    sql("UPDATE task SET state = 'done', step = 1, busy = NULL,"
        . " finished = NOW(3), owner = NULL WHERE id = $running");

    my $result = ask_end($call);

    is($result->{code}, 200, 'answered');
    is($result->{json}{state}, 'done', 'when it was done');
    cmp_ok($result->{seconds}, '>', 0.4, 'not before');
    cmp_ok($result->{seconds}, '<', 5, 'and soon after');
    sql("UPDATE task SET state = 'running', step = 0, finished = NULL,"
        . " owner = REPEAT('x', 32), busy = $two WHERE id = $running");
}

sub waited_in_vain {
    my $result = ask('GET', "/api/tasks/$running", "${anas}Prefer: wait=1\n");

    is($result->{code}, 200, 'answered');
    is($result->{json}{state}, 'running', 'though it is not over');
    cmp_ok($result->{seconds}, '>', 0.9, 'after the time that was asked for');
    cmp_ok($result->{seconds}, '<', 4, 'and not much more');

    $result = ask('GET', "/api/tasks/$running",
        "${anas}Prefer: wait=never\nX-Other: 1\n");

    is($result->{code}, 200, 'a wish of no shape');
    cmp_ok($result->{seconds}, '<', 1, 'is no wish');
}

# the most calls that wait in any worker
sub waits {
    my @n = sort { $b <=> $a }
        ask('GET', '/api/metrics')->{body} =~ /^vzpanel_waits\S* (\d+)$/mg;

    return $n[0];
}

sub who_left_is_not_waited_for {
    my @calls = map { ask_begin('GET', "/api/tasks/$running",
        "${anas}Prefer: wait=60\n") } 1 .. 12;

    ok(wait_for(5, sub { waits() > 3 }), 'they wait');
    close $_->{socket} for @calls;
    ok(wait_for(5, sub { waits() == 0 }), 'and not when they have left');
}

sub no_wait_for_strangers {
    my $result = ask('GET', "/api/tasks/$running", "${beas}Prefer: wait=9\n");

    is($result->{code}, 404, 'it is not there');
    cmp_ok($result->{seconds}, '<', 2, 'which the time does not tell either');
}

# what a reader finds in the log of a task
sub log_of {
    my ($id, $who) = @_;
    my $log = ask('GET', "/api/tasks/$id", $who)->{json}{log};

    return map { $_->{text} } @$log;
}

sub log_for_its_reader {
    my $log = ask('GET', "/api/tasks/$long", $anas)->{json}{log};

    is(scalar @$log, 200, 'two hundred lines at most');
    is($log->[-1]{text}, '<b> 239', 'the newest is the last');
    is($log->[-1]{at}, '2026-01-02T03:03:59.678Z', 'when it was');
    is($log->[-1]{step}, 'stop', 'and of which step');
    is($log->[0]{text}, '<b> 18', 'the oldest have gone');

    is((log_of($long, $root))[-1], '<b> 240',
        'administrators have lines of their own');
    is(scalar log_of($failed, $root), 0, 'one without a log has none');
    unlike(ask('GET', '/api/tasks', $root)->{body}, qr/"log"/,
        'lists come without it');
}

sub log_of_a_change {
    my $vm = vm($other_user);
    my $id = task($vm, $other_user, 'stop', 'queued', busy => $vm,
        not_before => '2099-01-01');

    ask('POST', "/api/tasks/$id/cancel", $root);

    my @log = log_of($id, $others);

    is(scalar @log, 1, 'one line');
    like($log[0], qr/^cancelled by root/, 'who took it back');
}

sub log_of_another_try {
    my $id = task(vm($other_user), $other_user, 'stop', 'failed',
        error_code => 'timeout');

    ask('POST', "/api/tasks/$id/retry", "${root}Prefer: wait=20\n");

    my ($first, @rest) = log_of($id, $root);

    like($first, qr/^taken up again by root/, 'who took it up');
    is(shift @rest, 'begun', 'then it was begun');
    like(shift @rest, qr/^local: stop \d+$/, 'what the node was asked');
    like($rest[-1], qr/^(?:done in \d+ ms|failed: )/, 'and how it ended');
    unlike(join("\n", log_of($id, $others)), qr/^local: /m,
        'which is no business of its owner');
}

# what is half made, or half gone, is not ended by another kind of task
sub retry_of_another_kind {
    for my $case (['delete_failed', 'start'], ['delete_failed', 'create'],
        ['create_failed', 'stop'], ['create_failed', 'destroy'])
    {
        my ($lifecycle, $kind) = @$case;
        my $vm = vm($other_user, lifecycle => $lifecycle);
        my $id = task($vm, $other_user, $kind, 'failed',
            error_code => 'timeout');
        my $call = ask('POST', "/api/tasks/$id/retry", $root);

        is($call->{code}, 409, "$kind of what is $lifecycle is refused");
        is(sql_value("SELECT lifecycle FROM vm WHERE id = $vm"), $lifecycle,
            'and it stays so');
    }
}

# what a runner left that died at work
sub log_of_the_orphan {
    my $vm = vm($other_user);
    my $id = task($vm, $other_user, 'stop', 'running', busy => $vm,
        attempt => 1);

    sql("UPDATE task SET lease = '2026-01-02' WHERE id = $id");
    ask('GET', "/api/tasks/$id", "${others}Prefer: wait=20\n");

    my @log = log_of($id, $others);

    is($log[0], 'taken up again, its runner is gone: attempt 2',
        'somebody else goes on');
    like($log[-1], qr/^(?:done in|failed: )/, 'to the end');
}

sub step_is_whole {
    my ($json) = @_;
    my ($step) = @{ $json->{steps} };

    is($json->{percent}, 100, 'to the end');
    is($json->{vm}{id}, $one, 'of its container');
    is($step->{name}, 'stop', 'the step has a name');
    is($step->{detail}, "words of $done[0]", 'the words of the node');
    is($step->{started}, '2026-01-02T03:04:05.678Z', 'when it began');
    is($step->{seconds}, 1.022, 'and how long it took');
}

run_tests();

__DATA__

=== TEST 1: lists are newest first, and filter by container and state
--- init: ::filtered()



=== TEST 2: pages follow each other
--- init: ::paged()



=== TEST 3: invalid filters are refused
--- request eval
['GET /api/tasks?vm=x', 'GET /api/tasks?cursor=x', 'GET /api/tasks?limit=-1']
--- more_headers eval
$::anas
--- error_code eval
[422, 422, 422]
--- response_body_like eval
['"field":"vm"', '"field":"cursor"', '"field":"limit"']



=== TEST 4: a task tells its step, the node's words, and its times
--- request eval
"GET /api/tasks/$::done[0]"
--- more_headers eval
$::anas
--- check: step_is_whole



=== TEST 5: a failed task tells its owner the reason by a code
--- request eval
"GET /api/tasks/$::failed"
--- more_headers eval
$::anas
--- response_body_like: "state":"failed".*"error":\{"code":"nospace","detail":""\}



=== TEST 6: a task under way has no end
--- request eval
"GET /api/tasks/$::running"
--- more_headers eval
$::anas
--- response_body_like: ^(?!.*"finished").*"state":"running"



=== TEST 7: malformed ids are 404
--- request eval
[map { "GET /api/tasks/$_" } 0, 'x', '01', '9' x 30]
--- more_headers eval
$::anas
--- error_code eval
[(404) x 4]



=== TEST 8: a request with Prefer: wait is answered when the task ends
--- init: ::waited()



=== TEST 9: a request with Prefer: wait is answered after that time at the latest
--- init: ::waited_in_vain()



=== TEST 10: a stranger does not learn by waiting that a task exists
--- init: ::no_wait_for_strangers()



=== TEST 11: a waiter whose client left is removed
--- init: ::who_left_is_not_waited_for()



=== TEST 12: a busy container shows its task in the list
--- request
GET /api/vms
--- more_headers eval
$::anas
--- response_body_like eval
qr/"task":null.*"task":\{"id":$::running,/



=== TEST 13: an administrator cancels a waiting task, once
--- request eval
[("POST /api/tasks/$::queued/cancel") x 2]
--- more_headers eval
$::root . $::json
--- error_code eval
[200, 409]
--- response_body_like eval
['"state":"cancelled"', '"code":"not_possible"']
--- rows eval
"SELECT state, busy IS NULL FROM task WHERE id = $::queued"
--- rows_are eval
"cancelled\t1"



=== TEST 14: a task under way or ended cannot be cancelled
--- request eval
[map { "POST /api/tasks/$_/cancel" } $::begun, $::done[0], $::failed]
--- more_headers eval
$::root . $::json
--- error_code eval
[409, 409, 409]



=== TEST 15: a failed task is retried, and fails again for the same reason
--- request eval
"POST /api/tasks/$::lost/retry"
--- more_headers eval
"${main::root}${main::json}Prefer: wait=20"
--- timeout: 30
--- response_body_like eval
qr/"id":$::lost,.*"state":"(failed|done)"/
--- rows eval
"SELECT action, result FROM audit WHERE object = 'task $::lost'"
--- rows_are eval
"task.retry\tok"



=== TEST 16: a task that is done, or whose container is busy, cannot be retried
--- request eval
["POST /api/tasks/$::failed/retry", "POST /api/tasks/$::done[0]/retry"]
--- more_headers eval
$::root . $::json
--- error_code eval
[409, 409]
--- response_body_like eval
["\"code\":\"vm_busy\".*\"task\":$::running\\b", '"code":"not_possible"']



=== TEST 17: a log has its newest lines, for every caller who may read it
--- init: ::log_for_its_reader()



=== TEST 18: the log names the caller who cancelled or retried
--- init: ::log_of_a_change(); ::log_of_another_try()



=== TEST 19: the log says that a worker died
--- init: ::log_of_the_orphan()



=== TEST 20: a task cannot be retried after another kind of task failed
--- init: ::retry_of_another_kind()



=== TEST 21: a stranger reads no log
--- request eval
"GET /api/tasks/$::long"
--- more_headers eval
$::beas
--- error_code: 404
--- response_body_unlike: <b>
