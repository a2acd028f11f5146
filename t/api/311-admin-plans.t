# Administration: plans.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $boss = session(user('boss.plans', role => 'admin')) . $json;
our $name = unique('Plan ');

END {
    local $?;
    sql("DELETE FROM plan WHERE name LIKE 'Plan %'");
}


sub made {
    my (%change) = @_;
    my %plan = (name => "\"$main::name\"", memory_mib => 64, disk_mib => 512,
        %change);

    return "POST /api/admin/plans\n{" . join(',', map { "\"$_\":$plan{$_}" }
        grep { defined $plan{$_} } sort keys %plan) . '}';
}


# every worker, at once
sub contracted {
    my ($wanted, $title) = @_;
    my $wrong = 0;

    for (1 .. 8) {
        my $json = ask('GET', '/api/plans')->{json};

        $wrong++ if $wanted
            != grep { $_->{name} eq $main::name } @{ $json->{items} };
    }

    is($wrong, 0, $title);
}

# in bytes, as requests are written
our %sizes = ("\xf0\x9f\x8d\xa3" => 71, "\xf0\x9f\x8d\xba" => 72,
    "A\xc3\xb1o" => 73, 'Ano' => 74, 'ano' => 75);

# a container of an administrator's has the sizes of its plan
sub each_by_its_name {
    my $user = user('bea.plans');

    for my $name (sort keys %sizes) {
        my $call = ask('POST', '/api/vms', $boss, qq({"user":$user,)
            . qq("plan":"$main::name $name","template":") . busybox() . '"}');

        is($call->{code}, 202, 'the plan is found');
        is(sql_value("SELECT vmguar_limit_mib FROM vm WHERE id = "
            . $call->{json}{vm}{id}), $sizes{$name}, 'and no other');
        ask('GET', "/api/tasks/$call->{json}{id}", "${boss}Prefer: wait=60\n");
        ask('DELETE', "/api/vms/$call->{json}{vm}{id}",
            "${boss}Prefer: wait=60\n",
            qq({"name":"$call->{json}{vm}{name}"}));
    }

    is(ask('POST', '/api/vms', $boss, qq({"user":$user,"plan":"\L$main::name )
        . 'Ano","template":"' . busybox() . '"}')->{code}, 422,
        'one that is spelled otherwise is none');
}

sub is_offered { contracted(1, 'every worker offers it') }
sub is_hidden { contracted(0, 'no worker offers it') }


run_tests();

__DATA__

=== TEST 1: a plan is created with defaults, and offered at once
--- request eval
::made(position => 9)
--- more_headers eval
$::boss
--- error_code: 201
--- response_body_like: "memory_mib":64,"disk_mib":512,"cpu_units":1000,"cpu_percent":"unlimited","visible":true,"position":9,"vms":0
--- keep: plan
--- check: is_offered



=== TEST 2: a second plan of the same name is refused
--- request eval
::made()
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: "field":"name","code":"exists"



=== TEST 3: sizes outside the drivers' limits are refused
--- request eval
[ ::made(memory_mib => 7), ::made(disk_mib => 255), ::made(cpu_units => 7),
  ::made(cpu_units => 500001), ::made(cpu_percent => 0),
  ::made(cpu_percent => '"none"'), ::made(memory_mib => '"64"'),
  ::made(memory_mib => undef), ::made(name => '"\u0007"') ]
--- more_headers eval
$::boss
--- error_code eval
[ (422) x 9 ]
--- response_body_like eval
[ '"memory_mib","code":"range"', '"disk_mib","code":"range"',
  '"cpu_units","code":"range"', '"cpu_units","code":"range"',
  '"cpu_percent","code":"range"', '"cpu_percent","code":"type"',
  '"memory_mib","code":"type"', '"memory_mib","code":"required"',
  '"name","code":"format"' ]



=== TEST 4: a limit is set and removed, and other members stay
--- request eval
[ "PATCH /api/admin/plans/%{plan.id}\n" . '{"cpu_percent":150,"memory_mib":96}',
  "PATCH /api/admin/plans/%{plan.id}\n" . '{"cpu_percent":"unlimited"}' ]
--- more_headers eval
$::boss
--- response_body_like eval
[ '"memory_mib":96,"disk_mib":512,"cpu_units":1000,"cpu_percent":150,',
  '"memory_mib":96,"disk_mib":512,"cpu_units":1000,"cpu_percent":"unlimited"' ]
--- rows
SELECT cpu_percent IS NULL FROM plan WHERE id = %{plan.id}
--- rows_are: 1



=== TEST 5: a hidden plan is no longer offered
--- request
PATCH /api/admin/plans/%{plan.id}
{"visible":false}
--- init: ::is_offered()
--- more_headers eval
$::boss
--- response_body_like: "visible":false
--- check: is_hidden



=== TEST 6: an administrator lists hidden plans
--- request
GET /api/admin/plans
--- more_headers eval
$::boss
--- response_body_like eval
qr/\{"items":\[.*"name":"$::name".*\],"next":null\}/



=== TEST 7: a plan that a container has cannot be deleted
--- init
VzFixture::vm(VzFixture::user('bea.plans'),
    plan_id => VzPanelHelpers::kept('plan')->{id}, name => 'planned')
--- request
DELETE /api/admin/plans/%{plan.id}
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: "code":"in_use"



=== TEST 8: an unused plan is deleted
--- init
VzFixture::sql("DELETE FROM vm WHERE name = 'planned'")
--- request eval
[ 'DELETE /api/admin/plans/%{plan.id}', 'DELETE /api/admin/plans/%{plan.id}',
  "PATCH /api/admin/plans/%{plan.id}\n{}" ]
--- more_headers eval
$::boss
--- error_code eval
[ 204, 404, 404 ]
--- rows
SELECT DISTINCT action, account FROM audit WHERE account = 'boss.plans'
ORDER BY action
--- rows_are eval
"plan.change\tboss.plans\nplan.end\tboss.plans\nplan.make\tboss.plans"



=== TEST 9: the name of a deleted plan is free again
--- request eval
::made()
--- more_headers eval
$::boss
--- error_code: 201
--- keep: again
--- check: is_offered



=== TEST 10: a deleted plan is no longer offered
--- init: ::is_offered()
--- request
DELETE /api/admin/plans/%{again.id}
--- more_headers eval
$::boss
--- error_code: 204
--- check: is_hidden



=== TEST 11: names that differ by an accent, a symbol or case are different names
--- request eval
[ map { ::made(name => "\"$::name $_\"", memory_mib => $::sizes{$_}) }
  sort keys %::sizes ]
--- more_headers eval
$::boss
--- error_code eval
[ (201) x keys %::sizes ]



=== TEST 12: each of these plans is found by its own name
--- init: ::each_by_its_name()
