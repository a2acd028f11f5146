package Test::Nginx::Socket::Client;

# Requests made of a block's sections, sent over one connection each, and
# responses taken apart.

use strict;
use warnings;
use Errno;
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep);
use Test::More ();
use Test::Nginx::Socket::Setting qw(%set expand);

our @EXPORT_OK = qw(block_requests send_request parse_response seconds);


# "3", "3s" or "500ms"
sub seconds {
    my ($text) = @_;

    return $text =~ /^(.*)ms$/ ? $1 / 1000 : $text =~ s/s$//r;
}


# --- making requests ---

# The connections of a block: a list, each of packets {value, delay_before}.
sub block_requests {
    my ($block) = @_;
    my $name = $block->name;

    if (defined(my $raw = $block->raw_request)) {
        return [map { { value => $_ } } ref $raw ? @$raw : $raw];
    }

    if (my $list = $block->pipelined_requests) {
        my $i = 0;

        return [{ value => join '', map {
            my $last = $i == $#$list;
            build($block, expand($_, $name), $i++,
                  $last ? 'close' : 'keep-alive');
        } @$list }];
    }

    my $request = $block->request
        // Test::More::BAIL_OUT("$name - request empty");
    my $i = 0;

    return map { packets($block, $_, $i++) }
        ref $request ? @$request : without_comments($request);
}


sub without_comments {
    my ($text) = @_;

    1 while $text =~ s/^\s*#[^\n]+\s+|^\s+//s;

    return $text;
}


# A request given in pieces keeps their boundaries, but for the first, which
# is the head.
sub packets {
    my ($block, $request, $i) = @_;
    my $text = build($block, $request, $i, 'close');

    return [{ value => $text }] if !ref $request;

    my @tail = map { ref $_ ? $_ : { value => $_ } }
        @$request[1 .. $#$request];
    my $length = length join '', map { $_->{value} } @tail;

    return [{ value => substr $text, 0, length($text) - $length }, @tail];
}


# "METHOD [URL [HTTP/x]]" and the body's lines, as HTTP sends them
sub build {
    my ($block, $request, $i, $connection) = @_;

    $request = join '', map { ref $_ ? $_->{value} : $_ } @$request
        if ref $request;

    my ($line, $body) = split /\n/, $request, 2;

    ($line // '') =~ /^\s*(\S+)(?: +(\S+))?(?: +(\S+))? *\r?$/
        or Test::More::BAIL_OUT($block->name
               . ' - Request line is not valid: "' . ($line // '') . '"');

    my $head = join ' ', $1, $2 // '/', $3 // 'HTTP/1.1';
    my $headers = more_headers($block, $i);

    $body //= '';

    if ($body ne '' && $headers !~ /^(?:Content-Length:|
                                        Transfer-Encoding:\s*chunked)/xmi)
    {
        $body =~ s/^\s+|\s+$//g;
        $headers .= 'Content-Length: ' . length($body) . "\r\n";
    }

    $headers = "Connection: $connection\r\n$headers"
        if $headers !~ /^Connection:/mi;
    $headers = "Host: $set{name}\r\n$headers" if $headers !~ /^Host:/mi;

    return "$head\r\n$headers\r\n$body";
}


sub more_headers {
    my ($block, $i) = @_;
    my $text = $block->more_headers // '';

    $text = $text->[$i]
        // Test::More::BAIL_OUT("--- more_headers lacks data for request $i")
        if ref $text eq 'ARRAY';

    return join '', map {
        my ($key, $value) = split /:\s*/, $_, 2;
        "$key: " . ($value // '') . "\r\n";
    } grep { !/^\s*(?:#|$)/ } split /\n+/, $text;
}


# --- talking ---

sub connect_nginx {
    my ($block, $timeout) = @_;

    for my $try (1 .. 50) {
        my $socket = IO::Socket::INET->new(
            PeerAddr => $block->server_addr_for_client // $set{address},
            PeerPort => $set{client_port},
            Timeout  => $timeout);

        return $socket if $socket;

        my $pause = $set{pause} * $try;
        sleep($pause > 0.5 ? 0.5 : $pause);
    }

    Test::More::fail($block->name . " - Can't connect to $set{address}:"
        . "$set{client_port}: $!");

    return;
}


# Send the packets of one connection; what came until the server closed it.
sub send_request {
    my ($block, $packets, $timeout) = @_;
    my $socket = connect_nginx($block, $timeout) or return '';
    my ($read, $write) = map { IO::Select->new($socket) } 1 .. 2;
    my @packets = @$packets;
    my $out = (shift @packets)->{value};
    my $in = '';

    $socket->blocking(0);

    while (1) {
        my ($readable, $writable) = IO::Select->select($read,
            $write->count ? $write : undef, undef, $timeout);

        if (!$readable) {
            timed_out($block);
            last;
        }

        last if @$readable && !take($socket, \$in);
        next if !@{ $writable || [] };

        if (!give($socket, \$out)) {
            $write->remove($socket);
            next;
        }

        next if length $out;

        if (my $packet = shift @packets) {
            $out = $packet->{value};
            sleep($packet->{delay_before}
                // $block->raw_request_middle_delay || 0);
            next;
        }

        $write->remove($socket);
        shutdown $socket, $block->shutdown || 1 if defined $block->shutdown;
    }

    close $socket;

    return $in;
}


sub timed_out {
    my ($block) = @_;

    Test::More::fail('ERROR: client socket timed out - ' . $block->name)
        if !defined $block->abort;
}


# false at the end of the connection
sub take {
    my ($socket, $in) = @_;
    my $n = sysread $socket, $$in, 65536, length $$in;

    return defined $n ? $n : $!{EAGAIN};
}


# false when nothing more can be sent
sub give {
    my ($socket, $out) = @_;

    return 1 if !length $$out;

    my $n = syswrite $socket, $$out;

    return $!{EAGAIN} if !defined $n;

    substr($$out, 0, $n) = '';

    return 1;
}


# --- responses ---

# The first response of what came, {code, head, headers, body}, and the rest.
sub parse_response {
    my ($name, $text, $is_head) = @_;
    my %response = (code => '', head => '', headers => {}, body => '');

    return (\%response, '') if $text !~ m{\AHTTP/\S+ (\d+)};

    $response{code} = $1;

    my ($head, $body) = split /\r?\n\r?\n/, $text, 2;

    $response{head} = "$head\r\n";

    for my $line (split /\r?\n/, $head) {
        push @{ $response{headers}{ lc $1 } }, $2
            if $line =~ /^([^:\s]+):\s*(.*?)\s*$/;
    }

    my $rest;
    ($response{body}, $rest) = cut_body($name, \%response, $body // '',
        $is_head);

    return (\%response, $rest);
}


sub cut_body {
    my ($name, $response, $text, $is_head) = @_;
    my ($encoding, $length) = map { $response->{headers}{$_}[0] }
        qw(transfer-encoding content-length);

    # what follows one of these on a connection is lost there, so it is here
    return ('', '') if $response->{code} =~ /^(?:304|101)$/;
    return ('', $text) if $is_head;
    return dechunk($name, $text) if ($encoding // '') eq 'chunked';
    return ($text, '') if !defined $length || length $text <= $length;
    return (substr($text, 0, $length), substr $text, $length);
}


sub dechunk {
    my ($name, $text) = @_;
    my $body = '';

    while ($text =~ s/\A[ \t]*([0-9A-Fa-f]+)[ \t]*\r\n//) {
        my $size = hex $1;

        if (!$size) {
            $text =~ s/\A(?:[^\r\n]+\r\n)*\r\n//;
            return ($body, $text);
        }

        last if length $text < $size + 2;

        $body .= substr $text, 0, $size;
        substr($text, 0, $size + 2) = '';
    }

    Test::More::fail("$name - no last chunk found - $text");

    return ($body, $text);
}


1;
