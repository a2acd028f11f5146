# Delicate acts ask a session for its password again where it was typed long
# ago; an API token, and who has typed it, pass.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $long = 'UTC_TIMESTAMP(3) - INTERVAL 901 SECOND';
our $name = unique('step');
our ($ana, $boss) = (user($name), user(unique('boss'), role => 'admin'));
our ($fresh, $stale, $never) = map { session($ana, proven => $_) }
    'UTC_TIMESTAMP(3) - INTERVAL 880 SECOND', $long, 'NULL';
our ($chief, $script) = (session($boss, proven => $long), token($boss));


# what is asked for, and with it the code of its refusal
sub code_of {
    my ($method, $path, $who, $body) = @_;
    my $reply = ask($method, $path, $who, $body);

    return join ' ', $reply->{code}, $reply->{json}{code} // ();
}


sub make { code_of('POST', '/api/account/tokens', $_[0], '{"name":"one"}') }

sub confirm {
    my ($who, $password) = @_;

    return code_of('POST', '/api/session/confirm', $who,
        qq({"password":"$password"}));
}


sub long_ago_is_refused {
    is(make($fresh), '201', 'typed a while ago: done');
    is(make($_), '403 step_up', 'typed long ago, or nobody knows when')
        for $stale, $never;
    is(sql_value("SELECT COUNT(*) FROM token WHERE user_id = $ana"), 1,
        'and nothing was made');
    is(code_of(@$_, $stale), '403 step_up', "@$_, too")
        for [ 'POST', '/api/account/second-factor' ],
        [ 'POST', '/api/account/second-factor/recovery' ],
        [ 'DELETE', '/api/account/second-factor' ];
    is(code_of('GET', '/api/account/tokens', $stale), '200',
        'what is not delicate goes on');
}


sub typed_again_it_is_done {
    ask('GET', '/api/session', $stale) for 1 .. 4;

    is(confirm($stale, 'Test-password-2'), '422 invalid', 'not the password');
    is(make($stale), '403 step_up', 'is not enough');
    is(confirm($stale, 'Test-password-1'), '204', 'the password');
    is(make($stale), '201', 'is, at every worker') for 1 .. 4;
    is(make($never), '403 step_up', 'and not for another session');
}


sub administrators_are_asked {
    my $change = sub { code_of('PATCH', "/api/admin/users/$ana", $_[0],
        '{"first_name":"Ana"}') };
    my $create = sub { code_of('POST', '/api/admin/users', $_[0],
        '{"account":"' . unique('made') . '","email":"x@example.org",'
            . '"role":"admin","first_name":"Eva","last_name":"Ruiz"}') };

    is($change->($chief), '403 step_up', 'to change somebody');
    is($create->($chief), '403 step_up', 'to make somebody');
    is(code_of('DELETE', "/api/admin/users/$ana/second-factor", $chief),
        '403 step_up', 'to take away a second step');
    is($change->($script), '200', 'a script has a secret of its own');
    is(confirm($script, 'Test-password-1'), '403 forbidden',
        'and nothing to confirm');
}


sub guessing_waits {
    my $thief = session($ana, proven => $long);

    is(join(' ', map { (split ' ', confirm($thief, 'wrong'))[0] } 1 .. 7),
        join(' ', (422) x 6, 429), 'six tries, as for another password');
    is(confirm($thief, 'Test-password-1'), '429 too_many',
        'the right one waits, too');
    is(confirm($never, 'Test-password-1'), '204',
        'and no other session does');
}


sub signing_in_is_typing {
    my $reply = ask('POST', '/api/session', '',
        qq({"account":"$name","password":"Test-password-1"}));
    my ($cookie) = $reply->{head} =~ /(vzpanel_session=\w+)/;
    my $new = "Cookie: $cookie\n";

    is(make($new), '201', 'who has just signed in is not asked');
    sql("UPDATE session SET proven = $long WHERE user_id = $ana");
    is(make($new), '403 step_up', 'but later');
    is(code_of('PUT', '/api/account/password', $new,
        '{"old":"Test-password-1","new":"Another-password-1"}'), '204',
        'who shows the password for another one');
    is(make($new), '201', 'has typed it, too');
    is(confirm($new, 'Test-password-1'), '422 invalid',
        'the old one is it no more');
}

run_tests();

__DATA__

=== TEST 1: typed long ago, the password is asked for
--- init: ::long_ago_is_refused()



=== TEST 2: typed again, it is done
--- init: ::typed_again_it_is_done()



=== TEST 3: administrators are asked, scripts are not
--- init: ::administrators_are_asked()



=== TEST 4: guessing has to wait
--- init: ::guessing_waits()



=== TEST 5: signing in and another password are typing it
--- init: ::signing_in_is_typing()



=== TEST 6: each try stands in the books
--- request
GET /api/plans
--- rows eval
"SELECT action, result, COUNT(*) > 1 FROM audit WHERE user_id = $::ana AND action = 'session.confirm' GROUP BY action, result ORDER BY result"
--- rows_are eval
"session.confirm\tdenied\t1\nsession.confirm\tok\t1"
