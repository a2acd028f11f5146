#!/usr/bin/perl
#
# The daemon is killed at one of its system calls after another, in each verb;
# the verb, asked for again, is done, and nothing is left of the one before.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(sleep time);

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Verbs;

my $points = $ENV{KILL_POINTS} // 26;   # of each verb, over all of its calls
my $id = 31001;
my $twin = $id + 1;
my $t = $Verbs::template;
my $two = "$t-two";
my $node = Verbs->new('lxc', stop_timeout => 4, interface_prefix => 'vk',
    nft_table => 'vzkill');

system('cp', $Verbs::archive, "$node->{dir}/cache/$two.tar.gz") == 0
    or die "$two\n";

my @traced = ('strace', '-qq', '-o', "$node->{dir}/trace");

# [verb, what makes it possible, what takes it back, points where there are
# fewer]; KILL_VERBS=rescue,unrescue: those alone, and what they need
my @verbs = (
    [ "create $id $t", [], [ "destroy $id" ] ],
    [ "start $id", [ "create $id $t" ], [ "stop $id" ] ],
    [ "setdisk $id 700M", [], [ "setdisk $id 512M" ] ],
    [ "setip $id 10.74.0.9", [], [ "deleteip $id 10.74.0.9" ] ],
    [ "deleteip $id 10.74.0.9", [ "setip $id 10.74.0.9" ],
        [ "setip $id 10.74.0.9" ] ],
    [ "setmemoryp $id 64M", [], [ "setmemoryp $id 96M" ] ],
    [ "setname $id other", [], [ "setname $id first" ] ],
    [ "stop $id", [ "start $id" ], [ "start $id" ] ],
    [ "reinstall $id $two", [], [ "revert $id", "start $id" ], 8 ],
    [ "revert $id", [ "reinstall $id $two", "start $id" ],
        [ "reinstall $id $two", "start $id" ], 8 ],
    [ "snapshot $id one", [], [ "dropsnapshot $id one" ], 8 ],
    [ "dropsnapshot $id one", [ "snapshot $id one" ], [ "snapshot $id one" ],
        8 ],
    [ "rollback $id one", [ "start $id" ], [ "start $id" ], 8 ],
    [ "rescue $id", [ "start $id" ], [ "unrescue $id", "start $id" ], 8 ],
    [ "unrescue $id", [ "rescue $id", "start $id" ],
        [ "rescue $id", "start $id" ], 8 ],
    [ "clone $twin $id", [ "start $id" ], [ "destroy $twin" ], 8 ],
    [ "destroy $id", [], [ "create $id $t", "start $id" ] ],
);


# done LINE: until what was killed has let go of the lock
sub done {
    my ($line) = @_;
    my $until = time + 20;
    my $said;

    while (time < $until) {
        ($said) = $node->ask($line);
        return $said if $said !~ /^err busy/;
        sleep 0.1;
    }

    return $said;
}


# killed LINE, CALL: the daemon that is asked dies at that call
sub killed {
    my ($line, $call) = @_;

    local @Verbs::through = (@traced, '-e',
        "inject=all:signal=KILL:when=$call");
    local $SIG{PIPE} = 'IGNORE';

    return eval { ($node->ask($line))[0] } // 'closed';
}


# calls LINE: how many calls of the system the daemon makes for it
sub calls {
    my ($line) = @_;

    local @Verbs::through = @traced;
    $node->ask($line);

    open my $in, '<', "$node->{dir}/trace" or die "no trace: $!\n";
    my $n = () = <$in>;
    return $n;
}


sub left {
    return join ' ', grep { length } map { `$_` =~ s/\s+/ /gr }
        "grep -F $node->{dir}/ /proc/self/mountinfo",
        "losetup -nl -O BACK-FILE | grep -F $node->{dir}/",
        "ip -o link | grep -E ': vk($id|$twin)'",
        "nft list table inet vzkill 2>/dev/null | grep -E 'vk($id|$twin)'",
        "find /sys/fs/cgroup -type d -path '*/vzkill-*/lxc.*.3100[12]'",
        "pgrep -af $node->{dir}/ | grep -v pgrep";
}


END {
    my $status = $?;
    $node->ask("destroy $_") for $twin, $id;
    $node->end;
    $? = $status;
}


done("create $id $t");                  # the template is unpacked
done("destroy $id");

if (my %only = map { $_ => 1 } split /,/, $ENV{KILL_VERBS} // '') {
    @verbs = grep { $only{ (split / /, $_->[0])[0] } } @verbs;
    done($_) for "create $id $t", "start $id";
}

for my $case (@verbs) {
    my ($line, $before, $back, $fewer) = @$case;
    my $points = $fewer && $fewer < $points ? $fewer : $points;
    my @odd;

    like(done($_), qr/^ok/, "before $line: $_") for @$before;

    my $calls = calls($line);

    done($_) for @$back;

    for my $n (1 .. $points) {
        my $call = 1 + int(($calls - 1) * $n / ($points + 1));
        my $said = killed($line, $call);
        my $again = done($line);

        push @odd, "$call: $said, then $again" if $again !~ /^ok/;

        for my $other (@$back) {
            my $answer = done($other);
            push @odd, "$call: $said, $again, then $other: $answer"
                if $answer !~ /^ok/;
        }
    }

    is(join("\n", @odd), '', "$line: $points kills in $calls calls heal");
}

like(done("destroy $id"), qr/^ok/, 'it goes');
is(left(), '', 'and nothing of it is left');
done_testing();
