# What changes while a call is on its way: it looked at a password, a role, a
# session, then waited, and acts by what holds when it acts.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzHold;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $mark = unique('mean');
our $other = crypt 'Other-password-1', '$y$j75$vzpanelFixture......';

# what an administrator's reset does, and one that is done before it
sub reset_of {
    my ($id) = @_;

    return "UPDATE user SET password = '$other' WHERE id = $id;"
        . " DELETE FROM session WHERE user_id = $id;"
        . " DELETE FROM token WHERE user_id = $id";
}

sub opened { sql_value("SELECT COUNT(*) FROM session WHERE user_id = $_[0]") }

sub sign_in {
    my ($account, $password) = @_;

    return ask_begin('POST', '/api/session', '',
        qq({"account":"$account","password":"$password"}));
}


# [why, what is written meanwhile]
sub signing_in {
    for my $case (
        [ 'another password' => sub { reset_of($_[0]) } ],
        [ 'a lock' => sub { "UPDATE user SET locked = 1 WHERE id = $_[0]" } ])
    {
        my ($why, $write) = @$case;
        my $name = unique('in');
        my $id = user($name);
        my $held = held($write->($id));
        my $call = sign_in($name, 'Test-password-1');

        blocked($call);
        release($held);

        my $result = ask_end($call);

        is($result->{code}, 401, "$why: the one that was checked is over");
        is($result->{json}{code}, 'bad_credentials', "$why: as any other");
        unlike($result->{head}, qr/^Set-Cookie: vzpanel_session/m,
            "$why: no cookie");
        is(opened($id), 0, "$why: and no session");
    }
}


sub changing_password {
    my $name = unique('pw');
    my $id = user($name);
    my $cookie = session($id);
    my $held = held(reset_of($id));
    my $call = ask_begin('PUT', '/api/account/password', $cookie,
        '{"old":"Test-password-1","new":"Taken-over-password-1"}');

    blocked($call);
    release($held);

    is(ask_end($call)->{code}, 401, 'the session is over');
    is(ask_end(sign_in($name, 'Taken-over-password-1'))->{code}, 401,
        'what it wanted is not the password');
    is(ask_end(sign_in($name, 'Other-password-1'))->{code}, 200,
        'what was drawn is');
}


# a password by other hands, that ends no session: nor is it overwritten
sub changed_twice {
    my $id = user(unique('pw'));
    my $cookie = session($id);
    my $held = held("UPDATE user SET password = '$other' WHERE id = $id");
    my $call = ask_begin('PUT', '/api/account/password', $cookie,
        '{"old":"Test-password-1","new":"Taken-over-password-1"}');

    blocked($call);
    release($held);

    my $result = ask_end($call);

    is($result->{code}, 422, 'what was shown is not the password any more');
    is($result->{json}{errors}[0]{code}, 'wrong', 'and is told so');
    is(sql_value("SELECT password = '$other' FROM user WHERE id = $id"), 1,
        'the other one stays');
}


sub making_tokens {
    my $id = user(unique('tok'));
    my $cookie = session($id);
    my $held = held(reset_of($id));
    my @calls = map { ask_begin('POST', '/api/account/tokens', $cookie,
        '{"name":"backdoor","scope":"write"}') } 1 .. 4;

    blocked(@calls);
    release($held);

    is(join(' ', map { ask_end($_)->{code} } @calls), '401 401 401 401',
        'whose session is over makes none');
    is(sql_value("SELECT COUNT(*) FROM token WHERE user_id = $id"), 0,
        'and none is left');
}


sub counting_tokens {
    my $id = user(unique('tok'));
    my $cookie = session($id);

    token($id) for 1 .. 18;

    my $held = held("SELECT 1 FROM user WHERE id = $id FOR UPDATE");
    my @calls = map { ask_begin('POST', '/api/account/tokens', $cookie,
        '{"name":"one of many"}') } 1 .. 4;

    blocked(@calls);
    release($held);

    is(join(' ', sort map { ask_end($_)->{code} } @calls), '201 201 409 409',
        'four at once where two have room');
}


# a link is for the address that somebody has when it is mailed
sub mailing_links {
    my $name = unique('link');
    my $id = user($name);
    my $held = held("UPDATE user SET email = 'new.$name\@example.org'"
        . " WHERE id = $id");

    my $call = ask_begin('POST', '/api/password/reset', '',
        qq({"account":"$name"}));

    is(ask_end($call)->{code}, 202, 'asked for');
    blocked($call);
    release($held);

    ok(wait_for(10, sub { waiting() == 0 }), 'it went on');
    is(sql_value("SELECT COUNT(*) FROM reset WHERE user_id = $id"), 0,
        'no link goes to the address before');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $id"), 0,
        'nor a mail');
}


# --- administrators ---

sub new_plan {
    return sql_value('INSERT INTO plan (name, memory_mib, disk_mib, visible)'
        . " VALUES ('" . unique('plan') . "', 64, 1024, 0);"
        . ' SELECT LAST_INSERT_ID()');
}

sub demoted {
    my $boss = session(user(unique('boss'), role => 'admin')) . $json;
    my $vm = vm(user(unique('own')));

    # an edit by table, a change of a container, a container, an account
    my %writes = (
        'a plan' => sub { my $id = new_plan();
            [ 'PATCH', "/api/admin/plans/$id", '{"memory_mib":128}',
              "SELECT 1 FROM plan WHERE id = $id FOR UPDATE",
              "SELECT memory_mib = 64 FROM plan WHERE id = $id" ] },
        'a container' => sub {
            [ 'POST', "/api/vms/$vm/suspend", '{"reason":"x"}',
              "SELECT 1 FROM vm WHERE id = $vm FOR UPDATE",
              "SELECT COUNT(*) = 0 FROM task WHERE vm_id = $vm" ] },
        'all of somebody' => sub {
            my $id = sql_value("SELECT user_id FROM vm WHERE id = $vm");
            [ 'POST', "/api/admin/users/$id/suspend", '{"reason":"x"}',
              "SELECT 1 FROM vm WHERE id = $vm FOR UPDATE",
              "SELECT COUNT(*) = 0 FROM task WHERE vm_id = $vm" ] },
        'a user' => sub { my $id = user(unique('u'));
            [ 'PATCH', "/api/admin/users/$id", '{"role":"admin"}',
              "SELECT 1 FROM user WHERE id = $id FOR UPDATE",
              "SELECT role = 'customer' FROM user WHERE id = $id" ] },
        'a password' => sub { my $id = user(unique('u'));
            [ 'POST', "/api/admin/users/$id/password", undef,
              "SELECT 1 FROM user WHERE id = $id FOR UPDATE",
              "SELECT NOT must_change FROM user WHERE id = $id" ] });

    # how he is stopped, and what he is told
    my %stops = (
        demoted => [ sub { ask('PATCH', "/api/admin/users/$_[0]", $boss,
            '{"role":"customer"}')->{code} }, 401 ],
        locked => [ sub { ask('PATCH', "/api/admin/users/$_[0]", $boss,
            '{"locked":true}')->{code} }, 401 ],
        'demoted by hand' => [ sub { sql("UPDATE user SET role = 'customer'"
            . " WHERE id = $_[0]"); 200 }, 403 ]);

    for my $what (sort keys %writes) {
        for my $how (sort keys %stops) {
            my $id = user(unique('ex'), role => 'admin');
            my $cookie = session($id) . $json;
            my ($method, $path, $body, $lock, $intact) =
                @{ $writes{$what}->() };
            my ($stop, $code) = @{ $stops{$how} };
            my $held = held($lock);
            my $call = ask_begin($method, $path, $cookie, $body);

            blocked($call);
            is($stop->($id), 200, "$what: who writes it is $how");
            release($held);

            my $result = ask_end($call);

            is($result->{code}, $code, "$what: and told so");
            is($result->{json}{code}, $code == 401 ? 'not_signed_in'
                : 'forbidden', "$what: by its code");
            ok(sql_value($intact), "$what: nothing of it is done");
        }
    }
}


sub customers {
    my $id = user(unique('cust'));
    my $vm = vm($id);
    my $script = token($id);
    my $held = held("SELECT 1 FROM vm WHERE id = $vm FOR UPDATE");
    my $call = ask_begin('POST', "/api/vms/$vm/start", $script);

    blocked($call);
    sql("UPDATE user SET locked = 1 WHERE id = $id");
    release($held);

    is(ask_end($call)->{code}, 401, 'the token of who was locked');
    is(sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm"), 0,
        'starts nothing');
}

# what an order is made of is looked at before its password is hashed
sub withdrawn {
    my $label = busybox();

    for my $case (
        [ 'a plan that is deleted' => sub { "DELETE FROM plan WHERE id = $_[0]" } ],
        [ 'a plan that is hidden' => sub {
            "UPDATE plan SET visible = 0 WHERE id = $_[0]" } ],
        [ 'a system that is not offered' => sub {
            "UPDATE template SET enabled = 0 WHERE name = '$label'" } ])
    {
        my ($why, $write) = @$case;
        my $plan = new_plan();
        my $name = sql_value("SELECT name FROM plan WHERE id = $plan");
        my $dni = person();
        my $person = 'INSERT INTO user (account, first_name, last_name, dni,'
            . " email, password) VALUES ('x$dni', 'Eva', 'Sol', '$dni',"
            . " 'x\@example.org', ''); DELETE FROM user WHERE dni = '$dni'";

        sql("UPDATE plan SET visible = 1 WHERE id = $plan");

        my $held = held("$person; " . $write->($plan));
        my $call = ask_begin('POST', '/api/orders', '',
            order_body(dni => $dni, plan => $name));

        blocked($call);
        release($held);

        my $result = ask_end($call);

        sql("UPDATE template SET enabled = 1 WHERE name = '$label';"
            . " DELETE FROM plan WHERE id = $plan");
        is($result->{code}, 409, "$why meanwhile");
        is($result->{json}{code}, 'withdrawn', "$why: by its code");
        is(sql_value("SELECT COUNT(*) FROM user WHERE dni = '$dni'"), 0,
            "$why: nothing was made");
    }
}


run_tests();


__DATA__

=== TEST 1: a password that changes during its check signs nobody in
--- init: ::signing_in()



=== TEST 2: a password change does not overwrite a reset that came first
--- init: ::changing_password()



=== TEST 3: of two simultaneous password changes the second is refused
--- init: ::changed_twice()



=== TEST 4: a session that ends during the request creates no token
--- init: ::making_tokens()



=== TEST 5: tokens created simultaneously are counted
--- init: ::counting_tokens()



=== TEST 6: a reset link does not go to an address that changed during the request
--- vzpanel
vzpanel_public_url http://panel.example/panel;
--- init: ::mailing_links()



=== TEST 7: an administrator demoted during the request changes nothing
--- init: ::demoted()



=== TEST 8: a customer locked during the request changes nothing
--- init: ::customers()



=== TEST 9: a plan withdrawn during the order is not sold
--- init: ::withdrawn()
