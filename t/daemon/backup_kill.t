#!/usr/bin/perl
#
# Whoever saves or restores is killed at any moment, the daemon or restic: the
# container has its old system or the new one, whole; a repository has whole
# backups; nothing is left, and the next one works.
#
# BACKUP_ROUNDS=15: how often each of them is killed.

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

my $rounds = $ENV{BACKUP_ROUNDS} // 3;
my $id = 31001;
my $tag = '0123456789abcdef';
my $t = $Verbs::template;
my $node = Backups::node('lxc', disk_free => '16M');

Backups::repositories($node, main => { url => "$node->{base}/target/%t" });

sub tagged { return "tag=$tag $_[0]" }

sub root { return "$node->{dir}/lxc/ct/$id/root" }

sub as_guest {
    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), @_) == 0;
}

# until what was killed has let go of its locks
sub done {
    my ($line, @body) = @_;
    my ($answer, $data);

    Verbs::wait_for(30, sub {
        ($answer, $data) = $node->ask($line, @body);
        return $answer !~ /^err busy/;
    });

    return ($answer, $data);
}

# killed LINE, SECONDS: the daemon that is asked, or the restic that it runs
sub killed {
    my ($line, $seconds, $restic) = @_;
    my ($handle, $pid) = Backups::begun($node, $line);

    sleep $seconds;

    if ($restic) {
        kill 'KILL', grep { $_ } map { m{^/proc/(\d+) \S*/restic$} } Backups::left($node);
        Verbs::read_answer($handle);
    } else {
        kill 'KILL', $pid;
    }

    close $handle;
    waitpid $pid, 0;
    return;
}


$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);
ok(as_guest($^X, "$Verbs::root/t/lib/perl/odd-files", root() . '/srv'), 'files');
$node->likes(tagged("snapshot $id s0"), qr/^ok/);

my $begun = time;
my ($answer, $data) = $node->ask(tagged("backup $id main s0"));
my $took = time - $begun;
my ($saved) = ($data->[0] // '') =~ /^snapshot=(\w+)/;
is($answer, 'ok', 'a backup');

for my $round (1 .. $rounds) {
    for my $restic (0, 1) {
        my $name = "s$round-$restic";
        my $who = $restic ? 'restic' : 'the daemon';

        as_guest('dd', 'if=/dev/urandom', 'of=' . root() . '/srv/new', 'bs=1M', 'count=4',
            'status=none');
        $node->ask(tagged("snapshot $id $name"));
        killed(tagged("backup $id main $name"), rand 1.1 * $took, $restic);
        ok(Verbs::wait_for(20, sub { !Backups::left($node) }),
            "$name: $who is killed, nothing is left") or diag Backups::left($node);
        ($answer) = done(tagged("backup $id main $name"));
        like($answer, qr/^ok/, "$name: the next one saves it");
        (undef, $data) = $node->ask("backups main $tag");
        is(scalar(grep { / name=$name / } @$data), 1, "$name: once");
        $node->ask(tagged("dropsnapshot $id $name"));
    }
}

like((done("verify main $tag"))[0], qr/^ok/, 'the repository is whole');

# --- restored ---

$begun = time;
like((done(tagged("restore $id main $tag $saved")))[0], qr/^ok/, 'restored');
$took = time - $begun;
$node->ask(tagged("start $id"));
my $whole = Backups::sum(root() . '/srv/big');

for my $round (1 .. $rounds) {
    for my $restic (0, 1) {
        my $who = $restic ? 'restic' : 'the daemon';

        as_guest('sh', '-c', "echo $round > " . root() . '/srv/mark');
        killed(tagged("restore $id main $tag $saved"), rand 1.1 * $took, $restic);
        ok(Verbs::wait_for(20, sub { !Backups::left($node) }),
            "$round: $who is killed, nothing is left");
        ($answer) = done(tagged("start $id"));
        like($answer, qr/^ok/, "$round: it starts");
        is(Backups::sum(root() . '/srv/big'), $whole, "$round: its files are whole");
        note -e root() . '/srv/mark' ? 'old' : 'new';
        ok(!glob("$node->{dir}/lxc/ct/.*.tmp"), "$round: nothing half made");
    }
}

$node->likes(tagged("destroy $id"), qr/^ok/);
is(join(' ', grep { m{\Q$node->{dir}\E/lxc/ct} } split /\n/,
    Backups::text('/proc/self/mountinfo')), '', 'no mount stays');
$node->end;

done_testing();
