package Take;

# take.c as a program for any root

use strict;
use warnings;

use Cwd ();
use File::Basename ();

my $here;
BEGIN { $here = Cwd::realpath(File::Basename::dirname(__FILE__)) }

# in units of take.c, what would use up a guest's memory: four times of what a
# stock kernel has for all
our %most = (aio => 256);


# build DIR: the program, made there
sub build {
    my ($dir) = @_;

    system('cc', '-O2', '-D_GNU_SOURCE', '-static', '-o', "$dir/take",
           "$here/../../attack/take.c", '-lrt') == 0 or die "take.c: $?\n";
    return "$dir/take";
}


1;
