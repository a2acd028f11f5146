#!/usr/bin/perl
#
# Snapshots of a container's disk: taken while it runs, gone back to by one
# rename, removed; an image of before gets the layout that they need; whoever is
# killed in between leaves the one disk or the other, whole.
#
# SNAPSHOT_ROUNDS=30: how often the daemon is killed.

use strict;
use warnings;

use File::Basename ();
use File::Path ();
use Test::More;
use Time::HiRes qw(time);

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Verbs;

my $rounds = $ENV{SNAPSHOT_ROUNDS} // 6;
my $id = 31001;
my $t = $Verbs::template;
my $two = "$t-two";
my $node = Verbs->new('lxc', stop_timeout => 4);
my $ct = "$node->{dir}/lxc/ct/$id";
my $top = "$node->{dir}/top";

mkdir $top;
system('cp', $Verbs::archive, "$node->{dir}/cache/$two.tar.gz") == 0
    or die "$two\n";


sub done { $node->likes($_, qr/^ok\b/) for @_; return }

sub pair { return { $node->status($id) }->{ $_[0] } }

# what a command prints that runs inside, as a process of it
sub says {
    my ($to, $from, $pid) = $node->guest($id, '/bin/busybox', 'sh', '-c', $_[0]);
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text =~ s/\s+\z//r;
}

# all snapshots: their names; their bytes by name
sub names { return join ' ', map { { Verbs::pairs($_) }->{name} } told() }

sub told { return grep { /^name=/ } @{ ($node->ask("snapshots $id"))[1] } }

# the bytes that all of them take
sub taken {
    my ($all) = grep { /^all=/ } @{ ($node->ask("snapshots $id"))[1] };

    return ($all // '') =~ s/^all=//r;
}

sub own { return { map { my %of = Verbs::pairs($_); ($of{name}, $of{bytes}) } told() } }

# shell LINE: of the host; what it prints
sub shell { return `@_ 2>&1` =~ s/\s+\z//r }

# image LINE: a command of the host's with a stopped container's image at its
# working folder
sub image {
    open my $said, '-|', $node->apart('sh', '-c', "exec 2>&1; mount -o"
        . " loop,noatime $ct/image $top && cd $top && { $_[0]; }")
        or die "unshare: $!\n";
    my $text = do { local $/; <$said> } // '';

    close $said;
    return $text =~ s/\s+\z//r;
}

sub idle {
    return Verbs::wait_for(10, sub { shell("losetup -j $ct/image") eq '' });
}

# an image as it was before: its layers at the top
sub before {
    image('rm -rf old; mv live/upper live/work . && btrfs -q subvolume delete live'
        . ' && sync');
    return idle();
}

# record: the recorder tends all that runs, once; a round of it
sub record {
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        exec "$Verbs::build/virtual-server", '--config', "$node->{dir}/conf",
            '--record';
    }

    my $said = Verbs::wait_for(20, $_[0]);

    kill 'KILL', $pid;
    waitpid $pid, 0;

    return $said;
}

END { my $status = $?; $node->ask("destroy $id"); $node->end; $? = $status }


# --- what it does ---

done("create $id $t");
is(image('ls'), 'live', 'a new image has what is live, alone');
idle();
done("start $id");
says('echo one > /mark; rm /bin/vi; mkdir /d; mv /etc /e; mv /e /etc;'
    . 'chown 33:44 /d; echo kept > /d/f');

is(names(), '', 'no snapshots yet');
is(taken(), 0, 'which take nothing');
$node->likes("snapshot $id first", qr/^ok$/, 'one, while it runs');
$node->likes("snapshot $id first", qr/^ok already$/, 'the same name: already');
like((told())[0],
    qr/^name=first date=20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ bytes=-$/,
    'told with its date, and not counted yet');
is(pair('state'), 'running', 'it runs on');
says('echo two > /mark; rm -r /d; echo more > /more');
done("snapshot $id second");
is(names(), 'first second', 'two, the oldest first');
is(says('cat /mark; ls /more'), "two\n/more", 'it has what it wrote');

my ($end, undef, $progress) = $node->ask("rollback $id first");

is($end, 'ok', 'back to the first');
like(join(' ', @$progress), qr/going back to the snapshot/, 'with progress');
is(pair('state'), 'stopped', 'it is stopped');
done("start $id");
is(says('cat /mark; ls -ld /d | busybox awk "{print \$3, \$4}"; cat /d/f;'
        . 'ls /more /bin/vi 2>/dev/null'), "one\n33 44\nkept",
    'with the first one\'s files, owners, and without those removed before');
is(names(), 'first second', 'both are kept');
done("rollback $id second", "start $id");
is(says('cat /mark; ls /more'), "two\n/more", 'and forth');
$node->likes("rollback $id third", qr/^err state it has no snapshot third/,
    'one that is not there');
is(pair('state'), 'running', 'stops nothing');

done("stop $id");
$node->likes("snapshot $id third", qr/^ok$/, 'one of a stopped container');
is(own()->{third}, 0, 'which has nothing of its own');
$node->likes("dropsnapshot $id third", qr/^ok$/, 'removed');
$node->likes("dropsnapshot $id third", qr/^ok already$/, 'again: already');
is(names(), 'first second', 'the others stay');
ok(idle(), 'and the image is in nobody\'s hands');


# --- a guest ---

my $subvolume = "$node->{dir}/subvolume";

system('cc', '-O2', '-static', '-o', $subvolume, "$here/subvolume.c") == 0
    or die "subvolume.c\n";
done("start $id");
$node->put($id, $subvolume, '/sub');
is(says('/sub /; /sub /tmp; ls -d /made /copied /tmp/made 2>/dev/null'),
    join("\n", ('Inappropriate ioctl for device '
            . 'Inappropriate ioctl for device') x 2),
    'makes no subvolume, and no snapshot');
is(says('grep -c btrfs /proc/mounts'), 0, 'and sees nothing of the image');


# --- what is its own ---

says('busybox dd if=/dev/urandom of=/big bs=1M count=24; sync');
done("snapshot $id big");
says('rm /big; sync');
ok(record(sub { (own()->{big} // '-') =~ /^\d+$/ }), 'the recorder counts');
cmp_ok(abs(own()->{big} - (24 << 20)), '<', 1 << 20, '24 MB are its own');
cmp_ok(own()->{first}, '<', 1 << 20, 'of the others hardly any');

my $all = taken();

cmp_ok(abs($all - own()->{big}), '<', 2 << 20, 'which is what they take');
says('busybox dd if=/dev/urandom of=/both bs=1M count=12; sync');
done("snapshot $id same", "snapshot $id again");
says('rm /both; sync');
ok(record(sub { taken() > $all + (11 << 20) }), 'what two have takes room once');
cmp_ok(own()->{$_}, '<', 1 << 20, "and is not ${_}'s own") for qw(same again);
done("dropsnapshot $id $_") for qw(same again);
ok(record(sub { taken() < $all + (1 << 20) }), 'it goes with the last of them');

my $used = pair('disk_used');

done("dropsnapshot $id big");
ok(Verbs::wait_for(90, sub { pair('disk_used') < $used - (20 << 20) }),
    'and come back when it is removed');


# --- an image of before ---

done("dropsnapshot $id $_") for qw(first second);
says('busybox dd if=/dev/urandom of=/data bs=1M count=16;'
    . 'for i in $(busybox seq 1 2000); do echo $i > /d$i; done; sync');

my $sum = says('md5sum /data /d1 /d2000');

done("stop $id");
idle();
before();
is(image('ls'), "snap\nupper\nwork", 'layers at its top');
idle();

my $from = time;
done("start $id");
note sprintf 'start with the move: %.2f s', time - $from;
is(says('md5sum /data /d1 /d2000'), $sum, 'it starts, with all of its files');
like(shell("ls $ct/raw"), qr/^live\nold\nsnap$/, 'which are live now');
$used = pair('disk_used');
says('rm /data; sync');
ok(record(sub { !-e "$ct/raw/old" }), 'those of before go');
ok(Verbs::wait_for(90, sub { pair('disk_used') < $used - (12 << 20) }),
    'and their room comes back');
done("stop $id");
idle();

before();
done("snapshot $id old");
is(image('ls'), "live\nold\nsnap", 'a snapshot moves it, too');
idle();
done("rollback $id old", "start $id");
is(says('md5sum /d1 /d2000'), $sum =~ s/^.*\n//r, 'and it has all of its files');
done("dropsnapshot $id old");


# --- what goes with what ---

done("snapshot $id kept");
$node->likes("rescue $id", qr/^ok/);
$node->likes("rollback $id kept", qr/^err state .*leave it first/,
    'in rescue nothing is rolled back');
done("start $id", "snapshot $id rescued", "dropsnapshot $id rescued");
is(names(), 'kept', 'but taken and removed');
done("unrescue $id", "start $id");
done("reinstall $id $two");
is(names(), '', 'another system has no snapshots');
done("snapshot $id fresh");
is(names(), 'fresh', 'but its own');
done("revert $id");
is(names(), 'kept', 'that of before has those of before');
ok(!-e "$ct/image.2.snap", 'and nothing else is noted');
done("rollback $id kept", "start $id");
is(says('cat /d2000'), '2000', 'and goes back to them');

# a disk that is full to the last byte
says('echo small > /mark; busybox dd if=/dev/zero of=/fill bs=1M; for i in'
    . ' $(busybox seq 1 4000); do echo x > /f$i || break; done; sync');
$node->likes("snapshot $id full", qr/^err state its own disk is full/,
    'a full disk has no room for one');
$node->likes("rollback $id kept", qr/^ok$/, 'can be rolled back');
done("start $id");
is(says('cat /d2000; ls /fill 2>/dev/null'), '2000', 'and has room then');
says('busybox dd if=/dev/zero of=/fill bs=1M; sync');
done("stop $id");
$node->likes("snapshot $id full", qr/^err state its own disk is full/,
    'a stopped one neither');
$node->likes("dropsnapshot $id kept", qr/^ok$/, 'what it has can be removed');
done("start $id");
says('rm /fill');
done(map { "snapshot $id n$_" } 1 .. 32);
$node->likes("snapshot $id n33", qr/^err state .*at most 32/, '32 are the most');
done(map { "dropsnapshot $id n$_" } 2 .. 32);
done("setdisk $id 400M");
is(names(), 'n1', 'a smaller disk keeps its snapshots');
done("setdisk $id 512M", "dropsnapshot $id n1");


# --- a view ---

my $view = "$node->{dir}/view";
my $folder = "$node->{dir}/seen";
my @flags = map { "-I$Verbs::root/src" } 1;

mkdir $folder;
system('cc', '-O1', '-D_GNU_SOURCE', @flags, '-o', $view, "$here/view.c",
    "$Verbs::build/obj/parts.a", '-lpcre2-8', '-lcrypto', '-lcrypt') == 0
    or die "view.c\n";

# seen NAME: a process with a view, or what it says; asked for a line
sub seen {
    my ($name) = @_;

    pipe my $in, my $to or die "pipe: $!\n";
    pipe my $from, my $out or die "pipe: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<&', $in;
        open STDOUT, '>&', $out;
        close $_ for $to, $from;
        exec $view, "$node->{dir}/conf", $id, $name, $folder;
    }

    close $_ for $in, $out;
    $to->autoflush(1);
    my $said = <$from> // '';

    return { to => $to, from => $from, pid => $pid, said => $said =~ s/\n//r };
}

sub look {
    my ($seen, $line) = @_;
    my $text = '';

    print { $seen->{to} } "$line 2>&1\n";
    while (my $got = readline $seen->{from}) {
        last if $got eq ".\n";
        $text .= $got;
    }

    return $text =~ s/\s+\z//r;
}

sub unseen {
    my ($seen) = @_;

    close $_ for $seen->{to}, $seen->{from};
    waitpid $seen->{pid}, 0;
    return;
}

says('echo shown > /mark; chown 33:44 /mark; rm /bin/ed; sync');
done("snapshot $id shown");
says('echo hidden > /mark');

my $seen = seen('nosuch');
like($seen->{said}, qr/^state it has no snapshot nosuch/, 'no such snapshot');
unseen($seen);

# a second daemon of the same machine
my $other = Verbs->new('lxc');
$other->likes($_, qr/^ok/) for "create 31098 $t", "start 31098";

$seen = seen('shown');
is($seen->{said}, 'ok', 'a view of one, while it runs');
$other->likes($_, qr/^ok/) for "stop 31098", "start 31098", "destroy 31098";
undef $other;
is(look($seen, "cat $folder/mark; stat -c %u:%g $folder/mark $folder/bin/busybox"),
    "shown\n33:44\n0:0", 'has its files, with the ids that its root sees');
is(look($seen, "ls $folder/bin/ed"),
    "ls: cannot access '$folder/bin/ed': No such file or directory",
    'and lacks what was removed');
like(look($seen, "touch $folder/x"), qr/Read-only file system/,
    'and is for reading');
is(look($seen, "grep -c ' $node->{dir}/lxc/ct/' /proc/self/mountinfo"), 0,
    'no container\'s mounts are kept by it');
is(shell("ls $folder"), '', 'others don\'t see it');
done("stop $id", "start $id", "stop $id");
is(look($seen, "cat $folder/mark"), 'shown', 'it stays while it is stopped');
done("setname $id viewed", "snapshot $id more", "rollback $id more",
    "start $id", "dropsnapshot $id more");
is(look($seen, "cat $folder/mark; ls $folder | wc -l") =~ /^shown\n\d+$/ ? 1 : 0,
    1, 'and while it is rolled back');
done("reinstall $id $two", "start $id");
is(look($seen, "cat $folder/mark"), 'shown', 'and reinstalled');
unseen($seen);
done("revert $id");

$seen = seen('shown');
is($seen->{said}, 'ok', 'a view of a stopped one');
done("start $id");
is(says('cat /mark'), 'hidden', 'which is started meanwhile');
is(look($seen, "cat $folder/mark"), 'shown', 'both have what is theirs');
kill 'KILL', $seen->{pid};
unseen($seen);
done("stop $id");
ok(idle(), 'a killed view leaves nothing');


# --- who is killed ---

done("start $id");
says('echo new > /mark; sync');

for my $round (1 .. $rounds) {
    my @verbs = ("snapshot $id r$round", "rollback $id shown",
        "dropsnapshot $id r$round");
    my $verb = $verbs[$round % 3];

    $node->killed($verb, rand($verb =~ /^rollback/ ? 1.5 : 0.3));
    $node->recovers("restart $id", "round $round: it starts after $verb");
    like(says('cat /mark'), qr/^(?:new|shown)$/,
        "round $round: with the one disk or the other");

    $node->likes($verb, qr/^ok\b/, "round $round: once more");
    done("start $id");
    unlike(shell("ls $ct/raw"), qr/next/, "round $round: nothing half made");
    is(join(' ', sort split / /, names()), shell("ls $ct/raw/snap | xargs"),
        "round $round: what is told is there");
}

# amid the move of an image of before
done(map { "dropsnapshot $id $_" } split / /, names());
says('busybox dd if=/dev/urandom of=/data bs=1M count=8; sync');
$sum = says('md5sum /data /d1');

for my $round (1 .. $rounds) {
    done("stop $id");
    idle();
    before();
    $node->killed("start $id", rand 0.15);
    $node->recovers("start $id", "round $round: it starts after its move");
    is(says('md5sum /data /d1'), $sum, "round $round: with all of its files");
    like(shell("ls $ct/raw"), qr/^live\nold(?:\nsnap)?$/,
        "round $round: which are live");
}

done("destroy $id");
is(shell("grep -F $node->{dir} /proc/self/mountinfo; losetup -nl -O BACK-FILE"
        . " | grep -F $node->{dir}; ls $node->{dir}/lxc/ct"), '',
    'and nothing is left');

done_testing();
