#!/usr/bin/perl
#
# What a container on a bridge may send: from its own addresses, and nothing
# that would make it others' router; also while the rules are gone.  Routed ones
# are in flush.t and reach.t; of them here is an uplink that is not there.

use strict;
use warnings;

use File::Basename ();
use IO::Select ();
use IO::Socket::INET;
use Socket;
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'the network of vzctl is the kernel\'s';
}

my $bridge = 'vbbr';
my $bind_to_device = 25;                # SO_BINDTODEVICE

my $node;
my $in;


# inside ID COMMAND...: in the container's network, as its root could
sub inside {
    my ($id, @command) = @_;
    my ($pid) = $node->slurp("lxc/ct/$id/run") =~ /^init=(\d+) /m;

    return system 'nsenter', '-t', $pid, '-n', @command;
}


# sends ID FROM TO WORD: one datagram to our socket
sub sends {
    my ($id, $from, $to, $word) = @_;

    is(inside($id, $^X, '-MIO::Socket::INET', '-e',
        'syswrite IO::Socket::INET->new(Proto => "udp",'
        . ' LocalAddr => $ARGV[0], PeerAddr => $ARGV[1],'
        . ' PeerPort => $ARGV[2]), $ARGV[3] or die "$!\n"',
        $from, $to, $in->sockport, $word), 0, "it sends: $word");
    return;
}


# heard WORD: what came, in the order in which it came
sub heard {
    my ($word, $why) = @_;
    my $text = 'nothing';

    $in->recv($text, 100) if IO::Select->new($in)->can_read(10);
    is($text, $word, $why);
    return;
}


# says ID TYPE...: messages of ICMPv6 to all on the link, from its own address
sub says {
    my ($id, @types) = @_;

    is(inside($id, $^X, '-MSocket=:all', '-e', <<'END', @types), 0, 'it says');
        my ($own, $socket);
        for (1 .. 200) {
            ($own) = `ip -6 -o address show dev eth0 scope link -tentative`
                =~ /inet6 (fe80[^\/]+)/ and last;
            select undef, undef, undef, 0.05;
        }
        socket $socket, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 or die "$!\n";
        for my $type (@ARGV) {
            my ($error, $all) = getaddrinfo('ff02::1%eth0', '');
            die "$error\n" if $error;
            send $socket, pack('CCnx36', $type, 0, 0), 0, $all->{addr}
                or die "$type from $own: $!\n";
        }
END
    return;
}


# told SOCKET TYPE...: the first of those that comes to the bridge
sub told {
    my ($socket, @types) = @_;

    while (IO::Select->new($socket)->can_read(10)) {
        recv $socket, my $message, 1500, 0;
        my $type = unpack 'C', $message;
        return $type if grep { $_ == $type } @types;
    }
    return 'nothing';
}


sub bridged {
    my $id = 31091;

    system "ip link add $bridge type bridge"
        . " && echo 0 > /proc/sys/net/ipv6/conf/$bridge/accept_ra"
        . " && ip address add 10.74.2.254/24 dev $bridge"
        . " && ip link set $bridge up";
    $node = Verbs->new('lxc', bridge => $bridge, interface_prefix => 'vb',
        addresses => '10.74.2.0/24', nft_table => 'vzbridged',
        ctid_min => $id, ctid_max => $id);

    is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
        "setip $id 10.74.2.1/24", "start $id"), 'ok ok ok', 'on a bridge');
    inside($id, 'ip', 'address', 'add', '10.74.2.2/24', 'dev', 'eth0');

    $in = IO::Socket::INET->new(Proto => 'udp') or die "a socket: $!\n";
    bind $in, sockaddr_in(0, INADDR_ANY) or die "bind: $!\n";

    for my $when ('with the table', 'without it') {
        sends($id, '10.74.2.1', '10.74.2.254', 'hello');
        heard('hello', "$when it is reached");
        sends($id, '10.74.2.2', '10.74.2.254', 'as the other');
        sends($id, '10.74.2.1', '10.74.2.254', 'as itself');
        heard('as itself', "$when only its own address is let out");
        router($id, $when);
        system 'nft delete table bridge vzbridged' if $when =~ /table/;
    }

    $node->ask('list');
    like(`nft list set bridge vzbridged ports`, qr/"vb31091\.0"/,
        'a list brings the table back');
    return;
}


# router ID, WHEN: it can't make itself one
sub router {
    my ($id, $when) = @_;
    my ($advert, $redirect, $echo) = (134, 137, 128);

    socket my $raw, AF_INET6, SOCK_RAW, 58 or die "a raw socket: $!\n";
    setsockopt $raw, SOL_SOCKET, $bind_to_device, $bridge or die "$bridge: $!\n";
    says($id, $advert, $redirect, $echo);
    is(told($raw, $advert, $redirect, $echo), $echo,
        "$when it may ask the link, and not be its router");
    return;
}


# interfaces have other names after an upgrade of the host, or on the next one
sub without_uplink {
    $node = Verbs->new('lxc', uplink => 'vbnone0', interface_prefix => 'vb',
        nft_table => 'vzverbsnet', ctid_min => 31091, ctid_max => 31091);

    like(($node->program('--check'))[1],
        qr/^missing\s+uplink: interface vbnone0/m,
        '--check names an uplink that is not there');
    $node->ask("create 31091 $Verbs::template");
    like(($node->ask('start 31091'))[0],
        qr/^err \w+ uplink vbnone0: there is no such interface/,
        'and so does a start');
    leave();
    return;
}


sub leave {
    like(($node->ask('destroy 31091'))[0], qr/^ok/, 'it goes');
    $node->end;
    $node = undef;
    return;
}


END {
    my $status = $?;

    leave() if $node;
    system "ip link delete $bridge 2> /dev/null";
    $? = $status;
}


bridged();
leave();
without_uplink();
done_testing();
