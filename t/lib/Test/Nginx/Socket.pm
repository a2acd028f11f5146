package Test::Nginx::Socket;

=head1 NAME

Test::Nginx::Socket - run test files in Test::Nginx's format

=head1 DESCRIPTION

The CPAN module of this name is not in Debian.  This one runs the same files
where that is missing, with nothing but Perl itself, for the part of the
format that the tests of this project and those of most modules use: the
sections for configuration and files, requests (single, many, pipelined, raw,
in pieces), responses, logs, C<must_die>, C<skip_nginx>, C<skip_eval> and a TCP
server to be talked to.  It does not know udp, unix sockets as C<tcp_listen>,
C<shutdown_error_log>, C<todo>, HTTP/2, and the modes of Test::Nginx that
benchmark, reload or search for leaks.

Whether a check passes is decided as there; the words of a title may differ.

=cut

use strict;
use warnings;
use List::Util qw(shuffle);
use Time::HiRes qw(sleep);
use Test::More ();
use Test::Nginx::Socket::Setting qw(%set expand new_block);
use Test::Nginx::Socket::Spec qw(read_blocks run_filters);
use Test::Nginx::Socket::Server qw(start_nginx try_nginx stop_nginx
                                   write_server write_files forget_log);
use Test::Nginx::Socket::Client qw(block_requests send_request parse_response
                                   seconds);
use Test::Nginx::Socket::Check qw(check_response check_logs check_log is_text);
use Test::Nginx::Socket::Mock;

our $VERSION = '0.01';

my ($blocks, $last_config);
my (@before, @after_each, @after_all, @body_checks);


# --- what a test file calls ---

# functions that set, or only tell, one setting
my %setter = (
    repeat_each            => 'repeat',
    timeout                => 'timeout',
    log_level              => 'log_level',
    workers                => 'workers',
    worker_connections     => 'connections',
    server_port            => 'server_port',
    server_port_for_client => 'client_port',
    server_addr            => 'address',
    server_name            => 'name',
    config_preamble        => 'preamble',
);

for my $name (keys %setter) {
    my $key = $setter{$name};

    no strict 'refs';
    *$name = sub {
        $set{$key} = shift if @_;
        return $set{$key};
    };
}

my @exported = (keys %setter, qw(run_tests blocks plan no_shuffle
    no_long_string no_diff use_hup master_on master_off
    master_process_enabled server_root html_dir no_root_location env_to_nginx
    add_block_preprocessor add_cleanup_handler add_test_cleanup_handler
    add_response_body_check bail_out is_str));

# of Test::More just what the real one gives, so that no test needs more
my @checks = qw(ok is isnt like unlike is_deeply cmp_ok skip todo_skip pass
    fail eq_array eq_hash eq_set can_ok isa_ok diag use_ok);


sub import {
    my ($class, @plan) = @_;
    my $caller = caller;

    no strict 'refs';
    *{"${caller}::$_"} = \&$_ for @exported;

    *{"${caller}::$_"} = \&{"Test::More::$_"} for @checks;

    *{"${caller}::TODO"} = \${"${caller}::TODO"};

    strict->import;
    warnings->import;
    Test::More::plan(@plan) if @plan && $plan[0] ne '-Base';
}


sub plan { Test::More::plan(@_) }
sub bail_out { Test::More::BAIL_OUT(join '', @_) }
sub is_str { is_text(@_) }
sub no_shuffle { $set{shuffle} = 0 }
sub no_root_location { $set{root_location} = 0 }
sub master_on { $set{master} = 'on' }
sub master_off { $set{master} = 'off' }
sub server_root { $set{root} }
sub html_dir { "$set{root}/html" }
sub env_to_nginx { push @{ $set{env} }, @_ }
sub add_block_preprocessor(&) { unshift @before, shift }
sub add_cleanup_handler { unshift @after_all, shift }
sub add_test_cleanup_handler { unshift @after_each, shift }
sub add_response_body_check { unshift @body_checks, shift }

# how to show a difference, and how to restart: nothing to choose here
sub no_long_string { }
sub no_diff { }
sub use_hup { }


sub master_process_enabled {
    $set{master} = shift() ? 'on' : 'off' if @_;

    return $set{master} eq 'on';
}


sub blocks {
    $blocks //= read_blocks();

    return wantarray ? @$blocks : scalar @$blocks;
}


sub run_tests {
    my @list = blocks();

    run_filters($_) for @list;

    for my $block ($set{shuffle} ? shuffle @list : @list) {
        $_->($block) for @before;
        $block->set_value(name => "$0 " . $block->name);
        run_block($block);
        $_->($block) for @after_each;
    }

    $_->() for @after_all;
}


# --- one block ---

sub run_block {
    my ($block) = @_;
    my $name = $block->name;

    new_block();

    my $config = expand($block->config, $name) // $last_config
        // bail_out("$name - No '--- config' section specified");

    if (my ($tests, $why) = skipped($block)) {
        SKIP: { Test::More::skip("$name - $why", $tests * $set{repeat}) }
        return;
    }

    stop_nginx();
    write_server($block, $config);
    $last_config = $config;

    if (defined $block->must_die) {
        run_dying($block);
        return;
    }

    start_nginx($block);

    for my $repeat (0 .. $set{repeat} - 1) {
        write_files($block) if $repeat;
        run_once($block, $repeat);
    }
}


# nginx must not start
sub run_dying {
    my ($block) = @_;
    my ($name, $code) = ($block->name, $block->must_die);

    forget_log();

    for my $repeat (0 .. $set{repeat} - 1) {
        my $status = try_nginx($block);

        if ($code =~ /^\d+$/) {
            Test::More::is($status >> 8, $code,
                "$name - die with the expected exit code");

        } else {
            Test::More::isnt($status, 0, "$name - die as expected");
        }

        check_log($block, $repeat, 'error');
    }
}


sub run_once {
    my ($block, $repeat) = @_;
    my $mock = Test::Nginx::Socket::Mock->start($block);
    my @requests = block_requests($block);
    my $pipelined = ref $block->pipelined_requests
        ? @{ $block->pipelined_requests } : 0;
    my %at = (name => $block->name, repeat => $repeat, request => 0,
              many => $pipelined || @requests > 1);

    for my $n (0 .. $#requests) {
        my $answer = send_request($block, $requests[$n],
            seconds($block->timeout // $set{timeout}));

        take_responses($block, \%at, $answer, $pipelined,
            $requests[$n][0]{value} =~ /^\s*HEAD\s/);

        sleep $block->wait if $block->wait;

        if ($n < $#requests) {
            check_log($block, $repeat, $_) for qw(error access);

        } else {
            check_logs($block, $repeat);
        }
    }

    $mock->finish($block) if $mock;
}


# the responses of one connection: several where requests were pipelined
sub take_responses {
    my ($block, $at, $answer, $pipelined, $is_head) = @_;

    for my $left (reverse 1 .. $pipelined || 1) {
        my ($response, $rest) = parse_response($at->{name}, $answer, $is_head);

        check_response($block, $response, $at);
        $_->($block, $response->{body}, $at->{request}, $at->{repeat})
            for @body_checks;

        $at->{request}++;
        $answer = $rest;

        next if $left == 1;

        sleep $block->wait if $block->wait;
        check_log($block, $at->{repeat}, $_) for qw(error access);
    }
}


# --- blocks that are left out: how many tests, and why ---

sub skipped {
    my ($block) = @_;

    if (defined(my $text = $block->skip_eval)) {
        my ($tests, $code) = $text =~ /^\s*(\d+)\s*:\s*(.*)/s
            or bail_out("bad skip_eval: $text");

        return ($tests, 'skip_eval') if eval "package main; $code";
    }

    if (defined(my $text = $block->skip_nginx)) {
        my ($tests, $sign, $version) =
            $text =~ /^\s*(\d+)\s*:\s*([<>]=?)\s*(\d+\.\d+\.\d+)/
            or bail_out("bad skip_nginx: $text");

        return ($tests, "nginx version $sign $version")
            if compare(nginx_version(), $sign, $version);
    }

    return;
}


sub nginx_version {
    return `$set{binary} -V 2>&1` =~ m{/(\d+\.\d+\.\d+)} ? $1
        : bail_out("no version of $set{binary}");
}


sub compare {
    my ($one, $sign, $other) = @_;
    my ($x, $y) = map { sprintf '%d%03d%03d', split /\./ } $one, $other;
    my %result = ('<' => $x < $y, '<=' => $x <= $y,
                  '>' => $x > $y, '>=' => $x >= $y);

    return $result{$sign};
}


my $owner = $$;

END {
    if ($$ == $owner && !$ENV{TEST_NGINX_NO_CLEAN}) {
        local $?;
        stop_nginx();
    }
}


1;
