#!/usr/bin/perl
#
# Every verb of the protocol, with good and with bad arguments, by one table
# on both drivers: lxc with real containers, vzctl with a stand-in that is
# tested in t/stub/vzctl.  VERBS_DRIVERS names which ("lxc vzctl").

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my @drivers = split ' ', $ENV{VERBS_DRIVERS} // 'vzctl lxc';
my $t = $Verbs::template;

# how a line ends: an expression for both drivers or one for each; then
# expressions for its first data line
my $done = qr/^ok$/;
my $already = qr/^ok already$/;
my $kept = qr/^ok(?: stored, but not enforced: \S+)?$/;
my $range = qr/^err range /;
my $syntax = qr/^err syntax /;
my $noent = qr/^err noent /;
my $lacks = qr/^err unsupported /;
my $firewall = { lxc => qr/^ok$/, vzctl => $lacks };

# a password's hash, and a key
my $hash = '$6$rounds=1000$abcdefgh$' . 'x' x 86;
my $blob = 'AAAAC3NzaC1lZDI1NTE5AAAAI' . 'Kb' x 21 . 'w';
my $key = "ssh-ed25519 $blob";
my $tag = '0123456789abcdef';
my $script = 'IyEvYmluL3NoCmV4aXQgMwo=';     # exits with 3

# A is 31001, B is 31002, N is nobody
my @table = (
    # reads of a node without containers
    [ 'ping', $done ],
    [ 'PING', $done ],
    [ 'list', $done ],
    [ 'templates', $done, qr/^name=\Q$t\E size=\d+ date=\d{4}-\d\d-\d\dT/ ],
    [ 'node', $done, qr/^driver=(?:lxc|vzctl) version=\S+ kernel=\S+/ ],
    [ 'getcpu', $done, qr/^cpus=\d+ units=0 load1=\d+\.\d\d$/ ],
    [ 'nosuch', qr/^err unknown / ],

    # a word too many, one too few, one that is no number
    (map { [ "$_ 1", $syntax ] } qw(ping list templates node nodehistory)),
    (map { [ "$_ 1 2 3 4 5 6", $syntax ] } verbs()),
    (map { [ "$_ x", $range ], [ "$_ -1", $range ] }
         qw(start stop poweroff restart destroy deletevm getmemory getdisk
            getcpu status bootlog)),
    [ 'console A shell 80', $syntax ],
    [ 'console A shell 80 24 1', $syntax ],
    [ 'console A bash 80 24', $range ],
    [ 'console A shell 1 24', $range ],
    [ 'console A shell 80 1000', $range ],
    [ 'console x shell 80 24', $range ],
    (map { [ $_, $syntax ] } qw(adopt start stop poweroff restart getmemory
                                getdisk
                                status deleteip setgateway setip setname setcpu)),
    [ 'passwd', $syntax, undef, 'secret' ],
    [ 'passwd x', $range, undef, 'secret' ],
    [ 'passhash', $syntax, undef, $hash ],
    [ 'keys', $syntax, undef, [$key] ],
    [ 'userdata', $syntax, undef, $script ],
    [ 'deleteip x', $range ],
    [ 'setdisk A', $syntax ],
    [ 'setcpu A', $syntax ],

    # nobody there
    (map { [ "$_ N", $noent ] } qw(start stop poweroff restart getmemory getdisk
                                   getcpu status deleteip)),
    [ 'console N shell 80 24', $noent ],
    [ 'bootlog N', { lxc => $noent, vzctl => $lacks } ],
    [ 'setmemoryvm N 64M', $noent ],
    [ 'setmemoryoo N 64M', $noent ],
    [ 'setmemoryp N 64M', $noent ],
    [ 'setdisk N 1G', $noent ],
    [ 'setcpu N 1000', $noent ],
    [ 'setname N web', $noent ],
    [ 'setip N 10.74.0.9', $noent ],
    [ 'setgateway N 10.74.0.254',
      { lxc => $noent, vzctl => $lacks } ],
    [ 'setdns N 10.74.0.253', $noent ],
    [ 'passwd N', $noent, undef, 'secret' ],
    [ 'passhash N', $noent, undef, $hash ],
    [ 'keys N', $noent, undef, [$key] ],
    [ "reinstall N $t", { lxc => $noent, vzctl => $lacks } ],
    [ 'revert N', $noent ],
    [ 'rescue N', { lxc => $noent, vzctl => $lacks } ],
    [ 'unrescue N', { lxc => $noent, vzctl => $lacks } ],
    (map { [ "$_ N one", { lxc => $noent, vzctl => $lacks } ] }
        qw(snapshot rollback dropsnapshot)),
    [ 'snapshots N', { lxc => $noent, vzctl => $lacks } ],
    (map { [ "$_ N one", { lxc => $noent, vzctl => $lacks }, undef, ['/'] ] }
        qw(snapfiles snapfile)),
    [ 'backup N main one', $noent ],
    [ "restore N main $tag 01234567", $noent ],
    [ "inherit N main $tag 01234567", { lxc => $noent, vzctl => $lacks } ],
    [ 'adopt N 0123456789abcdef', $noent ],
    [ 'destroy N', $already ],
    [ 'history N 1700000000 1700003600', $noent ],
    [ 'why N', $noent ],

    # marks in front
    [ 'tag=0123456789abcdef start N', $noent ],
    [ 'fence=1 id=1.1 tag=0123456789abcdef ping', $done ],
    [ 'tag=0123456789abcde status N', $range ],
    [ 'fence=0 start N', $range ],
    [ 'id=A start N', $range ],
    [ 'tag=0123456789abcdef fence=1 start N', qr/^err unknown / ],
    [ 'tag=0123456789abcdef', $syntax ],

    # create
    [ 'create A', $syntax ],
    [ "create A $t more", $syntax ],
    [ "create 0 $t", $range ],
    [ "create 100 $t", $range ],
    [ "create 031001 $t", $range ],
    [ "create +31001 $t", $range ],
    [ "create 2147483645 $t", $range ],
    [ "create 31100 $t", $range ],
    [ 'create A ../passwd', $range ],
    [ 'create A -x', $range ],
    [ 'create A --help', $range ],
    [ 'create A $(id)', $range ],
    [ 'create A nosuch-template', qr/^err notemplate / ],
    [ "create A $t", $done ],
    [ "create A $t", $already ],
    [ 'create A nosuch-template', qr/^err exists / ],
    [ "create B $t", $done ],
    [ 'list', $done, qr/^id=3100[12] state=stopped hostname=vps3100[12] / ],
    [ 'status A', $done, qr/^id=31001\ state=stopped\ hostname=vps31001
        \ address=-\ memory_used=0\ memory_limit=\S+\ swap_used=\S+
        \ disk_used=\S+\ disk_total=\d+\ inodes_used=\S+\ inodes_total=\S+
        \ cpu_ns=0\ cpu_units=1000\ cpu_percent=0\ processes=0\ uptime=0\ rx_bytes=\S+\ tx_bytes=\S+
        \ template=\Q$t\E\ tag=-\ gateway=\S+\ gateways=\S+\ dns=-\ vmguarpages=\S+
        \ oomguarpages=\S+\ privvmpages=\S+\ diskspace=\S+\ kept=\S+
        \ created=\d+(?:\ inside=-)?$/x ],

    # what nobody has recorded
    [ 'history A 1700000000 1700003600', $done,
      qr/^step=86400 from=\d+ until=\d+ recorded=0 series=cpu,cpu_wait,memory,/ ],
    [ 'history A', $syntax ],
    [ 'history A 1700000000', $syntax ],
    [ 'history A 1700003600 1700000000', $range ],
    [ 'history A yesterday now', $range ],
    [ 'history A 01700000000 1700003600', $range ],
    [ 'history A 4294967296 4294967297', $range ],
    [ 'nodehistory 1700000000 1700003600', $done, qr/^step=86400 .* series=/ ],
    [ 'nodehistory 1700003600 1700000000', $range ],
    [ 'why A', $done, qr/^recorded=0$/ ],
    [ 'why', $syntax ],
    [ 'why x', $range ],

    # another system: busybox again, which was never started
    [ 'reinstall A', $syntax ],
    [ "reinstall x $t", $range ],
    [ 'reinstall A ../x', $range ],
    [ "reinstall A $t", { lxc => $already, vzctl => $lacks } ],
    [ 'reinstall A nosuch', { lxc => qr/^err notemplate /, vzctl => $lacks } ],
    [ 'revert', $syntax ],
    [ 'revert x', $range ],
    [ 'revert A', qr/^err state / ],

    # a rescue system, which is left again
    [ 'rescue', $syntax ],
    [ "rescue A $t", $syntax ],
    [ 'rescue x', $range ],
    [ 'unrescue', $syntax ],
    [ 'unrescue x', $range ],
    [ 'unrescue A', { lxc => $already, vzctl => $lacks } ],
    [ 'rescue A', { lxc => $done, vzctl => $lacks } ],
    [ 'rescue A', { lxc => $already, vzctl => $lacks } ],
    [ 'unrescue A', { lxc => $done, vzctl => $lacks } ],

    # backups, of a node that has no repository
    (map { [ $_, $syntax ] } 'backup', 'backup A main', 'forget main',
        "forget main $tag", 'backups main', 'verify main', 'restore A main',
        "restore A main $tag", "record main $tag", "inherit A main $tag"),
    [ "files main $tag 01234567", $syntax ],
    [ "file main $tag 01234567", $syntax ],
    [ 'backup x main one', $range ],
    [ 'backup A ../main one', $range ],
    [ 'backup A main ../one', $range ],
    [ 'backups main 31001', $range ],
    [ "forget main $tag latest", $range ],
    [ "verify main $tag -1", $range ],
    [ "verify main $tag 01234567 9/8", $range ],
    [ "trial main $tag 01234567", $syntax ],
    [ "trial main $tag 01234567 0", $range ],
    [ "trial main $tag 01234567 5", { lxc => $noent, vzctl => $lacks } ],
    [ "restore A main $tag x", $range ],
    [ "record main $tag x", $range ],
    [ "inherit A main $tag x", $range ],
    [ "files main $tag x", $range, undef, ['/'] ],
    [ "file main $tag x", $range, undef, ['/'] ],
    [ "files main $tag 01234567", $range, undef, ['/..'] ],
    (map { [ $_, $lacks ] } "backups main $tag", "forget main $tag 01234567",
        "verify main $tag", "restore A main $tag 01234567",
        "record main $tag 01234567", "inherit A main $tag 01234567"),
    (map { [ "$_ main $tag 01234567", $lacks, undef, ['/'] ] } qw(files file)),
    [ 'backup A main one', qr/^err state / ],

    # snapshots
    (map { [ "$_ A", $syntax ], [ "$_ x one", $range ], [ "$_ A ../x", $range ] }
        qw(snapshot rollback dropsnapshot)),
    [ 'snapshots', $syntax ],
    [ 'snapshots x', $range ],
    [ 'snapshot A one', { lxc => $done, vzctl => $lacks } ],
    [ 'snapshot A one', { lxc => $already, vzctl => $lacks } ],
    [ 'rollback A other', { lxc => qr/^err state /, vzctl => $lacks } ],
    [ 'rollback A one', { lxc => $done, vzctl => $lacks } ],
    (map { [ "$_ A", $syntax, undef, ['/'] ], [ "$_ A one", $syntax ],
           [ "$_ A ../x", $range, undef, ['/'] ],
           [ "$_ A one", { lxc => $range, vzctl => $lacks }, undef, ['/..'] ],
           [ "$_ A one", { lxc => $noent, vzctl => $lacks }, undef, ['/no'] ],
           [ "$_ A no", { lxc => qr/^err state /, vzctl => $lacks }, undef,
             ['/'] ] } qw(snapfiles snapfile)),
    [ 'snapfiles A one', { lxc => $done, vzctl => $lacks }, undef, ['/'] ],
    [ 'dropsnapshot A one', { lxc => $done, vzctl => $lacks } ],
    [ 'dropsnapshot A one', { lxc => $already, vzctl => $lacks } ],
    [ 'snapshots A', { lxc => $done, vzctl => $lacks } ],

    # a copy of another one
    [ 'clone A', $syntax ],
    [ 'clone N x', $range ],
    [ 'clone N 31050', { lxc => $range, vzctl => $lacks } ],
    [ 'clone N B 0123456789abcdef', { lxc => $noent, vzctl => $lacks } ],
    [ 'clone N B', { lxc => $done, vzctl => $lacks } ],
    [ 'clone N B', { lxc => qr/^err exists /, vzctl => $lacks } ],
    [ 'destroy N', { lxc => $done, vzctl => $already } ],

    # changes of a stopped one
    [ 'setmemoryp A 64M 96M', $kept ],
    [ 'getmemory A', $done, qr/^total=100663296 used=0 free=100663296$/ ],
    [ 'setmemoryp A 96M 64M', $range ],
    [ 'setmemoryp A 1M', $range ],
    [ 'setmemoryp A 64.5M', $range ],
    [ 'setmemoryp A -64M', $range ],
    [ 'setmemoryp A 64M:96M', $range ],
    [ 'setmemoryp A 64X', $range ],
    [ 'setmemoryp A 9223372036854775807T', $range ],
    [ 'setmemoryp A unlimited', $range ],
    [ 'setmemoryp A', $syntax ],
    [ 'setmemoryvm A 32M unlimited', $kept ],
    [ 'setmemoryvm A 32M 16M', $range ],
    [ 'setmemoryoo A 16M 32M', $kept ],
    [ 'setmemoryoc A 16M unlimited', $kept ],
    [ 'setmemoryoo A x', $range ],
    [ 'setmemoryoc A 32M 16M', $range ],
    [ 'status A', $done, qr/ vmguarpages=33554432:unlimited
        \ oomguarpages=16777216:unlimited
        \ privvmpages=67108864:100663296\ /x ],
    [ 'setdisk A 600M 640M', $kept ],
    [ 'getdisk A', $done, qr/^total=\d+ used=\d+ free=\d+$/ ],
    [ 'setdisk A 640M 600M', $range ],
    [ 'setdisk A 1M', $range ],
    [ 'setdisk A unlimited', $range ],
    [ 'setcpu A 1500 50', $done ],
    [ 'getcpu A', $done, qr/^units=1500 limit=50 usage_ns=0$/ ],
    [ 'setcpu A 7', $range ],
    [ 'setcpu A 500001', $range ],
    [ 'setcpu A 1000 -1', $range ],
    [ 'setcpu A 1000 50%', $range ],
    [ 'setcpu A 1500 0', $done ],
    [ 'setname A web1.example.org', $done ],
    [ 'setname A web_1', $range ],
    [ 'setname A -web', $range ],
    [ 'setname A localhost', $range ],
    [ 'setname A ip6-localhost.example.org', $range ],
    [ 'setname A 2001', $range ],
    [ 'setname A x";touch${IFS}/tmp/vz-pwned;Y="', $range ],
    [ 'setname A $(touch${IFS}/tmp/vz-pwned)', $range ],
    [ 'setname A `id`', $range ],
    [ 'setname A --save', $range ],
    [ 'setname A ' . 'a' x 65, $range ],
    [ 'setname A x";', $range ],
    [ "setname A x\ty", $syntax ],
    [ 'setip A 10.74.0.9', $done ],
    [ 'setip A 10.74.0.9', $already ],
    [ 'setip B 10.74.0.9', qr/^err exists container 31001 / ],
    [ 'setip A 10.74.0.10/24', $done ],
    [ 'setip A 2001:db8:74::9', $done ],
    [ 'setip A 10.74.0.999', $range ],
    [ 'setip A 10.74.0', $range ],
    [ 'setip A 10.74.0.9/33', $range ],
    [ 'setip A 127.0.0.1', $range ],
    [ 'setip A all', $range ],
    [ 'status A', $done,
      qr/ hostname=web1.example.org address=10.74.0.9,10.74.0.10,2001:db8:74::9 / ],
    [ 'deleteip A 10.74.0.10', $done ],
    [ 'deleteip A 10.74.0.10', $already ],
    [ 'deleteip A all', $range ],
    [ 'setgateway A 10.74.0.254',
      { lxc => $done, vzctl => qr/^err unsupported / } ],
    [ 'setgateway A 10.74.0', $range ],
    [ 'setgateway A 127.0.0.1', $range ],
    [ 'setgateway A ::1', $range ],
    [ 'setdns A 10.74.0.253 2001:db8:74::53', $done ],
    [ 'setdns A 10.74.0.253 x', $range ],
    [ 'setdns A', $syntax ],
    [ 'setdns A 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4', $syntax ],
    [ 'status A', $done, qr/ dns=10.74.0.253,2001:db8:74::53 / ],
    [ 'passwd A', $done, undef, 'first "secret" $x; y' ],
    [ 'passwd A', $range, undef, "two\nlines" ],
    [ 'passhash A', $done, undef, $hash ],
    [ 'passhash A', $range, undef, 'secret' ],
    [ 'passhash A', $range, undef, "$hash:0" ],
    [ 'keys A', $done, undef, [$key] ],
    [ 'keys A', $range, undef, ["ssh-rsa $blob"] ],
    [ 'keys A', $range, undef, ["command=\"id\" $key"] ],
    [ 'keys A', $range, undef, [$key, substr $key, 0, -9] ],
    [ 'keys A', $syntax, undef, [($key) x 21] ],
    [ 'keys A', $done ],
    [ 'userdata A', $syntax ],
    [ 'userdata x', $range, undef, $script ],
    [ 'userdata A', { lxc => $range, vzctl => $lacks }, undef, 'x' ],
    [ 'userdata A', { lxc => $range, vzctl => $lacks }, undef, 'eCE=' ],
    [ 'userdata A', $firewall, undef, $script ],
    [ 'getuserdata A', $firewall, {
        lxc => qr/^state=waiting status=0 seconds=0$/, vzctl => qr/^$/ } ],
    [ 'getuserdata', $syntax ],

    # running
    [ 'start A', $done ],
    [ 'start A', $already ],
    [ "create A $t", qr/^err exists / ],
    [ 'status A', $done, qr/^id=31001 state=running .* processes=[1-9]\d* / ],
    [ 'status A', $done, { lxc => qr/ inodes_used=- inodes_total=- /,
                           vzctl => qr/ inodes_used=\d+ inodes_total=\d+ / } ],
    [ 'getmemory A', $done, qr/^total=100663296 used=[1-9]\d* free=\d+$/ ],
    [ 'getcpu A', $done, qr/^units=150[01] limit=0 usage_ns=\d+$/ ],
    [ 'getcpu', $done, qr/^cpus=\d+ units=150[01] load1=/ ],
    [ 'node', $done ],
    [ 'setmemoryp A 80M 128M', $kept ],
    [ 'getmemory A', $done, qr/^total=134217728 used=/ ],
    [ 'setmemoryp A 128M 80M', $range ],
    [ 'setmemoryvm A 48M unlimited', $kept ],
    [ 'setmemoryoo A 24M unlimited', $kept ],
    [ 'setdisk A 700M', $kept ],
    [ 'getdisk A', $done, qr/^total=\d{9} used=[1-9]\d* free=\d+$/ ],
    [ 'setcpu A 2000 150', $done ],
    [ 'getcpu A', $done, qr/^units=2000 limit=150 usage_ns=\d+$/ ],
    [ 'setname A web2', $done ],
    [ 'setip A 10.74.0.11', $done ],
    [ 'setip B 10.74.0.11', qr/^err exists / ],
    [ 'deleteip A', $done ],
    [ 'deleteip A', $already ],
    [ 'setdns A 10.74.0.252', $done ],
    [ 'passwd A', $done, undef, 'second: "secret" $(x)' ],
    [ 'passwd A', $range, undef, '' ],
    [ 'status A', $done,
      qr/\ hostname=web2\ address=-\ .*\ dns=10.74.0.252\ .*
         \ privvmpages=83886080:134217728\ /x ],
    [ 'restart A', qr/^ok(?: killed)?$/ ],
    [ 'status A', $done, qr/^id=31001 state=running hostname=web2 address=- / ],
    [ 'getmemory A', $done, qr/^total=134217728 used=/ ],
    [ 'getcpu A', $done, qr/^units=2000 limit=150 / ],
    [ 'stop A', qr/^ok(?: killed)?$/ ],
    [ 'stop A', $already ],
    [ 'restart B', qr/^ok(?: killed| already)?$/ ],
    [ 'status B', $done, qr/^id=31002 state=running / ],
    [ 'poweroff B', qr/^ok killed$/ ],
    [ 'poweroff B', $already ],
    [ 'status B', $done, qr/^id=31002 state=stopped / ],
    [ 'start B', $done ],

    # the firewall
    [ 'getfirewall A', $firewall, { lxc => qr/^in=accept\ out=accept\ left=0
        \ smtp=shut\ all=open\ in_packets=0\ /x, vzctl => qr/^$/ } ],
    [ 'setfirewall A drop accept', $firewall ],
    [ 'setfirewall A drop accept 60', $firewall ],
    [ 'getfirewall A', $firewall, { lxc => qr/^in=drop .* left=[1-9]/,
                                      vzctl => qr/^$/ } ],
    [ 'keepfirewall A', $firewall ],
    [ 'keepfirewall A', { lxc => qr/^err state /, vzctl => $lacks } ],
    [ 'setgate A smtp open', $firewall ],
    [ 'setgate A all shut', $firewall ],
    [ 'setgate A all open', $firewall ],
    [ 'getfirewall A', $firewall,
      { lxc => qr/^in=drop out=accept left=0 smtp=open all=open /,
        vzctl => qr/^$/ } ],
    [ 'setfirewall A', $syntax ],
    [ 'setfirewall A drop', $syntax ],
    [ 'setfirewall A reject accept', $range ],
    [ 'setfirewall A drop accept 9', $range ],
    [ 'setfirewall A drop accept 601', $range ],
    [ 'setfirewall A drop accept', $syntax, undef, 'secret' ],
    [ 'keepfirewall', $syntax ],
    [ 'keepfirewall x', $range ],
    [ 'setgate A smtp', $syntax ],
    [ 'setgate A http open', $range ],
    [ 'setgate A smtp close', $range ],
    [ 'getfirewall', $syntax ],
    [ 'getfirewall 0', $range ],

    # the rate, and what is counted
    [ 'setrate A 100 20', $firewall ],
    [ 'status A', $done, { lxc => qr/ rate_in=100 rate_out=20/,
                           vzctl => qr/^id=31001 / } ],
    [ 'setrate A unlimited 20', $firewall ],
    [ 'setrate A unlimited unlimited', $firewall ],
    [ 'setrate N 1 1', { lxc => $noent, vzctl => $lacks } ],
    [ 'setrate A', $syntax ],
    [ 'setrate A 100', $syntax ],
    [ 'setrate A 0 20', $range ],
    [ 'setrate A 100000 20', $range ],
    [ 'setrate A 1.5 20', $range ],
    [ 'setrate A 10M 20', $range ],
    [ 'traffic', $firewall ],
    [ 'traffic A', $syntax ],

    # another identity
    [ 'adopt A', $syntax ],
    [ 'adopt A 0123456789abcde', $range ],
    [ 'adopt A 0123456789ABCDEF', $range ],
    [ 'tag=0123456789abcdef adopt A 0123456789abcdef',
      qr/^err noent no container 31001 has this tag$/ ],
    [ 'adopt A 0123456789abcdef', $done ],
    [ 'adopt A 0123456789abcdef', $already ],
    [ 'status A', $done, qr/ tag=0123456789abcdef / ],
    [ 'setname A web3', $noent ],
    [ 'destroy A', $already ],
    [ 'tag=0123456789abcdef setname A web3', $done ],
    [ 'tag=fedcba9876543210 start B', $noent ],

    # the end of them
    [ 'destroy', $syntax ],
    [ 'destroy 31001;id', $range ],
    [ 'tag=0123456789abcdef destroy A', $done ],
    [ 'destroy A', $already ],
    [ "tag=0123456789abcdef create A $t",
      qr/^err noent that container was destroyed$/ ],
    [ 'status A', $noent ],
    [ 'deletevm B', $done ],
    [ 'status B', $noent ],
    [ 'list', $done ],
);


# verbs: those of the table of docs/protocol.md
sub verbs {
    open my $in, '<', "$Verbs::root/docs/protocol.md" or die "protocol.md: $!\n";

    return map { /^\| (`[a-z].*?) \|/ ? $1 =~ /`([a-z]+)`/g : () }
        grep { /^## Verbs$/ .. /^## Bodies$/ } <$in>;
}


# the same of src/wire/verb.c, without those for tests
sub coded {
    open my $in, '<', "$Verbs::root/src/wire/verb.c" or die "verb.c: $!\n";
    my ($table) = do { local $/; <$in> } =~ /vz_verbs\[\w+\] = \{(.*?)^\};/ms;

    return map { /^ *\{ "(\w+)", (?:NULL|"(\w+)")/m && !/\.test = 1/
        ? grep { defined } $1, $2 : () } split /^ *\[/m, $table;
}


# asked_both_ways VERB: with arguments that are good and with others; what it
# is told of those that make sense is no "syntax" and no "range"
sub asked_both_ways {
    my ($verb) = @_;
    my @rows = grep { $_->[0] =~ /^(?:\w+=\S+ )*$verb\b/ } @table;
    my @bad = grep { $_->[1] == $syntax || $_->[1] == $range } @rows;

    return ok(@bad && @bad < @rows, "$verb: good and bad arguments");
}


sub expected {
    my ($driver, $want) = @_;

    return ref $want eq 'HASH' ? $want->{$driver} : $want;
}


# a container whose disk is away: what liblxc printed comes before its end
sub said_before_it_failed {
    my ($node) = @_;
    my $image = "$node->{dir}/lxc/ct/31060/image";

    $node->ask("create 31060 $Verbs::template");
    rename $image, "$image.away" or die "$image: $!\n";

    my ($answer, $data) = $node->ask('start 31060');

    is($answer, 'err failed image: No such file or directory',
       'a start that fails tells why');
    like(join("\n", @$data), qr/^start - \S+ - Failed to run lxc\.hook/m,
         'and what liblxc said of it');
    unlike(join("\n", @$data), qr/[^\n -~]|^lxc 31060/, 'no more than that');

    rename "$image.away", $image or die "$image: $!\n";
    ($answer, $data) = $node->ask('start 31060');
    is("$answer @$data", 'ok ', 'nor when it succeeds');
    $node->ask('destroy 31060');
    return;
}


my @verbs = verbs();
my @coded = coded();

is("@{[ sort @verbs ]}", "@{[ sort @coded ]}",
    'docs/protocol.md has every verb and every other name of one');
asked_both_ways($_) for @verbs;

# limits NODE ID: memory, CPU and processes, as the kernel has them
sub limits {
    my ($node, $id) = @_;
    my %run = $node->slurp("lxc/ct/$id/run") =~ /^(\w+)=(.*)$/mg;
    my @numbers;

    for ([memory => 'memory.limit_in_bytes', 'memory.max'],
         [cpu => 'cpu.cfs_quota_us', 'cpu.max'], [pids => 'pids.max'])
    {
        my ($group, @names) = @$_;
        my ($file) = grep { -e } map { "$run{$group}/$_" } @names;

        open my $in, '<', $file // '/dev/null' or die "$file: $!\n";
        push @numbers, (<$in> // '') =~ /^(\S+)/;
    }

    return "@numbers";
}


# what a verb keeps is in force, at once and from the next start on
sub kernel_holds_it {
    my ($node) = @_;

    $node->ask("create 31061 $Verbs::template");
    $node->ask($_) for 'setmemoryp 31061 96M', 'setcpu 31061 1000 50',
        'start 31061';
    is(limits($node, 31061), (96 << 20) . ' 50000 400',
       'the kernel has the limits from the start on');

    $node->ask($_) for 'setmemoryp 31061 128M', 'setcpu 31061 1000 20';
    is(limits($node, 31061), (128 << 20) . ' 20000 400', 'raised at once');

    $node->ask('setmemoryp 31061 64M');
    is(limits($node, 31061), (64 << 20) . ' 20000 400', 'lowered at once');
    $node->ask('destroy 31061');
    return;
}


# what each driver can do beyond what every driver must
my %features = (lxc => 'gateway,console,bootlog,history,reinstall,revert,'
                    . 'rescue,firewall,rate,traffic,user_data,snapshot,clone,'
                    . 'backup,inherit,trial',
                vzctl => 'console,history,revert,backup');

for my $driver (@drivers) {
    my $node = Verbs->new($driver, $driver eq 'lxc' ? (pids_max => 400) : ());

    for my $row (@table) {
        my ($words, $want, $like, $secret) = @$row;
        my $line = $words =~ s/ A\b/ 31001/r =~ s/ B\b/ 31002/r
                          =~ s/ N\b/ 31050/gr;
        my ($answer, $data) = $node->ask($line, $secret);

        like($answer, expected($driver, $want), "$driver: $words");
        like($data->[0] // '', expected($driver, $like),
             "$driver: $words: its data") if $like;
    }

    my %told = map { Verbs::pairs($_) } @{ ($node->ask('node'))[1] };

    is($told{features}, $features{$driver}, "$driver: it tells its features");

    if ($driver eq 'lxc') {
        said_before_it_failed($node);
        kernel_holds_it($node);
    }

    ok(!-e '/tmp/vz-pwned', "$driver: nothing hostile was run");
    unlike($node->slurp('log'), qr/first "secret|second: "secret/,
           "$driver: no secret is in the log");

    $node->end;
    ok(!-d $node->{dir}, "$driver: nothing of it stays");
}

done_testing();
