# nginx -s reload: nobody who asks notices, streams end and go on, an order in
# the middle is carried out once; and a worker that has to leave does.

use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(sleep time);
use VzFixture;
use VzPanelHelpers;
use VzDaemon;
use VzWorkers qw(master children);

use constant { RELOADS => 5, REQUESTS => 80, STREAMS => 8 };

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana);
our @vms = map { scalar vm($ana) } 1 .. 10;
our $mute = VzDaemon->new(restart => [60]);


sub reload { kill 'HUP', master() or die "kill: $!" }


# those of the old workers, all of which have ended; others in their place
sub go_on {
    my @streams = @_;
    my ($whole, @next) = (0);

    for my $stream (@streams) {
        my $until = time + 5;
        my $n;

        do { $n = ask_more($stream, $until - time) } while ($n > 0);
        $whole++ if $n == 0 && $stream->{text} =~ /\r\n0\r\n\r\n\z/;

        my ($id) = ask_result($stream)->{body} =~ /.*^id: (\d+)$/ms;
        push @next, open_stream($id);
    }

    return $whole, @next;
}

sub open_stream {
    my ($id) = @_;
    my $stream = ask_begin('GET', '/api/events',
        $anas . (defined $id ? "Last-Event-ID: $id\n" : ''));

    ask_more($stream, 5);

    return $stream;
}


sub reload_under_load {
    my $order = ask_begin('POST', '/api/orders', "Prefer: wait=40\n",
        order_body());
    my @streams = map { open_stream() } 1 .. STREAMS;
    my ($whole, %codes) = (0);

    for (1 .. RELOADS) {
        reload();

        my @calls = map { sleep 0.005; ask_begin('GET',
            $_ % 2 ? '/api/vms' : '/api/plans', $anas) } 1 .. REQUESTS;

        $codes{ ask_end($_)->{code} }++ for @calls;

        my ($ended, @next) = go_on(@streams);

        $whole += $ended;
        @streams = @next;
    }

    is_deeply(\%codes, { 200 => RELOADS * REQUESTS }, 'all are answered');
    is($whole, RELOADS * STREAMS, 'streams end as they should');

    my $result = ask_end($order, 60);

    is($result->{json}{state}, 'done', 'the order is carried out');
    is(sql_value('SELECT MAX((LENGTH(log) - LENGTH(REPLACE(log, "begun", "")))'
        . " DIV 5) FROM task_step WHERE task_id = $result->{json}{task}"), 1,
        'each step once');
}


# more changes than connections: those in line must not wait for theirs
sub leaves_in_time {
    my @ids = map { ask('POST', "/api/vms/$_/restart", $anas)->{json}{id} }
        @vms;

    ok(wait_for(10, sub { $mute->asked('restart') >= 4 }),
        'a node does not answer');

    my @old = children(master());
    my $began = time;

    reload();

    ok(wait_for(30, sub { !grep { kill 0, $_ } @old }), 'the old workers go');
    cmp_ok(time - $began, '<', 6, 'when their time is over');

    sql('UPDATE task SET state = "cancelled", busy = NULL, owner = NULL'
        . ' WHERE id IN (' . join(', ', @ids) . ')');
}

run_tests();

__DATA__

=== TEST 1: requests succeed while nginx reloads under load
--- init: ::reload_under_load()



=== TEST 2: worker_shutdown_timeout also ends queued verbs
--- main_config
worker_shutdown_timeout 1s;
--- http_config eval
$::mute->http_config
--- init: ::leaves_in_time()
