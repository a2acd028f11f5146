#!/usr/bin/perl
#
# What a container sends and gets is counted once: over its restart, that of
# the recorder, and a table of nftables that was made again; and anew with the
# next container of its number.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(enter beyond netns pings);
use Pump qw(pump sunk);

Nets::alone();

my $id = 31001;
my $most = 40;                          # seconds until a reading must be seen
my @at = ('198.51.100.1', '2001:db8:74::1');
my @world = ('203.0.113.1', '2001:db8:1::1');
my @sent = (0, 0);                      # bytes: to it, and by it
my ($node, $recorder);


sub record {
    $recorder = fork // die "fork: $!\n";

    if ($recorder == 0) {
        exec "$Verbs::build/virtual-server", '--config', "$node->{dir}/conf",
            '--record';
    }

    return;
}


sub stop_recording {
    kill 'KILL', $recorder;
    waitpid $recorder, 0;
    return;
}


# counted: what the node tells of it
sub counted {
    my (undef, $data) = $node->ask('traffic');
    my ($line) = grep { /^id=$id / } @$data;

    return Verbs::pairs($line // '');
}


# floods FAMILY, N: so many datagrams in each direction
sub floods {
    my ($family, $n) = @_;
    my @pumps = (pump($at[$family], 9001, 60, $n, beyond('world')),
                 pump($world[$family], 9001, 60, 2 * $n, enter($id)));

    $sent[$_] += sunk($pumps[$_]) * (1400 + ($family ? 48 : 28)) for 0, 1;
    return;
}


# adds_up TITLE: what was counted is what was sent, within two per cent
sub adds_up {
    my ($title) = @_;
    my %is;

    Verbs::wait_for($most, sub {
        %is = counted();
        return ($is{in} // 0) >= 0.99 * $sent[0]
            && ($is{out} // 0) >= 0.99 * $sent[1];
    });

    for (['in', $sent[0]], ['out', $sent[1]]) {
        my ($name, $want) = @$_;

        cmp_ok($is{$name} // 0, '>=', 0.98 * $want, "$title: $name");
        cmp_ok($is{$name} // 0, '<=', 1.02 * $want, 'and no more');
        note sprintf '%s %s: %.4f', $title, $name, ($is{$name} // 0) / $want;
    }

    return %is;
}


sub starts {
    is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
        "setip $id $at[0]", "setip $id $at[1]", "start $id"), 'ok ok ok ok',
        'a container runs');
    return;
}


netns('world', 'up0', [ '203.0.113.9/24', '2001:db8:1::2/64' ],
    [ '203.0.113.1/24', '2001:db8:1::1/64' ]);
Nets::run("ip -n vx-world-$$ route add $_") for 'default via 203.0.113.9',
    'default via 2001:db8:1::2', '198.51.100.0/24 dev e0';

$node = $Nets::node = Verbs->new('lxc', uplink => 'up0',
    addresses => '198.51.100.0/24 2001:db8:74::/48');

record();
starts();

# the uplink answers for it after up to 0.8 s, and meanwhile a link's queue is
# full at once
ok(pings(5, $at[$_], beyond('world')), 'the world reaches it') for 0, 1;

floods(0, 4000);
my %first = adds_up('at first');
like($first{counter}, qr/^[0-9a-f]{16}$/, 'the count has a name');

# a restart right behind a flood: nothing of it is lost
floods(1, 3000);
for (1 .. 5) {
    last if ($node->ask("restart $id"))[0] !~ /^err busy/;
}
floods(0, 2000);
my %again = adds_up('over a restart');
is($again{counter}, $first{counter}, 'the same count goes on');

# a recorder that is killed goes on where it was, and counts nothing twice
stop_recording();
floods(0, 2000);
record();
adds_up('while nothing was recorded');

# the table of nftables is removed, and the next list makes it again: what was
# not read is lost, and the rest goes on
system 'nft', 'flush', 'ruleset';
$node->ask('list');
floods(1, 2000);
%again = adds_up('after the counters began anew');
is($again{counter}, $first{counter}, 'and still it is the same count');

# another system leaves the count alone
is(($node->ask("reinstall $id $Verbs::template"))[0] =~ s/ .*//r, 'ok',
    'another system');
$node->ask("start $id");
floods(0, 1000);
%again = adds_up('with another system');
is($again{counter}, $first{counter}, 'it goes on');

# a file that is torn
stop_recording();
my $file = "$node->{dir}/lxc/ct/$id/history.traffic";
truncate $file, 20 or die "$file: $!\n";
is_deeply({ counted() }, {}, 'a torn count is not told');
record();
Verbs::wait_for($most, sub { my %is = counted(); return $is{counter} });
%again = counted();
isnt($again{counter}, $first{counter}, 'it is begun anew under another name');
@sent = (0, 0);
floods(0, 1000);
adds_up('which counts what comes');

# the next of its number
$node->ask("destroy $id");
ok(!-e $file, 'it goes with its container');
@sent = (0, 0);
starts();
ok(pings(5, $at[0], beyond('world')), 'and is reached');
floods(0, 1500);
my %next = adds_up('another one of its number');
isnt($next{counter}, $again{counter}, 'has a count of its own');

stop_recording();
$node->ask("destroy $id");
done_testing();
