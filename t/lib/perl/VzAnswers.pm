package VzAnswers;

=head1 NAME

VzAnswers - what a played node answers, said by the test while it runs

=head1 SYNOPSIS

    use VzAnswers;

    our $node = VzDaemon->new(create => sub { [slurp('create') // 'ok'] });
    ...
    let('create', 'err failed its disk is broken');
    unlink "$dir/create";

=head1 DESCRIPTION

The node is a process of its own (VzDaemon), so what it answers is in files of
C<$dir>, which goes when the test does. C<let> writes one, empty without a
value, in one piece. C<slurp> reads it; undef where there is none.

=cut

use strict;
use warnings;
use Exporter 'import';
use File::Temp qw(tempdir);

our @EXPORT = qw($dir let slurp);
our $dir = tempdir(CLEANUP => 1);

chmod 0755, $dir;


sub let {
    my ($name, $value) = @_;

    open my $out, '>', "$dir/.$name" or die "$name: $!\n";
    print $out $value // '';
    close $out;
    rename "$dir/.$name", "$dir/$name";
    return;
}


sub slurp {
    my ($name) = @_;

    open my $in, '<', "$dir/$name" or return;
    local $/;
    return <$in> // '';
}


1;
