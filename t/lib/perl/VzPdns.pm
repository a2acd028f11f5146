package VzPdns;

=head1 NAME

VzPdns - a PowerDNS with a database of its own, beside the panel's

=head1 SYNOPSIS

    our $dns = VzPdns->new('2.0.192.in-addr.arpa', 'example.net');

    --- vzpanel eval
    $::dns->directives

    is($dns->ptr('192.0.2.7'), 'www.example.net.', 'it has a name');

=head1 DESCRIPTION

Debian's pdns-server, on a port of its own of 127.0.0.1, over the schema that
pdns-backend-mysql brings, in the tests' MariaDB.  It caches nothing, so that
each question tells what the database has.  The panel comes as a user of its own
who has the rights that docs/install.md gives him.

=cut

use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX ();
use VzFixture qw(sql vz_base wait_for);

use constant SCHEMA => '/usr/share/pdns-backend-mysql/schema/schema.mysql.sql';

my $owner = $$;
my @running;


# with these zones, whose name server is ns1.example.net
sub new {
    my ($class, @zones) = @_;
    my $self = bless { name => "pdns$$", dir => tempdir(CLEANUP => 1) }, $class;

    chmod 0755, $self->{dir};
    $self->database;
    $self->zone($_) for @zones;
    $self->start;

    return $self;
}


sub database {
    my ($self) = @_;
    my $name = $self->{name};
    my $password = $self->password;

    open my $in, '<', SCHEMA or die SCHEMA . ": $!";
    my $schema = do { local $/; <$in> };

    sql("CREATE DATABASE $name; USE $name; $schema");
    sql(<<"SQL");
CREATE USER $name\@localhost IDENTIFIED BY '$password';
GRANT ALL ON $name.* TO $name\@localhost;
CREATE USER vz$name\@localhost IDENTIFIED BY '$password';
GRANT SELECT ON $name.domains TO vz$name\@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON $name.records TO vz$name\@localhost;
SQL
}


# that of the panel's own user: its file is there, and nginx may read it
sub password {
    open my $in, '<', vz_base() . '/conf/database.password' or die "$!";
    chomp(my $password = <$in>);

    return $password;
}


sub start {
    my ($self) = @_;
    my $udp = IO::Socket::INET->new(Proto => 'udp',
        LocalAddr => '127.0.0.1:0') or die "port: $!";
    my $socket = vz_base() . '/db.sock.d/mysqld.sock';

    $self->{port} = $udp->sockport;

    open my $out, '>', "$self->{dir}/pdns.conf" or die "pdns.conf: $!";
    print $out <<"CONF";
launch=gmysql
gmysql-socket=$socket
gmysql-user=$self->{name}
gmysql-password=@{[ $self->password ]}
gmysql-dbname=$self->{name}
local-address=127.0.0.1
local-port=$self->{port}
socket-dir=$self->{dir}
daemon=no
guardian=no
write-pid=no
disable-syslog=yes
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
receiver-threads=1
distributor-threads=1
security-poll-suffix=
CONF
    close $out;
    close $udp;

    my $pid = fork // die "fork: $!";

    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$self->{dir}/log";
        open STDERR, '>&', \*STDOUT;
        exec 'pdns_server', "--config-dir=$self->{dir}" or POSIX::_exit(127);
    }

    push @running, [ $pid, $self ];

    wait_for(30, sub { $self->ask('SOA', 'example.net') })
        or die "pdns_server does not answer: "
            . do { open my $in, '<', "$self->{dir}/log"; local $/; <$in> };
}


# a statement for its database
sub sql_in {
    my ($self, $text) = @_;

    return sql("USE $self->{name}; $text");
}


sub zone {
    my ($self, $zone, $type) = @_;

    $type //= 'MASTER';
    $self->sql_in(<<"SQL");
INSERT INTO domains (name, type) VALUES ('$zone', '$type');
INSERT INTO records (domain_id, name, type, content, ttl) VALUES
    (LAST_INSERT_ID(), '$zone', 'SOA',
     'ns1.example.net host.example.net 2026120101 3600 600 604800 300', 300),
    (LAST_INSERT_ID(), '$zone', 'NS', 'ns1.example.net', 300);
SQL
}


# one as docs/install.md says to make it
sub made {
    my ($self, $zone) = @_;

    for my $words ([ 'create-zone', $zone, 'ns1.example.net' ],
        [ 'set-kind', $zone, 'primary' ])
    {
        system("pdnsutil --config-dir=$self->{dir} @$words >> $self->{dir}/log"
            . ' 2>&1') == 0 or die "pdnsutil @$words failed\n";
    }
}


sub record {
    my ($self, $zone, $name, $type, $content) = @_;

    $self->sql_in('INSERT INTO records (domain_id, name, type, content, ttl)'
        . " SELECT id, '$name', '$type', '$content', 300 FROM domains"
        . " WHERE name = '$zone'");
}


# the answers to a question, by dig
sub ask {
    my ($self, @words) = @_;

    open my $out, '-|', 'dig', '@127.0.0.1', '-p', $self->{port}, '+short',
        '+time=2', '+tries=1', @words or die "dig: $!";
    my @lines = <$out>;
    close $out or return;
    chomp @lines;

    return wantarray ? @lines : join ' ', @lines;
}


# the names of an address, '' for none
sub ptr {
    my ($self, $address) = @_;

    return scalar($self->ask('-x', $address)) // 'no answer';
}


# NOERROR or NXDOMAIN
sub status {
    my ($self, $name) = @_;
    my $text = `dig \@127.0.0.1 -p $self->{port} +time=2 +tries=1 $name PTR`;

    return ($text =~ /status: (\w+)/)[0] // 'none';
}


sub serial {
    my ($self, $zone) = @_;

    return (split ' ', scalar $self->ask('SOA', $zone))[2];
}


# its database lets the panel in no more, and again
sub away {
    my ($self) = @_;

    sql("ALTER USER vz$self->{name}\@localhost ACCOUNT LOCK");
}

sub back {
    my ($self) = @_;

    sql("ALTER USER vz$self->{name}\@localhost ACCOUNT UNLOCK");
}


# what the panel is told, and who it asks for names
sub directives {
    my ($self, @more) = @_;
    my $base = vz_base();

    return join "\n", "vzpanel_rdns unix:$base/db.sock.d/mysqld.sock",
        "    user=vz$self->{name} name=$self->{name} timeout=5s",
        "    password_file=$base/conf/database.password;",
        "resolver 127.0.0.1:$self->{port} valid=1s;", @more, '';
}


END {
    if ($$ == $owner) {
        local $?;

        for my $one (@running) {
            my ($pid, $self) = @$one;

            kill 'TERM', $pid;
            waitpid $pid, 0;
            eval {
                sql("DROP DATABASE IF EXISTS $self->{name}; DROP USER IF EXISTS"
                    . " $self->{name}\@localhost, vz$self->{name}\@localhost");
            };
        }
    }
}


1;
