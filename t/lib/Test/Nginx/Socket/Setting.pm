package Test::Nginx::Socket::Setting;

# What a test file may set, with the defaults and the environment variables
# of Test::Nginx.

use strict;
use warnings;
use Cwd qw(cwd);
use Exporter 'import';

our @EXPORT_OK = qw(%set expand random_port expand_ports new_block);

our %set = (
    binary      => $ENV{TEST_NGINX_BINARY} || 'nginx',
    root        => $ENV{TEST_NGINX_SERVROOT} || cwd() . '/t/servroot',
    server_port => $ENV{TEST_NGINX_SERVER_PORT} || $ENV{TEST_NGINX_PORT}
                   || 1984,
    address     => '127.0.0.1',
    name        => 'localhost',
    pause       => $ENV{TEST_NGINX_SLEEP} || 0.015,
    timeout     => $ENV{TEST_NGINX_TIMEOUT} || 3,
    log_level   => $ENV{TEST_NGINX_LOG_LEVEL} || 'debug',
    master      => $ENV{TEST_NGINX_MASTER_PROCESS} || 'off',
    shuffle     => !$ENV{TEST_NGINX_NO_SHUFFLE},
    repeat      => 1,
    workers     => 1,
    connections => 64,
    preamble    => '',
    root_location => 1,
    env         => [],
);

$set{client_port} = $ENV{TEST_NGINX_CLIENT_PORT} || $set{server_port};

$ENV{TEST_NGINX_SERVER_ROOT} = $set{root};
$ENV{TEST_NGINX_SERVER_PORT} //= $set{server_port};

my %random;     # $TEST_NGINX_RAND_PORT_n of the block that runs


sub new_block { %random = () }


# a port that nobody listens on, the same for one name all through a block
sub random_port {
    my ($name) = @_;

    return $random{$name} if $random{$name};

    for (1 .. 1000) {
        my $port = 1988 + int rand 63547;

        next if $port == $set{server_port};
        next if grep { $_ == $port } values %random;

        return $random{$name} = $port
            if IO::Socket::INET->new(LocalAddr => $set{address},
                LocalPort => $port, Listen => 1, ReuseAddr => 1);
    }

    Test::More::BAIL_OUT('no free port');
}


# $TEST_NGINX_XXX in a text: the environment's, which must have it
sub expand {
    my ($text, $name) = @_;

    return $text if !defined $text || ref $text;

    $text =~ s{\$(TEST_NGINX_[_A-Z0-9]+)}{
        my $key = $1;
        $key =~ /^TEST_NGINX_RAND_PORT_\d+$/ ? random_port($key)
            : $ENV{$key} // Test::More::BAIL_OUT(
                  "$name - No environment $key defined.\n")
    }eg;

    return $text;
}


sub expand_ports {
    my ($text) = @_;

    return $text if !defined $text || ref $text;

    $text =~ s/\$ServerPort(ForClient)?\b/
               $set{ $1 ? 'client_port' : 'server_port' }/gex;

    return $text;
}


1;
