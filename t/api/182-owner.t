# Who acts must own: a worker that stood still, and one that could not reach
# the database, do nothing to a container that is not theirs to touch any more.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;
use VzWorkers;

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana);
our $dir = tempdir(CLEANUP => 1);

chmod 0755, $dir;

END {
    local $?;
    service('restart', 'database');
}


sub let {
    my ($name) = @_;

    open my $out, '>', "$dir/$name" or die "$dir/$name: $!";
}

# answers when the test lets it
sub held {
    my ($name, @answer) = @_;

    select undef, undef, undef, 0.02 while !-e "$dir/$name";

    return [@answer ? @answer : 'ok'];
}

sub service {
    my ($verb, $name) = @_;
    my $stack = vz_top() . '/scripts/stack';

    system($stack, $verb, $ENV{TEST_VZPANEL_DIR}, $name) == 0
        or die "$verb $name failed\n";
}

sub task {
    my ($id) = @_;
    my %row;

    @row{qw(state attempt owner)} = split /\t/, sql_value(
        "SELECT state, attempt, COALESCE(owner, '') FROM task WHERE id = $id");

    return \%row;
}

sub ended {
    my ($id, $seconds) = @_;

    return wait_for($seconds, sub {
        my $state = task($id)->{state};
        return $state =~ /^(?:done|failed)$/ && $state;
    });
}

# one worker stands still, so that the other gets every call
sub one_of_two {
    my ($first, $second) = worker_pids(2);

    stand_still($second);

    return ($first, $second);
}


# --- a verb in line, while its worker stands still ---

our @vms = map { vm($ana) } 1 .. 4;
our $line = VzDaemon->new(restart => sub {
    return $_[0] > 3 ? ['ok'] : held('line');
});

sub lost_in_line {
    my ($idle, $busy) = reverse one_of_two();
    my @tasks = map { ask('POST', "/api/vms/$_/restart", $anas)->{json}{id} }
        @vms;

    ok(wait_for(20, sub { $line->asked('restart') == 3 }),
        'three changes take all places for changes');

    # whichever of the four it is
    my @numbers = map { sql_value("SELECT ctid FROM vm WHERE id = $_") } @vms;
    my ($last) = grep { !$line->asked("restart $numbers[$_]") } 0 .. 3;

    for my $list (\@tasks, \@numbers, \@vms) {
        push @$list, splice @$list, $last, 1;
    }

    ok(wait_for(20, sub { task($tasks[3])->{state} eq 'running' }),
        'the fourth is claimed, and stands in line');

    stand_still($busy);
    go_on($idle);

    is(ended($tasks[3], 40), 'done', 'another worker carries it out');
    is(scalar $line->asked("restart $numbers[3]"), 1, 'once');

    # what the first has begun, the other asks for again by the same id
    is(ended($_, 40), 'done', 'and what its owner had begun') for @tasks[0..2];

    go_on($busy);
    let('line');

    ok(wait_for(20, sub { ask('GET', '/api/health')->{code} == 200 }),
        'the first worker goes on');
    ok(wait_for(20, sub {
        return $main::log->() =~ /task $tasks[3] is somebody else's now/;
    }), 'and finds that the task is not his');
    is(scalar $line->asked('restart'), 7, 'no verb was sent by who lost it');

    my %ids;
    $ids{"@$_"}++ for map { [/^restart (\d+) .*\bid=(\S+)/] }
        $line->asked('restart');
    is((grep { $_ == 2 } values %ids), 3,
        'a verb that is sent again has the same id');

    my @fences = map { /\bfence=(\d+)/ } $line->asked("restart $numbers[0]");
    cmp_ok($fences[1], '>', $fences[0], 'and the fence of another claim');
}

our $log = sub {
    open my $in, '<', server_root() . '/logs/error.log' or return '';
    local $/;
    return <$in> // '';
};


# --- the undo of who lost the task ---

our $changed = vm($ana, version => 1);
our $undo = VzDaemon->new(setmemoryvm => sub {
    return $_[0] == 1 ? ['err busy held by a test']
        : $_[0] == 2 ? held('undo', 'err busy held by a test') : ['ok'];
});

sub lost_undo {
    my ($idle, $busy) = reverse one_of_two();
    my $call = ask('PATCH', "/api/vms/$changed/memory",
        "${main::root}If-Match: \"1\"\n", $main::memory);
    my $task = $call->{json}{id};

    is($call->{code}, 202, 'a change of memory') or diag($call->{body});
    ok(wait_for(20, sub { task($task)->{state} eq 'queued'
        && $undo->asked('setmemoryvm') == 1 }), 'it has to be tried again');

    # the next attempt is the last one
    sql("UPDATE task SET attempt = 5, not_before = NULL WHERE id = $task");
    ok(wait_for(20, sub { $undo->asked('setmemoryvm') == 2 }), 'it is');
    stand_still($busy);
    go_on($idle);

    is(ended($task, 40), 'done', 'another worker carries it out');

    my $asked = $undo->asked('set');

    go_on($busy);
    let('undo');

    ok(wait_for(20, sub {
        return $main::log->() =~ /task $task is somebody else's now/;
    }), 'the first worker finds that the task is not his');
    is(scalar $undo->asked('setmemory'), $asked, 'and puts nothing back');
    is(sql_value("SELECT privvm_limit_mib FROM vm WHERE id = $changed"), 200,
        'what the other has done is what the database says');
}

our $root = session(user(unique('root'), role => 'admin'));
our $memory = '{"vmguarpages":{"barrier_mib":100,"limit_mib":100},'
    . '"oomguarpages":{"barrier_mib":100,"limit_mib":100},'
    . '"privvmpages":{"barrier_mib":200,"limit_mib":200}}';


# --- a failure that nobody undoes any more ---

our $half = vm($ana, version => 1);
our $halfway = VzDaemon->new(
    setmemoryoo => ['err failed no'],
    setmemoryvm => sub { return $_[0] == 2 ? held('half') : ['ok'] });

sub undone_by_another {
    my ($idle, $busy) = reverse one_of_two();
    my $task = ask('PATCH', "/api/vms/$half/memory",
        "${main::root}If-Match: \"1\"\n", $main::memory)->{json}{id};

    ok(wait_for(20, sub { $halfway->asked('setmemoryvm') == 2 }),
        'a change has failed, and is being undone');
    is(sql_value("SELECT error_code FROM task WHERE id = $task"), 'failed',
        'of which the database knows');

    stand_still($busy);
    go_on($idle);

    is(ended($task, 40), 'failed', 'another worker ends it');

    my @asked = $halfway->asked('setmemoryvm');

    is(scalar @asked, 3, 'by undoing it, and nothing else');
    like($asked[2], qr/^setmemoryvm \d+ 64M 64M /, 'as it was before');
    go_on($busy);
    let('half');
}


# --- the database is away for longer than a lease ---

our $waits = vm($ana);
our $outage = VzDaemon->new(restart => sub { return held('outage') });

sub database_away {
    my $task = ask('POST', "/api/vms/$waits/restart", $anas)->{json}{id};

    ok(wait_for(20, sub { $outage->asked('restart') == 1 }), 'it is begun');

    service('halt', 'database');
    select undef, undef, undef, 8;
    service('restart', 'database');

    my $until = time + 12;

    ok(!wait_for($until - time, sub { $outage->asked('restart') > 1 }),
        'nobody takes up a task whose owner lives');
    let('outage');

    is(ended($task, 20), 'done', 'he ends it');
    unlike(sql_value("SELECT GROUP_CONCAT(log) FROM task_step"
        . " WHERE task_id = $task"), qr/its runner is gone/,
        'and the log tells of no other');
}


# --- a database that is older than what its nodes have seen ---

our $old = vm($ana, fence => 7);
our $ahead = VzDaemon->new(restart => sub {
    return [$_[0] == 1 ? 'err stale 99 is the newest fence that was seen'
        : 'ok'];
});

sub goes_on_above {
    my $task = ask('POST', "/api/vms/$old/restart",
        "${anas}Prefer: wait=20\n")->{json};

    is($task->{state}, 'done', 'its owner goes on');
    is(join(' ', map { /fence=(\d+)/ } $ahead->asked('restart')), '8 100',
        'above the fence that the node has seen');
    is(sql_value("SELECT fence FROM vm WHERE id = $old"), 100,
        'of which the database knows now');
}


run_tests();

__DATA__

=== TEST 1: a worker that lost its lease while queued sends nothing
--- http_config eval
$::line->http_config
--- init: ::lost_in_line()



=== TEST 2: a worker that lost its lease undoes nothing
--- http_config eval
$::undo->http_config
--- init: ::lost_undo()



=== TEST 3: a failure that its worker does not undo is undone by another worker
--- http_config eval
$::halfway->http_config
--- init: ::undone_by_another()



=== TEST 4: leases do not expire while the database is away
--- http_config eval
$::outage->http_config
--- init: ::database_away()



=== TEST 5: a fence that the node has seen and the database has not is caught up with
--- http_config eval
$::ahead->http_config
--- init: ::goes_on_above()
