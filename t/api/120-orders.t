# Orders: what is refused and leaves nothing behind, and one that becomes a
# container, an account and a mail.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $type = "Content-Type: application/json\n";
our $wait = "${type}Prefer: wait=60\n";

our $known = sprintf '%08d', 10_000_000 + time % 9_000_000;
our $pointed = join '.', $known =~ /(..)(...)(...)/;
user(unique('known'), dni => $known);
user(unique('known'), dni => "${known}Z");

our $key = unique('key');
our $buyer = person();
our $body = order_body(dni => $buyer, hostname => 'Web.Example.org');
our $reader = person();

sql("INSERT IGNORE INTO template (name, label) VALUES ('ghost-1', 'Ghost')");
sql("INSERT IGNORE INTO node (name, enabled) VALUES ('elsewhere', FALSE)");

END {
    local $?;
    sql("DELETE FROM template WHERE name = 'ghost-1';"
        . "DELETE FROM node WHERE name = 'elsewhere'");
}


# --- what an order leaves in the database ---

our $counts = join ' UNION ALL ', map { "SELECT COUNT(*) FROM $_" }
    qw(user vm task task_step mail idempotency),
    'address WHERE vm_id IS NOT NULL';
our $before;

sub count_rows { $before = join ' ', sql($counts) }

sub nothing_made {
    is(join(' ', sql($counts)), $before, 'no row was made');
}

sub take_addresses {
    sql('UPDATE address SET reserved = 2 WHERE reserved = 0');
    count_rows();
}

sub give_addresses {
    sql('UPDATE address SET reserved = 0 WHERE reserved = 2');
    nothing_made();
}

# there are some, but for another node: the transaction finds that out
sub move_pool {
    sql("UPDATE address_pool SET node_id ="
        . " (SELECT id FROM node WHERE name = 'elsewhere')");
    count_rows();
}

sub return_pool {
    sql('UPDATE address_pool SET node_id = NULL');
    nothing_made();
}

sub fill_numbers {
    sql("UPDATE node SET ctid_max = ctid_min - 1 WHERE name = 'local'");
    count_rows();
}


# --- one that is carried out ---

my $made = 'account address create limits network password start mail';

sub order_is_done {
    my ($json) = @_;
    my @steps = @{ $json->{steps} };

    is($json->{state}, 'done', 'it is done');
    is(join(' ', map { $_->{name} } @steps), $made, 'by these steps');
    is(scalar(grep { $_->{state} eq 'done' } @steps), 8, 'all of them done');
    is(scalar(grep { defined $_->{seconds} } @steps), 8, 'with their times');
    is($json->{percent}, 100, 'to the end');
    like($json->{order}, qr/^[0-9a-f]{64}$/, 'it has a secret link');
    like($json->{account}, qr/^aperez\d*$/, 'an account from the name');
    is($json->{hostname}, 'web.example.org', 'the name in lower case');
    is($json->{email}, 'a***@example.org', 'the address of mail is masked');
}

sub container_runs {
    my $vm = kept('order')->{vm}{id};
    my ($ctid, $address) = split /\t/, sql_value('SELECT v.ctid, a.address'
        . " FROM vm v JOIN address a ON a.vm_id = v.id WHERE v.id = $vm");
    my $status = verb('status', $ctid);

    like($status, qr/ state=running /, 'the node says that it runs');
    like($status, qr/ address=\Q$address\E\b/, 'with the address of its row');
    is(kept('order')->{address}, $address, 'which the order tells as well');
    like($status, qr/ memory_limit=67108864 /, "with the plan's memory");
}

sub mail_is_right {
    my @mails = mails("ana.$main::buyer\@example.org");
    my ($mail) = @mails;

    is(scalar @mails, 1, 'one mail came');
    like($mail, qr/^Message-ID: <\S+>/mi, 'with an id of its own');

    my $text = mail_text($mail);

    like($text, qr/\b\Q$_\E\b/, 'it tells the ' . $_)
        for kept('order')->{account}, kept('order')->{address};

    my @words = $text =~ /(\S{8,})/g;
    my ($hash) = sql("SELECT password FROM user WHERE dni = '$main::buyer'");
    my ($password) = grep { crypt($_, $hash) eq $hash } @words;

    ok(defined $password, 'and the password that signs in');

    my $call = ask('POST', '/api/session', '',
        qq({"account":") . kept('order')->{account}
        . qq(","password":"$password"}));

    is($call->{code}, 200, 'which it does');
    ok($call->{json}{user}{must_change}, 'and is to be changed');
}

sub one_container {
    is(sql_value('SELECT COUNT(*) FROM vm v JOIN user u ON u.id = v.user_id'
        . " WHERE u.dni = '$main::buyer'"), 1, 'there is one container');
}

END { forget_held() }

sub other_networks {
    my $key = "Idempotency-Key: order-1\n";
    my $body = order_body();
    my $order = sub { ask('POST', '/api/orders',
        "X-Real-IP: 10.1.2.$_[0]\n$key", $_[1]) };
    my $first = $order->(1, $body);
    my $again = $order->(2, $body);

    is($first->{code}, 202, 'ordered');
    is($again->{code}, 202, 'a phone that changed networks is answered');
    is($again->{json}{order}, $first->{json}{order}, 'with its link');
    is($order->(1, order_body())->{code}, 202,
        'somebody else may call his first order the same');

    # what the link was made of, when that was no secret
    isnt($first->{json}{order}, Digest::SHA::sha256_hex(
        "order 10.1.2.1 order-1\n$body"), 'nobody computes the link');
    like(sql_value("SELECT value FROM secret WHERE name = 'order'"),
        qr/^[0-9a-f]{64}$/, 'who does not have the key of ours');
}

require Digest::SHA;

sub both_at_once {
    my $dni = person();
    my $body = order_body(dni => $dni);
    my $key = "Idempotency-Key: $main::key-both\n";
    my @calls = map { ask_begin('POST', '/api/orders', $key, $body) } 1 .. 4;
    my @all = map { ask_end($_) } @calls;
    my %orders = map { ($_->{json}{order} // $_->{body}) => 1 } @all;

    is(join(' ', map { $_->{code} } @all), '202 202 202 202',
        'each is accepted');
    is(scalar keys %orders, 1, 'with the same link');
    is(sql_value("SELECT COUNT(*) FROM user WHERE dni = '$dni'"), 1,
        'for one order');
}

sub different_at_once {
    my $kept = sql_value('SELECT MIN(id) FROM address WHERE vm_id IS NULL'
        . ' AND NOT reserved');

    sql("UPDATE address SET reserved = 1 WHERE id = $kept");

    my @calls = map { ask_begin('POST', '/api/orders', "Prefer: wait=30\n",
        order_body()) } 1 .. 4;
    my @all = map { ask_end($_, 40) } @calls;
    my $ids = join ',', map { $_->{json}{vm}{id} // 0 } @all;

    is(join(' ', map { $_->{code} } @all), '200 200 200 200', 'all are done');
    is(sql_value("SELECT CONCAT(COUNT(DISTINCT v.ctid), ' ',"
        . ' COUNT(DISTINCT a.address)) FROM vm v JOIN address a'
        . " ON a.vm_id = v.id WHERE v.id IN ($ids)"), '4 4',
        'each with a number and an address of its own');
    is(sql_value("SELECT vm_id FROM address WHERE id = $kept"), 'NULL',
        'and none that is reserved');
    sql("UPDATE address SET reserved = 0 WHERE id = $kept");
}

sub steps_happen {
    my $call = ask('POST', '/api/orders', '', order_body());
    my $stream = stream("/api/orders/$call->{json}{order}",
        "Accept: text/event-stream\n", qr/"state":"done"/, 20);

    is($call->{code}, 202, 'the order is accepted');
    like($call->{head}, qr{^Location: /api/orders/$call->{json}{order}\r?$}m,
        'with its link');
    is($stream->{code}, 200, 'which can be watched');
    like($stream->{head}, qr{^Content-Type: text/event-stream}mi,
        'as a stream of events');
    like($stream->{body}, qr/^event: order\ndata: \{"id":$call->{json}{task},/m,
        'of the order');
    like($stream->{body}, qr/"state":"done"/, 'up to its end');

    my $again = ask('GET', "/api/orders/$call->{json}{order}",
        "Accept: text/event-stream\n");

    is($again->{code}, 204, 'and not again when it is over');
}

run_tests();

__DATA__

=== TEST 1: an empty order names every missing member
--- request
POST /api/orders
{}
--- more_headers eval
$::type
--- error_code: 422
--- response_body_like eval
join '.*', map { qq("field":"$_","code":"required") } qw(first_name dni email plan template)



=== TEST 2: an invalid order names every wrong member, and creates nothing
--- before: count_rows
--- request eval
::order_request(first_name => '<b>', last_name => "a\nb", dni => '12', email => 'a@', phone => 'call me', address => "\x01", province => "\t", plan => "\x02", template => '../etc', hostname => '-a-', language => 'de')
--- more_headers eval
$::type
--- error_code: 422
--- response_body_like eval
join '.*', map { qq("field":"$_","code":"format") } qw(first_name last_name dni email phone address province language plan template hostname)
--- check: nothing_made



=== TEST 3: members of a wrong type and unknown members are named
--- request eval
::order_request(first_name => 7, dni => ['x'], admin => 'yes', role => 'admin')
--- more_headers eval
$::type
--- error_code: 422
--- response_body_like eval
'"field":"first_name","code":"type".*"field":"dni","code":"type".*"field":"(admin|role)","code":"unknown".*"field":"(admin|role)","code":"unknown"'



=== TEST 4: a plan or template that is not offered is refused
--- request eval
::order_request(plan => 'Gratis', template => 'windows-11')
--- more_headers eval
$::type
--- error_code: 422
--- response_body_like: "field":"plan","code":"absent".*"field":"template","code":"absent"



=== TEST 5: an order with a known document says "Usuario existente"
--- before: count_rows
--- request eval
::order_request(dni => $::known)
--- more_headers eval
$::type
--- error_code: 409
--- response_body_like: "code":"user_exists","errors":\[\{"field":"dni","code":"exists","message":"Usuario existente"
--- check: nothing_made



=== TEST 6: a document is recognized with points in it
--- request eval
::order_request(dni => $::pointed)
--- more_headers eval
$::type
--- error_code: 409
--- response_body_like: "code":"user_exists"



=== TEST 7: a document is recognized with its letter in any form
--- request eval
[map { ::order_request(dni => $_) } "${main::known}Z", "${main::known}z", "${main::known}-Z", "${main::pointed}-z"]
--- more_headers eval
$::type
--- error_code eval
[409, 409, 409, 409]



=== TEST 8: a template that no node has installed is refused
--- before: count_rows
--- request eval
::order_request(template => 'ghost-1')
--- more_headers eval
$::type
--- error_code: 409
--- response_body_like: "code":"no_template"
--- check: nothing_made



=== TEST 9: an order without a free address is refused
--- before: take_addresses
--- request eval
::order_request()
--- more_headers eval
$::type
--- error_code: 409
--- response_body_like: "code":"no_address"
--- check: give_addresses



=== TEST 10: without a free number on the node the transaction is rolled back
--- before: move_pool
--- request eval
::order_request()
--- more_headers eval
"${main::type}Idempotency-Key: $::key-none"
--- error_code: 409
--- response_body_like: "code":"no_address"
--- check: return_pool



=== TEST 11: an order becomes a container while the client waits
--- request eval
"POST /api/orders\n$::body"
--- more_headers eval
"${main::wait}Idempotency-Key: $::key"
--- timeout: 70
--- keep: order
--- check: order_is_done
--- response_headers_like
Location: /api/orders/[0-9a-f]{64}
Preference-Applied: wait=60
--- rows
SELECT lifecycle, desired_state, privvm_limit_mib, disk_hard_mib FROM vm WHERE id = %{order.vm.id}
--- rows_are eval
"ready\trunning\t64\t1024"



=== TEST 12: the container runs on its node
--- init: ::container_runs()



=== TEST 13: the link of an order tells its steps
--- request
GET /api/orders/%{order.order}
--- check: order_is_done



=== TEST 14: plans tell how long orders take
--- request
GET /api/plans
--- response_body_like: "ready_seconds":\d+\.\d



=== TEST 15: an unknown and a malformed link are 404
--- request eval
['GET /api/orders/' . '0' x 64, 'GET /api/orders/1', 'GET /api/orders/' . 'g' x 64, 'GET /api/orders/']
--- error_code eval
[404, 404, 404, 404]



=== TEST 16: one mail arrives, and its password signs in
--- init: ::mail_is_right()



=== TEST 17: the password is deleted from the database when the mail is sent
--- request
GET /api/plans
--- rows
SELECT state, data IS NULL, attempts FROM mail WHERE task_id = %{order.task}
--- rows_are eval
"sent\t1\t1"



=== TEST 18: the same request with the same Idempotency-Key gets the same answer
--- request eval
"POST /api/orders\n$::body"
--- more_headers eval
"${main::type}Idempotency-Key: $::key"
--- response_body_like: "order":"%{order.order}".*"vm":\{"id":%{order.vm.id},
--- check: one_container



=== TEST 19: the same Idempotency-Key with another body is refused
--- before: count_rows
--- request eval
::order_request(dni => $::buyer, first_name => 'Eva')
--- more_headers eval
"${main::type}Idempotency-Key: $::key"
--- error_code: 422
--- response_body_like: "code":"key_reused"
--- check: nothing_made



=== TEST 20: the same order without a key says that the document is known
--- request eval
"POST /api/orders\n$::body"
--- more_headers eval
$::type
--- error_code: 409
--- check: one_container



=== TEST 21: a malformed Idempotency-Key is refused
--- request eval
"POST /api/orders\n$::body"
--- more_headers eval
"${main::type}Idempotency-Key: " . 'k' x 129
--- error_code: 422



=== TEST 22: four simultaneous orders with one key create one container
--- init: ::both_at_once()



=== TEST 23: four simultaneous orders get different numbers and addresses
--- init: ::different_at_once()



=== TEST 24: the link of an order streams its steps
--- init: ::steps_happen()



=== TEST 25: the audit names the person who ordered
--- request
GET /api/plans
--- rows eval
"SELECT a.action, a.result, a.remote FROM audit a JOIN user u ON u.id = a.user_id WHERE u.dni = '$::buyer' AND a.action = 'order.make'"
--- rows_are eval
"order.make\tok\t127.0.0.1"



=== TEST 26: an Idempotency-Key belongs to a person, not to a network
--- vzpanel
vzpanel_signup approve;
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
--- init: ::other_networks()



=== TEST 27: a reserved hostname is refused
--- before: count_rows
--- request eval
[map { ::order_request(hostname => $_) } qw(localhost LOCALHOST.localdomain
    ip6-localhost ip6-loopback ip6-allnodes ip6-allrouters localhost.example
    web.localhost 12345 1.2)]
--- more_headers eval
$::type
--- error_code eval
[(422) x 10]
--- response_body_like eval
[('"errors":\[\{"field":"hostname","code":"format","message":"[^"]*localhost[^"]*digits alone') x 10]
--- check: nothing_made
