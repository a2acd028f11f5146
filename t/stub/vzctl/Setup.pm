package Setup;

# A node of OpenVZ in a folder of its own, for the stand-ins beside this file.

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use File::Copy ();
use File::Path ();

my $here = Cwd::realpath(File::Basename::dirname(__FILE__));

my $vz_conf = <<'EOT';
## Global parameters
VIRTUOZZO=yes
LOCKDIR=TOP/vz/lock
DUMPDIR=TOP/vz/dump

## Disk quota parameters
DISK_QUOTA=yes

# The name is the number
VE_ROOT=TOP/vz/root/$VEID
VE_PRIVATE=TOP/vz/private/$VEID
TEMPLATE=TOP/vz/template
CONFIGFILE="basic"
VE_LAYOUT=simfs
EOT

my $sample = <<'EOT';
# A sample, as vzctl ships one
ONBOOT="no"

# UBC parameters (in form of barrier:limit)
KMEMSIZE="14372700:14790164"
LOCKEDPAGES="2048:2048"
PRIVVMPAGES="65536:69632"
SHMPAGES="21504:21504"
NUMPROC="240:240"
PHYSPAGES="0:unlimited"
VMGUARPAGES="33792:unlimited"
OOMGUARPAGES="26112:unlimited"
NUMTCPSOCK="360:360"
NUMFLOCK="188:206"
NUMPTY="16:16"
NUMSIGINFO="256:256"
TCPSNDBUF="1720320:2703360"
TCPRCVBUF="1720320:2703360"
OTHERSOCKBUF="1126080:2097152"
DGRAMRCVBUF="262144:262144"
NUMOTHERSOCK="360"
DCACHESIZE="3409920:3624960"
NUMFILE="9312"
NUMIPTENT="128"

# Disk quota parameters (in form of softlimit:hardlimit)
DISKSPACE="2G:2.2G"
DISKINODES="131072:144179"

# CPU fair scheduler parameter
CPUUNITS="1000"
EOT


sub spew {
    my ($file, $text) = @_;

    open my $out, '>', $file or die "$file: $!\n";
    print $out $text;
    close $out or die "$file: $!\n";
    return;
}


# node DIR [ARCHIVE...]: makes it, with these archives as its templates
sub node {
    my ($top, @archives) = @_;

    File::Path::make_path(map { "$top/$_" } qw(etc/vz/conf etc/vz/names
        vz/lock vz/private vz/quota vz/root vz/dump vz/template/cache proc/vz
        kernel knobs sbin));

    spew("$top/etc/vz/vz.conf", $vz_conf =~ s/TOP/$top/gr);
    spew("$top/etc/vz/conf/ve-basic.conf-sample", $sample);
    spew("$top/proc/fairsched", "Version: 2.6 debug\n");
    spew("$top/calls", '');

    symlink "$here/$_", "$top/sbin/$_" for qw(vzctl vzlist vzcpucheck
                                                   vzquota);
    File::Copy::copy($_, "$top/vz/template/cache/") or die "$_: $!\n"
        for @archives;
    return;
}


# creating DIR ID: the vzctl that is in the middle of a create
sub creating {
    my ($top, $id) = @_;

    for (1 .. 200) {
        if (-d "$top/vz/private/$id.tmp" && -e "$top/etc/vz/conf/$id.conf"
            && open my $in, '<', "$top/vz/lock/$id.lck")
        {
            my ($pid) = (<$in> // '') =~ /^(\d+)$/;
            return $pid if $pid;
        }

        select undef, undef, undef, 0.05;
    }

    die "no vzctl creates $id\n";
}


# knob DIR NAME VALUE: on; undef: off
sub knob {
    my ($top, $name, $value) = @_;

    if (defined $value) {
        spew("$top/knobs/$name", $value);
    } else {
        unlink "$top/knobs/$name";
    }

    return;
}


1;
