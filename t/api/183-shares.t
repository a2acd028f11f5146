# One slow neighbour keeps nobody else waiting: a node, or a mail server, that
# hangs; a task that nobody understands; and what is swept now and then.

use IO::Socket::INET;
use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(time);
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

use constant { STARTS => 200, MAILS => 20, EXPIRED => 1500 };

our $ana = user(unique('ana'));
our $anas = session($ana);

END {
    local $?;
    sql("DELETE vm FROM vm JOIN node ON node.id = node_id"
        . " WHERE node.name IN ('n0', 'n1');"
        . " DELETE FROM node WHERE name IN ('n0', 'n1');"
        . " DELETE FROM mail WHERE recipient LIKE '%\@hangs.example'");
}


# --- a node that hangs ---

our $good = VzDaemon->new(list => ['ok']);
our $hangs = VzDaemon->new(greeting => [600]);
our ($n0, $n1) = map { VzFixture::insert('node', name => $_) } 'n0', 'n1';
our $stuck = vm($ana, node_id => $n1, ctid => 1000);
our $well = vm($ana, node_id => $n0, ctid => 1000);

# more than all workers together carry out at a time
sub one_node_hangs {
    sql(join ';', map { "INSERT INTO task (kind, vm_id, user_id, actor, via,"
        . " steps) VALUES ('start', $stuck, $ana, 'ana', 'system', 1);"
        . " INSERT INTO task_step (task_id, position, name)"
        . " VALUES (LAST_INSERT_ID(), 0, 'start')" } 1 .. STARTS);

    my $under_way = sub { sql_value("SELECT COUNT(*) FROM task"
        . " WHERE vm_id = $stuck AND state = 'running'") };

    ok(wait_for(20, sub { $under_way->() >= 8 }),
        'starts on the node that hangs are under way');

    for my $try (1 .. 5) {
        my $call = ask('POST', "/api/vms/$well/restart",
            "${anas}Prefer: wait=20\n");

        is($call->{json}{state}, 'done', 'the other node is asked');
        cmp_ok($call->{seconds}, '<', 5, 'without waiting for that one');
    }

    cmp_ok($under_way->(), '<=', 16, 'of that node, a share of each worker');
    sql("UPDATE task SET state = 'failed', owner = NULL, lease = NULL"
        . " WHERE vm_id = $stuck");
}


# --- a mail server that hangs ---

our $mute = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 128,
    ReuseAddr => 1) or die "listen: $!";
our $quick = VzDaemon->new;
our $mute_mail = $quick->http_config
    =~ s{smtp://127\.0\.0\.1:\d+}{'smtp://127.0.0.1:' . $mute->sockport}er;

sub mail_hangs {
    my $vm = vm($ana);

    VzFixture::insert('mail', recipient => "m$_\@hangs.example",
        template => 'reset_link', state => 'queued', data => '{}',
        next_try => '2020-01-01', message_id => unique('hangs'))
        for 1 .. MAILS;

    # one of them is in hand, and answers nothing
    ok(wait_for(20, sub { sql_value("SELECT COUNT(*) FROM mail WHERE"
        . " attempts > 0 AND recipient LIKE '%\@hangs.example'") }),
        'a mail is being sent');

    # as another host, or a runner that is gone, leaves one
    my $task = ask('POST', "/api/vms/$vm/restart",
        "${anas}Prefer: wait=20\n")->{json}{id};
    my $began = time;

    sql("UPDATE task SET state = 'queued', step = 0, busy = vm_id"
        . " WHERE id = $task");
    ok(wait_for(20, sub { sql_value("SELECT state FROM task"
        . " WHERE id = $task") eq 'done' }), 'a task that is due is taken up');
    cmp_ok(time - $began, '<', 4, 'as soon as ever');

    for my $try (1 .. 3) {
        my $order = ask('POST', '/api/orders', "Prefer: wait=30\n",
            order_body());

        is(sql_value("SELECT state FROM task WHERE id = "
            . ($order->{json}{task} // 0)), 'done', 'an order is carried out')
            or diag($order->{body});
        cmp_ok($order->{seconds}, '<', 12, 'and waits for its mail a little');
    }
}


# --- what nobody understands ---

our $odd = vm($ana);

sub not_understood {
    my $id = VzFixture::insert('task', kind => 'dance', vm_id => $odd,
        busy => $odd, user_id => $ana, actor => 'ana', via => 'system',
        steps => 1, attempt => 17);

    VzFixture::insert('task_step', task_id => $id, position => 0,
        name => 'dance');

    for my $attempt (18 .. 20) {
        ok(wait_for(10, sub { sql_value("SELECT attempt = $attempt"
            . " AND state <> 'running' FROM task WHERE id = $id") }),
            "attempt $attempt is put off, or the last");
        sql("UPDATE task SET not_before = NULL WHERE id = $id");
    }

    is(sql_value("SELECT CONCAT(state, ' ', error_code, ' ',"
        . " COALESCE(busy, 'free')) FROM task WHERE id = $id"),
        'failed unsupported free', 'and then it has failed');
}


# --- what is swept ---

sub expired {
    sql(join ';', map { "INSERT INTO session (hash, user_id, expires, remote)"
        . " VALUES (UNHEX(SHA2(CONCAT('expired', $_, RAND()), 256)), $ana,"
        . " NOW(3) - INTERVAL 1 DAY, '')" } 1 .. EXPIRED);
}

sub swept_once {
    my $left = sub { sql_value("SELECT COUNT(*) FROM session"
        . " WHERE expires < NOW(3)") };

    ok(wait_for(10, sub { $left->() < EXPIRED }), 'what is over is swept');

    my $rest = $left->();

    # five looks of each worker
    ok(!wait_for(5, sub { $left->() < $rest }), 'not at each look');
    cmp_ok($rest, '>=', EXPIRED - 600, 'but some rows at a time');
}


run_tests();

__DATA__

=== TEST 1: a node that hangs does not delay other nodes
--- http_config eval
$::good->http_config($::hangs)
--- init: ::one_node_hangs()



=== TEST 2: a mail server that hangs delays mails and nothing else
--- http_config eval
$::mute_mail
--- init: ::mail_hangs()



=== TEST 3: a task of an unknown kind is deferred, and fails in the end
--- init: ::not_understood()
--- error_log
could not be loaded



=== TEST 4: expired rows are deleted now and then
--- before: expired
--- init: ::swept_once()
