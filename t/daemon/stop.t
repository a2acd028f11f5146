#!/usr/bin/perl
#
# Guests that do not want to stop, and what keeps one from coming up again.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes 'time';

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'vzctl stops in its own way';
}

my $node = Verbs->new('lxc', stop_timeout => 4);
my $stubborn = "$node->{dir}/stubborn";
my ($pinned, @deaf) = 31001 .. 31004;

system('cc', '-O2', '-D_GNU_SOURCE', '-static', '-o', $stubborn,
       "$here/stubborn.c") == 0 or die "stubborn.c: $?\n";


# pin: a process with a copy of the mount table of this moment
sub pin {
    my $pid = fork // die "fork: $!\n";

    exec $node->apart(qw(sleep 300)) if $pid == 0;
    Verbs::wait_for(5, sub { `cat /proc/$pid/comm` eq "sleep\n" });
    return $pid;
}


sub unpin {
    my ($pid) = @_;

    kill 'KILL', $pid;
    waitpid $pid, 0;
    return;
}


# --- one whose disk is kept by somebody's copy of the mount table ---

$node->likes("create $pinned $Verbs::template", qr/^ok/);
$node->likes("start $pinned", qr/^ok/);

my $pin = pin();
my $init = $node->init($pinned);
$node->likes("restart $pinned",
         qr/^err busy process $pin \(sleep\) keeps its disk .*, end it first/,
         'it is not taken down, since it would not come up');
is($node->init($pinned), $init, 'so it runs on');
$node->likes("destroy $pinned",
         qr/^err busy process $pin \(sleep\) keeps its disk .*, end it first/,
         'nor is it destroyed');
is($node->init($pinned), $init, 'it runs on again');
unpin($pin);
$node->likes("restart $pinned", qr/^ok/, 'then it is restarted');

# a reboot from inside can't be asked
$pin = pin();
$node->inside($pinned, 'reboot', '-f');
ok(Verbs::wait_for(20, sub {
    return $node->slurp('log')
        =~ /container $pinned can't reboot yet: the image is still in use/;
}), 'its reboot waits');
is($node->init($pinned), 0, 'it has no init meanwhile');
unpin($pin);
ok(Verbs::wait_for(10, sub { return $node->init($pinned) }),
   'and goes on when it can');
$node->likes("stop $pinned", qr/^ok$/);

$node->likes("start $pinned", qr/^ok/);
$pin = pin();
$node->inside($pinned, 'reboot', '-f');
ok(Verbs::wait_for(10, sub { return $node->init($pinned) == 0 }),
   'one that waits for ever');
$node->likes("stop $pinned", qr/^ok$/, 'can be stopped');
unpin($pin);


# --- those that obey nobody ---

for my $id (@deaf) {
    $node->likes("create $id $Verbs::template", qr/^ok/);
    $node->likes("start $id", qr/^ok/);
    ok($node->put($id, $stubborn, '/sbin/stubborn'), 'another init');
    $node->inside($id, qw(mv /sbin/stubborn /sbin/init));
    $node->likes("stop $id", qr/^ok/);
    $node->likes("start $id", qr/^ok/, 'is started');
}

# whose monitor is gone
my ($alone) = @deaf;
my ($group) = $node->slurp("lxc/ct/$alone/run")
    =~ m{^memory=/sys/fs/cgroup/\S*?(vzverbs-[0-9a-f]+)/}m;
$init = $node->init($alone);
kill 'KILL', $node->monitor($alone);
ok(Verbs::wait_for(5, sub { return !-e '/proc/' . $node->monitor($alone) }),
   'its monitor is killed');
ok(kill(0, $init), 'its init lives on');
$node->likes("stop $alone", qr/^ok killed$/, 'it is stopped all the same');
ok(!kill(0, $init) || `ps -o stat= -p $init` =~ /^Z/, 'nothing of it lives');
is(join('', `find /sys/fs/cgroup -path '*/$group/*' -name 'lxc.*.$alone*'`),
   '', 'nor is a group left of it');
$node->likes("start $alone", qr/^ok/, 'it can be started');

my $began = time;
is(($node->program('--down'))[0], 0, '--down');
my $took = time - $began;
cmp_ok($took, '<', 9, sprintf 'takes one stop_timeout for all (%.1f s of 4)',
       $took);
is($node->state($_), 'stopped', "$_ is stopped") for $pinned, @deaf;

$node->end;
done_testing();
