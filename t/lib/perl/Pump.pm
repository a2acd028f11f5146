# Datagrams by the thousand, of either family, and what arrives of them.

package Pump;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(pump sink sunk);

my $size = 1400;                        # bytes of a payload


# pump TO, PORT, SECONDS, MOST, COMMAND...: from where the command enters, at
# 6 MB a second, until it is over or so many are sent; the process, whose
# output is how many it has sent
sub pump {
    my ($to, $port, $seconds, $most, @enter) = @_;

    my $pid = open my $out, '-|', @enter, $^X,
        '-MSocket=:DEFAULT,getaddrinfo', '-MTime::HiRes=time,sleep', '-e',
        <<'END', $to, $port, $seconds, $most, $size or die "$!\n";
        my ($to, $port, $seconds, $most, $size) = @ARGV;
        my ($error, $all) = getaddrinfo($to, $port,
            { flags => 4, socktype => 2 });
        socket my $s, $all->{family}, SOCK_DGRAM, 0 or die "$!\n";
        connect $s, $all->{addr} or die "$!\n";
        my ($begun, $n) = (time, 0);
        my $word = 'x' x $size;
        while ($n < $most && time - $begun < $seconds) {
            my $due = (time - $begun) * 6_000_000 / $size + 1;
            # no more at once than a link's queue takes
            $due = $n + 60 if $due > $n + 60;
            send $s, $word, 0 and $n++ while $n < $due && $n < $most;
            sleep 0.005;
        }
        print "$n\n";
END
    return [ $pid, $out ];
}


# sink PORT, SKIP, SECONDS, COMMAND...: a receiver there, ready when this
# returns; it counts the bytes of packets for so many seconds, from so many
# after the first one on
sub sink {
    my ($port, $skip, $seconds, @enter) = @_;

    my $pid = open my $out, '-|', @enter, $^X, '-MSocket=:all',
        '-MTime::HiRes=time', '-MIO::Select', '-e',
        <<'END', $port, $skip, $seconds or die "$!\n";
        $| = 1;
        my ($port, $skip, $seconds) = @ARGV;
        socket my $s, AF_INET6, SOCK_DGRAM, 0 or die "$!\n";
        setsockopt $s, SOL_SOCKET, SO_RCVBUF, 8 << 20;
        bind $s, pack_sockaddr_in6($port, IN6ADDR_ANY) or die "$!\n";
        print "ready\n";
        my ($begun, $bytes) = (0, 0);
        my $ready = IO::Select->new($s);
        while ($ready->can_read(20)) {
            my $from = recv $s, my $word, 2000, 0;
            my $now = time;
            my (undef, $host) = unpack_sockaddr_in6($from);
            $begun ||= $now;
            next if $now < $begun + $skip;
            last if $now >= $begun + $skip + $seconds;
            $bytes += 28 + length $word;
            $bytes += 20 if $host !~ /^\0{10}/;
        }
        print "$bytes\n";
END
    <$out>;
    return [ $pid, $out ];
}


# sunk PROCESS: the number that it told in the end
sub sunk {
    my ($process) = @_;
    my ($pid, $out) = @$process;
    my $text = <$out> // 0;

    close $out;
    chomp $text;
    return $text;
}


1;
