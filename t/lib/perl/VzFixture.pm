package VzFixture;

=head1 NAME

VzFixture - what a test file of vzpanel stands on

=head1 SYNOPSIS

    use Test::Nginx::Socket 'no_plan';
    use VzFixture;

    our $ana = session(user('ana'));
    run_tests();

    __DATA__

    === TEST 1: a visitor is not signed in
    --- request
    GET /api/session
    --- error_code: 401

    === TEST 2: a customer sees her own account
    --- request
    GET /api/session
    --- more_headers eval
    $::ana
    --- response_body_like: "account":"ana"

=head1 DESCRIPTION

A real MariaDB, xinetd with the daemon and an SMTP server stand behind every
block; C<make test-nginx> starts them once, and where a test file runs by
itself the fixture does.  Blocks that do not say otherwise get:

=over

=item * C<http_config>: the panel's directives for these neighbours; a section
C<vzpanel> adds to it (C<vzpanel_signup off;>);

=item * C<config>: the pages under F</panel>, the API under F</api>;

=item * C<no_error_log>: C<[alert]>, C<[emerg]> and what a sanitizer says, so
that a crashed worker fails its block, also beside patterns of its own;

=item * C<request>, where there is an C<init>: a block that is one function
asks for the plans when it is done, and has two minutes for the answer;

=item * a master with two workers.

=back

Rows made here stay until the stack's database goes: give each test file names
of its own, by C<unique()>.

=cut

use strict;
use warnings;
use Cwd qw(abs_path);
use Digest::SHA qw(sha256_hex);
use Exporter 'import';
use File::Basename qw(dirname);
use MIME::Base64 ();
use MIME::QuotedPrint ();
use Time::HiRes qw(sleep time);
use VzClient;

our @EXPORT = qw(sql sql_value user session token vm unique mails mail_text
                 wait_for vz_base vz_build vz_top vz_http_config daemon_stop
                 daemon_start);

use constant PASSWORD => 'Test-password-1';

my $top = abs_path(dirname(__FILE__) . '/../../..');
my $dir = $ENV{TEST_VZPANEL_DIR} || "$top/build/test/stack";
my $owner = 0;      # the process that has to stop the stack
my %stack;
my $shop;           # what a visitor may choose, when this file began
my $file = $$;


# --- the stack ---

# the top folder of the source
sub vz_top { $top }

# its settings and ports, NAME=VALUE
sub read_stack {
    %stack = ();

    for my $file ("$dir/settings", "$dir/ports") {
        open my $in, '<', $file or die "no test stack in $dir: $!\n";
        while (<$in>) {
            $stack{$1} = $2 if /^(\w+)=(.*)$/;
        }
    }
}


sub stack {
    system("$top/scripts/stack", @_) == 0 or die "stack @_ failed\n";
}


sub begin {
    if (!$ENV{TEST_VZPANEL_DIR}) {
        system("$top/scripts/test-stack", 'start', $dir) == 0
            or die "the test stack does not start\n";
        $ENV{TEST_VZPANEL_DIR} = $dir;
        $owner = $$;
    }

    read_stack();

    $ENV{TEST_NGINX_LOAD_MODULES} ||=
        "$stack{build}/nginx/ngx_http_vzpanel_module.so";
    $ENV{TEST_NGINX_VZPANEL_BASE} = $stack{base};
    $ENV{TEST_NGINX_VZPANEL_HTML} = "$top/html";
    $ENV{TEST_NGINX_VZPANEL_DAEMON} = "127.0.0.1:$stack{daemon_port}";
    $ENV{TEST_NGINX_VZPANEL_SMTP} = "127.0.0.1:$stack{smtp_port}";
}

# perl -c reads a test, and runs nothing
begin() if !$^C;

# What orders of the next file would get; whoever adds to it, or takes from it,
# puts it back.
sub shop {
    return join ', ', sql("SELECT CONCAT('pool ', name) FROM address_pool"
        . " WHERE enabled UNION SELECT CONCAT('plan ', name) FROM plan"
        . " WHERE visible UNION SELECT CONCAT('template ', name) FROM template"
        . ' WHERE enabled ORDER BY 1');
}

END {
    if (defined $shop && $file == $$) {
        my $status = $?;

        if ((my $left = shop()) ne $shop) {
            print STDERR "# Failed test 'the shop is as it was'\n"
                . "#          got: $left\n#     expected: $shop\n";
            $status ||= 1;
        }

        $? = $status;
    }

    if ($owner == $$) {
        local $?;
        system("$top/scripts/stack", 'stop', $dir);
    }
}


sub vz_base { $stack{base} }

# the folder of the build that the stack runs
sub vz_build { $stack{build} }

# the root daemon out of reach, and back
sub daemon_stop { system("$top/scripts/stack", 'halt', $dir, 'relay') }
sub daemon_start { stack('restart', $dir, 'relay') }


# --- blocks ---

sub vz_http_config {
    return <<"END";
    vzpanel_database unix:$stack{base}/db.sock.d/mysqld.sock user=vzpanel
                     password_file=$stack{base}/conf/database.password
                     name=vzpanel;
    vzpanel_node local 127.0.0.1:$stack{daemon_port}
                 key_file=$stack{base}/conf/relay.key;
    vzpanel_zone vzpanel:8m;
    vzpanel_mail smtp://127.0.0.1:$stack{smtp_port}
                 from=panel\@vzpanel.example;
END
}


sub default_sections {
    my ($block) = @_;

    $block->set_value(http_config =>
        vz_http_config() . ($block->vzpanel // ''))
        if !defined $block->http_config;

    $block->set_value(config => <<'END') if !defined $block->config;
        location /panel { vzpanel_panel $TEST_NGINX_VZPANEL_HTML; }
        location /api { vzpanel_api; }
END

    return if defined $block->must_die;

    if (defined $block->init && !grep { defined $block->$_ }
            qw(request pipelined_requests raw_request))
    {
        $block->set_value(request => 'GET /api/plans');
        $block->set_value(timeout => 120) if !defined $block->timeout;
    }

    my $own = $block->no_error_log;
    my @patterns = !defined $own ? ()
        : ref $own eq 'ARRAY' ? @$own
        : ref $own ? $own : split /\n+/, $own;

    for my $pattern ('[alert]', '[emerg]', 'AddressSanitizer',
                     'runtime error:')
    {
        push @patterns, $pattern if !grep { $_ eq $pattern } @patterns;
    }

    $block->set_value(no_error_log => \@patterns);
}


# the functions of the runner, whichever it is
main->can('add_block_preprocessor')->(\&default_sections);
main->can('master_on')->();
main->can('workers')->(2);
main->can('no_long_string')->();


# --- the database ---

# Run statements as the database's own administrator; the rows, tab-separated.
sub sql { VzClient::ask("$stack{base}/db.sock.d/mysqld.sock", $_[0]) }

$shop = shop() if !$^C;


sub sql_value { (sql(@_))[-1] }


sub quote {
    my ($text) = @_;

    return 'NULL' if !defined $text;

    return "'" . $text =~ s/(['\\])/\\$1/gr . "'";
}


sub insert {
    my ($table, %row) = @_;
    my @names = sort keys %row;

    return sql_value("INSERT INTO `$table` (" . join(', ', @names)
        . ') VALUES (' . join(', ', map { quote($row{$_}) } @names)
        . '); SELECT LAST_INSERT_ID();');
}


my $unique = 0;

# a name that no other test has used on this database
sub unique {
    my ($prefix) = @_;

    return sprintf '%s%x%x', $prefix, int(time * 1000) & 0xffffff, $unique++;
}


# A user whose password is VzFixture::PASSWORD and whose address of mail is
# proven; a known account is found again.
# user('ana', role => 'admin', locked => 1).  Its id.
sub user {
    my ($account, %row) = @_;
    my $id = sql_value('SELECT id FROM user WHERE account = '
        . quote($account));

    return $id if defined $id;

    return insert('user', account => $account, first_name => $account,
        email => "$account\@example.org", email_state => 'proven',
        password => password_hash(), %row);
}


my $hash;

sub password_hash {
    return $hash //= crypt(PASSWORD, '$y$j75$' . 'vzpanelFixture' . '......');
}


# The header lines of a user who is signed in: the cookie, by both of its names.
sub session {
    my ($user, %row) = @_;
    my $secret = sha256_hex(unique('session') . rand);

    sql('INSERT INTO session (hash, user_id, expires, remote, proven) VALUES ('
        . "UNHEX('" . sha256_hex($secret) . "'), $user, "
        . ($row{expires} // 'NOW(3) + INTERVAL 1 DAY') . ", '127.0.0.1', "
        . ($row{proven} // 'UTC_TIMESTAMP(3)') . ')');

    return "Cookie: vzpanel_session=$secret; __Host-vzpanel_session=$secret\n";
}


# The same for a script: a bearer token.
sub token {
    my ($user, %row) = @_;
    my $secret = sha256_hex(unique('token') . rand);

    my $rights = $row{rights} // (($row{scope} // 'write') eq 'write'
        ? 'read,power,servers,account,admin_read,admin_servers,admin_users,'
            . 'admin_orders,admin_catalog,admin_nodes'
        : 'read,account,admin_read');

    sql('INSERT INTO token (hash, user_id, name, rights, networks) VALUES ('
        . "UNHEX('" . sha256_hex($secret) . "'), $user, 'test', "
        . quote($rights) . ', ' . quote($row{networks} // '') . ')');

    return "Authorization: Bearer vzp_$secret\n";
}


# The rows of a container that the node does not have.  Its id.
sub vm {
    my ($user, %row) = @_;
    my $name = $row{name} // unique('vm');
    my $template = sql_value('SELECT MIN(id) FROM template');
    my $node = sql_value("SELECT id FROM node WHERE name = 'local'");
    my $ctid = sql_value('SELECT GREATEST(COALESCE(MAX(vm.ctid), 0),'
        . ' node.ctid_min + 1000) + 1 FROM node LEFT JOIN vm'
        . " ON vm.node_id = node.id WHERE node.id = $node");

    return insert('vm', node_id => $node, ctid => $ctid, user_id => $user,
        template_id => $template, name => $name, hostname => $name,
        vmguar_barrier_mib => 64, vmguar_limit_mib => 64,
        oomguar_barrier_mib => 64, oomguar_limit_mib => 64,
        privvm_barrier_mib => 64, privvm_limit_mib => 64,
        disk_soft_mib => 1024, disk_hard_mib => 1024, cpu_units => 1000,
        lifecycle => 'ready', %row);
}


# --- the mail server ---

# the mails to an address, as they came
sub mails {
    my ($address) = @_;
    my @mails;

    for my $file (glob "$stack{base}/mail/new/*") {
        open my $in, '<', $file or next;
        my $mail = do { local $/; <$in> };
        push @mails, $mail if $mail =~ /^(?:X-RcptTo|To):.*\Q$address\E/m;
    }

    return @mails;
}


# what a mail says, without its head
sub mail_text {
    my ($head, $text) = (split(/\r?\n\r?\n/, $_[0], 2), '', '');

    return $head =~ /^Content-Transfer-Encoding: base64/mi
        ? MIME::Base64::decode_base64($text)
        : $head =~ /quoted-printable/i ? MIME::QuotedPrint::decode_qp($text)
        : $text;
}


# until the code says yes, at most so many seconds; what it said
sub wait_for {
    my ($seconds, $code) = @_;
    my $until = time + $seconds;

    while (1) {
        my $result = $code->();
        return $result if $result || time > $until;
        sleep 0.05;
    }
}


1;
