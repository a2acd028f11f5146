#!/usr/bin/perl
#
# A backup is tried: it boots in a container that nobody is told of, and nothing
# of that stays, whoever is killed and whenever; what does not boot is told.
#
# TRIAL_ROUNDS=15: how often the daemon is killed.

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

my $rounds = $ENV{TRIAL_ROUNDS} // 6;
my ($id, $its) = (31001, 31099);        # a trial has the highest number
my ($tag, $other) = ('0123456789abcdef', 'fedcba9876543210');
my $t = $Verbs::template;
my $node = Backups::node('lxc', disk_free => '16M');
my $all = "$node->{dir}/lxc/ct";

Backups::repositories($node, main => { url => "$node->{base}/target/%t" });


sub tagged { return "tag=$tag $_[0]" }

sub root { return "$all/$id/root" }

sub as_guest {
    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0), @_) == 0;
}

# saved NAME: the id of a backup of what it has now
sub saved {
    my ($name) = @_;

    $node->likes(tagged("snapshot $id $name"), qr/^ok/, "snapshot $name");

    my ($answer, $data) = $node->ask(tagged("backup $id main $name"));

    is($answer, 'ok', "backup $name");
    return { Verbs::pairs($data->[0]) }->{snapshot};
}

sub trial { return "trial main $tag $_[0] " . ($_[1] // 2) }

# an init of another kind, saved
sub init_is {
    my ($name, $text) = @_;

    as_guest('sh', '-c', 'rm -f "$0/sbin/init"; [ -z "$1" ] || { printf'
        . ' "#!/bin/sh\n%s\n" "$1" > "$0/sbin/init";'
        . ' chmod 755 "$0/sbin/init"; }', root(), $text);
    return saved($name);
}

# all that there may be of a trial
sub left {
    opendir my $dir, $all or die "$all: $!\n";
    my @left = grep { !/^\.\.?$/ && $_ ne $id } readdir $dir;

    push @left, Backups::left($node);
    push @left, grep { m{\Q$all\E/\.?$its\b} } split /\n/,
        Backups::text('/proc/self/mountinfo');
    push @left, grep { -e } glob "/sys/class/net/vx*$its";
    push @left, map { "$_: processes" } grep { -s || Backups::text($_) ne '' }
        glob "/sys/fs/cgroup/{*/,}*/$its/cgroup.procs";
    return @left;
}

sub nothing_left {
    my ($title) = @_;

    return ok(!left(), $title) || diag join "\n", left();
}


$node->likes(tagged("create $id $t"), qr/^ok/);
$node->likes(tagged("start $id"), qr/^ok/);

my $good = saved('good');

# --- what boots ---

my ($handle, $pid) = Backups::begun($node, trial($good, 6));

ok(Verbs::wait_for(60, sub { $node->init($its) }), 'it boots');

my (undef, $data) = $node->ask('list');
is(scalar @$data, 1, 'no verb tells of it');
like($data->[0], qr/^id=$id /, 'but of the container alone');
(undef, $data) = $node->ask('node');
like("@$data", qr/ containers=1 running=1 /, 'nor is it counted');
is((split ' ', readpipe "nsenter -t " . $node->init($its) . ' -n ip -br link')[0],
    'lo', 'it has no network');
is(() = (readpipe "nsenter -t " . $node->init($its) . ' -n ip -br link') =~ /\n/g,
    1, 'but lo');
$node->likes(trial($good), qr/^err busy /, 'there is one at a time');
is(left() > 0, 1, 'it is there');

my ($answer, $lines, $progress) = Verbs::read_answer($handle);

close $handle;
waitpid $pid, 0;
is($answer, 'ok', 'it has booted');
like("@$lines", qr/^seconds=\d+ processes=[2-9]\d*$/, 'with processes');
like("@$progress", qr/booting what was restored/, 'which it told of');
note "@$lines";
nothing_left('nothing of it stays');
is($node->state($id), 'running', 'the container runs on');

# --- what does not ---

my $none = init_is('none', '');

($answer) = $node->ask(trial($none));
like($answer, qr/^err failed what was restored does not boot: /,
    'a disk without an init');
note $answer;
nothing_left('of which nothing stays');

my $ends = init_is('ends', 'sleep 2');

($answer) = $node->ask(trial($ends, 10));
like($answer, qr/^err failed what was restored does not stay up: its init ended after [1-4] s$/,
    'an init that ends');
nothing_left('of which nothing stays, either');

my $alone = init_is('alone', 'exec sleep 1000');

($answer) = $node->ask(trial($alone));
like($answer, qr/^err failed what was restored does not boot: its init began nothing in 2 s$/,
    'an init that does nothing');
nothing_left('nor of that one');

$node->likes(trial('0' x 64), qr/^err noent the backup has no such file/,
    'a backup that is not there');
$node->likes("trial main $other $good 2", qr/^err noent no container/,
    'or is of no container of this node');
$node->likes("trial far $tag $good 2", qr/^err unsupported /,
    'a repository that this node does not have');
nothing_left('nothing is left of any');

# --- who does not wait ---

($handle, $pid) = Backups::begun($node, trial($good));
ok(Verbs::wait_for(30, sub { Backups::left($node) }), 'while it is restored');
$node->likes(tagged("snapshot $id now"), qr/^ok/);
$node->likes(tagged("backup $id main now"), qr/^ok/, 'another backup is made');
($answer) = Verbs::read_answer($handle);
like($answer, qr/^err busy its backups are held by: /, 'and the trial gives way');
close $handle;
waitpid $pid, 0;
nothing_left('leaving nothing');

# --- a part of the data ---

$node->likes("verify main $tag $good none", qr/^ok$/, 'a check without its data');
$node->likes("verify main $tag $good 8/8", qr/^ok$/, 'with a part of it');
$node->likes("verify main $tag " . '0' x 64 . ' none', qr/^err noent /,
    'of a backup that is not there');

# --- who is killed ---

my $begun = time;

$node->likes(trial($good), qr/^ok$/);

my $took = time - $begun;

note sprintf '%.1f s', $took;

for my $round (1 .. $rounds) {
    my $at = rand 1.05 * $took;

    $node->killed(trial($good), $at);
    ok(Verbs::wait_for(30, sub { $node->ask('list'); return !left() }),
        sprintf 'round %u, killed after %.1f s: the next verb leaves nothing',
        $round, $at) or diag join "\n", left();
}

$node->recovers(trial($good), 'the next one boots', 60);
nothing_left('and leaves nothing');
is($node->state($id), 'running', 'the container runs on');
$node->likes(tagged("destroy $id"), qr/^ok/);
is(join(' ', grep { m{\Q$all\E} } split /\n/,
    Backups::text('/proc/self/mountinfo')), '', 'no mount stays');
$node->end;

done_testing();
