# Pages: one folder, one router, files by nginx's own static module.

use Test::Nginx::Socket 'no_plan';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);

our $html = tempdir(CLEANUP => 1);

sub file {
    my ($name, $text) = @_;

    open my $out, '>', "$html/$name" or die "$html/$name: $!";
    print $out $text;
    close $out or die "$html/$name: $!";
}

chmod 0755, $html;
mkdir "$html/pages" or die;
mkdir "$html/pages/parts" or die;
file('pages/index.html', "<title>shell</title>\n");
file('pages/app.js', "export {};\n");
file('pages/parts/bar.css', ".bar {}\n");
file('pagesecret.txt', "secret\n");

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(config => <<"CONFIG") unless defined $block->config;
    location /panel { vzpanel_panel $html/pages; }
    location /slash/ { vzpanel_panel $html/pages/; }
CONFIG
    $block->set_value(no_error_log => "[alert]\n[emerg]")
        unless defined $block->no_error_log || defined $block->error_log;
});

run_tests();

__DATA__

=== TEST 1: the location's own path gets its slash, arguments kept
--- request
GET /panel?lang=es
--- error_code: 301
--- response_headers_like
Location: http://localhost(:\d+)?/panel/\?lang=es



=== TEST 2: the root is the shell, with every security header
--- request
GET /panel/
--- response_body
<title>shell</title>
--- response_headers
Content-Type: text/html; charset=utf-8
Cache-Control: no-cache
X-Content-Type-Options: nosniff
Referrer-Policy: same-origin
Cross-Origin-Opener-Policy: same-origin
--- raw_response_headers_like: Content-Security-Policy: default-src 'self'; .*frame-ancestors 'none'



=== TEST 3: a path of the application is the shell
--- request
GET /panel/hardware
--- response_body
<title>shell</title>



=== TEST 4: a path whose name has a point is the shell, if it is no asset's
--- request
GET /panel/web01.example.org
--- response_body
<title>shell</title>



=== TEST 15: the application has no folders: its files are named from one
--- request
GET /panel/vms/101
--- error_code: 404



=== TEST 5: an asset is itself, with a type that nosniff takes
--- request
GET /panel/app.js
--- response_body
export {};
--- response_headers
Content-Type: text/javascript; charset=utf-8
Cache-Control: no-cache



=== TEST 6: an asset in a folder
--- request
GET /panel/parts/bar.css
--- response_headers
Content-Type: text/css; charset=utf-8



=== TEST 7: an asset that is not there is not found, and not the shell
--- request
GET /panel/none.js
--- error_code: 404
--- response_body_unlike: shell
--- error_log
none.js" failed



=== TEST 8: a path beside the location is not found
--- request
GET /panelsecret.txt
--- error_code: 404
--- response_body_unlike: secret



=== TEST 9: a path cannot climb out of the folder
--- raw_request eval
"GET /panel../pagesecret.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
--- error_code: 404
--- response_body_unlike: secret



=== TEST 10: what the browser has already is 304
--- request eval
["GET /panel/", "GET /panel/"]
--- more_headers eval
my $page = "$::html/pages/index.html";
my ($size, $time) = (stat $page)[7, 9];
sprintf qq{If-None-Match: "%x-%x"}, $time, $size;
--- error_code eval
[304, 304]



=== TEST 11: a part of a file
--- request
GET /panel/app.js
--- more_headers
Range: bytes=0-5
--- error_code: 206
--- response_body chop
export



=== TEST 12: HEAD has no body
--- request
HEAD /panel/
--- response_headers
Content-Length: 21
--- response_body eval
""



=== TEST 13: a page cannot be posted to
--- request
POST /panel/
a=b
--- error_code: 405
--- response_headers
Allow: GET, HEAD



=== TEST 14: a location that ends in a slash serves the same
--- request
GET /slash/parts/bar.css
--- response_body
.bar {}
