#!/usr/bin/perl
#
# Files of snapshots: listed by their bytes, downloaded one by one and as a tar
# that has all of them, while the container runs, is stopped or in rescue; a
# download ends with its client, and with its container.

use strict;
use warnings;

use Digest::SHA ();
use File::Basename ();
use File::Temp ();
use Storable ();
use Test::More;
use Time::HiRes qw(time);

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Backups;
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'a node of vzctl has no snapshots';
}

my $id = 31001;
my $tag = '0123456789abcdef';
my $t = $Verbs::template;
my $node = Verbs->new('lxc', stop_timeout => 4, disk_free => '16M');
my $root = "$node->{dir}/lxc/ct/$id/root";


sub done { $node->likes("tag=$tag $_", qr/^ok\b/) for @_; return }

# the guest's own root does something to its files, from outside
sub as_guest {
    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), @_) == 0;
}

# all files below a folder of the guest's, with ids as it sees them
sub seen {
    my ($folder) = @_;

    open my $in, '-|', 'nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), $^X,
        "-I$here/../lib/perl", '-MBackups', '-MStorable', '-e',
        'binmode STDOUT; print Storable::nfreeze(Backups::files(shift))', $folder
        or die "nsenter: $!\n";
    binmode $in;
    local $/;
    return Storable::thaw(scalar <$in>);
}

sub coded { return $_[0] =~ s/([^A-Za-z0-9._-])/sprintf '%%%02X', ord $1/egr }

sub listed {
    my ($path, $name) = @_;
    my ($end, $lines) = $node->ask("tag=$tag snapfiles $id " . ($name // 'one'), [$path]);

    return ($end, $lines);
}

sub got {
    my ($path, $name) = @_;

    return Backups::stream($node, "tag=$tag snapfile $id " . ($name // 'one'), [$path]);
}

# tar BYTES: a folder with what is in it
sub untar {
    my ($bytes) = @_;
    my $dir = File::Temp::tempdir('vz-tar-XXXXXX', TMPDIR => 1, CLEANUP => 1);

    open my $tar, '|-', 'tar', qw(--xattrs --xattrs-include=* --acls
        --numeric-owner --same-owner -xpf - -C), $dir or die "tar: $!\n";
    binmode $tar;
    print $tar $bytes;
    ok(close($tar), 'tar reads it to its end');
    return $dir;
}

# begun LINE, BODY: a download of which some bytes came: handle and process
sub begun {
    my ($handle, $pid) = $node->connect_to;

    binmode $handle, ':pop';
    Verbs::say_to($handle, "tag=$tag $_[0]", $_[1]);
    is((Verbs::read_answer($handle))[0], 'ok stream', "$_[0] begins");
    my $frames = Verbs::seal_of($handle)->stream;
    my ($name) = $frames->open_frame($handle);
    is($name, 'data', 'and its bytes come');
    return ($handle, $pid, $frames);
}

# processes and mounts of views
sub left {
    my @left;

    for my $dir (glob '/proc/[0-9]*') {
        my $mounts = Backups::text("$dir/mountinfo");
        push @left, $dir if $mounts =~ m{^\S+ \S+ \S+ / / .*- overlay }m
            && Backups::text("$dir/cmdline") =~ m{virtual-server};
        push @left, $dir if $mounts =~ m{ \Q$node->{dir}\E/run\S*/view };
    }

    return @left;
}

END { my $status = $?; $node->ask("tag=$tag destroy $id"); $node->end; $? = $status }


done("create $id $t", "start $id");
ok(as_guest($^X, "$here/../lib/perl/odd-files", "$root/srv"), 'files of every kind');
as_guest('sh', '-c', "echo x > '$root/etc/added'; rm '$root/bin/vi'; sync");
my $before = seen("$root/srv");
my $sum = Backups::sum("$root/srv/big");

# nobody reads it to its end
as_guest('truncate', '-s', '1T', "$root/huge");
done("snapshot $id one");
as_guest('rm', '-rf', "$root/srv");
as_guest('mkdir', "$root/srv");


# --- lists ---

my ($end, $lines) = listed('/srv');
is($end, 'ok', 'a folder is listed');
my @all = map { { Verbs::pairs($_) } } @$lines;
my %entry = map { $_->{name} =~ s/%(..)/chr hex $1/egr => $_ } @all;
is_deeply([ sort keys %entry ],
    [ sort map { s{^\./}{}r } grep { m{^\./[^/]+\z} } keys %$before ],
    'by its names, any bytes');
is_deeply([ map { $_->{name} =~ s/%(..)/chr hex $1/egr } @all ], [ sort keys %entry ],
    'in their order');
is(join(' ', map { $entry{$_}{type} } qw(big folder absolute fifo socket)),
    'file dir link other other', 'each of its type');
is(join(' ', @{ $entry{sparse} }{qw(size mode)}), (64 << 20) . ' 0644', 'with its size');
is($entry{setuid}{mode}, '4755', 'its mode');
is($entry{old}{mtime}, '2001-09-09T01:46:40Z', 'and its time');

my @lost = grep {
    my ($said, $told) = listed('/srv/' . coded($_));
    $said ne 'ok' || ($entry{$_}{type} ne 'dir'
        && "@$told" !~ / name=\Q$entry{$_}{name}\E$/);
} keys %entry;
is(scalar @lost, 0, 'and found by its name') or diag explain \@lost;

($end, $lines) = listed('/');
my %top = map { { Verbs::pairs($_) }->{name} => 1 } @$lines;
ok($top{etc} && $top{srv} && $top{bin}, 'the root is a folder, too');
is((listed('/etc/added'))[0], 'ok', 'with what was written');
like((listed('/bin/vi'))[0], qr/^err noent the snapshot has no such file/,
    'without what was removed');
like((listed('/bin/busybox'))[0], qr/^ok$/, 'and what the template has');
like((listed('/', 'nosuch'))[0], qr/^err state it has no snapshot nosuch/,
    'of a snapshot that is there');
like(($node->ask("tag=fedcba9876543210 snapfiles $id one", ['/']))[0], qr/^err noent /,
    'and a container that is meant');


# --- downloads ---

my $bytes;
($end, $bytes) = got('/srv/big');
is($end, 'ok end', 'a file is downloaded');
is(Digest::SHA::sha256_hex($bytes), $sum, 'whole');
is(join(' ', got('/srv/empty')), 'ok end ', 'one without bytes, too');
is((got('/srv/' . coded("line\nfeed")))[1], "text\n", 'and one with an odd name');
like((got("/srv/$_"))[0], qr/^err noent /, "but no $_")
    for qw(nosuch absolute fifo socket big/x);

my $from = time;
($end, $bytes) = got('/srv');
is($end, 'ok end', 'a folder is a tar');
note sprintf 'tar of %d bytes: %.2f s', length $bytes, time - $from;
cmp_ok(length $bytes, '<', 8 << 20, 'which has no holes');

my $dir = untar($bytes);
my $now = Backups::files("$dir/srv");
delete @$before{ grep { m{/(?:fifo|socket)[^/]*$} } keys %$before };

# times are told in seconds; capabilities name a root where the guest's are read
sub plain {
    my ($all) = @_;

    return { map { $_ => $all->{$_} =~ s/(\d)\.\d{6,}/$1/r }
        grep { $_ ne './capable' } keys %$all };
}

is_deeply([ Backups::differences(plain($before), plain($now)) ], [],
    'with all files as they are');
like(`getcap '$dir/srv/capable'`, qr/cap_net_raw[+=]ep/, 'capabilities');
is((stat "$dir/srv/sparse")[7], 64 << 20, 'a file with holes has its size');
cmp_ok((stat "$dir/srv/sparse")[12], '<', 2048, 'and its holes');

($end, $bytes) = got('/');
is($end, 'ok end', 'the root is one, too');
cmp_ok(length $bytes, '<', 64 << 20, 'with holes of any size');
$dir = untar($bytes);
is((stat "$dir/huge")[7], 1 << 40, 'which a tar has whole');
ok(-e "$dir/etc/added" && !-e "$dir/bin/vi" && -x "$dir/bin/busybox",
    'with what is in the snapshot');
undef $bytes;


# --- meanwhile ---

done("stop $id");
is((listed('/srv/big'))[0], 'ok', 'it is read while the container is stopped');
done("start $id");
done("rescue $id", "start $id");
is((listed('/srv/big'))[0], 'ok', 'and in rescue');
done("unrescue $id", "start $id");

my ($handle, $pid, $frames) = begun("snapfile $id one", ['/huge']);
done("stop $id", "start $id", "snapshot $id two", "rollback $id two", "start $id");
is((listed('/srv/big'))[0], 'ok', 'the container is used as ever while somebody downloads');
ok(scalar(left()), 'which is seen');
close $handle;
waitpid $pid, 0;
ok(Verbs::wait_for(10, sub { !left() }), 'who leaves, leaves nothing')
    or diag join ' ', left();

($handle, $pid) = begun("snapfile $id one", ['/huge']);
kill 'KILL', $pid;
waitpid $pid, 0;
ok(Verbs::wait_for(10, sub { !left() }), 'nor does who is killed');
close $handle;

my @more = map { [ begun("snapfile $id one", ['/huge']) ] } 1 .. 4;
like((listed('/srv'))[0], qr/^err busy the node works on 4 /, 'four are read at a time');
for my $one (@more) {
    close $one->[0];
    waitpid $one->[1], 0;
}
ok(Verbs::wait_for(10, sub { (listed('/srv'))[0] eq 'ok' }), 'then others are');

($handle, $pid) = begun("snapfile $id one", ['/huge']);
done("dropsnapshot $id one");
like((listed('/srv'))[0], qr/^err state it has no snapshot one/, 'one that was removed');
close $handle;
waitpid $pid, 0;
ok(Verbs::wait_for(10, sub { !left() }), 'is not kept');


# --- a folder with very many ---

as_guest($^X, '-e', 'chdir shift; for (1 .. 100_000) { open my $f, ">", "f$_" or die $! }',
    "$root/srv") or die "many files\n";
done("snapshot $id many");
$from = time;
($end, $lines) = listed('/srv', 'many');
note sprintf 'a folder of 100,000 files: %.2f s', time - $from;
is($end, 'ok', 'a folder with 100,000 files');
is(scalar @$lines, 1001, 'the first of which are told');
is($lines->[-1], 'more=1', 'and that there are more');
is({ Verbs::pairs($lines->[0]) }->{name}, 'f1', 'by their names');
is({ Verbs::pairs($lines->[999]) }->{name}, (sort map { "f$_" } 1 .. 100_000)[999],
    'to the last');


# --- the end of the container ---

done("snapshot $id last");
($handle, $pid) = begun("snapfile $id last", ['/huge']);
done("destroy $id");
ok(Verbs::wait_for(20, sub { !left() }), 'it ends a download, so that its disk is free')
    or diag join ' ', left();
close $handle;
waitpid $pid, 0;
ok(Verbs::wait_for(20, sub {
    `losetup -nl -O BACK-FILE | grep -F $node->{dir}` eq ''
}), 'really');

done_testing();
