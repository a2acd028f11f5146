#!/usr/bin/perl
#
# What ran before the node went down runs again, and nothing else: lxc by
# virtual-server --boot, vzctl by the node's own script, for which ONBOOT is
# kept.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my @drivers = split / /, $ENV{VERBS_DRIVERS} // 'lxc vzctl';


# run ID: what the lxc driver has written down of a running container
sub run {
    my ($node, $id) = @_;

    return $node->slurp("lxc/ct/$id/run") =~ /^(\w+)=(.*)$/mg;
}


# reboot NODE: as if the node had been without power.  What is left of each
# run file names a process that is not the container's: after a reboot the
# numbers are others', and so may be their times.
sub reboot {
    my ($node, $innocent, @ids) = @_;

    my ($time) = (split / /,
                  `cat /proc/$innocent/stat` =~ s/.*\) //r)[19];

    for my $id (@ids) {
        my %run = run($node, $id);
        my ($monitor) = split / /, $run{monitor};
        my ($init) = split / /, $run{init};

        kill 'KILL', $monitor;
        kill 'KILL', $init;
        wait_for(sub { !-e "/proc/$init" && !-e "/proc/$monitor" });

        for my $mount (qw(root raw)) {
            system 'umount', '-l', "$node->{dir}/lxc/ct/$id/$mount";
        }

        my $text = $node->slurp("lxc/ct/$id/run");
        $text =~ s/^boot=.*/boot=00000000-0000-4000-8000-000000000000/m;
        $text =~ s/^(init|monitor)=.*/$1=$innocent $time/mg;
        $node->spew("lxc/ct/$id/run", $text);
    }
    return;
}


sub wait_for {
    my ($true) = @_;

    for (1 .. 200) {
        return 1 if $true->();
        select undef, undef, undef, 0.05;
    }
    return 0;
}


sub state_of {
    my ($node, $id) = @_;

    return { $node->status($id) }->{state};
}


sub lxc {
    my $node = Verbs->new('lxc');
    my $template = $Verbs::template;
    my ($ran, $stopped, $new, $halted, $down) = 31001 .. 31005;

    for my $id ($ran, $stopped, $new, $halted) {
        is(($node->ask("create $id $template"))[0], 'ok', "lxc: create $id");
    }

    like(($node->ask("start $_"))[0], qr/^ok/, "lxc: start $_")
        for $ran, $stopped, $halted;
    like(($node->ask("stop $stopped"))[0], qr/^ok/, 'lxc: stop one');

    like($node->slurp("lxc/ct/$ran/config"), qr/^lxc\.start\.auto = 1$/m,
         'the one that runs is marked in liblxc\'s own way');
    like($node->slurp("lxc/ct/$stopped/config"),
         qr/^lxc\.start\.auto = 0$/m, 'the one that was stopped is not');

    # from inside
    $node->inside($halted, 'poweroff', '-f');
    ok(wait_for(sub { state_of($node, $halted) eq 'stopped' }),
       'what halts from inside is stopped and stays so');

    my $innocent = fork // die "fork: $!\n";
    exec 'sleep', '600' if $innocent == 0;
    wait_for(sub { `cat /proc/$innocent/comm` eq "sleep\n" });

    reboot($node, $innocent, $ran);
    is(state_of($node, $ran), 'stopped',
       'a process of today is not taken for the container of yesterday');

    # two of them, and a client that is quicker or slower than they are
    my @pids = map {
        my $pid = fork // die "fork: $!\n";
        exit +($node->program('--boot'))[0] if $pid == 0;
        $pid;
    } 1, 2;
    my ($answer) = $node->ask("start $ran");
    like($answer, qr/^ok(?: already)?$/, 'a client may start it meanwhile');

    for my $pid (@pids) {
        waitpid $pid, 0;
        is($?, 0, 'each boot ends well');
    }

    is(state_of($node, $ran), 'running', 'what ran runs again');
    is(state_of($node, $stopped), 'stopped', 'what was stopped does not');
    is(state_of($node, $new), 'stopped', 'what never ran does not');
    is(state_of($node, $halted), 'running',
       'what halted from inside was still wanted to run');
    ok(kill(0, $innocent), 'no process was harmed');
    like($node->slurp('log'), qr/boot: start $halted: ok /, 'each is logged');

    my ($init) = split / /, { run($node, $ran) }->{init};
    is(($node->program('--boot'))[0], 0, 'once more it has nothing to do');
    is((split / /, { run($node, $ran) }->{init})[0], $init,
       'and leaves what runs alone');

    # one that can't start does not keep the others from it
    reboot($node, $innocent, $ran, $halted);
    rename "$node->{dir}/lxc/ct/$ran/image", "$node->{dir}/lxc/ct/$ran/away";
    is(($node->program('--boot'))[0], 1, 'a failure shows in the status');
    is(state_of($node, $halted), 'running', 'the others were started');
    like($node->slurp('log'), qr/boot: start $ran: failed /,
         'and the log says which one was not');
    rename "$node->{dir}/lxc/ct/$ran/away", "$node->{dir}/lxc/ct/$ran/image";

    is(($node->program('--down'))[0], 0, '--down stops them all');
    is(($node->program('--boot'))[0], 0, 'and --boot');
    is(state_of($node, $ran), 'running', 'brings them back');

    kill 'KILL', $innocent;
    waitpid $innocent, 0;
    $node->end;
    return;
}


sub vzctl {
    my $node = Verbs->new('vzctl');
    my $id = 31001;
    my $onboot = sub {
        return $node->slurp("node/etc/vz/conf/$id.conf")
            =~ /^ONBOOT="(\w+)"$/m ? $1 : '';
    };

    $node->ask("create $id $Verbs::template");
    like(($node->ask("start $id"))[0], qr/^ok/, 'vzctl: start');
    is($onboot->(), 'yes', 'the node\'s own script will start it');
    is(($node->ask("start $id"))[0], 'ok already', 'vzctl: start again');
    is(scalar $node->calls('--onboot'), 1, 'what is so is not set again');

    my $calls = () = $node->calls('');
    is(($node->program('--boot'))[0], 0, '--boot leaves it to that script');
    is(scalar(() = $node->calls('')), $calls, 'and asks vzctl for nothing');

    like(($node->ask("stop $id"))[0], qr/^ok/, 'vzctl: stop');
    is($onboot->(), 'no', 'it is no longer wanted');
    like(($node->ask("restart $id"))[0], qr/^ok/, 'vzctl: restart');
    is($onboot->(), 'yes', 'now it is');

    $node->end;
    return;
}


my %tests = (lxc => \&lxc, vzctl => \&vzctl);
$tests{$_}->() for @drivers;

done_testing();
