package Tesis;

# A MariaDB of the test's own, on a socket in a temporary folder, with a
# database of the panel and one of the thesis.  It ends with the test.

use strict;
use warnings;
use Cwd qw(realpath);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);

our @EXPORT = qw(begin socket_file client row rows import_tesis fates
                 original sums);

my $top = realpath(dirname(__FILE__) . '/../../..');
my ($dir, $server);


# begin(FILE, ...): the server, the panel's schema with a node, and the files
# of t/import.
sub begin {
    my (@files) = @_;

    server();
    client('', 'CREATE DATABASE vzpanel CHARACTER SET utf8mb4
                COLLATE utf8mb4_unicode_ci');
    system("$top/sql/migrate", '--quiet', '--database', 'vzpanel',
           '--user', 'root', '--socket', "$dir/socket") == 0
        or die "migrate failed\n";
    client('vzpanel', "INSERT INTO node (name) VALUES ('local')");

    for my $file (@files) {
        open my $in, '<:raw', "$top/t/import/$file" or die "$file: $!\n";
        local $/;
        client('', scalar <$in>);
    }

    return $top;
}


sub server {
    $dir = tempdir('tesis-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 0755, $dir or die "$dir: $!\n";
    mkdir $_ or die "$_: $!\n" for "$dir/data", "$dir/tmp";

    my @user = $> == 0 ? '--user=mysql' : ();

    if (@user) {
        my ($uid, $gid) = (getpwnam 'mysql')[2, 3];
        chown $uid, $gid, $dir, "$dir/data", "$dir/tmp" or die "chown: $!\n";
    }

    # a server that starts deletes the temporary tables it finds in tmpdir,
    # those of others as well
    my @set = ("--datadir=$dir/data", "--tmpdir=$dir/tmp",
               '--innodb-log-file-size=8M', @user);

    quietly('mariadb-install-db', '--no-defaults', '--skip-test-db',
            '--auth-root-authentication-method=socket', @set) == 0
        or die "mariadb-install-db failed:\n" . told();

    $server = fork() // die "fork: $!\n";

    if ($server == 0) {
        output("$dir/log");
        # sql_mode and character set: not those that the schema expects
        exec 'mariadbd', '--no-defaults', '--skip-networking',
             '--skip-name-resolve', "--socket=$dir/socket",
             "--pid-file=$dir/pid", '--performance-schema=OFF',
             '--innodb-buffer-pool-size=32M', '--character-set-server=latin1',
             '--sql-mode=', @set;
        die "mariadbd: $!\n";
    }

    for (1 .. 300) {
        return if quietly('mariadb', '--no-defaults', "--socket=$dir/socket",
                          '--user=root', '-e', 'SELECT 1') == 0;
        select undef, undef, undef, 0.1;
    }

    die "mariadbd does not answer:\n" . told();
}


sub told {
    open my $in, '<', "$dir/log" or return '';
    local $/;
    return scalar <$in>;
}


sub output {
    my ($file) = @_;

    open STDIN, '<', '/dev/null' or die "stdin: $!\n";
    open STDOUT, '>>', $file or die "$file: $!\n";
    open STDERR, '>&', \*STDOUT or die "stderr: $!\n";
}


# its output goes to the log, which is shown when it matters
sub quietly {
    my (@command) = @_;
    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        output("$dir/log");
        exec @command;
        die "$command[0]: $!\n";
    }

    waitpid $pid, 0;
    return $?;
}


sub socket_file { "$dir/socket" }


# What the statements print, as bytes.
sub client {
    my ($database, $statements, $user) = @_;

    open my $out, '>:raw', "$dir/statements" or die "statements: $!\n";
    print $out $statements;
    close $out or die "statements: $!\n";

    my $text = qx{mariadb --no-defaults --batch --skip-column-names \\
        --default-character-set=utf8mb4 --socket=$dir/socket \\
        --user=@{[ $user // 'root' ]} $database < $dir/statements 2>&1};

    die $text if $? != 0;
    return $text;
}


sub rows {
    return map { [split /\t/, $_, -1] } split /\n/, client('vzpanel', @_);
}


# its cells with "|" between them
sub row {
    return join "\n", map { join '|', @$_ } rows(@_);
}


# (exit status, report)
sub import_tesis {
    my (@options) = @_;

    open my $in, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh',
        "$top/sql/import-tesis", '--database', 'vzpanel', '--user', 'root',
        '--socket', "$dir/socket", @options or die "import-tesis: $!\n";
    my $report = do { local $/; <$in> } // '';
    close $in;

    return ($? >> 8, $report);
}


# what import_reject says about a row: "column: reason", one a line
sub fates {
    my ($source, $key, $moved) = @_;

    return row("SELECT CONCAT(col, ': ', reason) FROM import_reject
                WHERE source = '$source' AND source_key = $key
                AND moved = $moved ORDER BY id");
}


# a member of the row that is kept of one that was moved
sub original {
    my ($source, $key, $member) = @_;

    return row("SELECT JSON_VALUE(original, '\$.$member') FROM import_map
                WHERE source = '$source' AND source_key = $key");
}


# a sum of every table of both databases
sub sums {
    my @tables = map { $_->[0] } rows(
        "SELECT CONCAT(table_schema, '.', table_name)
         FROM information_schema.tables
         WHERE table_schema IN ('vzpanel', 'tesis')
         AND table_type = 'BASE TABLE' ORDER BY 1");

    return row(join '', map { "CHECKSUM TABLE $_;\n" } @tables);
}


END {
    if ($server && $$ != $server) {
        my $status = $?;

        kill 'TERM', $server;
        waitpid $server, 0;
        $? = $status;
    }
}


1;
