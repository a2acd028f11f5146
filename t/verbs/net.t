#!/usr/bin/perl
#
# What a container may send: from its own addresses, and to no link-local one
# but the next hop; on a bridge nothing that would make it others' router.

use strict;
use warnings;

use File::Basename ();
use IO::Select ();
use IO::Socket::INET;
use Test::More;

use lib File::Basename::dirname(__FILE__);
use Verbs;

my $elsewhere = '169.254.74.9';         # as a cloud's 169.254.169.254 is

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


sub lxc {
    my ($one, $two) = (31001, 31002);

    $node = Verbs->new('lxc');
    $in = IO::Socket::INET->new(Proto => 'udp') or die "a socket: $!\n";
    bind $in, sockaddr_in(0, INADDR_ANY) or die "bind: $!\n";

    for my $id ($one, $two) {
        my $address = '10.74.1.' . ($id - 31000);

        is(join(' ', map { ($node->ask($_))[0] } "create $id $Verbs::template",
            "setip $id $address", "start $id"), 'ok ok ok', "$id has $address");
    }

    inside($one, 'ip', 'address', 'add', $_, 'dev', 'eth0')
        for qw(10.74.1.2/32 10.74.1.77/32);

    sends($one, '10.74.1.2', '169.254.0.1', 'as the other');
    sends($one, '10.74.1.77', '169.254.0.1', 'as nobody');
    sends($one, '10.74.1.1', '169.254.0.1', 'as itself');
    heard('as itself', 'only its own address is let out');

    system 'ip', 'address', 'add', "$elsewhere/32", 'dev', 'lo';
    sends($one, '10.74.1.1', $elsewhere, 'to the link');
    sends($one, '10.74.1.1', '169.254.0.1', 'to the next hop');
    heard('to the next hop', 'no link but its own is reached');
    half($one);
    return;
}


# an address that a container could not be given is not its own
sub half {
    my ($id) = @_;
    my $owners = 'nft list set inet vzverbs owner4';

    inside($id, 'ip', 'link', 'set', 'eth0', 'down');
    inside($id, 'ip', 'link', 'set', 'eth0', 'name', 'away');

    is(($node->ask("setip $id 10.74.1.3"))[0],
        'err failed the container has no interface eth0',
        'one without eth0 gets no address');
    like(`$owners`, qr/10\.74\.1\.1\b/, 'what it has it may send from');
    unlike(`$owners`, qr/10\.74\.1\.3\b/, 'and from nothing else');
    return;
}


END {
    my $status = $?;

    if ($node) {
        system 'ip', 'address', 'delete', "$elsewhere/32", 'dev', 'lo';
        $node->ask("destroy $_") for 31001, 31002;
        $node->end;
    }
    $? = $status;
}


lxc() if ($ENV{VERBS_DRIVERS} // 'lxc') =~ /lxc/;
done_testing();
