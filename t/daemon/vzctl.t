#!/usr/bin/perl
#
# What only vzctl does: locks of its own, stops that take minutes, starts
# whose 0 means nothing, set on what is not there, a CTID.conf that root's
# shell reads.  The table of all verbs is t/daemon/verbs.t.

use strict;
use warnings;

use File::Basename ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my $t = $Verbs::template;
my $ct = 31001;
my $node = Verbs->new('vzctl', stop_timeout => 2);
my $top = "$node->{dir}/node";
my $conf = "node/etc/vz/conf/$ct.conf";


sub knob { Setup::knob($top, @_); return; }

# answer LINE, SECRET: its last line
sub answer { my ($last) = $node->ask(@_); return $last; }

# verb LINE WANT TITLE
sub verb {
    my ($line, $want, $title, $secret) = @_;

    my $last = answer($line, $secret);
    like($last, $want, $title // $line);
    return $last;
}

# somebody else's hand
sub vzctl { return system("$top/sbin/vzctl --quiet @_ 2>/dev/null"); }

# since NUMBER: calls of vzctl that came after so many lines
sub count { return scalar $node->calls; }
sub since { my ($n) = @_; my @all = $node->calls; return @all[$n .. $#all]; }


# --- nothing reaches vzctl that should not ---

my $before = count();
verb("setname $ct x\";touch;Y=\"", qr/^err range /, 'a hostile name');
verb("setname $ct \$(id)", qr/^err range /, 'a name for a shell');
verb("setname $ct web", qr/^err noent /, 'set of nobody');
verb("setmemoryp $ct 64M", qr/^err noent /, 'set of nobody, memory');
verb("setip $ct 10.74.0.1", qr/^err noent /, 'set of nobody, address');
is(count(), $before, 'none of them came to a program');
ok(!-e "$node->{dir}/$conf", 'no stray CTID.conf');

verb("create $ct nosuch", qr/^err notemplate /, 'a template that is not there');
verb("create $ct --help", qr/^err range /, 'a template that is an option');
is(scalar(grep { /create/ } since($before)), 0,
   'vzctl is not asked for it: it would ask the network');

# --- create, and again ---

verb("create $ct $t", qr/^ok$/);
like($node->slurp($conf), qr/^OSTEMPLATE="\Q$t\E"$/m, 'CTID.conf names it');
verb("create $ct $t", qr/^ok already$/, 'made, never started');

for (["setname $ct web1.example.org", 'HOSTNAME="web1.example.org"', 'saved'],
     ["setmemoryp $ct 65M 97M", 'PRIVVMPAGES="16640:24832"', 'in pages'],
     ["setmemoryp $ct 66000001 99999999", 'PRIVVMPAGES="16114:24415"',
         'rounded up'],
     ["setmemoryvm $ct 32M unlimited", 'VMGUARPAGES="8192:unlimited"',
         'unlimited'],
     ["setdisk $ct 1G 2G", 'DISKSPACE="1048576:2097152"', 'in KiB'],
     ["setcpu $ct 1500 4", 'CPUUNITS="1500"', 'units'])
{
    my ($words, $line, $title) = @$_;

    verb($words, qr/^ok$/);
    like($node->slurp($conf), qr/^\Q$line\E$/m, $title);
}

like($node->slurp($conf), qr/^CPULIMIT="4"$/m, 'per cent of one CPU');
verb("setip $ct 2001:DB8:0::9/64", qr/^ok$/);
verb("setip $ct 2001:db8::9", qr/^ok already$/, 'the same in other letters');
like($node->slurp($conf), qr/^IP_ADDRESS="2001:db8::9"$/m, 'canonical');
verb("setdns $ct 10.74.0.253 10.74.0.254", qr/^ok$/);
like($node->slurp($conf), qr/^NAMESERVER="10\.74\.0\.253 10\.74\.0\.254"$/m,
     'name servers');

# --- its lock ---

Setup::spew("$top/vz/lock/$ct.lck", "$$\n\n");
my $began = time;
verb("setcpu $ct 1000", qr/^err busy .*Locked by: pid $$/, 'a vzctl holds it');
my $took = time - $began;
ok($took >= 4.9 && $took < 8, "after 5 s ($took)");
like(answer("status $ct"), qr/^ok$/, 'a read does not wait');

my $pid = fork // die;
if ($pid == 0) {
    sleep 1.5;
    unlink "$top/vz/lock/$ct.lck";
    require POSIX;
    POSIX::_exit(0);
}
verb("setcpu $ct 1000", qr/^ok$/, 'given back meanwhile: it is taken');
waitpid $pid, 0;

Setup::spew("$top/vz/lock/$ct.lck", "99999999\n\n");
verb("setcpu $ct 1500", qr/^ok$/, 'a lock of a dead one');

my @children;
for my $n (1 .. 8) {
    my $child = fork // die;
    if ($child == 0) {
        my $last = eval { answer("setcpu $ct 200$n") } // "died";
        require POSIX;
        POSIX::_exit($last eq 'ok' ? 0 : 1);
    }
    push @children, $child;
}
my $good = 0;
for my $child (@children) {
    waitpid $child, 0;
    $good++ if $? == 0;
}
is($good, 8, 'eight at once: each has its turn');

# --- start ---

knob("$ct.dies", 1);
verb("start $ct", qr/^err failed .*no process/, 'status 0, but its init died');
knob("$ct.dies", undef);
knob("$ct.empty", 1);
verb("start $ct", qr/^err failed .*no process/, 'running without a process');
is({ $node->status($ct) }->{state}, 'stopped', 'half a start is none');
knob("$ct.empty", undef);
verb("create $ct $t", qr/^err exists /, 'it may have run: not made anew');
vzctl('set', $ct, '--disabled=yes', '--save');
my ($last, $said) = $node->ask("start $ct");
like($last, qr/^err state vzctl start: exit 105/, 'disabled');
like("@$said", qr/disabled/i, 'what vzctl printed comes with it');
vzctl('set', $ct, '--disabled=no', '--save');
verb("start $ct", qr/^ok$/);
verb("start $ct", qr/^ok already$/);

# --- what fails live is not kept ---

knob('noquota', 1);
verb("setdisk $ct 4G", qr/^err failed vzctl set: exit 62/, 'quota is off');
like($node->slurp($conf), qr/^DISKSPACE="1048576:2097152"$/m, 'not saved');
knob('noquota', undef);
verb("setdisk $ct 16M", qr/^ok$/);
system('dd', 'if=/dev/zero', "of=$top/vz/private/$ct/big", 'bs=1M',
       'count=20', 'status=none');
verb("setdisk $ct 16M", qr/^err state \d+ KiB are in use$/, 'less than it has');
unlink "$top/vz/private/$ct/big";

# --- passwords ---

my $secret = 'S3cret: "x" $(y)';
my $shadow = "$top/vz/private/$ct/etc/shadow";


sub fits {
    my ($file, $password) = @_;

    my ($hash) = do { local (@ARGV, $/) = $file; <> } =~ /^root:([^:]+):/m;
    return crypt($password, $hash) eq $hash;
}


verb("passwd $ct", qr/^ok$/, 'passwd, running, no chpasswd inside', $secret);
ok(fits($shadow, $secret), 'its hash is in /etc/shadow');

Setup::spew("$top/vz/private/$ct/usr/sbin/chpasswd",
            "#!/bin/sh\ncat > /told; echo told:; cat /told; exit \$(cat /code)\n");
chmod 0755, "$top/vz/private/$ct/usr/sbin/chpasswd";
Setup::spew("$top/vz/private/$ct/code", '0');
verb("passwd $ct", qr/^ok$/, 'passwd, running, by chpasswd', "$secret 2");
is($node->slurp("node/vz/private/$ct/told"), "root:$secret 2\n",
   'which reads it');
Setup::spew("$top/vz/private/$ct/code", '1');
($last, $said) = $node->ask("passwd $ct", "$secret 3");
like($last, qr/^err failed /, 'chpasswd that fails');
unlike("$last @$said", qr/S3cret/, 'and tells all: not to us');

# --- stop ---

knob("$ct.slow", 2);
$began = time;
verb("stop $ct", qr/^ok(?: killed)?$/, 'a stop that takes its time');
knob("$ct.slow", undef);
is({ $node->status($ct) }->{state}, 'stopped', 'stopped');

verb("passwd $ct", qr/^ok$/, 'passwd, stopped', "$secret 4");
ok(fits($shadow, "$secret 4"), 'its hash is in /etc/shadow');
ok(!-l "$top/vz/root/$ct", 'it is not left mounted');

# a symlink of the guest leads nowhere else
Setup::spew("$node->{dir}/victim", "root:x:1::::::\n");
rename $shadow, "$shadow.old";
symlink "$node->{dir}/victim", $shadow;
verb("passwd $ct", qr/^(?:ok|err failed )/, 'a hostile /etc/shadow', $secret);
is($node->slurp('victim'), "root:x:1::::::\n", 'is not followed');
unlink $shadow;
rename "$shadow.old", $shadow;

verb("start $ct", qr/^ok$/);
knob("$ct.stuck", 1);
$began = time;
verb("stop $ct", qr/^ok killed$/, 'a stop that must kill says so');
$took = time - $began;
ok($took < 6, "after stop_timeout, not vzctl's 120 s ($took)");
ok(!-l "$top/vz/root/$ct", 'unmounted');
verb("start $ct", qr/^ok$/);
verb("restart $ct", qr/^ok killed$/, 'so does a restart');
is({ $node->status($ct) }->{state}, 'running', 'and it runs');
knob("$ct.immortal", 1);
verb("stop $ct", qr/^err failed vzctl stop: exit 33/, 'one that cannot die');
verb("destroy $ct", qr/^err failed /, 'is not destroyed');
ok(-e "$node->{dir}/$conf" && -d "$top/vz/private/$ct", 'nothing of it is');
knob("$ct.immortal", undef);

# --- a daemon that is killed in the middle ---

my ($handle, $daemon) = $node->connect_to;
Verbs::say_to($handle, "stop $ct");
sleep 1;
kill 'KILL', $daemon;
waitpid $daemon, 0;
close $handle;
knob("$ct.stuck", undef);
verb("stop $ct", qr/^(?:ok|err busy )/, 'stop, after a daemon died in it');

# the vzctl it had started goes on, and its lock with it
for (1 .. 150) {
    last if !-e "$top/vz/lock/$ct.lck";
    my ($holder) = ($node->slurp("node/vz/lock/$ct.lck") // '') =~ /^(\d+)$/m;
    kill 'KILL', $holder if $holder && $_ == 5;
    last if $holder && !-d "/proc/$holder";
    sleep 0.2;
}
verb("stop $ct", qr/^ok/, 'and once more, when it is gone');
is({ $node->status($ct) }->{state}, 'stopped', 'stopped');

# --- destroy ---

verb("start $ct", qr/^ok$/);
verb("destroy $ct", qr/^ok$/, 'destroy of one that runs');
ok(!-e "$node->{dir}/$conf", 'no CTID.conf');
ok(!-e "$node->{dir}/$conf.destroyed", 'no CTID.conf.destroyed');
ok(!-d "$top/vz/private/$ct", 'no private area');
ok(!-e "$node->{dir}/lxc/vzctl/$ct", 'no record of ours');
verb("destroy $ct", qr/^ok already$/);

knob('create', 2);
($handle, $daemon) = $node->connect_to;
Verbs::say_to($handle, "create $ct $t");
my $vzctl = Setup::creating($top, $ct);
kill 'KILL', $daemon;
waitpid $daemon, 0;
close $handle;
ok(-d "/proc/$vzctl", 'a vzctl goes on without its daemon');
knob('create', undef);
verb("create $ct $t", qr/^ok(?: already)?$/, 'create is repeated: it waits');

verb("destroy $ct", qr/^ok$/);
knob('create', 3);
($handle, $daemon) = $node->connect_to;
Verbs::say_to($handle, "create $ct $t");
$vzctl = Setup::creating($top, $ct);
kill 'KILL', $daemon, $vzctl;
waitpid $daemon, 0;
close $handle;
knob('create', undef);
ok(-e "$node->{dir}/$conf", 'both died: half a container');
verb("create $ct $t", qr/^ok$/, 'and create makes it whole');
is({ $node->status($ct) }->{template}, $t, 'of the template');

# --- what others left ---

vzctl('set', $ct, q{--hostname='x"; id; Y=" z'}, '--save');
is({ $node->status($ct) }->{hostname}, '-', 'a hostname that is none');
vzctl('set', 31009, '--ipadd=10.74.0.77', '--save');
verb("setip $ct 10.74.0.77", qr/^err exists container 31009 /,
     'an address of a stray CTID.conf');
verb("destroy 31009", qr/^ok$/, 'which can be destroyed');
verb("setip $ct 10.74.0.77", qr/^ok$/);

# --- vSwap ---

Setup::spew("$top/proc/vz/vswap", '');
verb("setmemoryp $ct 64M 96M", qr/^ok$/, 'on a vSwap kernel');
like($node->slurp($conf), qr/^PHYSPAGES="0:24576"$/m, 'RAM is limited');
like($node->slurp($conf), qr/^SWAPPAGES="0"$/m, 'and swap');
verb("start $ct", qr/^ok$/);
is({ $node->status($ct) }->{memory_limit}, 96 << 20, 'and that is told');
is({ $node->status($ct) }->{swap_used}, 3 * 4096, 'with what is swapped');
verb("setmemoryp $ct 64M 128M", qr/^ok$/);
is({ $node->status($ct) }->{memory_limit}, 128 << 20, 'live');

# --- the node ---

my ($status, $text) = $node->program('--check');
is($status, 0, '--check finds nothing missing') or diag($text);
like($text, qr/^ok +driver vzctl/m, 'and names the driver');

$node->spew('conf', $node->slurp('conf') =~ s/^driver = vzctl/driver = auto/mr);
($status, $text) = $node->program('--check');
like($text, qr/^ok +driver vzctl \(configured: auto\)/m,
     'auto takes vzctl where /proc/vz is');

unlink "$top/proc/fairsched";
my (undef, $data) = $node->ask('getcpu');
like($data->[0], qr/ units=[1-9]\d* /, 'units without /proc/fairsched');

# --- what its exit statuses mean ---

my $fails = "$node->{dir}/fails";
my $whole = $node->slurp('conf');
my %meant = (
    1 => 'failed', 5 => 'unsupported', 14 => 'noent', 29 => 'notemplate',
    31 => 'state', 32 => 'state', 40 => 'state', 41 => 'state',
    44 => 'exists', 46 => 'nospace', 78 => 'exists', 91 => 'notemplate',
    99 => 'unsupported', 105 => 'state', 255 => 'failed',
);

Setup::spew($fails, "#!/bin/sh\nexec 3< $fails.status; read n <&3; exit \$n\n");
chmod 0755, $fails;
$node->spew('conf', $whole =~ s/^vzctl = .*/vzctl = $fails/mr);

for my $n (sort { $a <=> $b } keys %meant) {
    Setup::spew("$fails.status", "$n\n");
    verb("setcpu $ct 1000", qr/^err $meant{$n} vzctl set: exit $n:/,
         "exit status $n");
}

$node->spew('conf', $whole);

# --- what was in argument lists ---

my @calls = $node->calls;
is(scalar(grep { /S3cret/ } @calls), 0, 'no secret is in an argument list');
is(scalar(grep { /userpasswd/ } @calls), 0, 'nor is --userpasswd');
unlike($node->slurp('log'), qr/S3cret/, 'nor in the log');
is(scalar(grep { /^vzctl set/ && !/hostname=x%|--disabled|31009/
                 && !/^vzctl set \d+(?: --[a-z]+=[A-Za-z0-9.:]+)+ --save$/ }
          @calls), 0, 'set: options with = and plain values only');

verb("destroy $ct", qr/^ok$/);
$node->end;

done_testing();
