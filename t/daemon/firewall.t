#!/usr/bin/perl
#
# The firewall of a container: real traffic of both families, what is tried and
# taken back by the kernel's own clock, gates that an administrator shuts, and
# what becomes of all that when the table is flushed, a guest boots, or the
# daemon dies.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(enter beyond pings netns answers serves);

Nets::alone();

my ($one, $two) = (31001, 31002);
my @at = ('198.51.100.1', '2001:db8:74::1');
my @world = ('203.0.113.1', '2001:db8:1::1');
my ($node, @inside);


# both CODE: whether it is true of IPv4 and of IPv6; 0, 1 or which one it is
sub both {
    my ($true) = @_;
    my @is = map { $true->($_) ? 1 : 0 } 0, 1;

    return $is[0] == $is[1] ? $is[0] : $is[0] ? 'IPv4 only' : 'IPv6 only';
}


# in PORT: whether the world reaches that port of the first container
sub in {
    my ($port) = @_;

    return both(sub { answers($at[ $_[0] ], $port, beyond('world')) });
}


# out PORT: whether it reaches that port of the world
sub out {
    my ($port) = @_;

    return both(sub { answers($world[ $_[0] ], $port, enter($one)) });
}


sub echo {
    my ($wait) = @_;

    return both(sub { pings($wait, $at[ $_[0] ], beyond('world')) });
}


# rules IN, OUT, SECONDS, LINE...: the verb's answer
sub rules {
    my ($in, $out, $seconds, @lines) = @_;

    return ($node->ask("setfirewall $one $in $out $seconds",
                       @lines ? \@lines : ()))[0];
}


# shown: the first line of getfirewall, and a line for each rule
sub shown {
    my (undef, $data) = $node->ask("getfirewall $one");

    return map { { Verbs::pairs($_) } } @$data;
}


# serve: what the first container offers
sub serve {
    @inside = map { serves($_, enter($one)) } 22, 8042;
    return;
}


# ends SERVER...: each of them
sub ends {
    for (@_) {
        kill 'KILL', $_->[0];
        close $_->[1];
    }
    return;
}


# boots: the first container again, with what it offers
sub boots {
    my $answer = 'err busy';

    ends(@inside);

    # a process of another run that copies all mounts keeps its disk, too
    for (1 .. 5) {
        ($answer) = $node->ask("restart $one");
        last if $answer !~ /^err busy/;
    }
    is($answer =~ s/ killed//r, 'ok', 'it boots');
    serve();
    return;
}


# chains: the names of those of containers
sub chains {
    return join ' ', sort `nft list table inet vzverbs`
        =~ /^\tchain ((?:fw|try)(?:in|out)\d+) /mg;
}


# loaded N, RULES: chains of so many others, as the driver would write them
sub loaded {
    my ($n, $rules) = @_;

    open my $nft, '|-', 'nft -f -' or die "$!\n";
    for my $id (1 .. $n) {
        for my $way ('in', 'out') {
            print $nft "add chain inet vzverbs fw$way$id\n";
            print $nft "add rule inet vzverbs fw$way$id ip saddr 10.$_.0.0/24"
                . " tcp dport 1000-2000 counter return\n" for 1 .. $rules / 2;
            print $nft "add element inet vzverbs fw$way"
                . " { \"vx$id.0\" : goto fw$way$id }\n";
        }
    }
    close $nft or die "nft: $?\n";
    return;
}


netns('world', 'up0', [ '203.0.113.9/24', '2001:db8:1::2/64' ],
    [ '203.0.113.1/24', '2001:db8:1::1/64' ]);
Nets::run("ip -n vx-world-$$ route add $_") for 'default via 203.0.113.9',
    'default via 2001:db8:1::2', '198.51.100.0/24 dev e0';

my @outside = map { serves($_, beyond('world')) } 25, 80;

$node = $Nets::node = Verbs->new('lxc', uplink => 'up0',
    addresses => '198.51.100.0/24 2001:db8:74::/48');

for my $id ($one, $two) {
    my $n = $id - 31000;

    is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
        "setip $id 198.51.100.$n", "setip $id 2001:db8:74::$n", "start $id"),
        'ok ok ok ok', "$id runs");
}

serve();

# nothing is set
is(in(22), 1, 'a container without rules lets in');
is(out(80), 1, 'it lets out, too');
is(chains(), '', 'it has no chains');

# port 25
is(out(25), 0, 'port 25 of others is shut from the beginning');
is(($node->ask("setgate $one smtp open"))[0], 'ok', 'an administrator opens it');
is(out(25), 1, 'port 25 is open then');
boots();
is(out(25), 1, 'port 25 stays open after a restart');
$node->ask("setgate $one smtp shut");
is(out(25), 0, 'port 25 is shut again');

# rules that hold
is(rules('drop', 'accept', 0, 'in accept tcp 22 203.0.113.0/24',
    'in accept tcp 22 2001:db8:1::/64', 'in drop tcp 8042 -',
    'in accept tcp 8000-8100 -', 'out drop tcp 80 2001:db8:1::1'), 'ok',
    'rules are set');
is(in(22), 1, 'what a rule lets in comes in');
is(in(8042), 0, 'the first rule that fits decides');
is(out(80), 'IPv4 only', 'what a rule does not let out stays in');
is(echo(1), 0, 'the policy decides what no rule names');
ok(!answers($at[0], 22, enter($two)),
    'it decides about another container, too');
ok(answers($at[0], 22), 'the rules do not apply to the node itself');

my ($head, @rules) = shown();
is("$head->{in} $head->{out} $head->{left} $head->{smtp}", 'drop accept 0 shut',
    'the rules are shown');
is(join(' ', map { "$_->{protocol}/$_->{ports}" } @rules),
    'tcp/22 tcp/22 tcp/8042 tcp/8000-8100 tcp/80',
        'the rules stand in their order');
is(join(' ', map { $_->{packets} > 0 ? 1 : 0 } @rules), '1 1 1 0 1',
    'each rule shows what it has counted');
cmp_ok($head->{in_packets}, '>', 0, 'the policy shows what it has counted');
is(rules('drop', 'accept', 0, 'in accept icmp - -'), 'ok',
    'other rules are set');
is(echo(5), 1, 'a rule of icmp is for both families');
is(scalar shown(), 2, 'the rules of before are gone');

# what is wrong with a rule is named
for (['in accept tcp 0 -', 'ports'], ['in accept icmp 22 -', 'ports'],
    ['in accept tcp 30-20 -', 'ports'], ['in accept tcp 22 10.0.0.1/8', 'address'],
    ['in accept tcp 22 - -', 'rule'], ['in pass tcp 22 -', 'action'],
    ['up accept tcp 22 -', 'direction'], ['in accept sctp 22 -', 'protocol'],
    ['in accept tcp { 22, 23 } -', 'ports'])
{
    like(rules('drop', 'drop', 0, 'in accept any - -', $_->[0]),
        qr/^err range body: line 2: $_->[1]: /, "$_->[0]: its $_->[1]");
}
like(rules('drop', 'drop', 0, ('in accept any - -') x 65), qr/^err syntax /,
    'more than 64 are refused');
is(echo(5), 1, 'refused rules change nothing');

# what is tried
like(($node->ask("keepfirewall $one"))[0], qr/^err state /,
    'no trial is running');
my $began = time;
is(rules('drop', 'drop', 10), 'ok',
    'rules that shut everything are tried for ten seconds');
is(echo(1), 0, 'everything is shut');
($head) = shown();
ok($head->{left} > 0 && $head->{left} <= 10_000 && $head->{in} eq 'drop',
    'rules on trial are shown, and for how long');

Nets::run('nft flush ruleset');
$node->ask('list');
is(echo(1), 0, 'a table that was flushed is made again with what is tried');

my $back = 0;
$back = pings(0.2, $at[0], beyond('world')) while !$back && time < $began + 30;
my $took = time - $began;
ok($back, 'the kernel ends the trial without any process of ours');
ok($took >= 10 && $took < 20, sprintf 'by its clock: after %.1f s', $took);
is(echo(5), 1, 'it does so in both families');
($head) = shown();
is("$head->{in} $head->{out} $head->{left}", 'drop accept 0',
    'the rules of before are shown');
like(($node->ask("keepfirewall $one"))[0], qr/^err state /,
    'a confirmation after that is refused');

# what is tried and kept
rules('drop', 'accept', 10, 'in accept tcp 22 -');
$began = time;
is(in(22), 1, 'other rules are tried');
is(($node->ask("keepfirewall $one"))[0], 'ok', 'they are confirmed');
like(($node->ask("keepfirewall $one"))[0], qr/^err state /, 'once');
is(echo(1), 0, 'they hold');

# a boot of the guest ends a trial
rules('accept', 'accept', 600);
is(echo(5), 1, 'other rules are tried again');
boots();
is(echo(1) . in(22), '01', 'a guest that boots has the rules that were kept');

# the daemon dies at any moment: what the table has is what was written down
for my $ms (2, 5, 10, 20, 40) {
    $node->killed("setfirewall $one drop accept 600", $ms / 1000,
        [ 'in accept icmp - -', ('in drop tcp 9 -') x (1 + rand 60) ]);
}
is(rules('drop', 'accept', 0, 'in accept tcp 22 -'), 'ok',
    'a daemon that was killed five times leaves no lock');
is(echo(1) . in(22), '01', 'the next rules are set');

my $made = () = $node->slurp('log') =~ /made again/g;
$node->ask('list');
is(() = $node->slurp('log') =~ /made again/g, $made,
    'the table is as the record says');

# gates
is(($node->ask("setgate $one all shut"))[0], 'ok',
    'an administrator shuts it off');
is(join(' ', in(22), echo(1), out(80)), '0 0 0',
    'no packet comes in or goes out');
ok(!answers('169.254.0.1', 53, enter($one)), 'no packet reaches the node');
ok(pings(5, $world[0], enter($two)), 'another container goes on');
is(rules('accept', 'accept', 0), 'ok', 'rules may be set meanwhile');
is(in(22), 0, 'they open nothing');
Nets::run('nft flush ruleset');
$node->ask('list');
is(in(22), 0, 'a flush opens nothing');

# what root of the guest can do
Nets::inside($one, 'ip', 'link', 'set', 'eth0', 'down');
Nets::inside($one, 'ip', 'link', 'set', 'eth0', 'name', 'eth9');
Nets::inside($one, 'ip', 'link', 'set', 'eth9', 'up');
Nets::inside($one, 'nft', 'flush', 'ruleset');
isnt($node->inside($one, 'sh', '-c', 'echo > /proc/sys/kernel/modprobe'), 0,
    'root of the guest is no root of the node');
is(join(' ', in(22), echo(1)), '0 0', 'a guest that changes its side lifts'
    . ' nothing');
$node->ask("setgate $one all open");
boots();
is(in(22) . out(80), '11', 'an opened container is as before');

# a table of many
rules('drop', 'accept', 0, 'in accept tcp 22 -');
loaded(500, 20);
my @before = times;
is(rules('drop', 'accept', 60, map { "in accept tcp $_ 10.$_.0.0/16" } 1 .. 20),
    'ok', 'beside 500 containers of 20 rules');
my @after = times;
my $cpu = $after[2] + $after[3] - $before[2] - $before[3];
cmp_ok($cpu, '<', 0.3, sprintf 'a change takes %.0f ms of CPU', 1000 * $cpu);

ends(splice @inside);
$node->ask("stop $one");
unlike(chains(), qr/$one/, 'a container that stops leaves no chain');
ends(@inside, @outside);
done_testing();
