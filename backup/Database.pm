package Database;

# The panel's database: a dump that goes by, and one that comes back.

use strict;
use warnings;

use Child;
use Exporter qw(import);
use IO::Handle;
use Say;
use Settings;

our @EXPORT = qw(dump_into must_be_empty fill);


sub client {
    my ($name, $how, @arguments) = @_;

    return start($name,
        { %$how, env => { Settings::database_environment() } },
        $name, Settings::client_options(), @arguments);
}


# session DATABASE: a client that stays
sub session {
    my ($database) = @_;

    pipe my $its_in, my $to or fail("pipe: $!");
    pipe my $from, my $its_out or fail("pipe: $!");
    $to->autoflush(1);

    my $child = client('mariadb', { in => $its_in, out => $its_out },
        '--batch', '--skip-column-names', '--unbuffered', $database);

    return { child => $child, to => $to, from => $from };
}


# ask SESSION, SQL: the cells of the first column
sub ask {
    my ($session, $sql) = @_;
    my $end = '-- vzpanel: end of an answer --';
    my @cells;

    print { $session->{to} } "$sql;\nSELECT '$end';\n";

    while (defined(my $line = readline $session->{from})) {
        chomp $line;
        return @cells if $line eq $end;
        push @cells, $line =~ s/\t.*//sr;
    }

    done($session->{child});
    fail('the database: ', why($session->{child}));
}


sub leave {
    my ($session) = @_;

    close $session->{to};
    done($session->{child});
    return;
}


# look SESSION: no migration changes tables until it leaves.  The schema's
# number, and tables by name, but schema_version last.
sub look {
    my ($session) = @_;
    my ($locked) = ask($session,
        "SELECT GET_LOCK('vzpanel.migrate.$set{database}', 120)");

    fail("the database: migrate is at work on $set{database}; wait for its end")
        if ($locked // '') ne '1';

    my @tables = ask($session, 'SELECT table_name FROM information_schema.tables'
        . ' WHERE table_schema = DATABASE() ORDER BY'
        . " table_name = 'schema_version', table_name");

    fail("the database: $set{database} has no table schema_version, so it is"
         . ' none of the panel; mend database')
        if ($tables[-1] // '') ne 'schema_version';

    my ($schema) = ask($session,
        'SELECT COALESCE(MAX(version), 0) FROM schema_version');

    return ($schema, @tables);
}


# dump_into RESTIC_OPTION...: as of one moment, while the panel writes on.  What
# is known of it: schema=, bytes=, sha256=.
sub dump_into {
    my (@options) = @_;
    my $session = session($set{database});
    my ($schema, @tables) = look($session);
    my $what = 'the database is not saved: ';

    pipe my $dumped, my $dump_out or fail("pipe: $!");
    pipe my $restic_in, my $to or fail("pipe: $!");

    my $restic = start('restic', { in => $restic_in,
                                   env => { Settings::restic_environment() } },
        'restic', '--quiet', 'backup', '--stdin', '--stdin-filename',
        'vzpanel.sql', @options);
    my $dump = client('mariadb-dump', { out => $dump_out },
        qw(--single-transaction --skip-lock-tables --quick --routines --triggers
           --events --hex-blob --skip-add-drop-table --skip-add-locks
           --no-tablespaces --skip-dump-date --max-allowed-packet=1G),
        '--', $set{database}, @tables);
    close $_ for $restic_in, $dump_out;

    my ($bytes, $sum, $tail) = pump($dumped, $to);

    # restic takes the end of its input for the end of the dump: it does not see
    # it before the dump is known to be whole
    if ($sum eq '') {
        stop($dump);
        stop($restic);
        fail($what, why($restic));
    }

    if (!done($dump) || $tail !~ /^-- Dump completed\s*\z/m) {
        stop($restic);
        fail($what, why($dump));
    }

    close $to;
    done($restic) or fail($what, why($restic));
    leave($session);

    return ("schema=$schema", "bytes=$bytes", "sha256=$sum");
}


# must_be_empty DATABASE: fails where it is not there, or holds anything
sub must_be_empty {
    my ($database) = @_;

    fail('--into: a database has letters, digits and _')
        if !Settings::fits('database', $database);

    my $session = session('');
    my ($there) = ask($session, 'SELECT COUNT(*) FROM'
        . " information_schema.schemata WHERE schema_name = '$database'");

    fail("--into: there is no database $database; make it: CREATE DATABASE"
         . " $database CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        if !$there;

    my ($things) = ask($session, join ' + ', 'SELECT 0',
        map { my ($table, $column) = split /\./;
              "(SELECT COUNT(*) FROM information_schema.$table"
              . " WHERE $column = '$database')" }
        qw(tables.table_schema routines.routine_schema events.event_schema));

    fail("--into: database $database is not empty, and nothing is written over;"
         . ' name an empty one') if $things;
    leave($session);
    return;
}


# fill DATABASE, SNAPSHOT, SUM: the dump of a snapshot into an empty database
sub fill {
    my ($database, $snapshot, $sum) = @_;
    my $half = "database $database holds a part of the backup at most; drop it"
        . ' and make it anew: ';

    pipe my $dumped, my $restic_out or fail("pipe: $!");
    pipe my $client_in, my $to or fail("pipe: $!");

    # --binary-mode: a dump can't give commands to the client
    my $client = client('mariadb', { in => $client_in },
        '--batch', '--binary-mode', '--max-allowed-packet=1G', $database);
    my $restic = start('restic', { out => $restic_out,
                                   env => { Settings::restic_environment() } },
        'restic', '--quiet', 'dump', $snapshot, '/vzpanel.sql');
    close $_ for $client_in, $restic_out;

    my (undef, $came) = pump($dumped, $to);

    close $_ for $dumped, $to;

    if ($came eq '') {
        stop($restic);
        done($client);
        fail($half, why($client));
    }

    done($restic) or fail($half, why($restic));
    done($client) or fail($half, why($client));
    fail($half, 'the dump is not the one that was saved; take another backup')
        if $came ne $sum;
    return;
}


1;
