# Signing in and out.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $json = "Content-Type: application/json\n";
our $ana = user('ana.session', first_name => 'Ana', last_name => 'Pérez',
    must_change => 1);

user('eva.session', locked => 1);
user('one.session', email => 'shared@example.org');
user('two.session', email => 'shared@example.org');

sub signin {
    my ($account, $password) = @_;

    return "POST /api/session\n"
        . qq({"account":"$account","password":"$password"});
}

run_tests();

__DATA__

=== TEST 1: the right password gives a session and says who it is
--- request eval
::signin('ana.session', VzFixture::PASSWORD)
--- more_headers eval
$::json
--- response_headers_like
Set-Cookie: vzpanel_session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Lax; Max-Age=\d+
--- response_body eval
qq({"user":{"id":$::ana,"account":"ana.session","role":"customer","name":"Ana Pérez","must_change":true}})



=== TEST 2: an account is known in any case, and by its mail address
--- request eval
[ ::signin('ANA.Session', VzFixture::PASSWORD),
  ::signin('ana.session@example.org', VzFixture::PASSWORD) ]
--- more_headers eval
$::json
--- error_code eval
[ 200, 200 ]



=== TEST 3: a mail address of two people names neither
--- request eval
::signin('shared@example.org', VzFixture::PASSWORD)
--- more_headers eval
$::json
--- error_code: 401
--- response_body_like: "code":"bad_credentials"



=== TEST 4: a wrong password and an unknown account look the same
--- request eval
[ ::signin('ana.session', 'wrong'), ::signin('nobody.session', 'wrong'),
  ::signin('ñandú', 'wrong') ]
--- more_headers eval
$::json
--- error_code eval
[ 401, 401, 401 ]
--- response_body_like eval
[ ('"detail":"The account or the password is wrong\."') x 3 ]



=== TEST 5: a locked account is told so, by the right password only
--- request eval
[ ::signin('eva.session', VzFixture::PASSWORD), ::signin('eva.session', 'x') ]
--- more_headers eval
$::json
--- error_code eval
[ 403, 401 ]
--- response_body_like eval
[ '"code":"locked"', '"code":"bad_credentials"' ]



=== TEST 6: many wrong tries have to wait, the right password as well
--- request eval
[ (::signin('ana.session', 'wrong')) x 8,
  ::signin('ana.session', VzFixture::PASSWORD) ]
--- more_headers eval
$::json
--- error_code eval
[ (401) x 6, 429, 429, 429 ]
--- response_body_like eval
[ ('"code":"bad_credentials"') x 6, ('"code":"too_many"') x 3 ]



=== TEST 7: members that the form does not have are refused
--- request
POST /api/session
{"account":"a","password":"b","role":"admin"}
--- more_headers eval
$::json
--- error_code: 422
--- response_body_like: "field":"role","code":"unknown"



=== TEST 8: who signs out is not signed in any more
--- request eval
[ 'DELETE /api/session', 'GET /api/session' ]
--- more_headers eval
my $cookie = VzFixture::session($::ana); [ $cookie, $cookie ]
--- error_code eval
[ 204, 401 ]



=== TEST 9: signing in again ends the session before
--- request eval
[ ::signin('ana.session', VzFixture::PASSWORD), 'GET /api/session' ]
--- more_headers eval
my $cookie = VzFixture::session($::ana); [ $cookie . $::json, $cookie ]
--- error_code eval
[ 200, 401 ]
