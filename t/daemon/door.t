#!/usr/bin/perl
#
# Who is let in, and how long a stranger may stand in the door: virtual-server
# on TCP connections of other users of this host.

use strict;
use warnings;

use File::Basename ();
use IO::Socket::IP ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my ($nobody) = (getpwnam 'nobody')[2];


# listener ADDRESS: as xinetd listens
sub listener {
    my ($address) = @_;

    return IO::Socket::IP->new(LocalHost => $address, LocalPort => 0,
                               Listen => 8) // die "$address: $@\n";
}


# answer NODE FROM: a daemon of the node that serves a connection, as xinetd
# starts it; its process
sub answer {
    my ($node, $from) = @_;
    my $pid = fork // die "fork: $!\n";

    return $pid if $pid;

    open STDIN, '<&', $from;
    open STDOUT, '>&', $from;
    close $from;
    exec "$Verbs::build/virtual-server", '--config', "$node->{dir}/conf";
}


# visit NODE ADDRESS UID CODE: what CODE gives for the connection of that user
sub visit {
    my ($node, $address, $uid, $code) = @_;
    my $listener = listener($address);

    my $child = open(my $said, '-|') // die "fork: $!\n";

    if ($child == 0) {
        POSIX::setuid($uid);
        my $to = IO::Socket::IP->new(PeerHost => $address,
                                     PeerPort => $listener->sockport);
        print scalar $code->($to);
        POSIX::_exit(0) if close STDOUT;
    }

    my $from = $listener->accept;
    my $server = answer($node, $from);

    close $from;
    local $/;
    my $text = <$said>;
    close $said;
    waitpid $server, 0;
    return $text;
}


my $first = sub { return readline $_[0] };
my $greeting = qr/^virtual-server 3 [0-9a-f]{64}$/;

for my $address ('127.0.0.1', '::1') {
    my $node = Verbs->new('lxc', peers => 'root');

    like(visit($node, $address, 0, $first), $greeting,
         "$address: root may be a peer");

    my $all = visit($node, $address, $nobody,
                    sub { local $/; return readline $_[0] });
    is($all, "err denied user $nobody is not among the peers of this host\n",
       "$address: another user is told so, and no more");
    like($node->slurp('log'), qr/\Q$address\E\S*: denied: user $nobody /,
         "$address: and it is logged");

    $node->end;
}

for my $peers ('root nobody', "0 $nobody") {
    my $node = Verbs->new('lxc', peers => $peers);
    like(visit($node, '127.0.0.1', $nobody, $first), $greeting,
         "peers = $peers: nobody is one");
    $node->end;
}

{
    my $node = Verbs->new('lxc');
    like(visit($node, '127.0.0.1', $nobody, $first), $greeting,
         'without peers all may try the key');

    # one byte at a time: the time counts for the whole of it
    my $text = visit($node, '127.0.0.1', $nobody, sub {
        my ($to) = @_;
        my $start = time;

        local $SIG{PIPE} = 'IGNORE';
        readline $to;
        until (select(my $now = ready($to), undef, undef, 0.2)) {
            syswrite $to, 'a';
        }
        my $answer = readline $to;
        return sprintf "%.1f %s", time - $start, $answer;
    });
    like($text, qr/^(?:2\.[5-9]|3\.\d|4\.[0-4]) err timeout /,
         'who trickles is out after three seconds');
    $node->end;
}

{
    my $node = Verbs->new('lxc', peers => 'root no.such.user');
    my (undef, $text) = $node->program('--check');
    like($text, qr/^ok\s+peers: the kernel tells /m,
         '--check tries whether the kernel tells');
    like($text, qr/^(?!ok).*peer no\.such\.user: no such user/m,
         'and names who is not there');

    # a connection that its maker has closed belongs to nobody any more
    my $listener = listener('127.0.0.1');
    my $to = IO::Socket::IP->new(PeerHost => '127.0.0.1',
                                 PeerPort => $listener->sockport);
    my $from = $listener->accept;
    close $to;

    waitpid answer($node, $from), 0;
    like($node->slurp('log'), qr/denied: the user of this connection can't be found out/,
         'who has left is not taken for root');
    $node->end;
}


sub ready {
    my ($handle) = @_;

    my $bits = '';
    vec($bits, fileno $handle, 1) = 1;
    return $bits;
}


done_testing();
