# Pages without scripts: what the module writes into index.html.

use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(1);

our $html = $ENV{TEST_NGINX_VZPANEL_HTML};
our $json = "Content-Type: application/json\n";
our $boss = session(user(unique('boss'), role => 'admin')) . $json;
our $evil = '9"><script>alert(1)</script>&\'{n} ' . unique('');
our $plan;

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(config => <<"CONFIG") if !defined $block->config;
    location /panel/ { vzpanel_panel $html; }
    location /api/ { vzpanel_api; }
CONFIG
    $block->set_value(vzpanel => 'vzpanel_public_url https://x.example.org/panel;')
        if !defined $block->vzpanel && !defined $block->http_config;
});

sub evil {
    my $made = ask('POST', '/api/admin/plans', $boss, JSON::PP->new->utf8
        ->encode({ name => $evil, memory_mib => 1536, disk_mib => 256,
            cpu_units => 1250, position => 99999 }));

    is($made->{code}, 201, 'an administrator calls a plan what he likes');
    $plan = $made->{json}{id};
}

sub no_evil {
    is(ask('DELETE', "/api/admin/plans/$plan", $boss)->{code}, 204,
        'it is gone');
    unlike(ask('GET', '/panel/')->{body}, qr/script&gt;/,
        'and off the page at once');
}

# every path of the pages, as the application itself has them
sub paths {
    open my $in, '<', "$html/js/app.js" or die "app.js: $!";
    local $/;

    my %paths = map { $_ => 1 } <$in> =~ /\{ path: '(\w*)'/g;

    cmp_ok(scalar keys %paths, '>', 8, 'the application has paths');

    for my $path (sort keys %paths) {
        my $call = ask('GET', "/panel/$path");

        is($call->{code}, 200, "\"$path\" is a page");
        like($call->{body}, qr/<title>[^<·]+ · vzpanel<\/title>/,
            'with a title of its own');
    }
}

# a table of pools without one, as in a new installation
sub emptied {
    sql('RENAME TABLE address_pool TO pools_aside');
    sql('CREATE TABLE address_pool LIKE pools_aside');
    sleep 3;                    # a worker keeps what it knows for two seconds
}

sub filled_again {
    sql('DROP TABLE address_pool');
    sql('RENAME TABLE pools_aside TO address_pool');
    sleep 3;
}

END {
    local $?;
    eval { filled_again() }
        if sql_value("SHOW TABLES LIKE 'pools_aside'");
}

# a path of two and more parts is in no folder that there is: the page says
# where its files lie, and each of them is there
sub deeper {
    for my $path ('nothing/deeper', 'a/b/c/', 'status/', 'a%2Fb') {
        my $call = ask('GET', "/panel/$path");

        is($call->{code}, 404, "$path is none");
        like($call->{body}, qr{<h1>Esta página no existe</h1>},
            'it says so as the panel');
        like($call->{head}, qr/^Content-Security-Policy: .*base-uri 'self'/m,
            'the browser may follow it');

        my ($before, $base, $after)
            = $call->{body} =~ /^(.*)<base href="([^"]*)">(.*)$/s;

        is($base, '/panel/', 'where the files are');
        unlike($before, qr/\s(href|src)="(?![\/#])/,
            'and no file is named before');

        for my $file ($after =~ /(?:href|src)="([\w\/]+\.\w+)"/g) {
            is(ask('GET', "$base$file")->{code}, 200, "$file is there");
        }
    }

    for my $path ('', 'nothing') {
        my $call = ask('GET', "/panel/$path");

        unlike($call->{body}, qr/<base href/, "\"$path\" needs none");
        like($call->{head}, qr/^Content-Security-Policy: .*base-uri 'none'/m,
            'and may have none');
    }
}

sub not_modified {
    my $first = ask('GET', '/panel/', "Accept-Language: es\n");
    my ($tag) = $first->{head} =~ /^ETag: (\S+)/mi;
    my $again = ask('GET', '/panel/',
        "Accept-Language: es\nIf-None-Match: $tag\n");

    is($again->{code}, 304, 'what the browser has is 304');
    is(ask('GET', '/panel/', "Accept-Language: en\nIf-None-Match: $tag\n")
        ->{code}, 200, 'and in another language another page');
    is(ask('GET', '/panel/nothing', "If-None-Match: *\n")->{code}, 404,
        'what is not there is never 304');
}

run_tests();

__DATA__

=== TEST 1: a crawler reads the plans in Spanish
--- request
GET /panel/
--- response_headers
Content-Type: text/html; charset=utf-8
Cache-Control: no-cache
Vary: Accept-Language
X-Content-Type-Options: nosniff
--- raw_response_headers_like: Content-Security-Policy: default-src 'self'
--- response_body_like: <html lang="es">.*<title>Planes · vzpanel</title>.*<meta name="description" content="[^"]*Básico: 64 MB, 1 GB\. Completo: 128 MB, 2 GB\.[^"]*">.*<link rel="canonical" href="https://x\.example\.org/panel/">.*<header id="header" class="header"><div class="header-row">.*<h1>Planes</h1>.*<h2>Básico</h2>.*<dt>Memoria</dt><dd>64 MB</dd>.*<dt>CPU</dt><dd>peso ×1</dd>.*href="order\?plan=B%C3%A1sico">Contratar</a>.*<noscript>



=== TEST 2: a crawler that asks for English reads the plans in English
--- request
GET /panel/
--- more_headers
Accept-Language: fr-CH, en;q=0.9, es;q=0.8
--- response_body_like: <html lang="en">.*<title>Plans · vzpanel</title>.*<meta property="og:title" content="Plans · vzpanel">.*<dt>Memory</dt><dd>64 MB</dd>.*weight ×1.*>Order</a>



=== TEST 3: each security header is sent once
--- request
GET /panel/
--- raw_response_headers_unlike eval
qr/^(X-Content-Type-Options|Cache-Control|Content-Security-Policy|ETag):.*^\1:/ims



=== TEST 4: the name of a plan is escaped
--- init: ::evil()
--- request
GET /panel/
--- more_headers
Accept-Language: es
--- response_body_like: <h2>9&quot;&gt;&lt;script&gt;alert\(1\)&lt;/script&gt;&amp;'\{n\} \w+</h2>.*<dd>1,5 GB</dd>.*<dd>256 MB</dd>.*<dd>peso ×1,25</dd>.*href="order\?plan=9%22%3E%3Cscript%3Ealert
--- response_body_unlike: <script>alert



=== TEST 5: a deleted plan disappears from the page
--- init: ::no_evil()



=== TEST 6: each path of the application answers with its own title
--- init: ::paths()



=== TEST 7: an unknown path is 404 with the page
--- request
GET /panel/nothing-here
--- error_code: 404
--- response_headers
Content-Type: text/html; charset=utf-8
--- response_body_like: <meta name="robots" content="noindex">.*<script type="module".*<h1>Esta página no existe</h1>



=== TEST 8: pages of an account are not indexed
--- request
GET /panel/status
--- response_body_like: <meta name="robots" content="noindex">



=== TEST 9: an unchanged page is 304
--- init: ::not_modified()



=== TEST 10: HEAD has the header alone
--- request
HEAD /panel/
--- response_headers
Content-Type: text/html; charset=utf-8
--- response_body eval
""



=== TEST 11: without a database the page arrives soon, without plans
--- vzpanel
vzpanel_public_url https://x.example.org/panel;
--- http_config eval
::vz_http_config() =~ s/unix:\S+/127.0.0.1:1/r
--- request
GET /panel/
--- response_body_like: <h1>Planes</h1>
--- response_body_unlike: class="plans"
--- no_error_log
[alert]



=== TEST 12: an index.html without placeholders is sent unchanged
--- config
    location /panel/ { vzpanel_panel html; }
    location /api/ { vzpanel_api; }
--- user_files
>>> index.html
<p>mine</p>
--- request
GET /panel/
--- response_body
<p>mine</p>



=== TEST 13: a panel with nothing to sell says that it opens soon
--- init: ::emptied()
--- request eval
['GET /panel/', 'GET /api/plans']
--- response_body_like eval
['<p>Abrimos pronto\.</p>', '"soon":true']
--- response_body_unlike eval
['class="plans"', '"soon":false']



=== TEST 14: a panel with something to sell does not say so
--- init: ::filled_again()
--- request eval
['GET /panel/', 'GET /api/plans']
--- response_body_like eval
['class="plans"', '"soon":false']



=== TEST 15: the page takes the provider's name and contact from index.html
--- config
    location /panel/ { vzpanel_panel html; }
    location /api/ { vzpanel_api; }
--- user_files
>>> index.html
<html lang="es"><title>vzpanel</title>
<meta name="vzpanel-brand" content="Nube &amp; Sur">
<meta name="vzpanel-contact" content="soporte@nube.example">
<!--vz:main-->
--- request
GET /panel/
--- more_headers
Accept-Language: en-GB
--- response_body_like: ^<html lang="en"><title>.*Nube &amp; Sur</title>.*<h2>Básico</h2>.*<a href="mailto:soporte@nube.example" rel="noreferrer">soporte@nube.example</a>



=== TEST 16: an unknown path of several parts is 404 with the page
--- init: ::deeper()
--- request
GET /panel/nothing/deeper
--- error_code: 404
--- response_headers
Content-Type: text/html; charset=utf-8



=== TEST 17: the base of the page is the path of vzpanel_public_url
--- vzpanel
vzpanel_public_url https://x.example.org/a&b;
--- request
GET /panel/nothing/deeper
--- error_code: 404
--- response_body_like: <base href="/a&amp;b/">



=== TEST 18: the base of the page may be the root of a host
--- vzpanel
vzpanel_public_url https://x.example.org;
--- request
GET /panel/nothing/deeper
--- error_code: 404
--- response_body_like: <base href="/">
