# A stream ends with its session, wherever that ends: at its time, and within
# ten seconds where another nginx host signs somebody out, locks him or gives
# him another role, which only the database tells.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
worker_connections(256);

our $ana = user(unique('ana'));
our $anas = session($ana);

# what is asked of the database for all streams of a worker
our $question = '%FROM token k JOIN user u%k.hash IN%';

END {
    local $?;
    sql('SET GLOBAL general_log = 0');
}


sub opened {
    my ($headers) = @_;
    my $stream = ask_begin('GET', '/api/events?vms=0', $headers);

    ok(wait_for(10, sub { ask_more($stream, 0.1);
        $stream->{text} =~ /^id: \d+$/m }), 'a stream');

    return $stream;
}

sub ends_within {
    my ($stream, $most, $title) = @_;

    ok(wait_for($most, sub { ask_more($stream, 0.1) == 0 }), $title);
}


sub at_its_time {
    my $script = token($ana);

    sql("UPDATE token SET expires = NOW(3) + INTERVAL 3 SECOND"
        . " WHERE user_id = $ana");

    my @streams = map { opened($_) } $script,
        session($ana, expires => 'NOW(3) + INTERVAL 3 SECOND');

    my $stays = opened($anas);

    ends_within($_, 4, 'its time is over') for @streams;
    cmp_ok(ask_more($stays, 0), '!=', 0, "another's is not");
}


sub elsewhere {
    my ($how, $role) = @_;
    my $who = user(unique('eva'), role => $role // 'customer');
    my $key = session($who);
    my $script = token($who);
    my @streams = map { opened($_) } $key, $script;
    my $stays = opened($anas);

    sql($how =~ s/WHO/$who/gr);
    ends_within($_, 13, 'it ends') for @streams;
    cmp_ok(ask_more($stays, 0), '!=', 0, "another's does not");
}


sub one_question {
    my @streams = map { opened(session(user(unique("u$_")))) } 1 .. 30;

    sql('TRUNCATE mysql.general_log; SET GLOBAL log_output = "TABLE";'
        . ' SET GLOBAL general_log = 1');
    ok(wait_for(15, sub { asked() }), 'their sessions are asked for');

    my $before = asked();

    wait_for(10.5, sub { 0 });
    sql('SET GLOBAL general_log = 0');

    my $n = asked();

    cmp_ok($n, '>', $before, 'and again');
    cmp_ok($n, '<=', 4, "by one statement a worker each time ($n)");
    is((grep { ask_more($_, 0) == 0 } @streams), 0, 'and all go on');
}

sub asked {
    return sql_value("SELECT COUNT(*) FROM mysql.general_log"
        . " WHERE command_type = 'Execute' AND argument LIKE '$question'");
}

run_tests();

__DATA__

=== TEST 1: a stream ends when its session or token expires
--- init: ::at_its_time()



=== TEST 2: a session that another host ended gets no more events
--- init
main::elsewhere('DELETE FROM session WHERE user_id = WHO;'
    . ' DELETE FROM token WHERE user_id = WHO');
--- timeout: 60
--- request
GET /api/plans



=== TEST 3: a user whom another host locked gets no more events
--- init: ::elsewhere('UPDATE user SET locked = 1 WHERE id = WHO')



=== TEST 4: a user whom another host demoted gets no more events of others
--- init
main::elsewhere("UPDATE user SET role = 'customer' WHERE id = WHO", 'admin');
--- timeout: 60
--- request
GET /api/plans



=== TEST 5: a user whom another host promoted gets the events of everybody
--- init
main::elsewhere("UPDATE user SET role = 'admin' WHERE id = WHO");
--- timeout: 60
--- request
GET /api/plans



=== TEST 6: one statement checks all streams of a worker
--- init: ::one_question()
