#!/usr/bin/perl
#
# A node whose disk is full, without bytes or without inodes, on each file
# system that this host has: what gives room back works, and is remembered.

use strict;
use warnings;

use Errno qw(ENOSPC);
use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'on a node of vzctl they are vzctl\'s own';
}

my $t = $Verbs::template;
my ($tag1, $tag2, $tag3) = map { $_ x 16 } qw(a b c);
my ($node, $image);

# what fills first, the program that makes it, what it is made with
my @disks = (
    [ 'ext4 without inodes', '/usr/sbin/mkfs.ext4', 'inodes', qw(-q -N 4000) ],
    [ 'ext4 without bytes', '/usr/sbin/mkfs.ext4', 'bytes', qw(-q -m 0) ],
    [ 'xfs', '/usr/sbin/mkfs.xfs', 'bytes', qw(-q) ],
    [ 'btrfs', '/usr/sbin/mkfs.btrfs', 'bytes', qw(-q) ],
);


# mounted MAKE, OPTION...: an empty node on a disk of its own
sub mounted {
    my ($make, @options) = @_;

    $node = Verbs->new('lxc', disk_free => '16M', stop_timeout => 2);
    $image = "$node->{dir}/disk.img";

    open my $file, '>', $image or die "$image: $!\n";
    truncate $file, 300 << 20 or die "$image: $!\n";
    close $file;

    mkdir "$node->{dir}/lxc";

    return system($make, @options, $image) == 0
        && system('mount', '-o', 'loop', $image, "$node->{dir}/lxc") == 0
        && chmod 0711, "$node->{dir}/lxc";
}


sub unmounted {
    return if !$node;

    $node->program('--down');
    system 'umount', '-l', "$node->{dir}/lxc";
    $node->end;
    undef $node;
    return;
}

END { my $status = $?; unmounted(); $? = $status }


# fill WHAT, NAME: until there is none left
sub fill {
    my ($what, $name) = @_;
    my $folder = "$node->{dir}/lxc/$name";
    my ($n, $full) = (0, 0);

    mkdir $folder;

    # the largest first, then what still fits between
    for my $size ($what eq 'inodes' ? 0 : (1 << 20, 4096, 100)) {
        for ( ;; ) {
            open my $file, '>', $folder . '/' . $n++ or do {
                $full = $! == ENOSPC;
                last;
            };
            next if !$size;
            $full = syswrite($file, 'x' x $size) // 0;
            $full = $full < $size;
            last if !close($file) || $full;
        }
        system 'sync', '-f', "$node->{dir}/lxc";
    }

    return $full;
}


# memory ID: as the kernel limits it, and as the record does
sub memory {
    my ($id) = @_;
    my ($group) = $node->slurp("lxc/ct/$id/run") =~ /^memory=(.*)$/m;
    my ($file) = grep { -e } map { "$group/$_" }
                 qw(memory.limit_in_bytes memory.max);

    open my $in, '<', $file or die "$file: $!\n";
    return (<$in> + 0, { $node->status($id) }->{memory_limit});
}


sub like_ask {
    my ($line, $like, $name) = @_;

    my ($answer) = $node->ask($line);
    return like($answer, $like, "$name: $line");
}


for (@disks) {
    my ($name, $make, $what, @options) = @$_;

    SKIP: {
        skip "$make is not here", 1 if !-x $make;
        skip "$name can't be mounted", 1 if !mounted($make, @options);

        like_ask("fence=1 tag=$tag1 create 31001 $t", qr/^ok/, $name);
        like_ask("tag=$tag2 create 31002 $t", qr/^ok/, $name);
        like_ask("tag=$tag3 create 31003 $t", qr/^ok/, $name);
        like_ask("fence=1 tag=$tag1 start 31001", qr/^ok/, $name);
        like_ask("tag=$tag2 start 31002", qr/^ok/, $name);
        like_ask("tag=$tag3 start 31003", qr/^ok/, $name);

        like_ask("tag=$tag3 setmemoryp 31003 128M", qr/^ok/, $name);

        ok(fill($what, 'fill'), "$name: filled");
        like_ask("tag=$tag1 create 31004 $t", qr/^err nospace /, $name);
        is(($node->ask('list'))[0], 'ok', "$name: list");

        like_ask("tag=$tag3 setmemoryp 31003 96M", qr/^err nospace /, $name);
        my ($live, $kept) = memory(31003);
        is($live, $kept, "$name: what is in force is what is kept");

        like_ask("fence=2 id=7.1 tag=$tag1 stop 31001", qr/^ok/, $name);
        $node->program('--boot');
        like($node->slurp('log'), qr/boot: 2 wanted to run/,
             "$name: and the node will not start it");
        like_ask("fence=1 tag=$tag1 start 31001", qr/^err stale 2 /, $name);

        fill($what, 'more');
        like_ask("fence=5 tag=$tag2 destroy 31002", qr/^ok/, $name);
        ok(!-e "$node->{dir}/lxc/ct/31002", "$name: it is gone");
        like_ask("tag=$tag2 create 31002 $t",
                 qr/^err noent that container was destroyed/, $name);

        fill($what, 'and-more');
        is(($node->program('--down'))[0], 0, "$name: --down");
        like(join("\n", @{ ($node->ask('list'))[1] }),
             qr/^id=31003 state=stopped/m, "$name: all have stopped");

        like_ask("tag=$tag1 destroy 31001", qr/^ok/, $name);
        like_ask("tag=$tag3 destroy 31003", qr/^ok/, $name);
        is(join("\n", @{ ($node->ask('list'))[1] }), '', "$name: all is gone");
    }

    unmounted();
}

done_testing();
