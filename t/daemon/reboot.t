#!/usr/bin/perl
#
# A guest that reboots in the moment of a verb has what the verb said.  The
# hook that gives it what is its own tells when it begins; the verb comes a
# little later each time.

use strict;
use warnings;

use File::Basename ();
use IO::Select ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(enter);

Nets::alone();

my $id = 31001;
my $tries = 20;
my $step = 0.006;                       # s later, each time
my $patience = 60;                      # s for a boot
my ($kept, $taken) = ('10.74.0.2', '10.74.0.3');

my $node = $Nets::node = Verbs->new('lxc');


# through FIFO: the hook tells its type before it is the hook
sub through {
    my ($fifo) = @_;
    my ($hook) = $node->slurp('conf') =~ /^hook = (.*)/m;

    POSIX::mkfifo($fifo, 0600) or die "$fifo: $!\n";
    $node->spew('hook', "#!/bin/sh\nexec 3<> $fifo\n"
        . "echo \$LXC_HOOK_TYPE >&3\nexec 3>&-\n"
        . "exec $hook \"\$@\"\n");
    chmod 0700, "$node->{dir}/hook";
    $node->spew('conf', $node->slurp('conf')
        =~ s/^hook = .*/hook = $node->{dir}\/hook/mr);

    # for writing as well: a hook never waits, and there is no end to read
    open my $told, '+<', $fifo or die "$fifo: $!\n";
    return $told;
}


# begins FIFO: until the hook of the next boot does
sub begins {
    my ($told) = @_;
    my $text = '';

    while (IO::Select->new($told)->can_read($patience)) {
        sysread $told, $text, 100, length $text;
        return 1 if $text =~ /start-host/;
    }
    return 0;
}


sub init {
    my ($pid) = ($node->slurp("lxc/ct/$id/run") // '') =~ /^init=(\d+) /m;

    return $pid // 0;
}


# up BEFORE: until it has another init; that one
sub up {
    my ($before) = @_;
    my $end = time + $patience;

    while (time < $end) {
        my $pid = init();

        return $pid if $pid && $pid != $before;
        sleep 0.01;
    }
    return 0;
}


# limit: of its memory, as the kernel has it
sub limit {
    my ($group) = $node->slurp("lxc/ct/$id/run") =~ /^memory=(.*)/m;

    for my $file (qw(memory.max memory.limit_in_bytes)) {
        open my $in, '<', "$group/$file" or next;
        return 0 + <$in>;
    }
    return 'none';
}


my $told = through("$node->{dir}/told");

is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
    "setip $id $kept", "start $id"), 'ok ok ok', 'it runs');
begins($told);

my (@stale, @late, @said);

for my $try (1 .. $tries) {
    my $memory = (64 + $try) << 20;
    my $pid = init();

    $node->ask("setip $id $taken");
    my ($handle, $client) = $node->connect_to;
    my ($second, $other) = $node->connect_to;

    kill 'TERM', $pid;                  # busybox: reboot
    begins($told) or die "it does not reboot\n";
    sleep $try * $step;
    Verbs::say_to($handle, "deleteip $id $taken");
    push @said, (Verbs::read_answer($handle))[0];
    Verbs::say_to($second, "setmemoryp $id $memory");
    push @said, (Verbs::read_answer($second))[0];
    close $_ for $handle, $second;
    waitpid $_, 0 for $client, $other;
    up($pid) or die "it does not come back\n";

    my $inside = join ' ', enter($id);
    my @left = (`ip route show $taken` ? 'route' : (),
        `nft list set inet vzverbs owner4` =~ /\Q$taken\E\b/ ? 'rule' : (),
        `$inside ip -4 address show dev eth0` =~ /\Q$taken\E\b/ ? 'inside' : (),
        limit() == $memory ? () : 'memory');

    push @stale, "$try: @left" if @left;
    push @late, $try if `ip route show $kept` !~ /vx$id/;
}

is(join(', ', grep { !/^ok/ } @said), '', 'every verb is done');
is(join('; ', @stale), '', "$tries reboots: nothing that was taken is left");
is("@late", '', 'and what it has stays');

done_testing();
