#!/usr/bin/perl
#
# What a container uses, what all are together, and whether its figures of
# itself are right.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'the groups of vzctl are the kernel\'s';
}

use constant MB => 1 << 20;

# one that belongs to this test, for it has to die
my $lxcfs = File::Temp::tempdir('vz-lxcfs-XXXXXX', TMPDIR => 1);
my $has = -x '/usr/bin/lxcfs' && -e '/dev/fuse';
my $served = $has ? serve() : 0;
my $node = Verbs->new('lxc', stop_timeout => 4,
                      $served ? (lxcfs => $lxcfs) : ());
my ($one, $other) = (31001, 31002);


sub serve {
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec qw(lxcfs -f -p), "$lxcfs.pid", $lxcfs;
    }

    return Verbs::wait_for(10, sub { -e "$lxcfs/proc/meminfo" }) ? $pid : 0;
}


# of FILE: a number in the group ("" or "/lxc.payload.ID") of all containers
sub number {
    my ($file) = @_;

    open my $in, '<', $file or return;
    my $number = <$in>;
    close $in;
    return $number * 1;
}


# of the group in DIR: us of 100 ms, -1 for no limit
sub quota {
    my ($dir) = @_;

    return number("$dir/cpu.cfs_quota_us") if -e "$dir/cpu.cfs_quota_us";
    open my $in, '<', "$dir/cpu.max" or return;
    my ($quota) = split ' ', <$in>;
    close $in;
    return $quota eq 'max' ? -1 : $quota * 1;
}


for my $id ($one, $other) {
    $node->likes("create $id $Verbs::template", qr/^ok/);
    $node->likes("setmemoryp $id 128M", qr/^ok/);
    $node->likes("start $id", qr/^ok/);
}

# --- memory ---

my $base = { $node->status($one) }->{memory_used};
my ($to, $from, $pid) = $node->guest($one, qw(/bin/busybox sh -c), <<'END');
dd if=/dev/zero of=/big bs=1M count=60 2> /dev/null
sync
for i in 1 2 3; do cat /big > /dev/null; done
echo done
END
close $to;
like(<$from>, qr/done/, 'a file is read thrice');
waitpid $pid, 0;

my ($memory) = $node->slurp("lxc/ct/$one/run") =~ /^memory=(.*)$/m;
my $whole = number("$memory/memory.usage_in_bytes")
    // number("$memory/memory.current");
cmp_ok($whole, '>', 50 * MB, 'the kernel keeps it in memory');
cmp_ok({ $node->status($one) }->{memory_used} - $base, '<', 10 * MB,
       'which is no memory that the container uses');


# --- weights ---

my ($cpu) = $node->slurp("lxc/ct/$other/run") =~ /^cpu=(.*)$/m;
my $file = -e "$cpu/cpu.shares" ? 'cpu.shares' : 'cpu.weight';
my $all = File::Basename::dirname($cpu) . "/$file";
my $weight = number("$cpu/$file");

is(number($all), 2 * $weight, 'two containers weigh what they are');
$node->likes("setcpu $other 5000", qr/^ok/);
is(number($all), 6 * $weight, 'more where one weighs more');
$node->likes("stop $other", qr/^ok/);
is(number($all), $weight, 'and less where one stops');


# --- what the node keeps ---

$all = File::Basename::dirname($cpu);
my $cpus = qx(getconf _NPROCESSORS_ONLN) * 1;

is(quota($all), $cpus * 90_000, 'all containers leave a tenth of the CPUs');
$node->likes("start $other", qr/^ok/);
$node->likes("setcpu $other 1000 50", qr/^ok/);
is(quota($cpu), 50_000, 'one has what its limit says');
$node->likes("setcpu $other 1000 " . 100 * $cpus, qr/^ok/);
is(quota($cpu), -1, 'a limit above what all have is none');


# --- lxcfs ---

SKIP: {
    skip 'lxcfs does not run here', 6 if !$served;

    unlike(($node->program('--check'))[1], qr/^missing  lxcfs/m,
           'lxcfs is there');
    is({ $node->status($one) }->{lxcfs}, undef, 'and in the container');

    kill 'KILL', $served;
    waitpid $served, 0;
    system qw(umount -l), $lxcfs;
    like(($node->program('--check'))[1], qr/^missing  lxcfs at \Q$lxcfs\E/m,
         'that it died is told');
    is({ $node->status($one) }->{lxcfs}, 'gone', 'also of the container');

    $served = serve();
    like(($node->program('--check'))[1],
         qr/^missing  lxcfs in container $one: .* restart it$/m,
         'one that was started anew is not in it');
    $node->likes("restart $one", qr/^ok/);
    is({ $node->status($one) }->{lxcfs}, undef, 'until it is restarted');
}

$node->end;

if ($served) {
    kill 'TERM', $served;
    waitpid $served, 0;
}

rmdir $lxcfs;
unlink "$lxcfs.pid";
done_testing();
