package Test::Nginx::Socket::Spec;

# The file format of Test::Base: blocks begin with "=== NAME", sections with
# "--- KEY FILTER...", or "--- KEY FILTER...: VALUE" on one line.

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(read_blocks run_filters);

my %filter = (
    norm => sub {
        my ($text) = @_;
        $text =~ s/\r\n?/\n/g;
        return $text;
    },
    trim => sub {
        return map { s/\A(?:[ \t]*\n)+//r =~ s/(?<=\n)\s*\z//r } @_;
    },
    chomp   => sub { my @list = @_; chomp @list; return @list },
    chop    => sub { my @list = @_; chop @list; return @list },
    unchomp => sub { return map { "$_\n" } @_ },
    array   => sub { return [@_] },
    hash    => sub { return {@_} },
    lines   => sub { return $_[0] =~ /^(.*\n?)/gm },
    join    => sub { return join '', @_ },
    eval    => \&Test::Nginx::Socket::Spec::Main::value,
    escape  => sub {
        my ($text) = @_;
        $text =~ s/(\\.)/eval qq{"$1"}/gee;
        return $text;
    },
    base64_decode => sub {
        require MIME::Base64;
        return MIME::Base64::decode_base64($_[0]);
    },
    base64_encode => sub {
        require MIME::Base64;
        return MIME::Base64::encode_base64($_[0]);
    },
);


# The blocks below __DATA__ of the test file; ONLY, SKIP and LAST are obeyed.
sub read_blocks {
    my $text = do { local $/; no warnings; <main::DATA> };
    my @blocks;

    for my $part ($text =~ /^(===.*?(?=^===|\z))/msg) {
        my $block = parse_block($part) // next;

        return [$block] if defined $block->ONLY;

        push @blocks, $block if !defined $block->SKIP;
        last if defined $block->LAST;
    }

    return \@blocks;
}


sub parse_block {
    my ($text) = @_;

    $text =~ s/\A===[ \t]*(.*)\s+// or return;

    my $block = bless { value => { name => $1 }, filters => {} },
        'Test::Nginx::Socket::Block';
    my (undef, @parts) = split /^--- +\(?(\w+)\)? *(.*)?\n/m, $text;

    while (my ($key, $words, $value) = splice @parts, 0, 3) {
        $words //= '';
        $value //= '';

        if ($words =~ /:(?:\s|\z)/) {
            die "Extra lines not allowed in '$key' section\n"
                if $value =~ /\S/;

            ($words, $value) = split /\s*:(?:\s+|\z)/, $words, 2;
            $value = ($value // '') =~ s/^\s+|\s+$//gr;
        }

        $block->{value}{$key} = $value;
        $block->{filters}{$key} = filter_names($words);
    }

    return $block;
}


# norm and trim come first unless a word takes them away: "-trim"
sub filter_names {
    my ($words) = @_;
    my @names = qw(norm trim);

    for my $word (split ' ', $words) {
        if ($word =~ s/^-//) {
            @names = grep { $_ ne $word } @names;

        } else {
            push @names, $word;
        }
    }

    return \@names;
}


# A filter that the test file defines as a sub of main goes before ours.
sub run_filters {
    my ($block) = @_;

    for my $key (keys %{ $block->{filters} }) {
        my @value = ($block->{value}{$key});

        for my $name (@{ $block->{filters}{$key} }) {
            my $code = main->can($name) || $filter{$name}
                or die "Can't find a function or method for '$name' filter\n";

            @value = $code->(@value);
        }

        $block->{value}{$key} = $value[0];
    }
}


# Code of a test file runs in main and without strict, as its author expects;
# an error becomes the value.
package main;

sub Test::Nginx::Socket::Spec::Main::value {
    no strict;
    no warnings;
    my @value = eval $_[0];

    return $@ ? $@ : @value;
}


package Test::Nginx::Socket::Block;

our $AUTOLOAD;


sub set_value {
    my ($self, $key, @value) = @_;

    $self->{value}{$key} = $value[0];
}


sub DESTROY { }


# every section is a method; undef where the block has none of that name
sub AUTOLOAD {
    my ($self) = @_;
    my $key = $AUTOLOAD =~ s/.*:://r;

    return $self->{value}{$key};
}


1;
