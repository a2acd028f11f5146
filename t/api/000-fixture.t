# What the other files stand on: the stack's neighbours answer, people can be
# made and signed in, and a block fails on what it should fail on.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

repeat_each(2);

our $ana = session(user('ana.fixture'));
our $root = session(user('root.fixture', role => 'admin'));
our $script = token(user('ana.fixture'), scope => 'read');
our $late = session(user('ana.fixture'), expires => 'NOW(3) - INTERVAL 1 SECOND');

user('bea.fixture');

run_tests();

__DATA__

=== TEST 1: database, daemon and mail server answer
--- request
GET /api/health
--- response_body_like eval
qr/"database":true.*"ok":true.*"mail":true/



=== TEST 2: the plans of the thesis are there, without signing in
--- request
GET /api/plans
--- response_headers
Content-Type: application/json
--- response_body_like eval
qr/"Básico","memory_mib":64,"disk_mib":1024.*"Completo".*"Profesional"/



=== TEST 3: a session of the fixture signs its user in
--- request
GET /api/session
--- more_headers eval
$::ana
--- response_body_like eval
qr/"account":"ana\.fixture".*"role":"customer"/



=== TEST 4: an administrator's session has the role of an administrator
--- request
GET /api/session
--- more_headers eval
$::root
--- response_body_like: "role":"admin"



=== TEST 5: a token of the fixture signs its user in
--- request
GET /api/session
--- more_headers eval
$::script
--- response_body_like: "account":"ana\.fixture"



=== TEST 6: an expired session signs nobody in
--- request
GET /api/session
--- more_headers eval
$::late
--- error_code: 401
--- response_body_like: "code":"not_signed_in"



=== TEST 7: a user of the fixture signs in with the fixture's password
--- request
POST /api/session
{"account": "bea.fixture", "password": "Test-password-1"}
--- more_headers
Content-Type: application/json
--- response_headers_like
Set-Cookie: vzpanel_session=[0-9a-f]{64};.*HttpOnly.*
--- response_body_like: "account":"bea\.fixture"



=== TEST 8: nginx serves the pages
--- request
GET /panel/
--- response_headers_like
Content-Type: text/html.*
--- response_body_like: vzpanel



=== TEST 9: a block without sections of its own fails on alerts
--- request
GET /api/plans
--- no_error_log eval
[qr/\[error\]/]
