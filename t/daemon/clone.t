#!/usr/bin/perl
#
# A clone: a container with another one's disk as it was at one moment, and with
# a name, keys, ids and number of its own; of one that runs and goes on writing,
# and whoever is killed in between leaves the clone whole, or none.
#
# CLONE_ROUNDS=30: how often the daemon is killed.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my $rounds = $ENV{CLONE_ROUNDS} // 4;
my $id = 31001;
my $new = $id + 1;
my $tag = '0123456789abcdef';
my $other = 'fedcba9876543210';
my $node = Verbs->new('lxc', stop_timeout => 4);
my $all = "$node->{dir}/lxc/ct";

sub done { $node->likes($_, qr/^ok\b/) for @_; return }

# what a command prints that runs inside, as a process of it
sub says {
    my ($in, $command) = @_;
    my ($to, $from, $pid) = $node->guest($in, '/bin/busybox', 'sh', '-c',
        $command);
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text =~ s/\s+\z//r;
}

sub pair { return { $node->status($_[0]) }->{ $_[1] } }

sub shell { return `@_ 2>&1` =~ s/\s+\z//r }

# every file of the guest's root: mode, owner, links, size, name, and content
my $list = 'cd /; for d in bin sbin etc srv usr root; do busybox find $d -xdev;'
    . ' done | grep -vE "^etc/(hostname|hosts|resolv.conf|ssh.*)$" | sort |'
    . ' while read -r f; do stat -c "%a %u:%g %h %F %t,%T %n" "$f"; done;'
    . ' md5sum /srv/*';

END {
    my $status = $?;
    $node->ask("tag=$other destroy $new");
    $node->ask("tag=$tag destroy $id");
    $node->end;
    $? = $status;
}


done("tag=$tag create $id $Verbs::template");
$node->likes("tag=$tag $_", qr/^ok\b/) for "setname $id first",
    "setmemoryp $id 96M", "setdisk $id 640M", "start $id";

says($id, 'mkdir -p /srv /etc/ssh; for i in $(busybox seq 1 500); do echo $i >'
    . ' /srv/$i; done; busybox dd if=/dev/urandom of=/srv/big bs=1M count=32'
    . ' 2>/dev/null; ln /srv/1 /srv/one; ln -s 2 /srv/two; mkfifo /srv/pipe;'
    . ' rm /srv/pipe; chown 33:44 /srv/3; chmod 4750 /srv/3; rm /bin/vi; mv'
    . ' /usr/bin/cut /srv/cut; touch "/srv/$(printf "\\377 x")"; rm'
    . ' "/srv/$(printf "\\377 x")"; sync');

my $files = says($id, $list);

$node->likes("tag=$other clone $new $id", qr/^err noent no container $id has/,
    'the other\'s tag must be named');
$node->likes("tag=$other clone $new $id $other",
    qr/^err noent no container $id has/, 'and be the right one');
$node->likes("tag=$other clone $new 31009 $tag", qr/^err noent /,
    'and there must be one');
$node->likes("tag=$other clone $new $new $tag", qr/^err range /,
    'itself is none');
ok(!-e "$all/$new" && !glob("$all/.*.tmp"), 'nothing of it is there');

my $from = time;
my ($end, undef, $progress) = $node->ask("tag=$other clone $new $id $tag");

is($end, 'ok', 'a clone of one that runs');
note sprintf 'in %.2f s', time - $from;
like(join(' ', @$progress), qr/copying its disk/, 'with progress');
is(pair($id, 'state'), 'running', 'which runs on');
is(pair($new, 'state'), 'stopped', 'the clone does not yet');
is(pair($new, 'template'), $Verbs::template, 'it is of that template');
$node->likes("tag=$other clone $new $id $tag", qr/^ok already$/, 'again: already');
$node->likes("tag=$tag clone $new $id $tag", qr/^err exists /,
    'another one\'s number is not taken');
$node->likes("tag=$other start $new", qr/^ok$/);
isnt($files, '', 'it has files');
is(says($new, $list), $files, 'it has each file as it was: modes, owners, links');
is(says($new, 'cat /etc/hostname'), "vps$new", 'a name of its own');
is(pair($new, 'disk_total'), 640 << 20, 'a disk of that size');
isnt(shell("stat -c %g $all/$new"), shell("stat -c %g $all/$id"),
    'ids of its own');
says($new, 'echo other > /srv/1');
is(says($id, 'cat /srv/1'), '1', 'what it writes is its own');
is(shell("ls $all/$id/raw $all/$new/raw"),
    "$all/$id/raw:\nlive\n\n$all/$new/raw:\nlive", 'nothing stays of the copying');

done("tag=$tag snapshot $id kept");
$node->likes("tag=$other destroy $new", qr/^ok$/);
$other = 'fedcba9876543211';

# one that is stopped, and an image of before
$node->likes("tag=$tag stop $id", qr/^ok/);
$node->likes("tag=$other clone $new $id $tag", qr/^ok$/, 'of a stopped one');
$node->likes("tag=$other start $new", qr/^ok$/);
is(says($new, $list), $files, 'with all files');
is(join(' ', @{ ($node->ask("tag=$other snapshots $new"))[1] }), '',
    'and without its snapshots');
$node->likes("tag=$other destroy $new", qr/^ok$/);
$node->likes("tag=$tag start $id", qr/^ok/);


# --- who is killed ---

for my $round (1 .. $rounds) {
    $other = sprintf 'fedcba98765433%02d', $round;

    my $line = "tag=$other clone $new $id $tag";

    $node->killed($line, rand 1.5);

    my $whole = -e "$all/$new";

    $node->recovers($line, "round $round: " . ($whole ? 'whole' : 'none')
        . ', and once more', 30);
    $node->likes("tag=$other start $new", qr/^ok$/, "round $round: it starts");
    is(says($new, $list), $files, "round $round: with all files");
    $node->likes("tag=$other destroy $new", qr/^ok$/);
    is(pair($id, 'state'), 'running', "round $round: the first one runs on");
}

ok(!glob("$all/.*.tmp"), 'nothing half made stays');
$node->likes("tag=$tag destroy $id", qr/^ok$/);
is(shell("grep -F $node->{dir} /proc/self/mountinfo; losetup -nl -O BACK-FILE"
        . " | grep -F $node->{dir}; ls $all"), '', 'nor a mount');

done_testing();
