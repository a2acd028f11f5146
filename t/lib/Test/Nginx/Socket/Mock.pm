package Test::Nginx::Socket::Mock;

# tcp_listen, tcp_reply and their kin: a process that takes one connection,
# keeps what it was sent and answers what it was told.

use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep);
use Test::More ();
use Test::Nginx::Socket::Setting qw(%set expand);
use Test::Nginx::Socket::Client qw(seconds);
use Test::Nginx::Socket::Server qw(write_file);
use Test::Nginx::Socket::Check qw(is_text);


# undef where the block asks for none
sub start {
    my ($class, $block) = @_;
    my $port = expand($block->tcp_listen, $block->name) // return;
    my $file = "$set{root}/tcp_query";
    my $listener = IO::Socket::INET->new(LocalHost => '127.0.0.1',
        LocalPort => $port, Listen => 5, ReuseAddr => 1)
        or Test::More::BAIL_OUT("tcp_listen $port: $!");
    my $pid = fork // Test::More::BAIL_OUT("fork: $!");

    if (!$pid) {
        serve($block, $listener, $file);
        POSIX::_exit(0);
    }

    return bless { pid => $pid, file => $file, listener => $listener }, $class;
}


sub serve {
    my ($block, $listener, $file) = @_;
    my $client = $listener->accept or POSIX::_exit(1);
    my $expected = $block->tcp_query;
    my $length = $block->tcp_query_len
        // (defined $expected && !ref $expected ? length $expected : 1);
    my $query = '';

    while (length $query < $length) {
        sysread $client, $query, 65536, length $query or last;
    }

    write_file($file, $query);
    sleep seconds($block->tcp_reply_delay) if $block->tcp_reply_delay;

    my $reply = $block->tcp_reply;
    $reply = $reply->($query) if ref $reply eq 'CODE';
    syswrite $client, $_ for ref $reply ? @$reply : $reply // '';

    sleep 1 while defined $block->tcp_no_close;
}


sub finish {
    my ($self, $block) = @_;
    my $query = '';

    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    close $self->{listener};

    if (open my $in, '<', $self->{file}) {
        local $/;
        $query = <$in>;
        unlink $self->{file};
    }

    is_text($query, $block->tcp_query, $block->name . ' - tcp_query ok')
        if defined $block->tcp_query;
    Test::More::is(length $query, $block->tcp_query_len,
        $block->name . ' - TCP query length ok')
        if defined $block->tcp_query_len;
}


1;
