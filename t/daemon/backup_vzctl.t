#!/usr/bin/perl
#
# Containers of OpenVZ are saved and come back by the same verbs: their private
# area is read as it is; a restore is made beside it and takes its place; what
# one driver has saved the other restores; whoever is killed loses no container.
# The stand-in for vzctl is tested in t/stub/vzctl.
#
# BACKUP_ROUNDS=15: how often a restore is killed.

use strict;
use warnings;

use File::Basename ();
use JSON::PP ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Backups;
use Verbs;

my @drivers = split ' ', $ENV{VERBS_DRIVERS} // 'vzctl lxc';

plan skip_all => 'of nodes of vzctl' if !grep { $_ eq 'vzctl' } @drivers;

my $rounds = $ENV{BACKUP_ROUNDS} // 3;
my $id = 31001;
my ($tag, $other) = ('0123456789abcdef', 'fedcba9876543210');
my $t = $Verbs::template;
my $node = Backups::node('vzctl', disk_free => '16M', stop_timeout => 5);
my $target = "$node->{base}/target";
my $maker = "$Verbs::root/t/lib/perl/odd-files";
my %list = (main => { url => "$target/%t" }, slow => { url => "$target/slow-%t",
    upload => 40 });

# what the container does by itself while it runs, and what a restore writes
my $own = qr{^\./(?:proc|sys|dev|run|tmp|var/(?:run|log|tmp))(?:/|\z)
             |^\./etc(?:/host\w*)?\z}x;

Backups::repositories($node, %list);


sub area { return "$node->{dir}/node/vz/private/" . ($_[0] // $id) }
sub beside { return "$node->{dir}/node/vz/private/.$id.$_[0]" }
sub tagged { return "tag=$tag $_[0]" }

# pairs of the first line of an answer that is well
sub told {
    my ($line, $body) = @_;
    my ($answer, $data) = $node->ask($line, $body);

    like($answer, qr/^ok/, $line) or return;
    return { Verbs::pairs($data->[0]) };
}

sub failed {
    my ($line, $like, $title, $body) = @_;
    my ($answer) = $node->ask($line, $body);

    return like($answer, $like, $title);
}

sub clean {
    my ($title) = @_;

    return ok(Verbs::wait_for(20, sub { !Backups::left($node) }),
        "$title: nothing of it stays") || diag join "\n", Backups::left($node);
}


# --- what is saved, and comes back ---

my %told = map { Verbs::pairs($_) } @{ ($node->ask('node'))[1] };
like($told{features}, qr/\bbackup\b/, 'a node says that it makes backups');
unlike($told{features}, qr/\bsnapshot\b/, 'and that it has no snapshots');
is($told{repositories}, 'main,slow', 'and where to');

$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);
system($^X, $maker, area() . '/srv') == 0 or die "odd-files\n";
my $before = Backups::files(area(), $own);

my $first = told(tagged("backup $id main s1"), [ '{"name":"web"}' ]);
like($first->{snapshot} // '', qr/^[0-9a-f]{64}$/, 'with an id');
cmp_ok($first->{files}, '>', 20, 'of its files');
is($first->{gone}, 0, 'none of which went meanwhile');
clean('a backup');

my $second = told(tagged("backup $id main s2"));
cmp_ok($second->{added}, '<', 400_000, 'what was saved is not saved again');
$node->likes(tagged("backup $id main s2"), qr/^ok already$/, 'once each');

my (undef, $data) = $node->ask("backups main $tag");
is(join(' ', map { { Verbs::pairs($_) }->{name} } @$data), 's2 s1', 'both are listed');
(undef, $data) = $node->ask("files main $tag $first->{snapshot}", ['/srv']);
cmp_ok(scalar @$data, '>', 20, 'a folder has its names');
my ($end, $bytes) = Backups::stream($node, "file main $tag $first->{snapshot}", ['/srv/big']);
is($end, 'ok end', 'a file is downloaded');
is(Digest::SHA::sha256_hex($bytes), Backups::sum(area() . '/srv/big'), 'whole');
like((Backups::stream($node, "file main $tag $first->{snapshot}", ["/srv/$_"]))[0],
    qr/^err noent /, "no link is followed: $_") for qw(upwards/x absolute/x);
failed("files main $tag $first->{snapshot}", qr/^err range /, 'nor is there a way up', ['/..']);

system 'rm', '-rf', area() . '/srv', area() . '/etc/shells';
mkdir area() . '/new';
my $calls = scalar $node->calls;
my $begun = time;
$node->likes(tagged("restore $id main $tag $first->{snapshot}"), qr/^ok$/, 'it is restored');
note sprintf 'restore: %.2f s', time - $begun;
is($node->state($id), 'stopped', 'it is stopped');
like($node->slurp("node/etc/vz/conf/$id.conf"), qr/^ONBOOT="yes"$/m, 'and wanted to run');
is_deeply([ Backups::differences($before, Backups::files(area(), $own)) ], [],
    'every file is what it was');
ok(grep({ /^vzquota drop $id$/ } ($node->calls)[$calls .. scalar($node->calls) - 1]),
    'its quota counts anew');
clean('a restore');
ok(!-e beside('new'), 'nor what it made');

my %status = $node->status($id);
is($status{old}, $t, 'what was before is kept');
cmp_ok(abs($status{old_until} - time - 86400), '<', 60, 'for a day');
$node->likes(tagged("start $id"), qr/^ok/);
$node->likes(tagged("revert $id"), qr/^ok$/, 'there is a way back');
ok(-d area() . '/new' && !-e area() . '/srv', 'to what was before');
is($node->state($id), 'stopped', 'stopped, too');
$node->likes(tagged("revert $id"), qr/^ok already$/, 'once');
ok(!-e beside($_), "nothing is beside it: $_") for qw(new old gone);
%status = $node->status($id);
is($status{old}, undef, 'nor told of');

# what was kept for its time, and what a process that died has made
$node->likes(tagged("restore $id main $tag $first->{snapshot}"), qr/^ok$/);
ok(-d beside('old'), 'kept again');
mkdir beside('new');
$node->spew("lxc/vzctl/$id.old", "$t 1000\n");
my $recorder = fork // die "fork: $!\n";
if ($recorder == 0) {
    open STDOUT, '>', '/dev/null';
    exec "$Verbs::build/virtual-server", '--config', "$node->{dir}/conf", '--record';
}
ok(Verbs::wait_for(20, sub { !-e beside('old') && !-e beside('new') && !-e beside('gone') }),
    'the recorder removes it when its time is over');
kill 'TERM', $recorder;
waitpid $recorder, 0;
failed(tagged("revert $id"), qr/^err state /, 'and there is no way back any more');


# --- as another container, and of another one ---

$node->likes("tag=$other create 31002 $t", qr/^ok/);
$node->likes("tag=$other setname 31002 second", qr/^ok/);
$node->likes("tag=$other restore 31002 main $tag $first->{snapshot}", qr/^ok/,
    'it is restored as another container');
is(Backups::text(area(31002) . '/etc/hostname'), "second\n", 'with a name of its own');
is(Backups::sum(area(31002) . '/srv/big'), (split ' ', $before->{'./srv/big'})[-2],
    'and its files');
is({ $node->status(31002) }->{tag}, $other, 'it is the same container');
$node->likes("tag=$other start 31002", qr/^ok/);


# --- a tree that changes while it is read ---

$node->likes(tagged("start $id"), qr/^ok/);
my $churn = fork // die "fork: $!\n";
if ($churn == 0) {
    mkdir area() . '/srv/churn';
    for (my $n = 0; ; $n++) {
        my $name = sprintf '%s/srv/churn/%05d', area(), $n % 3000;

        if ($n / 3000 % 2) {
            unlink $name;
        } elsif (open my $out, '>', $name) {
            print $out 'x' x 2000;
        }
    }
}
ok(Verbs::wait_for(20, sub { -e area() . '/srv/churn/02000' }), 'files come and go');
my $gone = 0;
for my $n (1 .. 40) {
    my $live = told(tagged("backup $id main live$n"));
    like($live->{snapshot} // '', qr/^[0-9a-f]{64}$/, 'it is a backup all the same');
    last if $gone = $live->{gone};
}
cmp_ok($gone, '>', 0, 'of which some went while they were read');
kill 'KILL', $churn;
waitpid $churn, 0;
$node->likes("verify main $tag", qr/^ok$/, 'which is whole');
system 'rm', '-rf', area() . '/srv/churn';


# --- what does not fit ---

$node->likes("tag=$other stop 31002", qr/^ok/);
system 'dd', 'if=/dev/urandom', 'of=' . area() . '/srv/more', 'bs=1M', 'count=20', 'status=none';
my $large = told(tagged("backup $id main large"));
$node->likes("tag=$other setdisk 31002 18M", qr/^ok/);
failed("tag=$other restore 31002 main $tag $large->{snapshot}",
    qr/^err nospace the backup does not fit on the container's disk/, 'a backup that is too large');
is(Backups::text(area(31002) . '/etc/hostname'), "second\n", 'its own files stay');
ok(!-e "$node->{dir}/node/vz/private/.31002.new", 'and no half of others');

my $small = Backups::node('vzctl', disk_free => '16M');
Backups::repositories($small, main => { url => "$target/%t", key => "$node->{base}/key" });
my $private = "$small->{dir}/node/vz/private";
system('mount', '-t', 'tmpfs', '-o', 'size=40m', 'none', $private) == 0 or die "tmpfs\n";
$small->likes("tag=$other create 31003 $t", qr/^ok/);
$small->likes("tag=$other start 31003", qr/^ok/);
$small->likes("tag=$other restore 31003 main $tag $large->{snapshot}",
    qr/^err nospace /, 'a node that has no room for it');
is($small->state(31003), 'running', 'whose container runs on');
ok(!-e "$private/.31003.new", 'without a half of it');
$small->likes("tag=$other destroy 31003", qr/^ok/);
system 'umount', $private;
$small->end;


# --- hostile files ---

my $victim = "$node->{base}/victim";
mkdir $victim;
Backups::write_secret("$victim/hostname", 'of the node');
system 'cp', '-a', area(31002) . '/etc', area(31002) . '/etc.was';
system 'rm', '-rf', area(31002) . '/etc';
symlink $victim, area(31002) . '/etc' or die "symlink: $!\n";
my $trap = told("tag=$other backup 31002 main trap");
$node->likes("tag=$other setdisk 31002 1G", qr/^ok/);
my ($answer) = $node->ask("tag=$other restore 31002 main $other $trap->{snapshot}");
note $answer;
is(Backups::text("$victim/hostname"), 'of the node', 'a link leads to nothing of the node');
is(join(' ', map { s{.*/}{}r } glob "$victim/*"), 'hostname', 'nothing is written there');
$node->likes("tag=$other destroy 31002", qr/^ok/);
is(scalar(() = glob "$node->{dir}/node/vz/private/.31002.*"), 0, 'nothing stays of one that is destroyed');


# --- who is killed ---

# until what was killed has let go of its locks
sub done {
    my ($line) = @_;
    my $last;

    Verbs::wait_for(30, sub {
        ($last) = $node->ask($line);
        return $last !~ /^err busy/;
    });
    return $last;
}

my ($handle, $pid) = Backups::begun($node, tagged("backup $id slow s4"));
ok(Verbs::wait_for(40, sub { glob "$target/slow-$tag/locks/*" }), 'a slow one is on its way');
$node->likes(tagged("restart $id"), qr/^ok/, 'the container restarts meanwhile');
kill 'KILL', $pid;
waitpid $pid, 0;
close $handle;
clean('killed');
($handle, $pid) = Backups::begun($node, tagged("backup $id slow s5"));
ok(Verbs::wait_for(40, sub { grep { m{/restic$} } Backups::left($node) }), 'another one');
like(done(tagged("restore $id main $tag $first->{snapshot}")), qr/^ok$/, 'a restore ends it');
($answer) = Verbs::read_answer($handle);
like($answer, qr/^err (?:state the backup was ended|busy)/, 'and it says so');
close $handle;
waitpid $pid, 0;

my $whole = Backups::sum(area() . '/srv/big');
$begun = time;
like(done(tagged("restore $id main $tag $first->{snapshot}")), qr/^ok/);
my $took = time - $begun;

for my $round (1 .. $rounds) {
    $node->ask(tagged("start $id"));
    Backups::write_secret(area() . '/srv/mark', $round);
    ($handle, $pid) = Backups::begun($node, tagged("restore $id main $tag $first->{snapshot}"));
    sleep rand 1.1 * $took;
    kill 'KILL', $pid;
    close $handle;
    waitpid $pid, 0;
    clean("$round: a restore is killed");
    like(done(tagged("start $id")), qr/^ok/, "$round: it starts");
    is(Backups::sum(area() . '/srv/big'), $whole, "$round: its files are whole");
    note -e area() . '/srv/mark' ? 'old' : 'new';
}
$node->likes(tagged("stop $id"), qr/^ok/);

# between the two names, where only a power cut can hit
sub between {
    my ($note, %areas) = @_;

    system 'rm', '-rf', map { beside($_) } qw(new old gone);
    Backups::write_secret(area() . '/which', 'own');
    for my $which (grep { $_ ne 'own' } sort keys %areas) {
        system 'cp', '-a', area(), beside($which);
        Backups::write_secret(beside($which) . '/which', $which);
    }
    rename area(), beside($areas{own}) or die "rename: $!\n" if $areas{own};
    $node->spew("lxc/vzctl/$id.switch", "$note\n");
    my (undef, $rows) = $node->ask('list');
    is(scalar(grep { /^id=$id / } @$rows), 1, "$note: it is listed");
    ok(!-e "$node->{dir}/lxc/vzctl/$id.switch", 'nothing is left to do');
    return Backups::text(area() . '/which');
}

is(between('new old', own => 'old', new => 1), 'new', 'the first name was given: it goes on');
ok(-d beside('old'), 'the one before is there');
is(between('new old', new => 1), 'own', 'none was: it stays');
is(between('new old', own => 'old'), 'own', 'there is none but the old one: it is back');
is(between('old gone', own => 'gone', old => 1), 'old', 'a way back goes on, too');


# --- by the other driver ---

sub lxc_files {
    my ($far, $of) = @_;

    open my $out, '-|', 'nsenter', '-t', $far->init($of), qw(-U -S 0 -G 0), $^X,
        "-I$Verbs::root/t/lib/perl", '-MBackups', '-MJSON::PP', '-e',
        'print encode_json([ map { unpack "H*", $_ } %{ Backups::files(@ARGV) } ])',
        "$far->{dir}/lxc/ct/$of/root" or die "nsenter: $!\n";
    local $/;
    my %files = map { pack 'H*', $_ } @{ JSON::PP::decode_json(<$out> // '[]') };
    delete @files{ grep { $_ =~ $own } keys %files };
    return \%files;
}

SKIP: {
    skip 'lxc is not asked', 1 if !grep { $_ eq 'lxc' } @drivers;

    my $far = Backups::node('lxc', disk_free => '16M');
    my ($there, $here) = ('00112233aabbccdd', 'ddccbbaa33221100');
    Backups::repositories($far, main => { url => "$target/%t", key => "$node->{base}/key" });

    $far->likes("tag=$there create 31011 $t", qr/^ok/);
    $far->likes("tag=$there restore 31011 main $tag $first->{snapshot}", qr/^ok/,
        'a backup of vzctl is restored on lxc');
    $far->likes("tag=$there start 31011", qr/^ok/);
    my $files = lxc_files($far, 31011);
    my @odd = grep { m{^\./srv} } keys %$before;
    is_deeply([ Backups::differences({ map { $_ => $before->{$_} } @odd },
        { map { $_ => $files->{$_} } grep { m{^\./srv} } keys %$files }) ], [],
        'every file, owner and list is what it was');
    ok(scalar(@odd) > 20, 'of every kind');

    $far->likes("tag=$there snapshot 31011 back", qr/^ok/);
    my ($last, $lines) = $far->ask("tag=$there backup 31011 main back");
    my %saved = Verbs::pairs($lines->[0]);
    is($last, 'ok', 'it is saved on lxc');
    $node->likes("tag=$here create 31004 $t", qr/^ok/);
    $node->likes("tag=$here restore 31004 main $there $saved{snapshot}", qr/^ok/,
        'and restored on vzctl');
    is_deeply([ Backups::differences($files, Backups::files(area(31004), $own)) ], [],
        'with ids as its own root sees them');
    $node->likes("tag=$here start 31004", qr/^ok/, 'it runs');
    $node->likes("tag=$here destroy 31004", qr/^ok/);
    $far->likes("tag=$there destroy 31011", qr/^ok/);
    $far->end;
}


# --- containers of ploop have snapshots ---

sub ploop {
    my $ploop = Backups::node('vzctl', disk_free => '16M');
    my $top = "$ploop->{dir}/node";
    my $in = "$top/vz/private/$id/root.hdd/tree";

    Backups::repositories($ploop, main => { url => "$target/ploop-%t", key => "$node->{base}/key" },
        slow => { url => "$target/slowly-%t", key => "$node->{base}/key", upload => 40 });
    $ploop->likes("create 31006 $t", qr/^ok/);
    $ploop->likes('snapshot 31006 one', qr/^err unsupported the kernel of this node has no ploop/,
        'not without its kernel');
    Backups::write_secret("$top/proc/vz/ploop_minor", "182\n");
    $ploop->likes('snapshot 31006 one', qr/^err unsupported the disk of container 31006 is a folder/,
        'nor of a container of simfs');

    my $text = Backups::text("$top/etc/vz/vz.conf") =~ s/VE_LAYOUT=simfs/VE_LAYOUT=ploop/r;
    Backups::write_secret("$top/etc/vz/vz.conf", $text);
    my %of = map { Verbs::pairs($_) } @{ ($ploop->ask('node'))[1] };
    like($of{features}, qr/\bsnapshot\b/, 'a node of ploop has them');
    $ploop->likes(tagged("create $id $t"), qr/^ok/);
    $ploop->likes(tagged("start $id"), qr/^ok/);
    ok(-d "$in/etc", 'its disk is an image');

    system($^X, $maker, "$in/srv") == 0 or die "odd-files\n";
    my $files = Backups::files($in, $own);
    $ploop->likes(tagged("snapshot $id one"), qr/^ok$/, 'one is taken while it runs');
    $ploop->likes(tagged("snapshot $id one"), qr/^ok already$/, 'once');
    system("$top/sbin/vzctl", '--quiet', 'snapshot', $id, '--id={00000000-0000-4000-8000-000000000000}',
        '--name=Of somebody else', '--skip-suspend', '--skip-config');
    Backups::write_secret("$in/srv/big", 'another');
    $ploop->likes(tagged("snapshot $id two"), qr/^ok$/);
    my (undef, $lines) = $ploop->ask("snapshots $id");
    is(join(' ', map { { Verbs::pairs($_) }->{name} // $_ } @$lines), 'one two all=-', 'the list has ours');
    like($lines->[0], qr/ date=20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ bytes=-$/, 'with dates');

    my ($last, $saved) = $ploop->ask(tagged("backup $id main one"));
    is($last, 'ok', 'one is saved');
    my %saved = Verbs::pairs($saved->[0]);
    is(scalar(() = glob "$top/vz/private/$id/root.hdd/device/*"), 0, 'its device is given back');
    my ($how, $big) = Backups::stream($ploop, "file main $tag $saved{snapshot}", ['/srv/big']);
    cmp_ok(length $big, '>', 1_000_000, 'as it was when it was taken');
    $ploop->likes(tagged("backup $id main nosuch"), qr/^err state it has no snapshot/, 'of no snapshot');

    $ploop->ask(tagged("snapshot $id three"));
    my ($begun, $who) = Backups::begun($ploop, tagged("backup $id slow three"));
    ok(Verbs::wait_for(40, sub { glob "$target/slowly-$tag/locks/*" }), 'one is on its way');
    kill 'KILL', $who;
    waitpid $who, 0;
    close $begun;
    ok(Verbs::wait_for(20, sub { !Backups::left($ploop) }), 'killed, it leaves no process and no mount');
    $ploop->recovers(tagged("dropsnapshot $id three"), 'and its snapshot can be removed');
    $ploop->likes(tagged("dropsnapshot $id three"), qr/^ok already$/, 'once');
    is(scalar(() = glob "$top/vz/private/$id/root.hdd/device/*"), 0, 'with its device');

    $ploop->likes(tagged("rollback $id nosuch"), qr/^err state it has no snapshot nosuch$/, 'back to none');
    is($ploop->state($id), 'running', 'for which nothing is stopped');
    $ploop->likes(tagged("rollback $id one"), qr/^ok$/, 'back to one');
    is($ploop->state($id), 'stopped', 'it is stopped');
    like($ploop->slurp("node/etc/vz/conf/$id.conf"), qr/^ONBOOT="yes"$/m, 'and wanted to run');
    is_deeply([ Backups::differences($files, Backups::files($in, $own)) ], [], 'with every file of then');
    $ploop->likes(tagged("start $id"), qr/^ok/);
    $ploop->likes(tagged("restore $id main $tag $saved{snapshot}"), qr/^err unsupported its disk is an image/,
        'it is not restored in place');
    is($ploop->state($id), 'running', 'and runs on');
    $ploop->likes(tagged("destroy $id"), qr/^ok/, 'it is destroyed with them');
    $ploop->end;
    return;
}

ploop();


# --- a node without restic ---

my $empty = "$node->{base}/empty";
Backups::write_secret($empty, '');
{
    local @Verbs::through = (@Verbs::through, 'unshare', '-m', 'sh', '-c',
        'mount --bind "$0" /usr/bin/restic && exec "$@"', $empty);
    %told = map { Verbs::pairs($_) } @{ ($node->ask('node'))[1] };
    unlike($told{features}, qr/\bbackup\b/, 'says that it makes none');
    failed("backups main $tag", qr/^err unsupported this node has no \S*restic/, 'and why');
}

($handle, $pid) = Backups::begun($node, tagged("backup $id slow s6"));
ok(Verbs::wait_for(40, sub { grep { m{/restic$} } Backups::left($node) }), 'one more');
$node->likes(tagged("destroy $id"), qr/^ok/, 'destroying does not wait for it');
close $handle;
waitpid $pid, 0;
clean('destroyed');
(undef, $data) = $node->ask("backups main $tag");
cmp_ok(scalar @$data, '>', 2, 'its backups outlive it');
$node->likes("forget main $tag $first->{snapshot}", qr/^ok$/, 'and are removed one by one');
$node->end;

done_testing();
