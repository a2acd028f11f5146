# sql/migrate: each file once and in order; what broke in the middle, changed,
# went missing or came too late is refused in words; two at a time.

use strict;
use warnings;
use FindBin qw($Bin);
use lib $Bin;
use File::Temp qw(tempdir);
use Test::More;
use Tesis;

my $top = begin();
my $folder = tempdir(CLEANUP => 1);


sub file {
    my ($name, $text) = @_;

    open my $out, '>', "$folder/$name" or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
}


# what a run prints, on a line, behind its exit status
sub told {
    my ($run) = @_;
    my $text = do { local $/; <$run> } // '';

    close $run;

    return join ' ', $? >> 8, split /\n/, $text;
}

sub begun {
    my ($database, @options) = @_;

    open my $run, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh',
        "$top/sql/migrate", '--database', $database, '--user', 'root',
        '--socket', socket_file(), @options or die "migrate: $!\n";

    return $run;
}

# those of the folder here
sub migrate {
    my ($database, @options) = @_;

    return told(begun($database, '--dir', $folder, @options));
}

sub applied {
    return client($_[0], 'SELECT version, name FROM schema_version
                          ORDER BY version');
}

sub made { client('', "DROP DATABASE IF EXISTS $_[0]; CREATE DATABASE $_[0]") }


# --- what the panel comes with ---

like(told(begun('vzpanel')), qr/^0 0 migrations applied, database at \d+$/,
    'a second run finds nothing to do');


# --- in order, once ---

my $long = 'd' x 60;

made($_) for 'plain', $long;
file('002_row.sql', "INSERT INTO one VALUES ('ñ');\n");
file('001_one.sql', "CREATE TABLE one (a VARCHAR(9)) CHARSET utf8mb4;\n");
file('010_two.sql', "CREATE TABLE two (a INT);\n");
file('notes.txt', "no SQL\n");

is(migrate('plain'), '0 applying 001_one.sql applying 002_row.sql applying'
    . ' 010_two.sql 3 migrations applied, database at 10', 'by their numbers');
is(applied('plain'), "1\t001_one.sql\n2\t002_row.sql\n10\t010_two.sql\n",
    'as is recorded');
is(client('plain', 'SELECT HEX(a) FROM one'), "C3B1\n", 'in UTF-8');
is(migrate('plain', '--quiet'), '0', 'again there is nothing to do');
is(client('plain', 'SELECT COUNT(*) FROM one'), "1\n", 'nor done');
like(migrate($long), qr/^0 .* 3 migrations applied/, 'a long name');


# --- what can't be ---

file('003_late.sql', "INSERT INTO one VALUES ('late');\n");
like(migrate('plain'),
    qr/^1 migrate: 003_late\.sql is new, but 10 was applied already/,
    'one that came after those that follow it is refused');
is(client('plain', 'SELECT COUNT(*) FROM one'), "1\n", 'and not applied');
unlink "$folder/003_late.sql";

file('010_two.sql', "CREATE TABLE two (a INT, b INT);\n");
like(migrate('plain'), qr/^1 migrate: 010_two\.sql was applied and has changed/,
    'one that changed');
rename "$folder/010_two.sql", "$folder/kept";
like(migrate('plain'), qr/^1 migrate: 010_two\.sql was applied to this/,
    'one that is gone');
file('010_two.sql', "CREATE TABLE two (a INT);\n");

file('011_a.sql', "SELECT 1;\n");
file('011_b.sql', "SELECT 1;\n");
like(migrate('plain'), qr/^1 migrate: two migrations have the number 11$/,
    'two of a number, of which none is applied');
unlink "$folder/011_$_.sql" for qw(a b);

file('011_Bad.sql', "SELECT 1;\n");
like(migrate('plain'), qr/^1 migrate: 011_Bad\.sql: not a good name/, 'a name');
unlink "$folder/011_Bad.sql";


# --- broken in the middle ---

file('011_half.sql', "CREATE TABLE half (a INT);\nINSERT INTO none VALUES (1);"
    . "\nCREATE TABLE never (a INT);\n");
file('012_next.sql', "CREATE TABLE next (a INT);\n");
like(migrate('plain'), qr/^1 applying 011.*ERROR 1146.*011_half\.sql failed/,
    'one that fails is named, and why');
is(client('plain', "SHOW TABLES LIKE 'half'; SHOW TABLES LIKE 'never';
                    SHOW TABLES LIKE 'next'"), "half\n",
    'nothing is done behind the error');
unlike(applied('plain'), qr/011|012/, 'nor recorded');

client('plain', 'DROP TABLE half; CREATE TABLE none (a INT)');
is(migrate('plain', '--quiet'), '0', 'undone by hand, it goes on');
like(applied('plain'), qr/011_half\.sql\n12\t012_next\.sql$/, 'to the end');


# --- two at a time ---

made('pair');
client('pair', 'CREATE TABLE none (a INT)');
file('013_slow.sql', "DO SLEEP(0.3);\n");
my @runs = map { begun('pair', '--dir', $folder, '--quiet') } 1 .. 3;

is(join(' ', map { told($_) } @runs), '0 0 0', 'wait for each other');
is(client('pair', 'SELECT COUNT(*) FROM one'), "1\n", 'and do it once');


# --- who can't ---

client('', 'CREATE USER reader@localhost; GRANT SELECT ON plain.*
             TO reader@localhost');
like(migrate('plain', '--user', 'reader'), qr/^1 .*ERROR 1142/, 'no rights');
like(migrate('plain', '--socket', "$folder/none"),
    qr/^1 migrate: no lock .*ERROR 2002/, 'no server');
like(migrate('absent'), qr/^1 migrate: no lock .*ERROR 1049/, 'no database');
like(migrate('a b'), qr/^2 migrate: bring/, 'no name of one');

done_testing();
