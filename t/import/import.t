# The fate of every row of the fixture.

use strict;
use warnings;
use utf8;
use FindBin qw($Bin);
use lib "$Bin/../lib/perl";
use Encode qw(encode);
use File::Temp ();
use Test::More;
use Tesis;

my $top = begin('schema.sql', 'data.sql');

# what is there before: an administrator, a container under a number that the
# thesis has, too, a pool, and addresses
client('vzpanel', <<'SQL');
INSERT INTO user (account, role, first_name, email, password)
    VALUES ('admin', 'admin', 'Administrator', 'admin@localhost', '!');
INSERT INTO template (name, label) VALUES ('ubuntu', 'Ubuntu 12');
INSERT INTO vm (node_id, ctid, user_id, template_id, name, hostname,
                vmguar_barrier_mib, oomguar_barrier_mib, privvm_barrier_mib,
                disk_soft_mib, disk_hard_mib, cpu_units, service)
    VALUES (1, 120, 1, 1, 'ours', 'ours', 64, 64, 64, 1024, 1024, 1000,
            'ready');
INSERT INTO address_pool (name, node_id, cidr) VALUES
    ('wide', NULL, '10.9.0.0/16'), ('ours', NULL, '10.1.0.0/24');
INSERT INTO address (pool_id, address, reserved, vm_id) VALUES
    (2, '10.1.0.1', TRUE, NULL), (2, '10.1.0.2', FALSE, NULL),
    (2, '10.1.0.3', FALSE, 101);
SQL

my $list = File::Temp->new;
print $list <<'LIST';
# CTID IP_ADDR
       101 192.168.0.101
       102 192.168.0.102 2001:DB8:0::102/64
       111 10.1.0.1
       114 10.1.0.2
       115 10.9.3.4
       116 192.168.0.101
       117 10.1.0.3
       103 192.168.0.103
       120 -
LIST
close $list;

my @addresses = ('--addresses', $list->filename);

sub latin1 { return encode('UTF-8', $_[0]) }

sub user_is {
    my ($key, $expected, $what) = @_;

    is(row("SELECT u.account, u.role, u.first_name, u.last_name, u.dni,
                   u.email, u.phone, u.address, u.province
            FROM user u JOIN import_map m ON m.source = 'usuario'
                AND m.target_id = u.id
            WHERE m.source_key = $key"), encode('UTF-8', $expected), $what);
}

# how many of a user's passwords open his account
sub opens {
    my ($key, $password) = @_;
    my $hash = row("SELECT u.password FROM user u JOIN import_map m
        ON m.source = 'usuario' AND m.target_id = u.id
        WHERE m.source_key = $key");

    return $hash =~ /^\$y\$j9T\$/
           && crypt(encode('UTF-8', $password), $hash) eq $hash;
}

sub vm_is {
    my ($key, $expected, $what) = @_;

    is(row("SELECT v.ctid, u.account, v.name, v.hostname, t.name, v.plan_id,
                   v.vmguar_barrier_mib, v.privvm_limit_mib, v.disk_soft_mib,
                   v.disk_hard_mib, v.cpu_units, v.service
            FROM vm v JOIN import_map m ON m.source = 'usuarioVM'
                AND m.target_id = v.id
            JOIN user u ON u.id = v.user_id
            JOIN template t ON t.id = v.template_id
            WHERE m.source_key = $key"), encode('UTF-8', $expected), $what);
}


# --- the dry run ---

my $before = sums();
my ($status, $said) = import_tesis('--dry-run', @addresses);

is($status, 3, 'dry run: tells that rows are left');
like($said, qr/dry run, nothing is written/, 'dry run: says so');
like($said, qr/^usuario +10 +10 +0 +0$/m, 'dry run: users');
like($said, qr/^usuarioVM +16 +7 +0 +9$/m, 'dry run: containers');
is(sums(), $before, 'dry run: no table has changed');


# --- the import ---

my ($real, $report) = import_tesis(@addresses);

is($real, 3, 'import: tells that rows are left');
is($report =~ s/^.*\n//r, $said =~ s/^.*\n//r,
   'import: does what the dry run said');
unlike($report . row('SELECT * FROM import_map')
       . row('SELECT * FROM import_reject') . row('SELECT * FROM user'),
       qr/secreto1|abc123|contrase|p'a|"pass": "/,
       'no password in clear text anywhere');

# users
user_is(1, 'radministrador|admin|Root|Administrador|10000001|root@localhost'
           . '|NULL|NULL|NULL', 'administrator');
is(row("SELECT locked, must_change FROM user
        WHERE account = 'radministrador'"), '1|1',
   'administrator: locked until somebody unlocks him');
like($report, qr/^Administrators.*: radministrador \(usuario 1\)$/m,
     'administrator: told');
user_is(2, 'jnunezibanez|customer|José María|Núñez Ibáñez|20123456'
           . '|jnunez@example.org|+54 351 4601234|Av. Vélez Sársfield 1611'
           . '|Córdoba', 'latin1');
ok(opens(2, 'contraseña'), 'a password of latin1 is typed in UTF-8');
user_is(3, 'jnunezibanez2|customer|Juana|Nuñez Ibañez|NULL|juana@example.org'
           . '|NULL|NULL|NULL', 'duplicate DNI: moved without it');
ok(opens(3, 'secreto1') && !opens(3, 'secreto2'), 'clear text is hashed');
like(fates('usuario', 3, 1),
     qr/^dni: 20123456 is already that of usuario 2: left out$/m,
     'duplicate DNI: told');
is(original('usuario', 3, 'dni'), '20123456', 'duplicate DNI: kept');
user_is(4, 'aperez|customer|Ana|Pérez|23456789||NULL|NULL|Tucumán',
        'no e-mail');
is(row("SELECT password, must_change FROM user WHERE account = 'aperez'"),
   '!|1', 'no password: none opens the account');
is(fates('usuario', 4, 1),
   "email: is empty: nothing can be sent to this user\n"
   . 'pass: is empty: a new one has to be set', 'both told');
user_is(5, 'bobrienscript|customer|Bob "<b>|O\'Brien <script>|24567890'
           . '|bob@example.org|NULL|"; DROP TABLE user; --|NULL',
        'quotes and HTML stay what they are');
ok(opens(5, 'p\'a"s\\s<>&%'), 'in a password, too');
is(fates('usuario', 5, 1), '', 'nothing to tell');
user_is(6, 'cgomez|customer|Carla|Gómez|NULL|carla.gomez@universi|NULL|NULL'
           . '|NULL', 'what the columns have cut');
is(fates('usuario', 6, 1),
   "dni: is what an INT makes of a larger number: left out\n"
   . 'email: carla.gomez@universi fills its column: its end may be missing',
   'is told');
user_is(7, 'ediaz|customer|Eva|Díaz|NULL||NULL|NULL|NULL',
        'lines in an e-mail are none');
is(original('usuario', 7, 'email'), 'e@x.ar\nBcc: a@b.ar',
   'and kept as they were');
user_is(8, 'lsoto|customer|Luis|Soto|25678901|luis@example.org|NULL|NULL'
           . '|NULL', 'an unknown kind of user is a customer');
is(fates('usuario', 8, 1),
   'usuarioTipoID: there is no usuarioTipo 7: becomes a customer', 'told');
user_is(9, 'bpena|customer|Begoña|Peña|26789012|bego@example.org|NULL|NULL'
           . '|Córdoba', 'UTF-8 in a column of latin1');
is(original('usuario', 9, 'nombre'), latin1('BegoÃ±a'), 'kept as it was');
user_is(10, 'jnunez|customer|Juan|Nuñez|27890123|juana@example.org|NULL|NULL'
            . '|NULL', 'the e-mail of another');
is(fates('usuario', 10, 1), 'email: juana@example.org is not of this user'
   . ' alone: signs in as jnunez only', 'told');
is(row('SELECT COUNT(*) FROM user WHERE NOT must_change'), '1',
   'all who came have to change their passwords');
is(row("SELECT COUNT(*) FROM import_map WHERE source = 'usuario'
        AND source_key = target_id"), '9', 'they keep their numbers');

# kinds, plans, systems
is(row("SELECT GROUP_CONCAT(source_key) FROM import_map
        WHERE source = 'usuarioTipo'"), '1,2', 'kinds');
is(row("SELECT source_key, target_id FROM import_map WHERE source = 'plan'
        ORDER BY 1"), "1|1\n2|2\n3|3\n4|4\n5|2", 'plans');
is(row('SELECT name, memory_mib, disk_mib, visible FROM plan WHERE id = 4'),
   'Tesis 4|512|10240|0', 'a plan that is new is not offered');
is(fates('plan', 5, 1), 'ram: the same as plan 2: both are plan 2 here',
   'a plan twice');
is(fates('plan', 6, 0), 'ram: a plan of 0 MB and -1 GB is none', 'no plan');
is(row("SELECT name, label, enabled FROM template ORDER BY id"),
   "ubuntu|Ubuntu 12|1\ncentos|Centos|0\nfedora|Fedora|0\ngentoo|Gentoo|0\n"
   . "opensuse|OpenSuse|0\nslackware|Slackware|0\nmandrake|Mandrake|0\n"
   . "red-had|Red Had|0\nsuse|Suse|0\nso-77|SO 77|0",
   'systems: off, but for one that is there');
is(fates('SO', 8, 1), 'desc: "Fedora" is also SO 2: both are template fedora',
   'a system twice');

# containers
vm_is(1, '101|jnunezibanez|web1|web1|centos|1|64|64|1024|1024|1000|ready',
      'container');
vm_is(2, '102|jnunezibanez|correo.example|correo.example|fedora|3|256|256'
         . '|4096|4096|4000|ready', 'of a larger plan');
vm_is(8, '111|bobrienscript|doble|doble|ubuntu|2|128|128|2048|2048|2000'
         . '|ready', 'one owner, one number twice: the first');
vm_is(12, '114|bobrienscript|<b>"el" servidor</b>|b-el-servidor-b|ubuntu|4'
          . '|512|512|10240|10240|1000|ready', 'no host name');
vm_is(13, '115|bpena|Peña|Pena|so-77|2|128|128|2048|2048|2000|ready',
      'a system that is not there');
vm_is(14, '116|bpena|10.0.0.1|vps116|red-had|1|64|64|1024|1024|1000|ready',
      'a host name that is an address');
vm_is(15, '117|aperez|fedora8|fedora8|fedora|1|64|64|1024|1024|1000|ready',
      'the second Fedora');
is(fates('usuarioVM', 12, 1), 'nameVM: "<b>"el" servidor</b>" can\'t be a host'
   . ' name: that is b-el-servidor-b', 'a host name is told');
is(fates('usuarioVM', 13, 1), latin1('nameVM: "Peña" can\'t be a host name:')
   . " that is Pena\nsoID: there is no SO 77: is so-77 here", 'a system, too');

my %left = (
    3  => 'usuarioID: there is no usuario 99',
    4  => 'VMID: 7 is no container\'s number: they go from 101 to 2147483644',
    5  => 'VMID: -1 is no container\'s number: they go from 101 to 2147483644',
    6  => 'VMID: 110 is claimed by usuario 3 and usuario 4: whose it is has'
          . ' to be said',
    7  => 'VMID: 110 is claimed by usuario 3 and usuario 4: whose it is has'
          . ' to be said',
    9  => 'VMID: 111 is also that of usuarioVM 8',
    10 => 'planID: there is no plan 42: its memory and disk are not known',
    11 => 'planID: there is no plan 6: its memory and disk are not known',
    16 => 'VMID: 120 is container 101 of admin on node local already',
);

for my $key (sort { $a <=> $b } keys %left) {
    is(fates('usuarioVM', $key, 0), $left{$key}, "usuarioVM $key: left");
    like($report, qr/^  usuarioVM $key, \Q$left{$key}\E$/m, 'and told');
}

is(row("SELECT JSON_VALUE(original, '\$.nameVM'),
               JSON_VALUE(original, '\$.kernelVersion'),
               JSON_VALUE(original, '\$.usuarioID')
        FROM import_reject WHERE source = 'usuarioVM' AND source_key = 3"),
   'huerfana|2.6.18|99', 'what is left is kept whole');
is(original('usuarioVM', 1, 'kernelVersion'), '2.6.18-028stab',
   'and what has no column here');
is(row('SELECT ctid, user_id FROM vm WHERE id = 101'), '120|1',
   'a container of the panel is as it was');

for my $table (qw(usuario usuarioTipo SO plan usuarioVM)) {
    is(row("SELECT COUNT(DISTINCT source_key) FROM (
                SELECT source_key FROM import_map WHERE source = '$table'
                UNION ALL SELECT source_key FROM import_reject
                WHERE source = '$table') t"),
       row("SELECT COUNT(*) FROM tesis.$table"), "$table: every row is kept");
}

# addresses
is(row("SELECT v.ctid, a.address, a.position, p.name, p.cidr, p.enabled,
               a.reserved
        FROM address a JOIN address_pool p ON p.id = a.pool_id
        JOIN vm v ON v.id = a.vm_id ORDER BY v.ctid, a.position"),
   join("\n", '101|192.168.0.101|0|tesis|192.168.0.0/24|0|0',
        '102|192.168.0.102|0|tesis|192.168.0.0/24|0|0',
        '102|2001:db8::102|1|tesis|2001:db8::/64|0|0',
        '111|10.1.0.1|0|ours|10.1.0.0/24|1|1',
        '114|10.1.0.2|0|ours|10.1.0.0/24|1|0',
        '115|10.9.3.4|0|wide|10.9.0.0/16|1|0',
        '120|10.1.0.3|0|ours|10.1.0.0/24|1|0'), 'addresses');
is(fates('address', 116, 0),
   'address: 192.168.0.101: is of container 101 already', 'one address twice');
is(fates('address', 117, 0),
   'address: 10.1.0.3: is of container 120 already', 'one of the panel');
is(fates('address', 103, 0),
   'address: 192.168.0.103: container 103 was not imported',
   'one of a container that was left');

is(row("SELECT account, action, object, result, detail FROM audit"),
   'import-tesis|import|tesis|ok|34 rows, 6 addresses, 13 not moved',
   'it is in the audit log');


# --- again ---

$before = sums();
($status, $said) = import_tesis(@addresses);

is($status, 3, 'again: rows are left');
like($said, qr/^usuario +10 +0 +10 +0$/m, 'again: no user is moved');
is(sums(), $before, 'again: no table has changed');

# the owner of the panel finishes it in the old database
client('tesis', <<'SQL');
INSERT INTO plan VALUES (42, 96, 3);
UPDATE plan SET ram = 32, disco = 1 WHERE planID = 6;
UPDATE usuarioVM SET usuarioID = 4 WHERE usuarioVMID = 3;
UPDATE usuarioVM SET usuarioID = 4 WHERE usuarioVMID = 6;
DELETE FROM usuarioVM WHERE usuarioVMID = 9;
SQL
client('vzpanel', "UPDATE user SET first_name = 'Changed' WHERE id = 2;
                   UPDATE address SET vm_id = NULL WHERE vm_id = 1;
                   DELETE FROM vm WHERE id = 1");

($status, $said) = import_tesis(@addresses);

like($said, qr/^usuarioVM +15 +4 +7 +4$/m, 'mended rows are moved');
like($said, qr/^plan +7 +2 +5 +0$/m, 'plans, too');
is(row('SELECT ctid, memory_mib FROM vm JOIN plan p ON p.id = plan_id
        WHERE ctid IN (103, 110, 112, 113) ORDER BY 1'),
   "103|64\n110|64\n112|96\n113|32", 'with what was mended');
is(fates('usuarioVM', 3, 0), '', 'they are no longer told of');
is(fates('usuarioVM', 9, 0), $left{9},
   'a row that is gone from the old database is still kept');
is(row("SELECT COUNT(*) FROM address a JOIN vm v ON v.id = a.vm_id
        WHERE v.ctid = 103 AND a.address = '192.168.0.103'"), '1',
   'the address follows');
is(row('SELECT first_name FROM user WHERE id = 2'), 'Changed',
   'what was changed here stays');
is(row('SELECT COUNT(*) FROM vm WHERE ctid = 101'), '0',
   'what was deleted here does not come back');


# --- what it refuses ---

my $bad = File::Temp->new;
print $bad "101 300.1.1.1\n";
close $bad;

for my $case (
    [qr/table node has no "other"/, '--node', 'other'],
    [qr/`nosuch` has no usuario/, '--from', 'nosuch'],
    [qr/No such file/, '--addresses', '/nonexistent'],
    [qr/line 1: no address/, '--addresses', $bad->filename],
) {
    my ($why, @options) = @$case;

    ($status, $said) = import_tesis(@options);
    is($status, 1, "$options[0]: refused");
    like($said, $why, 'with its reason');
}

client('tesis', 'ALTER TABLE usuarioVM DROP COLUMN planID;
                 ALTER TABLE usuario DROP COLUMN provincia');
($status, $said) = import_tesis();
is($status, 1, 'a column that is missing: refused');
like($said, qr/`tesis` has no usuario\.provincia, usuarioVM\.planID/,
     'by its name');
is(row('SELECT COUNT(*) FROM vm'), '11', 'nothing is half done');

done_testing();
