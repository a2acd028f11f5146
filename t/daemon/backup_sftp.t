#!/usr/bin/perl
#
# A target by SFTP, an sshd that lets a key in and nothing else: a container is
# saved there and comes back; what keeps the node out is said in words, and the
# container runs on.

use strict;
use warnings;

use File::Basename ();
use IO::Socket::INET ();
use Test::More;
use Time::HiRes qw(time);

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
my $base = $node->{base};
my $port = do {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no port: $!\n";
    $socket->sockport;
};
my $own = qr{^\./(?:proc|sys|dev|run|tmp|var/(?:run|log|tmp))(?:/|\z)
             |^\./etc(?:/host\w*)?\z}x;

# as docs/install.md has it
my $command = "sftp.command=ssh -p $port -i $base/node -o BatchMode=yes"
    . " -o IdentitiesOnly=yes -o UserKnownHostsFile=$base/known_hosts"
    . ' -o ServerAliveInterval=15 root@127.0.0.1 -s sftp';
my ($owner, $sshd) = ($$, 0);

END {
    if ($$ == $owner) {
        my $status = $?;

        halt();
        system 'umount', "$base/small" if -d "$base/small";
        $node->ask("tag=$tag destroy $id");
        $node->end;
        $? = $status;
    }
}


sub tagged { return "tag=$tag $_[0]" }

sub root { return "$node->{dir}/lxc/ct/" . ($_[0] // $id) . '/root' }

sub failed {
    my ($line, $like, $title) = @_;
    my $begun = time;
    my ($answer) = $node->ask($line);

    like($answer, $like, $title);
    cmp_ok(time - $begun, '<', 60, 'soon');
    is($node->state($id), 'running', 'and the container runs on');
    return;
}

sub keys_of {
    my ($name) = @_;

    system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f',
        "$base/$name") == 0 or die "ssh-keygen: $?\n";
    return Backups::text("$base/$name.pub");
}

# serve HOST KEY: an sshd for the node's key alone, and for files alone
sub serve {
    my ($host) = @_;

    mkdir '/run/sshd';
    Backups::write_secret("$base/sshd_config", <<"END");
ListenAddress 127.0.0.1:$port
HostKey $base/$host
AuthorizedKeysFile $base/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
Subsystem sftp internal-sftp
ForceCommand internal-sftp
END
    $sshd = fork // die "fork: $!\n";

    if ($sshd == 0) {
        setpgrp;
        exec '/usr/sbin/sshd', '-D', '-f', "$base/sshd_config", '-E',
            "$base/sshd.log" or exit 127;
    }

    Verbs::wait_for(20, sub {
        return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
    }) or die "sshd does not listen: ", Backups::text("$base/sshd.log");
    return;
}

# the sshd and its sessions
sub halt {
    return if !$sshd;

    kill 'KILL', $sshd;
    waitpid $sshd, 0;
    $sshd = 0;
    kill 'KILL', map { m{(\d+)} } grep { (readlink("$_/exe") // '') =~ /sshd/
        && Backups::text("$_/cmdline") =~ /^sshd: root/ } glob '/proc/[0-9]*';
    return;
}

sub saved {
    my ($name) = @_;

    $node->likes(tagged("snapshot $id $name"), qr/^ok/);

    my ($answer, $data) = $node->ask(tagged("backup $id far $name"));

    like($answer, qr/^ok/, "$name is saved");
    return { Verbs::pairs($data->[0]) };
}


# --- a target that lets it in ---

mkdir "$base/far" or die "$base: $!\n";
mkdir "$base/small" or die "$base: $!\n";
Backups::write_secret("$base/authorized_keys", keys_of('node'));
Backups::write_secret("$base/known_hosts",
    "[127.0.0.1]:$port " . keys_of('host'));
keys_of('impostor');

my $url = "sftp://root\@127.0.0.1:$port/$base";
my %far = (url => "$url/far/%t", option => $command);

Backups::repositories($node, far => \%far,
    full => { %far, url => "$url/small/%t" });
serve('host');

$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);
is(system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), $^X,
    "$Verbs::root/t/lib/perl/odd-files", root() . '/srv'), 0,
    'files of every kind');

my $before = Backups::files(root(), $own);
my $begun = time;
my $first = saved('s1');

note sprintf 'first: %.1f s', time - $begun;
ok(-d "$base/far/$tag/data", 'where the url says');
$begun = time;
cmp_ok(saved('s2')->{added}, '<', 400_000, 'nothing is saved twice');
note sprintf 'nothing new: %.1f s', time - $begun;
is(scalar(@{ ($node->ask("backups far $tag"))[1] }), 2, 'both are listed');

my ($end, $bytes) = Backups::stream($node, "file far $tag $first->{snapshot}",
    ['/srv/big']);

is($end, 'ok end', 'a file is downloaded');
is(Digest::SHA::sha256_hex($bytes), Backups::sum(root() . '/srv/big'), 'whole');
$node->likes("verify far $tag", qr/^ok$/, 'the repository is checked');
$node->likes(tagged("restore $id far $tag $first->{snapshot}"), qr/^ok/,
    'it is restored');
$node->likes(tagged("start $id"), qr/^ok/);
is_deeply([ Backups::differences($before, Backups::files(root(), $own)) ], [],
    'every file is what it was');
$node->likes("forget far $tag $first->{snapshot}", qr/^ok$/, 'one is removed');
ok(Verbs::wait_for(20, sub { !Backups::left($node) }),
    'no process of restic or ssh stays') or diag Backups::left($node);


# --- one that does not ---

$node->likes(tagged("snapshot $id s3"), qr/^ok/);

system('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', "$base/small") == 0
    or die "tmpfs\n";
failed(tagged("backup $id full s3"), qr/^err nospace repository full is full$/,
    'a target that is full');

# restic may end before it has heard what ssh says: it was not answered then
Backups::write_secret("$base/authorized_keys", '');
failed(tagged("backup $id far s3"),
    qr/^err failed repository far does not (?:let this node in|answer): /,
    'a target that does not know its key');
Backups::write_secret("$base/authorized_keys", Backups::text("$base/node.pub"));

halt();
failed(tagged("backup $id far s3"),
    qr/^err failed repository far does not answer: /, 'a target that is down');

serve('impostor');
failed(tagged("backup $id far s3"),
    qr/^err failed repository far does not (?:let this node in|answer): /,
    'another machine at its address');
halt();

serve('host');
saved('s4');
ok(Verbs::wait_for(20, sub { !Backups::left($node) }), 'and none of it stays')
    or diag Backups::left($node);
unlike($node->slurp('log'), qr/\Q$base\E\/node\b|known_hosts/,
    'what it is reached by is not in the log');

done_testing();
