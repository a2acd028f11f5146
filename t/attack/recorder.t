#!/usr/bin/perl
#
# What may happen to the recorder: it is killed amid many containers, the disk of
# a history is full, the node's clock is set forwards and back.  No figure is
# wrong, what was sent is what is told, and nothing is missing but what the
# recorder was not there for.
#
# RECORDER_MANY=100: how many containers (1,000).

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use IO::Select ();
use Socket;
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Fabricated;
use Verbs;

plan skip_all => 'this needs the groups of version 1'
    if !Fabricated::possible()
    || ($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/;

my $round = 10;                         # seconds between two readings
my $most = 40;                          # until one must be seen
my $many = $ENV{RECORDER_MANY} // 1000;
my ($first, $small, $busy, $peer) = (32001, 31003, 31001, 31002);

my ($node, $recorder, $all);
my $tools = File::Temp::tempdir('vz-clock-XXXXXX', TMPDIR => 1, CLEANUP => 1);


# The daemon asks clock_gettime(2) and time(2) what time it is.  Before them
# stand two that add the seconds in a file to the time of day, and leave other
# clocks alone.
sub build_clock {
    open my $out, '>', "$tools/clock.c" or die "$tools: $!\n";
    print $out <<'END';
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

static char  *set;

/* the daemon clears its environment */

__attribute__((constructor)) static void
begin(void)
{
    set = strdup(getenv("VZ_CLOCK"));
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
    int      fd, rc;
    char     text[32] = "";
    ssize_t  n;

    rc = (int) syscall(SYS_clock_gettime, clock, ts);

    if (rc == 0 && clock == CLOCK_REALTIME) {
        fd = open(set, O_RDONLY | O_CLOEXEC);
        n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
        close(fd);
        ts->tv_sec += n > 0 ? atol(text) : 0;
    }

    return rc;
}

time_t
time(time_t *now)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    if (now != NULL) {
        *now = ts.tv_sec;
    }

    return ts.tv_sec;
}
END
    close $out;
    system('cc', '-shared', '-fPIC', '-o', "$tools/clock.so",
        "$tools/clock.c") == 0 or die "no clock to set\n";
    return set_clock(0);
}


sub set_clock {
    my ($seconds) = @_;

    open my $out, '>', "$tools/new" or die "$tools: $!\n";
    print $out $seconds;
    close $out;
    rename "$tools/new", "$tools/seconds" or die "$tools: $!\n";
    return;
}


sub record {
    $recorder = fork // die "fork: $!\n";

    if ($recorder == 0) {
        @ENV{qw(VZ_CLOCK LD_PRELOAD)} = ("$tools/seconds", "$tools/clock.so");
        exec "$Verbs::build/virtual-server", '--config', "$node->{dir}/conf",
            '--record';
    }
    return;
}


sub stop_recording {
    kill 'KILL', $recorder;
    waitpid $recorder, 0;
    undef $recorder;
    return;
}


# points ID [FROM, UNTIL]: of the finest ring, in their order
sub points {
    my ($id, $from, $until) = @_;

    $from //= time - 3600;
    $until //= time + 60;

    # whoever reads has the clock of the recorder

    local @ENV{qw(VZ_CLOCK LD_PRELOAD)} = ("$tools/seconds",
        "$tools/clock.so");

    my (undef, $data) = $node->ask("history $id $from $until");
    my %head = Verbs::pairs(shift @$data);
    my @names = split /,/, $head{series} // '';
    my @points;

    for my $line (grep { /^at=/ } @$data) {
        my %point = Verbs::pairs($line);
        my %mean;

        @mean{@names} = split /,/, $point{mean};
        push @points, { %mean, at => $point{at}, n => $point{n} };
    }

    return @points;
}


sub last_of {
    my (@points) = @_;

    return @points ? $points[-1]{at} : 0;
}


# until a container has so many points behind a time
sub newer {
    my ($id, $at, $n) = @_;
    my @new;

    Verbs::wait_for($most + $n * $round, sub {
        @new = grep { $_->{at} > $at } points($id);
        return @new >= $n;
    });
    return @new;
}


sub gaps {
    my (@points) = @_;

    return scalar grep { $points[$_]{at} - $points[$_ - 1]{at} != $round }
        1 .. $#points;
}


# it uses a fifth of a CPU
sub right {
    my ($title, @points) = @_;
    my @wrong = grep { $_->{cpu} ne '-' && $_->{cpu} > 40 } @points;

    is(scalar @wrong, 0, "$title: no wrong figure")
        or diag(join ' ', map { "$_->{at}:$_->{cpu}" } @wrong);
    return;
}


# how many histories of the fabricated ones have been written since a time
sub written_since {
    my ($when) = @_;

    return scalar grep { ((stat "$node->{dir}/lxc/ct/$_/history")[9] // 0)
        >= $when } $first .. $first + $many - 1;
}


sub killed_amid_many {
    my $half = sprintf '%s/lxc/ct/%d/history', $node->{dir},
        $first + int($many / 2);

    for my $time (1 .. 3) {
        my $before = (stat $half)[9] // 0;

        Verbs::wait_for($most, sub { ((stat $half)[9] // 0) > $before });
        stop_recording();
        record();
    }

    my $now = time;

    ok(Verbs::wait_for($most, sub { written_since($now) == $many }),
       "all $many go on after it was killed three times amid a round");
    is(join(' ', glob "$node->{dir}/lxc/ct/*/history.aside"), '',
       'no file is torn');

    my $at = last_of(points($busy));
    my @sample = map { $first + int rand $many } 1 .. 12;

    newer($busy, $at, 2);

    for my $id ($busy, $sample[0], $first, $first + int($many / 2),
                $first + $many - 1, @sample)
    {
        my @points = points($id);

        cmp_ok(scalar @points, '>=', 3, "$id: its points");
        is(gaps(@points), 0, "$id: without a gap");
        right($id, @points);
    }
    return;
}


sub full_disk {
    my $dir = "$node->{dir}/lxc/ct/$small";

    mkdir $dir;
    system(qw(mount -t tmpfs -o size=8k none), $dir) == 0
        or return fail('a small disk');
    $all->add_stopped($small);

    ok(Verbs::wait_for($most, sub {
        ($node->slurp('log') // '') =~ /history of $small is not written/;
    }), 'a history whose disk is full is told in the log');

    my $at = last_of(points($busy));
    my @others = newer($busy, $at, 2);

    is(gaps(@others), 0, 'the others go on');

    system('mount', '-o', 'remount,size=4m', 'none', $dir) == 0
        or return fail('a larger disk');

    my @points;
    ok(Verbs::wait_for($most, sub {
        @points = grep { $_->{at} > $others[-1]{at} } points($small);
        return @points >= 2;
    }), 'when there is room it goes on by itself');
    is(gaps(@points), 0, 'without a gap from there');

    my @told = ($node->slurp('log') // '') =~ /history of $small is not/g;
    is(scalar @told, 1, 'and it was told once');

    system 'umount', '-l', $dir;
    rmdir $dir;
    return;
}


sub clock_jumps {
    my @before = points($busy);
    my $jump = 3600;

    set_clock($jump);

    my @there;
    ok(Verbs::wait_for($most, sub {
        @there = points($busy, time + $jump - 300, time + $jump + 60);
        return @there >= 3;
    }), 'a clock that is set forwards: it goes on there');
    is(gaps(@there), 0, 'without a gap');
    right('forwards', @there);
    is(scalar(grep { $_->{at} > last_of(@before) + 2 * $round
        && $_->{at} < $there[0]{at} }
        points($busy, last_of(@before) + 2 * $round, $there[0]{at} - $round)),
        0, 'and nothing is told of the hour that was not');

    set_clock(0);

    my @back = newer($busy, last_of(@before) + 3 * $round, 3);
    cmp_ok(scalar @back, '>=', 3, 'set back: it goes on');
    right('back', @back);
    is(scalar points($busy, time + 600, time + $jump + 60), 0,
        'and what it told of the future is gone');

    my @kept = grep { $_->{at} <= last_of(@before) } points($busy);
    is(scalar @kept, scalar(grep { $_->{at} >= time - 3600 } @before),
        'what was before the jump stays');
    return;
}


# echoes HOST, N: as many datagrams of 1,442 bytes of a frame there, and back
sub echoes {
    my ($host, $n) = @_;
    my $body = 'x' x 1400;
    my $back = 0;
    my $last = 0;

    socket my $raw, AF_INET, SOCK_RAW, 1 or die "socket: $!\n";
    setsockopt $raw, SOL_SOCKET, SO_RCVBUF, 4 << 20;

    for my $seq (1 .. $n) {
        my $echo = pack 'CCnnna*', 8, 0, 0, $$ & 0xffff, $seq, $body;
        my $sum = unpack '%32n*', $echo;

        $sum = ($sum & 0xffff) + ($sum >> 16) for 1 .. 2;
        substr $echo, 2, 2, pack 'n', ~$sum & 0xffff;
        send $raw, $echo, 0, pack_sockaddr_in(0, inet_aton($host));

        if ($seq % 50 == 0) {
            $back++ while IO::Select->new($raw)->can_read(0.002)
                && recv $raw, $last, 2000, 0;
        }
    }

    $back++ while IO::Select->new($raw)->can_read(0.5)
        && recv $raw, $last, 2000, 0;

    return $back;
}


# what was sent is what is told, by the list and by the history
sub traffic {
    my ($n, $frame, $address) = (20_000, 1442, '10.74.3.1');

    $node->ask("create $peer $Verbs::template");
    $node->ask("setip $peer $address");
    $node->ask("start $peer");

    my $at = last_of(newer($peer, 0, 2));
    my %before = $node->status($peer);
    my $back = echoes($address, $n);
    my %after = $node->status($peer);
    my @points = (newer($peer, $at, 3));

    cmp_ok($back, '>', 0.98 * $n, 'the container answers');

    for my $case ([ 'rx', $n * $frame ], [ 'tx', $back * $frame ]) {
        my ($name, $sent) = @$case;
        my $told = $after{"${name}_bytes"} - $before{"${name}_bytes"};
        my $sum = 0;

        $sum += $_->{$name} * $round for grep { $_->{$name} ne '-' } @points;

        cmp_ok(abs($told - $sent), '<', 0.02 * $sent,
            "$name: its status has what was sent")
            or diag("$told of $sent");
        cmp_ok(abs($sum - $sent), '<', 0.02 * $sent,
            "$name: so has the sum of its history")
            or diag("$sum of $sent");
    }

    $node->ask("destroy $peer");
    return;
}


build_clock();
$node = Verbs->new('lxc', ctid_max => 34000, nft_table => 'vzfaults',
    interface_prefix => 'vf');
$all = Fabricated->new("$node->{dir}/lxc", 'vz-faults');

END {
    local $?;
    if ($node && $all->{owner} == $$) {
        stop_recording() if $recorder;
        $all->end;
        $node->end;
    }
}

$all->add($busy, $^X, '-MTime::HiRes=clock', '-e', 'while (1) { my $until ='
    . ' clock + 0.02; 1 while clock < $until; select undef, undef, undef,'
    . ' 0.08 }');
$all->add($_) for $first .. $first + $many - 1;

record();
ok(Verbs::wait_for(2 * $most, sub { written_since(1) == $many }),
   "$many containers");

killed_amid_many();
traffic();
full_disk();
clock_jumps();

done_testing();
