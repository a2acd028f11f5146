package Child;

# The programs that vzpanel-backup runs: they end with it, whatever ends it.

use strict;
use warnings;

use Digest::SHA;
use Exporter qw(import);
use POSIX ();
use Say;
use Settings;

our @EXPORT = qw(start done stop why restic unlock pump limit);

use constant {
    CHUNK => 65536,
    LOCKS => 60,                # seconds that those of dead processes may last
    GRACE => 10,                # seconds that restic gets to leave its lock
};

# what restic says, and what it means; the first that fits
my @meanings = (
    [qr/wrong password or no key found/,
     'password_file does not open this repository: it is the password of'
     . ' another'],
    [qr/no space left|disk quota exceeded|507 Insufficient/i,
     'the target is full: make room there, or keep less (keep_daily,'
     . ' keep_weekly, keep_monthly)'],
    [qr/already locked/,
     'another restic is at work in the repository; where none is, `restic'
     . ' unlock` takes away what it left'],
    [qr/already (?:exists|initialized)/,
     'there is a repository already, and nothing is to be done'],
    [qr{connection[ ](?:refused|reset)|no[ ]such[ ]host|no[ ]route
        |network[ ]is[ ]unreachable|i/o[ ]timeout|dial[ ]tcp}xi,
     'the target does not answer: see whether it runs and this host reaches'
     . ' it'],
    [qr/Is there a repository|unable to open config file|does not exist/,
     'there is no repository: see whether the target is mounted; a new one is'
     . ' made by `vzpanel-backup init`'],
    [qr/\b403\b|Forbidden/,
     'the target refuses it: where it lets nobody delete, write'
     . ' append_only = yes'],
    [qr/ciphertext[ ]verification|does[ ]not[ ]match|invalid[ ]data|Pack[ ]ID
        |contains[ ]errors/xi,
     'the repository is damaged: keep it, and begin another one (`restic check`'
     . ' tells more)'],
);

my %alive;              # processes that were started and not waited for: names
my $ended;              # why everything has to stop

on_failure(\&stop_all);


# start NAME, { in, out, env }, COMMAND...: dies with us, and has neither our
# other files nor our environment
sub start {
    my ($name, $how, @command) = @_;

    open my $errors, '+>', undef or fail("a temporary file: $!");
    open my $nothing, '+<', '/dev/null' or fail("/dev/null: $!");
    my $pid = fork() // fail("fork: $!");

    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw(PIPE INT TERM HUP ALRM);
        %ENV = (PATH => '/usr/sbin:/usr/bin:/sbin:/bin', LANG => 'C.UTF-8',
                HOME => $ENV{HOME} // '/root', TZ => 'UTC', %{ $how->{env} });

        open STDIN, '<&', $how->{in} // $nothing or POSIX::_exit(126);
        open STDOUT, '>&', $how->{out} // $nothing or POSIX::_exit(126);
        open STDERR, '>&', $errors or POSIX::_exit(126);
        { no warnings 'exec';
          exec 'setpriv', '--pdeathsig', 'KILL', '--', @command; }
        POSIX::_exit(127);
    }

    $alive{$pid} = $name;
    return { name => $name, pid => $pid, errors => $errors };
}


# done CHILD: waits for it; true if it ended well
sub done {
    my ($child) = @_;

    if (!defined $child->{status}) {
        waitpid $child->{pid}, 0;
        $child->{status} = $?;
        delete $alive{ $child->{pid} };
    }

    return $child->{status} == 0;
}


# interrupt PID...: before its time; restic takes its lock away, and the clients
# of the database would go on
sub interrupt {
    kill $alive{$_} eq 'restic' ? 'INT' : 'TERM', $_ for @_;
    return;
}


# stop CHILD: interrupts it and waits for its end
sub stop {
    my ($child) = @_;

    return if defined $child->{status};

    local $SIG{ALRM} = sub { kill 'KILL', $child->{pid} };
    interrupt($child->{pid});
    my $left = alarm GRACE;
    done($child);
    alarm $left;
    return;
}


sub stop_all {
    stop({ pid => $_ }) for keys %alive;
    return;
}


# limit HOURS: for all of it; a signal ends it before
sub limit {
    my ($hours) = @_;
    my $end = sub {
        $ended = $_[0];
        interrupt(keys %alive);
        # what does not listen is killed
        $SIG{ALRM} = sub { kill 'KILL', keys %alive };
        alarm GRACE;
    };

    $SIG{PIPE} = 'IGNORE';
    $SIG{ALRM} = sub { $end->("it took more than $hours hours") };

    for my $signal (qw(INT TERM HUP)) {
        $SIG{$signal} = sub { $end->("it was ended by SIG$signal") };
    }

    alarm 3600 * $hours;
    return;
}


# why CHILD: what a program that failed said, with its meaning
sub why {
    my ($child) = @_;

    return $ended if defined $ended;

    seek $child->{errors}, 0, 0;
    my @lines = grep { /\S/ } readline $child->{errors};
    chomp @lines;

    # a backtrace of restic follows what it says
    my ($said) = grep { /^(?:Fatal|ERROR|mariadb|mysqldump)/ } reverse @lines;
    my $status = $child->{status};

    $said //= $lines[-1] // ($status & 127 ? 'killed by signal ' . ($status & 127)
                                           : 'exit status ' . ($status >> 8));
    $said = "$child->{name}: " . substr $said, 0, 400;

    return $said if $child->{name} ne 'restic';

    my $all = join "\n", @lines;

    for my $one (@meanings) {
        return "$one->[1] ($said)" if $all =~ $one->[0];
    }

    return $said;
}


# restic WHAT, ARGUMENT...: what it prints; fails with WHAT and why
sub restic {
    my ($what, @arguments) = @_;

    open my $out, '+>', undef or fail("a temporary file: $!");
    my $child = start('restic', { out => $out,
                                  env => { Settings::restic_environment() } },
                      'restic', '--quiet', @arguments);

    done($child) or fail("$what: ", why($child));

    seek $out, 0, 0;
    local $/;
    return scalar <$out> // '';
}


# unlock: takes away what a run that was killed left locked.  What is locked by a
# process that lives stays, also for as long as that one dies.
sub unlock {
    my $what = 'what a run that was killed left locked';
    my $until = time + LOCKS;

    while (1) {
        restic($what, 'unlock');
        return if restic($what, 'list', 'locks', '--no-lock') !~ /\S/;

        fail("$what: another restic is at work in the repository, or was on"
             . ' another host; where none is, `restic unlock --remove-all`')
            if time > $until;
        sleep 1;
    }
}


# pump FROM, TO: all bytes; their number, their sum, the last of them.  The sum
# is empty where TO ended before its time.
sub pump {
    my ($from, $to) = @_;
    my $sum = Digest::SHA->new(256);
    my ($bytes, $tail) = (0, '');

    while (!defined $ended) {
        my $n = sysread $from, my $chunk, CHUNK;

        next if !defined $n && $!{EINTR};
        return ($bytes, $sum->hexdigest, $tail) if !$n;

        $sum->add($chunk);
        $bytes += $n;
        $tail = substr $tail . $chunk, -200;

        while (length $chunk) {
            my $took = syswrite $to, $chunk;

            next if !defined $took && $!{EINTR} && !defined $ended;
            return ($bytes, '', '') if !defined $took;
            substr $chunk, 0, $took, '';
        }
    }

    return ($bytes, '', '');
}


1;
