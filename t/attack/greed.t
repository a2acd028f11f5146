#!/usr/bin/perl
#
# A guest that takes all it can for a minute (GREED_SECONDS): its neighbour can
# be entered by ssh meanwhile, and the node answers.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Take;
use Verbs;

my $long = $ENV{GREED_SECONDS} // 60;
my ($greedy, $victim) = (31001, 31002);
my ($near, $secret) = ('10.74.0.2', 'greed-1-greed');
my $debian = "debian-12-$Verbs::arch-minimal";
my $archive = "$Verbs::root/build/templates/$debian.tar.zst";

plan skip_all => "$archive is missing: make stack" if !-e $archive;

my $node = Verbs->new('lxc', stop_timeout => 4);
system('cp', $archive, "$node->{dir}/cache/") == 0 or die "$archive\n";

$node->likes($_, qr/^ok/) for "create $greedy $Verbs::template",
    "setmemoryp $greedy 64M", "setip $greedy 10.74.0.3/32", "start $greedy",
    "create $victim $debian", "setmemoryp $victim 64M",
    "setip $victim $near/32";
$node->likes("passwd $victim", qr/^ok/, "passwd $victim", $secret);
$node->likes("start $victim", qr/^ok/);


# took CODE: seconds, or undef where it failed
sub took {
    my ($do) = @_;

    my $began = time;
    my $good = $do->();
    return $good ? time - $began : undef;
}


sub enters {
    return system('timeout', 30, 'sshpass', '-p', $secret, 'ssh', '-q',
                  '-o', 'StrictHostKeyChecking=no', '-o',
                  'UserKnownHostsFile=/dev/null', "root\@$near", 'true') == 0;
}


sub answers {
    my ($said) = $node->ask('list');
    return $said =~ /^ok/;
}


sub figures {
    my (@all) = sort { $a <=> $b } @_;
    return sprintf '%.2f s, at worst %.2f s', $all[$#all / 2], $all[-1];
}


# each in a shell of its root, without end
my @attacks = (
    ['forks without end', 'for i in $(seq 60); do
         (while :; do (:); done) & done; wait'],
    ['computes in 200 processes', 'for i in $(seq 200); do
         (while :; do :; done) & done; wait'],
    ['fills its memory again and again', 'for i in 1 2 3 4; do
         (while :; do dd if=/dev/zero of=/dev/null bs=100M \\
             count=1 2> /dev/null; done) & done; wait'],
    ['writes and syncs', 'for i in 1 2 3 4; do
         (while :; do dd if=/dev/zero of=/w$i bs=1M count=32 \\
             conv=fsync 2> /dev/null; done) & done; wait'],
    ['makes files and removes them', 'for i in 1 2 3 4; do
         (mkdir -p /f$i; cd /f$i; while :; do
             for j in 0 1 2 3 4 5 6 7 8 9; do : > $j; done; rm -f *
         done) & done; wait'],
    ['sends all it can', "for i in 1 2 3 4; do
         (while :; do dd if=/dev/zero bs=1400 count=100000 2> /dev/null |
             nc -u -w 1 $near 9 2> /dev/null; done) & done; wait"],
    ['floods with calls', "for i in 1 2 3 4 5 6 7 8; do
         (while :; do nc -w 1 $near 22 < /dev/null > /dev/null 2>&1
         done) & done; wait"],

    map { ["holds every $_", join ' ', 'exec /take', $_, $Take::most{$_} // ()]
        } qw(pty aio fanotify mqueue signal inotify uts net)
);

my $take = Take::build($node->{dir});
ok($node->put($greedy, $take, '/take'), 'the attacks are in it');

ok(Verbs::wait_for(60, \&enters), 'its neighbour can be entered');

for my $attack (@attacks) {
    my ($what, $script) = @$attack;
    my ($to, $from, $pid) = $node->guest($greedy, '/bin/busybox', 'sh', '-c',
                                         $script);
    my (@ssh, @list);
    my $until = time + $long;

    while (time < $until) {
        push @ssh, took(\&enters);
        push @list, took(\&answers);
        select undef, undef, undef, 0.2;
    }

    ok(!(grep { !defined || $_ > 5 } @ssh),
       "one $what: its neighbour is entered each time");
    ok(!(grep { !defined || $_ > 5 } @list), 'and the node answers');
    note("$what: ssh ", figures(map { $_ // 99 } @ssh), '; list ',
         figures(map { $_ // 99 } @list));
    is($node->state($greedy), 'running', 'it goes on itself');

    $node->likes("stop $greedy", qr/^ok/, 'and is stopped');
    close $_ for $to, $from;
    waitpid $pid, 0;
    $node->likes("start $greedy", qr/^ok/);
}

$node->end;
done_testing();
