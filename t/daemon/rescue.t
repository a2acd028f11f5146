#!/usr/bin/perl
#
# A rescue system: the same number and address boot another system, with the
# container's own disk at /mnt, until it is left; whoever is killed in between
# leaves the one system or the other, whole.
#
# RESCUE_ROUNDS=20: how often the daemon is killed.

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets;

Nets::alone();

my $rounds = $ENV{RESCUE_ROUNDS} // 6;
my $patience = 60;                      # s for a boot, on a loaded machine
my $id = 31001;
my $one = $Verbs::template;
my $two = "$one-two";
my $debian = "debian-12-$Verbs::arch-minimal";
my $node = $Nets::node = Verbs->new('lxc');
my $ct = "$node->{dir}/lxc/ct/$id";

# an address to ask from
Nets::run('ip address add 192.0.2.9/32 dev lo');

system('cp', $Verbs::archive, "$node->{dir}/cache/$two.tar.gz") == 0
    or die "$two\n";


sub pair { return { $node->status($id) }->{ $_[0] } }

sub done { $node->likes($_, qr/^ok\b/) for @_; return }

sub files { return join ' ', sort map { s{.*/}{}r } glob "$ct/image* $ct/rescue*" }

# what a command prints that runs inside, as a process of it
sub says {
    my ($to, $from, $pid) = $node->guest($id, '/bin/busybox', 'sh', '-c', $_[0]);
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text =~ s/\s+\z//r;
}

sub configure {
    my ($line) = @_;
    my $text = $node->slurp('conf') =~ s/^rescue_template.*\n//mr;

    return $node->spew('conf', "$text$line");
}


# --- what it does ---

done("create $id $one", "setip $id 10.74.0.9", "setmemoryp $id 96M",
    "setname $id web", "setdns $id 10.74.0.53", "start $id");
says('echo own > /mark; chown 33:44 /mark; cp /bin/busybox /suid;'
    . 'chmod 4755 /suid');

my $shadow = says('cat /etc/shadow');

$node->likes("unrescue $id", qr/^ok already$/, 'it is in no rescue');

my ($end, undef, $progress) = $node->ask("rescue $id");

is($end, 'ok', 'rescue');
like($progress->[0], qr/^\+ \d+ /, 'with its progress');
is(pair('state'), 'stopped', 'it is stopped');
is(pair('rescue'), $one, 'and in rescue, of its own template');
is(pair('template'), $one, 'its own system is told as before');
cmp_ok(abs(pair('rescue_since') - time), '<', 120, 'since now');
like(join("\n", @{ ($node->ask('list'))[1] }), qr/^id=$id .* rescue=\Q$one\E/m,
    'a list tells it, too');
$node->likes("rescue $id", qr/^ok already$/, 'again: nothing to do');
is(files(), 'image rescue', 'on a disk of its own');

my $hash = '$6$rounds=1000$abcdefgh$' . 'x' x 86;
my $key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' . 'Kb' x 21 . 'w';

$node->likes("passhash $id", qr/^ok$/, 'a password', $hash);
$node->likes("keys $id", qr/^ok$/, 'a key', [$key]);
done("start $id");

is(pair('state'), 'running', 'it runs');
is(says('cat /mark'), '', 'another system');
is(says('cat /mnt/mark; stat -c %u:%g /mnt/mark'), "own\n33:44",
    'with its own disk at /mnt, and its ids');
is(says('cat /etc/hostname; hostname'), "web\nweb", 'its name');
like(says('cat /etc/resolv.conf'), qr/10\.74\.0\.53/, 'its name server');
is(pair('inside'), '10.74.0.9', 'its address');
is(pair('memory_limit'), 96 << 20, 'its memory');
is(pair('disk_total'), 512 << 20, 'its own disk is what is measured');
like(says('grep " /mnt " /proc/mounts'), qr/\brw\b.*\bnosuid\b.*\bnodev\b/,
    '/mnt: to be written, without suid and devices');
like(says('cat /etc/shadow'), qr/^root:\Q$hash\E:/m, 'the password is its');
like(says('cat /root/.ssh/authorized_keys'), qr/^\Q$key\E$/m, 'so is the key');
is(says('cat /mnt/etc/shadow'), $shadow, 'and not the own system\'s');
is(says('cat /mnt/root/.ssh/authorized_keys 2>/dev/null'), '', 'neither');

$node->likes("reinstall $id $two", qr/^err state .*leave it first/,
    'no reinstall meanwhile');
$node->likes("revert $id", qr/^err state .*leave it first/, 'and no revert');
done("setdisk $id 640M", "setname $id mended", "setip $id 10.74.0.10");
is(pair('disk_total'), 640 << 20, 'its own disk grows');
is(says('df -m /mnt | tail -n 1 | busybox awk "{print \$2}"'), 640,
    'under /mnt, at once');
is(says('cat /etc/hostname /mnt/etc/hostname'), "mended\nmended",
    'both know the name');
says('echo mended > /mnt/mark; echo lost > /here');

# its own reboot, the node's, and a stop
my $init = $node->init($id);

says('reboot');
ok(Verbs::wait_for($patience, sub {
    my $now = $node->init($id);
    return $now && $now != $init && pair('state') eq 'running';
}), 'it reboots');
is(says('cat /here /mnt/mark'), "lost\nmended", 'into rescue');
is(($node->program('--down'))[0], 0, 'the node goes down');
ok(!-e "$ct/disk", 'nothing is mounted, nor a folder for it there');
is(($node->program('--boot'))[0], 0, 'and boots');
ok(Verbs::wait_for($patience, sub { pair('state') eq 'running' }), 'it runs');
is(says('cat /here /mnt/mark'), "lost\nmended", 'in rescue');
done("stop $id", "start $id", "restart $id");
is(says('cat /here /mnt/mark'), "lost\nmended", 'and again');

$node->likes("unrescue $id", qr/^ok$/, 'left');
is(pair('rescue') // '-', '-', 'it is in no rescue');
is(files(), 'image', 'what the rescue system wrote is gone');
done("start $id");
is(says('cat /mark /here 2>/dev/null; cat /etc/hostname'), "mended\nmended",
    'its own system has what was changed');
is(says('ls /mnt'), '', 'and nothing at /mnt');
is(says('cat /etc/shadow'), $shadow, 'and its own password');
like(pair('inside'), qr/10\.74\.0\.10/, 'and all addresses');


# --- what is not well ---

# a disk that is full to the last byte
says('busybox dd if=/dev/zero of=/fill bs=1M; for i in $(seq 1 4000); do'
    . ' echo x > /f$i || break; done; sync');
done("rescue $id", "start $id");
is(says('cat /mnt/mark'), 'mended', 'a full disk is there');
is(says('rm /mnt/fill /mnt/f[0-9]*; cat /mnt/mark; ls /mnt/fill 2>/dev/null'),
    'mended', 'and can be emptied');
is(pair('rescue_disk') // '-', '-', 'nothing is wrong with it');
done("unrescue $id", "start $id");
is(says('cat /mark'), 'mended', 'its own system boots');

# one that can't be mounted
done("stop $id");
system('cp', '--sparse=always', "$ct/image", "$node->{dir}/spare") == 0
    or die "spare\n";
for my $at (64 << 10, 64 << 20) {       # its superblocks
    open my $out, '+<', "$ct/image" or die "image: $!\n";
    seek $out, $at, 0;
    print $out "\0" x 4096;
    close $out;
}
$node->likes("start $id", qr/^err /, 'a broken disk does not boot');
done("rescue $id", "start $id");
is(pair('state'), 'running', 'but the rescue system does');
is(pair('rescue_disk'), 'gone', 'status tells that it is not there');
is(says('ls /mnt'), '', 'and nothing is at /mnt');
$node->likes("setname $id other", qr/^err /, 'a name can\'t be written to it');
$node->likes("passhash $id", qr/^ok$/, 'a password can', $hash);
done("unrescue $id");
rename "$node->{dir}/spare", "$ct/image" or die "spare: $!\n";
done("start $id");
is(says('cat /mark'), 'mended', 'the disk from before boots');

# another template, by the node's configuration
configure("rescue_template = nosuch\n");
like(($node->program('--check'))[1], qr/^missing +rescue_template nosuch\b/m,
    '--check tells that it is not there');
$node->likes("rescue $id", qr/^err notemplate /, 'a template that is not there');
is(pair('state'), 'running', 'it runs on');
configure("rescue_template = $two\n");
like(($node->program('--check'))[1], qr/^ok +rescue_template \Q$two\E/m,
    '--check is content');
done("rescue $id");
is(pair('rescue'), $two, 'the node\'s choice');
is(scalar(() = glob "$node->{dir}/lxc/template/$two@*"), 1, 'is unpacked');
unlink "$node->{dir}/cache/$two.tar.gz";
$node->ask("create 31002 $one");
$node->ask('destroy 31002');
done("start $id");
is(says('cat /mnt/mark'), 'mended', 'and stays while somebody boots it');
done("unrescue $id");
is(scalar(() = glob "$node->{dir}/lxc/template/$two@*"), 0,
    'then it goes, as its archive did');
configure('');


# --- who is killed ---

my %seen;

done("start $id");

for my $round (1 .. $rounds) {
    my $in = defined pair('rescue');
    my $verb = $in ? 'unrescue' : 'rescue';

    $node->killed("$verb $id", rand($in ? 2 : 3));
    $node->recovers("restart $id", "round $round: it starts");

    my $rescue = defined pair('rescue');

    is(says('cat /mnt/mark /mark 2>/dev/null'), 'mended',
        "round $round: its disk is there, in the one system or the other");
    is(files(), $rescue ? 'image rescue' : 'image',
        "round $round: no disk that nobody names");
    $seen{ $rescue == $in ? 'before' : 'after' }++;

    $node->likes("$verb $id", qr/^ok\b/, "round $round: $verb once more");
    is(defined pair('rescue'), !$in, "round $round: and it is done");
    done("start $id");
}

ok(!glob("$node->{dir}/lxc/ct/.*.tmp"), 'nothing half made stays');
note join ' ', map { "$_ $seen{$_}" } sort keys %seen;

$node->ask("rescue $id");
$node->ask("start $id");
$node->likes("destroy $id", qr/^ok$/, 'destroyed in rescue');
is(join(' ', glob "$node->{dir}/lxc/ct/*"), '', 'and nothing of it');


# --- Debian, by its address ---

SKIP: {
    my $archive = "$Verbs::root/build/templates/$debian.tar.zst";

    skip 'no template of Debian here', 8 if !-e $archive;

    my $dir = File::Temp::tempdir(CLEANUP => 1);
    my $ssh = "ssh -i $dir/key -o BatchMode=yes -o StrictHostKeyChecking=no"
        . " -o UserKnownHostsFile=$dir/known -o ConnectTimeout=2"
        . ' root@10.74.0.9';

    # what a command prints over ssh, once there is an answer
    my $over = sub {
        my ($command) = @_;
        my $text = '';

        Verbs::wait_for($patience, sub {
            $text = `$ssh '$command' 2>$dir/error`;
            return $? == 0;
        }) or diag `cat $dir/error`;

        return $text =~ s/\s+\z//r;
    };

    system('cp', $archive, "$node->{dir}/cache/") == 0 or die "$archive\n";
    system("ssh-keygen -q -t ed25519 -N '' -C '' -f $dir/key") == 0
        or die "ssh-keygen\n";

    open my $in, '<', "$dir/key.pub" or die "key: $!\n";
    my $public = <$in> =~ s/\s+\z//r;

    done("create $id $debian", "setdisk $id 1G", "setip $id 10.74.0.9");
    $node->likes("keys $id", qr/^ok$/, 'its owner\'s key', [$public]);
    done("start $id");
    is($over->('echo own > /mark; cat /mark'), 'own', 'Debian answers');

    done("rescue $id");
    $node->likes("keys $id", qr/^ok$/, 'the same for the rescue system',
        [$public]);
    done("start $id");
    unlink "$dir/known";
    is($over->('test ! -e /mark && cat /mnt/mark'), 'own',
        'its address answers in rescue');
    is($over->('chroot /mnt /usr/bin/id -u; touch /mnt/fixed; systemctl'
            . ' is-system-running --wait >/dev/null; echo $?'), "0\n0",
        'its system can be entered');

    done("unrescue $id", "start $id");
    unlink "$dir/known";
    is($over->('cat /mark; ls /fixed'), "own\n/fixed",
        'its own system answers again, and has the change');
    $node->likes("destroy $id", qr/^ok$/);
}

done_testing();
