# A database that gives a worker fewer connections than it asks for: requests
# stand in line for those that there are.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(1);

our $anas = session(user(unique('ana')));

END {
    local $?;
    most(0);
}


sub most { sql("ALTER USER vzpanel\@localhost WITH MAX_USER_CONNECTIONS $_[0]") }

# those that the panel has
sub connections {
    return sql("SELECT id FROM information_schema.processlist"
        . " WHERE user = 'vzpanel'");
}


# so many requests in one instant; their codes with how many have each
sub burst {
    my %codes;

    $codes{ ask_end($_, 30)->{code} }++
        for map { ask_begin('GET', '/api/vms', $anas) } 1 .. 40;

    return \%codes;
}


sub few_connections {
    most(2);
    sql("KILL $_") for connections();

    is_deeply(burst(), { 200 => 40 }, 'all are answered') for 1 .. 3;
    cmp_ok(scalar connections(), '<=', 2, 'over what there is');

    most(0);
    ok(wait_for(10, sub { burst(); connections() > 2 }),
        'more are taken when there are more');
}

run_tests();

__DATA__

=== TEST 1: requests are answered when the database refuses more connections
--- init: ::few_connections()
--- error_log
vzpanel: the database gives no more than
