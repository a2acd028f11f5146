# The guard of every route: who may call what, and from where.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $bea = user('bea.guard');
our $ana = user('ana.guard');
our $vm = vm($ana);
our $task = VzFixture::insert('task', kind => 'stop', vm_id => $vm,
    user_id => $ana, actor => 'ana.guard', via => 'web', state => 'done',
    step => 1, steps => 1);

session($ana);
our $theirs = VzFixture::sql_value(
    "SELECT MAX(id) FROM session WHERE user_id = $ana");

our $stranger = session($bea);
our $json = "Content-Type: application/json\n";
our $read = token($bea, scope => 'read');
our $write = token($bea);

our @private = (
    'GET /api/session', 'DELETE /api/session',
    "PUT /api/account/password\n{}",
    'GET /api/account/sessions', "DELETE /api/account/sessions/$theirs",
    'GET /api/account/tokens', "POST /api/account/tokens\n{}",
    'DELETE /api/account/tokens/1',
    'GET /api/vms', "GET /api/vms/$vm",
    map({ "POST /api/vms/$vm/$_" } qw(start stop restart)),
    'GET /api/tasks', "GET /api/tasks/$task",
    'GET /api/events',
);

our @foreign = (
    "GET /api/vms/$vm",
    map({ "POST /api/vms/$vm/$_" } qw(start stop restart)),
    "GET /api/tasks/$task",
    "DELETE /api/account/sessions/$theirs",
    'GET /api/vms/0', 'GET /api/vms/x', 'GET /api/vms/18446744073709551616',
);

sub all {
    my ($what, $n) = @_;

    return [ ($what) x $n ];
}

run_tests();

__DATA__

=== TEST 1: a visitor is asked to sign in on every private route
--- request eval
[ @::private ]
--- error_code eval
::all(401, scalar @::private)
--- response_body_like eval
::all('"code":"not_signed_in"', scalar @::private)



=== TEST 2: a cookie that is no secret is nobody's
--- request
GET /api/session
--- more_headers
Cookie: vzpanel_session=' OR 1=1 --
--- error_code: 401



=== TEST 3: what belongs to somebody else is not there
--- request eval
[ @::foreign ]
--- more_headers eval
$::stranger . $::json
--- error_code eval
::all(404, scalar @::foreign)
--- response_body_like eval
::all('"code":"not_found"', scalar @::foreign)



=== TEST 4: a call from a page of another site is refused
--- request eval
"POST /api/vms/$::vm/start"
--- more_headers eval
$::stranger . $::json . "Origin: https://evil.example\n"
--- error_code: 403
--- response_body_like: "code":"bad_origin"



=== TEST 5: another port of this host is another site
--- request eval
"POST /api/vms/$::vm/start"
--- more_headers eval
$::stranger . $::json . "Origin: http://localhost:1\n"
--- error_code: 403
--- response_body_like: "code":"bad_origin"



=== TEST 6: a site of the same family is another site
--- request
DELETE /api/session
--- more_headers eval
$::stranger . "Sec-Fetch-Site: same-site\n"
--- error_code: 403
--- response_body_like: "code":"bad_origin"



=== TEST 7: our own pages may call
--- request eval
"POST /api/vms/$::vm/start"
--- more_headers eval
$::stranger . $::json . "Origin: http://localhost\nSec-Fetch-Site: same-origin\n"
--- error_code: 404



=== TEST 8: a call with a cookie has to say that it is JSON
--- request eval
"POST /api/vms/$::vm/start"
--- more_headers eval
$::stranger
--- error_code: 415



=== TEST 9: a token that may read can't change anything
--- request eval
"POST /api/vms/$::vm/start"
--- more_headers eval
$::read
--- error_code: 403
--- response_body_like: "code":"forbidden"



=== TEST 10: a token that may write passes, without a content type
--- request eval
"POST /api/vms/$::vm/start"
--- more_headers eval
$::write
--- error_code: 404



=== TEST 11: a token can't change the password nor make tokens
--- request eval
[ "PUT /api/account/password\n{}", "POST /api/account/tokens\n{}",
  'DELETE /api/session' ]
--- more_headers eval
$::write . $::json
--- error_code eval
[ 403, 403, 403 ]



=== TEST 12: a body where none belongs is refused by its members
--- request eval
qq{POST /api/vms/$::vm/start\n{"force":true}}
--- more_headers eval
$::stranger . $::json
--- error_code: 422
--- response_body_like: "field":"force","code":"unknown"
