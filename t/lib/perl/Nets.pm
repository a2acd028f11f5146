package Nets;

# Networks for tests of containers' own: the test runs in a namespace of its
# own, so that nothing of the host's is changed; "world" is what its uplink
# leads to, "mgmt" another network of the node.  What is on $Nets::node goes with
# the test.

use strict;
use warnings;

use IO::Select ();
use IO::Socket::INET;
use Socket qw(:DEFAULT AF_INET6);

use parent 'Exporter';
our @EXPORT_OK = qw(inside forge pings enter beyond listen_udp heard netns sends
    answers serves);

our $node;

my %spaces;


# alone: the test again, in a network of its own
sub alone {
    if (!$ENV{VZ_TEST_ALONE}) {
        $ENV{VZ_TEST_ALONE} = 1;
        exec 'unshare', '--net', '--', $^X, $0, @ARGV;
    }

    system 'ip link set lo up';
    return;
}


# netns NAME, LINK, ADDRESSES, THEIRS: another host on a link of ours
sub netns {
    my ($name, $link, $ours, $theirs) = @_;
    my $space = "vx-$name-$$";

    $spaces{$name} = $space;
    run("ip netns add $space");
    run("ip link add $link type veth peer name e0 netns $space");
    run("ip link set $link up");
    run("ip address add $_ dev $link" . (/:/ ? ' nodad' : '')) for @$ours;
    run("ip -n $space link set lo up");
    run("ip -n $space link set e0 up");
    run("ip -n $space address add $_ dev e0" . (/:/ ? ' nodad' : ''))
        for @$theirs;
    return $space;
}


sub run {
    my ($command) = @_;

    system($command) == 0 or die "$command: $?\n";
    return;
}


# inside ID, COMMAND...: in the container's network, as its root could
sub inside {
    my ($id, @command) = @_;

    return system enter($id), @command;
}


# hw ID: of the host's end of its interface
sub hw {
    my ($id) = @_;
    my ($text) = `ip -o link show vx$id.0` =~ m{link/ether (\S+)};

    return $text // '00:00:00:00:00:00';
}


# forge ID, FROM, TO, PORT, WORD: a datagram as a frame of the container's own
# making, whatever its addresses
sub forge {
    my ($id, $from, $to, $port, $word) = @_;

    return inside($id, $^X, '-e', <<'END', hw($id), $id, @_[1 .. 4]);
        use Socket qw(:DEFAULT inet_pton AF_INET6);
        my ($hw, $id, $from, $to, $port, $word) = @ARGV;
        my $six = $to =~ /:/;
        my $udp = pack 'nnnna*', 4000, $port, 8 + length $word, 0, $word;
        my $ip;
        if ($six) {
            my $both = inet_pton(AF_INET6, $from) . inet_pton(AF_INET6, $to);
            my $sum = sum($both . pack('NN', length $udp, 17) . $udp);
            substr $udp, 6, 2, pack 'n', $sum;
            $ip = pack('NnCC', 0x60000000, length $udp, 17, 64) . $both;
        } else {
            my $head = pack 'CCnnnCCna4a4', 0x45, 0, 20 + length $udp, 1, 0,
                64, 17, 0, inet_aton($from), inet_aton($to);
            substr $head, 10, 2, pack 'n', sum($head);
            $ip = $head;
        }
        my $frame = pack('(H2)6', split /:/, $hw)
            . pack('nN', 0x027a, $id) . pack('n', $six ? 0x86dd : 0x800)
            . $ip . $udp;
        socket my $raw, 17, SOCK_RAW, 0 or die "$!\n";
        open my $links, '-|', 'ip -o link' or die;
        my ($index) = map { /^(\d+): eth0/ ? $1 : () } <$links>;
        send $raw, $frame, 0, pack('SnlSCCa8', 17, 0x800, $index, 0, 0, 6,
            pack('(H2)6', split /:/, $hw)) or die "$!\n";
        sub sum {
            my $s = 0;
            $s += $_ for unpack 'n*', $_[0] . (length $_[0] & 1 ? "\0" : '');
            $s = ($s & 0xffff) + ($s >> 16) while $s >> 16;
            return ~$s & 0xffff;
        }
END
}


# pings WAIT, TO, COMMAND...: whether an echo comes back within that time, asked
# for by a child of the command, which enters a network
sub pings {
    my ($wait, $to, @enter) = @_;

    return system(@enter, $^X, '-e', <<'END', $to, $wait) == 0;
        use IO::Select;
        use Socket qw(:DEFAULT getaddrinfo);
        my ($error, $all) = getaddrinfo($ARGV[0], '', { flags => 4 });
        my $six = $all->{family} == AF_INET6;
        socket my $raw, $all->{family}, SOCK_RAW, $six ? 58 : 1 or die "$!\n";
        my $echo = pack 'CCnnn', $six ? (128, 0, 0) : (8, 0, 0xffff - 0x800
            - ($$ & 0x3fff) - 1), $$ & 0x3fff, 1;
        send $raw, $echo, 0, $all->{addr} or exit 1;
        while (IO::Select->new($raw)->can_read($ARGV[1])) {
            recv $raw, my $answer, 1500, 0;
            my ($type, $id) = unpack $six ? 'Cx3n' : 'x20Cx3n', $answer;
            exit 0 if $type == ($six ? 129 : 0) && $id == ($$ & 0x3fff);
        }
        exit 1;
END
}


# sends WORD, TO, PORT, COMMAND...: a datagram from where the command enters
sub sends {
    my ($word, $to, $port, @enter) = @_;

    return system @enter, $^X, '-MSocket=:DEFAULT,getaddrinfo', '-e',
        'my ($e, $a) = getaddrinfo(@ARGV[0, 1], { flags => 4, socktype => 2 });'
        . ' socket my $s, $a->{family}, SOCK_DGRAM, 0 or die "$!\n";'
        . ' send $s, $ARGV[2], 0, $a->{addr} or exit 1', $to, $port, $word;
}


# answers TO, PORT, COMMAND...: whether a TCP connection is made
sub answers {
    my ($to, $port, @enter) = @_;

    return system(@enter, $^X, '-MSocket=:DEFAULT,getaddrinfo', '-e',
        'my ($e, $a) = getaddrinfo(@ARGV, { flags => 4, socktype => 1 });'
        . ' socket my $s, $a->{family}, SOCK_STREAM, 0 or die "$!\n";'
        . ' alarm 2; connect $s, $a->{addr} or exit 1', $to, $port) == 0;
}


# serves PORT, COMMAND...: a TCP server there; its process, once it listens
sub serves {
    my ($port, @enter) = @_;

    my $pid = open my $out, '-|', @enter, $^X, '-MSocket=:all', '-e',
        '$| = 1; socket my $s, AF_INET6, SOCK_STREAM, 0; setsockopt $s,'
        . ' SOL_SOCKET, SO_REUSEADDR, 1; bind $s, pack_sockaddr_in6($ARGV[0],'
        . ' IN6ADDR_ANY) or die "$!\n"; listen $s, 9; print "ready\n";'
        . ' accept my $c, $s while 1', $port
        or die "$!\n";
    <$out>;
    return [ $pid, $out ];
}


# enter ID: the command that enters a container's network
sub enter {
    my ($id) = @_;
    my ($pid) = ($node->slurp("lxc/ct/$id/run") // '') =~ /^init=(\d+) /m;

    return 'nsenter', '-t', $pid, '-n';
}


# beyond NAME: the command that enters that other host
sub beyond {
    my ($name) = @_;

    # without a namespace of mounts, which would hold the disks of containers
    return 'nsenter', "--net=/run/netns/$spaces{$name}";
}


# listen_udp: a socket of the node's for all of its addresses, of both families
sub listen_udp {
    socket my $in, AF_INET6, SOCK_DGRAM, 0 or die "a socket: $!\n";
    bind $in, Socket::pack_sockaddr_in6(0, "\0" x 16) or die "bind: $!\n";
    my ($port) = Socket::unpack_sockaddr_in6(getsockname $in);
    return ($in, $port);
}


# heard SOCKET, SECONDS: what came, or nothing
sub heard {
    my ($in, $seconds) = @_;
    my $text = 'nothing';

    recv $in, $text, 100, 0 if IO::Select->new($in)->can_read($seconds // 10);
    return $text;
}


END {
    my $status = $?;

    if ($node) {
        my (undef, $list) = $node->ask('list');

        $node->ask("destroy $_") for map { /\bid=(\d+)/ } @$list;
        $node->end;
    }

    system "ip netns delete $_" for values %spaces;
    $? = $status;
}


1;
