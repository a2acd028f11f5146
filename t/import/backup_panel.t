# vzpanel-backup: what is saved while the panel writes comes back as it was at
# one moment; whatever is killed, full, gone or wrong, no half backup is offered
# and it is said in words.

use strict;
use warnings;
use File::Basename qw(basename);
use FindBin qw($Bin);
use lib "$Bin/../lib/perl";
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Handle;
use IO::Socket::INET;
use IO::Socket::UNIX;
use IPC::Open2 qw(open2);
use Socket qw(SOCK_DGRAM);
use Test::More;
use Tesis;
use Time::HiRes qw(sleep);

plan(skip_all => 'needs root') if $> != 0;

my $top = begin('schema.sql', 'data.sql');
my $dir = tempdir(CLEANUP => 1);
my %secret = (database => 'of-the-database', target => 'of-the-target');


sub file {
    my ($name, $text, $mode) = @_;

    open my $out, '>:raw', "$dir/$name" or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
    chmod $mode // 0600, "$dir/$name" or die "$name: $!\n";
    return "$dir/$name";
}


# conf NAME, KEY => VALUE...: of the repository $dir/NAME
sub conf {
    my ($name, %more) = @_;
    my %set = (repository => "$dir/$name", password_file => "$dir/password",
               socket => socket_file(), user => 'saver',
               database_password_file => "$dir/database.password",
               files => "$dir/etc", state_dir => "$dir/state.$name", %more);

    return file("$name.conf", join '', map { "$_ = $set{$_}\n" }
                                  grep { defined $set{$_} } keys %set);
}


# (exit status, what it says) of a run with the configuration NAME
sub backup {
    my ($name, @arguments) = @_;

    open my $run, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh',
        "$top/backup/vzpanel-backup", '--conf', "$dir/$name.conf", @arguments
        or die "vzpanel-backup: $!\n";
    my $said = do { local $/; <$run> } // '';
    close $run;

    return ($? >> 8) . " $said";
}


# begun NAME: a run that nobody waits for; its process
sub begun {
    my ($name) = @_;
    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        open STDOUT, '>', "$dir/said" or die;
        open STDERR, '>&', \*STDOUT or die;
        exec "$top/backup/vzpanel-backup", '--conf', "$dir/$name.conf";
        die "vzpanel-backup: $!\n";
    }

    return $pid;
}


# whether a restic is at work of a run that may be gone
sub restic_runs {
    for my $at (glob '/proc/[0-9]*') {
        next if (readlink("$at/exe") // '') !~ m{/restic$};
        open my $in, '<', "$at/environ" or next;
        return 1 if (<$in> // '') =~ /\Q$dir\E/;
    }

    return 0;
}

sub restic_ends {
    my $until = time + 60;

    select undef, undef, undef, 0.1 while restic_runs() && time < $until;
    return;
}


sub ended {
    my ($pid) = @_;

    waitpid $pid, 0;
    my $status = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
    open my $in, '<', "$dir/said" or die "said: $!\n";
    local $/;
    return "$status " . (<$in> // '');
}


# restic itself, on the repository NAME
sub restic {
    my ($name, @arguments) = @_;

    local @ENV{qw(RESTIC_REPOSITORY RESTIC_PASSWORD_FILE RESTIC_CACHE_DIR TZ)}
        = ("$dir/$name", "$dir/password", "$dir/cache", 'UTC');
    open my $run, '-|', 'sh', '-c', 'exec restic "$@" 2>&1', 'sh', '--quiet',
        @arguments or die "restic: $!\n";
    my $said = do { local $/; <$run> } // '';
    close $run;

    return ($? >> 8) . " $said";
}


sub within(&) {
    my ($happened) = @_;

    for (1 .. 400) {
        return 1 if $happened->();
        sleep 0.05;
    }

    return 0;
}


# the sum of each table of a database, and how it is made
sub contents {
    my ($database) = @_;
    my @tables = split /\n/, client('', "SELECT table_name FROM
        information_schema.tables WHERE table_schema = '$database'
        AND table_type = 'BASE TABLE' ORDER BY 1");
    my $all = client($database, join '', map { "CHECKSUM TABLE `$_`;
        SHOW CREATE TABLE `$_`;\n" } @tables);

    return $all =~ s/^\Q$database\E\.//gmr =~ s/ AUTO_INCREMENT=\d+//gr;
}


# a client that stays, and tells when it has done what it was told
sub session {
    my $pid = open2(my $from, my $to, 'mariadb', '--no-defaults', '--batch',
        '--skip-column-names', '--unbuffered', '--user=root',
        '--socket=' . socket_file(), 'vzpanel');

    return { pid => $pid, from => $from, to => $to };
}


sub do_now {
    my ($session, $sql) = @_;

    print { $session->{to} } "$sql;\nSELECT 'done';\n";
    $session->{to}->flush;
    return scalar readline $session->{from};
}


# The dump stands still at the table waits, behind its first moment, until
# release().
my $locker = session();

sub stand_still {
    my ($name) = @_;

    do_now($locker, 'LOCK TABLES waits WRITE');
    my $pid = begun($name);

    ok(within { client('', "SELECT COUNT(*) FROM information_schema.processlist
                            WHERE user = 'saver'
                            AND state LIKE 'Waiting for table%'") > 0 },
       'the dump is in the middle') or diag(`cat $dir/said`);
    return $pid;
}

sub release { return do_now($locker, 'UNLOCK TABLES') }


# processes below one, and what /proc tells of a process
sub below {
    my ($pid) = @_;
    my @children = map { split ' ', slurp($_) }
        glob "/proc/$pid/task/*/children";

    return map { ($_, below($_)) } @children;
}

sub slurp {
    open my $in, '<:raw', $_[0] or return '';
    local $/;
    return scalar(<$in>) // '';
}


# --- a panel with rows, a user who may read them, its files ---

import_tesis();
client('', "CREATE USER saver\@localhost IDENTIFIED BY '$secret{database}';
            GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON vzpanel.*
                TO saver\@localhost;
            CREATE TABLE vzpanel.odd (id INT PRIMARY KEY, bytes LONGBLOB,
                words TEXT) CHARSET utf8mb4;
            INSERT INTO vzpanel.odd VALUES
                (1, UNHEX('00FF0A0D1A275C'), 'ñ \\' \\\\ \\n 🐢'), (2, NULL, '');
            CREATE TABLE vzpanel.waits (id INT);
            CREATE VIEW vzpanel.few AS SELECT id FROM vzpanel.odd");

make_path("$dir/etc/keys");
file('etc/nginx.conf', "# ñ\n", 0644);
file('etc/keys/relay.key', "key\n", 0640);
chown 0, 33, "$dir/etc/keys/relay.key";
file('password', "a password of the repository\n");
file('database.password', "$secret{database}\n");
conf('one');


# --- what is refused ---

like(backup('one', '--check'), qr/^2 there is no good backup yet$/,
    'a monitor hears that there is none');
chmod 0640, "$dir/one.conf";
like(backup('one'), qr/^1 .*one\.conf: others than root may open it \(mode 0640\)/,
    'a configuration that others may read');
chmod 0600, "$dir/one.conf";
chmod 0644, "$dir/password";
like(backup('one', 'init'), qr/^1 .*password: others than root may open it/,
    'a password that others may read');
chmod 0600, "$dir/password";
conf('odd', keep_yearly => 1);
like(backup('odd'), qr/^1 .*, line \d+: there is no key keep_yearly/, 'a key');
conf('odd', keep_daily => 'all');
like(backup('odd'), qr/^1 .*: keep_daily is a number/, 'a value');
conf('odd', files => "$dir/none");
like(backup('odd'), qr/^1 .*files: \S+none is not there; mend files in/,
    'files that are not there');
like(backup('one'), qr/^1 .*the database is not saved: there is no repository/,
    'a repository that is not there is not made by a backup');
is(-e "$dir/one", undef, 'so that a disk that is not mounted stays empty');
like(backup('one', '--check'),
    qr/^2 there is no good backup yet; the last try, .*, failed: the database is/,
    'and the monitor hears why');

# a syslog of its own, over that of the machine
make_path("$dir/dev");
symlink '/proc/self/fd', "$dir/dev/fd";
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "$dir/dev/log")
    or die "log: $!\n";
system('unshare', '--mount', 'sh', '-c', 'cd "$1" && touch null urandom
    mount --bind /dev/null null && mount --bind /dev/urandom urandom
    mount --rbind . /dev && shift && exec "$@" 2> null', 'sh', "$dir/dev",
    "$top/backup/vzpanel-backup", '--conf', "$dir/odd.conf");
$log->blocking(0);
$log->recv(my $logged, 4096);
like($logged // '', qr/vzpanel-backup\[\d+\]: files: \S+none is not there/,
    'syslog hears it, too');


# --- a backup while the panel writes ---

like(backup('one', 'init'), qr/^0 there is a repository now/, 'init');
like(backup('one', 'init'), qr/^1 .*there is a repository already/, 'once');

my $before = contents('vzpanel');
my $run = stand_still('one');

my $writer = fork() // die "fork: $!\n";

if ($writer == 0) {
    my $session = session();

    for my $n (1 .. 100_000) {
        do_now($session, "START TRANSACTION;
            UPDATE user SET last_name = 'writer $n';
            INSERT INTO audit (account, action, object, result)
                VALUES ('writer', 'user.change', 'user $n', 'ok');
            UPDATE odd SET words = '$n', bytes = REPEAT('$n', 1000); COMMIT")
            or last;
    }
    POSIX::_exit(0);
}

my $written = sub {
    return client('vzpanel', "SELECT COUNT(*) FROM audit
                              WHERE account = 'writer'");
};
ok(within { $written->() >= 50 }, 'the panel writes on meanwhile');

like(backup('one'), qr/^1 .*another backup is at work/, 'one at a time');
is(backup('one', '--due'), '0 ', 'which is no failure for cron');

my @below = below($run);
my %names = map { (split /\0/, slurp("/proc/$_/cmdline"))[0] => $_ } @below;
is_deeply([sort keys %names], [qw(mariadb mariadb-dump restic)],
    'what it runs');
my $shown = join "\n", map { slurp($_) } glob '/proc/[0-9]*/cmdline';
is(scalar(grep { index($shown, $_) >= 0 } values %secret), 0,
    'no secret is in an argument');
unlike(slurp("/proc/$names{restic}/environ"), qr/$secret{database}/,
    'restic does not know the password of the database');
unlike(slurp("/proc/$names{'mariadb-dump'}/environ"), qr/RESTIC/,
    'nor mariadb-dump where the backup goes');

release();
like(ended($run), qr/^0 saved: \d+ KiB of SQL and the files/, 'it is saved');
kill 'KILL', $writer;
waitpid $writer, 0;
like(backup('one', '--check'), qr/^0 the last good backup is of .*, 0 hours ago/,
    'the monitor hears so');
is(backup('one', '--due'), '0 ', 'and none is due');


# --- and back ---

conf('back', repository => "$dir/one", user => 'root',
     database_password_file => undef);
like(backup('back', 'restore', '--into', 'fresh'),
    qr/^1 .*there is no database fresh; make it/, 'a database has to be there');
client('', 'CREATE DATABASE fresh; CREATE DATABASE used;
            CREATE TABLE used.one (a INT)');
like(backup('back', 'restore', '--into', 'used'),
    qr/^1 .*database used is not empty/, 'an empty one');
like(backup('back', 'restore', '--files', "$dir/etc"),
    qr/^1 .*etc is not empty/, 'a new folder');
like(backup('back', 'restore', '--into', 'fresh', '--files', "$dir/files"),
    qr/^0 the files of .* are in \S+files\ndatabase fresh is as it was on .* UTC, /,
    'both come back');
ok(contents('fresh') eq $before, 'each table as it was when the dump began');
is(client('fresh', 'SELECT * FROM few'), "1\n2\n", 'a view, too');
is(slurp("$dir/files$dir/etc/keys/relay.key"), "key\n", 'a file');
is(sprintf('%o %d %d', map { $_->[2] & 07777, @$_[4, 5] }
           [stat "$dir/files$dir/etc/keys/relay.key"]), '640 0 33',
    'with its owner and mode');
is(sprintf('%o', (stat "$dir/files")[2] & 07777), '700',
    'in a folder that root alone may open');
like(backup('back', 'restore', 'abcdef', '--files', "$dir/none"),
    qr/^1 .*abcdef is not the id of one backup/, 'one that is not there');


# --- what is killed ---

my $offered = backup('one', 'list');
$run = stand_still('one');
@below = below($run);
kill 'KILL', $run;
waitpid $run, 0;
ok(within { !grep { kill 0, $_ } @below }, 'kill -9: what it ran ends with it');
release();
is(backup('one', 'list'), $offered, 'no half backup is offered');

$run = stand_still('one');
kill 'KILL', (grep { slurp("/proc/$_/comm") eq "restic\n" } below($run));
release();
like(ended($run), qr/^1 .*not saved: restic: killed by signal 9/, 'restic killed');

$run = stand_still('one');
client('', 'KILL ' . client('', "SELECT id FROM information_schema.processlist
    WHERE user = 'saver' AND state LIKE 'Waiting for table%'"));
release();
like(ended($run), qr/^1 .*the database is not saved: mariadb-dump: /,
    'the dump loses its connection');

$run = stand_still('one');
kill 'TERM', $run;
like(ended($run), qr/^1 .*it was ended by SIGTERM/, 'a signal');
release();
is(backup('one', 'list'), $offered, 'after all of it the same is offered');
like(backup('one', '--check'),
    qr/^1 the last good .*; the last try, .*, failed: .* SIGTERM/,
    'a monitor hears of the last try');

for (1 .. 2) {
    $run = begun('one');
    sleep 0.3 + rand 3;
    kill 'KILL', $run;
    waitpid $run, 0;
    restic_ends();
}

# a run that died between its two snapshots
system("echo half | RESTIC_PASSWORD_FILE=$dir/password restic -q -r $dir/one"
    . ' backup --stdin --host vzpanel --tag vzpanel-database --tag run=feed');
# and days before this one
for my $day (1 .. 2) {
    restic('one', 'backup', '--host', 'vzpanel', '--time',
        "2026-01-0$day 03:00:00", '--tag', 'vzpanel-panel', '--tag',
        "run=0$day", "$dir/etc");
}
conf('one', keep_daily => 2, keep_weekly => 0, keep_monthly => 0);
like(backup('one'), qr/^0 saved/, 'the next one is good');
is(backup('one', 'list') =~ tr/\n//, 2, 'of two days');
is(restic('one', 'list', 'snapshots') =~ tr/\n//, 3,
    'no dump is left whose files are gone');

client('', 'CREATE DATABASE again');
like(backup('back', 'restore', '--into', 'again'), qr/^0 /, 'it comes back');
ok(contents('again') eq contents('vzpanel'), 'as it was');


# --- a target that is gone, of another, full, damaged ---

rename "$dir/one", "$dir/away";
like(backup('one'), qr/^1 .*there is no repository: see whether the target is/,
    'a target that is gone');
rename "$dir/away", "$dir/one";

file('password', "another\n");
like(backup('one'), qr/^1 .*password_file does not open this repository/,
    'a wrong password');
file('password', "a password of the repository\n");

my ($state) = slurp("$dir/state.one/last");
file('state.one/last', $state =~ s/^good = \K\d+/time - 37 * 3600/emr);
like(backup('one', '--check'), qr/^2 the last good .*, more than 36 hours/,
    'a monitor hears of one of the day before yesterday');

mkdir "$dir/full";
system('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', "$dir/full") == 0
    or die "mount: $?\n";
END { my $status = $?; system('umount', "$dir/full") if $dir; $? = $status }

mkdir "$dir/etc/big";
file('etc/big/noise', join '', map { pack 'N', rand 2 ** 32 } 1 .. 500_000);
conf('full');
like(backup('full', 'init'), qr/^0/, 'a target with little room');
like(backup('full'), qr/^1 .*not saved: the target is full: make room/, 'is full');
system('mount', '-o', 'remount,size=32m', "$dir/full");
like(backup('full'), qr/^0 saved/, 'goes on when there is room');

# each pack but the newest bytes of its head
for my $pack (glob "$dir/full/data/*/*") {
    chmod 0600, $pack;
    open my $out, '+<:raw', $pack or die "$pack: $!\n";
    seek $out, 40, 0;
    print $out "\0" x 64;
    close $out;
}
client('', 'CREATE DATABASE damaged');
conf('hurt', repository => "$dir/full", user => 'root',
     database_password_file => undef);
like(backup('hurt', 'restore', '--into', 'damaged'),
    qr/^1 .*damaged holds a part of the backup at most; drop it.*damaged: keep/,
    'a repository that is damaged');
is(client('', "SELECT COUNT(*) FROM information_schema.tables WHERE
               table_schema = 'damaged' AND table_name = 'schema_version'"),
    "0\n", 'leaves nothing that the panel takes for a database of its own');


# --- a target that lets nobody delete ---

mkdir "$dir/kept";
my $port = do {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "socket: $!\n";
    $socket->sockport;
};
my $rclone = fork() // die "fork: $!\n";

if ($rclone == 0) {
    @ENV{qw(RCLONE_USER RCLONE_PASS RCLONE_CONFIG)}
        = ('panel', $secret{target}, '/dev/null');
    open STDOUT, '>', "$dir/rclone.log" or die;
    open STDERR, '>&', \*STDOUT or die;
    exec qw(setpriv --pdeathsig KILL rclone serve restic --append-only --addr),
        "127.0.0.1:$port", "$dir/kept";
    die "rclone: $!\n";
}

ok(within { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") },
    'rclone serves') or diag(slurp("$dir/rclone.log"));
unlink "$dir/etc/big/noise";
my $url = "rest:http://panel:$secret{target}\@127.0.0.1:$port/";
conf('kept', repository => $url, append_only => 'yes');
like(backup('kept', 'init'), qr/^0/, 'an append-only target');
like(backup('kept'), qr/^0 saved/, 'takes a backup');
like(backup('kept'), qr/^0 saved/, 'and one more');
is(backup('kept', 'list') =~ tr/\n//, 2, 'and keeps both');

my ($newest) = backup('kept', 'list') =~ /^(\w+)  .*\n\z/m;
my ($id) = glob "$dir/kept/snapshots/$newest*";
$id = basename($id);
my $there = $url =~ s/^rest://r . "snapshots/$id";
is(qx{curl -s -o /dev/null -w '%{http_code}' -X DELETE $there}, '403',
    'a host that was broken into deletes nothing');
kill 'TERM', $rclone;
waitpid $rclone, 0;
my $gone = backup('kept');
like($gone, qr/^1 .*the target does not answer/, 'one that does not answer');
unlike($gone, qr/$secret{target}/, 'its password is not told');

done_testing();
