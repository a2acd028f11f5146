#!/usr/bin/perl
#
# What a verb may have beyond its line, on both drivers: a body of lines, a
# byte stream behind its answer, more time than anybody waits in silence.  The
# verbs are those for tests (docs/protocol.md), and create.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use File::Basename ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my @drivers = split ' ', $ENV{VERBS_DRIVERS} // 'vzctl lxc';
my $tag = '0123456789abcdef';
my $window = 256 * 1024;

# ioctl: bytes that lie in a socket to be read
use constant FIONREAD => 0x541B;


# --- bodies ---

sub summed {
    my (@lines) = @_;
    my $bytes = 0;

    $bytes += length for @lines;
    return 'lines=' . @lines . " bytes=$bytes sha256="
        . sha256_hex(join '', map { "$_\n" } @lines);
}


# refused NODE, LINE, BYTES...: the answer to a line and what is sent behind it
# as it stands, and whether another verb is answered then
sub refused {
    my ($node, $line, @bytes) = @_;
    my ($handle, $pid) = $node->connect_to;
    my $seal = Verbs::seal_of($handle);
    local $SIG{PIPE} = 'IGNORE';

    print $handle $seal->line($line), "\n";
    print $handle ref $_ ? $_->($seal) . "\n" : $_ for @bytes;
    my ($answer) = Verbs::read_answer($handle);

    Verbs::say_to($handle, 'ping');
    my ($next) = Verbs::read_answer($handle);

    close $handle;
    waitpid $pid, 0;
    return ($answer, $next eq 'ok' ? 'goes on' : $next);
}


sub body { my ($text) = @_; return sub { $_[0]->body($text) } }
sub secret { my ($text) = @_; return sub { $_[0]->secret($text) } }


sub bodies {
    my ($node, $driver) = @_;
    my @lines = map { 'x' x $_ . ' two  spaces, ñ' } 1 .. 199;

    for my $all (['one'], ['a', ' b ', "\xc3\xb1 = ok err"], [@lines, 'y' x 1024])
    {
        my ($answer, $data) = $node->ask("tag=$tag lines 31001", $all);

        is("$answer @$data", 'ok ' . summed(@$all),
           "$driver: a body of " . @$all . ' lines arrives as it was');
    }

    my ($answer, $data) = $node->ask("tag=$tag lines 31001");
    is("$answer @$data", 'ok ' . summed(), "$driver: and one of none");

    $node->likes('tag=fedcba9876543210 lines 31001', qr/^err noent /,
        "$driver: of another container it is not taken", ['a']);
    $node->likes("fence=7 id=1.1 tag=$tag lines 31001", qr/^ok$/,
        "$driver: marks stand between it and the verb", ['a']);
    $node->likes("fence=7 id=1.1 tag=$tag lines 31001", qr/^ok already done$/,
        "$driver: what was done is not done again", ['b']);
    $node->likes("fence=6 tag=$tag lines 31001", qr/^err stale 7 /,
        "$driver: nor by who has been followed", ['c']);

    my $line = "body=2 tag=$tag lines 31001";
    my @cases = (
        ['a line that is too long', qr/^err range body: line 2: 1 to 1024 /,
         'goes on', $line, body('a'), body('y' x 1025)],
        ['a control character', qr/^err range body: line 1: /, 'goes on',
         $line, body("a\nb"), body('c')],
        ['what is no base64', qr/^err range body: line 1: /, 'goes on',
         $line, sub { $_[0]->line('body a===') }, body('c')],
        ['more lines than the verb takes', qr/^err syntax lines takes /,
         'goes on', "body=201 tag=$tag lines 31001",
         map { body("l$_") } 1 .. 201],
        ['a body of a verb that has none', qr/^err syntax stop takes no body/,
         'goes on', 'body=1 stop 31001', body('a')],
        ['a body of no verb', qr/^err unknown /, 'goes on',
         'body=2 dance 31001', body('a'), body('b')],
        ['one line too few', qr/^err syntax a line of the body /, 'closed',
         $line, body('a'), sub { $_[0]->line('stop 31001') }],
        ['one line too many', qr/^ok$/, 'err unknown no verb body',
         $line, body('a'), body('b'), body('c')],
        ['more lines than there can be', qr/^err syntax body: 1 to 256 /,
         'closed', "body=257 tag=$tag lines 31001"],
        ['a secret where none is due', qr/^err syntax /, 'closed', $line,
         secret('a'), secret('b')],
        ['no secret where one is due', qr/^err syntax /, 'closed',
         'body=1 passwd 31001', body('a')],
        ['a line without end', qr/^err syntax /, 'closed', $line, 'x' x 5000],
        ['a line of another', qr/^err denied /, 'closed', $line,
         "body YQ== mac=" . '0' x 32 . "\n"],
    );

    for my $case (@cases) {
        my ($title, $like, $then, @said) = @$case;
        my ($first, $next) = refused($node, @said);

        like($first, $like, "$driver: $title is refused");
        is($next, $then, "$driver: and then");
    }

    unlike($node->slurp('log'), qr/eXl5|YQ==/, "$driver: none of it is logged");
}


sub slow_body {
    my ($node, $driver) = @_;
    my ($handle, $pid) = $node->connect_to;
    my $seal = Verbs::seal_of($handle);
    my $began = time;

    # a byte now and then
    print $handle $seal->line("body=1 tag=$tag lines 31001"), "\nbo";
    for (1 .. 30) {
        last if vec_of($handle, 0.5);
        syswrite $handle, 'x';
    }

    my ($answer) = Verbs::read_answer($handle);
    like($answer, qr/^err timeout the body did not come in 10 s$/,
         "$driver: a body that trickles is refused");
    cmp_ok(time - $began, '<', 13, "$driver: after ten seconds");
    is(readline($handle), undef, "$driver: and the connection is closed");
    close $handle;
    waitpid $pid, 0;
    $node->likes("tag=$tag stop 31001", qr/^ok/, "$driver: it held no lock");
}


# whether something can be read within so many seconds
sub vec_of {
    my ($handle, $seconds) = @_;
    my $bits = '';

    vec($bits, fileno $handle, 1) = 1;
    return select $bits, undef, undef, $seconds;
}


# --- streams ---

# stream NODE, LINE: handle, process, and its frames; or the answer
sub stream {
    my ($node, $line) = @_;
    my ($handle, $pid) = $node->connect_to;

    Verbs::say_to($handle, $line);
    my ($answer) = Verbs::read_answer($handle);
    return $answer if $answer ne 'ok stream';

    binmode $handle;
    return ($handle, $pid, Verbs::seal_of($handle)->stream);
}


# all that comes until an end, an abort or the end of the connection
sub rest {
    my ($handle, $frames) = @_;
    my ($data, %n) = ('');

    while (my ($name, $bytes) = $frames->open_frame($handle)) {
        $n{$name}++;
        $data .= $bytes if $name eq 'data';
        return ($data, $name, $bytes) if $name =~ /^(?:end|abort)$/;
    }

    return ($data, 'closed', '');
}


sub gone {
    my ($handle, $pid) = @_;

    close $handle;
    waitpid $pid, 0;
    return $? == 0;
}


sub echoes {
    my ($node, $driver) = @_;
    my ($handle, $pid, $frames) = stream($node, "fence=8 tag=$tag echo 31001");

    print $handle $frames->frame(data => 'hello '),
        $frames->frame(data => "\0\n\xff");
    my $said = '';
    while (length $said < 9) {
        my ($name, $bytes) = $frames->open_frame($handle) or die "cut off\n";
        $said .= $bytes if $name eq 'data';
    }
    is($said, "hello \0\n\xff", "$driver: a stream says what it hears");

    # others act meanwhile: nothing is locked
    my $began = time;
    $node->likes("fence=9 tag=$tag setname 31001 web", qr/^ok$/,
        "$driver: a change is made while it is open");
    cmp_ok(time - $began, '<', 4, "$driver: without waiting for it");

    print $handle $frames->frame(data => 'last'), $frames->frame('end');
    is(join(' ', rest($handle, $frames)), 'last end ',
       "$driver: an end of one side is not that of the other");
    is(readline($handle), undef, "$driver: two ends are the connection's");
    ok(gone($handle, $pid), "$driver: whose process ends well");
    like($node->slurp('log'),
         qr/the stream of echo 31001: ok, 13 bytes received, 13 sent /,
         "$driver: and what it carried is logged");

    is(scalar stream($node, "fence=8 tag=$tag echo 31001"),
       'err stale 9 is the newest fence that was seen of container 31001',
       "$driver: who has been followed opens none");
    like(scalar stream($node, "id=1.1 tag=$tag echo 31001"), qr/^err syntax /,
       "$driver: nor is one opened by an id");
    like(scalar stream($node, "tag=fedcba9876543210 echo 31001"),
       qr/^err noent /, "$driver: nor of another container");
    like(scalar stream($node, 'echo 31050'), qr/^err noent /,
       "$driver: nor of none");
}


# the daemon holds a window and the pipe behind it, and no more
sub full {
    my ($node, $driver) = @_;
    my ($handle, $pid, $frames) = stream($node, "tag=$tag echo 31001");
    my ($credit, $sent, $heard) = ($window, 0, 0);

    # nothing that comes back is granted more: it stands still
    while ($credit) {
        my $n = $credit < 16384 ? $credit : 16384;
        print $handle $frames->frame(data => 'x' x $n);
        $credit -= $n;
        $sent += $n;

        while (vec_of($handle, $credit ? 0 : 1)) {
            my ($name, $bytes) = $frames->open_frame($handle)
                or die "cut off\n";
            $credit += $bytes if $name eq 'credit';
            $heard += length $bytes if $name eq 'data';
        }
    }

    # what lies in the handle's own buffer, select() does not see
    while ($heard < $window) {
        my ($name, $bytes) = $frames->open_frame($handle) or last;
        $heard += length $bytes if $name eq 'data';
    }

    is($heard, $window, "$driver: who grants nothing hears a window");
    is(vec_of($handle, 1), 0, "$driver: and no more");
    cmp_ok($sent, '<=', 2 * $window + 2 * 65536 + 16384,
           "$driver: and can say two, and what a pipe holds");

    my ($memory) = (do { open my $in, '<', "/proc/$pid/status";
        local $/; <$in> }) =~ /^VmRSS:\s+(\d+)/m;
    cmp_ok($memory, '<', 20_000, "$driver: its process has $memory kB");

    # and goes on when it does
    print $handle $frames->frame(credit => $window), $frames->frame('end');
    my $left = 0;
    while (my ($name, $bytes) = $frames->open_frame($handle)) {
        last if $name eq 'end';
        next if $name ne 'data';
        $left += length $bytes;
        print $handle $frames->frame(credit => length $bytes);
    }
    is($heard + $left, $sent, "$driver: then all of it comes");
    gone($handle, $pid);
}


# who writes and does not read: its answers fill the socket, and the reason for
# which it is refused comes behind them
sub deaf {
    my ($node, $driver) = @_;
    my ($handle, $pid, $frames) = stream($node, "tag=$tag echo 31001");
    local $SIG{PIPE} = 'IGNORE';
    my $lying = 0;

    syswrite $handle, join '', map { $frames->frame(data => 'x' x 16384) }
        1 .. $window / 16384;

    # until no more of the echo fits into the socket
    for (my $since = time; time - $since < 0.5; sleep 0.02) {
        my $now = pack 'i', 0;
        ioctl $handle, FIONREAD, $now or die "FIONREAD: $!\n";
        next if unpack('i', $now) == $lying;
        $lying = unpack 'i', $now;
        $since = time;
    }

    cmp_ok($lying, '>', 100_000, "$driver: the echo lies in the socket");
    syswrite $handle, join '', map { $frames->frame(data => 'x' x 16384) }
        1 .. 60;

    my (undef, $name, $why) = rest($handle, $frames);
    is("$name $why", 'abort range', "$driver: who does not read is told why");
    ok(gone($handle, $pid), "$driver: and its process ends well");
}


sub attacked {
    my ($node, $driver) = @_;

    my @cases = (
        ['data without credit', 'range', sub { my ($f) = @_;
            map { $f->frame(data => 'x' x 16384) } 1 .. 40 }],
        ['credit without end', 'range',
         sub { $_[0]->frame(credit => 1) }],
        ['a frame of no kind', 'syntax', sub { $_[0]->raw(9, 'x') }],
        ['data of no bytes', 'syntax', sub { $_[0]->raw(1, '') }],
        ['data after the end', 'syntax',
         sub { ($_[0]->frame('end'), $_[0]->frame(data => 'x')) }],
        ['a length that is none', 'syntax', sub { "\1\xff\xff\xff" }],
        ['garbage', 'denied', sub { "\1\0\0\1" . 'x' x 100 }],
        ['a frame that was changed', 'denied',
         sub { $_[0]->frame(data => 'abc') ^ "\0\0\0\0\1" }],
        ['a frame twice', 'denied',
         sub { my $one = $_[0]->frame('alive'); ($one, $one) }],
    );

    deaf($node, $driver);

    for my $case (@cases) {
        my ($title, $code, $make) = @$case;
        my ($handle, $pid, $frames) = stream($node, "tag=$tag echo 31001");
        local $SIG{PIPE} = 'IGNORE';

        syswrite $handle, join '', $make->($frames);
        my (undef, $name, $why) = rest($handle, $frames);
        is("$name $why", "abort $code", "$driver: $title");
        ok(gone($handle, $pid), "$driver: the process ends well");
    }

    my ($handle, $pid, $frames) = stream($node, "tag=$tag echo 31001");
    print $handle $frames->frame(data => 'x' x 10), $frames->frame(abort =>
        'failed');
    ok(gone($handle, $pid), "$driver: an abort ends it");

    ($handle, $pid, $frames) = stream($node, "tag=$tag echo 31001");
    print $handle $frames->frame(data => 'x' x 10);
    my $began = time;
    ok(gone($handle, $pid), "$driver: who dies leaves no process");
    cmp_ok(time - $began, '<', 4, "$driver: for long");

    # bytes that come before the answer was heard
    ($handle, $pid) = $node->connect_to;
    $frames = Verbs::seal_of($handle);
    syswrite $handle, join '', map { "$_\n" } map { $frames->line($_) }
        "tag=$tag echo 31001", 'ping';
    is((Verbs::read_answer($handle))[0], 'ok stream', "$driver: too early");
    is(join('', rest($handle, $frames->stream)), 'closed',
       "$driver: is out of step");
    gone($handle, $pid);
}


# it says that it lives, and hears when the other does not
sub silent {
    my ($node, $driver) = @_;
    my ($handle, $pid, $frames) = stream($node, "tag=$tag echo 31001");
    my $began = time;
    my @all;

    while (my ($name, $bytes) = $frames->open_frame($handle)) {
        push @all, $name eq 'abort' ? "abort $bytes" : $name;
    }

    like("@all", qr/^(?:alive ){2,3}abort timeout$/,
         "$driver: who is silent is told that we live, and then left");
    cmp_ok(abs(time - $began - 30), '<', 3, "$driver: after thirty seconds");
    gone($handle, $pid);
}


# --- long ones ---

sub long {
    my ($node, $driver) = @_;
    my $began = time;
    my ($answer, undef, $progress) = $node->ask("tag=$tag doze 31001 6000");

    is($answer, 'ok', "$driver: a verb that takes longer than its time");
    cmp_ok(time - $began, '>=', 6, "$driver: as its lines come");
    cmp_ok(@$progress, '>=', 6, "$driver: each second at least");

    # its process stands still for a while, and goes on
    my ($handle, $pid) = $node->connect_to;
    Verbs::say_to($handle, "fence=10 id=2.1 tag=$tag doze 31001 2000");
    readline $handle;
    kill 'STOP', $pid;
    like(($node->ask("fence=11 tag=$tag setname 31001 web2"))[0],
         qr/^err busy container 31001 is held by: doze, pid $pid/,
         "$driver: one that stands still keeps its lock");
    kill 'CONT', $pid;
    close $handle;
    waitpid $pid, 0;
    $node->likes("fence=10 id=2.1 tag=$tag doze 31001 2000",
        qr/^ok already done$/, "$driver: and has done it when it goes on");
}


for my $driver (@drivers) {
    my $node = Verbs->new($driver, test_verbs => 'yes');

    $node->likes("tag=$tag create 31001 $Verbs::template", qr/^ok$/,
        "$driver: create");
    bodies($node, $driver);
    slow_body($node, $driver);
    echoes($node, $driver);
    full($node, $driver);
    attacked($node, $driver);
    silent($node, $driver);
    long($node, $driver);
    $node->ask("tag=$tag destroy 31001");
    $node->end;

    $node = Verbs->new($driver);
    like(($node->ask($_))[0], qr/^err unknown no verb /,
         "$driver: without test_verbs nobody knows $_")
        for 'echo 31001', 'lines 31001', 'doze 31001 10';
    $node->end;
}

done_testing();
