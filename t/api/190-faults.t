# What is answered while the database, or the mail server, is away, and that
# all is well again when it is back.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzWorkers;

no_shuffle();

our $type = "Content-Type: application/json\n";
our $ana = user(unique('ana'));
our $anas = session($ana);
our $again = session($ana);
our ($vm, $ctid) = container($ana);

END {
    local $?;
    database('restart');
}


# halt or restart a service of the stack, whose output is nobody's
sub service {
    my ($verb, $name) = @_;
    my $stack = vz_top() . '/scripts/stack';

    system($stack, $verb, $ENV{TEST_VZPANEL_DIR}, $name) == 0
        or die "$verb $name failed\n";
}

sub database { service($_[0], 'database') }

sub database_pid {
    open my $in, '<', vz_base() . '/pid/mariadbd' or die "no mariadbd: $!";

    return <$in> =~ s/\s//gr;
}


sub is_down {
    my ($call, $what) = @_;

    is($call->{code}, 503, "$what: refused");
    is($call->{json}{code}, 'database_down', "$what: with the reason");
    like($call->{head}, qr/^Retry-After: [1-9]\d*\r?$/m, "$what: and when");
}


sub all_is_well {
    my ($title) = @_;

    for my $path ('/api/vms', '/api/plans', '/api/session', '/api/health') {
        my $call = wait_for(8, sub {
            my $call = ask('GET', $path, $anas);
            return $call->{code} == 200 && $call;
        });

        ok($call, "$title: $path is answered");
    }
}


sub away_and_back {
    all_is_well('before');
    database('halt');

    for my $try (1 .. 4) {
        for my $path ('/api/vms', "/api/vms/$vm", '/api/tasks') {
            my $call = ask('GET', $path, $anas);

            is_down($call, $path);
            cmp_ok($call->{seconds}, '<', 2, "$path: quickly");
        }
    }

    is_down(ask('GET', '/api/vms', $again), 'a session that is not cached');
    is_down(ask('POST', "/api/vms/$vm/start", $anas), 'a change');
    is_down(ask('POST', '/api/session', '',
        '{"account":"a","password":"b"}'), 'signing in');
    is_down(ask('POST', '/api/orders', '', $main::order), 'an order');

    # an answer is good for a second
    my $health = wait_for(5, sub {
        my $call = ask('GET', '/api/health');
        return $call->{code} == 503 && $call;
    });

    ok($health, 'health says so');
    ok(!$health->{json}{database}, 'by its name');
    like(ask('GET', '/api/metrics')->{body}, qr/^vzpanel_database_up 0$/m,
        'and metrics');
    is(ask('GET', '/panel/')->{code}, 200, 'pages come without it');

    database('restart');
    all_is_well('after');
}


sub database_stands_still {
    my $pid = database_pid();

    stand_still($pid);

    return $pid;
}


# with the time that statements have by default, which is longer
sub health_is_not_held_up {
    all_is_well('before');

    my $pid = database_stands_still();

    select undef, undef, undef, 1.1;    # an answer is good for a second

    my @calls = map { ask_end($_, 40) } map { ask_begin('GET', $_) }
        ('/api/health') x 10, ('/api/metrics') x 4;
    my $again = ask('GET', '/api/health');

    go_on($pid);

    for my $call (@calls) {
        cmp_ok($call->{seconds}, '<', 5, 'a probe has a deadline');

        if ($call->{body} !~ /^\{/) {
            like($call->{body}, qr/^vzpanel_database_up 0$/m,
                'metrics come without the database');
            like($call->{body}, qr/^vzpanel_containers/m, 'with the rest');
            next;
        }

        is($call->{code}, 503, 'health says so');
        ok(!$call->{json}{database}, 'it is the database');
        ok($call->{json}{nodes}[0]{ok}, 'the node is well');
        ok($call->{json}{mail}, 'so is mail');
        is_deeply($call->{json}{failing},
            [{ check => 'database', why => 'timeout' }], 'that is all');
    }

    is($again->{json}{failing}[0]{why}, 'timeout', 'who asks later');
    cmp_ok($again->{seconds}, '<', 3, 'need not wait longer');
    all_is_well('after');
}


# mariadbd takes connections and does not answer
sub silent_and_back {
    all_is_well('before');

    my $pid = database_stands_still();
    my @calls = map { ask_begin('GET', $_, $anas) } ('/api/vms') x 12;

    my @slow = map { ask_end($_, 40) } @calls;
    my $page = ask('GET', '/panel/');

    go_on($pid);

    for my $call (@slow) {
        is($call->{code}, 503, 'one that does not answer is down');
        cmp_ok($call->{seconds}, '<', 9, 'after the time of the directive');
    }

    cmp_ok($page->{seconds}, '<', 1, 'pages do not wait for it');
    all_is_well('after');
}


# a task in the middle of its verb, whose end can't be written down
sub task_outlives_the_database {
    my $id = ask('POST', "/api/vms/$vm/start",
        "${anas}Prefer: wait=20\n")->{json}{id};
    my $call = ask('POST', "/api/vms/$vm/restart", $anas);

    is($call->{code}, 202, 'a restart begins');
    select undef, undef, undef, 0.3;
    database('halt');
    select undef, undef, undef, 3;
    database('restart');

    my $task = wait_for(40, sub {
        my $look = ask('GET', "/api/tasks/$call->{json}{id}", $anas)->{json};
        return ($look->{state} // '') =~ /done|failed/ && $look;
    });

    is($task->{state}, 'done', 'it ends when the database is back');
    like(verb('status', $ctid), qr/ state=running /, 'the container runs');
    is(sql_value("SELECT COUNT(*) FROM task WHERE busy = $vm"), 0,
        'and is not busy any more');
}


sub mail_waits {
    service('halt', 'mail');

    my $health = wait_for(10, sub {
        my $call = ask('GET', '/api/health');
        return !$call->{json}{mail} && $call;
    });

    is($health->{code}, 200, 'orders are carried out without a mail server');
    is_deeply($health->{json}{failing}, [{ check => 'mail', why => 'down' }],
        'health tells that it is away');

    my $dni = person();
    my $call = ask_end(ask_begin('POST', '/api/orders', "Prefer: wait=40\n",
        order_body(dni => $dni)), 50);

    is($call->{code}, 200, 'an order is carried out without a mail server');
    is($call->{json}{state}, 'done', 'to the end');
    is(sql_value("SELECT state FROM mail WHERE task_id = $call->{json}{task}"),
        'queued', 'the mail waits');

    service('restart', 'mail');
    sql("UPDATE mail SET next_try = NOW(3)"
        . " WHERE task_id = $call->{json}{task}");

    is(wait_for(15, sub { scalar mails("ana.$dni\@example.org") }), 1,
        'and comes when the server is back');
    is(wait_for(3, sub { sql_value('SELECT data IS NULL FROM mail'
        . " WHERE task_id = $call->{json}{task}") }), 1,
        'its secret leaves the database then');
}


our $order = order_body();

run_tests();

__DATA__

=== TEST 1: without a database requests get 503 at once, and recover with it
--- init: ::away_and_back()



=== TEST 2: a database that hangs counts as down
--- http_config eval
::vz_http_config() =~ s/(vzpanel_database [^;]+);/$1 timeout=2s;/r
--- init: ::silent_and_back()



=== TEST 3: health names the neighbour that hangs, and answers in time
--- init: ::health_is_not_held_up()



=== TEST 4: a task whose end cannot be stored is not lost
--- init: ::task_outlives_the_database()



=== TEST 5: a mail waits for its server
--- init: ::mail_waits()
