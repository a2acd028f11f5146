#!/usr/bin/perl
#
# A clone: a container with another one's disk as it was at one moment, and with
# a name, keys, ids and number of its own; of one that runs and goes on writing,
# and whoever is killed in between leaves the clone whole, or none.  All of it
# where the host's file system is as it is, and on an xfs, where the images share
# their blocks.
#
# CLONE_ROUNDS=30: how often the daemon is killed; CLONE_MB=600: of how large a
# disk.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my $rounds = $ENV{CLONE_ROUNDS} // 4;
my $mb = $ENV{CLONE_MB} // 32;
my $size = ($mb + 608) . 'M';
my $id = 31001;
my $new = $id + 1;
my $tag = '0123456789abcdef';
my $other = 'fedcba9876543210';
my ($node, $all, $xfs);

# the node, on the host's file system or on an xfs of its own
sub begin {
    my ($on) = @_;

    $node = Verbs->new('lxc', stop_timeout => 4);
    $all = "$node->{dir}/lxc/ct";
    $other = 'fedcba9876543210';

    return if $on ne 'xfs';

    $xfs = "$node->{dir}/lxc";
    mkdir $xfs;
    truncate_to("$node->{dir}/xfs", (3 << 30) + ($mb << 20));
    system("mkfs.xfs -q -m reflink=1 $node->{dir}/xfs && mount -o loop"
        . " $node->{dir}/xfs $xfs") == 0 or die "xfs: $?\n";
    return;
}

sub truncate_to {
    my ($file, $bytes) = @_;

    open my $out, '>', $file or die "$file: $!\n";
    truncate $out, $bytes or die "$file: $!\n";
    close $out;
    return;
}

sub finish {
    return if !$node;
    $node->ask("tag=$other destroy $new");
    $node->ask("tag=$tag destroy $id");
    $node->program('--down') if $xfs;
    system 'umount', '-l', $xfs if $xfs;
    $node->end;
    undef $_ for $node, $xfs;
    return;
}

sub done { $node->likes($_, qr/^ok\b/) for @_; return }

# what a command prints that runs inside, as a process of it
sub says {
    my ($in, $command) = @_;
    my ($to, $from, $pid) = $node->guest($in, '/bin/busybox', 'sh', '-c',
        $command);
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text =~ s/\s+\z//r;
}

sub pair { return { $node->status($_[0]) }->{ $_[1] } }

sub shell { return `@_ 2>&1` =~ s/\s+\z//r }

# every file of the guest's root: mode, owner, links, size, name, and content
my $list = 'cd /; for d in bin sbin etc srv usr root; do busybox find $d -xdev;'
    . ' done | grep -vE "^etc/(hostname|hosts|resolv.conf|ssh.*)$" | sort |'
    . ' while read -r f; do stat -c "%a %u:%g %h %F %t,%T %n" "$f"; done;'
    . ' md5sum /srv/*';

END {
    my $status = $?;
    finish();
    $? = $status;
}

# the id of the file system in an image
sub fsid {
    return shell('btrfs inspect-internal dump-super', "$all/$_[0]/image")
        =~ /^fsid\s+(\S+)/m ? $1 : 'none';
}

# what is free on the host's file system
sub free {
    my ($blocks) = shell("stat -f -c '%f %S' $all") =~ /^(\d+ \d+)$/m;
    my ($n, $unit) = split / /, $blocks;

    return $n * $unit;
}


for my $on ('the host', 'xfs') {

begin($on);
note "--- on $on ---";

done("tag=$tag create $id $Verbs::template");
$node->likes("tag=$tag $_", qr/^ok\b/) for "setname $id first",
    "setmemoryp $id 96M", "setdisk $id $size", "start $id";

says($id, 'mkdir -p /srv /etc/ssh; for i in $(busybox seq 1 500); do echo $i >'
    . ' /srv/$i; done; busybox dd if=/dev/urandom of=/srv/big bs=1M count=' . $mb
    . ' 2>/dev/null; ln /srv/1 /srv/one; ln -s 2 /srv/two; mkfifo /srv/pipe;'
    . ' rm /srv/pipe; chown 33:44 /srv/3; chmod 4750 /srv/3; rm /bin/vi; mv'
    . ' /usr/bin/cut /srv/cut; touch "/srv/$(printf "\\377 x")"; rm'
    . ' "/srv/$(printf "\\377 x")"; sync');

my $files = says($id, $list);

$node->likes("tag=$other clone $new $id", qr/^err noent no container $id has/,
    'the other\'s tag must be named');
$node->likes("tag=$other clone $new $id $other",
    qr/^err noent no container $id has/, 'and be the right one');
$node->likes("tag=$other clone $new 31009 $tag", qr/^err noent /,
    'and there must be one');
$node->likes("tag=$other clone $new $new $tag", qr/^err range /,
    'itself is none');
ok(!-e "$all/$new" && !glob("$all/.*.tmp"), 'nothing of it is there');

# one that writes without end, and tells what is on its disk for sure
my ($to, $written, $writer) = $node->guest($id, '/bin/busybox', 'sh', '-c',
    'cd /var; i=0; while :; do i=$((i + 1)); echo $i >> count;'
    . ' busybox sync count; echo $i; done');
my $sure = 0;

while ($sure < 20) {
    $sure = <$written> // last;
}

my $free = free();
my $from = time;
my ($end, undef, $progress) = $node->ask("tag=$other clone $new $id $tag");

is($end, 'ok', "a clone of one that runs, on $on");
note sprintf '%d MB in %.2f s', $mb, time - $from;
close $_ for $to, $written;         # where nobody reads it ends
waitpid $writer, 0;
like(join(' ', @$progress), qr/copying its disk/, 'with progress');
is(pair($id, 'state'), 'running', 'which runs on');
is(pair($new, 'state'), 'stopped', 'the clone does not yet');
is(pair($new, 'template'), $Verbs::template, 'it is of that template');
$node->likes("tag=$other clone $new $id $tag", qr/^ok already$/, 'again: already');
$node->likes("tag=$tag clone $new $id $tag", qr/^err exists /,
    'another one\'s number is not taken');
$node->likes("tag=$other start $new", qr/^ok$/);
note sprintf 'running after %.2f s', time - $from;
isnt($files, '', 'it has files');
cmp_ok(says($new, 'busybox tail -n 1 /var/count'), '>=', $sure,
    'and all that was on the disk before');
isnt(fsid($new), fsid($id), 'its file system has an id of its own');
cmp_ok($free - free(), '<', $mb << 20, 'its blocks are those of the first one')
    if $on eq 'xfs' && $mb >= 600;
is(says($new, $list), $files, 'it has each file as it was: modes, owners, links');
is(says($new, 'cat /etc/hostname'), "vps$new", 'a name of its own');
is(pair($new, 'disk_total'), ($mb + 608) << 20, 'a disk of that size');
isnt(shell("stat -c %g $all/$new"), shell("stat -c %g $all/$id"),
    'ids of its own');
says($new, 'echo other > /srv/1');
is(says($id, 'cat /srv/1'), '1', 'what it writes is its own');
is(shell("ls $all/$id/raw $all/$new/raw"),
    "$all/$id/raw:\nlive\n\n$all/$new/raw:\nlive", 'nothing stays of the copying');

done("tag=$tag snapshot $id kept");
$node->likes("tag=$other destroy $new", qr/^ok$/);

$other = 'fedcba9876543211';

# one that is stopped, and an image of before
$node->likes("tag=$tag stop $id", qr/^ok/);
$node->likes("tag=$other clone $new $id $tag", qr/^ok$/, 'of a stopped one');
$node->likes("tag=$other start $new", qr/^ok$/);
is(says($new, $list), $files, 'with all files');
is(join(' ', @{ ($node->ask("tag=$other snapshots $new"))[1] }), 'all=0',
    'and without its snapshots');
is(shell("ls $all/$new/raw"), 'live', 'of which nothing is there');
$node->likes("tag=$other stop $new", qr/^ok/);
is(shell("btrfs check --readonly $all/$new/image >/dev/null && echo whole"),
    'whole', 'its file system is whole');

# a clone's clone has an id of its own, too
my $third = $new + 1;

$node->likes("tag=fedcba987654ffff clone $third $new $other", qr/^ok$/,
    'a clone is cloned');
is(scalar(keys %{{ map { fsid($_) => 1 } $id, $new, $third }}), 3,
    'three ids');
$node->likes("tag=fedcba987654ffff start $third", qr/^ok$/);
is(says($third, $list), $files, 'with all files');
$node->likes("tag=fedcba987654ffff destroy $third", qr/^ok$/);
$node->likes("tag=$other destroy $new", qr/^ok$/);
$node->likes("tag=$tag start $id", qr/^ok/);

# one that is committed all the time can't be read as a whole
($to, $written, $writer) = $node->guest($id, '/bin/busybox', 'sh', '-c',
    'while echo; do echo >> /var/busy; busybox sync -f /var/busy; done');
<$written> for 1 .. 3;
$other = 'fedcba987654fffe';
$node->likes("tag=$other clone $new $id $tag", qr/^ok$/,
    "of one that is synced all the time, on $on");
close $_ for $to, $written;
waitpid $writer, 0;
$node->likes("tag=$other start $new", qr/^ok$/);
is(says($new, $list), $files, 'with all files');
$node->likes("tag=$other destroy $new", qr/^ok$/);


# --- who is killed ---

for my $round (1 .. $rounds) {
    $other = sprintf 'fedcba98765433%02d', $round;

    my $line = "tag=$other clone $new $id $tag";

    $node->killed($line, rand($on eq 'xfs' ? 0.6 : 1.5));

    my $whole = -e "$all/$new";

    $node->recovers($line, "round $round: " . ($whole ? 'whole' : 'none')
        . ', and once more', 30);
    $node->likes("tag=$other start $new", qr/^ok$/, "round $round: it starts");
    is(says($new, $list), $files, "round $round: with all files");
    $node->likes("tag=$other destroy $new", qr/^ok$/);
    is(pair($id, 'state'), 'running', "round $round: the first one runs on");
}

ok(!glob("$all/.*.tmp"), 'nothing half made stays');
$node->likes("tag=$tag destroy $id", qr/^ok$/);
is(shell("grep -F $all /proc/self/mountinfo; losetup -nl -O BACK-FILE"
        . " | grep -F $all; ls $all"), '', 'nor a mount');

finish();

}

done_testing();
