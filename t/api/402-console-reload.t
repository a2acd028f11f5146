# Consoles over nginx -s reload: they go on until the old worker's time is over,
# end then, and leave no process; and consoles by TLS, beside HTTP/2.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzWebsocket;
use VzWorkers qw(master children);
use File::Temp qw(tempdir);
use IO::Socket::SSL;
use IO::Socket::UNIX;
use Time::HiRes qw(sleep time);

use constant CONSOLES => 40;

no_shuffle();

our @roots = map { session(user(unique("root$_"), role => 'admin')) } 1 .. 3;
our ($vm, $ctid) = container(user(unique('ana')), desired_state => 'running');
our $dir = tempdir(CLEANUP => 1);

chmod 0755, $dir;
verb('start', $ctid) =~ /^ok/m or die "start\n";
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    . " -keyout $dir/key.pem -out $dir/cert.pem 2>/dev/null") == 0 or die;


sub opened {
    my ($whose, $socket) = @_;
    my $ticket = ask('POST', "/api/vms/$vm/console", $whose, '{}');

    $ticket->{code} == 201 or die "no ticket: $ticket->{body}\n";
    $socket //= IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $ENV{TEST_NGINX_SERVER_PORT}, Timeout => 5) // die $!;
    return VzWebsocket->open($socket, '/api/console', 'Origin: http://localhost'
        . "\n$whose", "vzpanel.console, $ticket->{json}{ticket}");
}

# processes of consoles, and of what their shells run
sub processes {
    my ($like) = @_;

    return grep {
        my $line = do { local (@ARGV, $/) = $_; no warnings; <> } // '';
        $line =~ $like;
    } glob '/proc/[0-9]*/cmdline';
}

sub over_a_reload {
    my @open = map { opened($roots[$_ / 16]) } 0 .. CONSOLES - 1;

    is(scalar(grep { $_->{status} == 101 } @open), CONSOLES, 'forty are open');
    is(scalar(grep { $_->shown(20, qr/[#\$] /) } @open), CONSOLES,
        'each with its prompt');

    my @old = children(master());
    my $began = time;
    kill 'HUP', master();
    ok(wait_for(20, sub { my %old = map { $_ => 1 } @old;
        grep { !$old{$_} } children(master()) }), 'nginx reloads');

    # they belong to a worker that leaves, and work on
    $_->message("iecho still he''re\r") for @open;
    is(scalar(grep { $_->shown(10, qr/^still here/m) } @open), CONSOLES,
        'all go on');
    $_->message("isleep 98765\r") for @open;
    is(wait_for(10, sub { CONSOLES == processes(qr/^sleep\x0098765\0/) }), 1,
        'each runs something');
    is(opened($roots[2])->{status}, 101, 'another opens in a new worker');

    is(scalar(grep { $_->closed(20) } @open), CONSOLES, 'all end by themselves');
    cmp_ok(time - $began, '<', 20, "when the old worker's time is over");
    ok(wait_for(10, sub { !grep { kill 0, $_ } @old }), 'which is gone then');
    ok(wait_for(15, sub { processes(qr/--console\0$ctid /) <= 1 }),
        'no process of theirs is left');
    ok(wait_for(10, sub { !processes(qr/^sleep\x0098765\0/) }),
        'nor what their shells ran');
}


sub by_tls {
    my $unix = IO::Socket::UNIX->new(Peer => "$dir/tls") or die "tls: $!";
    my $tls = IO::Socket::SSL->start_SSL($unix, SSL_verify_mode => 0,
        SSL_alpn_protocols => ['http/1.1']) or die "TLS: $SSL_ERROR";
    my $ws = opened($roots[0], $tls);

    is($ws->{status}, 101, 'a websocket by TLS, beside HTTP/2');
    ok($ws->shown(10, qr/[#\$] /), 'a prompt');
    $ws->message("idd if=/dev/zero bs=65536 count=32 2>/dev/null | tr '\\0' x;"
        . " echo; echo e''nd\r");
    my $before = $ws->{heard};
    my $began = time;
    $ws->{output} = substr $ws->{output}, -100
        while !$ws->shown(0.2, qr/^end/m) && time - $began < 30;
    cmp_ok($ws->{heard} - $before, '>', 2 << 20, '2 MB pass');

    # typed faster than it is taken
    my $text = join '', map { chr 97 + $_ % 26 } 1 .. 60_000;
    require Digest::MD5;
    $ws->{output} = '';
    $ws->message("istty raw -echo; echo re''ady; sleep 1; dd bs=1 count=60000"
        . " 2>/dev/null | md5sum; stty sane\r");
    $ws->shown(10, qr/^ready/m);
    $ws->message("i$_") for unpack '(a4096)*', $text;
    my $sum = Digest::MD5::md5_hex($text);
    ok($ws->shown(30, qr/$sum/), '60 kB pasted arrive whole');
    $ws->{output} = '';
    $ws->shown(5, qr/[#\$] /);
    $ws->message("iexit\r");
    is($ws->closed(10), 1000, 'and it ends');
}

run_tests();

__DATA__

=== TEST 1: forty over a reload
--- main_config
worker_shutdown_timeout 6s;
--- init: ::over_a_reload()



=== TEST 2: by TLS
--- http_config eval
::vz_http_config() . "server { listen unix:$::dir/tls ssl http2;"
    . " ssl_certificate $::dir/cert.pem; ssl_certificate_key $::dir/key.pem;"
    . ' location /api { vzpanel_api; } }'
--- init: ::by_tls()
