# Administration: nodes, the audit, the outbox, suspending somebody.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $mark = unique('watch');
our $boss_id = user("boss.$mark", role => 'admin');
our $boss = session($boss_id) . $json;
our $bea = user("bea.$mark");
our (@vms, @numbers);

for (1 .. 2) {
    my ($id, $number) = container($bea, name => "$mark$_");

    push @vms, $id;
    push @numbers, $number;
}

our $beas = session($bea) . $json;
our $node = sql_value("SELECT id FROM node WHERE name = 'local'");
our ($min, $max) = split /\t/,
    sql_value("SELECT ctid_min, ctid_max FROM node WHERE id = $node");

sql("INSERT INTO audit (user_id, account, action, object, remote, result, at)"
    . " VALUES ($boss_id, 'boss.$mark', 'thing.make', 'a $mark', '::1', 'ok',"
    . " '2020-02-03 10:00:00'), ($boss_id, 'boss.$mark', 'thing.end',"
    . " 'b $mark', '::1', 'ok', '2020-02-03 23:30:00'),"
    . " (NULL, 'x $mark', 'thing.make', '', '10.9.8.7', 'denied',"
    . " '2020-02-04 00:00:00')");

sub mail {
    my ($state, $data) = @_;

    return VzFixture::insert('mail', recipient => "$state.$mark\@example.org",
        template => 'credentials', data => $data, state => $state,
        message_id => unique('id'), attempts => 3,
        error => $state eq 'failed' ? '550 no such user' : undef);
}

our $failed = mail('failed', '{"first_name":"F","password":"hidden"}');
our $sent = mail('sent');
our $held = mail('held', '{"password":"hidden"}');

sub down { daemon_stop() }

END {
    local $?;
    daemon_start();
    verb('destroy', $_) for @numbers;
    sql("UPDATE node SET ctid_min = $min, ctid_max = $max, enabled = TRUE"
        . " WHERE id = $node; DELETE FROM node WHERE name = 'moon'");
}

sub audit { "GET /api/admin/audit?q=$mark&$_[0]" }

sub actions {
    my ($json) = @_;

    return join ' ', map { "$_->{object}:$_->{action}" } @{ $json->{items} };
}

our @wanted;

sub found { is(actions($_[0]), $wanted[$_[1]], "audit $_[1]") }


# a node that gets no new containers; those that it has go on
sub disabled {
    is(ask('PATCH', "/api/admin/nodes/$node", $boss,
        '{"enabled":false}')->{code}, 200, 'disabled');

    my $seen = ask('GET', "/api/vms/$vms[0]", $beas)->{json}{sampled} // '';

    ok(wait_for(15, sub {
        my $vm = ask('GET', "/api/vms/$vms[0]", $beas)->{json};

        return $vm->{state} eq 'stopped' && $vm->{sampled} gt $seen;
    }), 'its containers are still seen');

    is(ask('POST', "/api/vms/$vms[0]/start", "${beas}Prefer: wait=30\n")
        ->{json}{state}, 'done', 'and started');
    ok(wait_for(10, sub { grep { $_->{id} == $vms[0] }
        @{ ask('GET', '/api/vms?state=running', $beas)->{json}{items} } }),
        'which is seen, too');

    my $health = ask('GET', '/api/health');

    is($health->{code}, 200, 'it is well');
    is($health->{json}{nodes}[0]{name}, 'local', 'as is told');

    ask('POST', "/api/vms/$vms[0]/stop", "${beas}Prefer: wait=30\n");
    ask('PATCH', "/api/admin/nodes/$node", $boss, '{"enabled":true}');
}

sub found_by_what_people_see {
    my $vm = vm(user(unique('noa')), name => "v$mark");
    my $number = sql_value("SELECT ctid FROM vm WHERE id = $vm");
    my $name = "v$mark ($number)";

    like(ask('POST', "/api/vms/$vm/stop", $boss)->{code}, qr/^20/, 'stopped');

    for my $q ($name, "v$mark", "($number)") {
        my $found = ask('GET', '/api/admin/audit?action=vm.stop&q='
            . ($q =~ s/ /%20/gr), $boss)->{json}{items};

        is($found->[0]{name}, $name, "found by $q");
        is($found->[0]{vm}, $vm, 'with the container');
    }

    is(ask('GET', "/api/admin/audit?vm=$vm", $boss)->{json}{items}[0]
        {action}, 'vm.stop', 'and by the container');
    is(ask('PATCH', "/api/admin/users/$bea", $boss, '{"province":"Mendoza"}')
        ->{code}, 200, 'a user is changed');
    is(ask('GET', '/api/admin/audit?action=user.change', $boss)
        ->{json}{items}[0]{name}, "bea.$mark", 'who has a name, too');
}

run_tests();

__DATA__

=== TEST 1: the audit is searched by time, action, account and words
--- init
my $m = $main::mark;
@main::wanted = (":thing.make b $m:thing.end a $m:thing.make",
    "b $m:thing.end a $m:thing.make", "b $m:thing.end",
    ":thing.make", ":thing.make a $m:thing.make",
    "b $m:thing.end a $m:thing.make", "b $m:thing.end a $m:thing.make",
    "b $m:thing.end", "", "b $m:thing.end", "a $m:thing.make");
--- request eval
[ ::audit(''), ::audit('to=2020-02-03'),
  ::audit('from=2020-02-03T10:00:01Z&to=2020-02-03T23:59:59Z'),
  ::audit('from=2020-02-04&to=2020-02-04'), ::audit('action=thing.make'),
  ::audit("user=$::boss_id"), ::audit("user=boss.$::mark"),
  ::audit('action=thing.&limit=1&to=2020-02-03'),
  ::audit('user=nobody.here'),
  ::audit('from=2020-02-03T20:00:00-03:00&to=2020-02-03T20:59:59.999-03:00'),
  ::audit('from=2020-02-03T00:00:00.000%2B13:00&to=2020-02-03T23:59:59.999%2B13:00') ]
--- more_headers eval
$::boss
--- check: found



=== TEST 2: invalid filters of the audit are refused
--- request eval
[ map { "GET /api/admin/audit?$_" } 'from=yesterday', 'action=%27', 'user=%00',
  'cursor=-1', 'limit=1000', 'from=2026-13-01', 'to=2026-02-29',
  'from=2026-02-28T24:00:00Z', 'from=2026-02-28T10:00:00',
  'from=2026-02-28T10:00:00%2B3', 'from=2026-02-28T10:00:00.1Z',
  'from=2026-02-28T10:00:00-24:00' ]
--- more_headers eval
$::boss
--- error_code eval
[ (422) x 12 ]



=== TEST 3: rows of the audit have all members
--- request eval
::audit('from=2020-02-04&to=2020-02-04')
--- more_headers eval
$::boss
--- response_body_like eval
qr/"at":"2020-02-04T00:00:00.000Z","user":null,"account":"x $::mark","action":"thing.make","object":"","name":"","vm":null,"remote":"10.9.8.7","result":"denied","detail":""/



=== TEST 4: the outbox lists mails without their text
--- request eval
[ "GET /api/admin/mail?q=$::mark", "GET /api/admin/mail?state=failed&q=$::mark",
  'GET /api/admin/mail?state=lost' ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 200, 422 ]
--- response_body_like eval
[ "^(?!.*hidden)\\{\"items\":\\[\\{\"id\":$::held,.*\\{\"id\":$::sent,.*\\{\"id\":$::failed,",
  "^\\{\"items\":\\[\\{\"id\":$::failed,[^{}]*\"attempts\":3,\"next_try\":null,\"error\":\"550 no such user\"[^{}]*\\}\\],\"next\":null\\}",
  '"field":"state"' ]



=== TEST 5: a failed mail is sent again, other mails are not
--- request eval
[ map { "POST /api/admin/mail/$_/retry" } $::failed, $::sent, $::held, 999_999 ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 409, 409, 404 ]
--- rows eval
"SELECT state, data IS NULL FROM mail WHERE id = $::failed"
--- rows_are eval
"sent\t1"



=== TEST 6: the list of nodes has what nodes report about themselves
--- init
VzFixture::sql("INSERT IGNORE INTO node (name, enabled) VALUES ('moon', FALSE)");
--- request
GET /api/admin/nodes
--- more_headers eval
$::boss
--- response_body_like eval
qr/"unregistered":\[\].*"name":"local","enabled":true,"dead":false,"ctid_min":$::min,"ctid_max":$::max,"vms":\d+,"pools":\d+,"strangers":\d+,"missing":\d+,"configured":true,"answers":true,"error":null,"facts":\{"driver":"lxc","version":"[\d.]+","kernel":"[^"]+",.*"cpus":\d+,"memory_total_bytes":\d+,.*"name":"moon","enabled":false,"dead":false,.*"configured":false,"answers":false,"error":null,"facts":null/



=== TEST 7: the range of numbers of a node and its state are changed
--- request eval
[ "PATCH /api/admin/nodes/$::node\n{\"ctid_max\":" . ($::max - 1) . '}',
  "PATCH /api/admin/nodes/$::node\n{\"ctid_max\":101}",
  "PATCH /api/admin/nodes/$::node\n{\"ctid_min\":100}",
  "PATCH /api/admin/nodes/$::node\n{\"name\":\"x\"}",
  "PATCH /api/admin/nodes/999999\n{\"enabled\":false}" ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 422, 422, 422, 404 ]
--- response_body_like eval
[ '"ctid_max":' . ($::max - 1) . ',.*"facts":\{"driver":"lxc"',
  '"ctid_max","code":"range"', '"ctid_min","code":"range"',
  '"name","code":"unknown"', 'not_found' ]



=== TEST 8: templates of a disabled node are no longer offered
--- request eval
[ 'GET /api/plans', "PATCH /api/admin/nodes/$::node\n{\"enabled\":false}",
  'GET /api/plans', "PATCH /api/admin/nodes/$::node\n{\"enabled\":true}",
  'GET /api/plans' ]
--- more_headers eval
$::boss
--- response_body_like eval
[ '"templates":[12]', '"enabled":false', '"templates":0', '"enabled":true',
  '"templates":[12]' ]



=== TEST 9: a disabled node is still watched
--- init: ::disabled()



=== TEST 10: all containers of a user are suspended, with a reason
--- request eval
[ "POST /api/admin/users/$::bea/suspend\n{\"reason\":\"unpaid\"}",
  'POST /api/admin/users/999999/suspend' . "\n{}",
  "POST /api/admin/users/$::bea/suspend\n" . '{"reason":"' . 'x' x 201 . '"}' ]
--- more_headers eval
$::boss
--- error_code eval
[ 202, 404, 422 ]
--- response_body_like eval
[ "^\\{\"items\":\\[\\{\"vm\":$::vms[0],\"task\":\\d+\\},\\{\"vm\":$::vms[1],\"task\":\\d+\\}\\],\"next\":null\\}",
  'not_found', '"reason"' ]
--- rows eval
"SELECT DISTINCT lifecycle, suspended_reason, desired_state FROM vm WHERE user_id = $::bea"
--- rows_are eval
"suspended\tunpaid\tstopped"



=== TEST 11: containers that are suspended already are skipped
--- wait: 0.3
--- request eval
"POST /api/admin/users/$::bea/suspend\n{}"
--- more_headers eval
$::boss
--- error_code: 202
--- response_body_like eval
"\\{\"vm\":$::vms[0],(\"task\":\\d+,)?\"code\":\"(suspended|vm_busy)\"\\}"



=== TEST 12: a node that does not answer is reported
--- init
main::down();
--- request
GET /api/admin/nodes
--- more_headers eval
$::boss
--- response_body_like: "name":"local".*"configured":true,"answers":false,"error":"down","facts":null



=== TEST 13: the audit finds actions on a container by its name and by its number
--- init: ::found_by_what_people_see()
