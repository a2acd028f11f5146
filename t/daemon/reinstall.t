#!/usr/bin/perl
#
# Another system for a container: made beside, switched by one write; whoever is
# killed in between leaves the old system or the new one, whole.
#
# REINSTALL_ROUNDS=20: how often the daemon is killed.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my $rounds = $ENV{REINSTALL_ROUNDS} // 6;
my $id = 31001;
my $one = $Verbs::template;
my $two = "$one-two";
my $node = Verbs->new('lxc');

system('cp', $Verbs::archive, "$node->{dir}/cache/$two.tar.gz") == 0
    or die "$two\n";


sub files { return sort map { s{.*/}{}r } glob "$node->{dir}/lxc/ct/$id/image*" }

sub pair { return { $node->status($id) }->{ $_[0] } }

# the line that a system was given as its mark, "" for a new one
sub mark {
    my ($to, $from, $pid) = $node->guest($id, '/bin/busybox', 'sh', '-c',
        '[ ! -e /mark ] || cat /mark');
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text =~ s/\s+\z//r;
}

sub set_mark { return $node->inside($id, 'sh', '-c', "echo $_[0] > /mark") }


# --- what it does ---

$node->likes("create $id $one", qr/^ok$/);
$node->likes($_, qr/^ok\b/) for "setip $id 10.74.0.9", "setmemoryp $id 96M",
    "setname $id web", "setdns $id 10.74.0.53", "start $id";
set_mark('first');

$node->likes("reinstall $id nosuch", qr/^err notemplate /, 'no such system');
is(pair('state'), 'running', 'and it runs on');

my $begun = time;
my ($end, undef, $progress) = $node->ask("reinstall $id $two");
my $took = time - $begun;

is($end, 'ok', 'another system');
like($progress->[0], qr/^\+ \d+ /, 'with its progress');
is(pair('state'), 'stopped', 'it is stopped');
is(pair('template'), $two, 'of that template');
is(pair('address'), '10.74.0.9', 'with its address');
is(pair('memory_limit'), 96 << 20, 'its memory');
is(pair('hostname'), 'web', 'its name');
is(pair('old'), $one, 'what was before is kept');
cmp_ok(abs(pair('old_until') - time - 86400), '<', 120, 'for a day');
is(join(' ', files()), 'image image.2', 'on a disk of its own');
$node->likes("reinstall $id $two", qr/^ok already$/, 'again: nothing to do');
$node->likes("start $id", qr/^ok$/);
is(mark(), '', 'the new system is new');
like(do { my ($to, $from, $pid) = $node->guest($id, '/bin/busybox', 'cat',
            '/etc/hostname', '/etc/resolv.conf');
          my $text = do { local $/; <$from> };
          close $_ for $to, $from; waitpid $pid, 0; $text },
    qr/^web\n.*10\.74\.0\.53/s, 'it knows its name and name server');
is(pair('inside'), '10.74.0.9', 'and its address');

$node->likes("revert $id", qr/^ok\b/, 'back');
$node->likes("revert $id", qr/^ok already$/, 'once more: nothing to do');
$node->likes("start $id", qr/^ok$/);
is(mark(), 'first', 'what was on it is there');
is(pair('old') // '-', '-', 'nothing else is kept');
is(scalar(() = files()), 1, 'on no other disk');

$node->ask("reinstall $id $two");
$node->spew("lxc/ct/$id/ct.conf", $node->slurp("lxc/ct/$id/ct.conf")
    =~ s/^old_until=.*/old_until=1/mr);
$node->ask('list');
is(scalar(() = files()), 1, 'its time is over: it is removed');
$node->likes("revert $id", qr/^err state /, 'there is no way back');


# --- who is killed ---

$node->likes("start $id", qr/^ok$/);
set_mark('0');

my ($now, $of, %seen) = ('0', $two);

for my $round (1 .. $rounds) {
    my $other = $of eq $one ? $two : $one;

    $node->killed("reinstall $id $other", rand 1.2 * $took);
    # it may have been told to halt already: a start would find it running
    $node->recovers("restart $id", "round $round: it starts");
    is(pair('state'), 'running', "round $round: it runs");

    my $template = pair('template');
    my $mark = mark();

    ok($template eq $of ? $mark eq $now : $template eq $other && $mark eq '',
        "round $round: it is the old system or the new one")
        or diag "template $template mark '$mark', was $of '$now'";
    is($node->inside($id, 'test', '-x', '/bin/busybox'), 0,
        "round $round: and whole");
    $seen{ $template eq $of ? 'old' : 'new' }++;

    my $record = $node->slurp("lxc/ct/$id/ct.conf");
    my %named = map { $_ => 1 } grep { length }
        ($record =~ /^image=(.*)$/m)[0] || 'image',
        $record =~ /^old_image=(.*)$/m;

    is(join(' ', files()), join(' ', sort keys %named),
        "round $round: no disk that nobody names");

    ($now, $of) = ($round, $template);
    set_mark($now);
}

ok(!glob("$node->{dir}/lxc/ct/.*.tmp"), 'nothing half made stays');
note join ' ', map { "$_ $seen{$_}" } sort keys %seen;

$node->likes("destroy $id", qr/^ok$/);
is(join(' ', glob "$node->{dir}/lxc/ct/*"), '', 'and nothing of it');
$node->end;

done_testing();
