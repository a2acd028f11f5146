package VzWebsocket;

=head1 NAME

VzWebsocket - a client of raw bytes, which may break every rule of RFC 6455

=head1 SYNOPSIS

    my $ws = VzWebsocket->open($socket, $path, $headers, $protocols);
    $ws->message('iecho hi' . "\r");        # one binary message
    $ws->raw($bytes);                       # anything
    my ($opcode, $payload) = $ws->frame(5); # the next one that comes

=cut

use strict;
use warnings;
use Digest::SHA qw(sha1_base64);
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use constant GUID => '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';


# open SOCKET, PATH, HEADERS, PROTOCOLS [, MORE]: the handshake, and MORE bytes
# right behind it; status and head of the answer are kept
sub open {
    my ($class, $socket, $path, $headers, $protocols, $more) = @_;
    my $self = bless { socket => $socket, bytes => '', status => 0 }, $class;
    my $key = 'dGhlIHNhbXBsZSBub25jZQ==';
    my $head = "GET $path HTTP/1.1\r\nHost: localhost\r\n";

    $head .= "Connection: Upgrade\r\n" if $headers !~ /^Connection:/mi;
    $head .= "Upgrade: websocket\r\n" if $headers !~ /^Upgrade:/mi;
    $head .= "Sec-WebSocket-Version: 13\r\n"
        if $headers !~ /^Sec-WebSocket-Version:/mi;
    $head .= "Sec-WebSocket-Key: $key\r\n" if $headers !~ /^Sec-WebSocket-Key:/mi;
    $head .= "Sec-WebSocket-Protocol: $protocols\r\n" if length $protocols;
    $head .= $headers =~ s/\r?\n/\r\n/gr;

    # as browsers do
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    binmode $socket;
    syswrite $socket, "$head\r\n" . ($more // '');

    while ($self->{bytes} !~ /\r\n\r\n/) {
        last if !$self->more(30);
    }

    ($self->{head}, $self->{bytes}) = split /\r\n\r\n/, $self->{bytes}, 2;
    $self->{bytes} //= '';
    ($self->{status}) = ($self->{head} // '') =~ m{^HTTP/1\.1 (\d+)};
    $self->{status} //= 0;
    $self->{accepted} = ($self->{head} // '') =~ m{^Sec-WebSocket-Accept:\ \Q@{[
        sha1_base64($key . GUID) . '=']}\E\r?$}mx;

    return $self;
}


# more SECONDS: whether bytes came
sub more {
    my ($self, $seconds) = @_;
    my $bits = '';

    if (!$self->{socket}->can('pending') || !$self->{socket}->pending) {
        vec($bits, fileno $self->{socket}, 1) = 1;
        return 0 if !select $bits, undef, undef, $seconds > 0 ? $seconds : 0;
    }

    my $n = sysread $self->{socket}, $self->{bytes}, 65536,
        length $self->{bytes};

    $self->{ended} = 1 if !$n;
    return $n;
}


# masked OPCODE, PAYLOAD [, FIN]: a frame
sub masked {
    my ($opcode, $payload, $fin) = @_;
    my $len = length $payload;
    my $mask = "\x12\x34\x56\x78";

    return pack('C', ($fin // 1 ? 0x80 : 0) | $opcode)
        . ($len < 126 ? pack('C', 0x80 | $len)
           : $len < 65536 ? pack('Cn', 0x80 | 126, $len)
           : pack('CQ>', 0x80 | 127, $len))
        . $mask . ($payload ^ substr $mask x ($len / 4 + 1), 0, $len);
}


sub raw {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $at = 0;

    while ($at < length $bytes) {
        $at += syswrite($self->{socket}, $bytes, length($bytes) - $at, $at)
            || return;
    }
    return;
}


sub message { my ($self, $payload) = @_; return $self->raw(masked(2, $payload)) }


# frame SECONDS: opcode and payload of the next one; nothing where none came
sub frame {
    my ($self, $seconds) = @_;
    my $until = time + $seconds;

    for ( ;; ) {
        if ($self->{bytes} =~ /^(.)(.)(.{0,2})/s) {
            my ($first, $len) = (ord $1, ord $2);
            my $head = 2;

            ($len, $head) = (unpack('n', $3), 4) if $len == 126 && length $3 == 2;

            if ($len != 126 || $head == 4) {
                if (length $self->{bytes} >= $head + $len) {
                    my $payload = substr $self->{bytes}, $head, $len;
                    substr $self->{bytes}, 0, $head + $len, '';
                    return ($first & 15, $payload);
                }
            }
        }

        return if $self->{ended} || time > $until
            || (!$self->more($until - time) && !$self->{ended});
    }
}


# shown SECONDS, PATTERN [, BLIND]: whether the output comes to match; what is
# shown is told, unless nobody looks
sub shown {
    my ($self, $seconds, $like, $blind) = @_;
    my $until = time + $seconds;

    while (($self->{output} // '') !~ $like) {
        my ($opcode, $payload) = $self->frame($until - time) or return 0;

        if ($opcode == 8) {
            $self->{code} = length $payload ? unpack 'n', $payload : 1005;
            $self->{reason} = substr $payload, 2;
            return 0;
        }

        if ($opcode == 2 && $payload =~ s/^o//) {
            $self->{output} .= $payload;
            $self->{heard} += length $payload;
            $self->message(pack 'aN', 'a', length $payload) if !$blind;
        }
    }

    return 1;
}


# closed SECONDS: the code that it is closed with, 1006 without one; 0 where it
# is open
sub closed {
    my ($self, $seconds) = @_;

    $self->shown($seconds, qr/(?!)/) if !$self->{code};
    return $self->{code} // ($self->{ended} ? 1006 : 0);
}


1;
