package Options;

# The command line of vzctl: its options, what each of them lets pass, and
# the exit statuses.  What was given is in %opt and, as CTID.conf will have it,
# in %set; @names are name servers.

use strict;
use warnings;

use Exporter qw(import);
use Socket ();

use Node;

our @EXPORT_OK = qw($command %code %opt %set %takes %unit @names @needed
                    getopt limits take_start take_value);

our ($command, %set, %opt, @names);

our %code = (
    system => 3, exec => 8, locked => 9, no_global => 10, no_conf => 14,
    syntax => 20, value => 21, ub => 28, no_template_set => 29,
    not_running => 31, running => 32, not_stopped => 33, not_mounted => 40,
    mounted => 41, no_private => 43, private => 44, no_init => 47,
    new_private => 48, no_delete => 52, quota => 62, password => 74,
    ip_used => 78, sample => 82, no_template => 91, ploop => 99,
    disabled => 105, name => 131,
);

# user beancounters: the unit of each; 0 for those that count things and take
# no suffix
our %unit = (
    (map { $_ => $Node::page }
        qw(privvmpages shmpages lockedpages physpages vmguarpages
           oomguarpages swappages)),
    (map { $_ => 1 } qw(kmemsize tcpsndbuf tcprcvbuf othersockbuf
                        dgramrcvbuf dcachesize)),
    (map { $_ => 0 } qw(numproc numtcpsock numflock numpty numsiginfo
                        numothersock numfile numiptent avnumproc)),
);

our @needed = grep { !/^(swappages|avnumproc)$/ } sort keys %unit;

our %takes = (
    create => { map({ $_ => 1 } qw(ostemplate config private root ipadd
                    hostname name description layout ve_layout velayout
                    diskspace diskinodes local_uid local_gid)) },
    start  => { map({ $_ => 0 } qw(force skip_ve_setup wait fast skip-umount
                    skip-fsck skip-remount)) },
    set    => { map({ $_ => 0 } qw(save force reset_ub skip_arpdetect
                    offline-resize offline)),
                map({ $_ => 1 } keys %unit, qw(onboot bootorder root private
                    applyconfig setmode iptables netfilter vm_overcommit
                    capability ipadd ip ipdel netdev_add netdev_del hostname
                    nameserver searchdomain userpasswd devices devnodes
                    mount_opts ostemplate cpuunits cpuweight cpulimit cpus
                    cpumask nodemask disabled diskquota diskspace diskinodes
                    quotatime quotaugidlimit meminfo netif_add netif_del
                    name features ioprio iolimit iopslimit description ram
                    swap stop-timeout)) },
);
$takes{stop} = $takes{restart} = $takes{start};


# getopt_long: unique beginnings of names, a value beside = or behind, other
# words anywhere; each option is handed on as it is met
sub getopt {
    my ($options, $take, @words) = @_;
    my @other;

    while (defined(my $word = shift @words)) {
        if ($word eq '--') {
            push @other, @words;
            last;
        }

        if ($word !~ /^--(.+?)(?:=(.*))?$/s) {
            return complain("invalid option -- '" . substr($word, 1, 1) . "'")
                if $word =~ /^-./;
            push @other, $word;
            next;
        }

        my ($name, $value) = ($1, $2);
        my @fits = exists $options->{$name} ? $name
            : sort grep { index($_, $name) == 0 } keys %$options;

        return complain("unrecognized option '--$name'") if !@fits;
        return complain("option '--$name' is ambiguous; possibilities: "
                        . join ' ', map { "'--$_'" } @fits) if @fits > 1;

        $name = $fits[0];

        if ($options->{$name}) {
            $value = shift @words if !defined $value;
            return complain("option '--$name' requires an argument")
                if !defined $value;
        } elsif (defined $value) {
            return complain("option '--$name' doesn't allow an argument");
        }

        my $status = $take->($name, $value);
        return $status if $status;
    }

    return 0 if !@other;
    print STDERR "Invalid extra arguments: @other \n";
    return $code{syntax};
}


sub complain {
    print STDERR "$0: $_[0]\n";
    return $command =~ /^(start|stop|restart)$/ ? $code{syntax}
                                                : $code{value};
}


sub bad {
    my ($name, $value) = @_;

    Node::say_bad("Bad parameter for --$name: $value");
    return $code{value};
}


# what of the configuration the kernel is told
sub limits {
    my ($from) = @_;
    my %in;

    for my $name (grep { exists $from->{ uc $_ } } keys %unit) {
        my ($low, $high) = Node::pair($from->{ uc $name }, $unit{$name} || 1);
        $in{"$name.b"} = $low;
        $in{"$name.l"} = $high;
    }

    $in{cpuunits} = 500_000 / int(500_000 / $from->{CPUUNITS})
        if $from->{CPUUNITS};
    $in{cpuunits} = int $in{cpuunits} if $in{cpuunits};
    $in{cpulimit} = $from->{CPULIMIT} if exists $from->{CPULIMIT};
    @in{qw(diskspace.s diskspace.h)} = Node::pair($from->{DISKSPACE}, 1024, 1)
        if exists $from->{DISKSPACE};

    return %in;
}


sub take_start {
    my ($name) = @_;
    my $start = $name =~ /^(force|skip_ve_setup|wait|skip-fsck|skip-remount)$/;

    if ($command eq 'start' && !$start || $command eq 'stop' && $start) {
        print STDERR "Option --$name is not applicable to $command command\n";
        return $code{syntax};
    }

    $opt{$name} = 1;
    return 0;
}


sub ip {
    my ($text) = @_;
    my ($address, $mask, $more) = split m{/}, $text, -1;

    return if defined $more;

    for my $family (Socket::AF_INET, Socket::AF_INET6) {
        my $bits = $family == Socket::AF_INET ? 32 : 128;
        my $packed = Socket::inet_pton($family, $address) // next;

        return if defined $mask && ($mask !~ /^\d+$/ || $mask > $bits);
        return Socket::inet_ntop($family, $packed)
               . (defined $mask && $mask != $bits ? "/$mask" : '');
    }

    return;
}


# words that mean a value of their own; 0, or undef where it is wrong
my %kind = (
    cpuunits => sub {
        return if $_[0] !~ /^\d{1,9}$/ || $_[0] < 8 || $_[0] > 500_000;
        $set{CPUUNITS} = $_[0] + 0;
        return 0;
    },
    cpulimit => sub {
        my ($limit, $of_all) = $_[0] =~ /^(-?\d{1,9})(%?)$/ or return;
        return if $of_all && $limit > 100;
        my $cpus = () = (Node::slurp('/proc/cpuinfo') // '')
                        =~ /^processor\s*:/mg;
        $set{CPULIMIT} = $of_all ? $limit * ($cpus || 1) : $limit + 0;
        return 0;
    },
    diskspace => sub { return disk('DISKSPACE', 1024, $_[0]) },
    diskinodes => sub { return disk('DISKINODES', 0, $_[0]) },
    ipadd => sub { return ips('add', $_[0]) },
    ip => sub { return ips('add', $_[0]) },
    ipdel => sub { return ips('del', $_[0]) },
    nameserver => sub { push @names, $_[0]; return 0 },
    hostname => sub { $set{HOSTNAME} = $_[0]; return 0 },
    searchdomain => sub { $set{SEARCHDOMAIN} = $_[0]; return 0 },
    description => sub { $set{DESCRIPTION} = $_[0]; return 0 },
    ostemplate => sub { $set{OSTEMPLATE} = $_[0]; return 0 },
    config => sub { $opt{config} = $_[0]; return 0 },
    userpasswd => sub {
        return if $_[0] !~ /^[^:]+:/;
        $opt{userpasswd} = $_[0];
        return 0;
    },
    onboot => sub { return yes_no('ONBOOT', $_[0]) },
    disabled => sub { return yes_no('DISABLED', $_[0]) },
    name => sub {
        return if $_[0] !~ /^[A-Za-z0-9 +_.-]+$/;
        $set{NAME} = $_[0];
        return 0;
    },
    'stop-timeout' => sub {
        return if $_[0] !~ /^\d{1,9}$/;
        $set{STOP_TIMEOUT} = $_[0];
        return 0;
    },
    layout => sub {
        return if $_[0] !~ /^(simfs|ploop(:(expanded|plain|raw))?)$/;
        $opt{layout} = $_[0];
        return 0;
    },
);
$kind{$_} = $kind{layout} for qw(ve_layout velayout);


sub yes_no {
    my ($name, $value) = @_;

    return if $value !~ /^(yes|no)$/;
    $set{$name} = $value;
    return 0;
}


sub disk {
    my ($name, $unit, $value) = @_;
    my @pair = Node::pair($value, $unit || 1, 1) or return;

    return if !$unit && $value =~ /[A-Za-z]/;
    $set{$name} = "$pair[0]:$pair[1]";
    return 0;
}


sub ips {
    my ($what, $value) = @_;

    for my $word (split /[ \t]+/, $value) {
        next if $word =~ /^(0\.0\.0\.0|::|::0)$/;

        if ($what eq 'del' && $word eq 'all') {
            $opt{delall} = 1;
            next;
        }

        push @{ $opt{$what} }, ip($word) // return;
    }

    return 0;
}


sub take_value {
    my ($name, $value) = @_;

    if (!defined $value) {
        $opt{$name} = 1;
        return 0;
    }

    if ($name eq 'ram' || $name eq 'swap') {
        if (!Node::vswap() && !$opt{force}) {
            Node::say_bad('Error: kernel does not support vswap, unable to'
                          . ' use --ram/--swap parameters');
            Node::say_bad('Error parsing options');
            return $code{system};
        }

        my $bytes = Node::number($value, 1) // return bad($name, $value);
        my $pages = int(($bytes + $Node::page - 1) / $Node::page);
        $set{ $name eq 'ram' ? 'PHYSPAGES' : 'SWAPPAGES' }
            = Node::saved(0, $pages);
        return 0;
    }

    if (exists $unit{$name}) {
        return bad($name, $value)
            if !$unit{$name} && $value =~ /\d[A-Za-z]/;
        my @pair = Node::pair($value, $unit{$name} || 1)
            or return bad($name, $value);
        $set{ uc $name } = Node::saved(@pair);
        return 0;
    }

    if (exists $kind{$name}) {
        return $kind{$name}->($value) // bad($name, $value);
    }

    print STDERR "stand-in: --$name is not played\n";
    return $code{system};
}


1;
