#!/usr/bin/perl
#
# What one guest takes of the kernel's limits, as root inside: its neighbour
# and the host still get theirs, and what it takes is charged to it.

use strict;
use warnings;

use File::Basename ();
use Test::More;

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Take;
use Verbs;

use constant { MOST => 10 };            # seconds for each attack

my ($attacker, $victim) = (31001, 31002);
my $node = Verbs->new('lxc', stop_timeout => 2);
my $take = Take::build($node->{dir});

for my $id ($attacker, $victim) {
    for my $line ("create $id $Verbs::template", "setmemoryp $id 128M",
                  "start $id")
    {
        my ($answer) = $node->ask($line);
        like($answer, qr/^ok/, $line);
    }

    ok($node->put($id, $take, '/take'), "the attack is in $id");
}


# answer HANDLE: a line, in time
sub answer {
    my ($from) = @_;
    my $line;

    eval {
        local $SIG{ALRM} = sub { die "late\n" };
        alarm MOST;
        $line = <$from>;
        alarm 0;
    };
    return $line // 'nothing';
}


# one KIND by ID (0: the host): what it is told when it wants a single one
sub one {
    my ($kind, $id) = @_;
    my ($to, $from, $pid);

    if ($id) {
        ($to, $from, $pid) = $node->guest($id, '/take', $kind, 1);

    } else {
        $pid = open($from, '-|', "$take $kind 1 < /dev/null") // die "$!\n";
    }

    my $said = answer($from);
    close $to if $to;
    close $from;
    waitpid $pid, 0;
    return $said;
}


# slab: bytes of the kernel's own that can't be freed
sub slab {
    open my $in, '<', '/proc/meminfo' or die "meminfo: $!\n";
    my ($kb) = join('', <$in>) =~ /^SUnreclaim: +(\d+)/m;
    return $kb * 1024;
}


# --- counted by owner, or so many that memory is used up first ---

for my $kind (qw(pty aio fanotify mqueue signal inotify uts net)) {
    my ($to, $from, $pid) = $node->guest($attacker, '/take', $kind,
                                         $Take::most{$kind} // ());
    my $took = answer($from);

    chomp $took;
    like($took, qr/^$kind \d+ /, "taken: $took");

    for my $id ($victim, 0) {
        is(one($kind, $id), "$kind 1 -\n",
           ($id ? 'its neighbour' : 'the host') . " has $kind");
    }

    close $to;
    close $from;
    waitpid $pid, 0;
}


# --- charged to nobody, so nobody gets them ---

for my $kind (qw(key uring)) {
    is(`lxc-attach -P $node->{dir}/lxc/ct -n $attacker -- /take $kind 1 \
        < /dev/null`, "$kind 0 Function not implemented\n",
       "$kind is not for guests");
}

is({ $node->status($victim) }->{state}, 'running', 'the neighbour runs');
like(($node->ask("restart $victim"))[0], qr/^ok/, 'and can be restarted');

$node->end;
done_testing();
