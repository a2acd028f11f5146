package Test::Nginx::Socket::Check;

# What a block expects of a response and of the logs.

use strict;
use warnings;
use Exporter 'import';
use Test::More ();
use Test::Nginx::Socket::Setting qw(%set expand expand_ports);
use Test::Nginx::Socket::Server qw(new_log_lines);

our @EXPORT_OK = qw(check_response check_logs check_log is_text);

my %body_filter = (
    uc       => sub { uc $_[0] },
    lc       => sub { lc $_[0] },
    ucfirst  => sub { ucfirst $_[0] },
    lcfirst  => sub { lcfirst $_[0] },
    length   => sub { length $_[0] },
    md5_hex  => sub { require Digest::MD5; Digest::MD5::md5_hex($_[0]) },
    sha1_hex => sub { require Digest::SHA; Digest::SHA::sha1_hex($_[0]) },
);


sub is_text {
    my ($got, $expected, $title) = @_;

    return ref $expected eq 'Regexp'
        ? Test::More::like($got, $expected, $title)
        : Test::More::is($got, $expected, $title);
}


# Expectations of many requests are lists with one of each.
sub of_request {
    my ($at, $value) = @_;

    return $value->[$at->{request}] if ref $value eq 'ARRAY';

    Test::More::BAIL_OUT("$at->{name} - You asked for many requests, the"
        . ' expected results should be arrays as well.') if $at->{many};

    return $value;
}


# --- the response; $at: name, request, repeat, many ---

sub check_response {
    my ($block, $response, $at) = @_;

    return if defined $block->ignore_response;

    check_code($block, $response, $at);
    check_raw_headers($block, $response, $at);
    check_headers($block, $response, $at);
    filter_body($block, $response, $at);
    check_body($block, $response, $at);
}


sub check_code {
    my ($block, $response, $at) = @_;
    my $title = "$at->{name} - status code ok";

    if (defined(my $like = $block->error_code_like)) {
        my $pattern = of_request($at, $like);
        Test::More::like($response->{code}, qr/$pattern/sm, $title);
        return;
    }

    my $code = $block->error_code;
    Test::More::is($response->{code},
        defined $code ? of_request($at, $code) : 200, $title);
}


sub check_raw_headers {
    my ($block, $response, $at) = @_;
    my %check = (like => \&Test::More::like, unlike => \&Test::More::unlike);

    for my $how (sort keys %check) {
        my $key = "raw_response_headers_$how";
        next if !defined $block->$key;

        my $pattern = of_request($at, $block->$key);
        $check{$how}->($response->{head}, qr/$pattern/s,
            "$at->{name} - raw resp headers $how");
    }
}


sub check_headers {
    my ($block, $response, $at) = @_;
    my ($key) = grep { defined $block->$_ }
        qw(response_headers response_headers_like) or return;

    for my $line (split /\n/, of_request($at, $block->$key)) {
        $line =~ s/^\s+|\s+$//g;
        next if $line eq '';

        if ($line =~ s/^!\s*//) {
            Test::More::unlike($response->{head}, qr/^\s*\Q$line\E\s*:/ms,
                "$at->{name} - header $line not present in the raw headers");
            next;
        }

        my ($name, $value) = split /\s*:\s*/, $line, 2;
        my $got = join ', ', @{ $response->{headers}{ lc $name } || [] };

        if ($key eq 'response_headers_like') {
            Test::More::like($got, qr/^$value$/,
                "$at->{name} - header $name like ok");

        } else {
            Test::More::is($got, expand_ports($value),
                "$at->{name} - header $name ok");
        }
    }
}


sub filter_body {
    my ($block, $response, $at) = @_;
    my $filters = $block->response_body_filters // return;

    $filters = [split ' ', $filters] if !ref $filters;
    $filters = [$filters] if ref $filters ne 'ARRAY';
    $filters = $filters->[$at->{request}] if ref $filters->[0] eq 'ARRAY';

    for my $filter (@$filters) {
        my $code = ref $filter ? $filter : $body_filter{$filter}
            or Test::More::BAIL_OUT("$at->{name} - unknown filter, "
                   . "\"$filter\"");
        $response->{body} = $code->($response->{body});
    }
}


# only the first of the three counts
sub check_body {
    my ($block, $response, $at) = @_;
    my $name = $at->{name};

    if (defined(my $expected = $block->response_body)) {
        is_text($response->{body},
            expand(expand_ports(of_request($at, $expected)), $name),
            "$name - response_body - response is expected"
            . " (repeated req $at->{repeat}, req $at->{request})");
        return;
    }

    for my $check (['response_body_like', \&Test::More::like],
                   ['response_body_unlike', \&Test::More::unlike])
    {
        my ($key, $code) = @$check;
        next if !defined $block->$key;

        my $pattern = expand_ports(of_request($at, $block->$key));
        $code->($response->{body}, qr/$pattern/s,
            "$name - $key - response is expected");
        return;
    }
}


# --- the logs ---

sub check_logs {
    my ($block, $repeat) = @_;

    check_log($block, $repeat, 'error');
    check_log($block, $repeat, 'access') if !defined $block->ignore_response;
}


sub check_log {
    my ($block, $repeat, $which) = @_;
    my ($yes, $no) = ("${which}_log", "no_${which}_log");
    my $name = $block->name;
    my $end = "line in $which.log (req $repeat)";

    return if $which eq 'access' && !defined $block->$yes
              && !defined $block->$no;

    my $lines = new_log_lines($which);

    check_grep($block, $repeat, $lines) if $which eq 'error';

    for my $pattern (patterns($block->$yes)) {
        Test::More::ok(matches($pattern, $lines),
            "$name - pattern \"$pattern\" should match a $end");
    }

    for my $pattern (patterns($block->$no)) {
        my @hit = matches($pattern, $lines);

        Test::More::ok(!@hit,
            "$name - pattern \"$pattern\" should not match any $end")
            or Test::More::diag("matches: $hit[0]");
    }

    warn_of_alarms($block, $lines)
        if $which eq 'error' && !defined $block->must_die;
}


sub patterns {
    my ($value) = @_;

    return if !defined $value;
    return grep { defined } @$value if ref $value eq 'ARRAY';
    return ref $value ? $value : split /\n+/, $value;
}


sub matches {
    my ($pattern, $lines) = @_;

    return grep {
        ref $pattern ? $_ =~ $pattern : index($_, $pattern) >= 0
    } @$lines;
}


sub check_grep {
    my ($block, $repeat, $lines) = @_;
    my ($pattern, $expected) = map {
        ref $_ eq 'ARRAY' ? $_->[$repeat] : $_
    } $block->grep_error_log, $block->grep_error_log_out;

    return if !defined $pattern;

    $pattern = qr/\Q$pattern\E/ if !ref $pattern;

    is_text(join('', map { /$pattern/ ? "$&\n" : () } @$lines),
        expand($expected, $block->name),
        $block->name . " - grep_error_log_out (req $repeat)");
}


sub warn_of_alarms {
    my ($block, $lines) = @_;
    my $known = join "\n",
        map { patterns($_) } $block->error_log, $block->no_error_log;

    for my $level (qw(alert crit emerg)) {
        next if index($known, "[$level") >= 0;
        warn 'WARNING: ', $block->name, " - $_"
            for grep { /\[$level\]/ } @$lines;
    }
}


1;
