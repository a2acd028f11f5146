# What a client does that breaks the rules of websockets (RFC 6455), byte by
# byte: each gets the code that it is closed with, and none of it gets through.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzWebsocket;
use Time::HiRes qw(sleep time);

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana, expires => 'NOW(3) + INTERVAL 1 HOUR');
our ($vm, $ctid) = container($ana, desired_state => 'running');

verb('start', $ctid) =~ /^ok/m or die "start\n";

# an administrator may have sixteen at a time
our $roots = session(user(unique('root'), role => 'admin'));

sub opened {
    my ($more) = @_;
    my $ticket = ask('POST', "/api/vms/$vm/console", $roots, '{}')
        ->{json}{ticket} // die "no ticket\n";
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $ENV{TEST_NGINX_SERVER_PORT}, Timeout => 5) // die $!;
    my $ws = VzWebsocket->open($socket, '/api/console',
        "Origin: http://localhost\n$roots", "vzpanel.console, $ticket", $more);

    $ws->{status} == 101 or die "no websocket: $ws->{head}\n";
    return $ws;
}

sub masked { return VzWebsocket::masked(@_) }

# a head with a mask and a length of one's own
sub head { my ($first, $len, $more) = @_;
    return pack('CC', $first, 0x80 | $len) . ($more // '') . "\0\0\0\0" }


sub rules {
    my @cases = (
        ['a frame that is not masked', 1002, "\x82\x02ix"],
        ['a reserved bit', 1002, head(0xc2, 2) . 'ix'],
        ['another reserved bit', 1002, head(0x92, 2) . 'ix'],
        ['an opcode of data that is not defined', 1002, head(0x83, 1) . 'x'],
        ['one of control that is not', 1002, head(0x8b, 0)],
        ['a ping in fragments', 1002, masked(9, 'x', 0)],
        ['a close in fragments', 1002, masked(8, '', 0)],
        ['a ping of 126 bytes', 1002, masked(9, 'x' x 126)],
        ['text', 1003, masked(1, 'ix')],
        ['a message of more than 64 KB', 1009, masked(2, 'i' . 'x' x 65536)],
        ['fragments of more than 64 KB', 1009, masked(2, 'i' . 'x' x 40000, 0)
            . masked(0, 'x' x 30000)],
        ['a length of 4 GB', 1009, head(0x82, 127, pack 'Q>', 1 << 32)],
        ['a length with its highest bit', 1002,
            head(0x82, 127, pack 'Q>', 1 << 63)],
        ['a length in more bytes than it needs', 1002,
            head(0x82, 126, pack 'n', 5) . 'ixxxx'],
        ['and in eight', 1002, head(0x82, 127, pack 'Q>', 500) . 'x' x 500],
        ['a continuation of nothing', 1002, masked(0, 'x')],
        ['a message within a message', 1002, masked(2, 'ix', 0) . masked(2, 'iy')],
        ['text within a message', 1002, masked(2, 'ix', 0) . masked(1, 'y')],
        ['a close of one byte', 1002, masked(8, 'x')],
        ['a close with a code that is never sent', 1002,
            masked(8, pack 'n', 1006)],
        ['a message that is empty', 1008, masked(2, '')],
        ['a record that is none', 1008, masked(2, 'zx')],
        ["a record of the other side's", 1008, masked(2, 'ox')],
        ['a number of three bytes', 1008, masked(2, "a\0\0\1")],
        ['a number of five', 1008, masked(2, "a\0\0\0\0\1")],
        ['a close', 1000, masked(8, pack('n', 1000) . 'bye')],
        ['a close without a code', 1000, masked(8, '')],
    );

    for my $case (@cases) {
        my ($title, $code, $bytes) = @$case;
        my $ws = opened();

        $ws->raw($bytes);
        is($ws->closed(10), $code, $title);
        $ws->raw(masked(8, pack 'n', $code));
        close $ws->{socket};
    }
}


sub what_may_be {
    my $ws = opened(masked(2, "iecho be''fore\r"));

    ok($ws->shown(10, qr/^before/m), 'what comes right behind the request');

    $ws->raw(masked(2, 'iech', 0) . masked(9, 'ping') . masked(0, '', 0)
        . masked(0, "o fr''ag", 0) . masked(0, "ments\r"));
    my @pong = grep { ref } map { my ($op, $bytes) = $ws->frame(5);
        if (($op // 0) == 2 && $bytes =~ s/^o//) { $ws->{output} .= $bytes }
        ($op // 0) == 10 ? [$bytes] : () } 1 .. 2;
    is($pong[0][0] // '', 'ping', 'a ping amid fragments is answered');
    ok($ws->shown(10, qr/^fragments/m), 'which are one message');

    # one byte at a time
    $ws->raw($_) for split //, masked(2, "iecho sl''ow\r");
    ok($ws->shown(10, qr/^slow/m), 'bytes one by one');

    # a number in fragments
    $ws->raw(masked(2, 'w', 0) . masked(0, "\0\x64\0", 0) . masked(0, "\x32"));
    $ws->message("istty size\r");
    ok($ws->shown(10, qr/^50 100\r/m), 'a size in fragments');

    # 60 kB in one message, all of which arrive
    my $line = join '', map { chr 97 + $_ % 26 } 1 .. 60_000;
    require Digest::MD5;
    $ws->message("istty raw -echo; echo re''ady; dd bs=1 count=60000"
        . " 2>/dev/null | md5sum; stty sane\r");
    ok($ws->shown(10, qr/^ready/m), 'a program that counts');
    $ws->message("i$line");
    my $sum = Digest::MD5::md5_hex($line);
    ok($ws->shown(30, qr/$sum/), 'a long message arrives whole');

    # more than anybody has room for, at a program that does not read
    $ws->message("istty raw -echo; echo wa''iting; sleep 100\r");
    ok($ws->shown(10, qr/^waiting/m), 'a program that does not read');
    $ws->message('i' . 'x' x 60_000) for 1 .. 4;
    is($ws->closed(10) . " $ws->{reason}", '4502 failed',
        'is not filled without bound');
}


run_tests();

__DATA__

=== TEST 1: what breaks the rules
--- init: ::rules()



=== TEST 2: what does not
--- init: ::what_may_be()
