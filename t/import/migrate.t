# sql/migrate: each file once and in order; what broke in the middle, changed,
# went missing or came too late is refused in words; two at a time.

use strict;
use warnings;
use FindBin qw($Bin);
use lib "$Bin/../lib/perl";
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

my $begun;      # the process of the last one

sub begun {
    my ($database, @options) = @_;

    $begun = open my $run, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh',
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

client('plain', 'CREATE TABLE none (a INT)');
is(migrate('plain', '--quiet'), '0', 'once its way is free it goes on');
like(applied('plain'), qr/011_half\.sql\n12\t012_next\.sql$/, 'to the end');
is(client('plain', 'SELECT COUNT(*) FROM none'), "1\n", 'and does it once');

# what is mended changes tables as the statement would have
file('013_column.sql', "ALTER TABLE none ADD COLUMN b INT;\n"
    . "ALTER TABLE none ADD COLUMN c INT, ADD COLUMN d INT;\n"
    . "INSERT INTO none (a, b, c, d) VALUES (1, 2, 3, 4);\n");
client('plain', 'ALTER TABLE none ADD COLUMN d INT');
like(migrate('plain'), qr/ERROR 1060.*013_column\.sql failed in its statement 2/,
    'a column that somebody else has made is in the way');
client('plain', 'ALTER TABLE none DROP COLUMN d');
is(migrate('plain', '--quiet'), '0', 'once it is gone it goes on');
is(client('plain', 'SELECT d FROM none WHERE c = 3'), "4\n", 'to the end');

file('014_part.sql', "CREATE TABLE part (a INT);\nINSERT INTO none VALUES (1);\n");
like(migrate('plain'), qr/ERROR 1136.*014_part\.sql failed in its statement 2/,
    'a statement that is wrong');
file('014_part.sql', "CREATE TABLE part (b INT);\nDO 0;\n");
like(migrate('plain'), qr/statement 1 of 014_part\.sql was applied and has/,
    'one that was carried out may not change any more');
file('014_part.sql', "CREATE TABLE part (a INT);\nDO 0;\n");
is(migrate('plain', '--quiet'), '0', 'the wrong one may');


# --- two at a time ---

made('pair');
client('pair', 'CREATE TABLE none (a INT)');
file('015_slow.sql', "DO SLEEP(0.3);\n");
my @runs = map { begun('pair', '--dir', $folder, '--quiet') } 1 .. 3;

is(join(' ', map { told($_) } @runs), '0 0 0', 'wait for each other');
is(client('pair', 'SELECT COUNT(*) FROM one'), "1\n", 'and do it once');


# --- killed, at each point ---

# A client that reads so many lines of a migrate and kills it then, so that all
# that was said before has been carried out and nothing after it.
mkdir "$folder/bin" or die "bin: $!\n";
file('bin/mariadb', <<'END');
#!/usr/bin/perl
my $left = $ENV{MIGRATE_LINES};
exec '/usr/bin/mariadb', @ARGV if !$left || grep { $_ eq '-e' } @ARGV;
$SIG{PIPE} = 'IGNORE';
open my $out, '|-', '/usr/bin/mariadb', @ARGV or die "mariadb: $!\n";
$out->autoflush(1);
while (defined(my $line = <STDIN>)) {
    if ($left-- == 0) {
        kill 'KILL', getppid if $ENV{MIGRATE_VICTIM} eq 'migrate';
        last;
    }
    print $out $line;
}
END
chmod 0755, "$folder/bin/mariadb" or die "chmod: $!\n";

my $whole = "$folder/whole";
mkdir $whole or die "$whole: $!\n";
file('whole/001_one.sql', <<'END');
-- Tables; and rows
CREATE TABLE one (
    a  INT NOT NULL PRIMARY KEY,        -- first
    b  VARCHAR(9) NOT NULL
) CHARSET utf8mb4;
SET @ten = 10;
INSERT INTO one VALUES (1, 'a;\\ñ'''), (@ten, '-- x; y');
END
file('whole/002_two.sql', <<'END');
UPDATE one SET a = a + 1 ORDER BY a DESC;
ALTER TABLE one
    ADD KEY b (b),
    ADD COLUMN c INT NOT NULL DEFAULT 5;
END

sub whole {
    my ($database, $lines) = @_;

    local $ENV{PATH} = "$folder/bin:$ENV{PATH}";
    local $ENV{MIGRATE_LINES} = $lines;

    return told(begun($database, '--dir', $whole, '--quiet'));
}

sub looks {
    return client($_[0], 'SELECT * FROM one ORDER BY a; SHOW CREATE TABLE one;
        SELECT version, name FROM schema_version;
        SELECT version, statement, done IS NOT NULL FROM schema_step;');
}

made('killed');
is(whole('killed', 0), '0', 'a migrate that nobody kills');
my $looks = looks('killed');
like($looks, qr/^2\ta;\\\\\xc3\xb1'\t5$/m, 'what it makes, to the letter');
like($looks, qr/^11\t-- x; y\t5$/m, 'and what holds for a session');

# every other line asks for the end of an answer: that is no point of its own
my ($lines, @unlike);

for my $victim ('migrate', 'client') {
    local $ENV{MIGRATE_VICTIM} = $victim;

    for ($lines = 1; ; $lines += 2) {
        made('killed');
        whole('killed', $lines);
        last if $? == 0;

        my $said = whole('killed', 0);

        push @unlike, "$victim, line $lines: $said"
            if $said ne '0' || looks('killed') ne $looks;
    }
}

cmp_ok($lines, '>', 60, 'it, and its client, are killed at each point');
is("@unlike", '', 'the next one finds what was done, and does the rest');

# the server goes on with a statement whose client is gone
file('whole/003_slow.sql', "CREATE TABLE slow AS SELECT SLEEP(2) AS a;\n"
    . "ALTER TABLE slow ADD COLUMN b INT;\n");
{
    my $run = begun('killed', '--dir', $whole, '--quiet');
    my $busy = "SELECT COUNT(*) FROM information_schema.processlist"
        . " WHERE db = 'killed' AND info LIKE '%SLEEP%' AND id <>"
        . ' CONNECTION_ID()';

    for (1 .. 200) {
        last if client('', $busy) > 0;
        select undef, undef, undef, 0.05;
    }

    cmp_ok(kill('KILL', $begun), '==', 1,
        'killed in the middle of a statement');
    told($run);
}

is(whole('killed', 0), '0', 'the next one waits for its end');
is(client('killed', 'SHOW COLUMNS FROM slow') =~ tr/\n//, 2, 'and goes on');


# --- who can't ---

client('', 'CREATE USER reader@localhost; GRANT SELECT ON plain.*
             TO reader@localhost');
like(migrate('plain', '--user', 'reader'), qr/^1 .*ERROR 1142/, 'no rights');
like(migrate('plain', '--socket', "$folder/none"),
    qr/^1 migrate: no lock .*ERROR 2002/, 'no server');
like(migrate('absent'), qr/^1 migrate: no lock .*ERROR 1049/, 'no database');
like(migrate('a b'), qr/^2 migrate: bring/, 'no name of one');

done_testing();
