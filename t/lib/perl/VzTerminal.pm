package VzTerminal;

# Records of a terminal (src/wire/console.h), as a viewer has them: what is
# typed, what was shown, and what comes.

use strict;
use warnings;


# typed, sized, shown: a record to be sent
sub typed { return pack 'a n/a*', 'i', $_[0] }
sub sized { return pack 'a n n n', 'w', 4, @_ }
sub shown { return pack 'a n N', 'a', 4, $_[0] }


# new: nothing has come yet
sub new { return bless { left => '', output => '', taken => 0 }, $_[0] }


# hear BYTES: how many bytes of output they held; dies of what is no record
sub hear {
    my ($self, $bytes) = @_;
    my $n = 0;

    $self->{left} .= $bytes;

    while ($self->{left} =~ /^(.)(..)/s) {
        my ($type, $len) = ($1, unpack 'n', $2);

        last if length $self->{left} < 3 + $len;
        my $payload = substr $self->{left}, 3, $len;
        substr $self->{left}, 0, 3 + $len, '';

        if ($type eq 'o' && $len) {
            $self->{output} .= $payload;
            $n += $len;
        } elsif ($type eq 't' && $len == 4) {
            $self->{taken} += unpack 'N', $payload;
        } else {
            die "no record: type $type of $len bytes\n";
        }
    }

    return $n;
}


1;
