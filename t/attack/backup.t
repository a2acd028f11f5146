#!/usr/bin/perl
#
# What a guest puts into its backups and snapshots, and what a client asks of
# them, reaches nothing of the node's or of another's.

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use Test::More;

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Backups;
use Verbs;

my $id = 31001;
my $tag = '0123456789abcdef';
my $t = $Verbs::template;
my $node = Backups::node('lxc', disk_free => '16M', interface_prefix => 'vj',
    nft_table => 'vzbackup');
my $host = File::Temp::tempdir('vz-host-XXXXXX', TMPDIR => 1, CLEANUP => 1);

Backups::repositories($node, main => { url => "$node->{base}/target/%t" });
mkdir "$host/folder";
Backups::write_secret("$host/secret", "only the node's\n");
Backups::write_secret("$host/folder/secret", "only the node's\n");
my $before = Backups::files($host);

sub tagged { return "tag=$tag $_[0]" }

sub root { return "$node->{dir}/lxc/ct/$id/root" }

sub as_guest {
    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), @_) == 0;
}

$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);

# folders that are links to the node's, links where the template has folders,
# folders where it has files, and names that mean something to programs
my $root = root();
ok(as_guest('sh', '-ec', qq{
    mkdir -p "\$1/srv/a" "\$1/srv/deep"
    ln -s $host "\$1/srv/host"
    ln -s $host/folder "\$1/srv/folder"
    ln -s / "\$1/srv/a/root"
    ln -s ../../../../../../../../../..$host "\$1/srv/up"
    echo one > "\$1/srv/one"; ln "\$1/srv/one" "\$1/srv/a/two"
    rm -rf "\$1/home" "\$1/mnt"; ln -s $host "\$1/home"; ln -s $host/folder "\$1/mnt"
    rm -f "\$1/etc/shells"; mkdir "\$1/etc/shells"; echo x > "\$1/etc/shells/x"
    for n in '--delete' '-e' '.vzpanel-link' '=snapshot' 'name=x type=dir' '%2e%2e'; do
        echo x > "\$1/srv/\$n"
    done
    mkdir -p "\$1/srv/\$(printf 'x\\n= snapshot=0123\\nok')"
    mkfifo "\$1/srv/pipe"
    ln -s pipe "\$1/srv/topipe"; ln -s one "\$1/srv/toone"
}, 'sh', $root), 'a guest tries');

$node->likes(tagged("snapshot $id s1"), qr/^ok/);
my ($answer, $data) = $node->ask(tagged("backup $id main s1"), ['{"note":"of the panel"}']);
is($answer, 'ok', 'it is saved');
my ($snapshot) = ($data->[0] // '') =~ /^snapshot=(\w+)/;

# a file of holes alone, which a backup would read for hours
ok(as_guest('truncate', '-s', '4T', "$root/srv/holes"), 'a guest adds a file');
$node->likes(tagged("snapshot $id s2"), qr/^ok/);


# --- paths: of the backup, and of a snapshot ---

my %read = (
    backup => [ "files main $tag $snapshot", "file main $tag $snapshot" ],
    snapshot => [ tagged("snapfiles $id s2"), tagged("snapfile $id s2") ],
);

for my $of (sort keys %read) {
    my ($files, $file) = @{ $read{$of} };
    my $listed = sub { my ($end, $lines) = $node->ask($files, [$_[0]]);
                       return ($end, join "\n", @$lines) };
    my $got = sub { return Backups::stream($node, $file, [$_[0]]) };

    for my $path ('/../record', '/..', '/srv/../../record/panel', '/%2e%2e/record/panel',
        '/srv/%2E%2E/%2e%2e/record', '/..%2frecord', '/srv/./../..', 'record/panel',
        '//record', '/srv//x', "$host/../..", '/%00', '/srv/%')
    {
        like(($listed->($path))[0], qr/^err range path: /, "$of: $path is refused");
        like(($got->($path))[0], qr/^err range path: /, 'and not downloaded');
    }

    for my $path ($host, "$host/secret", '/srv/host/secret', '/srv/up/secret',
        '/srv/a/root/etc/passwd', '/home/secret', '/record/panel', '/proc/self/environ',
        '/srv/one/x', '/srv/toone/x')
    {
        like(($listed->($path))[0], qr/^err noent /, "$of: $path is nothing of it");
        my ($end, $bytes) = $got->($path);
        like($end, qr/^err noent /, 'nor is it downloaded');
        is($bytes, '', 'not a byte');
    }

    for my $path ('/srv/host', '/srv/a/root', '/srv/toone', '/srv/topipe', '/srv/pipe') {
        like(($got->($path))[0], qr/^err /, "$of: $path is no file, and nobody follows it");
    }

    my ($tar) = ($got->('/srv'))[1];
    unlike($tar, qr/only the node's/, "$of: a tar has the links, and not what they name");
    like($tar, qr/\Q$host\E/, 'really');
    cmp_ok(length $tar, '<', 1 << 20, 'nor holes') if $of eq 'snapshot';

    my ($end, $lines) = $listed->('/srv');
    is($end, 'ok', "$of: a folder with odd names");
    ok(!(grep { !/^type=\w+ size=\d+ mtime=\S+ mode=\d{4} name=[A-Za-z0-9._%-]+$/ }
        split /\n/, $lines), 'is told line by line');
    is(scalar(() = $lines =~ /name=x%0A%3D%20snapshot%3D0123%0Aok$/mg), 1,
        'with a name that would be an answer');
    is(($got->('/srv/--delete'))[1], "x\n", 'a name that would be an option is a file');
}

# --- another's ---

my $other = 'fedcba9876543210';
$node->likes("files main $other $snapshot", qr/^err noent /, 'a backup is of its tag',
    ['/']);
$node->likes("forget main $other $snapshot", qr/^ok already$/, 'so is its end');
is(scalar(@{ ($node->ask("backups main $tag"))[1] }), 1, 'it is there');
$node->likes("files main $tag ffffffff", qr/^err noent /, 'and of its id', ['/']);
$node->likes("files ../main $tag $snapshot", qr/^err range /, 'a repository is a name',
    ['/']);

# --- restored, over a system that has folders where the backup has links ---

$node->likes(tagged("restore $id main $tag $snapshot"), qr/^ok/, 'it is restored');
$node->likes(tagged("start $id"), qr/^ok/, 'and starts');
is_deeply(Backups::files($host), $before, 'nothing of the node was touched');
is(readlink("$root/home") // '', $host, 'a link is a link');
ok(-d "$root/etc/shells", 'a folder is a folder');
is((stat "$root/srv/one")[1], (stat "$root/srv/a/two")[1], 'a file has its two names');
ok(!Backups::left($node), 'nothing of it stays');

# --- a repository that somebody else has written to ---

{
    local @ENV{qw(RESTIC_PASSWORD RESTIC_REPOSITORY RESTIC_CACHE_DIR)} =
        (Digest::SHA::hmac_sha256_hex($tag, 'key of the node, made for this test'),
        "$node->{base}/target/$tag", "$node->{base}/evil.cache");

    is(system('sh', '-ec', 'restic -q restore $1 --target $2; cd $2;'
        . ' mknod root/srv/null c 1 3; mknod root/srv/disk b 7 0;'
        . ' chmod 666 root/srv/null root/srv/disk;'
        . ' restic -q backup --host $3 --tag evil root record', 'sh', $snapshot,
        "$node->{base}/evil", $tag), 0, 'a backup with devices');
}

my ($evil) = map { /^snapshot=(\w+) .*name=evil / }
    @{ ($node->ask("backups main $tag"))[1] };

$node->likes(tagged("restore $id main $tag $evil"), qr/^ok/, 'is restored');
$node->likes(tagged("start $id"), qr/^ok/, 'and starts');
is(`find $root -xdev -path $root/dev -prune -o '(' -type b -o -type c ')' -print`, '',
    'without them');
is(Backups::text("$root/srv/one"), "one\n", 'but with its files');

my $environment = join '', map { Backups::text($_) } glob '/proc/[0-9]*/cmdline';
unlike($environment, qr/\Q$node->{base}\E\S*\/target\/$tag/, 'no repository is told by ps');
unlike($node->slurp('log'), qr/of the panel|RESTIC|key of the node/, 'no secret is in the log');

$node->likes(tagged("destroy $id"), qr/^ok/);
$node->end;

done_testing();
