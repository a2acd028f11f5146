# The views answer what reports of the thesis's time ask, with what it had
# before: each question goes to the old tables first.

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
DELETE FROM SO WHERE SOID = 8;
INSERT INTO usuario VALUES
    (1, 'Root', 'Administrador', 'root@localhost', 10000001, 'a', NULL, NULL,
     NULL, 1),
    (2, 'José', 'Núñez', 'jn@example.org', 20123456, 'b', '4601234',
     'Av. Colón 1', 'Córdoba', 2),
    (3, 'Ana', 'Pérez', 'ap@example.org', 23456789, 'c', NULL, NULL, 'Jujuy',
     2);
INSERT INTO usuarioVM VALUES
    (1, 2, 101, 'web', '2.6.18-028stab', 1, 1),
    (2, 2, 102, 'correo', '2.6.18-028stab', 5, 3),
    (3, 3, 103, 'tienda', '2.6.32', 2, 2);
SQL

my %asked = (
    'sign in' => "SELECT usuarioID, nombre, usuarioTipoID FROM usuario
                  WHERE dni = 20123456",
    'Usuario existente' => "SELECT COUNT(*) FROM usuario WHERE dni = 23456789",
    'kinds' => 'SELECT usuarioTipoID, `desc` FROM usuarioTipo ORDER BY 1',
    'users and their kinds' =>
        'SELECT u.nombre, u.apellido, t.`desc` FROM usuario u, usuarioTipo t
         WHERE u.usuarioTipoID = t.usuarioTipoID ORDER BY u.usuarioID',
    'user' => 'SELECT usuarioID, nombre, apellido, email, dni, telefono,
               direccion, provincia, usuarioTipoID FROM usuario ORDER BY 1',
    'systems in a form' => 'SELECT `desc` FROM SO ORDER BY SOID',
    'plans' => 'SELECT planID, ram, disco FROM plan ORDER BY planID',
    'combo of containers' => 'SELECT VMID, nameVM FROM usuarioVM
                              WHERE usuarioID = 2 ORDER BY VMID',
    'containers, whole' =>
        'SELECT v.usuarioVMID, v.VMID, v.nameVM, v.kernelVersion, s.`desc`,
                p.ram, p.disco, CONCAT(u.apellido, \', \', u.nombre)
         FROM usuarioVM v JOIN usuario u ON u.usuarioID = v.usuarioID
         JOIN SO s ON s.SOID = v.soID JOIN plan p ON p.planID = v.planID
         ORDER BY v.VMID',
    'who has how much' =>
        'SELECT u.provincia, COUNT(*), SUM(p.ram), SUM(p.disco)
         FROM usuario u JOIN usuarioVM v USING (usuarioID)
         JOIN plan p USING (planID) GROUP BY u.provincia ORDER BY 1',
    'the next number' => 'SELECT MAX(VMID) + 1 FROM usuarioVM',
    'who has none' =>
        'SELECT u.usuarioID FROM usuario u LEFT JOIN usuarioVM v
         ON v.usuarioID = u.usuarioID WHERE v.usuarioVMID IS NULL',
);

my %old = map { $_ => client('tesis', $asked{$_}) } keys %asked;

# without an import there are views as well
open my $in, '<', "$top/sql/views_tesis.sql" or die "views_tesis.sql: $!\n";
client('vzpanel', do { local $/; <$in> });
is(row('SELECT COUNT(*) FROM usuarioVM'), '0', 'views without an import');

my ($status, $report) = import_tesis('--views');

is($status, 0, 'imported');
like($report, qr/^The views .* are there\.$/m, 'with the views');

for my $name (sort keys %asked) {
    is(client('vzpanel',
              $asked{$name} =~ s/\b(?:FROM|JOIN) plan\b\K/_tesis/gr),
       $old{$name}, $name);
}

is(row('SELECT COUNT(*) FROM usuario WHERE pass IS NOT NULL'), '0',
   'no password');

for my $table (qw(usuario usuarioTipo SO usuarioVM plan)) {
    my $columns = "SELECT GROUP_CONCAT(column_name ORDER BY ordinal_position)
                   FROM information_schema.columns WHERE table_schema = ";
    my $view = $table eq 'plan' ? 'plan_tesis' : $table;

    is(row("$columns 'vzpanel' AND BINARY table_name = '$view'"),
       row("$columns 'tesis' AND BINARY table_name = '$table'"),
       "$table: the same columns");
}

# what the panel got since, as the thesis would have it
client('vzpanel', <<'SQL');
INSERT INTO user (account, first_name, last_name, dni, email, password)
    VALUES ('new', 'New', 'One', 'X1234567L', 'new@example.org', '!');
INSERT INTO plan (name, memory_mib, disk_mib) VALUES ('odd', 96, 1500);
SQL

is(row("SELECT dni, pass, usuarioTipoID FROM usuario WHERE nombre = 'New'"),
   'NULL|NULL|2', 'a DNI that is no number is none');
is(row("SELECT ram, disco FROM plan_tesis WHERE ram = 96"), '96|2',
   'a disk of a part of a gigabyte');

# a schema of their own, where plan is plan, for a user who sees only that
client('', <<'SQL');
CREATE DATABASE reports;
USE reports;
CREATE VIEW usuario AS SELECT * FROM vzpanel.usuario;
CREATE VIEW usuarioTipo AS SELECT * FROM vzpanel.usuarioTipo;
CREATE VIEW SO AS SELECT * FROM vzpanel.SO;
CREATE VIEW usuarioVM AS SELECT * FROM vzpanel.usuarioVM;
CREATE VIEW plan AS SELECT * FROM vzpanel.plan_tesis;
CREATE USER reports@localhost;
GRANT SELECT ON reports.* TO reports@localhost;
SQL

is(client('reports', $asked{'containers, whole'}, 'reports'),
   $old{'containers, whole'}, 'a schema of their own: as it was asked');

for my $forbidden ('SELECT password FROM vzpanel.user',
                   'SELECT original FROM vzpanel.import_map',
                   "UPDATE usuario SET nombre = 'x'",
                   'DELETE FROM usuarioVM')
{
    ok(!eval { client('reports', $forbidden, 'reports'); 1 }
       && $@ =~ /denied/, "refused: $forbidden");
}

done_testing();
