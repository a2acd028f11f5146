#!/usr/bin/perl
#
# The rules of nftables are gone, as after a reload of the host's own: nothing
# is open meanwhile, and they are back for all containers with the next list.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(forge pings enter listen_udp heard netns);

Nets::alone();

my ($one, $two) = (31001, 31002);
my $cloud = '169.254.74.9';             # as a cloud's 169.254.169.254 is
my $uplink = 'up0';

my $node;
my ($in, $port) = listen_udp();


# a frame that must not come in, and where it would be heard
my @forged = (
    [ 'the other', '10.74.1.2', '192.0.2.2' ],
    [ 'nobody', '10.74.1.77', '192.0.2.2' ],
    [ 'the host', '192.0.2.2', '192.0.2.2' ],
    [ 'the next hop', '169.254.0.1', '192.0.2.2' ],
    [ 'the other, IPv6', '2001:db8:74::2', '2001:db8:1::2' ],
    [ 'its link, to the world', 'fe80::7', '2001:db8:1::2' ],
    [ 'mapped', '::ffff:10.74.1.2', '2001:db8:1::2' ],
    [ 'itself, to a cloud', '10.74.1.1', $cloud ],
    [ 'itself, to the next hop', '10.74.1.1', '169.254.0.1' ],
    [ 'its link, to the next hop', 'fe80::7', 'fe80::1' ],
    [ 'itself, to the next hop, IPv6', '2001:db8:74::1', 'fe80::1' ],
);


# closed WHEN: none of them is heard before the one behind them, which the
# rules of the host would let in were it not for the table
sub closed {
    my ($when) = @_;
    my @heard;

    forge($one, $_->[1], $_->[2], $port, "as $_->[0]") for @forged;
    forge($one, '10.74.1.1', '192.0.2.2', $port, 'as itself');

    while ((my $word = heard($in)) ne 'as itself') {
        push @heard, $word;
        last if $word eq 'nothing';
    }

    is(join(', ', @heard), '', "$when: only its own frames come in");
    return;
}


# ports: interfaces that the table knows
sub ports {
    my @names = sort `nft list set inet vzverbs ports 2> /dev/null`
        =~ /"(vx\d+\.0)"/g;

    return "@names";
}


netns('world', $uplink, [ '192.0.2.2/24', '2001:db8:1::2/64' ],
    [ '192.0.2.1/24', '2001:db8:1::1/64' ]);
Nets::run("ip address add $cloud/32 dev lo");

$node = $Nets::node = Verbs->new('lxc', uplink => $uplink);

for my $id ($one, $two) {
    my $n = $id - 31000;

    is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
        "setip $id 10.74.1.$n", "setip $id 2001:db8:74::$n", "start $id"),
        'ok ok ok ok', "$id runs");
}

is(ports(), 'vx31001.0 vx31002.0', 'the table knows both');
is(($node->program('--check'))[1] =~ /^(ok|missing)\s+table vzverbs/m && $1,
    'ok', '--check finds it whole');

forge($one, '10.74.1.1', '192.0.2.2', $port, 'to the host');
is(heard($in, 1), 'nothing', 'with the table the host itself is not reached');

Nets::run('nft flush ruleset');
closed('without the table');
ok(pings(5, '169.254.0.1', enter($one)), 'and the next hop still answers');

like(($node->program('--check'))[1],
    qr/^missing  table vzverbs of nftables: .*virtual-server --boot/m,
    '--check says that it is missing, and what to do');

is(($node->ask('list'))[0], 'ok', 'a list is asked for');
is(ports(), 'vx31001.0 vx31002.0', 'the table is back, for both');
like($node->slurp('log'), qr/made again for 2 containers/, 'the log says so');
forge($one, '10.74.1.1', '192.0.2.2', $port, 'to the host');
is(heard($in, 1), 'nothing', 'and the host is not reached');
ok(pings(5, '192.0.2.1', enter($one)),
    'the world is, by the address of the node');

# less than all of it is missed as well
for my $loss ('flush chain inet vzverbs input', 'flush set inet vzverbs owner4',
    'delete element inet vzverbs ports { "vx31002.0" }')
{
    Nets::run("nft '$loss'");
    $node->ask('list');
    is(ports(), 'vx31001.0 vx31002.0', "$loss: back");
    like(`nft list set inet vzverbs owner4`, qr/"vx31002.0" \. 10\.74\.1\.2/,
        'with the addresses');
    like(`nft list chain inet vzverbs input`, qr/drop/, 'and the rules');
}

my $log = () = $node->slurp('log') =~ /made again/g;
$node->ask('list') for 1 .. 3;
is(() = $node->slurp('log') =~ /made again/g, $log,
    'what is whole is left alone');

Nets::run('nft flush ruleset');
$node->program('--boot');
is(ports(), 'vx31001.0 vx31002.0', '--boot brings it back, too');

done_testing();
