#!/usr/bin/perl
#
# The rate of a container: what a flood of each direction and family gets
# through, over a restart, and after its root has flushed its own rules.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(enter beyond netns);
use Pump qw(pump sink sunk);

Nets::alone();

my $id = 31001;
my ($skip, $seconds) = (2.5, 5);        # a second's worth may pass at once
my @at = ('198.51.100.1', '2001:db8:74::1');
my @world = ('203.0.113.1', '2001:db8:1::1');
my $node;


# measured FAMILY, IN, OUT: floods of both directions at once; each as a share
# of so many Mbit/s
sub measured {
    my ($family, @rate) = @_;
    my @sinks = (sink(9001, $skip, $seconds, enter($id)),
                 sink(9001, $skip, $seconds, beyond('world')));
    my @pumps = (pump($at[$family], 9001, 9, 1e9, beyond('world')),
                 pump($world[$family], 9001, 9, 1e9, enter($id)));
    my @bytes = map { sunk($_) } @sinks;

    sunk($_) for @pumps;
    return map { $bytes[$_] * 8 / 1e6 / $seconds / $rate[$_] } 0, 1;
}


sub near {
    my ($is, $title) = @_;

    cmp_ok($is, '>', 0.85, "$title: no less") or return;
    cmp_ok($is, '<', 1.15, "$title: no more");
    note sprintf '%s: %.3f of it', $title, $is;
    return;
}


netns('world', 'up0', [ '203.0.113.9/24', '2001:db8:1::2/64' ],
    [ '203.0.113.1/24', '2001:db8:1::1/64' ]);
Nets::run("ip -n vx-world-$$ route add $_") for 'default via 203.0.113.9',
    'default via 2001:db8:1::2', '198.51.100.0/24 dev e0';

$node = $Nets::node = Verbs->new('lxc', uplink => 'up0',
    addresses => '198.51.100.0/24 2001:db8:74::/48');

is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
    "setip $id $at[0]", "setip $id $at[1]", "start $id"), 'ok ok ok ok',
    'it runs');

my ($in) = measured(0, 8, 8);
cmp_ok($in, '>', 2, 'without a rate more gets through');
is(($node->ask("setrate $id 8 4"))[0], 'ok', 'a rate is set');
is(($node->ask("setrate $id 8 4"))[0], 'ok', 'and set again');

my @is = measured(0, 8, 4);
near($is[0], 'in, IPv4');
near($is[1], 'out, IPv4');

like((($node->ask("status $id"))[1])->[0], qr/ rate_in=8 rate_out=4/,
    'status tells it');

# root of the container has a network of its own to flush, and that is all
system(enter($id), 'nft', 'flush', 'ruleset');
for (1 .. 5) {
    last if ($node->ask("restart $id"))[0] !~ /^err busy/;
}
@is = measured(1, 8, 4);
near($is[0], 'in, IPv6, after a restart');
near($is[1], 'out, IPv6, after a restart');

# the host's rules are flushed: the next list makes them again
system 'nft', 'flush', 'ruleset';
$node->ask('list');
like(`nft list chain inet vzverbs rateout$id`, qr/limit rate over/,
    'a table that is made again has it');

is(($node->ask("setrate $id unlimited 4"))[0], 'ok', 'one direction is freed');
is(`nft list chain inet vzverbs ratein$id 2>&1` =~ /limit/ ? 1 : 0, 0,
    'and has no rule any more');
is(($node->ask("setrate $id unlimited unlimited"))[0], 'ok', 'the other one');
@is = measured(0, 8, 4);
cmp_ok($is[0], '>', 2, 'then more gets in');
cmp_ok($is[1], '>', 2, 'and out');
unlike((($node->ask("status $id"))[1])->[0], qr/ rate_/, 'status tells none');

$node->ask("setrate $id 5 5");
$node->ask("stop $id");
is(`nft list chains inet | grep -c rate` + 0, 0, 'a stopped one has no chain');
is(($node->ask("setrate $id 6 7"))[0], 'ok', 'but a rate may be set');
like((($node->ask("status $id"))[1])->[0], qr/ rate_in=6 rate_out=7/,
    'which is kept');

$node->ask("destroy $id");
done_testing();
