# What the relay offers beside short verbs: bodies, streams to a node, and verbs
# that take long.  No page has one of them yet: a module of the tests' own asks
# for them (t/lib/relay), the real daemon answers where it can, and VzDaemon
# does what that never would.
#
# There is one worker here, so what one request waits for would hold all.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzDaemon;
use Digest::SHA qw(sha256_hex);
use Time::HiRes qw(sleep time);

no_shuffle();
master_off();
workers(1);
worker_connections(256);
log_level('info');

use constant { WINDOW => 256 * 1024, HELD => 256 * 1024 + 3 * 16404 + 1024,
               STREAMS => 64 };

our ($vm, $ctid) = container(user(unique('ana')));

our $module = 'load_module ' . ($ENV{TEST_NGINX_LOAD_MODULES}
    =~ s{nginx/ngx_http_vzpanel_module\.so$}{relay_test.so}r) . ';';

# the module's directives, with that node
sub node {
    my ($config) = @_;
    my ($node) = $config =~ /vzpanel_node\s+\S+\s+([^;]*;)/;

    return vz_http_config() . "vz_relay_test_node $node\n";
}

our $http = node(vz_http_config());
our $config = "location /api { vzpanel_api; }\n"
    . "location /relay { vz_relay_test; }\n";


# relay WHAT, KEY => VALUE...: what came of it, as pairs
sub relay_begin {
    my ($what, %args) = @_;

    $args{ctid} //= $ctid;
    return ask_begin('GET', join '&', "/relay?do=$what",
        map { "$_=$args{$_}" } sort keys %args);
}


sub relay_end {
    my ($call, $seconds) = @_;
    my $body = ask_end($call, $seconds // 60)->{body} // '';
    my ($words) = $body =~ / words=(.*)$/m;

    return { (map { split /=/, $_, 2 } split / /, $body =~ s/ words=.*//sr),
             words => $words // '' };
}


sub relay { return relay_end(relay_begin(@_)) }

sub middle { (sort { $a <=> $b } @_)[@_ / 2] }


# --- the real daemon ---

sub bodies_arrive {
    my @lines = map { chr(97 + $_ % 26) x 1024 } 0 .. 199;
    my $call = relay('lines', bytes => 200);

    is($call->{words}, 'lines=200 bytes=204800 sha256='
        . sha256_hex(join '', map { "$_\n" } @lines), 'a body of 200 kB');
    is(relay('lines', bytes => 201)->{code}, 'syntax',
        'one line more is not sent');
    is(relay('ping')->{code}, 'ok', 'the next verb is answered');
}


sub there_and_back {
    for my $bytes (0, 1, 16384, 16385, 5_000_000) {
        my $call = relay('echo', bytes => $bytes);

        is("$call->{code} $call->{bytes}", "ok $bytes",
            "$bytes bytes, there and back");
        cmp_ok($call->{most}, '<=', HELD, 'a window of them is held');
    }

    is(relay('echo', ctid => $ctid - 1, bytes => 1)->{code}, 'noent',
        'what the verb is told without a stream is its answer');
}


# a stream as fast as it goes, and what verbs beside it cost
sub verbs_go_on {
    my @alone = map { relay('ping')->{ms} } 1 .. 50;
    my $stream = relay_begin('echo', bytes => 300_000_000);
    my @beside;

    while (ask_more($stream, 0) == -1 && @beside < 100) {
        push @beside, relay('ping')->{ms};
    }

    my $call = relay_end($stream);

    is("$call->{code} $call->{bytes}", 'ok 300000000', 'the stream is whole');
    cmp_ok($call->{most}, '<=', HELD, "of it $call->{most} bytes are held");
    cmp_ok(scalar @beside, '>', 10, 'verbs beside it are answered');
    Test::More::note(sprintf '%.0f MB/s in each direction; a verb takes %d ms'
        . ' alone, %d beside it in the middle, %d at most',
        $call->{bytes} / 1000 / $call->{ms}, middle(@alone), middle(@beside),
        (sort { $b <=> $a } @beside)[0]);
    cmp_ok(middle(@beside), '<', 50, 'as fast as ever');
}


sub who_does_not_read {
    my $call = relay('read', bytes => 200_000, hold => 1000);

    is("$call->{code} $call->{bytes}", 'ok 200000',
        'what is read late comes late');

    $call = relay('write', bytes => 50_000_000, hold => 1000);
    is($call->{code}, 'again', 'who reads nothing may not write on');
    cmp_ok($call->{sent}, '<=', 2 * WINDOW + 4 * 65536,
        "he was let $call->{sent} bytes");
}


# they have places of their own, and no more than those
sub places {
    my @calls = map { relay_begin('read', bytes => 10, hold => 2000) }
        1 .. STREAMS + 1;

    sleep 0.5;
    my $ping = relay('ping');
    is($ping->{code}, 'ok', 'verbs have theirs');
    cmp_ok($ping->{ms}, '<', 500, 'and wait for none');

    my @ms = sort { $a <=> $b } map { relay_end($_)->{ms} } @calls;
    cmp_ok($ms[-2], '<', 3500, STREAMS . ' at once');
    cmp_ok($ms[-1], '>=', 3800, 'the next one when one has ended');
}


# --- scripted ones ---

sub does { my ($do) = @_; return ['ok stream', $do] }

# each stands in for a node whose streams do that
our %bad = (
    still => VzDaemon->new(echo => does(sub { sleep 50 })),
    dies => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        print $out $frames->frame(data => data(10));
    })),
    half => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        print $out substr $frames->frame(data => data(1000)), 0, 500;
    })),
    greedy => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        local $SIG{PIPE} = 'IGNORE';
        print $out $frames->frame(data => data(16384)) for 1 .. 100;
        sleep 1;
    })),
    lavish => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        print $out $frames->frame(credit => 1);
        sleep 1;
    })),
    garbage => VzDaemon->new(echo => does(sub {
        my ($out) = @_;
        print $out "HTTP/1.1 200 OK\r\n\r\n" x 100;
        sleep 1;
    })),
    forged => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        print $out $frames->frame(data => 'x' x 100) ^ ("\0" x 50 . "\1");
        sleep 1;
    })),
    again => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        my $frame = $frames->frame(data => data(100));
        print $out $frame, $frame;
        sleep 1;
    })),
    aborts => VzDaemon->new(echo => does(sub {
        my ($out, $frames) = @_;
        print $out $frames->frame(abort => 'nospace');
        sleep 1;
    })),
    none => VzDaemon->new(echo => ['ok']),
    refuses => VzDaemon->new(echo => ['err busy held by: backup']),
);

sub data { return join '', map { chr(($_ * 2654435761 & 0xffffffff) >> 11 & 255) }
    0 .. $_[0] - 1 }

our %want = (
    dies => 'down 10', half => 'down 0', greedy => 'down 0',
    lavish => 'down 0', garbage => 'down 0', forged => 'denied 0',
    again => 'denied 0', aborts => 'nospace 0', none => 'state 0',
    refuses => 'busy 0',
);

sub http_of { return node($bad{ $_[0] }->http_config) }

sub as_wanted {
    my ($which) = @_;
    my $call = relay('read', hold => 300);

    is("$call->{code} $call->{bytes}", $want{$which}, "a node that: $which");
    cmp_ok($call->{most}, '<=', HELD, 'no more than a window is held');
    is(relay('ping')->{code}, 'ok', 'verbs go on');
}

sub stands_still {
    my $write = relay_begin('write', bytes => 1_000_000, hold => 1000);
    my $read = relay_begin('read');

    $write = relay_end($write);
    is($write->{code}, 'again', 'a node that stands still takes no more');
    cmp_ok($write->{sent}, '<=', WINDOW, 'than its window');
    $read = relay_end($read);
    is($read->{code}, 'timeout', 'and is taken for dead');
    cmp_ok($read->{ms}, '>', 25_000, 'after half a minute');
    cmp_ok($read->{ms}, '<', 40_000, 'and no later');
}


our $long = VzDaemon->new(doze => sub {
    return $_[0] == 1 ? [('+ 1 dozing', 2) x 4, 'ok']
        : $_[0] == 2 ? ['+ 1 dozing', 20, 'ok'] : ['+ 1 dozing', 2, 'ok'];
}, ping => ['ok']);

sub long_ones {
    my $call = relay('doze', bytes => 9000);

    is($call->{code}, 'ok', 'a verb goes on while it tells that it does');
    cmp_ok($call->{ms}, '>', 7000, 'longer than its silence may be');

    $call = relay('doze', bytes => 9000);
    is($call->{code}, 'timeout', 'and ends when it is silent');
    is($call->{words}, 'doze fell silent', 'with words for it');
    cmp_ok($call->{ms}, '<', 5000, 'soon');

    my @calls = map { relay_begin('doze', bytes => 9000) } 1 .. 5;

    sleep 0.5;
    $call = relay('ping');
    is($call->{code}, 'ok', 'four of them leave room for others');
    cmp_ok($call->{ms}, '<', 500, 'who wait for none');

    my @ms = sort { $a <=> $b } map { relay_end($_)->{ms} } @calls;
    cmp_ok($ms[3], '<', 3500, 'four at once');
    cmp_ok($ms[4], '>=', 3900, 'the fifth when one has ended');
}

run_tests();

__DATA__

=== TEST 1: a verb has a body
--- main_config eval: $::module
--- http_config eval: $::http
--- config eval: $::config
--- init: ::bodies_arrive()



=== TEST 2: bytes pass in both directions
--- main_config eval: $::module
--- http_config eval: $::http
--- config eval: $::config
--- init: ::there_and_back()



=== TEST 3: verbs do not wait for a full stream
--- main_config eval: $::module
--- http_config eval: $::http
--- config eval: $::config
--- init: ::verbs_go_on()



=== TEST 4: neither side buffers more than a bound
--- main_config eval: $::module
--- http_config eval: $::http
--- config eval: $::config
--- init: ::who_does_not_read()



=== TEST 5: streams have connections of their own
--- main_config eval: $::module
--- http_config eval: $::http
--- config eval: $::config
--- init: ::places()



=== TEST 6: a stream ends when its node dies
--- main_config eval: $::module
--- http_config eval: ::http_of('dies')
--- config eval: $::config
--- init: ::as_wanted('dies')
--- error_log
the stream of echo was cut off: down



=== TEST 7: a stream ends when its node dies within a frame
--- main_config eval: $::module
--- http_config eval: ::http_of('half')
--- config eval: $::config
--- init: ::as_wanted('half')



=== TEST 8: a node that sends without credit is cut off
--- main_config eval: $::module
--- http_config eval: ::http_of('greedy')
--- config eval: $::config
--- init: ::as_wanted('greedy')
--- error_log
the stream of echo broke the rules: down



=== TEST 9: a node that grants credit for bytes never sent is cut off
--- main_config eval: $::module
--- http_config eval: ::http_of('lavish')
--- config eval: $::config
--- init: ::as_wanted('lavish')



=== TEST 10: a node that sends garbage is cut off
--- main_config eval: $::module
--- http_config eval: ::http_of('garbage')
--- config eval: $::config
--- init: ::as_wanted('garbage')



=== TEST 11: a frame altered in transit ends the stream
--- main_config eval: $::module
--- http_config eval: ::http_of('forged')
--- config eval: $::config
--- init: ::as_wanted('forged')



=== TEST 12: a frame repeated in transit ends the stream
--- main_config eval: $::module
--- http_config eval: ::http_of('again')
--- config eval: $::config
--- init: ::as_wanted('again')



=== TEST 13: a node ends a stream with a code
--- main_config eval: $::module
--- http_config eval: ::http_of('aborts')
--- config eval: $::config
--- init: ::as_wanted('aborts')



=== TEST 14: a verb that succeeds without a stream is an error
--- main_config eval: $::module
--- http_config eval: ::http_of('none')
--- config eval: $::config
--- init: ::as_wanted('none')



=== TEST 15: a node that refuses the verb opens no stream
--- main_config eval: $::module
--- http_config eval: ::http_of('refuses')
--- config eval: $::config
--- init: ::as_wanted('refuses')



=== TEST 16: a stream whose node stands still times out
--- main_config eval: $::module
--- http_config eval: ::http_of('still')
--- config eval: $::config
--- init: ::stands_still()



=== TEST 17: a long verb ends by silence, and occupies no connection of others
--- main_config eval: $::module
--- http_config eval: ::node($::long->http_config)
--- config eval: $::config
--- init: ::long_ones()
