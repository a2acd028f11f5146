# TLS to the database: the server has to prove that it is the server, or it is
# told nothing.

use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX ();
use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(sleep time);
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(1);

# an address that is none of loopback's, which this machine has for the test
our $away = '198.51.100.' . (10 + ($ENV{VZPANEL_TEST_SLOT} // 0));
our $top = vz_top();
our $dir = tempdir('dbtls-XXXXXX', TMPDIR => 1, CLEANUP => 1);
our $anas = session(user(unique('ana')));
our ($port, @running);

my $owner = $$;

END {
    if ($$ == $owner) {
        local $?;
        kill 'TERM', @running;
        waitpid $_, 0 for @running;
        system("ip address delete $away/32 dev lo 2>/dev/null");
    }
}


sub run {
    my ($command) = @_;

    system("($command) >> $dir/log 2>&1") == 0
        or die "$command failed: " . qx{tail -n 20 $dir/log};
}


# authorities, and a certificate of the first one for the server
sub certify {
    my ($of) = @_;

    for my $name ('right', 'wrong') {
        run("openssl req -x509 -newkey rsa:2048 -nodes -days 2"
            . " -subj /CN=$name -keyout $dir/$name.key -out $dir/$name.pem");
    }

    run("printf 'subjectAltName=$of' > $dir/ext;"
        . " openssl req -newkey rsa:2048 -nodes -subj /CN=db"
        . " -keyout $dir/db.key -out $dir/db.csr &&"
        . " openssl x509 -req -in $dir/db.csr -CA $dir/right.pem"
        . " -CAkey $dir/right.key -CAcreateserial -days 2 -extfile $dir/ext"
        . " -out $dir/db.pem");
}


# a server of one's own with the panel's schema, and two users of whom one has
# to come by TLS
sub serve {
    my $probe = IO::Socket::INET->new(Listen => 1, LocalAddr => '0.0.0.0:0')
        or die "listen: $!";
    my $client = "mariadb --no-defaults --socket=$dir/socket --user=root";

    $port = $probe->sockport;
    close $probe;
    mkdir $_ or die "$_: $!" for "$dir/data", "$dir/tmp";
    run("chown -R mysql: $dir; chmod 755 $dir; chown root: $dir/*.pem");
    run("mariadb-install-db --no-defaults --skip-test-db --user=mysql"
        . " --auth-root-authentication-method=socket --datadir=$dir/data"
        . " --tmpdir=$dir/tmp --innodb-log-file-size=8M");

    push @running, fork // die "fork: $!";

    if (!$running[-1]) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$dir/log";
        open STDERR, '>&', \*STDOUT;
        exec('mariadbd', '--no-defaults', '--user=mysql',
            "--datadir=$dir/data", "--tmpdir=$dir/tmp",
            "--socket=$dir/socket", "--port=$port", '--bind-address=0.0.0.0',
            '--skip-name-resolve', "--pid-file=$dir/pid",
            '--innodb-buffer-pool-size=32M', "--ssl-cert=$dir/db.pem",
            "--ssl-key=$dir/db.key") or POSIX::_exit(1);
    }

    wait_for(60, sub { system("$client -e 'SELECT 1' > /dev/null 2>&1") == 0 })
        or die "no database: " . qx{tail -n 20 $dir/log};

    run("$client -e \"CREATE DATABASE vzpanel CHARACTER SET utf8mb4;"
        . " CREATE USER plain\@'%' IDENTIFIED BY 'secret-of-a-test';"
        . " CREATE USER safe\@'%' IDENTIFIED BY 'secret-of-a-test'"
        . " REQUIRE SSL; GRANT ALL ON vzpanel.* TO plain\@'%', safe\@'%'\"");
    run("$top/sql/migrate --quiet --database vzpanel --user root --socket"
        . " $dir/socket");
    run("printf secret-of-a-test > $dir/password; chmod 600 $dir/password");
}


# One that sends a greeting and notes what it is told; the greeting offers TLS,
# or does not.  Its port.
sub greet {
    my ($name, $tls) = @_;
    my $listener = IO::Socket::INET->new(Listen => 8, ReuseAddr => 1,
        LocalAddr => '127.0.0.1:0') or die "listen: $!";
    my $caps = 0x0008a209 | ($tls ? 0x0800 : 0);
    my $greeting = pack 'CZ*Va8CvCvvCa6Va12xZ*', 10, '10.11.0-MariaDB', 1,
        'a' x 8, 0, $caps & 0xffff, 45, 2, $caps >> 16, 21, "\0" x 6, 0,
        'b' x 12, 'mysql_native_password';

    push @running, fork // die "fork: $!";

    if (!$running[-1]) {
        my @kept;

        $SIG{TERM} = 'DEFAULT';

        while (my $client = $listener->accept) {
            my $heard = '';

            syswrite $client, pack('VXC', length $greeting, 0) . $greeting;
            sysread $client, $heard, 4096;

            open my $out, '>>', "$dir/$name" or die "$name: $!";
            print $out "[$heard]";
            close $out;
            push @kept, $client;
        }

        POSIX::_exit(0);
    }

    return $listener->sockport;
}

sub heard {
    open my $in, '<:raw', "$dir/$_[0]" or return '';
    local $/;

    return <$in>;
}


run("ip address add $away/32 dev lo || true");
certify("IP:127.0.0.1,IP:$away");
serve();
our $clear = greet('clear', 0);
our $hangs = greet('hangs', 1);


sub database {
    my ($address, $options) = @_;

    return vz_http_config() =~ s/vzpanel_database[^;]*;/vzpanel_database $address
        password_file=$dir\/password name=vzpanel $options;/r;
}

# plans need a node only to say what is in stock
sub works {
    is(ask('GET', '/api/plans')->{code}, 200, 'the panel works') for 1 .. 3;
}

sub is_refused {
    my $call = ask('GET', '/api/plans');

    is($call->{code}, 503, 'there is no connection');
    is($call->{json}{code}, 'database_down', 'and that is said');
}

sub told_nothing {
    is_refused();
    wait_for(5, sub { length heard('clear') });
    like(heard('clear'), qr/^(?:\[\])+$/, 'who speaks no TLS is told nothing');
}

# the library waits in the middle of a handshake, for 2 s at most
sub stands_still {
    my $call = ask_begin('GET', '/api/plans');

    wait_for(5, sub { heard('hangs') =~ /\x01\x00/ });

    my $page = ask('GET', '/panel/');

    is($page->{code}, 200, 'pages are served meanwhile');
    cmp_ok($page->{seconds}, '<', 10, 'within seconds');
    is(ask_end($call, 30)->{code}, 503, 'the database is down then');
    unlike(heard('hangs'), qr/safe/, 'nobody has told it a name');
}

# as the panel does
sub migrates {
    my ($ca) = @_;

    return system("$top/sql/migrate --quiet --database vzpanel --user safe"
        . " --password-file $dir/password --host 127.0.0.1 --port $port"
        . " --tls-ca $dir/$ca.pem > /dev/null 2>&1");
}

sub migrate {
    is(migrates('right'), 0, 'the right authority');
    isnt(migrates('wrong'), 0, 'another one');
}

run_tests();

__DATA__

=== TEST 1: a server with the right certificate is accepted
--- http_config eval
::database("127.0.0.1:$::port", "user=safe tls=on ca_file=$::dir/right.pem")
--- init: ::works()
--- no_error_log
can't be reached



=== TEST 2: a certificate of another authority is refused
--- http_config eval
::database("127.0.0.1:$::port", "user=safe tls=on ca_file=$::dir/wrong.pem")
--- init: ::is_refused()
--- request
GET /api/plans
--- error_code: 503
--- error_log eval
qr/\[error\] .*the database can't be reached at 127.0.0.1: 2026 .*(?:certificate|self.signed)/



=== TEST 3: a certificate of an authority that the system does not know is refused
--- http_config eval
::database("127.0.0.1:$::port", 'user=safe tls=on')
--- init: ::is_refused()
--- request
GET /api/plans
--- error_code: 503
--- error_log
the database can't be reached at 127.0.0.1: 2026



=== TEST 4: a certificate of an authority that the system knows is accepted
--- main_config eval
"env SSL_CERT_FILE=$::dir/right.pem;"
--- http_config eval
::database("127.0.0.1:$::port", 'user=safe tls=on')
--- init: ::works()



=== TEST 5: a certificate for another address is refused
--- http_config eval
::database("127.0.0.2:$::port", "user=safe tls=on ca_file=$::dir/right.pem")
--- init: ::is_refused()
--- request
GET /api/plans
--- error_code: 503
--- error_log
the database can't be reached at 127.0.0.2: 2026



=== TEST 6: a server without TLS receives no password
--- http_config eval
::database("127.0.0.1:$::clear", "user=safe tls=on ca_file=$::dir/right.pem")
--- init: ::told_nothing()
--- request
GET /api/plans
--- error_code: 503
--- error_log eval
qr/the database can't be reached at 127.0.0.1: 2026 .*(?:not support|required)/



=== TEST 7: a connection to another machine uses TLS by default
--- http_config eval
::database("$::away:$::port", "user=safe ca_file=$::dir/right.pem")
--- init: ::works()



=== TEST 8: a connection to another machine never falls back to clear text
--- http_config eval
::database("$::away:$::port", 'user=plain')
--- init: ::is_refused()
--- request
GET /api/plans
--- error_code: 503



=== TEST 9: tls=off connects to another machine without TLS
--- http_config eval
::database("$::away:$::port", 'user=plain tls=off')
--- init: ::works()



=== TEST 10: a connection to this machine uses no TLS by default
--- http_config eval
::database("127.0.0.1:$::port", 'user=plain')
--- init: ::works()



=== TEST 11: a user who requires TLS is refused without it
--- http_config eval
::database("127.0.0.1:$::port", 'user=safe')
--- init: ::is_refused()
--- request
GET /api/plans
--- error_code: 503
--- error_log
the database can't be reached at 127.0.0.1: 1045



=== TEST 12: a server that stalls in the TLS handshake times out
--- http_config eval
::database("127.0.0.1:$::hangs", "user=safe tls=on ca_file=$::dir/right.pem")
--- init: ::stands_still()
--- timeout: 30
--- request
GET /panel/



=== TEST 13: migrate requires the same certificate
--- init: ::migrate()
--- http_config eval
::vz_http_config()
