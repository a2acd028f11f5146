#!/usr/bin/perl
#
# A Debian of some 11,000 files: saved, saved again, restored, the same in every
# file; how long that takes, and how much of a CPU.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Backups;
use Verbs;

my $id = 31001;
my $tag = '0123456789abcdef';
my ($archive) = glob "$Verbs::root/build/templates/debian-12-*.tar.zst";

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/ || !$archive) {
    plan skip_all => 'needs a node of lxc and the template of Debian';
}

my $t = File::Basename::basename($archive, '.tar.zst');
my $node = Backups::node('lxc', disk_default => '3G', disk_free => '16M');

# what a running Debian writes by itself, and what a restore writes
my $own = qr{^\./(?:proc|sys|dev|run|tmp|var/(?:log|tmp|cache|lib/systemd))(?:/|\z)
             |^\./etc(?:/host\w*|/resolv\.conf|/machine-id|/network|/\.\w+)?(?:/|\z)
             |^\./(?:root|var/lib/dbus|etc/systemd/network)(?:/|\z)}x;

system('cp', $archive, "$node->{dir}/cache/") == 0 or die "$archive\n";
Backups::repositories($node, main => { url => "$node->{base}/target/%t" });

sub tagged { return "tag=$tag $_[0]" }

sub root { return "$node->{dir}/lxc/ct/$id/root" }

sub as_guest {
    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), @_) == 0;
}

# measured TITLE, LINE: its answer, and what it took
sub measured {
    my ($title, $line) = @_;
    my ($begun, @before) = (time, times);
    my ($answer, $data) = $node->ask(tagged($line));
    my @after = times;
    my $wall = time - $begun;
    my $cpu = $after[2] + $after[3] - $before[2] - $before[3];

    diag sprintf '%s: %.1f s, %.1f s of CPU; %s', $title, $wall, $cpu,
        join ' ', map { s/^snapshot=\w+ //r } grep { /^snapshot=/ } @$data;
    like($answer, qr/^ok/, $title);
    return ({ Verbs::pairs($data->[0]) }, $wall, $cpu);
}


$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("setmemoryp $id 512M"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);

my $root = root();
ok(as_guest($^X, "$Verbs::root/t/lib/perl/odd-files", "$root/srv/odd"),
    'files of every kind');
ok(!as_guest('sh', '-c', "mknod $root/srv/device $_ 2> /dev/null"), "a guest makes no"
    . " device $_") for 'c 1 3', 'b 7 0';
ok(as_guest($^X, '-e', 'my ($dir) = @ARGV; open my $r, "<", "/dev/urandom"; my $b;
    mkdir "$dir/www"; for my $n (1 .. 3000) { read $r, $b, 4096;
    mkdir "$dir/www/" . $n % 50; open my $f, ">", "$dir/www/" . $n % 50 . "/$n"; print $f $b; }
    open my $f, ">", "$dir/big"; for (1 .. 100) { read $r, $b, 1 << 20; print $f $b; }',
    "$root/srv"), '100 MB that nothing makes smaller, and 3,000 files');

my $before = Backups::files($root, $own);
cmp_ok(scalar keys %$before, '>', 5000, 'many files');

$node->likes(tagged("snapshot $id one"), qr/^ok/);
my ($first, $wall, $cpu) = measured('first backup', "backup $id main one");
cmp_ok($cpu, '<=', 60, 'it takes a bearable time of CPU');

$node->likes(tagged("snapshot $id two"), qr/^ok/);
(my $second, $wall) = measured('nothing new', "backup $id main two");
cmp_ok($second->{added}, '<', 8 << 20, 'what is there is not saved again');

as_guest('rm', '-rf', "$root/srv/www", "$root/usr/share/doc");
measured('restore', "restore $id main $tag $first->{snapshot}");
$node->likes(tagged("start $id"), qr/^ok/, 'it boots');
is($node->state($id), 'running', 'and runs');
is_deeply([ Backups::differences($before, Backups::files(root(), $own)) ], [],
    'every file is what it was');
cmp_ok((stat root() . "/srv/odd/$_->[0]")[12], '<', $_->[1], "$_->[0]: its holes")
    for [ sparse => 2048 ], [ hole => 64 ];
ok(!Backups::left($node), 'nothing of it stays');

$node->likes("verify main $tag $first->{snapshot}", qr/^ok/, 'the repository is whole');
$node->likes(tagged("destroy $id"), qr/^ok/);
$node->end;

done_testing();
