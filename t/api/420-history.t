# What containers and nodes used: figures by the recorder of a real node, and
# who may see them.

use Test::Nginx::Socket 'no_plan';
use Test::More ();
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana'));
our $bea = user(unique('bea'));
our ($anas, $beas) = (session($ana), session($bea));
our $root = session(user(unique('root'), role => 'admin'));
our ($vm, $ctid) = container($ana, name => unique('history'));
our $stranger = vm($bea);
our $node = sql_value("SELECT node_id FROM vm WHERE id = $vm");

verb('start', $ctid);
sql("UPDATE vm SET cpu_percent = 150, privvm_limit_mib = 256 WHERE id = $vm");
sql('INSERT INTO task (kind, vm_id, vm_name, user_id, actor, via, state,'
    . " steps) VALUES ('restart', $vm, 'x', $ana, 'ana', 'web', 'done', 1)");


sub series {
    my ($history, $name, $kind) = @_;
    my ($one) = grep { $_->{name} eq $name } @{ $history->{series} // [] };

    return grep { defined } @{ $one->{ $kind // 'mean' } // [] };
}


# until the recorder has seen it: ten seconds and a round
sub recorded {
    wait_for(40, sub {
        return series(ask('GET', "/api/vms/$vm/history", $anas)->{json},
            'memory');
    });
}


sub whole {
    recorded();

    my $history = ask('GET', "/api/vms/$vm/history", $anas)->{json};

    Test::More::is($history->{range}, '1h', 'the default range is an hour');
    Test::More::is($history->{step_s}, 10, 'a point has ten seconds');
    Test::More::is(@{ $_->{mean} }, @{ $history->{at} }, "$_->{name}: each"
        . ' time has a figure') for @{ $history->{series} }, { name => 'up',
        mean => $history->{up} };

    my ($memory) = series($history, 'memory');
    Test::More::cmp_ok($memory, '>', 100_000,
        'a running container uses memory');
    Test::More::cmp_ok($memory, '<', 256 << 20,
        'it uses no more than its limit');
    Test::More::ok(scalar series($history, 'disk', 'most'), 'it uses its disk');

    Test::More::is("@{ $history->{limits} }{qw(cpu_percent memory_bytes)}",
        '150 268435456', 'the limits of now are told');
    Test::More::is(join(' ', map { "$_->{kind} $_->{state}" }
        @{ $history->{tasks} }), 'restart done', 'its tasks are told');
    Test::More::like($history->{recorded}, qr/^20\d\d-.*Z$/,
        'the time of the last reading is told');
    return;
}


sub ranges {
    for my $case ([ '6h', 60 ], [ '1d', 120 ], [ '1w', 1200 ], [ '1m', 3600 ],
                  [ '3m', 10_800 ], [ '1y', 86_400 ])
    {
        my ($range, $step) = @$case;
        my $history = ask('GET', "/api/vms/$vm/history?range=$range",
            $anas)->{json};

        Test::More::is($history->{step_s}, $step, "$range: $step s a point");
        Test::More::cmp_ok(scalar(@{ $history->{at} // [] }), '>=', 1,
            "$range: the points are told that exist");
        Test::More::cmp_ok(scalar(@{ $history->{at} // [] }), '<=', 3,
            "$range: there are no more points");
    }
    return;
}


sub no_reason {
    my ($reasons) = @_;

    Test::More::is_deeply($reasons->{reasons}, [], 'no reason is told');
    Test::More::like($reasons->{recorded}, qr/^20\d\d-/,
        'the container was looked at');
    return;
}


sub of_node {
    my ($history) = @_;
    my ($memory) = series($history, 'memory');

    Test::More::cmp_ok($memory, '>', 10 << 20,
        'a node has the memory of a machine');
    Test::More::ok(!exists $history->{limits}, 'a node has no plan');
    return;
}


run_tests();

__DATA__

=== TEST 1: the owner sees what the container used, its limits and its tasks
--- request eval
"GET /api/vms/$::vm/history"
--- more_headers eval
$::anas
--- check: whole



=== TEST 2: longer ranges have coarser points
--- request eval
"GET /api/vms/$::vm/history?range=1y"
--- more_headers eval
$::anas
--- check: ranges



=== TEST 3: an unknown range is refused by the argument's name
--- request eval
"GET /api/vms/$::vm/history?range=2h"
--- more_headers eval
$::anas
--- error_code: 422
--- response_body_like: "field":"range"



=== TEST 4: somebody else's container is not there
--- request eval
"GET /api/vms/$::vm/history"
--- more_headers eval
$::beas
--- error_code: 404



=== TEST 5: the reasons of somebody else's container are not there
--- request eval
"GET /api/vms/$::vm/reasons"
--- more_headers eval
$::beas
--- error_code: 404



=== TEST 6: an administrator sees the history of any container
--- request eval
"GET /api/vms/$::vm/history"
--- more_headers eval
$::root
--- check: whole



=== TEST 7: a container that its node does not have has no history
--- request eval
"GET /api/vms/$::stranger/history"
--- more_headers eval
$::beas
--- error_code: 409
--- response_body_like: "code":"absent"



=== TEST 8: nothing is wrong with a container that does nothing
--- request eval
"GET /api/vms/$::vm/reasons"
--- more_headers eval
$::anas
--- check: no_reason



=== TEST 9: an administrator sees the history of the node
--- request eval
"GET /api/admin/nodes/$::node/history"
--- more_headers eval
$::root
--- check: of_node



=== TEST 10: a customer does not see the history of the node
--- request eval
"GET /api/admin/nodes/$::node/history"
--- more_headers eval
$::anas
--- error_code: 403



=== TEST 11: a node that does not exist has no history
--- request
GET /api/admin/nodes/999999/history
--- more_headers eval
$::root
--- error_code: 404
