# vzpanel_signup approve: an order waits for an administrator.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_signup approve;'
        . ' vzpanel_public_url https://host.example/panel;')
        if !defined $_[0]->http_config;
});

our $json = "Content-Type: application/json\n";
our $boss_id = user(unique('boss'), role => 'admin');
our $boss = session($boss_id) . $json;
our @dni = map { person() } 1 .. 3;
our %order;

sub free { sql_value('SELECT COUNT(*) FROM address WHERE vm_id IS NULL') }
our $free = free();

# the ones of another test are none of ours
sub waits {
    my ($task) = @_;
    my $json = ask('GET', '/api/admin/orders?limit=200', $boss)->{json};

    return (grep { $_->{task} == $task } @{ $json->{items} })[0];
}

sub listed {
    my $one = waits(kept('first')->{task});

    is($one->{user}{dni}, $dni[0], 'who asks');
    is($one->{user}{email}, "ana.$dni[0]\@example.org", 'with the mail');
    ok($one->{address}, 'the address is claimed');
    is($one->{plan}, "B\x{e1}sico", 'the plan');
    is(free(), $free - 2, 'so is that of the other');

    my $mail = wait_for(10, sub { (mails("ana.$dni[0]\@example.org"))[0] })
        // '';
    my $order = kept('first');

    like($mail, qr/pedido N\S* $order->{task}/, 'a mail confirms the order');
    like($mail =~ s/=\r?\n//gr,
        qr{https://host\.example/panel/order#follow(?:=3D|=)$order->{order}},
        'with its link');
    unlike(ask('GET', '/api/plans')->{body}, qr/ready_seconds/,
        'nobody is promised seconds');
    select undef, undef, undef, 1.5;
    is(sql_value('SELECT state FROM task WHERE id = '
        . kept('first')->{task}), 'held', 'no runner takes it');
}

sub ready {
    my ($json) = @_;

    is($json->{state}, 'done', 'it runs to its end');
    is(waits($json->{id}), undef, 'and waits no more');
    my $mail = wait_for(5, sub {
        (grep { /ssh root/ } mails("ana.$dni[0]\@example.org"))[0] });
    ok($mail, 'the credentials are mailed');
    verb('destroy', sql_value('SELECT ctid FROM vm WHERE id = '
        . $json->{vm}{id}));
}

sub gone {
    my $vm = kept('second')->{vm}{id};

    is(sql_value("SELECT COUNT(*) FROM user WHERE dni = '$dni[1]'"), 0,
        'no account is left');
    is(sql_value("SELECT COUNT(*) FROM vm WHERE id = $vm"), 0,
        'no container');
    is(sql_value('SELECT COUNT(*) FROM mail WHERE state = \'held\''
        . " AND recipient = 'ana.$dni[1]\@example.org'"), 0, 'no password');
    is(free(), $free - 1, 'the address is free again');

    ok(wait_for(5, sub { grep { /no such person/ }
        mails("ana.$dni[1]\@example.org") }), 'a mail says why');
}

# somebody who has another container by now keeps it, and the account
sub has_another {
    my $order = ask('POST', '/api/orders', $json, order_body())->{json};
    my $user = sql_value("SELECT user_id FROM vm WHERE id = $order->{vm}{id}");
    my $other = vm($user);

    is(ask('POST', "/api/admin/orders/$order->{task}/reject", $boss, '{}')
        ->{code}, 204, 'rejected');
    is(join(' ', sql("SELECT id FROM vm WHERE user_id = $user")), $other,
        'the other container stays');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $user"
        . " AND state = 'held'"), 0, 'a password for the one that went does not');
}

# who watches hears of the decision
sub watched {
    my $task = kept('third')->{task};
    my $stream = ask_begin('GET', '/api/orders/' . kept('third')->{order},
        "Accept: text/event-stream\n");
    my $cookie = session(
        sql_value("SELECT id FROM user WHERE dni = '$dni[1]'"));

    is(ask('GET', '/api/session', $cookie)->{code}, 200, 'and is signed in')
        for 1 .. 4;
    is(ask('POST', "/api/admin/orders/$task/reject", $boss, '{}')->{code},
        204, 'rejected without a reason');
    ok(wait_for(10, sub {
        ask_more($stream, 0.1);
        return ask_result($stream)->{body} =~ /"state":"cancelled"/;
    }), 'the stream tells');
    is(ask('GET', '/api/session', $cookie)->{code}, 401, 'nobody is left')
        for 1 .. 4;
}

run_tests();

__DATA__

=== TEST 1: an order waits for approval, also with Prefer: wait
--- request eval
::order_request(dni => $::dni[0])
--- more_headers eval
$::json . "Prefer: wait=30\n"
--- timeout: 5
--- error_code: 202
--- response_body_like: "state":"held"
--- keep: first



=== TEST 2: a second order waits
--- request eval
::order_request(dni => $::dni[1])
--- more_headers eval
$::json
--- error_code: 202
--- response_body_like: "state":"held"
--- keep: second
--- check: listed



=== TEST 3: the link of the order says that it waits
--- request eval
[ 'GET /api/orders/%{first.order}', 'GET /api/tasks/%{first.task}',
  'GET /api/plans' ]
--- more_headers eval
$::boss
--- response_body_like eval
[ '"state":"held"', '"state":"held"', '"signup":"approve"' ]



=== TEST 4: a user whose order waits is known
--- request eval
::order_request(dni => $::dni[0])
--- more_headers eval
$::json
--- error_code: 409
--- response_body_like: "code":"user_exists"



=== TEST 5: a waiting order can be neither cancelled nor retried as a task
--- request eval
[ map { "POST /api/tasks/%{first.task}/$_" } 'cancel', 'retry' ]
--- more_headers eval
$::boss
--- error_code eval
[ 409, 409 ]



=== TEST 6: an approved order runs
--- request
POST /api/admin/orders/%{first.task}/approve
--- more_headers eval
$::boss . "Prefer: wait=60\n"
--- timeout: 65
--- error_code: 200
--- check: ready



=== TEST 7: a rejected order gives everything back
--- request
POST /api/admin/orders/%{second.task}/reject
{"reason":"no such person"}
--- more_headers eval
$::boss
--- error_code: 204
--- check: gone



=== TEST 8: the link of a rejected order gives the reason
--- request
GET /api/orders/%{second.order}
--- response_body_like: "state":"cancelled".*"error":\{"code":"rejected","detail":"no such person"\}



=== TEST 9: an order is decided once
--- request eval
[ 'POST /api/admin/orders/%{first.task}/approve',
  "POST /api/admin/orders/%{first.task}/reject\n{}",
  'POST /api/admin/orders/%{second.task}/approve',
  'POST /api/admin/orders/999999/approve',
  "POST /api/admin/orders/x/reject\n{}",
  "POST /api/admin/orders/%{second.task}/reject\n" . '{"reason":"' . 'x' x 201 . '"}' ]
--- more_headers eval
$::boss
--- error_code eval
[ 409, 409, 409, 404, 404, 422 ]



=== TEST 10: a rejected person may order again
--- request eval
::order_request(dni => $::dni[1])
--- more_headers eval
$::json
--- error_code: 202
--- response_body_like: "state":"held"
--- keep: third
--- check: watched
--- rows eval
"SELECT action, result FROM audit WHERE user_id = $::boss_id ORDER BY id"
--- rows_are eval
"order.approve\tok\norder.reject\tok\norder.reject\tok"



=== TEST 11: rejecting an order keeps an account that has other uses
--- init: ::has_another()
