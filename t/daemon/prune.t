#!/usr/bin/perl
#
# Unpacked versions of a template go when it has changed and no container has
# them below its own disk, and never before.

use strict;
use warnings;

use Fcntl qw(:flock);
use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'vzctl keeps its own templates';
}

my $node = Verbs->new('lxc');
my $template = $Verbs::template;
my $archive = "$node->{dir}/cache/$template.tar.gz";
my $size = -s $archive;
my $locks = "$node->{dir}/run$node->{dir}/lxc/lock";


# version N: the archive is another one; what its folder will be called
sub version {
    my ($n) = @_;

    utime $n, $n, $archive or die "$archive: $!\n";
    return "$template\@$n-$size";
}


# unpacked: the versions there are, by their number
sub unpacked {
    opendir my $dir, "$node->{dir}/lxc/template" or return '';
    return join ' ', sort map { /@(\d+)-/ ? $1 : () } readdir $dir;
}


sub ok_to {
    my (@words) = @_;

    like(($node->ask("@words"))[0], qr/^ok/, "@words");
    return;
}


# hold LOCK: as another process would
sub hold {
    my ($name) = @_;

    open my $lock, '>>', "$locks/$name" or die "$name: $!\n";
    flock $lock, LOCK_EX or die "$name: $!\n";
    return $lock;
}


# asleep PID: it waits for the lock, in the only sleep on its way
sub asleep {
    my ($pid) = @_;
    my $looks = 0;

    for (1 .. 500) {
        select undef, undef, undef, 0.02;
        open my $stat, '<', "/proc/$pid/stat" or return;
        my $sleeps = -e "$locks/31003"
                     && readline($stat) =~ /\) S /;
        $looks = $sleeps ? $looks + 1 : 0;
        return if $looks == 10;
    }
    return;
}


version(1_000_000_001);
ok_to("create 31001 $template");
is(unpacked(), '1000000001', 'one version');

version(1_000_000_002);
ok_to("create 31002 $template");
is(unpacked(), '1000000001 1000000002', 'a new one; the old one is in use');

ok_to('start 31001');
my ($done, undef, $told) = $node->ask('destroy 31001');
like($done, qr/^ok/, 'destroy 31001');
like(join(' ', @$told), qr/removing an old version of \Q$template\E$/,
     'it is told that an old version goes');
is(unpacked(), '1000000002', 'with its last container the old one goes');

version(1_000_000_003);
is(($node->program('--warm'))[0], 0, '--warm');
is(unpacked(), '1000000002 1000000003', 'a stopped container uses its own');

# a record that can't be read may name any version
my $record = $node->slurp('lxc/ct/31002/ct.conf');
$node->spew('lxc/ct/31002/ct.conf', "broken\n");
version(1_000_000_004);
$node->program('--warm');
is(unpacked(), '1000000002 1000000003 1000000004',
   'while a record is broken nothing goes');
$node->spew('lxc/ct/31002/ct.conf', $record);

# whoever unpacks that template has it to himself
my $lock = hold("template-$template");
$node->program('--warm');
is(unpacked(), '1000000002 1000000003 1000000004', 'nor while it is locked');
close $lock;

$node->program('--warm');
is(unpacked(), '1000000002 1000000004', 'then what nobody uses goes');

# a death in the middle
mkdir "$node->{dir}/lxc/template/.$template\@1000000009-1.gone";
version(1_000_000_005);
$node->program('--warm');
is(unpacked(), '1000000002 1000000005', 'what a death left goes, too');

# pruned between unpacking and the record: not made on nothing
$lock = hold('ids');
my ($client, $server) = $node->connect_to;
Verbs::say_to($client, "create 31003 $template");
asleep($server);
my $folder = "$node->{dir}/lxc/template/$template\@1000000005-$size";
rename $folder, "$folder.away" or die "$folder: $!\n";
close $lock;
my ($answer) = Verbs::read_answer($client);
close $client;
waitpid $server, 0;
like($answer, qr/^err busy template $template has just been changed$/,
     'a version that is gone is no base');
rename "$folder.away", $folder;
ok_to("create 31003 $template");

unlink $archive;
ok_to('destroy 31003');
is(unpacked(), '1000000002', 'without its archive no version is the present');

ok_to('start 31002');
is({ $node->status(31002) }->{state}, 'running',
   'through all of that it kept what it stands on');
ok_to('destroy 31002');
is(unpacked(), '', 'and at last nothing is left');

$node->end;
done_testing();
