#!/usr/bin/perl
#
# The stand-in itself, against what the real programs said when they were run:
# a test of the driver is worth no more than that.

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use Test::More;

use lib File::Basename::dirname(__FILE__);
use Setup;

my $top = File::Temp::tempdir('vz-standin-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# a template that is only what vzctl looks at
my $tree = "$top/tree";
system('mkdir', '-p', "$tree/sbin", "$tree/etc") == 0 or die;
Setup::spew("$tree/sbin/init", '');
Setup::spew("$tree/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
system('tar', '-czf', "$top/debian-3.1-i386-minimal.tar.gz", '-C', $tree, '.')
    == 0 or die;
Setup::node($top, "$top/debian-3.1-i386-minimal.tar.gz");


# run WORDS: exit status, standard output, standard error
sub run {
    my ($program, @words) = @_;

    my $pid = fork // die;
    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$top/out";
        open STDERR, '>', "$top/err";
        exec "$top/sbin/$program", @words;
    }
    waitpid $pid, 0;

    return ($? >> 8, map { local (@ARGV, $/) = "$top/$_"; <> // '' }
                         qw(out err));
}


# [ words, status, a piece of stdout or stderr ]
my @runs = (
    [ 'create 101 --ostemplate debian-3.1-i386-minimal', 0,
      qr/^Creating container private area \(debian-3.1-i386-minimal\)$/m,
      undef ],
    [ 'create 101 --ostemplate debian-3.1-i386-minimal', 44, undef,
      qr/^Private area already exists in .*\nCreation of container private/m ],
    [ 'create 102 --ostem nosuch', 91, undef,
      qr/^Cached OS template .*nosuch\.tar\[\.gz\|\.bz2\|\.xz\] not found$/m ],
    [ 'create 103 --ostemplate x --config nosuch', 82, undef,
      qr/ve-nosuch\.conf-sample not found/ ],
    [ 'create 105 --ostemplate debian-3.1-i386-minimal --layout ploop', 99,
      undef, qr/No ploop support/ ],
    [ 'start 777', 14, undef, qr/^Container config file does not exist$/m ],
    [ 'stop 777', 14, undef, undef ],
    [ 'destroy 777', 14, undef, undef ],
    [ 'exec 777 id', 14, undef, undef ],
    [ 'status 777', 0, qr/^CTID 777 deleted unmounted down$/, undef ],
    [ 'status 101', 0, qr/^CTID 101 exist unmounted down$/, undef ],
    [ 'status 1a', 21, undef, qr/^Bad CT ID 1a$/m ],
    [ 'status -1', 21, undef, undef ],
    [ 'status 2147483645', 21, undef, undef ],
    [ 'status 0', 21, undef, qr/^Only set actions are allowed for CT0$/m ],
    [ 'status +101', 0, qr/^CTID 101 /, undef ],
    [ 'status 0101', 0, qr/^CTID 101 /, undef ],
    [ '', 20, undef, qr/Usage/ ],
    [ 'status', 21, undef, qr/^CT ID missing$/m ],
    [ 'reinstall 101', 20, undef, qr/^Bad command: reinstall$/m ],
    [ 'set 101 --vmguarpages 256M', 31, undef,
      qr/^Unable to apply UBC parameters: container is not running$/m ],
    [ 'start 101 --fast', 20, undef,
      qr/^Option --fast is not applicable to start command$/m ],
    [ 'start 101', 0, qr/^Container start in progress/m, undef ],
    [ 'enter 101', 3, undef, qr/is played on a terminal only$/m ],
    [ 'console 101', 3, undef, qr/is played on a terminal only$/m ],
    [ 'start 101', 32, undef, qr/^Container is already running$/m ],
    [ 'set 101 --vmguarpages 256M --save', 0,
      qr/^UB limits were set successfully\nCT configuration saved to/m,
      undef ],
    [ 'set 101 --vmguarpages 256M', 0, qr/^WARNING: Settings were not saved/m,
      undef ],
    [ 'set 101 --ram 512M --swap 1G --save', 3, undef,
      qr/^Error: kernel does not support vswap/m ],
    (map { [ "set 101 $_->[0]", 21, undef,
             qr/^Bad parameter for --$_->[1]: / ] }
        [ '--cpuunits 7', 'cpuunits' ], [ '--privvmpages 10X', 'privvmpages' ],
        [ '--privvmpages abc', 'privvmpages' ],
        [ '--privvmpages -1', 'privvmpages' ], [ '--numproc 10M', 'numproc' ],
        [ '--onboot maybe', 'onboot' ], [ '--cpulimit 101%', 'cpulimit' ],
        [ '--ipadd 999.1.1.1', 'ipadd' ], [ '--ipadd 10.8.0', 'ipadd' ],
        [ '--ipadd 1.2.3.4/33', 'ipadd' ],
        [ '--diskspace unlimited', 'diskspace' ], [ '--name web;1', 'name' ]),
    [ 'set 101 --privvmpages= --save', 0, undef, undef ],
    [ 'set 101 --privvmpages 65536:69632 --save', 0, undef, undef ],
    [ 'set 101 --cpulimit -5 --save', 96, undef, qr/Invalid argument/ ],
    [ 'set 101 --bogus 1', 21, undef, qr/unrecognized option '--bogus'/ ],
    [ 'set 101 --gw 10.0.0.1', 21, undef, qr/unrecognized option '--gw'/ ],
    [ 'set 101 extra --save', 20, undef, qr/^Invalid extra arguments: extra/m ],
    [ 'set 777 --hostname x --save', 0, undef,
      qr/^WARNING: .*777\.conf not found/m ],
    [ 'set 101 --hostname --save', 0, qr/Settings were not saved/, undef ],
    [ 'set 101 --ipadd 192.168.0.101 --save', 0, undef, undef ],
    [ 'set 101 --ipdel 10.1.1.1 --save', 0, undef, undef ],
    [ 'set 101 --name web1', 131, undef, qr/without --save/ ],
    [ 'set 101 --name web1 --save', 0, undef, undef ],
    [ 'status web1', 0, qr/^CTID 101 exist mounted running$/, undef ],
    [ 'destroy 101', 32, qr/^Container is currently running\. Stop it first\.$/,
      undef ],
    [ 'umount 101', 32, undef, undef ],
    [ 'stop 101', 0, qr/^Container was stopped\nContainer is unmounted$/m,
      undef ],
    [ 'stop 101', 0, undef, qr/^Unable to stop: container is not running$/m ],
    [ 'umount 101', 40, undef, undef ],
    [ 'exec 101 id', 8, undef, qr/^Container is not running$/m ],
    [ 'exec2 101 id', 31, undef, undef ],
    [ 'set 101 --disabled yes --save', 0, undef, undef ],
    [ 'start 101', 105, undef, qr/^Container start disabled$/m ],
    [ 'set 101 --disabled no --save', 0, undef, undef ],
    [ 'snapshot 101 --name x', 156, undef,
      qr/^Snapshot feature is only available for ploop-based CTs$/m ],
    [ 'snapshot-list 101 -H', 167, undef, undef ],
    [ 'mount 101', 0, undef, undef ],
    [ 'destroy 101', 41, undef, undef ],
    [ 'umount 101', 0, undef, undef ],
    [ 'destroy 101', 0, qr/^Container private area was destroyed$/m, undef ],
    [ 'destroy 101', 14, undef, undef ],
);

for my $run (@runs) {
    my ($words, $want, $out, $err) = @$run;
    my ($got, $stdout, $stderr) = run('vzctl', split ' ', $words);

    is($got, $want, "vzctl $words: $want") or diag($stdout, $stderr);
    like($stdout, $out, "  its output: $words") if $out;
    like($stderr, $err, "  its error: $words") if $err;
}

ok(-e "$top/etc/vz/conf/101.conf.destroyed", 'destroy leaves conf.destroyed');
my $conf = do { local (@ARGV, $/) = "$top/etc/vz/conf/101.conf.destroyed";
                <> };
like($conf, qr/^VMGUARPAGES="65536"$/m, '256M is saved as pages, once');
like($conf, qr/^PRIVVMPAGES="65536:69632"$/m, 'pages are saved as given');
like($conf, qr/^IP_ADDRESS="192\.168\.0\.101"$/m, 'addresses are saved');
like($conf, qr/^# UBC parameters/m, 'comments are kept');

# locks
Setup::node("$top/n", "$top/debian-3.1-i386-minimal.tar.gz");
$top = "$top/n";
run('vzctl', 'create', 101, '--ostemplate=debian-3.1-i386-minimal');
Setup::spew("$top/vz/lock/101.lck", "$$\n\n");
my ($status, undef, $err) = run('vzctl', 'set', 101, '--cpuunits=9', '--save');
is($status, 9, 'a lock of one who lives: 9');
like($err, qr/^Locked by: pid $$, cmdline .*\nContainer already locked$/m,
     'and who it is');
is((run('vzctl', 'status', 101))[0], 0, 'status asks for no lock');
Setup::spew("$top/vz/lock/101.lck", "99999999\n\n");
($status, my $out) = run('vzctl', 'set', 101, '--cpuunits=9', '--save');
is($status, 0, 'a lock of one who is dead is removed');
like($out, qr/^Removing stale lock file/m, 'and that is said');

# the host's root shell reads CTID.conf: what the driver must never let in
run('vzctl', 'set', 101, '--hostname', "x\"; touch $top/PWNED; Y=\"",
    '--save');
run('vzctl', 'start', 101);
ok(-e "$top/PWNED", 'a hostname is run at start, as by the real one');

($status, $out) = run('vzlist', '-H', '-o', 'ctid,status,numproc,privvmpages.l',
                      101);
is($out, "       101 running            9      69632\n", 'vzlist: columns');
is((run('vzlist', 999))[0], 1, 'vzlist of nobody: 1');
is((run('vzlist', '-o', 'nosuch'))[0], 1, 'vzlist of an unknown field: 1');
is((run('vzquota', 'drop', 101))[0], 5, 'vzquota drop of one that runs: 5');
run('vzctl', 'stop', 101);
is((run('vzquota', 'drop', 101))[0], 0, 'of one that is stopped');
is((run('vzquota', 'drop', 101))[0], 11, 'and once: 11');
run('vzctl', 'start', 101);
($status, $out) = run('vzcpucheck', '-v');
like($out, qr/^VEID\t\tCPUUNITS\n-+\n0\t\t1000\n101\t\t\d+\nCurrent CPU/,
     'vzcpucheck -v: rows');
is((run('vzcpucheck', '-x'))[0], 2, 'vzcpucheck: usage is 2');
unlink "$top/proc/fairsched";
is((run('vzcpucheck'))[0], 1, 'vzcpucheck without /proc/fairsched: 1');

# snapshots, where the kernel has ploop
Setup::spew("$top/proc/vz/ploop_minor", "182\n");
my $one = '{11111111-1111-4111-8111-111111111111}';

for (["create 201 --ostemplate debian-3.1-i386-minimal --layout ploop", 0],
     ["snapshot 201 --id $one --name first --skip-suspend --skip-config", 0],
     ["snapshot 201 --id $one --skip-suspend --skip-config", 156],
     ["snapshot-switch 201 --id {0} --skip-resume --skip-config", 159],
     ["snapshot-switch 201 --id=$one --skip-resume --skip-config", 0],
     ["snapshot-umount 201 --id $one", 161],
     ['snapshot-list 201 -o nosuch', 21])
{
    is((run('vzctl', split ' ', $_->[0]))[0], $_->[1], "vzctl $_->[0]: $_->[1]");
}

($status, $out) = run('vzctl', 'snapshot-list', 201, '-H', '-o',
                      'uuid,date,name');
like($out, qr/^\Q$one\E \d{4}-\d\d-\d\d \d\d:\d\d:\d\d first$/, 'snapshot-list: columns');
is((run('vzctl', qw(snapshot-delete 201 --id), $one))[0], 0, 'one is deleted');
is((run('vzctl', qw(snapshot-delete 201 --id), $one))[0], 158, 'once');

done_testing();
