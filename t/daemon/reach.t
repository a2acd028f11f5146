#!/usr/bin/perl
#
# How far packets of containers go: to each other and to what the uplink leads
# to, to no other link of the node, and to nothing of the node's own.

use strict;
use warnings;

use File::Basename ();
use IO::Socket::INET;
use Socket qw(:DEFAULT AF_INET6);
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(enter beyond pings listen_udp heard netns sends answers serves);

Nets::alone();

my ($one, $two) = (31001, 31002);
my $node;


# value NAME: of /proc/sys/net, of this network
sub value {
    my ($name) = @_;

    open my $in, '<', "/proc/sys/net/$name" or return 'none';
    chomp(my $value = <$in>);
    return $value;
}


netns('world', 'up0', [ '203.0.113.9/24', '2001:db8:1::2/64' ],
    [ '203.0.113.1/24', '2001:db8:1::1/64' ]);
netns('mgmt', 'mg0', [ '10.9.0.1/24', 'fd00:9::1/64' ],
    [ '10.9.0.5/24', 'fd00:9::5/64' ]);
Nets::run("ip -n vx-world-$$ route add $_") for 'default via 203.0.113.9',
    'default via 2001:db8:1::2', '198.51.100.0/24 dev e0';
Nets::run("ip -n vx-mgmt-$$ route add $_") for 'default via 10.9.0.1',
    'default via fd00:9::1';

my %before = map { $_ => value($_) } map { ("ipv6/conf/$_/forwarding",
    "ipv6/conf/$_/accept_ra", "ipv4/conf/$_/forwarding") } qw(mg0 lo);

Nets::run('sysctl -qw net.ipv6.conf.mg0.accept_ra=1');

$node = $Nets::node = Verbs->new('lxc', uplink => 'up0',
    addresses => '10.74.0.0/16 198.51.100.0/24 2001:db8:74::/48');

for my $id ($one, $two) {
    my $n = $id - 31000;

    is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
        "setip $id 10.74.1.$n", "setip $id 2001:db8:74::$n",
        "setip $id 198.51.100.$n", "start $id"), 'ok ok ok ok ok',
        "$id runs");
}

# what goes on
ok(pings(10, '203.0.113.1', enter($one)), 'a container reaches the world');
ok(pings(10, '2001:db8:1::1', enter($one)), 'it reaches the world by IPv6');
ok(pings(10, '10.74.1.2', enter($one)), 'it reaches another container');
ok(pings(10, '2001:db8:74::2', enter($one)),
    'it reaches another container by IPv6');
ok(pings(10, '198.51.100.1', beyond('world')),
    'the world reaches the container');
ok(pings(10, '2001:db8:74::1', beyond('world')),
    'the world reaches it by IPv6');

my @servers = (serves(7022, enter($one)), serves(7023));
ok(answers('198.51.100.1', 7022, beyond('world')),
    'the world reaches its services');
ok(answers('10.74.1.1', 7022), 'the node reaches a container');
ok(answers('2001:db8:74::1', 7022), 'the node reaches it by IPv6');
ok(answers('10.74.1.1', 7022, enter($two)), 'another container reaches it');
ok(pings(10, '169.254.0.1', enter($one)), 'the next hop answers an echo');
ok(pings(10, 'fe80::1%eth0', enter($one)),
    'the next hop of IPv6 answers an echo');

# other links
ok(!pings(1, '10.9.0.5', enter($one)),
    'a container does not reach another link of the node');
ok(!pings(1, 'fd00:9::5', enter($one)), 'nor does it by IPv6');
ok(!pings(1, '198.51.100.1', beyond('mgmt')),
    'that link does not reach the container');
ok(!pings(1, '2001:db8:74::1', beyond('mgmt')), 'nor does it by IPv6');
ok(!pings(1, '10.9.0.5', beyond('world')),
    'the world does not reach that link');
ok(!pings(1, 'fd00:9::5', beyond('world')), 'nor does it by IPv6');
ok(!pings(1, '2001:db8:1::1', beyond('mgmt')),
    'that link does not reach the world');

for my $name (sort keys %before) {
    my $is = $name eq 'ipv6/conf/mg0/accept_ra' ? 1 : $before{$name};

    is(value($name), $is, "$name is as it was");
}

# the node's own
my ($in, $port) = listen_udp();

for my $to ('169.254.0.1', '203.0.113.9', '10.9.0.1', '2001:db8:1::2',
    'fe80::1%eth0', 'fd00:9::1')
{
    sends("to $to", $to, $port, enter($one));
    ok(!answers($to, 7023, enter($one)), "$to is closed to a container");
}
sends('from the world', '203.0.113.9', $port, beyond('world'));
is(heard($in), 'from the world', 'no datagram comes in');
ok(answers('203.0.113.9', 7023, beyond('world')),
    'other hosts are let in as before');

# a name server of the node's
$node->spew('conf', $node->slurp('conf') . "host_dns = yes\n");
push @servers, serves(53);
$node->ask("restart $one");
ok(answers('169.254.0.1', 53, enter($one)), 'with host_dns port 53 is open');
ok(answers('203.0.113.9', 53, enter($one)),
    'port 53 is open at any address of the node');
ok(answers('fe80::1%eth0', 53, enter($one)), 'port 53 is open by IPv6');
ok(!answers('169.254.0.1', 7023, enter($one)), 'no other port is open');

kill 'KILL', map { $_->[0] } @servers;
done_testing();
