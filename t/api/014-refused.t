# What nginx refuses by itself, before or in a location of the API, is a problem
# in JSON; what it refuses elsewhere is a page as ever.

use IO::Socket::INET;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(1);

# what is sent, as it stands; the first answer, and whether the connection ends
sub raw {
    my ($text, $then) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $ENV{TEST_NGINX_SERVER_PORT}) or die $!;
    my $call = { socket => $socket, text => '', began => time };

    $SIG{PIPE} = 'IGNORE';
    syswrite $socket, $text;

    return ask_end($call, 5);
}


my $tail = "Host: localhost\r\nConnection: close\r\n";
my $post = "POST /api/session HTTP/1.1\r\nContent-Type: application/json\r\n";
my $long = 'x' x 9000;

our @refused = (
    ['TRACE', 405, 'method_not_allowed', "TRACE /api/plans HTTP/1.1\r\n$tail\r\n"],
    ['a length that is none', 400, 'bad_request',
        "${post}Content-Length: a\r\n$tail\r\n{}"],
    ['a length below zero', 400, 'bad_request',
        "${post}Content-Length: -1\r\n$tail\r\n{}"],
    ['two lengths', 400, 'bad_request',
        "${post}Content-Length: 2\r\nContent-Length: 3\r\n$tail\r\n{}"],
    ['a length and chunks', 400, 'bad_request', "${post}Content-Length: 2\r\n"
        . "Transfer-Encoding: chunked\r\n$tail\r\n0\r\n\r\n"],
    ['a coding that nobody knows', 501, 'not_implemented',
        "${post}Transfer-Encoding: rot13\r\n$tail\r\n{}"],
    ['a broken chunk', 400, 'bad_request',
        "${post}Transfer-Encoding: chunked\r\n$tail\r\nzz\r\n{}\r\n0\r\n\r\n"],
    ['a chunk that breaks later', 400, 'bad_request',
        "${post}Transfer-Encoding: chunked\r\n$tail\r\n2\r\n{}\r\nx\r\n\r\n"],
    ['no host', 400, 'bad_request',
        "GET /api/plans HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ['a broken host', 400, 'bad_request', "GET /api/plans HTTP/1.1\r\n"
        . "Host: a/b\r\nConnection: close\r\n\r\n"],
    ['a header with a zero', 400, 'bad_request',
        "GET /api/plans HTTP/1.1\r\nX: a\0b\r\n$tail\r\n"],
    ['a header that is too long', 400, 'bad_request',
        "GET /api/plans HTTP/1.1\r\nX: $long\r\n$tail\r\n"],
    ['a line that is too long', 414, 'too_long',
        "GET /api/plans?q=$long HTTP/1.1\r\n$tail\r\n"],
    ['a version to come', 505, 'bad_version',
        "GET /api/plans HTTP/2.7\r\n$tail\r\n"],
    ['a path out of the root', 400, 'bad_request',
        "GET /api/../../etc HTTP/1.1\r\n$tail\r\n"],
);


sub all_refused {
    for (@refused) {
        my ($what, $status, $code, $text) = @$_;
        my $call = raw($text);

        is($call->{code}, $status, "$what: $status");
        like($call->{head}, qr{^Content-Type: application/problem\+json\r?$}m,
            "$what: in JSON");
        is($call->{json}{code}, $code, "$what: with its code");
        is($call->{json}{status}, $status, "$what: and its status");
        like($call->{head}, qr/^X-Content-Type-Options: nosniff\r?$/m,
            "$what: not to be guessed at");
        is(length $call->{body},
            ($call->{head} =~ /^Content-Length: (\d+)/m)[0],
            "$what: as long as it says");
    }

    like(raw("TRACE /api/plans HTTP/1.1\r\n$tail\r\n")->{head},
        qr/^Allow: GET, HEAD, POST/m, 'what is there is told');
}


# beside the API it is nginx's own page
sub others {
    for (@refused) {
        my ($what, $status, undef, $text) = @$_;
        next if $what =~ /chunk/        # no page takes a body
            || $text !~ s{/api/(?:plans|session)}{/panel/x};

        my $call = raw($text);

        is($call->{code}, $status, "$what elsewhere: $status");
        like($call->{body}, qr/<html>/, "$what elsewhere: a page");
        unlike($call->{head}, qr/problem/, "$what elsewhere: no problem");
    }
}


# no answer is taken for the next one
sub goes_on {
    my $call = raw("GET /api/plans HTTP/1.1\r\nHost: localhost\r\n\r\n"
        . "TRACE /api/plans HTTP/1.1\r\nHost: localhost\r\n\r\n");

    is(join(' ', $call->{text} // $call->{head} . $call->{body}) =~ /TRACE/, '',
        'nothing comes back');
    is(raw("HEAD /api/plans?$long HTTP/1.1\r\n$tail\r\n")->{code}, 414,
        'HEAD is refused, too');
    is(ask('GET', '/api/plans')->{code}, 200, 'all is well');
}


sub http2 {
    my ($path, @options) = @_;
    my $port = $ENV{TEST_NGINX_SERVER_PORT} + 100;

    open my $out, '-|', 'curl', '-s', '--http2-prior-knowledge', @options,
        '-w', ' %{http_code} %{content_type}', "http://127.0.0.1:$port$path"
        or die "curl: $!";
    local $/;

    return scalar <$out>;
}

sub over_http2 {
    like(http2('/api/plans', '-X', 'TRACE'),
        qr{"code":"method_not_allowed".* 405 application/problem\+json$},
        'TRACE');
    like(http2('/api/session', '-H', 'Content-Length: x', '-H',
        'Content-Type: application/json', '-d', '{}'),
        qr{(?:400 application/problem\+json|^ 000)}, 'a broken length');
    like(http2('/panel/x', '-X', 'TRACE'), qr{<html>.* 405 text/html$}s,
        'elsewhere a page');
}

run_tests();

__DATA__

=== TEST 1: a request that is not valid HTTP gets an error in JSON
--- init: ::all_refused()



=== TEST 2: an invalid request beside the API gets an error page
--- init: ::others()



=== TEST 3: a refused request gets exactly one answer
--- init: ::goes_on()



=== TEST 4: invalid requests over HTTP/2 get an error in JSON
--- http_config eval
::vz_http_config() . <<"END"
    server {
        listen 127.0.0.1:@{[$ENV{TEST_NGINX_PORT} + 100]} http2;
        location /api { vzpanel_api; }
        location /panel { vzpanel_panel \$TEST_NGINX_VZPANEL_HTML; }
    }
END
--- init: ::over_http2()



=== TEST 5: error_page of the server works, for refused requests too
--- config
error_page 400 405 414 501 505 =200 /error.html;
location = /error.html { return 200 "ours\n"; }
location /api { vzpanel_api; }
location /hello { return 405; }
--- request eval
["GET /hello", "TRACE /api/plans"]
--- response_body_like eval
["ours", "ours"]



=== TEST 6: auth_basic of nginx gets its error in JSON
--- config
location /api { auth_basic "panel"; auth_basic_user_file /dev/null; vzpanel_api; }
--- request
GET /api/plans
--- error_code: 401
--- response_headers
Content-Type: application/problem+json
--- raw_response_headers_like: WWW-Authenticate: Basic realm="panel"
--- response_body_like: "code":"not_signed_in"



=== TEST 7: deny of nginx gets its error in JSON, for the whole API and for a part
--- config
location /api { deny all; vzpanel_api; }
location /v1 { vzpanel_api; }
location /v1/health { deny all; vzpanel_api /v1; }
--- request eval
["GET /api/plans", "GET /v1/health", "GET /v1/none"]
--- error_code eval
[403, 403, 404]
--- response_body_like eval
['"code":"forbidden"', '"code":"forbidden"', '"code":"not_found"']



=== TEST 8: limit_req of nginx gets its error in JSON
--- http_config eval
::vz_http_config() . 'limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;'
--- config
location /api { limit_req zone=one; limit_req_status 429; vzpanel_api; }
--- request eval
["GET /api/plans", "GET /api/plans"]
--- error_code eval
[200, 429]
--- response_body_like eval
['items', '"code":"too_many"']
--- no_error_log
[alert]



=== TEST 9: a subrequest gets an error of the API
--- config
location /api { return 403; vzpanel_api; }
location /page { ssi on; }
--- user_files
>>> page/index.html
<!--# include virtual="/api/plans" -->.
--- request
GET /page/index.html
--- response_body_like: ^\{"type":.*"status":403.*\}\.
