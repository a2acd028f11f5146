package Say;

# What vzpanel-backup says: to its caller, and to syslog.

use strict;
use warnings;

use Exporter qw(import);
use POSIX qw(strftime);
use Sys::Syslog qw(setlogsock openlog syslog closelog);

our @EXPORT = qw(fail told usage when size on_failure);

my @last_words;         # functions that a failure calls, with its text


# on_failure FUNCTION
sub on_failure {
    push @last_words, @_;
    return;
}


# What a terminal or a log would take for more than text, and passwords in URLs.
sub plain {
    my ($text) = @_;

    $text =~ s{(://[^/\s:\@]*):[^/\s\@]*\@}{$1:***\@}g;
    return $text =~ s/[\x00-\x1f\x7f]+/ /gr;
}


# note LEVEL, TEXT: to syslog; the journal has our output already
sub note {
    my ($level, $text) = @_;

    return if $ENV{JOURNAL_STREAM} || !-S '/dev/log';

    eval {
        setlogsock('unix');
        openlog('vzpanel-backup', 'pid', 'daemon');
        syslog($level, '%s', $text);
        closelog();
    };
    return;
}


# fail TEXT...: says it and ends
sub fail {
    my $text = plain(join '', @_);

    print STDERR "vzpanel-backup: $text\n";
    note('err', $text);
    $_->($text) for @last_words;
    exit 1;
}


# told TEXT, QUIET: that something went well
sub told {
    my ($text, $quiet) = @_;

    print "$text\n" if !$quiet;
    note('info', $text);
    return;
}


# the head of the program
sub usage {
    open my $in, '<', $0 or exit 1;

    while (<$in>) {
        print STDERR s/^# ?//r if /^#/ && $. > 2;
        last if /^$/;
    }

    exit 1;
}


sub when { return strftime('%Y-%m-%d %H:%M UTC', gmtime $_[0]) }


sub size {
    my ($bytes) = @_;

    return $bytes < 1048576 ? sprintf('%.0f KiB', $bytes / 1024)
                            : sprintf('%.1f MiB', $bytes / 1048576);
}


1;
