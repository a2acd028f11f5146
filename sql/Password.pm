package Password;

# Passwords as the panel keeps them, for the tools that write its tables.

use strict;
use warnings;

my @letters = ('.', '/', 0 .. 9, 'A' .. 'Z', 'a' .. 'z');


# so many characters of the alphabet that salts have, at random
sub draw {
    my ($n) = @_;

    open my $in, '<:raw', '/dev/urandom' or die "urandom: $!\n";
    read($in, my $bytes, $n) == $n or die "urandom: $!\n";

    return join '', map { $letters[ord($_) & 63] } split //, $bytes;
}


sub hash {
    my ($password) = @_;

    # the last character of a salt holds two bits
    my $hash = crypt($password, '$y$j9T$' . draw(21) . '.');
    defined $hash && $hash =~ /^\$y\$/ or die "no yescrypt here\n";

    return $hash;
}


1;
