# Who waits for the end of a task holds nothing that others need: neither by
# many waits nor by many calls that take long does one customer keep others
# out, and when all fibers that requests may have are taken, tasks go on.

use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(time);
use VzDaemon;
use VzFixture;
use VzHttp2;
use VzPanelHelpers;

no_shuffle();
workers(1);
worker_connections(512);
log_level('info');

use constant { WAITS => 64, CALLS => 256, STREAMS => 100 };

our $ana = user(unique('ana'));
our $anas = session($ana);
our $bea = user(unique('bea'));
our $beas = session($bea);
our $json = "Content-Type: application/json\n";
our $port = $ENV{TEST_NGINX_PORT} + 100;

# one that says neither how a container is nor what it is itself
our $mute = VzDaemon->new(status => [60], node => [60]);

# the node, and fifteen others that say nothing
sub with_mutes {
    my ($key) = vz_http_config() =~ /key_file=(\S+?);/;

    return vz_http_config() . join '', map {
        "vzpanel_node m$_ 127.0.0.1:$mute->{port} key_file=$key;\n" } 1 .. 15;
}

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => (defined $block->mute
        ? $mute->http_config : with_mutes()) . <<"END");
    server {
        listen 127.0.0.1:$port http2;
        location /api { vzpanel_api; }
    }
END
});


# a task that is being carried out for as long as it takes
sub task {
    my ($user, %row) = @_;
    my $vm = vm($user);

    my $id = VzFixture::insert('task', kind => 'start', vm_id => $vm,
        vm_name => "vm$vm", user_id => $user, actor => 'somebody',
        via => 'web', state => 'running', steps => 1, busy => $vm,
        owner => 'x' x 32, lease => '2099-01-01', %row);

    VzFixture::insert('task_step', task_id => $id, position => 0,
        name => 'start', state => 'queued');

    return $id;
}

sub metric {
    my ($name) = @_;

    return ask('GET', '/api/metrics')->{body}
        =~ /^vzpanel_$name\S* (\d+)$/m ? $1 : -1;
}

# so many calls at once, over as many connections as that takes
sub flood {
    my ($n, $path, $headers) = @_;
    my @connections;

    while ($n > 0) {
        my $streams = $n > STREAMS ? STREAMS : $n;
        my $connection = VzHttp2->new($port);

        $connection->get($path, $headers) for 1 .. $streams;
        push @connections, $connection;
        $n -= $streams;
    }

    return @connections;
}

# how many were answered so far
sub replies {
    my $n = 0;

    for my $connection (@_) {
        $connection->read(0);
        $n += keys %{ $connection->{status} };
    }

    return $n;
}

sub in_time {
    my ($what, $code, $seconds, @call) = @_;
    my $result = ask(@call);

    is($result->{code}, $code, "$what is answered");
    cmp_ok($result->{seconds}, '<', $seconds, "$what: in time");

    return $result;
}

# what others want meanwhile
sub others {
    in_time('a visitor', 200, 4, 'GET', '/api/plans');
    in_time('who signs in', 200, 10, 'POST', '/api/session', '',
        JSON::PP::encode_json({ password => VzFixture::PASSWORD,
            account => sql_value("SELECT account FROM user WHERE id = $bea") }));
    in_time('another customer', 200, 5, 'GET', '/api/vms', $beas);
}


sub waits_of_one {
    my $id = task($ana);
    my $began = time;
    my @calls = flood(4200, "/api/tasks/$id", "${anas}prefer: wait=100\n");

    ok(wait_for(30, sub { replies(@calls) == 4200 - WAITS }),
        'all but some are answered at once');

    is(metric('waits'), WAITS, 'these wait');
    cmp_ok(metric('fibers'), '<', 50, 'without a fiber each');
    others();

    my $before = statements();
    my $since = time;

    wait_for(5, sub { 0 });
    cmp_ok((statements() - $before) / (time - $since), '<', WAITS / 2,
        'and are all asked for together, not each by itself');

    my $bea_waits = ask_begin('GET', '/api/tasks/' . task($bea),
        "${beas}Prefer: wait=1\n");

    cmp_ok(ask_end($bea_waits)->{seconds}, '>', 0.9, 'another may wait, too');

    sql("UPDATE task SET state = 'done', busy = NULL, owner = NULL,"
        . " finished = NOW(3) WHERE id = $id");
    ok(wait_for(10, sub { replies(@calls) == 4200 }), 'they hear of its end');
    is(metric('waits'), 0, 'and wait no more');
}

# statements that this worker has made
sub statements { return metric('statements_total') }


sub left {
    my $id = task($ana);
    my @calls = flood(WAITS, "/api/tasks/$id", "${anas}prefer: wait=100\n");

    ok(wait_for(10, sub { metric('waits') == WAITS }), 'they wait');
    close $_->{socket} for @calls;
    ok(wait_for(10, sub { metric('waits') == 0 }), 'who left does not');
}


sub out_of_sight {
    my $admin = user(unique('adm'), role => 'admin');
    my $key = session($admin);
    my $id = task($ana);
    my $call = ask_begin('GET', "/api/tasks/$id", "${key}Prefer: wait=8\n");

    ok(wait_for(5, sub { metric('waits') == 1 }), 'an administrator waits');
    sql("UPDATE user SET role = 'customer' WHERE id = $admin");
    is(ask_end($call)->{code}, 404, 'and is one no more when that is over');
}


# who is not known yet has as many again
sub slow_calls_of_one {
    my $vm = vm($ana);
    my @calls = flood(4200, "/api/vms/$vm?live=1", $anas);

    ok(wait_for(30, sub { replies(@calls) >= 4200 - 2 * CALLS }), 'one has so many calls at a time, and more are refused');
    cmp_ok(metric('fibers'), '<', 2 * CALLS + 20, 'at once');
    others();
}


# of an administrator's list of nodes each call asks all of them, in vain
sub tasks_go_on {
    my @roots = map { session(user(unique("root$_"), role => 'admin')) } 1, 2;
    my (@calls, $id);

    my $full = sub {
        replies(@calls);
        return 1 if ask('GET', '/api/plans')->{code} == 503;

        push @calls, map { flood(CALLS, '/api/admin/nodes', $_) } @roots;
        return 0;
    };

    ok(wait_for(30, $full), 'no fiber is left for requests');
    $id = task($bea, state => 'queued', owner => undef, lease => undef);
    ok(wait_for(30, sub { $full->() && sql_value(
        "SELECT state FROM task WHERE id = $id") =~ /done|failed/ }),
        'a task is carried out meanwhile');
}

run_tests();

__DATA__

=== TEST 1: four thousand waiting requests of one customer delay no other customer
--- init: ::waits_of_one()



=== TEST 2: a waiter whose client left is removed
--- init: ::left()



=== TEST 3: a waiter whose permission ended meanwhile is answered by the new permission
--- init: ::out_of_sight()



=== TEST 4: four thousand slow calls of one customer delay no other customer
--- mute
--- init: ::slow_calls_of_one()



=== TEST 5: tasks are carried out while requests use all their fibers
--- init: ::tasks_go_on()
--- timeout: 120
--- request
GET /panel/
