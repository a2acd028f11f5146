package Settings;

# The configuration of vzpanel-backup: files that root alone may read.

use strict;
use warnings;

use Exporter qw(import);
use Say;

our @EXPORT = qw(%set);
our %set;               # the configuration, and options of the command line

my $path = qr{^/\S*$};
my $number = qr/^[0-9]{1,6}$/;

# key => what it is by default, its grammar, its grammar in words
my %keys = (
    repository             => [undef, qr/^\S+$/, 'a repository of restic'],
    password_file          => ['/etc/vzpanel/backup.password', $path, 'a path'],
    env_file               => [undef, $path, 'a path'],
    append_only            => ['no', qr/^(?:yes|no)$/, 'yes or no'],
    name                   => ['vzpanel', qr/^[\w.-]{1,60}$/a,
                               'letters, digits and . _ -'],
    database               => ['vzpanel', qr/^\w{1,60}$/a,
                               'letters, digits and _'],
    socket                 => [undef, $path, 'a path'],
    host                   => [undef, qr/^[\w.:-]+$/a, 'a host'],
    port                   => [undef, $number, 'a number'],
    user                   => [undef, qr/^[\w.-]+$/a, 'a user of the database'],
    database_password_file => [undef, $path, 'a path'],
    tls_ca                 => [undef, $path, 'a path'],
    files                  => ['/etc/vzpanel /etc/nginx', qr{^/\S*(?:\s+/\S*)*$},
                               'paths with blanks between them'],
    keep_daily             => [7, $number, 'a number'],
    keep_weekly            => [5, $number, 'a number'],
    keep_monthly           => [12, $number, 'a number'],
    max_age                => [36, $number, 'hours'],
    time_limit             => [6, $number, 'hours'],
    upload_limit           => [0, $number, 'KiB in a second'],
    state_dir              => ['/var/lib/vzpanel/backup', $path, 'a path'],
);


# fits KEY, VALUE
sub fits {
    my ($key, $value) = @_;

    return $value =~ $keys{$key}[1];
}


# root_only FILE: opened; fails where others than root may read or write it
sub root_only {
    my ($file) = @_;

    open my $in, '<', $file or fail("$file: $!");
    my ($mode, $uid) = (stat $in)[2, 4];

    fail("$file: it is not root's; chown root $file") if $uid != 0;
    fail(sprintf('%s: others than root may open it (mode %04o); chmod 600 %s',
                 $file, $mode & 07777, $file)) if $mode & 077;

    return $in;
}


# first_line FILE: of a file of root's, which holds a secret
sub first_line {
    my ($file) = @_;
    my $in = root_only($file);
    my $line = <$in> // '';

    $line =~ s/\s+\z//;
    fail("$file: it is empty") if $line eq '';
    return $line;
}


# load FILE: into %set
sub load {
    my ($file) = @_;
    my $in = root_only($file);

    while (my $line = <$in>) {
        next if $line =~ /^\s*(?:#|$)/;

        my ($key, $value) = $line =~ /^\s*(\w+)\s*=\s*(.*?)\s*$/a
            or fail("$file, line $.: a line is key = value");

        fail("$file, line $.: there is no key $key") if !$keys{$key};
        fail("$file, line $.: $key is $keys{$key}[2]") if !fits($key, $value);
        $set{$key} = $value;
    }

    $set{$_} //= $keys{$_}[0] for keys %keys;

    fail("$file: it names no repository") if !defined $set{repository};
    fail("$file: keep_daily, keep_weekly and keep_monthly are all 0: nothing"
         . ' would be kept')
        if !grep { $set{"keep_$_"} } qw(daily weekly monthly);
    return;
}


# restic_environment: what restic alone is told.  An environment is closed to
# other users, as arguments are not.
sub restic_environment {
    my %more;

    first_line($set{password_file});

    if (defined $set{env_file}) {
        my $in = root_only($set{env_file});

        while (my $line = <$in>) {
            next if $line =~ /^\s*(?:#|$)/;
            $line =~ /^([A-Z][A-Z0-9_]*)=(.*?)\s*$/
                or fail("$set{env_file}, line $.: a line is NAME=VALUE");
            $more{$1} = $2;
        }
    }

    # one of its threads works at a time, so it takes one CPU
    return (GOMAXPROCS => 1, RESTIC_CACHE_DIR => "$set{state_dir}/cache", %more,
            RESTIC_REPOSITORY => $set{repository},
            RESTIC_PASSWORD_FILE => $set{password_file});
}


# database_environment: what the database's programs alone are told
sub database_environment {
    return if !defined $set{database_password_file};
    return (MYSQL_PWD => first_line($set{database_password_file}));
}


# client_options: by which the database's programs find the server
sub client_options {
    my @tls = defined $set{tls_ca}
        ? ("--ssl-ca=$set{tls_ca}", '--ssl-verify-server-cert') : ();

    return ('--no-defaults', '--default-character-set=utf8mb4',
            map({ defined $set{$_} ? "--$_=$set{$_}" : () }
                qw(socket host port user)), @tls);
}


1;
