#!/usr/bin/perl
#
# Disks that are full, of the node, of the container and of the target, and a
# target whose disk is gone: each is said in words of its own, the container runs on,
# nothing is left, and the next try works once there is room.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Backups;
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'a node of vzctl has no backups';
}

my $id = 31001;
my $new = $id + 1;
my ($tag, $other) = ('0123456789abcdef', 'fedcba9876543210');
my $t = $Verbs::template;
my $node = Backups::node('lxc', disk_free => '16M', stop_timeout => 4);
my ($disk, $cache) = ("$node->{dir}/lxc", "$node->{base}/cache");
my ($owner, $small) = ($$, "$node->{base}/small");

END {
    if ($$ == $owner) {
        my $status = $?;

        $node->ask("tag=$tag destroy $id");
        $node->ask("tag=$other destroy $new");
        $node->program('--down');
        system "umount -l $disk $cache $small 2> /dev/null";
        $node->end;
        $? = $status;
    }
}


sub tagged { return "tag=$tag $_[0]" }

sub root { return "$disk/ct/" . ($_[0] // $id) . '/root' }

sub as_guest {
    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), @_) == 0;
}

# a folder that is a disk of its own
sub mounted {
    my ($folder, @options) = @_;

    mkdir $folder;
    system('mount', @options, $folder) == 0 or die "$folder\n";
    return;
}

# fill FOLDER, KB: until no more than that is left
sub fill {
    my ($folder, $left) = @_;
    my ($free) = `df -k --output=avail $folder` =~ /(\d+)/;

    system('fallocate', '-l', $free - $left . 'K', "$folder/fill") == 0
        or die "$folder: it is not filled\n";
    return;
}

# what goes wrong is said, and neither stops the container nor stays
sub failed {
    my ($line, $like, $title) = @_;
    my $begun = time;
    my ($answer) = $node->ask($line);

    like($answer, $like, $title);
    note sprintf 'after %.1f s', time - $begun;
    is($node->state($id), 'running', 'and the container runs on');
    ok(as_guest('sh', '-c', 'echo x > ' . root() . '/mark'), 'and writes');
    ok(Verbs::wait_for(20, sub { !Backups::left($node) }), 'nothing of it stays')
        or diag join "\n", Backups::left($node);
    ok(!glob("$disk/ct/.*.tmp"), 'nor half a disk');
    return;
}

sub done { $node->likes($_, qr/^ok/) for @_; return }


system('truncate', '-s', '1500M', "$node->{dir}/disk") == 0
    && system('mkfs.ext4', '-q', '-m', 0, "$node->{dir}/disk") == 0
    or die "no disk\n";
mounted($disk, '-o', 'loop', "$node->{dir}/disk");
chmod 0711, $disk;
mounted($cache, '-t', 'tmpfs', '-o', 'size=200m', 'none');
mounted($small, '-t', 'tmpfs', '-o', 'size=400m', 'none');

my %list = (main => { url => "$node->{base}/target/%t" },
    away => { url => "$small/%t", mounted => $small });

Backups::repositories($node, %list);
done(tagged("create $id $t"), tagged("start $id"));
ok(as_guest('sh', '-c', 'mkdir -p $0/srv; dd if=/dev/urandom of=$0/srv/big bs=1M'
    . ' count=280 status=none', root()), '280 MB');
done(tagged("snapshot $id s1"));

my (undef, $data) = $node->ask(tagged("backup $id main s1"));
my ($saved) = ($data->[0] // '') =~ /^snapshot=(\w+)/;

ok($saved, 'a backup');


# --- the node's disk ---

fill($cache, 0);
done(tagged("snapshot $id s2"));
failed(tagged("backup $id main s2"), qr/^err nospace the node's disk is nearly full: /,
    'no room for what restic keeps');
unlink "$cache/fill";
done(tagged("backup $id main s2"));

# as far as the node fills it itself, and a bit further
fill($disk, 24_000);
done(tagged("snapshot $id s3"), tagged("backup $id main s3"));
failed(tagged("restore $id main $tag $saved"),
    qr/^err nospace the node's disk is nearly full: /,
    'no room for another disk');
failed("tag=$other clone $new $id $tag",
    qr/^err nospace the node's disk is nearly full: /, 'nor for a clone');
is(-s root() . '/srv/big', 280 << 20, 'it has its files');
unlink "$disk/fill";


# --- the container's disk ---

done("tag=$other create $new $t", "tag=$other setdisk $new 256M",
    "tag=$other start $new");
like(($node->ask("tag=$other restore $new main $tag $saved"))[0],
    qr/^err nospace the backup does not fit on the container's disk$/,
    'a backup that does not fit');
is($node->state($new), 'running', 'it runs on');
ok(-e root($new) . '/bin/busybox' && !-e root($new) . '/srv/big',
    'with the disk of before');
done("tag=$other setdisk $new 512M",
    "tag=$other restore $new main $tag $saved", "tag=$other start $new");
is(-s root($new) . '/srv/big', 280 << 20, 'with a larger one it does');
done("tag=$other destroy $new");

as_guest('sh', '-c', 'cat /dev/zero > ' . root() . '/fill 2> /dev/null; sync');
$node->likes(tagged("snapshot $id s4"), qr/^err state its own disk is full: /,
    'a disk that is full has no room for a snapshot');
is($node->state($id), 'running', 'and the container runs on');
$node->likes(tagged("restore $id main $tag $saved"), qr/^ok/,
    'but what was saved comes back');
done(tagged("start $id"));
ok(!-e root() . '/fill' && -s root() . '/srv/big' == 280 << 20, 'all of it');


# --- the target ---

done(tagged("snapshot $id s5"));
fill($small, 100_000);
failed(tagged("backup $id away s5"), qr/^err nospace repository away is full$/,
    'a target that fills up in the middle');
is(scalar(@{ ($node->ask("backups away $tag"))[1] }), 0, 'has no half backup');
unlink "$small/fill";
done(tagged("backup $id away s5"));
is(scalar(@{ ($node->ask("backups away $tag"))[1] }), 1, 'with room it has one');
system('umount', '-l', $small);
failed(tagged("backup $id away s5"),
    qr/^err failed repository away does not answer: \S+: nothing is mounted there$/,
    'a target whose disk is gone');

done_testing();
