# A database that its owner has changed: wider columns, a DNI with points,
# names of tables in lower case (a dump by way of Windows), columns more,
# passwords that are hashes; a second one of another node; the SQL by hand.

use strict;
use warnings;
use utf8;
use FindBin qw($Bin);
use lib "$Bin/../lib/perl";
use Encode qw(encode);
use Test::More;
use Tesis;

my $top = begin('schema.sql');

client('tesis', encode('UTF-8', <<'SQL'));
SET NAMES utf8mb4;
RENAME TABLE usuarioVM TO usuariovm, usuarioTipo TO usuariotipo, SO TO so;
ALTER TABLE usuario CONVERT TO CHARACTER SET utf8mb4,
    MODIFY nombre varchar(200) NULL, MODIFY dni varchar(20) NULL,
    MODIFY pass varchar(100) NULL, MODIFY email varchar(200) NULL,
    ADD notas text, ADD clave2 varchar(20);
INSERT INTO usuario (usuarioID, nombre, apellido, email, dni, pass,
                     usuarioTipoID, notas, clave2) VALUES
    (5000000000, 'Zoë', 'Ürsulá', 'zoe.ursula@universidad.example',
     '20.123.456', 'abc 123 ', 2, 'paga "tarde"', 'otra-clave'),
    (-4, 'Ñ', '李', 'li@example.org', 'x-1234567-l',
     '5f4dcc3b5aa765d61d8327deb882cf99', 2, NULL, NULL),
    (7, REPEAT('Larguísimo ', 10), '', 'largo@example.org', 'no tiene',
     '*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29', 2, NULL, NULL),
    (8, NULL, '1234', NULL, NULL, NULL, 1, NULL, NULL),
    (9, 'Ctrl', 'Char', 'c@example.org', '20123457', 'a\nb', 2, NULL, NULL);
INSERT INTO usuariovm VALUES (1, 5000000000, 201, 'web', '2.6.32', 5, 3);
CREATE DATABASE tesis2;
CREATE TABLE tesis2.usuario LIKE tesis.usuario;
CREATE TABLE tesis2.usuarioTipo SELECT * FROM tesis.usuariotipo;
CREATE TABLE tesis2.SO SELECT * FROM tesis.so;
CREATE TABLE tesis2.plan SELECT * FROM tesis.plan;
CREATE TABLE tesis2.usuarioVM LIKE tesis.usuariovm;
INSERT INTO tesis2.usuario (usuarioID, nombre, apellido, email, dni, pass,
                            usuarioTipoID)
    VALUES (7, 'Otro', 'Nodo', 'otro@example.org', '30123456', 'otro', 2);
INSERT INTO tesis2.usuarioVM VALUES (1, 7, 201, 'web', '2.6.32', 5, 3);
INSERT INTO vzpanel.node (name) VALUES ('second');
SQL

my ($status, $report) = import_tesis();

is($status, 0, 'every row is moved');
like($report, qr/^usuario +5 +5 +0 +0$/m, 'users');
like($report, qr/^usuarioVM +1 +1 +0 +0$/m, 'containers');

is(row("SELECT account, first_name, last_name, dni, email FROM user
        WHERE account = 'zursula'"), encode('UTF-8',
   'zursula|Zoë|Ürsulá|20123456|zoe.ursula@universidad.example'),
   'a DNI with points');
is(row("SELECT account, first_name, last_name, dni, email FROM user
        WHERE account = 'nuser'"),
   encode('UTF-8', 'nuser|Ñ|李|X1234567L|li@example.org'),
   'letters that no account can have; a DNI with letters');
is(row("SELECT dni, CHAR_LENGTH(first_name), password FROM user
        WHERE email = 'largo\@example.org'"), 'NULL|80|!',
   'what is no DNI, too long a name, a hash');
is(fates('usuario', 7, 1),
   encode('UTF-8', "nombre: cut to 80 characters of 109\n"
   . "dni: \"no tiene\" is none: left out\n"
   . 'pass: looks like a hash, not like a password: a new one has to be set'),
   'are told');
is(row("SELECT account, role, first_name, last_name, dni, email, password
        FROM user WHERE last_name = '1234'"), 'user|admin||1234|NULL||!',
   'hardly anything is enough');
is(fates('usuario', -4, 1),
   'pass: looks like a hash, not like a password: a new one has to be set',
   'MD5 does not become a password');
is(fates('usuario', 9, 1),
   'pass: can\'t be a password: a new one has to be set',
   'what nobody could type');

my $hash = row("SELECT password FROM user WHERE account = 'zursula'");
ok(crypt('abc 123 ', $hash) eq $hash, 'blanks of a password count');
is(row("SELECT target_id < 1000000 FROM import_map
        WHERE source = 'usuario' AND source_key = 5000000000"), '1',
   'a number that is too large is not kept');
is(original('usuario', '5000000000', 'notas'), 'paga "tarde"',
   'columns that we do not know are kept');
is(row("SELECT COUNT(*) FROM import_map WHERE original LIKE '%otra-clave%'"),
   '0', 'but not those that are named like passwords');


# --- a second database, of another node ---

($status, $report) = import_tesis('--from', 'tesis2', '--node', 'second');

is($status, 0, 'a second database');
is(row('SELECT n.name, v.ctid, u.account, u.id <> 7 FROM vm v
        JOIN node n ON n.id = v.node_id JOIN user u ON u.id = v.user_id
        ORDER BY n.id'), "local|201|zursula|1\nsecond|201|onodo|1",
   'the same numbers on another node');

($status) = import_tesis('--from', 'tesis2', '--node', 'second');
is($status, 0, 'again');
is(row('SELECT COUNT(*) FROM vm'), '2', 'nothing twice');


# --- by hand ---

client('tesis2', "INSERT INTO usuario (usuarioID, nombre, apellido, email, dni,
        pass, usuarioTipoID)
    VALUES (9, 'A', 'Mano', 'mano\@example.org', '31123456', 'clave', 2)");
open my $in, '<', "$top/sql/import_tesis.sql" or die "import_tesis.sql: $!\n";
my $sql = do { local $/; <$in> };

client('vzpanel', "SET \@tesis = 'tesis2', \@node = 'second', \@dry = TRUE;"
                  . $sql);
is(row("SELECT COUNT(*) FROM user WHERE account = 'amano'"), '0',
   'by hand: dry run');

client('vzpanel', "SET \@tesis = 'tesis2', \@node = 'second';" . $sql);
is(row("SELECT password, must_change FROM user WHERE account = 'amano'"),
   '!|1', 'by hand: moved, without a password');

done_testing();
