#!/usr/bin/perl
#
# A terminal in a container, on both drivers: what is typed runs there, what it
# prints comes, no more of it than a screen has shown, and nothing is left when
# it ends, whoever ends it.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use VzTerminal;

use constant { UNSHOWN => 65536, READ => 4096 };

my @drivers = split ' ', $ENV{VERBS_DRIVERS} // 'vzctl lxc';
my $tag = '0123456789abcdef';
my $prompt = qr/[#\$] /;


# opened NODE, MODE [, ID]: a terminal, or the answer that refused it
sub opened {
    my ($node, $mode, $id) = @_;
    my $began = time;
    my ($handle, $pid) = $node->connect_to;

    # without a buffer, of which select() would know nothing, and in which what
    # comes right behind the answer would be lost
    binmode $handle, ':pop';
    Verbs::say_to($handle, "tag=$tag console " . ($id // 31001)
        . " $mode 80 24");
    my ($answer) = Verbs::read_answer($handle);
    return $answer if $answer ne 'ok stream';

    return { handle => $handle, pid => $pid, ms => 1000 * (time - $began),
             frames => Verbs::seal_of($handle)->stream, heard => 0,
             terminal => VzTerminal->new };
}


sub type_in {
    my ($t, @records) = @_;

    print { $t->{handle} } $t->{frames}->frame(data => $_) for @records;
    return;
}


# hear T, SECONDS: one frame, its name; '' where none came
sub hear {
    my ($t, $seconds) = @_;
    my $bits = '';

    vec($bits, fileno $t->{handle}, 1) = 1;
    return '' if !select $bits, undef, undef, $seconds;

    my ($name, $bytes) = $t->{frames}->open_frame($t->{handle})
        or return $t->{ended} = 'closed';

    if ($name eq 'data') {
        my $n = $t->{terminal}->hear($bytes);

        # the stream's own credit is the transport's
        print { $t->{handle} } $t->{frames}->frame(credit => length $bytes);
        $t->{heard} += $n;
        type_in($t, VzTerminal::shown($n)) if $n && !$t->{blind};
    }

    $t->{ended} = $name if $name =~ /^(?:end|abort)$/;
    return $name;
}


# until T, SECONDS, PATTERN: whether its output comes to match
sub until_it_says {
    my ($t, $seconds, $like) = @_;
    my $end = time + $seconds;

    while ($t->{terminal}{output} !~ $like) {
        return 0 if time > $end || $t->{ended};
        hear($t, 0.2);
    }
    return 1;
}


sub until_it_ends {
    my ($t, $seconds) = @_;
    my $end = time + $seconds;

    hear($t, 0.2) while !$t->{ended} && time < $end;
    return $t->{ended} // 'lives';
}


sub leave {
    my ($t) = @_;

    close $t->{handle};
    waitpid $t->{pid}, 0;
    return $? == 0;
}


# processes on the node whose environment or line of command has a word
sub processes {
    my ($word) = @_;

    return grep {
        my $line = do { local (@ARGV, $/) = $_; no warnings; <> } // '';
        $line =~ /\Q$word\E/;
    } glob '/proc/[0-9]*/cmdline';
}


sub gone { my ($word) = @_; return Verbs::wait_for(20, sub { !processes($word) }) }


sub shell {
    my ($node, $driver) = @_;
    my $t = opened($node, 'shell');

    ref $t or return fail("$driver: $t");
    ok(until_it_says($t, 30, $prompt), "$driver: a prompt");
    note sprintf '%s: %.0f ms to the stream', $driver, $t->{ms};

    type_in($t, VzTerminal::typed("tty; stty size; id -u; echo \$((6 * 7)) seen\r"));
    ok(until_it_says($t, 30, qr/^42 seen/m), "$driver: what is typed runs");
    my $said = $t->{terminal}{output};
    like($said, qr{^/dev/pts/\d+\r?$}m, "$driver: on a terminal of its own")
        if $driver eq 'lxc';
    like($said, qr/^24 80\r?$/m, "$driver: of that size");
    like($said, qr/^0\r?$/m, "$driver: as root");

    type_in($t, VzTerminal::sized(132, 50), VzTerminal::typed("stty size; echo e''nd\r"));
    ok(until_it_says($t, 30, qr/^50 132\r?\n.*^end/ms), "$driver: it is resized");

    # latency of a key, through daemon and terminal
    my @ms;
    type_in($t, VzTerminal::typed("cat > /dev/null\r"));
    ok(until_it_says($t, 30, qr{null\r}), "$driver: echo");
    for my $i (1 .. 100) {
        my $before = $t->{heard};
        my $began = time;
        type_in($t, VzTerminal::typed('k'));
        hear($t, 1) while $t->{heard} == $before && !$t->{ended}
            && time - $began < 5;
        push @ms, 1000 * (time - $began);
    }
    note sprintf '%s: a key comes back after %.2f ms in the middle', $driver,
        (sort { $a <=> $b } @ms)[50];

    # ^C throws away what lies behind it: the prompt comes first
    $t->{terminal}{output} = '';
    type_in($t, VzTerminal::typed("\cC"));
    until_it_says($t, 30, $prompt);

    # ash loses what is typed in the moment in which it puts up its prompt
    my $end = 'lives';
    for (1 .. 3) {
        type_in($t, VzTerminal::typed("exit\r"));
        last if ($end = until_it_ends($t, 10)) ne 'lives';
    }
    is($end, 'end', "$driver: who leaves the shell ends it")
        or diag(($node->slurp('log') // '') =~ /(.*the stream of console.*)/g);
    print { $t->{handle} } $t->{frames}->frame('end');
    ok(leave($t), "$driver: well");
    ok(gone('--console' . "\0" . '31001'), "$driver: and no process is left");
}


# a program that prints without end, and nobody who looks at it
sub flood {
    my ($node, $driver) = @_;
    my $t = opened($node, 'shell');

    ref $t or return fail("$driver: $t");
    until_it_says($t, 30, $prompt);
    $t->{blind} = 1;
    my $before = $t->{heard};
    type_in($t, VzTerminal::typed("yes vzpanel-flood\r"));
    1 while hear($t, 1);
    my $came = $t->{heard} - $before;
    cmp_ok($came, '>=', UNSHOWN - READ, "$driver: as much comes as may be unseen");
    cmp_ok($came, '<=', UNSHOWN + READ, "$driver: and no more: $came bytes");

    type_in($t, VzTerminal::typed("\cC"));
    $t->{blind} = 0;
    type_in($t, VzTerminal::shown($t->{heard}));
    type_in($t, VzTerminal::typed("echo st''opped\r"));
    my $heard = $t->{heard};
    ok(until_it_says($t, 30, qr/^stopped/m), "$driver: ^C is felt");
    cmp_ok($t->{heard} - $heard, '<', UNSHOWN + 2 * READ,
        "$driver: after " . ($t->{heard} - $heard) . ' bytes more');

    # whoever is cut off leaves nothing
    type_in($t, VzTerminal::typed("sleep 98765\r"));
    ok(Verbs::wait_for(5, sub { scalar processes("sleep\0" . '98765') }),
        "$driver: something runs");
    leave($t);
    ok(gone("sleep\0" . '98765'), "$driver: it is hung up with its viewer");
    ok(gone('--console' . "\0" . '31001'), "$driver: and no process is left");
}


# whichever of our processes is killed, the terminal is hung up
sub killed {
    my ($node, $driver) = @_;

    for my $which ('the verb', 'the terminal') {
        my $t = opened($node, 'shell');

        ref $t or return fail("$driver: $t");
        until_it_says($t, 30, $prompt);
        type_in($t, VzTerminal::typed("sleep 98765\r"));
        ok(Verbs::wait_for(5, sub { scalar processes("sleep\0" . '98765') }),
            "$driver: something runs");

        my ($pid) = $which eq 'the verb' ? $t->{pid}
            : map { m{/(\d+)/} } processes('--console' . "\0" . '31001');
        kill 'KILL', $pid;
        ok(gone("sleep\0" . '98765'), "$driver: it ends when $which is killed");
        ok(gone('--console' . "\0" . '31001'), "$driver: and no process is left");
        leave($t);
    }
}


# what is typed at a program that does not read is all there when it does
sub typed_ahead {
    my ($node, $driver) = @_;
    my $t = opened($node, 'shell');

    ref $t or return fail("$driver: $t");
    until_it_says($t, 30, $prompt);
    type_in($t, VzTerminal::typed("stty raw -echo; echo re''ady; sleep 2;"
        . " dd bs=1 count=100000 2>/dev/null | md5sum; stty sane\r"));
    ok(until_it_says($t, 30, qr/^ready/m), "$driver: a program that does not read")
        or diag($t->{terminal}{output});

    my $text = join '', map { chr 32 + $_ % 90 } 1 .. 100_000;
    my $at = 0;
    while ($at < length $text) {
        type_in($t, VzTerminal::typed(substr $text, $at, 8192));
        $at += 8192;
    }
    require Digest::MD5;
    my $sum = Digest::MD5::md5_hex($text);
    ok(until_it_says($t, 30, qr/$sum/), "$driver: 100 kB arrive whole");
    cmp_ok($t->{terminal}{taken}, '>=', 90_000, "$driver: and are told taken");

    type_in($t, "x\0\4abcd");
    is(until_it_ends($t, 30), 'end', "$driver: what is no record ends it");
    leave($t);
    ok(gone('--console' . "\0" . '31001'), "$driver: and no process is left");
}


sub refusals {
    my ($node, $driver) = @_;

    like(opened($node, 'shell', 31050), qr/^err noent /, "$driver: none of no container");
    like(opened($node, 'gui'), qr/^err range mode: shell or login$/, "$driver: another mode");
    $node->likes("tag=$tag console 31001 shell 1 24", qr/^err range cells: /,
        "$driver: a terminal of one column");
    $node->likes("tag=fedcba9876543210 console 31001 shell 80 24", qr/^err noent /,
        "$driver: another container of that number");
    $node->likes("id=1.1 tag=$tag console 31001 shell 80 24", qr/^err syntax /,
        "$driver: an id");
}


sub stopped {
    my ($node, $driver) = @_;
    my $t = opened($node, 'shell');

    ref $t or return fail("$driver: $t");
    until_it_says($t, 30, $prompt);
    $node->likes("tag=$tag stop 31001", qr/^ok/, "$driver: stopped meanwhile");

    if ($driver eq 'lxc') {
        is(until_it_ends($t, 30), 'end', "$driver: a terminal ends with its container");
    }

    leave($t);
    like(opened($node, 'shell'), qr/^err state it does not run$/,
        "$driver: a container that is stopped has none");
}


sub bootlog {
    my ($node, $driver) = @_;
    my ($handle, $pid) = $node->connect_to;

    Verbs::say_to($handle, "tag=$tag bootlog 31001");
    my ($answer) = Verbs::read_answer($handle);

    if ($driver eq 'vzctl') {
        is($answer, 'err unsupported driver vzctl has no bootlog',
            'vzctl: no log of a boot');
        close $handle;
        waitpid $pid, 0;
        return;
    }

    is($answer, 'ok stream', "$driver: the log of its boot");
    my $frames = Verbs::seal_of($handle)->stream;
    my ($name, $bytes) = $frames->open_frame($handle);
    ($name) = $frames->open_frame($handle) while defined $name && $name eq 'data';
    is($name, 'end', "$driver: ends by itself");
    print $handle $frames->frame('end');
    close $handle;
    waitpid $pid, 0;
}


# a guest whose files are traps
sub hostile {
    my ($node) = @_;

    $node->inside(31001, 'sh', '-c', 'mv /etc/passwd /etc/passwd.real;'
        . ' mknod /etc/passwd p');
    my $t = opened($node, 'shell');
    ok(ref $t, 'lxc: a pipe for /etc/passwd is not waited for');
    leave($t) if ref $t;
    $node->inside(31001, 'sh', '-c', 'rm /etc/passwd; mv /etc/passwd.real /etc/passwd');

    $node->inside(31001, 'sh', '-c', 'mkfifo /tmp/p; mount --bind /tmp/p /dev/ptmx');
    like(opened($node, 'shell'), qr/^err failed it has no terminal to give/,
        'lxc: a pipe for /dev/ptmx');
    $node->inside(31001, 'sh', '-c', 'umount /dev/ptmx; rm /tmp/p');

    # a guest that stands still lets the attach hang, and the verb end
    my %run = $node->run_of(31001);
    my $freezer = -e "$run{freezer}/freezer.state"
        ? [ "$run{freezer}/freezer.state", 'FROZEN', 'THAWED' ]
        : [ "$run{freezer}/cgroup.freeze", 1, 0 ];
    my $set = sub { open my $out, '>', $freezer->[0] or die "$freezer->[0]: $!";
        print $out $_[0]; close $out };

    $set->($freezer->[1]);
    my $began = time;
    like(opened($node, 'shell'), qr/^err timeout /, 'lxc: a frozen guest');
    cmp_ok(time - $began, '<', 13, 'lxc: in its time');
    $set->($freezer->[2]);
    ok(gone('--console' . "\0" . '31001'), 'lxc: and no process is left');
}


for my $driver (@drivers) {
    my $node = Verbs->new($driver);
    my $template = $Verbs::template;

    $node->likes("tag=$tag create 31001 $template", qr/^ok/, "$driver: create");
    $node->likes("tag=$tag start 31001", qr/^ok/, "$driver: start");

    shell($node, $driver);
    flood($node, $driver);
    killed($node, $driver);
    typed_ahead($node, $driver) if $driver eq 'lxc';
    refusals($node, $driver);
    bootlog($node, $driver);
    hostile($node) if $driver eq 'lxc';
    stopped($node, $driver);

    $node->end;
}

done_testing();
