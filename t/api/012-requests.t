# What every request of the API goes through before and behind its handler:
# bodies, types, methods, problems, conditional requests.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $ana = session(user('ana.requests'));
our $same = "Content-Type: application/json\n";

run_tests();

__DATA__

=== TEST 1: an unknown path is a problem in JSON
--- request
GET /api/nothing/here
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
Cache-Control: no-store
X-Content-Type-Options: nosniff
--- response_body_like eval
qr/"type":"about:blank","title":"Not Found","status":404,.*"code":"not_found"/



=== TEST 2: a path beside the prefix is 404
--- request
GET /apix/plans
--- error_code: 404



=== TEST 3: a method that a path lacks is 405 with the methods that it has
--- request
DELETE /api/plans
--- error_code: 405
--- response_headers_like
Allow: .*GET.*
Content-Type: application/problem\+json



=== TEST 4: a body of another type is 415
--- request
POST /api/session
account=ana
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code_like: ^(403|415)$
--- response_headers
Content-Type: application/problem+json



=== TEST 5: a body that is not JSON is 400 with the position of the error
--- request
POST /api/session
{"account": ana}
--- more_headers eval
$::same
--- error_code: 400
--- response_body_like: "detail":"The body is not valid JSON: line 1, column \d+



=== TEST 6: a duplicate key in an object is refused
--- request
POST /api/session
{"account":"a","account":"b"}
--- more_headers eval
$::same
--- error_code: 400
--- response_body_like: duplicate object key



=== TEST 7: an array instead of an object is refused
--- request
POST /api/session
["ana"]
--- more_headers eval
$::same
--- error_code: 400
--- response_body_like: "The body must be a JSON object."



=== TEST 8: a body nested too deep is refused
--- request eval
"POST /api/session\n" . '{"a":' . '[' x 4000 . ']' x 4000 . '}'
--- more_headers eval
$::same
--- error_code: 400
--- response_body_like: nested too deep



=== TEST 9: an empty body is refused where a body is required
--- request
POST /api/session
--- more_headers eval
$::same
--- error_code: 400
--- response_body_like: it is empty



=== TEST 10: a body of 16 KiB is accepted
--- request eval
"POST /api/session\n" . '{"account":"' . 'a' x 16_370 . '"}'
--- more_headers eval
$::same
--- error_code: 422



=== TEST 11: a body of more than 16 KiB is 413, as a problem in JSON
--- request eval
"POST /api/session\n" . '{"account":"' . 'a' x 16_371 . '"}'
--- more_headers eval
$::same
--- error_code: 413
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"too_large"



=== TEST 12: a chunked body of more than 16 KiB is 413
--- raw_request eval
"POST /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
. ("1000\r\n" . 'a' x 4096 . "\r\n") x 5 . "0\r\n\r\n"
--- error_code: 413
--- response_body_like: "code":"too_large"



=== TEST 13: a chunked body is read like any other
--- raw_request eval
"POST /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
. "5\r\n{\"acc\r\n9\r\nount\":17}\r\n0\r\n\r\n"
--- error_code: 422



=== TEST 14: the API waits for a body that arrives in pieces
--- raw_request eval
["POST /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"acc",
"ount\":17}"]
--- raw_request_middle_delay: 0.1
--- error_code: 422



=== TEST 15: HEAD answers like GET without the body
--- request
HEAD /api/plans
--- response_headers_like
Content-Type: application/json
Content-Length: [1-9]\d+
--- response_body eval
""



=== TEST 16: arguments are decoded, and a broken escape is harmless
--- request
GET /api/vms?q=%61b+c%zz%&limit=%35
--- more_headers eval
$::ana



=== TEST 17: nginx variables tell the account, its role and the task
--- config
location /api {
    vzpanel_api;
    add_header X-Who "$vzpanel_user/$vzpanel_role/$vzpanel_task" always;
}
--- request
GET /api/session
--- more_headers eval
$::ana
--- response_headers
X-Who: ana.requests/customer/



=== TEST 18: for a visitor these variables are empty
--- config
location /api {
    vzpanel_api;
    add_header X-Who "$vzpanel_user/$vzpanel_role/$vzpanel_task" always;
}
--- request
GET /api/plans
--- response_headers
X-Who: //



=== TEST 19: errors of nginx in a location of the API are JSON
--- config
location /api { vzpanel_api; }
location /api/health { deny all; vzpanel_api /api; }
--- request
GET /api/health
--- error_code: 403
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"forbidden"
--- error_log
access forbidden by rule



=== TEST 20: a body above client_max_body_size is refused before it is read
--- request eval
"POST /api/session\n" . 'a' x 65_537
--- more_headers eval
$::same
--- error_code: 413
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"too_large"
--- error_log
client intended to send too large body



=== TEST 21: a chunked body above client_max_body_size is refused before it is read
--- raw_request eval
"POST /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
. ("1000\r\n" . 'a' x 4096 . "\r\n") x 17 . "0\r\n\r\n"
--- error_code: 413
--- response_body_like: "code":"too_large"
--- error_log
client intended to send too large chunked body



=== TEST 22: the body of a refused request is not parsed as the next request
--- config
location /api { vzpanel_api; }
location /api/session { deny all; vzpanel_api /api; }
--- pipelined_requests eval
["POST /api/session\nGET /api/none HTTP/1.1\r\nHost: localhost\r\n\r\n",
 "GET /api/plans"]
--- error_code eval
[403, 200]



=== TEST 23: a subrequest gets an answer of the API
--- config
location /api { vzpanel_api; }
location /page { ssi on; }
--- user_files
>>> page/index.html
<!--# include virtual="/api/plans" -->, <!--# include virtual="/api/none" -->.
--- request
GET /page/index.html
--- response_body_like: ^\{"items":.*\}, \{"type":.*\}\.
