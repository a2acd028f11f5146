# One's own password, sessions and tokens.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $json = "Content-Type: application/json\n";
our $ana = user('ana.account');
our $name = unique('bea');
our $bea = user($name);
our $mine = session($ana);
our $other = session($ana);
our $again = session($ana);
our $beas = session($bea);
our $id = VzFixture::sql_value('SELECT id FROM session'
    . " WHERE user_id = $ana ORDER BY id DESC LIMIT 1, 1");

sub change {
    my ($old, $new) = @_;

    return "PUT /api/account/password\n" . qq({"old":"$old","new":"$new"});
}

run_tests();

__DATA__

=== TEST 1: one's sessions are listed, the current one is marked
--- request
GET /api/account/sessions
--- more_headers eval
$::mine
--- response_body_like eval
qr/"current":false,.*"current":true,/



=== TEST 2: a session is ended by its owner
--- request eval
[ "DELETE /api/account/sessions/$::id", 'GET /api/session' ]
--- more_headers eval
[ $::mine, $::other ]
--- error_code eval
[ 204, 401 ]



=== TEST 3: a new password has a grammar, is another one, and needs the old
--- request eval
[ ::change(VzFixture::PASSWORD, 'short'),
  ::change(VzFixture::PASSWORD, VzFixture::PASSWORD),
  ::change('wrong', 'Another-password-1') ]
--- more_headers eval
$::beas . $::json
--- error_code eval
[ 422, 422, 422 ]
--- response_body_like eval
[ '"field":"new","code":"format"', '"field":"new","code":"same"',
  '"field":"old","code":"wrong"' ]



=== TEST 4: a changed password ends the other sessions and keeps this one
--- request eval
[ ::change(VzFixture::PASSWORD, 'Another-password-1'),
  'GET /api/session', 'GET /api/session',
  qq(POST /api/session\n{"account":"$::name","password":"Another-password-1"}) ]
--- more_headers eval
my $old = VzFixture::session($::bea);
[ $::beas . $::json, $::beas, $old, $::json ]
--- error_code eval
[ 204, 200, 401, 200 ]



=== TEST 5: a token is shown once and listed without its secret
--- request eval
[ qq(POST /api/account/tokens\n{"name":"billing","scope":"write","days":30}),
  'GET /api/account/tokens' ]
--- more_headers eval
[ $::mine . $::json, $::mine ]
--- error_code eval
[ 201, 200 ]
--- response_body_like eval
[ '"token":"vzp_[0-9a-f]{64}"',
  '^(?!.*vzp_).*"name":"billing","scope":"write","created":"\d{4}-.*Z"' ]



=== TEST 6: a token's scope and days are checked
--- request eval
[ qq(POST /api/account/tokens\n{"name":"x","scope":"all"}),
  qq(POST /api/account/tokens\n{"name":"x","days":0}),
  qq(POST /api/account/tokens\n{"days":"3"}) ]
--- more_headers eval
$::mine . $::json
--- error_code eval
[ 422, 422, 422 ]
--- response_body_like eval
[ '"field":"scope"', '"field":"days","code":"range"',
  '"field":"name","code":"required".*"field":"days","code":"type"' ]
