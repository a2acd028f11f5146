#!/usr/bin/perl
#
# One container takes a part of the node's table of connections, not all of it,
# and another goes on meanwhile.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(inside enter beyond pings netns);

Nets::alone();

my ($one, $two) = (31001, 31002);
my ($most, $tried) = (8192, 20000);

my $node;


# flows N, FROM: datagrams of a container to so many ports of the world; seconds
sub flows {
    my ($n, $from) = @_;
    my $began = time;

    inside($one, $^X, '-MSocket', '-e',
        'socket my $s, AF_INET, SOCK_DGRAM, 0; my $to = inet_aton($ARGV[0]);'
        . ' send $s, "x", 0, sockaddr_in($ARGV[2] + $_, $to) for 1 .. $ARGV[1]',
        '203.0.113.1', $n, $from);
    return time - $began;
}


sub count {
    open my $in, '<', '/proc/sys/net/netfilter/nf_conntrack_count' or return 0;
    return 0 + <$in>;
}


netns('world', 'up0', [ '203.0.113.9/24' ], [ '203.0.113.1/24' ]);

# nobody is told that a port is closed, or the flow would end with that
Nets::run("nsenter --net=/run/netns/vx-world-$$ nft 'add table inet w;"
    . " add chain inet w i { type filter hook input priority 0; }; add rule inet w i meta l4proto"
    . " udp drop'");

$node = $Nets::node = Verbs->new('lxc', uplink => 'up0');

for my $id ($one, $two) {
    is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
        'setip ' . $id . ' 10.74.1.' . ($id - 31000), "start $id"),
        'ok ok ok', "$id runs");
}

my $first = flows($most / 2, 1000);
my $second = flows($tried, 10000);

cmp_ok(count(), '<=', $most + 100, "$tried flows: no more are kept");
cmp_ok(count(), '>=', $most / 2, 'and those that may be are');
ok(pings(10, '203.0.113.1', enter($two)), 'another container goes on');
ok(!pings(1, '203.0.113.1', enter($one)), 'that one makes no new one');
note(sprintf '%.0f us a flow, %.0f us beyond the bound',
    $first / ($most / 2) * 1e6, $second / $tried * 1e6);

done_testing();
