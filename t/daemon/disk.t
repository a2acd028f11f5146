#!/usr/bin/perl
#
# A container's disk: full, and started again; sizes that a verb which died
# has left; mounts of it on the host.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'the disks of vzctl are its own';
}

my $node = Verbs->new('lxc', stop_timeout => 2, disk_free => '16M');

END { my $status = $?; $node->end if $node; $? = $status }

my $t = $Verbs::template;
my $mb = 1 << 20;


sub init_of {
    my ($id) = @_;

    return ($node->slurp("lxc/ct/$id/run") =~ /^init=(\d+)/m)[0];
}


# inside ID, SCRIPT: as its root; its output
sub inside {
    my ($id, $script) = @_;
    my $pid = init_of($id);

    open my $out, '-|', 'nsenter', '-t', $pid, qw(-U -m -p -S 0 -G 0 --),
        '/bin/sh', '-c', "exec 2>&1; $script" or die "nsenter: $!\n";
    local $/;
    my $text = <$out> // '';
    close $out;
    return $text;
}


# mount_of WHERE, TARGET [FIELD]: its flags in a process's mountinfo
sub mount_of {
    my ($pid, $target, $field) = @_;

    open my $in, '<', "/proc/$pid/mountinfo" or return '';
    return (map { (split)[$field // 5] } grep { (split)[4] eq $target } <$in>)[-1] // '';
}


# sizes ID: of the image, and of the file system in it, in MB
sub sizes {
    my ($id) = @_;
    my $image = "$node->{dir}/lxc/ct/$id/image";

    open my $in, '<:raw', $image or die "$image: $!\n";
    seek $in, 65536 + 0x70, 0;      # superblock: total_bytes
    read $in, my $bytes, 8;
    return join ' ', (-s $image) / $mb, unpack('Q<', $bytes) / $mb;
}


# full ID: not a byte more
sub fill {
    my ($id) = @_;

    inside($id, 'dd if=/dev/zero of=/root/fill-$$ bs=1M; sync');
    inside($id, 'i=0; while echo x > /root/small-$$-$i; do i=$((i+1)); done');
    return;
}


# --- mounts

$node->likes("create 31001 $t", qr/^ok/);
$node->likes('start 31001', qr/^ok/);

my $dir = "$node->{dir}/lxc/ct/31001";

for my $name (qw(root raw)) {
    like(mount_of('self', "$dir/$name"), qr/^(?=.*nosuid)(?=.*nodev)/,
         "on the host $name gives no rights");
}

unlike(mount_of(init_of(31001), '/'), qr/nosuid/, 'su works in the guest');
like(mount_of('self', "$dir/raw", -1), qr/\bdiscard=async\b/,
     'space of removed files goes back to the node');

# --- full

for my $round (1, 2) {
    fill(31001);
    like(inside(31001, 'dd if=/dev/zero of=/root/one bs=1M count=1'),
         qr/No space/, "round $round: the disk is full");
    $node->likes('restart 31001', qr/^ok/);
    unlike(mount_of(init_of(31001), '/'), qr/\bro\b/,
        'the guest can write its root');
    is(inside(31001, 'rm /root/fill-* && echo removed'), "removed\n",
       'the guest can remove what fills it');
    like({ $node->status(31001) }->{disk_total}, qr/^\Q@{[512 * $mb]}\E$/,
         'the disk has the size that was sold');
    is(inside(31001, 'dd if=/dev/zero of=/root/fill-2 bs=1M count=300 '
                     . '2> /dev/null && rm -rf /root/* && echo room'),
       "room\n", 'the disk has room again');
}

is(sizes(31001), '640 640', 'the container gets so much space');
$node->likes('restart 31001', qr/^ok/);
is(sizes(31001), '512 512', 'the space is taken back');

# a stopped one is written to as well
fill(31001);
$node->likes('stop 31001', qr/^ok/);
$node->likes('setname 31001 full.example.org', qr/^ok/);
$node->likes('passwd 31001', qr/^ok/, undef, 'new secret');
$node->likes('setdns 31001 10.74.0.253', qr/^ok/);
$node->likes('setdisk 31001 700M', qr/^ok/);
is(sizes(31001), '700 700', 'a full disk can be made larger');
$node->likes('start 31001', qr/^ok/);
is(inside(31001, 'dd if=/dev/zero of=/root/more bs=1M count=50 2> /dev/null '
                 . '&& echo room'), "room\n", 'the guest can write again');

# --- what a death has left

$node->likes("create 31002 $t", qr/^ok/);
my $record = 'lxc/ct/31002/ct.conf';
my $before = $node->slurp($record);

$node->likes('setdisk 31002 700M', qr/^ok/);
$node->spew($record, $before);      # it died before it wrote that
$node->likes('setdisk 31002 512M', qr/^ok/);
is(sizes(31002), '512 512', 'the disk goes back to the size of the record');

$before = $node->slurp($record);
truncate "$node->{dir}/lxc/ct/31002/image", 600 * $mb;
$node->likes('setdisk 31002 600M', qr/^ok/);
is(sizes(31002), '600 600',
    'the size of a file that grew alone is not believed');

# --- smaller at once after a rm

$node->likes("create 31003 $t", qr/^ok/);
$node->likes('start 31003', qr/^ok/);
inside(31003, 'dd if=/dev/zero of=/root/fill bs=1M count=400; sync;'
              . 'rm /root/fill');
$node->likes('setdisk 31003 300M', qr/^ok/);
is(sizes(31003), '300 300', 'removed files do not keep a disk from shrinking');
inside(31003, 'dd if=/dev/zero of=/root/fill bs=1M count=280; sync');
$node->likes('setdisk 31003 256M', qr/^err state .* does not fit/);
is(sizes(31003), '300 300', 'files that are there keep it from shrinking');

$node->likes("destroy $_", qr/^ok/) for 31001 .. 31003;

done_testing();
