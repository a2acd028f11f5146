package VzClient;

=head1 NAME

VzClient - a client of the stack's database that is kept

=head1 SYNOPSIS

    my @rows = VzClient::ask("$base/db.sock.d/mysqld.sock", $statements);

=head1 DESCRIPTION

Runs statements as the database's own administrator; gives the rows,
tab-separated. Starting a program for each question costs more than most tests
do: a process has one, and asks it line by line. Statements that leave
something in their session have a client of their own, and so have long ones,
whose rows might fill the pipe before they are all written.

A client that has lost its database is replaced before anything is asked.

=cut

use strict;
use warnings;
use IPC::Open2 qw(open2);
use POSIX ();

my $END = 'end of answer';
my $LONG = 32_000;                      # bytes; a pipe has room for 65,536
my $OWN = qr/(?:\A|;)\s*(?:SET|USE|BEGIN|START|LOCK|FLUSH|DELIMITER)\b
            |\@\w|GET_LOCK|TEMPORARY|SLEEP/xi;

my ($of, $pid, $to, $from) = (0, 0);


# lines TEXT: what the client answers to it; undef if it has ended
sub lines {
    my ($text) = @_;
    my @rows;

    local $SIG{PIPE} = 'IGNORE';
    print $to "$text\n;\nSELECT '$END';\n";
    $to->flush;

    while (my $row = readline $from) {
        chomp $row;
        return \@rows if $row eq $END;
        push @rows, $row;
    }

    local $?;
    waitpid $pid, 0;
    ($of, $pid) = (0, 0);

    return;
}


sub command {
    my ($socket) = @_;

    return ('mariadb', '--no-defaults', "--socket=$socket", '--user=root',
        '--batch', '--skip-column-names', '--unbuffered',
        '--default-character-set=utf8mb4', 'vzpanel');
}


# another process has the client of the one that it is a copy of: not its own
sub kept {
    my ($socket) = @_;

    return if $of eq "$$ $socket" && lines('');

    close $_ for grep { defined } $to, $from;
    ($to, $from) = ();
    $pid = open2($from, $to, command($socket));
    binmode $_ for $to, $from;
    $of = "$$ $socket";
    return;
}


sub alone {
    my ($socket, $text) = @_;
    my $child = open(my $out, '-|') // die "fork: $!";

    if (!$child) {
        open my $in, '|-', command($socket) or die "mariadb: $!";
        binmode $in;
        print $in $text;
        close $in;
        POSIX::_exit($? >> 8);
    }

    my @rows = <$out>;

    close $out or die "sql: $text\n";
    chomp @rows;

    return @rows;
}


sub ask {
    my ($socket, $text) = @_;

    return alone($socket, $text) if length $text > $LONG || $text =~ $OWN;

    kept($socket);

    return @{ lines($text) // die "sql: $text\n" };
}


1;
