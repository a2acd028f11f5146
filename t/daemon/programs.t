#!/usr/bin/perl
#
# What each program loads at each of its starts: the daemon starts with every
# connection, the hook three times with every container.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my %needs = (
    'virtual-server' => [qw(libc libcrypt libcrypto libjansson libpcre2-8)],
    'virtual-server-hook' => [qw(libc libpcre2-8)],
    'virtual-server-unpack' => [qw(libarchive libc)],
);

if (join("", `readelf -d $Verbs::build/virtual-server`) =~ /lib[au]\w*san/)
{
    plan skip_all => 'a sanitizer brings its own';
}

for my $name (sort keys %needs) {
    my @needed = join("", `readelf -d $Verbs::build/$name`)
                 =~ /NEEDED.*\[(.*?)\.so/g;

    is_deeply([sort grep { !/^ld-linux/ } @needed], $needs{$name}, $name);
}

done_testing();
