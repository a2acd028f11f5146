# A connection to the database that breaks under a statement: what only reads
# is asked again, and nothing that changes data happens twice.

use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
master_off();
workers(1);

our $dir = tempdir(CLEANUP => 1);
our $ana = user(unique('ana'));
our $anas = session($ana);
our $name = unique('cut');
our $vm = vm($ana, name => $name);
my $owner = $$;
my $pid;

chmod 0755, $dir;


# Stands between the panel and the database.  A packet of the panel that has
# the text of the file "before" is its connection's last, unheard; of that of
# the file "after", the answer is lost; of that of "hold", none comes.  Each
# happens once, on a connection that was sent before what a second line of the
# file says.
sub between {
    my $listener = IO::Socket::UNIX->new(Local => "$dir/socket", Listen => 32)
        or die "$dir/socket: $!";

    chmod 0777, "$dir/socket";
    $pid = fork // die "fork: $!";
    return if $pid;

    $SIG{CHLD} = 'IGNORE';
    setpgrp;

    while (1) {
        my $client = $listener->accept or next;

        next if fork;

        my $server = IO::Socket::UNIX->new(
            Peer => vz_base() . '/db.sock.d/mysqld.sock') or POSIX::_exit(1);

        copy($client, $server);
        POSIX::_exit(0);
    }
}

sub copy {
    my ($client, $server) = @_;
    my $select = IO::Select->new($client, $server);
    my ($sent, $last) = ('');

    while (1) {
        for my $from ($select->can_read) {
            sysread $from, my $text, 65536 or return;
            return if $last;

            if ($from == $client) {
                $sent .= $text;
                return if wanted('before', $text, $sent);
                $select->remove($server) if wanted('hold', $text, $sent);
                $last = wanted('after', $text, $sent);
            }

            syswrite $from == $client ? $server : $client, $text
                if $select->exists($server);
        }
    }
}

sub wanted {
    my ($what, $text, $sent) = @_;

    open my $in, '<', "$dir/$what" or return 0;
    chomp(my @patterns = <$in>);

    return index($text, $patterns[0]) >= 0
        && index($sent, $patterns[1] // '') >= 0 && unlink "$dir/$what";
}

between();

END {
    if ($pid && $$ == $owner) {
        local $?;
        kill 'TERM', -$pid, $pid;
        waitpid $pid, 0;
    }
}


sub cut {
    my ($what, @patterns) = @_;

    open my $out, '>', "$dir/new" or die "$dir/new: $!";
    print $out "$_\n" for @patterns;
    close $out or die "$dir/new: $!";
    rename "$dir/new", "$dir/$what" or die "$dir/$what: $!";
}

sub was_cut {
    my ($what, $title) = @_;

    ok(!-e "$dir/$what", "$title: its connection broke");
}

sub down {
    my ($call, $title) = @_;

    is($call->{code}, 503, "$title is refused");
    is($call->{json}{code}, 'database_down', 'with the reason');
}

# a connection that has served already: a new one that breaks is an outage
sub used {
    ok(wait_for(5, sub { ask('GET', '/api/vms', $anas)->{code} == 200 }),
        'the database answers');
}


sub reads {
    for my $what (qw(before after)) {
        used();
        cut($what, "of-nobody-$what");
        is(ask('GET', "/api/vms?q=of-nobody-$what", $anas)->{code}, 200,
            'what reads is asked again');
        was_cut($what, $what);
    }
}


sub takes_too_long {
    used();
    cut('hold', 'of-nobody-slow');
    down(ask('GET', '/api/vms?q=of-nobody-slow', $anas),
        'what is not answered in time');
    was_cut('hold', 'slow');
    used();
}


sub token_made {
    my ($title) = @_;

    return ask('POST', '/api/account/tokens', $anas,
        qq({"name":"$name.$title"}));
}

sub tokens {
    return sql_value('SELECT COUNT(*) FROM token WHERE name ='
        . " '$name.$_[0]'");
}

sub writes {
    used();
    is(token_made('first')->{code}, 201, 'a token is made');
    cut('after', "$name.after");
    down(token_made('after'), 'one whose answer is lost');
    was_cut('after', 'token');
    is(tokens('after'), 0, 'there is none, its transaction ended');

    used();
    cut('after', 'COMMIT', "$name.end");
    down(token_made('end'), 'one whose end may have been heard');
    was_cut('after', 'token');
    is(tokens('end'), 1, 'there is one, not two');

    used();
    token_made('again');
    cut('before', "$name.before");
    down(token_made('before'), 'one that was not heard');
    was_cut('before', 'token');
    is(tokens('before'), 0, 'there is none');
}


sub start {
    return ask('POST', "/api/vms/$vm/start",
        "${anas}Idempotency-Key: $name-key\n");
}

sub tasks { sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm") }

sub transactions {
    used();
    cut('before', 'COMMIT', $name);
    down(start(), 'a change whose end is not heard');
    was_cut('before', 'COMMIT', $name);
    is(tasks(), 0, 'nothing is done');

    used();
    cut('before', 'START TRANSACTION');
    cut('after', 'COMMIT', $name);
    down(start(), 'a change whose end may have been heard');
    was_cut('before', 'START TRANSACTION');
    was_cut('after', 'COMMIT', $name);
    is(tasks(), 1, 'is done');

    used();

    my $call = start();

    # 200: it has ended meanwhile
    like($call->{code}, qr/^20[02]$/, 'it is asked for again');
    is($call->{json}{id},
        sql_value("SELECT id FROM task WHERE vm_id = $vm"), 'with its key');
    is(tasks(), 1, 'and done once');
}

add_block_preprocessor(sub {
    my $time = $_[0]->name =~ /too long/ ? 'timeout=2s' : '';

    $_[0]->set_value(http_config => vz_http_config()
        =~ s{unix:\S+}{unix:$dir/socket $time}r);
});

run_tests();

__DATA__

=== TEST 1: a read is retried over a new connection
--- init: ::reads()



=== TEST 2: a write is not retried
--- init: ::writes()



=== TEST 3: a transaction is retried, and commits once
--- init: ::transactions()



=== TEST 4: a read that timed out is not retried
--- init: ::takes_too_long()
