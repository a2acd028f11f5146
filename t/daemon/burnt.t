#!/usr/bin/perl
#
# A node burns down: its disks and its daemon are gone.  All of its containers
# come up on another node from the target alone, which knows no more than the
# list of repositories and their key: files, limits, network, firewall, history.

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Backups;
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'a node of vzctl has no backups';
}

my $t = $Verbs::template;
my $json = JSON::PP->new->utf8->canonical;
my $first = Backups::node('lxc', disk_free => '16M');
my ($url) = Backups::serve("$first->{base}/target", '--append-only');

# what an operator copies: the list, and the key that it names
Backups::repositories($first, offsite => { url => $url });

my @ours = map { {
    id => 31001 + $_, tag => sprintf('%015x%d', 0xb09e7 + $_, $_),
    address => '10.74.0.' . (11 + $_), memory => 64 + 16 * $_,
    disk => 512 + 64 * $_, hostname => "burnt$_.example.org",
} } 0 .. 2;


sub tagged { return "tag=$_[0]{tag} $_[1]" }

sub root { return "$_[0]{dir}/lxc/ct/$_[1]/root" }

# as the guest's own root, from outside
sub as_guest {
    my ($node, $id, @command) = @_;

    return system('nsenter', '-t', $node->init($id), qw(-U -S 0 -G 0),
        @command) == 0;
}

# what a panel knows of it, cut into lines as the panel cuts it
sub record {
    my ($one) = @_;
    my $text = $json->encode({ %$one, template => $t,
        note => join ' ', map { "two  blanks, \x{e9}\x{1f525} $_" } 1 .. 120 });

    return [ $text =~ /(.{1,1000})/gs ];
}


# --- three containers, each with something of its own, are saved ---

for my $one (@ours) {
    my $id = $one->{id};

    $first->likes(tagged($one, "create $id $t"), qr/^ok/);
    $first->likes(tagged($one, $_), qr/^ok/, $_) for
        "setmemoryp $id $one->{memory}M $one->{memory}M",
        "setdisk $id $one->{disk}M $one->{disk}M",
        "setname $id $one->{hostname}", "setip $id $one->{address}";
    $first->likes(tagged($one, "start $id"), qr/^ok/);
    ok(as_guest($first, $id, 'sh', '-c', 'mkdir -p "$0/srv" && head -c '
        . '3000000 /dev/urandom > "$0/srv/data" && echo "$1" > "$0/srv/name"',
        root($first, $id), $one->{hostname}), 'it has files of its own');
    $one->{sum} = Backups::sum(root($first, $id) . '/srv/data');
}

# a history that the recorder has begun
my $recorder = fork // die "fork: $!\n";
if ($recorder == 0) {
    exec "$Verbs::build/virtual-server", '--config', "$first->{dir}/conf",
        '--record' or POSIX::_exit(127);
}
ok(Verbs::wait_for(40, sub { -e "$first->{dir}/lxc/ct/31001/history" }),
    'the recorder writes histories');
ok(Verbs::wait_for(40, sub {
    my $now = time;
    my ($answer, $data) = $first->ask(sprintf 'history 31001 %d %d', $now - 600,
        $now);
    return $answer =~ /^ok/ && grep { /\d/ } @$data;
}), 'with something in them');

for my $one (@ours) {
    my $begun = time;
    $one->{record} = record($one);
    $first->likes(tagged($one, "snapshot $one->{id} night"), qr/^ok/);
    my ($answer, $data) = $first->ask(tagged($one,
        "backup $one->{id} offsite night"), $one->{record});
    like($answer, qr/^ok/, "$one->{hostname} is saved") or diag $answer;
    $one->{backup} = { Verbs::pairs($data->[0]) }->{snapshot};
    note sprintf 'backup: %.2f s', time - $begun;
}

kill 'KILL', $recorder;
waitpid $recorder, 0;
my $history = -s "$first->{dir}/lxc/ct/31001/history";


# --- it burns ---

$first->program('--down');
system 'rm', '-rf', '--one-file-system', "$first->{dir}/lxc";
my ($list, $key) = map { Backups::text("$first->{base}/$_") }
    qw(repositories key);
ok(!-e "$first->{dir}/lxc/ct", 'the disks of the first node are gone');


# --- another node, with another path, ids, interfaces and table ---

my $base = File::Temp::tempdir('vz-burnt-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $second = Verbs->new('lxc', disk_free => '16M',
    repositories => "$base/repositories", backup_cache => "$base/cache",
    interface_prefix => 'vy', nft_table => 'vzburnt', ctid_min => 31051,
    idmap_base => 65536 * (30050 + 100 * ($ENV{VERBS_LANE} // 0)));
$second->{base} = $base;

like(($second->ask('record offsite ' . $ours[0]{tag} . ' 01234567'))[0],
    qr/^err unsupported this node has no repository offsite/,
    'without the list it finds nothing');
Backups::write_secret("$base/repositories", $list =~ s/\Q$first->{base}\E/$base/r);
Backups::write_secret("$base/key", 'a key of its own, which is another one');
like(($second->ask("backups offsite $ours[0]{tag}"))[0],
    qr/^err failed repository offsite was made with another key/,
    'nor with a key of its own');
Backups::write_secret("$base/key", $key);

my $all = time;

for my $one (@ours) {
    my ($id, $tag) = ($one->{id} + 50, sprintf '%016x', 0xf00d + $one->{id});
    my $begun = time;
    my ($answer, $data) = $second->ask("backups offsite $one->{tag}");

    is({ Verbs::pairs($data->[0]) }->{snapshot}, $one->{backup},
        "$one->{hostname} is found by its tag alone");
    my $from = "offsite $one->{tag} $one->{backup}";

    ($answer, $data) = $second->ask("record $from");
    is($answer, 'ok', 'what the panel knew is there');
    my $known = eval { $json->decode(join '', map { s/^panel=//r } @$data) };
    ok($json->encode($known) eq join('', @{ $one->{record} }),
        'to the last blank');

    $second->likes("tag=$tag create $id $t", qr/^ok/);
    $second->likes("tag=$tag restore $id $from", qr/^ok/, 'it is restored');
    $second->likes("tag=$tag inherit $id $from", qr/^ok$/, 'with its history');
    $second->likes("tag=$tag $_", qr/^ok/, $_) for
        "setmemoryp $id $known->{memory}M $known->{memory}M",
        "setdisk $id $known->{disk}M $known->{disk}M",
        "setname $id $known->{hostname}", "setip $id $known->{address}",
        "start $id";
    note sprintf '%s: %.2f s', $one->{hostname}, time - $begun;

    is(Backups::sum(root($second, $id) . '/srv/data'), $one->{sum},
        'its files are what they were');
    is(Backups::text(root($second, $id) . '/srv/name'), "$one->{hostname}\n",
        'and its own');
    is({ $second->status($id) }->{hostname}, $one->{hostname}, 'by its name');
    like({ $second->status($id) }->{address}, qr/^\Q$one->{address}\E\b/,
        'at its address');
    ok(!Backups::left($second), 'nothing of the work stays')
        or diag join "\n", Backups::left($second);
}

note sprintf '%d containers: %.2f s', scalar @ours, time - $all;


# --- histories ---

is(-s "$second->{dir}/lxc/ct/31051/history", $history, 'a history is whole');
my $now = time;
my (undef, $data) = $second->ask(sprintf 'history 31051 %d %d', $now - 900,
    $now);
ok(scalar(grep { /\d/ } @$data), 'and tells of the time before the fire');

# one that is torn on its way is not taken
is(($second->ask('tag=' . sprintf('%016x', 0xf00d + 31001)
    . " inherit 31051 offsite $ours[0]{tag} 00000000"))[0] =~ /^(\w+ ?\w*)/ && $1,
    'ok already', 'where there is none its own stays');
is(-s "$second->{dir}/lxc/ct/31051/history", $history, 'as it was');
ok(!-e "$second->{dir}/lxc/ct/31051/history.inherit", 'and nothing beside it');

# a recorder that has a history open goes on in the one that was inherited
$recorder = fork // die "fork: $!\n";
if ($recorder == 0) {
    exec "$Verbs::build/virtual-server", '--config', "$second->{dir}/conf",
        '--record' or POSIX::_exit(127);
}
ok(Verbs::wait_for(40, sub {
    return (stat "$second->{dir}/lxc/ct/31052/history")[9] > $now;
}), 'the recorder goes on in it');
my $inode = (stat "$second->{dir}/lxc/ct/31052/history")[1];
$second->likes('tag=' . sprintf('%016x', 0xf00d + 31002)
    . " inherit 31052 offsite $ours[1]{tag} $ours[1]{backup}", qr/^ok$/,
    'while it records, it is inherited once more');
my $again = time;
isnt((stat "$second->{dir}/lxc/ct/31052/history")[1], $inode,
    'and is another file');
ok(Verbs::wait_for(40, sub {
    return (stat "$second->{dir}/lxc/ct/31052/history")[9] > $again;
}), 'which the recorder writes');
kill 'KILL', $recorder;
waitpid $recorder, 0;


# --- the same name of a record that is none ---

like(($second->ask("record offsite $ours[0]{tag} 00000000"))[0],
    qr/^err noent /, 'a backup that is not there has no record');
like(($second->ask("record offsite " . 'f' x 16 . ' 01234567'))[0],
    qr/^err noent repository offsite has no backups/,
    'nor has a container that was never saved');

$second->end;
$first->end;

done_testing();
