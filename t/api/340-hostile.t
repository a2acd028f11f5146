# Requests that no browser makes: garbage in headers and bodies, methods that
# routes do not have, pages of other sites, clients that read nothing.
#
# FUZZ_SECONDS=300 makes the random ones go on for so long; FUZZ_ADMIN=1 asks
# as an administrator too, who may destroy what other tests need.

use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(time);
use VzFixture;
use VzForms;
use VzPanelHelpers;

no_shuffle();
workers(1);
worker_connections(128);

our $ana = user(unique('ana'));
our $anas = session($ana);
our $vm = vm($ana);
our $script = token($ana);
our $root = session(user(unique('root'), role => 'admin'));
our @routes = routes();


# a path of the route, with ids of nobody in it
sub path_of { return $_[0]{path} =~ s/\{\w+\}/999999/gr }


sub methods {
    my %methods;

    push @{ $methods{ path_of($_) } }, $_->{method} for @routes;

    for my $path (sort keys %methods) {
        my %takes = map { $_ => 1 } @{ $methods{$path} };
        my $options = ask('OPTIONS', $path, "Origin: https://evil.example\n"
            . "Access-Control-Request-Method: POST\n"
            . "Access-Control-Request-Headers: content-type\n$anas");

        is($options->{code}, 405, "OPTIONS $path: is not there");
        unlike($options->{head}, qr/^Access-Control/mi,
            "OPTIONS $path: no other site may ask");

        my ($allow) = $options->{head} =~ /^Allow: (.*?)\r?$/m;

        delete @takes{ split /, /, $allow // '' };
        is(join(' ', %takes), '', "OPTIONS $path: is told what is there");

        next if $path =~ m{/events$};

        my $head = ask('HEAD', $path, $anas);
        my $get = ask('GET', $path, $anas);

        is($head->{code}, $get->{code}, "HEAD $path: as GET");
        is($head->{body}, '', "HEAD $path: has no body");
        unlike($get->{head}, qr/^Access-Control/mi,
            "GET $path: is for no other site");
    }
}


our @garbage = ('', ' ', '*', '"', '""', '"*"', 'W/"1', '"' x 50, ',' x 50,
    'wait=', 'wait=-1', 'wait=99999999999999999999', 'wait=1;wait=,wait',
    'respond-async, wait=x', '=;=;,', "\x01", "\x7f\xff\xfe", "\xc3\x28",
    '%00%n%s', '-1', '0', '18446744073709551616', 'Bearer', 'Bearer ',
    'Bearer vzp_', 'Basic ' . 'A' x 99, 'vzpanel_session', '; ; =',
    'vzpanel_session=;vzpanel_session=', 'null', 'https://', 'http://[::1',
    'application/json;charset=\\', 'application/jsonx', '../../etc/passwd',
    "'; DROP TABLE user; --", '{"a":1}', 'x' x 4000);

our @headers = qw(Idempotency-Key If-Match If-None-Match Prefer Last-Event-ID
    Cookie Authorization Origin Sec-Fetch-Site Content-Type Accept
    Accept-Language User-Agent Range If-Modified-Since Expect
    X-Forwarded-For Transfer-Encoding Upgrade);


sub no_fault {
    my ($call, $what) = @_;

    return if $call->{code} >= 200 && $call->{code} < 500;
    return if $call->{code} =~ /^50[134]$/;   # says so itself

    fail("$what: $call->{code}");
    diag(substr $call->{body}, 0, 400);
}


sub garbage_in_headers {
    for my $header (@headers) {
        for my $value (@garbage) {
            for my $what (['GET', '/api/vms'], ['POST', "/api/vms/$vm/start"],
                          ['PATCH', "/api/vms/$vm/cpu", '{"units":1000}'])
            {
                my ($method, $path, $body) = @$what;
                my $call = ask($method, $path, "$header: $value\n"
                    . ($header eq 'Cookie' ? '' : $anas), $body);

                no_fault($call, "$method $path, $header: "
                    . substr $value, 0, 40);
            }
        }

        pass("$header may hold anything");
    }
}


sub sizes {
    my $long = 'x' x 9000;

    is(ask('GET', "/api/vms?q=$long", $anas)->{code}, 414,
        'a line that is too long');
    is(ask('GET', '/api/vms', "${anas}X-Long: $long\n")->{code}, 400,
        'a header that is too long');
    is(ask('GET', '/api/vms', $anas
        . join '', map { "X-$_: " . 'y' x 2000 . "\n" } 1 .. 30)->{code}, 400,
        'headers that are too many');
    is(ask('GET', '/api/vms', $anas)->{code}, 200, 'others are answered');
}


sub pipelined {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $ENV{TEST_NGINX_SERVER_PORT}) or die $!;
    my @paths = ('/api/session', '/api/nothing', "/api/vms/$vm", '/api/plans',
        '/panel/', '/api/vms');
    my $text = '';

    print $socket map { "GET $_ HTTP/1.1\r\nHost: localhost\r\n"
        . ($anas =~ s/\n/\r\n/r) . ($_ eq $paths[-1] ? "Connection: close\r\n"
            : '') . "\r\n" } @paths;
    $socket->flush;

    1 while sysread $socket, $text, 65536, length $text;

    is(join(' ', $text =~ m{HTTP/1\.1 (\d{3}) }g), '200 404 200 200 200 200',
        'many on one connection are answered in their order');
}


# one after another: curl 7.88 can't use such a connection again
sub curl {
    my ($path, @options) = @_;
    my $port = $ENV{TEST_NGINX_SERVER_PORT} + 100;

    open my $out, '-|', 'curl', '-sS', '--http2-prior-knowledge', '-H',
        $anas =~ s/\n//r, '-o', '/dev/null', '-w',
        '%{http_version} %{http_code}', @options,
        "http://127.0.0.1:$port$path" or die "curl: $!";

    return scalar <$out>;
}


sub http2 {
    my @post = ('-H', 'Content-Type: application/json', '-d');

    is(curl('/api/session'), '2 200', 'HTTP/2 reads');
    is(curl('/api/orders/' . 'a' x 64), '2 404', 'what is not there');
    is(curl('/api/session', @post, '{"account":"x"}'), '2 422', 'a body');
    is(curl('/api/session', @post, '{"a":"' . 'x' x 20_000 . '"}'), '2 413',
        'one that is too large');
}


# --- many streams ---

sub streams {
    my @roots = map { session(user(unique("root$_"), role => 'admin')) }
        1 .. 7;
    my @streams = map { ask_begin('GET', '/api/events', $roots[$_ % 7]) }
        1 .. 70;
    my @opened = map { ask_more($_, 5); ask_result($_) } @streams;
    my ($refused) = grep { $_->{code} != 200 } @opened;

    is((grep { $_->{code} == 200 } @opened), 64,
        'half of the connections may be streams');
    is($refused->{code}, 503, 'one more is refused');
    is($refused->{json}{code}, 'overloaded', 'with a reason');
    like($refused->{head}, qr/^Retry-After: \d+/m, 'and when');

    my $call = ask('GET', '/api/vms', $anas);

    is($call->{code}, 200, 'what is no stream is answered');
    cmp_ok($call->{seconds}, '<', 2, 'at once');

    close $_->{socket} for @streams;
    ok(wait_for(10, sub { ask('GET', '/api/metrics')->{body}
        =~ /^vzpanel_streams\{[^}]*\} 0$/m }), 'who leaves is forgotten');
}


# heads and bodies that come a byte at a time, and who never reads
sub slow {
    my @slow;

    for my $text ("GET /api/vms HTTP/1.1\r\nHost: loc",
                  "POST /api/session HTTP/1.1\r\nHost: localhost\r\n"
                  . "Content-Type: application/json\r\n"
                  . "Content-Length: 30\r\n\r\n{")
    {
        for (1 .. 10) {
            my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                PeerPort => $ENV{TEST_NGINX_SERVER_PORT}) or die $!;

            syswrite $socket, $text;
            push @slow, $socket;
        }
    }

    is(ask('GET', '/api/vms', $anas)->{code}, 200, 'others are answered');

    for my $socket (@slow) {
        my $text = '';
        my $ready = '';

        vec($ready, fileno $socket, 1) = 1;
        select $ready, undef, undef, 5;
        sysread $socket, $text, 4096;
        $text = $text =~ m{^HTTP/1\.1 (\d+)} ? $1 : 'closed';
        like($text, qr/^(408|closed)$/, 'who is slow is shown out')
            if $socket == $slow[0] || $socket == $slow[-1];
    }
}


# --- by chance ---

sub one_of { return $_[int rand @_] }

our @names;

# of every body that there is
sub members {
    if (!@names) {
        my %names = map { $_ => 1 } map { keys %{ $_->{members} } } operations();

        @names = sort keys %names;
        die "only " . @names . " members\n" if @names < 28;
    }

    return @names;
}


sub chance {
    my ($deep) = @_;
    my $kind = int rand($deep > 3 ? 6 : 8);

    return $kind == 0 ? one_of(@garbage)
        : $kind == 1 ? int(rand 2**40) - 2**39
        : $kind == 2 ? one_of(JSON::PP::true, JSON::PP::false, undef)
        : $kind == 3 ? rand
        : $kind == 4 ? one_of('debian', '10.0.0.1/24', 'unlimited', 'Ana',
            'a@b.example', '2001:db8::1', 'localhost', '12345678')
        : $kind == 5 ? join '', map { chr rand 0x300 } 1 .. rand 40
        : $kind == 6 ? [map { chance($deep + 1) } 1 .. rand 4]
        : { map { one_of(members()) => chance($deep + 1) } 1 .. rand 5 };
}


sub request_by_chance {
    my ($who) = @_;
    my $route = one_of(@routes);
    my $method = rand > 0.2 ? $route->{method}
        : one_of(qw(GET POST PUT PATCH DELETE HEAD OPTIONS TRACE FOO));
    my $path = $route->{path} =~ s/\{\w+\}/one_of($vm, 1, 2, 0, -1,
        '0' x 64, 'x', '%00', '%2e%2e', 9 x 30)/ger;
    my $headers = $who;

    $path .= '?' . join '&', map {
        one_of(qw(q state sort cursor limit live user vm actor from to role))
            . '=' . (one_of(@garbage, 1, 50, 'name', '-cpu', 'running')
                =~ s/([^\w.])/sprintf '%%%02x', ord $1/ger)
    } 1 .. 3 if rand > 0.6;

    $headers .= one_of(@headers) . ': ' . one_of(@garbage) . "\n"
        if rand > 0.5;
    $headers .= "Accept: text/event-stream\n" if rand > 0.95;
    $headers .= qq(If-Match: "1"\n) if rand > 0.5;
    $headers =~ s/^(?:Transfer-Encoding|Expect|Prefer): .*\n//mg;

    my $body = rand > 0.1
        ? $JSON::PP::VERSION && JSON::PP->new->utf8->allow_nonref->encode(
            { map { one_of(members()) => chance(0) } 0 .. rand 8 })
        : join '', map { chr rand 256 } 1 .. rand 300;

    $body = substr $body, 0, rand length $body if rand > 0.9;

    return ($method, $path, $headers,
        $method =~ /^(GET|HEAD)$/ ? undef : $body);
}


sub by_chance {
    my $seed = $ENV{FUZZ_SEED} // int rand 2**31;
    my $until = time + ($ENV{FUZZ_SECONDS} // 4);
    my @who = ('', $anas, $script, $ENV{FUZZ_ADMIN} ? ($root) x 4 : ());
    my ($n, %codes) = (0);

    srand $seed;

    while (time < $until) {
        my @request = request_by_chance(one_of(@who));
        my $begun = ask_begin(@request);
        my $call = ask_end($begun, $request[1] =~ /events|orders/ ? 0.3 : 40);

        close $begun->{socket};
        $n++;
        $codes{ $call->{code} }++;
        next if $call->{code} == 200 || $request[1] =~ m{events};
        no_fault($call, "seed $seed, request $n, @request[0, 1]");
    }

    Test::More::note("seed $seed: ", join ', ', map { "$codes{$_} x $_" }
        sort keys %codes);
    cmp_ok($n, '>', 20, "requests by chance, seed $seed");
    is(ask('GET', '/api/vms', $anas)->{code}, 200, 'all is well');
}

run_tests();

__DATA__

=== TEST 1: on each route HEAD works like GET, and OPTIONS and other sites are refused
--- init: ::methods()



=== TEST 2: garbage in headers is refused or ignored
--- init: ::garbage_in_headers()



=== TEST 3: headers that are too large are refused
--- init: ::sizes()



=== TEST 4: many requests on one connection are answered
--- init: ::pipelined()



=== TEST 5: hostile requests over HTTP/2 are refused
--- http_config eval
::vz_http_config() . <<"END"
    server {
        listen 127.0.0.1:@{[$ENV{TEST_NGINX_PORT} + 100]} http2;
        location /api { vzpanel_api; }
    }
END
--- init: ::http2()



=== TEST 6: more streams than connections are refused
--- init: ::streams()



=== TEST 7: slow clients are cut off
--- vzpanel
client_header_timeout 1s;
client_body_timeout 1s;
--- init: ::slow()



=== TEST 8: random requests never crash a worker
--- vzpanel
vzpanel_signup approve;
--- init: ::by_chance()
