# Signing in, being signed in, signing out; tokens of scripts; what comes from
# pages of other sites.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

our $name = unique('sess');
our $id = user($name);
our $email = "$name\@example.org";
our $type = "Content-Type: application/json\n";

our $ana = session($id);
our $twice = session($id);
our $late = session($id, expires => 'NOW(3) - INTERVAL 1 SECOND');
our $old = session($id);
our $reader = token($id, scope => 'read');
our $writer = token($id, scope => 'write');
our $stale = token($id);
sql("UPDATE token SET expires = NOW(3) - INTERVAL 1 SECOND"
    . " WHERE user_id = $id ORDER BY id DESC LIMIT 1");

our $locked = unique('lock');
our $cookie_of_locked = session(user($locked, locked => 1));
our $token_of_locked = token(user($locked));
our $changer = unique('must');
user($changer, must_change => 1);

# two people with one address of mail
our ($twin, $other_twin) = (unique('twin'), unique('twin'));
user($twin, email => "twins.$name\@example.org");
user($other_twin, email => "twins.$name\@example.org",
    password => crypt 'Other-password-1', '$y$j75$vzpanelFixture......');

# the node has none of them: their tasks fail, which is all the same here
our ($vm, $second, $third) = map { vm($id) } 1 .. 3;
our $agent = "Mozilla/5.0 (\xc3\xb1andu)\n";


sub sign_in {
    my ($account, $password) = @_;

    return "POST /api/session\n"
        . qq({"account":"$account","password":")
        . ($password // 'Test-password-1') . '"}';
}


my $refused;

# the words of the first refusal are those of the others
sub same_words {
    my ($json, $number, $text) = @_;

    $refused //= $text;
    is($text, $refused, "refusal $number tells nothing about the account");
}


sub ended_elsewhere {
    my $cookie = session($main::id);
    my ($secret) = $cookie =~ /=(\w+)/;

    is(ask('GET', '/api/session', $cookie)->{code}, 200, 'signed in');
    sql("DELETE FROM session WHERE hash = UNHEX(SHA2('$secret', 256))");
    ok(wait_for(30, sub {
        ask('GET', '/api/session', $cookie)->{code} == 401;
    }), 'what is remembered is forgotten');
}


sub cookie_signs_in {
    my $call = ask('POST', '/api/session', '',
        qq({"account":"$main::name","password":"Test-password-1"}));
    my ($cookie) = $call->{head} =~ /^Set-Cookie: (vzpanel_session=\w+)/m;

    is($call->{code}, 200, 'signed in');
    is(ask('GET', '/api/session', "Cookie: $cookie\n")->{code}, 200,
        'the cookie signs in');

    my ($secret) = $cookie =~ /=(\w+)/;

    is(sql_value("SELECT COUNT(*) FROM session WHERE hash ="
        . " UNHEX(SHA2('$secret', 256)) AND user_id = $main::id"), 1,
        'the database has its SHA-256');
    is(sql_value("SELECT COUNT(*) FROM session"
        . " WHERE hash = LEFT('$secret', 32)"), 0, 'and not itself');
    is(ask('DELETE', '/api/session', "Cookie: $cookie\n")->{code}, 204,
        'signed out');
    is(ask('GET', '/api/session', "Cookie: $cookie\n")->{code}, 401,
        'and it signs in no more');
    is(ask('GET', '/api/session', "Cookie: $cookie\n")->{code}, 401,
        'at no worker');
    is(sql_value('SELECT action FROM audit WHERE user_id = ' . $main::id
        . ' ORDER BY id DESC LIMIT 1'), 'session.close',
        'which is in the books');
}


sub leaves_the_old_one {
    my $call = ask('POST', '/api/session', $main::old,
        qq({"account":"$main::name","password":"Test-password-1"}));

    is($call->{code}, 200, 'signed in again');
    is(ask('GET', '/api/session', $main::old)->{code}, 401,
        'the session before it is over');
}


sub limited {
    my @codes = map { ask('POST', '/api/session', '',
        qq({"account":"$main::name","password":"wrong"}))->{code} } 1 .. 6;

    is("@codes", '401 401 401 401 401 401', 'some tries are free');

    my $call = ask('POST', '/api/session', '',
        qq({"account":"$main::name","password":"Test-password-1"}));

    is($call->{code}, 429, 'then also the right password has to wait');
    like($call->{head}, qr/^Retry-After: [12]\r?$/m, 'and is told how long');
    is($call->{json}{code}, 'too_many', 'with a code');

    my $other = ask('POST', '/api/session', '',
        qq({"account":"someone.else","password":"wrong"}));

    is($other->{code}, 429, 'the address has to wait as well');

    select undef, undef, undef, 2.2;

    is(ask('POST', '/api/session', '',
        qq({"account":"$main::name","password":"Test-password-1"}))->{code},
        200, 'and may sign in after that');
}


our $evil = "Origin: http://evil.example\n";
our $own = "Origin: http://localhost\nSec-Fetch-Site: same-origin\n";

# not because its row was swept away, which is done from time to time
sub over {
    for my $path ('/api/session', '/api/vms') {
        my $there = '';

        for (my $n = 0; $n < 3 && $there ne '401 1'; $n++) {
            my $cookie = session($id, expires => 'NOW(3) - INTERVAL 1 SECOND');
            my ($secret) = $cookie =~ /=(\w+)/;

            $there = ask('GET', $path, $cookie)->{code} . ' '
                . sql_value('SELECT COUNT(*) FROM session'
                    . " WHERE hash = UNHEX(SHA2('$secret', 256))");
            last if $there !~ /^401/;
        }

        is($there, '401 1', "$path: a session that is over is nobody's");
    }
}


sub idles {
    my $left = sub { sql_value('SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(),'
        . " expires) FROM session WHERE hash = UNHEX(SHA2('$_[0]', 256))") };
    my $call = ask('POST', '/api/session', '',
        qq({"account":"$main::name","password":"Test-password-1"}));
    my ($secret) = $call->{head} =~ /^Set-Cookie: vzpanel_session=(\w+)/m;

    cmp_ok(abs($left->($secret) - 600), '<=', 5, 'ten minutes from signing in');

    # used last 5 minutes ago; the zone has not seen it since
    my $cookie = session($main::id);
    ($secret) = $cookie =~ /=(\w+)/;
    sql('UPDATE session SET seen = UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE,'
        . ' expires = UTC_TIMESTAMP(3) + INTERVAL 5 MINUTE'
        . " WHERE hash = UNHEX(SHA2('$secret', 256))");
    is(ask('GET', '/api/vms', $cookie)->{code}, 200, 'it is used again');
    ok(wait_for(10, sub { abs($left->($secret) - 600) <= 10 }),
        'ten minutes from then');

    $cookie = session($main::id);
    ($secret) = $cookie =~ /=(\w+)/;
    sql('UPDATE session SET seen = UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE,'
        . ' created = UTC_TIMESTAMP(3) - INTERVAL 43140 SECOND'
        . " WHERE hash = UNHEX(SHA2('$secret', 256))");
    is(ask('GET', '/api/vms', $cookie)->{code}, 200, 'an old one is used');
    ok(wait_for(10, sub { abs($left->($secret) - 60) <= 10 }),
        'and ends twelve hours after signing in all the same');
}

run_tests();

__DATA__

=== TEST 1: an account and its password sign in
--- request eval
::sign_in($::name)
--- more_headers eval
$::type
--- response_headers_like
Set-Cookie: vzpanel_session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200, vzpanel_device=\d+\.[0-9a-f]{16}\.[0-9a-f]{40}; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000
Cache-Control: no-store
--- response_body_like eval
qr/^\{"user":\{"id":$::id,"account":"$::name","role":"customer","name":"$::name","must_change":false,"must_enroll":false\}\}$/



=== TEST 2: an e-mail address signs in as well, and upper case does not matter
--- request eval
[::sign_in($::email), ::sign_in(uc $::name)]
--- more_headers eval
$::type
--- error_code eval
[200, 200]
--- response_body_like eval
[(qr/"account":"$::name"/) x 2]



=== TEST 3: where two users share an e-mail address, the password decides between them
--- request eval
[ map { ::sign_in("twins.$::name\@example.org", $_) } 'Test-password-1', 'Other-password-1', 'neither' ]
--- more_headers eval
$::type
--- error_code eval
[ 200, 200, 401 ]
--- response_body_like eval
[ qr/"account":"$::twin"/, qr/"account":"$::other_twin"/, '"code":"bad_credentials"' ]



=== TEST 4: a wrong password and an unknown name get the same error
--- request eval
[::sign_in($::name, 'wrong'), ::sign_in('nobody.at.all'), ::sign_in('no@body.example'), ::sign_in("\xc3\xb1"), ::sign_in("' OR 1=1 --")]
--- more_headers eval
$::type
--- error_code eval
[401, 401, 401, 401, 401]
--- check: same_words



=== TEST 5: a failed sign-in is audited under its account
--- request eval
::sign_in($::name, 'wrong')
--- more_headers eval
$::type
--- error_code: 401
--- rows eval
"SELECT action, result, remote FROM audit WHERE account = '$::name' ORDER BY id DESC LIMIT 1"
--- rows_are eval
"session.open\tdenied\t127.0.0.1"



=== TEST 6: a failed sign-in with an unknown name is audited without the name, which may be a password
--- request eval
::sign_in('My-secret-typed-above')
--- more_headers eval
$::type
--- error_code: 401
--- rows
SELECT COUNT(*) FROM audit WHERE CONCAT(account, object, detail) LIKE '%My-secret%'
--- rows_are: 0
--- no_error_log
My-secret-typed-above



=== TEST 7: a locked account with the right password is told that it is locked
--- request eval
::sign_in($::locked)
--- more_headers eval
$::type
--- error_code: 403
--- raw_response_headers_unlike: Set-Cookie
--- response_body_like: "code":"locked"



=== TEST 8: a locked account with a wrong password is told only that the password is wrong
--- request eval
::sign_in($::locked, 'wrong')
--- more_headers eval
$::type
--- error_code: 401



=== TEST 9: sessions and tokens of a locked account sign nobody in
--- request eval
['GET /api/session', 'GET /api/vms', 'GET /api/events', 'GET /api/vms']
--- more_headers eval
[$::cookie_of_locked, $::cookie_of_locked, $::cookie_of_locked, $::token_of_locked]
--- error_code eval
[401, 401, 401, 401]



=== TEST 10: the answer says that a password must be changed
--- request eval
::sign_in($::changer)
--- more_headers eval
$::type
--- response_body_like: "must_change":true



=== TEST 11: too many attempts have to wait
--- init: ::limited()



=== TEST 12: a cookie signs in until it is signed out, at every worker
--- init: ::cookie_signs_in()



=== TEST 13: signing in again ends the session that the request came with
--- init: ::leaves_the_old_one()



=== TEST 14: sign-in names all unknown members
--- request
POST /api/session
{"account": 7, "password": "", "admin": true}
--- more_headers eval
$::type
--- error_code: 422
--- response_body_like eval
qr/"field":"account","code":"type".*"field":"password","code":"required".*"field":"admin","code":"unknown"/



=== TEST 15: a password that is too long is refused before it is hashed
--- request eval
::sign_in($::name, 'x' x 513)
--- more_headers eval
$::type
--- error_code: 422
--- response_body_like: "field":"password","code":"range"



=== TEST 16: an expired, an unknown and a malformed session sign nobody in
--- init: ::over()
--- request eval
[('GET /api/session') x 6]
--- more_headers eval
[$::late, 'Cookie: vzpanel_session=' . '0' x 64, 'Cookie: vzpanel_session=', 'Cookie: vzpanel_session=' . 'A' x 64, 'Cookie: vzpanel_session=' . '0' x 63, 'Cookie: vzpanel_session=' . '0' x 4000]
--- error_code eval
[(401) x 6]



=== TEST 17: a session deleted in the database ends soon
--- init: ::ended_elsewhere()



=== TEST 18: the session cookie is found among other cookies
--- request
GET /api/session
--- more_headers eval
my $cookie = $::ana =~ s/^Cookie: |\n//gr;
"Cookie: a=b; xvzpanel_session=0; $cookie; c=d"
--- response_body_like eval
qr/"account":"$::name"/



=== TEST 19: a session stores the browser's User-Agent in ASCII
--- request eval
::sign_in($::name)
--- more_headers eval
"${main::type}User-Agent: $::agent"
--- rows eval
"SELECT agent FROM session WHERE user_id = $::id ORDER BY id DESC LIMIT 1"
--- rows_are
Mozilla/5.0 (??andu)



=== TEST 20: a session lasts as long as vzpanel_session says
--- vzpanel
vzpanel_session_timeout 90s;
--- request eval
::sign_in($::name)
--- more_headers eval
$::type
--- response_headers_like
Set-Cookie: vzpanel_session=.*Max-Age=90, .*
--- rows eval
"SELECT ROUND(TIMESTAMPDIFF(SECOND, created, expires) / 2) FROM session WHERE user_id = $::id ORDER BY id DESC LIMIT 1"
--- rows_are: 45



=== TEST 21: a token with scope write reads and writes
--- request eval
['GET /api/vms', 'GET /api/session', "POST /api/vms/$::second/start"]
--- more_headers eval
$::writer
--- error_code eval
[200, 200, 202]



=== TEST 22: a token with scope read cannot write
--- request eval
['GET /api/vms', "POST /api/vms/$::vm/start"]
--- more_headers eval
$::reader
--- error_code eval
[200, 403]
--- response_body_like eval
['"items"', '"code":"token_right"']



=== TEST 23: a token cannot end a session or create a token
--- request eval
["POST /api/account/tokens\n{\"name\":\"x\"}", 'DELETE /api/session', "PUT /api/account/password\n{\"old\":\"a\",\"new\":\"b\"}"]
--- more_headers eval
$::writer
--- error_code eval
[403, 403, 403]



=== TEST 24: an expired, an unknown and a malformed token sign nobody in
--- request eval
[('GET /api/vms') x 5]
--- more_headers eval
[$::stale, 'Authorization: Bearer vzp_' . '0' x 64, 'Authorization: Bearer ' . '0' x 64, 'Authorization: Bearer vzp_', 'Authorization: Basic dTpw']
--- error_code eval
[(401) x 5]



=== TEST 25: a page of another site cannot sign in, sign out or order
--- request eval
[::sign_in($::name), 'DELETE /api/session', ::order_request()]
--- more_headers eval
"$::evil$::type$::ana"
--- error_code eval
[403, 403, 403]
--- response_body_like eval
[('"code":"bad_origin"') x 3]



=== TEST 26: a request with Sec-Fetch-Site: cross-site is refused
--- request eval
[(::sign_in($::name)) x 2]
--- more_headers eval
["Sec-Fetch-Site: cross-site\n$::type", "Sec-Fetch-Site: same-site\n$::type"]
--- error_code eval
[403, 403]
--- response_body_like eval
[('"code":"bad_origin"') x 2]



=== TEST 27: a page of the panel may sign in, sign out and order
--- request eval
::sign_in($::name)
--- more_headers eval
"$::own$::type"



=== TEST 28: origins that only begin or end like the panel's, and an empty one, are refused
--- request eval
[(::sign_in($::name)) x 4]
--- more_headers eval
[map { "Origin: $_\n$::type" } 'http://localhost.evil.example', 'http://xlocalhost', 'null', 'http://localhost:81']
--- error_code eval
[403, 403, 403, 403]



=== TEST 29: another site may send a public GET
--- request
GET /api/plans
--- more_headers eval
$::evil



=== TEST 30: a change with a cookie needs the content type of JSON
--- request eval
["POST /api/vms/$::vm/start", ::sign_in($::name), "PUT /api/account/password\n{}"]
--- more_headers eval
["$::ana", "${main::ana}Content-Type: text/plain", "${main::ana}Content-Type: application/x-www-form-urlencoded"]
--- error_code eval
[415, 415, 415]
--- response_body_like eval
[('"code":"not_json"') x 3]



=== TEST 31: a change with a bearer token needs no content type
--- request eval
"POST /api/vms/$::third/start"
--- more_headers eval
$::writer
--- error_code: 202



=== TEST 32: the origin of vzpanel_public_url is accepted, by scheme, host and port
--- vzpanel
vzpanel_public_url https://panel.example.org:8443/panel;
--- request eval
[(::sign_in($::name)) x 6]
--- more_headers eval
[map { "Origin: $_\n$::type" } 'https://panel.example.org:8443', 'HTTPS://PANEL.example.org:8443', 'http://panel.example.org:8443', 'https://panel.example.org', 'https://panel.example.org:84431', 'https://xpanel.example.org:8443']
--- error_code eval
[200, 200, 403, 403, 403, 403]



=== TEST 33: the origin of vzpanel_public_url is accepted without a port
--- vzpanel
vzpanel_public_url https://panel.example.org;
--- request eval
[(::sign_in($::name)) x 3]
--- more_headers eval
[map { "Origin: $_\n$::type" } 'https://panel.example.org', 'http://panel.example.org', 'https://panel.example.org.evil.example']
--- error_code eval
[200, 403, 403]



=== TEST 34: cookies are Secure when vzpanel_public_url is https, behind a proxy too
--- vzpanel
vzpanel_public_url https://panel.example.org/panel;
--- request eval
::sign_in($::name)
--- more_headers eval
$::type
--- response_headers_like
Set-Cookie: __Host-vzpanel_session=\w+; .*Max-Age=43200; Secure, __Host-vzpanel_device=.*Max-Age=34560000; Secure



=== TEST 35: over TLS a cookie counts only with the __Host- prefix
--- vzpanel
vzpanel_public_url https://panel.example.org/panel;
--- request eval
['GET /api/session', 'GET /api/session', 'GET /api/session']
--- more_headers eval
[$::ana =~ s/;.*//r, $::ana =~ s/Cookie: /Cookie: __Host-/r, $::ana =~ s/Cookie: /Cookie: a=1; __Host-/r]
--- error_code eval
[401, 200, 200]



=== TEST 36: cookies are not Secure when vzpanel_public_url is http
--- vzpanel
vzpanel_public_url http://panel.example.org/panel;
--- request eval
::sign_in($::name)
--- more_headers eval
$::type
--- raw_response_headers_unlike: Secure



=== TEST 37: the redirect to the pages uses vzpanel_public_url
--- vzpanel
vzpanel_public_url https://panel.example.org:8443/panel;
--- request eval
['GET /panel', 'GET /panel?x=1']
--- error_code eval
[301, 301]
--- response_headers eval
['Location: https://panel.example.org:8443/panel/', 'Location: https://panel.example.org:8443/panel/?x=1']



=== TEST 38: a request that names another account than its session's is refused
--- vzpanel
--- request eval
['GET /api/tasks', 'GET /api/tasks', 'DELETE /api/session', 'GET /api/session', 'DELETE /api/session']
--- more_headers eval
my $other = $::id + 1;
["${main::twice}Vzpanel-User: $::id", "${main::twice}Vzpanel-User: $other", "${main::twice}${main::type}Vzpanel-User: $other", "${main::twice}Vzpanel-User:", "${main::twice}${main::type}Vzpanel-User: nobody"]
--- error_code eval
[200, 401, 401, 200, 401]
--- response_body_like eval
[qr/"items"/, qr/"code":"other_account"/, qr/"code":"other_account"/, qr/"account":"$::name"/, qr/"code":"other_account"/]



=== TEST 39: a session ends so long after its last use
--- vzpanel
vzpanel_session_idle 10m;
--- init: ::idles()
