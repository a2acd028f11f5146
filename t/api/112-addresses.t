# Addresses of mail: who may sign in by one, and that nobody takes it from who
# has it by writing it somewhere.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $mark = unique('mail');

END { forget_held() }


my $from = 0;

# each from an address of its own: how many tries are free is not told here
sub sign_in {
    my ($account, $password) = @_;
    my $net = ++$from;

    return ask('POST', '/api/session', "X-Real-IP: 10.112.$net.1\n",
        qq({"account":"$account","password":")
        . ($password // 'Test-password-1') . '"}');
}

sub state_of { sql_value("SELECT email_state FROM user WHERE id = $_[0]") }

sub link_of {
    my ($id) = @_;

    return wait_for(10, sub {
        sql_value("SELECT COUNT(*) FROM reset WHERE user_id = $id") });
}


sub ordered {
    my $ana = user("ana.$mark");
    my $address = "ana.$mark\@example.org";

    is(sign_in($address)->{code}, 200, 'she signs in by her address');

    for my $n (1 .. 6) {
        my $call = ask('POST', '/api/orders', '', order_body(
            email => $address, last_name => 'P' . 'x' x $n));

        is($call->{code}, 202, 'somebody orders with it');
        is(sign_in($address)->{json}{user}{account}, "ana.$mark",
            'and she signs in as before') if $n == 1 || $n == 6;
    }

    is(ask('POST', '/api/password/reset', '', qq({"account":"$address"}))
        ->{code}, 202, 'she asks for a link');
    ok(link_of($ana), 'and it is hers');
}


# before an address was answered
sub unproven {
    my $id = user("bea.$mark", email_state => 'unproven');
    my $address = "bea.$mark\@example.org";

    is(sign_in($address)->{code}, 401, 'what somebody typed signs nobody in');
    is(sign_in("bea.$mark")->{code}, 200, 'the account does');

    my ($token) = ask_link($id);

    is(ask('PUT', '/api/password/reset', '',
        qq({"token":"$token","new":"Another-password-1"}))->{code}, 204,
        'a link was mailed there');
    is(sign_in($address, 'Another-password-1')->{code}, 200,
        'so it is hers');
}

# a link of our own making
sub ask_link {
    my ($id) = @_;
    my $secret = Digest::SHA::sha256_hex(unique('link'));

    sql("INSERT INTO reset (hash, user_id, expires) VALUES (UNHEX('"
        . Digest::SHA::sha256_hex($secret) . "'), $id,"
        . ' NOW(3) + INTERVAL 1 MINUTE)');

    return $secret;
}


# who signs in with what was mailed has read it
sub mailed {
    my $id = user("carla.$mark", email_state => 'mailed', must_change => 1);
    my $address = "carla.$mark\@example.org";
    my $call = sign_in($address);

    is($call->{code}, 200, 'the password that was mailed signs in');
    is(state_of($id), 'mailed', 'that alone is no answer');

    my ($cookie) = $call->{head} =~ /^Set-Cookie: (vzpanel_session=\w+)/m;

    is(ask('PUT', '/api/account/password', "Cookie: $cookie\n",
        '{"old":"Test-password-1","new":"Another-password-1"}')->{code}, 204,
        'it is changed');
    is(state_of($id), 'proven', 'that is one');
    is(sign_in($address, 'Another-password-1')->{code}, 200, 'it is hers');
}


sub moved {
    my $root = session(user("root.$mark", role => 'admin')) . $json;
    my $id = user("dora.$mark");
    my $by = sub { ask('PATCH', "/api/admin/users/$id", $root, $_[0])
        ->{code} };

    is($by->('{"email":"new.' . $mark . '@example.org"}'), 200,
        'an administrator writes another');
    is(sign_in("new.$mark\@example.org")->{code}, 401,
        'which is not hers because he says so');
    is(sign_in("dora.$mark")->{code}, 200, 'she signs in by her account');
    sql("UPDATE user SET email_state = 'proven' WHERE id = $id");
    is($by->('{"email":"new.' . $mark . '@example.org","phone":""}'), 200,
        'the same once more');
    is(sign_in("new.$mark\@example.org")->{code}, 200, 'changes nothing');
}


# the mail with her password was refused, goes to another address, and proves
# that one, unless another password was drawn since
sub sent_again {
    my $root = session(user("root.$mark", role => 'admin')) . $json;

    for my $drawn ('-1', '1') {
        my $id = user(unique('eva'), email_state => 'unproven',
            must_change => 1);

        sql("UPDATE user SET drawn = NOW(3) + INTERVAL $drawn MINUTE"
            . " WHERE id = $id");

        my $mail = sql_value('INSERT INTO mail (user_id, recipient, template,'
            . " data, message_id, state, attempts) VALUES ($id,"
            . " 'before\@example.org', 'account', '{\"first_name\":\"Eva\","
            . "\"account\":\"eva\",\"password\":\"x\"}', '" . unique('m')
            . "', 'failed', 1); SELECT LAST_INSERT_ID()");

        is(ask('POST', "/api/admin/mail/$mail/retry", $root)->{code}, 200,
            'sent again');
        is(state_of($id), $drawn < 0 ? 'mailed' : 'unproven',
            $drawn < 0 ? 'the password went there' : 'another one did not');
    }
}

require Digest::SHA;

run_tests();

__DATA__

=== TEST 1: an order with the address of an existing user changes nothing for that user
--- vzpanel
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
vzpanel_signup approve;
vzpanel_public_url http://panel.example/panel;
--- init: ::ordered()



=== TEST 2: an unconfirmed address cannot sign in
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::unproven()



=== TEST 3: signing in with the mailed password confirms the address
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::mailed()



=== TEST 4: a changed address has to be confirmed again
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::moved()



=== TEST 5: a mail that is sent again confirms the address that it went to
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::sent_again()
