#!/usr/bin/perl
#
# The recorder on both drivers: it goes on where it was killed, without a gap
# and without a wrong figure; what it sees of limits; files that are torn; what
# goes with a container.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my @drivers = split ' ', $ENV{VERBS_DRIVERS} // 'vzctl lxc';
my $round = 10;                         # seconds between two readings
my $most = 40;                          # until one must be seen

my ($node, $recorder);


sub record {
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        exec "$Verbs::build/virtual-server", '--config', "$node->{dir}/conf",
            '--record';
    }

    $recorder = $pid;
    return;
}


sub stop_recording {
    kill 'KILL', $recorder;
    waitpid $recorder, 0;
    return;
}


# history ID: the points of the last hour, each with its figures by name
sub history {
    my ($id) = @_;
    my $now = time;
    my (undef, $data) = $node->ask($id
        ? "history $id " . ($now - 3600) . " $now"
        : 'nodehistory ' . ($now - 3600) . " $now");
    my %head = Verbs::pairs(shift @$data);
    my @names = split /,/, $head{series};
    my @points;

    for my $line (grep { /^at=/ } @$data) {
        my %point = Verbs::pairs($line);
        my %mean;

        @mean{@names} = split /,/, $point{mean};
        push @points, { %point, %mean };
    }

    return (\%head, @points);
}


# wait_points ID, CODE: until the newest point satisfies it; all of them
sub wait_points {
    my ($id, $true) = @_;
    my @points;

    Verbs::wait_for($most, sub {
        (undef, @points) = history($id);
        return @points && $true->($points[-1]);
    });

    return @points;
}


# reasons ID: by their codes
sub reasons {
    my ($id) = @_;
    my (undef, $data) = $node->ask("why $id");

    return map { my %one = Verbs::pairs($_); ($one{reason} => \%one) }
        grep { /^reason=/ } @$data;
}


sub wait_reason {
    my ($id, $code) = @_;
    my %all;

    Verbs::wait_for($most, sub { %all = reasons($id); return $all{$code} });
    return $all{$code} // {};
}


sub gaps {
    my (@points) = @_;

    return grep { $points[$_]{at} - $points[$_ - 1]{at} != $round }
        1 .. $#points;
}


# beancounters HELD, FAILED: what OpenVZ's kernel says of 31001
sub beancounters {
    my ($processes, $failed) = @_;

    $node->spew('node/proc/user_beancounters', "Version: 2.5\n"
        . "       uid  resource   held  maxheld  barrier  limit  failcnt\n"
        . "     31001: kmemsize  10 10 100 100 0\n"
        . "            physpages 500 600 0 9223372036854775807 0\n"
        . "            numproc   $processes 99 240 240 $failed\n"
        . "            dummy     0 0 0 0 0\n"
        . "         0: kmemsize  10 10 100 100 77\n");
    return;
}


sub one_alone {
    my ($status, $text) = $node->program('--record');

    is($status, 1, 'a second recorder does not begin');
    like($text . $node->slurp('log'), qr/recorder can't begin: record, pid/,
         'and says who has it');
    return;
}


sub killed_and_begun_again {
    my (@before) = @_;

    stop_recording();
    record();

    my $last = $before[-1]{at};
    my @points = wait_points(31001, sub { $_[0]{at} > $last });

    cmp_ok($points[-1]{at}, '>', $last, 'a recorder that was killed goes on');
    is(scalar gaps(@points), 0, 'without a gap');
    return @points;
}


sub torn_file {
    my ($path) = @_;

    stop_recording();
    truncate "$node->{dir}/$path", 5000 or die "$path: $!\n";

    my ($head, @points) = history(31001);
    is(scalar @points, 0, 'nothing is read of a file that is torn');

    record();
    @points = wait_points(31001, sub { 1 });
    cmp_ok(scalar @points, '>=', 1, 'it is begun anew');
    ok(-s "$node->{dir}/$path.aside", 'and the old one is kept beside');
    like($node->slurp('log'), qr/\Q$path\E is torn/, 'the log tells');
    return;
}


sub on_lxc {
    $node->ask('setmemoryp 31001 64M 64M');
    $node->ask('setcpu 31001 1000 20');

    my @points = wait_points(31001, sub { $_[0]{memory} ne '-' });
    cmp_ok($points[-1]{memory}, '>', 100_000, 'its memory');
    cmp_ok($points[-1]{processes}, '>=', 1, 'its processes');
    is($points[-1]{up}, $points[-1]{n}, 'it runs');

    my (undef, @own) = history(0);
    cmp_ok($own[-1]{memory}, '>', 10 << 20, 'the memory of the node');

    # all three at once: what uses the CPU, the memory and the processes up
    my @guests = map { [ $node->guest(31001, '/bin/busybox', 'sh', '-c', $_) ] }
        'while :; do :; done', 'x=a; while :; do x=$x$x; done',
        'while :; do sleep 1000 & done';

    my $killed = wait_reason(31001, 'killed');
    is($killed->{name}, 'busybox', 'which process was killed');
    is($killed->{limit}, 64 << 20, 'by which limit');

    my $share = wait_reason(31001, 'cpu_share');
    cmp_ok($share->{value} // 0, '>', 20, 'how long it waited for its share');
    is($share->{limit}, 20, 'of the CPU');

    my $processes = wait_reason(31001, 'processes');
    is($processes->{limit}, 64, 'its limit of processes');

    @points = killed_and_begun_again(wait_points(31001, sub { 1 }));

    for my $point (grep { $_->{cpu} ne '-' } @points) {
        cmp_ok($point->{cpu}, '<', 40, 'no more CPU than its limit lets it');
    }

    kill 'KILL', map { $_->[2] } @guests;

    # what stops and is started again is counted from there
    $node->ask('stop 31001');
    @points = wait_points(31001, sub { $_[0]{up} == 0 });
    is($points[-1]{memory}, '-', 'one that is stopped has no memory');
    isnt($points[-1]{disk}, '-', 'but a disk');

    torn_file('lxc/ct/31001/history');

    $node->ask('destroy 31001');
    ok(!-e "$node->{dir}/lxc/ct/31001", 'the history goes with its container');
    return;
}


sub on_vzctl {
    beancounters(7, 3);

    my @points = wait_points(31001, sub { $_[0]{processes} ne '-' });
    is($points[-1]{processes}, 7, 'its processes');
    cmp_ok($points[-1]{memory}, '==', 500 * 4096, 'its memory, from pages');
    is($points[-1]{cpu_wait}, '-', 'what its kernel does not tell');
    is($points[-1]{rx}, '-', 'nor its network');
    Verbs::wait_for($most, sub {
        (undef, @points) = history(31001);
        return $points[-1]{disk} ne '-';
    });
    isnt($points[-1]{disk}, '-', 'its disk, by vzlist');

    my %before = reasons(31001);
    ok(!$before{refused}, 'what was refused before is not told');
    beancounters(240, 12);

    my $refused = wait_reason(31001, 'refused');
    is($refused->{name}, 'numproc', 'which limit refused');
    is($refused->{value}, 9, 'how often');

    killed_and_begun_again(wait_points(31001, sub { 1 }));
    is(wait_reason(31001, 'refused')->{value}, 9, 'and it is not told twice');

    torn_file('lxc/vzctl/31001.history');

    $node->ask('destroy 31001');
    ok(!-e "$node->{dir}/lxc/vzctl/31001.history",
       'the history goes with its container');
    return;
}


for my $driver (@drivers) {
    $node = Verbs->new($driver, pids_max => 64);
    note $driver;

    $node->ask("create 31001 $Verbs::template");
    $node->ask('start 31001');
    record();
    Verbs::wait_for($most, sub {
        ($node->slurp('log') // '') =~ /recorder reads/;
    });
    one_alone();

    $driver eq 'lxc' ? on_lxc() : on_vzctl();

    stop_recording();
    $node->end;
}

done_testing();
