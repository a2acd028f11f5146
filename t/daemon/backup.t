#!/usr/bin/perl
#
# Containers are saved and come back: every kind of file, into the same
# container and into another; targets that fail say so in words; whoever is
# killed leaves nothing.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Backups;
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'a node of vzctl has no backups';
}

my $id = 31001;
my ($tag, $other) = ('0123456789abcdef', 'fedcba9876543210');
my $t = $Verbs::template;
my $node = Backups::node('lxc', disk_free => '16M');
my ($url, $rclone) = Backups::serve("$node->{base}/target", '--append-only');
my $local = "$node->{base}/local";
my %list = (
    main => { url => "$local/%t" },
    offsite => { url => $url },
    slow => { url => $url =~ s{%t}{slow-%t}r, upload => 40 },
    gone => { url => 'rest:http://127.0.0.1:1/%t/' },
    alien => { url => "$local/%t", key => "$node->{base}/alien" },
    unmounted => { url => "$node->{base}/disk/%t",
                   mounted => "$node->{base}/target" },
);

# what the container does by itself while it runs, and what a restore writes
my $own = qr{^\./(?:proc|sys|dev|run|tmp|var/(?:run|log|tmp))(?:/|\z)
             |^\./etc(?:/host\w*)?\z}x;

mkdir $local or die "$local: $!\n";
Backups::write_secret("$node->{base}/alien", 'the key of somebody else, long');
Backups::repositories($node, %list);


sub root { return "$node->{dir}/lxc/ct/" . ($_[0] // $id) . '/root' }

sub tagged { return "tag=$tag $_[0]" }

# the guest's own root does something to its files, from outside
sub as_guest {
    my ($of, @command) = @_;

    return system('nsenter', '-t', $node->init($of), qw(-U -S 0 -G 0),
        @command) == 0;
}

sub saved {
    my ($repository, $name, @body) = @_;
    my ($answer, $data) = $node->ask(tagged("snapshot $id $name"));

    like($answer, qr/^ok/, "snapshot $name") or return;
    ($answer, $data) = $node->ask(tagged("backup $id $repository $name"),
                                  @body);
    like($answer, qr/^ok/, "it is saved in $repository") or return;
    return { Verbs::pairs($data->[0]) };
}

sub failed {
    my ($line, $like, $title, $body) = @_;
    my ($answer) = $node->ask($line, $body);

    return like($answer, $like, $title);
}


# --- what is saved, and comes back ---

my ($answer, $data) = $node->ask('node');
like($data->[2], qr/ features=\S*\bbackup\b\S* repositories=alien,gone,main,offsite,slow,unmounted$/,
    'a node tells its repositories');

$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);

my $root = root();
my $maker = "$Verbs::root/t/lib/perl/odd-files";
ok(as_guest($id, $^X, $maker, "$root/srv"), 'files of every kind');
ok(!as_guest($id, 'sh', '-c', "mknod $root/srv/device $_ 2> /dev/null"), "a guest makes no"
    . " device $_") for 'c 1 3', 'b 7 0';

# a file of the template's whose size and time stay what they were
my @shells = stat "$root/etc/shells";
ok(as_guest($id, $^X, '-e', 'open my $f, "+<", $ARGV[0]; print $f "X"; close $f;'
    . 'utime $ARGV[1], $ARGV[1], $ARGV[0]', "$root/etc/shells", $shells[9]),
    'and one that looks like the template\'s');

my $before = Backups::files($root, $own);
my $big = Backups::sum("$root/srv/big");
my $first = saved('main', 's1', [ '{"name":"web"}', 'second line' ]);
like($first->{snapshot} // '', qr/^[0-9a-f]{64}$/, 'with an id');
cmp_ok($first->{files}, '>', 20, 'of its files');
ok(!Backups::left($node), 'nothing of it stays') or diag join "\n", Backups::left($node);

my $begun = time;
my $second = saved('main', 's2');
note sprintf 'nothing new: %.2f s, %d bytes', time - $begun, $second->{added};
cmp_ok($second->{added}, '<', 400_000, 'what was saved is not saved again');

$node->likes(tagged("backup $id main s2"), qr/^ok already$/, 'once each');
failed(tagged("backup $id main nosuch"), qr/^err state it has no snapshot/,
    'of no snapshot');

(undef, $data) = $node->ask("backups main $tag");
my @list = map { { Verbs::pairs($_) } } @$data;
is(join(' ', map { $_->{name} } @list), 's2 s1', 'both are listed');
like($list[0]{date}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'with their dates');

(undef, $data) = $node->ask("files main $tag $first->{snapshot}", ['/srv']);
my %entries = map { my %e = Verbs::pairs($_);
    (($e{name} // 'more') =~ s/%(..)/chr hex $1/egr, \%e) } @$data;
my @there = grep { !/^socket/ } map { s{^\./srv/}{}r } grep { m{^\./srv/[^/]+\z} } sort keys %$before;
is_deeply([ sort keys %entries ], [ sort @there ], 'a folder has its names, any bytes');
is($entries{'sparse'}{size}, 64 << 20, 'their sizes');
is($entries{'setuid'}{mode}, '4755', 'their modes');

# and each of them is found by its name
my @lost = grep {
    my $path = '/srv/' . s/([^A-Za-z0-9._-])/sprintf '%%%02X', ord $1/egr;
    my ($end, $lines) = $node->ask("files main $tag $first->{snapshot}", [$path]);
    $end ne 'ok' || ($entries{$_}{type} ne 'dir' && @$lines != 1);
} grep { /[^ -~]|\n/ } keys %entries;
is(scalar @lost, 0, 'and is found by it') or diag explain \@lost;

my ($end, $bytes) = Backups::stream($node, "file main $tag $first->{snapshot}",
    ['/srv/big']);
is($end, 'ok end', 'a file is downloaded');
is(Digest::SHA::sha256_hex($bytes), Backups::sum("$root/srv/big"), 'whole');
is((Backups::stream($node, "file main $tag $first->{snapshot}", ['/srv/empty']))[0],
    'ok end', 'one without bytes, too');
($end, $bytes) = Backups::stream($node, "file main $tag $first->{snapshot}",
    ['/srv/folder']);
is($end, 'ok end', 'a folder is a tar');
is(substr($bytes, 257, 5), 'ustar', 'which it is');
like((Backups::stream($node, "file main $tag $first->{snapshot}", ['/nosuch']))[0],
    qr/^err noent /, 'one that is not there');

as_guest($id, 'rm', '-rf', "$root/srv", "$root/etc/shells");
as_guest($id, 'mkdir', '-p', "$root/srv/new", "$root/usr/new");

$begun = time;
my (undef, undef, $progress) =
    ($answer, $data) = $node->ask(tagged("restore $id main $tag $first->{snapshot}"));
is($answer, 'ok', 'it is restored');
note sprintf 'restore: %.2f s', time - $begun;
is($node->state($id), 'stopped', 'it is stopped');
like($node->slurp("lxc/ct/$id/ct.conf"), qr/^onboot=1$/m, 'and wanted to run');
ok(!Backups::left($node), 'nothing of it stays') or diag join "\n", Backups::left($node);
$node->likes(tagged("start $id"), qr/^ok/);
is_deeply([ Backups::differences($before, Backups::files(root(), $own)) ], [],
    'every file is what it was');
is(-s "$root/srv/sparse", 64 << 20, 'a sparse file has its size');
cmp_ok((stat "$root/srv/$_->[0]")[12], '<', $_->[1], "$_->[0]: its holes")
    for [ sparse => 2048 ], [ hole => 64 ];

$node->likes(tagged("revert $id"), qr/^ok/, 'there is a way back');
$node->likes(tagged("start $id"), qr/^ok/);
ok(-d root() . '/srv/new' && !-e root() . '/srv/big', 'to what was before');

# another container, of another tag
$node->likes("tag=$other create 31002 $t", qr/^ok/);
my $hostname = do { my %s = $node->status(31002); $s{hostname} };
$node->likes("tag=$other restore 31002 main $tag $first->{snapshot}", qr/^ok/,
    'it is restored as another container');
$node->likes("tag=$other start 31002", qr/^ok/);
is(Backups::sum(root(31002) . '/srv/big'), $big,
    'with its files');
is(Backups::text(root(31002) . '/etc/hostname'), "$hostname\n",
    'and a name of its own');
$node->likes("tag=$other destroy 31002", qr/^ok/);


# --- targets ---

my $far = saved('offsite', 's3');
failed("forget offsite $tag $far->{snapshot}",
    qr/^err unsupported repository offsite lets nobody here remove anything$/,
    'an append-only target keeps it, and says so');
(undef, $data) = $node->ask("backups offsite $tag");
is(scalar @$data, 1, 'it is there');
$node->likes("verify offsite $tag $far->{snapshot}", qr/^ok$/, 'it is checked');
is(scalar(@{ ($node->ask("backups main $other"))[1] }), 0, 'none is no failure');
failed("files main $other 01234567", qr/^err noent repository main has no backups/,
    'nor is it a repository', ['/']);

$begun = time;
failed(tagged("backup $id gone s3"), qr/^err failed repository gone does not answer: /,
    'a target that is gone');
cmp_ok(time - $begun, '<', 60, 'is told of soon');
failed(tagged("backup $id alien s3"), qr/^err failed repository alien was made with another key/,
    'a target of another key');
failed(tagged("backup $id unmounted s3"), qr/^err failed .*: nothing is mounted there$/,
    'a disk that is not mounted is not written below');
ok(!-e "$node->{base}/disk", 'really');
failed(tagged("backup $id nosuch s3"), qr/^err unsupported this node has no repository nosuch$/,
    'a repository that is not there');

for my $what ([ repositories => qr/^err failed the node's repositories can't be used: / ],
    [ key => qr/^err failed the node's repositories can't be used: key .*chmod 600/ ])
{
    chmod 0644, "$node->{base}/$what->[0]";
    failed(tagged("backup $id main s3"), $what->[1], "$what->[0] that others may read");
    my ($status, $text) = $node->program('--check');
    like($text, qr/\Q$node->{base}\E.*chmod 600/, 'which --check tells, too');
    chmod 0600, "$node->{base}/$what->[0]";
}

# full, and damaged
my $small = "$node->{base}/small";
mkdir $small;
system('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', $small) == 0 or die "tmpfs\n";
Backups::repositories($node, %list, small => { url => "$small/%t" });
failed(tagged("backup $id small s3"), qr/^err nospace repository small is full$/,
    'a target that is full');
is(scalar(@{ ($node->ask("backups small $tag"))[1] }), 0, 'which has no half backup');
system 'umount', $small;

system('cp', '-r', "$local/$tag", "$local/$other") == 0 or die "copy\n";
Backups::repositories($node, %list, damaged => { url => "$local/$other/../copy-%t" });
rename "$local/$other", "$local/copy-$tag";
for my $pack (glob "$local/copy-$tag/data/*/*") {
    chmod 0600, $pack;
    open my $file, '+<', $pack or die "$pack: $!\n";
    for (my $at = (-s $pack) % 50_000 / 2; $at < -s $pack; $at += 50_000) {
        seek $file, $at, 0;
        print $file 'damage' x 20;
    }
    close $file;
}
mkdir "$local/$other";
failed("verify damaged $tag", qr/^err failed repository damaged is damaged: /,
    'a target that is damaged');
like((Backups::stream($node, "file damaged $tag $first->{snapshot}", ['/srv/big']))[0],
    qr/^(?:err failed repository damaged is damaged|ok abort)/,
    'whose files do not look whole');
failed(tagged("restore $id damaged $tag $first->{snapshot}"), qr/^err failed /,
    'nor is it restored');
is($node->state($id), 'running', 'and the container runs on');
Backups::repositories($node, %list);

$node->likes("forget main $tag $second->{snapshot}", qr/^ok$/, 'one is removed');
$node->likes("forget main $tag $second->{snapshot}", qr/^ok already$/, 'once');
(undef, $data) = $node->ask("backups main $tag");
is(join(' ', map { { Verbs::pairs($_) }->{name} } @$data), 's1', 'the other stays');
$node->likes("verify main $tag", qr/^ok$/, 'and is whole');


# --- who is killed, and what ends it ---

sub in_the_middle {
    my ($name) = @_;

    $node->ask(tagged("snapshot $id $name"));
    my ($handle, $pid) = Backups::begun($node, tagged("backup $id slow $name"));
    ok(Verbs::wait_for(40, sub {
        my @running = Backups::left($node);
        return 0 if !@running;
        my @packs = glob "$node->{base}/cache/$tag/restic-temp-*";
        return scalar(grep { m{/restic$} } @running) && -d "$node->{base}/target/slow-$tag/keys"
            && glob "$node->{base}/target/slow-$tag/locks/*";
    }), "$name: it is on its way");
    return ($handle, $pid);
}

my ($handle, $pid) = in_the_middle('s4');
failed(tagged("backup $id slow s3"), qr/^err busy its backups are held by: backup, pid $pid/,
    'one at a time');
$node->likes(tagged("restart $id"), qr/^ok/, 'the container restarts meanwhile');
kill 'KILL', $pid;
waitpid $pid, 0;
close $handle;
ok(Verbs::wait_for(20, sub { !Backups::left($node) }), 'killed, it leaves nothing')
    or diag join "\n", Backups::left($node);
ok(scalar(glob "$node->{base}/target/slow-$tag/locks/*"), 'but its lock in the repository');
Backups::repositories($node, %list, slow => { url => "$node->{base}/target/slow-$tag/../slow-%t" });
$node->likes("verify slow $tag", qr/^ok$/, 'which is taken away');
ok(!glob("$node->{base}/target/slow-$tag/locks/*"), 'as it is ours');
Backups::repositories($node, %list);

($handle, $pid) = in_the_middle('s5');
$begun = time;
$node->likes(tagged("destroy $id"), qr/^ok/, 'destroying does not wait for it');
cmp_ok(time - $begun, '<', 20, 'really');
($answer) = Verbs::read_answer($handle);
like($answer, qr/^err state the backup was ended: /, 'and it says why it ended');
close $handle;
waitpid $pid, 0;
ok(Verbs::wait_for(20, sub { !Backups::left($node) }), 'it leaves nothing');
ok(!-e "$node->{base}/cache/$tag", 'nor does the container');
is(scalar(@{ ($node->ask("backups main $tag"))[1] }), 1, 'but its backups');

kill 'TERM', $rclone;
waitpid $rclone, 0;
$node->end;

done_testing();
