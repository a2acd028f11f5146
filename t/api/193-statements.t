# A database that takes few prepared statements: what is not needed is closed,
# everything is answered, and nothing stops.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzForms;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $boss = session(user(unique('boss'), role => 'admin')) . $json;
our $limit = sql_value('SELECT @@max_prepared_stmt_count');

END { local $?; most($limit) }


sub most { sql("SET GLOBAL max_prepared_stmt_count = $_[0]") }

sub prepared {
    return (split /\t/, sql_value("SHOW GLOBAL STATUS LIKE"
        . " 'Prepared_stmt_count'"))[1];
}


# each route that only reads, several times
sub read_all {
    my %codes;

    for my $round (1 .. 3) {
        for my $one (grep { $_->{method} eq 'GET' && $_->{path} !~ /events/ }
                     operations())
        {
            my $call = ask('GET', $one->{path} =~ s/\{\w+\}/1/gr, $boss);

            $codes{"$call->{code} $one->{path}"}++ if $call->{code} >= 500;
        }
    }

    return join ', ', sort keys %codes;
}


sub order_ends {
    my $order = ask('POST', '/api/orders', "${json}Prefer: wait=60\n",
        order_body());

    is($order->{code}, 200, 'an order is taken');
    is($order->{json}{state}, 'done', 'and carried out');
    verb('destroy', sql_value("SELECT ctid FROM vm WHERE id ="
        . " $order->{json}{vm}{id}"));
}


sub few {
    my ($n) = @_;

    most($n);
    is(read_all(), '', "with $n: every route is answered");
    order_ends();

    my %codes;

    $codes{ ask_end($_, 30)->{code} }++
        for map { ask_begin('GET', '/api/vms', $boss) } 1 .. 40;
    delete @codes{200, 503};
    is_deeply(\%codes, {}, "with $n: nothing is a fault of ours");
    cmp_ok(prepared(), '<=', $n, 'no more than those are prepared');
}

sub eight { few(8) }
sub sixty { few(60) }


# none at all, as if others had them
sub none {
    most(0);

    my $call = wait_for(5, sub {
        my $call = ask('GET', '/api/admin/plans', $boss);
        return $call->{code} == 503 && $call;
    });

    is($call->{json}{code}, 'overloaded', 'says so');
    like($call->{head}, qr/^Retry-After: \d+/m, 'and when to come back');
    ask('GET', '/api/health');
    most($limit);
    ok(wait_for(10, sub { ask('GET', '/api/admin/plans', $boss)->{code}
        == 200 }), 'and is well when there are some') for 1 .. 4;
}


sub bounded {
    is(read_all(), '', 'every route is answered');
    cmp_ok(prepared(), '<=', 2 * 4 * 5, 'a connection keeps five');
    order_ends();
    cmp_ok(prepared(), '<=', 2 * 4 * 5, 'not one more');
}


sub with { return vz_http_config() =~ s/name=vzpanel;/name=vzpanel $_[0];/r }

sub low { most(500) }

run_tests();

__DATA__

=== TEST 1: a database with room for eight prepared statements serves the panel
--- init: ::eight()
--- error_log
[warn]
max_prepared_stmt_count is reached
--- no_error_log
[error]



=== TEST 2: a database with room for sixty prepared statements serves the panel
--- init: ::sixty()
--- no_error_log
[error]



=== TEST 3: a database without room for prepared statements gives 503 until there is room
--- init: ::none()
--- no_error_log
[error]



=== TEST 4: a connection keeps no more prepared statements than its limit
--- http_config eval
::with('statements=5')
--- init: ::bounded()
--- no_error_log
[error]
max_prepared_stmt_count



=== TEST 5: a warning at start names a limit of the database below the panel's
--- before: low
--- request
GET /api/plans
--- wait: 0.3
--- error_log eval
qr/\[warn\] .* 2 workers may keep 512 statements prepared, the database's max_prepared_stmt_count is 500/



=== TEST 6: a sufficient limit of the database gets no warning
--- before: low
--- http_config eval
::with('statements=40')
--- request
GET /api/plans
--- wait: 0.3
--- no_error_log
max_prepared_stmt_count
