package Node;

# What the stand-ins for vzctl, vzlist and vzcpucheck have in common: the
# files of a node of OpenVZ below one folder (the one above the folder that
# the program was started from), and a make-believe kernel.
#
#   etc/vz/vz.conf, etc/vz/conf/CTID.conf   as vzctl 4 writes them
#   vz/lock, vz/private, vz/root, vz/template/cache
#   vz/quota/CTID                           what quota has counted of it
#   proc/vz/..., proc/fairsched             what the kernel would show
#   kernel/CTID                             one per running container
#   knobs/NAME                              what a test wants to go wrong:
#       CTID.stuck    halt is ignored       CTID.slow   seconds it takes
#       CTID.dies     init ends at once, with start's status 0
#       CTID.empty    running, without a process
#       create        seconds that create takes
#       noquota       set --diskspace fails on a running container
#   calls                                   every command line, escaped

use strict;
use warnings;

use FindBin;
use Time::HiRes ();

our $top = $FindBin::Bin =~ s{/[^/]+\z}{}r;
our $page = 4096;

use constant LONG_MAX => 9223372036854775807;


# say_ok goes to the standard output, say_bad to the standard error, as the
# logger of vzctl does by level
our $quiet = 0;

sub say_ok  { print STDOUT @_, "\n" unless $quiet; return; }
sub say_bad { print STDERR @_, "\n" unless $quiet; return; }


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or return;
    local $/;
    return scalar <$in>;
}


sub spew {
    my ($file, $text) = @_;

    my $temp = "$file.$$";

    open my $out, '>', $temp or die "$temp: $!\n";
    print $out $text;
    close $out or die "$temp: $!\n";
    rename $temp, $file or die "$file: $!\n";
    return;
}


# one line a call; what is not plain is escaped, so that words stay words
sub record {
    my @words = @_;

    s/([^A-Za-z0-9_.,:\/=+-])/sprintf '%%%02x', ord $1/ge for @words;

    open my $out, '>>', "$top/calls" or return;
    syswrite $out, "@words\n";
    close $out;
    return;
}


sub knob {
    my ($name) = @_;

    my $text = slurp("$top/knobs/$name");
    return unless defined $text;
    $text =~ s/\s+\z//;
    return $text eq '' ? 1 : $text;
}


# --- configuration files ---

# NAME="value": from the first quote to the last; ids and paths by vzctl's
# rule that $VEID stands for the number
sub read_conf {
    my ($file, $veid) = @_;
    my %conf;

    my $text = slurp($file);
    return unless defined $text;

    for my $line (split /\n/, $text) {
        next if $line =~ /^\s*#/;
        $line =~ /^\s*([A-Z0-9_]+)=(?:"(.*)"|([^"\s]*))/ or next;
        my ($name, $value) = ($1, $2 // $3);
        $value =~ s/\$(?:VEID|\{VEID\})/$veid/g if defined $veid;
        $conf{$name} = $value;
    }

    return \%conf;
}


# what is set stays where it was, what is new comes at the end; comments and
# unknown names are kept
sub save_conf {
    my ($file, $set) = @_;
    my (%done, @lines);

    for my $line (split /\n/, slurp($file) // '') {
        if ($line =~ /^\s*([A-Z0-9_]+)=/ && exists $set->{$1}) {
            push @lines, "$1=\"$set->{$1}\"" unless $done{$1}++;
        } else {
            push @lines, $line;
        }
    }

    push @lines, "$_=\"$set->{$_}\""
        for sort grep { !$done{$_} } keys %$set;

    spew($file, join("\n", @lines) . "\n");
    return;
}


sub conf_file { return "$top/etc/vz/conf/$_[0].conf"; }


# vz.conf with the container's own on top; undef without a vz.conf
sub merged {
    my ($veid) = @_;

    my $global = read_conf("$top/etc/vz/vz.conf", $veid) or return;
    my $own = read_conf(conf_file($veid), $veid);

    return { %$global, %{ $own // {} } };
}


# --- values ---

my %shift = (T => 1 << 40, G => 1 << 30, M => 1 << 20, K => 1 << 10,
             P => $page, B => 1);

# one number in its native unit, or undef
sub number {
    my ($text, $unit, $plain) = @_;

    return LONG_MAX if $text =~ /^unlimited$/i && !$plain;
    return 0 if $text eq '';

    my ($whole, $fraction, $suffix) =
        $text =~ /^[ +]*(\d+)(?:\.(\d+))?([TGMKPB])?$/i or return;

    return int($whole) if !defined $suffix && length $whole <= 18;
    return if !defined $suffix || $unit == 1 && $plain;
    return if length $whole > 18;

    my $bytes = "$whole." . ($fraction // 0);
    $bytes *= $shift{uc $suffix};
    return if $bytes >= LONG_MAX;

    return int($bytes / $unit);
}


# "barrier:limit", one value for both
sub pair {
    my ($text, $unit, $plain) = @_;

    my ($low, $high, $more) = split /:/, $text, -1;
    return if defined $more;

    $low = number($low // '', $unit, $plain);
    $high = defined $high ? number($high, $unit, $plain) : $low;

    return unless defined $low && defined $high;
    return ($low, $high);
}


sub saved {
    my @pair = map { $_ == LONG_MAX ? 'unlimited' : $_ } @_;

    return $pair[0] eq $pair[1] ? $pair[0] : "$pair[0]:$pair[1]";
}


# --- the make-believe kernel ---

sub vswap { return -e "$top/proc/vz/vswap"; }


sub kernel {
    my ($veid) = @_;

    my $text = slurp("$top/kernel/$veid") // return;
    my %ct = map { split /=/, $_, 2 } split /\n/, $text;

    return \%ct;
}


sub set_kernel {
    my ($veid, $ct) = @_;

    spew("$top/kernel/$veid",
         join('', map { "$_=$ct->{$_}\n" } sort keys %$ct));
    show();
    return;
}


sub is_running { return defined kernel($_[0]); }


sub gone {
    my ($veid) = @_;

    unlink "$top/kernel/$veid";
    show();
    return;
}


sub running {
    my @files = glob "$top/kernel/*";

    return sort { $a <=> $b } grep { /^\d+$/ } map { s{.*/}{}r } @files;
}


# a mount is a symlink here: nothing stays behind when a test is killed
sub is_mounted { return -l "$_[0]{VE_ROOT}"; }


# /proc/vz/vestat and /proc/fairsched.  1000 jiffies a second, a clock of
# 2.5 GHz, and a container uses 4 % of a CPU.
sub show {
    my $now = Time::HiRes::time();
    my $stat = "Version: 2.2\n      VEID user nice system uptime idle strv"
             . " uptime used maxlat totlat numsched\n";
    my $sched = "Version: 2.6 debug\n      veid id parent weight\n";

    for my $veid (running()) {
        my $ct = kernel($veid) or next;
        my $up = $now - $ct->{started};
        my $clock = 2_500_000_000;

        $stat .= sprintf "%10u %d 0 %d %d %d 0 %d %d 0 0 0\n", $veid,
            $up * 30, $up * 10, $up * 1000, $up * $clock * 0.96,
            $up * $clock, $up * $clock * 0.04;
        $sched .= sprintf "%10u %d 0 %d\n", 0, $veid,
            500_000 / ($ct->{cpuunits} || 1000);
    }

    spew("$top/proc/vz/vestat", $stat);
    spew("$top/proc/fairsched", $sched) if -e "$top/proc/fairsched";
    return;
}


1;
