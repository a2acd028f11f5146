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

=== TEST 1: a location without its final slash redirects, and keeps the arguments
--- request
GET /panel?lang=es
--- error_code: 301
--- response_headers_like
Location: http://localhost(:\d+)?/panel/\?lang=es



=== TEST 2: the root answers with the page of the application and every security header
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



=== TEST 3: a path of the application answers with its page
--- request
GET /panel/hardware
--- response_body
<title>shell</title>



=== TEST 4: a path with a point in it answers with the page, unless it names an asset
--- request
GET /panel/web01.example.org
--- response_body
<title>shell</title>



=== TEST 15: a path with a folder is not one of the application
--- request
GET /panel/vms/101
--- error_code: 404



=== TEST 5: an asset has a content type that nosniff accepts
--- request
GET /panel/app.js
--- response_body
export {};
--- response_headers
Content-Type: text/javascript; charset=utf-8
Cache-Control: no-cache



=== TEST 6: an asset in a folder is served
--- request
GET /panel/parts/bar.css
--- response_headers
Content-Type: text/css; charset=utf-8



=== TEST 7: an asset that does not exist is 404
--- request
GET /panel/none.js
--- error_code: 404
--- response_body_unlike: shell
--- error_log
none.js" failed



=== TEST 8: a path beside the location is 404
--- request
GET /panelsecret.txt
--- error_code: 404
--- response_body_unlike: secret



=== TEST 9: a path cannot leave the folder
--- raw_request eval
"GET /panel../pagesecret.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
--- error_code: 404
--- response_body_unlike: secret



=== TEST 10: an asset that the browser has is 304
--- request eval
["GET /panel/", "GET /panel/"]
--- more_headers eval
my $page = "$::html/pages/index.html";
my ($size, $time) = (stat $page)[7, 9];
sprintf qq{If-None-Match: "%x-%x"}, $time, $size;
--- error_code eval
[304, 304]



=== TEST 11: a range request gets a part of the file
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



=== TEST 13: POST to a page is refused
--- request
POST /panel/
a=b
--- error_code: 405
--- response_headers
Allow: GET, HEAD



=== TEST 14: a location that ends in a slash serves the same pages
--- request
GET /slash/parts/bar.css
--- response_body
.bar {}
