# Consoles: a ticket, a websocket, a shell of a real container; who is refused,
# what ends one, and what is written down.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzWebsocket;
use Time::HiRes qw(sleep time);

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana);
our $evas = session(user(unique('eva')));
our $roots = session(user(unique('root'), role => 'admin'));
our ($vm, $ctid) = container($ana, desired_state => 'running');
our ($off) = container($ana);

verb('start', $ctid) =~ /^ok/m or die "start\n";

use constant ORIGIN => "Origin: http://localhost\n";


sub connected {
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $ENV{TEST_NGINX_SERVER_PORT}, Timeout => 5) // die $!;
}

sub ticket {
    my ($headers, $mode) = @_;

    return ask('POST', "/api/vms/$vm/console", $headers,
        $mode ? qq({"mode": "$mode"}) : '{}');
}

# a console of the container: a websocket that was answered
sub console {
    my ($headers, %how) = @_;
    my $ticket = $how{ticket}
        // ticket($headers, $how{mode})->{json}{ticket} // 'none';

    return VzWebsocket->open(connected(),
        $how{path} // '/api/console?cols=90&rows=30',
        ($how{origin} // ORIGIN) . $headers, "vzpanel.console, $ticket",
        $how{more});
}

# the newest row of an action, about ana
sub audited {
    my ($action) = @_;

    return sql_value('SELECT CONCAT(object, " ", detail) FROM audit WHERE'
        . " action = '$action' AND user_id = $ana ORDER BY id DESC LIMIT 1");
}

sub prompted {
    my $ws = console(@_);

    ok($ws->{status} == 101 && $ws->shown(10, qr/[#\$] /), 'a prompt');
    return $ws;
}


sub shell {
    my $began = time;
    my $ws = console($anas);
    my $open = time - $began;

    is($ws->{status}, 101, 'a websocket');
    ok($ws->{accepted}, 'whose key is answered');
    like($ws->{head}, qr/^Sec-WebSocket-Protocol: vzpanel\.console\r?$/m,
        'the ticket is not repeated');
    ok($ws->shown(10, qr/[#\$] /), 'a prompt');
    Test::More::note(sprintf 'open after %.0f ms, a prompt after %.0f ms',
        1000 * $open, 1000 * (time - $began));

    $ws->message("istty size; echo \$((6 * 7)) seen\r");
    ok($ws->shown(10, qr/^30 90\r\n42 seen/m), 'what is typed runs');
    $ws->message(pack 'ann', 'w', 132, 50);
    $ws->message("istty size; echo d''one\r");
    ok($ws->shown(10, qr/^50 132\r\ndone/m), 'it is resized');

    my @ms;
    $ws->message("icat > /dev/null\r");
    $ws->shown(10, qr/null\r/);
    for (1 .. 100) {
        my $at = $ws->{heard};
        my $then = time;
        $ws->message('ik');
        $ws->{output} = '';
        $ws->shown(5, qr/k/);
        push @ms, 1000 * (time - $then);
    }
    @ms = sort { $a <=> $b } @ms;
    Test::More::note(sprintf 'a key comes back after %.2f ms in the middle',
        $ms[50]);

    # what waits for an ACK takes 40 ms, however quiet the machine is
    cmp_ok($ms[10], '<', 20, 'a key is sent when it is typed');

    $ws->{output} = '';
    $ws->message("i\cC");
    $ws->shown(10, qr/[#\$] /);
    $ws->message("iexit\r");
    is($ws->closed(10) . " $ws->{reason}", '1000 ended', 'who leaves the shell closes it');
    ok(wait_for(10, sub { (audited('console.close') // '')
        =~ /^vm $vm shell, \d+ s, \d+ bytes typed, \d+ shown, 1000$/ }),
        'as the audit has it');
    is(audited('console.open'), "vm $vm shell", 'and that it was opened');
}


# a program that prints without end, and a viewer whose screen stands still
sub flood {
    my $ws = prompted($anas);
    my $before = $ws->{heard};

    $ws->message("iyes vzpanel-flood\r");
    $ws->shown(2, qr/(?!)/, 1);
    my $came = $ws->{heard} - $before;
    cmp_ok($came, '>', 60_000, 'as much comes as may be unseen');
    cmp_ok($came, '<=', 128 * 1024, "and no more: $came bytes");

    $ws->{output} = '';
    $before = $ws->{heard};
    my $began = time;
    $ws->message("i\cC");
    $ws->message(pack 'aN', 'a', $came);
    $ws->message("iecho st''opped\r");
    ok($ws->shown(5, qr/^stopped/m), '^C is felt');
    cmp_ok($ws->{heard} - $before, '<', 128 * 1024, 'after '
        . ($ws->{heard} - $before) . ' bytes more');
    Test::More::note(sprintf 'and %.0f ms', 1000 * (time - $began));

    # many megabytes, all of which are shown
    $ws->{output} = '';
    $before = $ws->{heard};
    $began = time;
    $ws->message("idd if=/dev/zero bs=65536 count=64 2>/dev/null | tr '\\0' x;"
        . " echo; echo e''nd\r");
    $ws->{output} = substr $ws->{output}, -100
        while !$ws->shown(0.2, qr/^end/m) && time - $began < 30;
    cmp_ok($ws->{heard} - $before, '>', 4 << 20, '4 MB pass');
    Test::More::note(sprintf '%.1f MB/s', 4 / (time - $began));
    $ws->message("iexit\r");
    is($ws->closed(10), 1000, 'it ends');
}


sub refused {
    my ($title, $ws, $status, $code) = @_;

    my ($body) = $ws->{bytes} =~ /"code": ?"(\w+)"/;
    is("$ws->{status} " . ($body // ''), "$status $code", $title);
}


sub strangers {
    is(ticket($evas)->{code}, 404, "another's container gets no ticket");
    is(ticket('')->{code}, 401, 'nobody signed in');
    is(ticket(token($ana))->{code}, 403, 'a script');
    is(ticket($anas . "Origin: http://evil.example\n")->{code}, 403,
        "another site's page");
    is(ask('POST', "/api/vms/$off/console", $anas, '{"mode": "gui"}')->{code},
        422, 'another mode');

    my $old = session($ana, proven => 'UTC_TIMESTAMP(3) - INTERVAL 16 MINUTE');
    is(ticket($old)->{json}{code}, 'step_up',
        'a session whose password was typed long ago is asked for it again');
    is(ticket($old, 'login')->{code}, 201, "but not for the guest's own login");

    my $ticket = ticket($anas)->{json}{ticket};
    like($ticket, qr/^[0-9a-f]{64}$/, 'a ticket');

    refused("another site's page", console($anas, ticket => $ticket,
        origin => "Origin: http://evil.example\n"), 403, 'bad_origin');
    refused('no page', console($anas, ticket => $ticket, origin => ''),
        403, 'bad_origin');
    refused('another session', console($evas, ticket => $ticket),
        403, 'bad_ticket');
    refused("another session of one's own",
        console(session($ana), ticket => $ticket), 403, 'bad_ticket');
    refused('a ticket that is none', console($anas, ticket => '0' x 64),
        403, 'bad_ticket');
    refused('no ticket', console($anas, ticket => ''), 403, 'bad_ticket');
    refused('a terminal of one column', console($anas, ticket => $ticket,
        path => '/api/console?cols=1&rows=24'), 422, 'invalid');
    refused('an older version', console($anas . "Sec-WebSocket-Version: 8\n",
        ticket => $ticket), 426, 'upgrade_required');
    refused('no upgrade', console($anas . "Upgrade: h2c\n", ticket => $ticket),
        426, 'upgrade_required');

    my $ws = console($anas, ticket => $ticket);
    is($ws->{status}, 101, 'it was not used by any of them');
    refused('a second use', console($anas, ticket => $ticket),
        403, 'bad_ticket');
    $ws->raw(VzWebsocket::masked(8, pack 'n', 1000));
    is($ws->closed(5), 1000, 'a close is answered');

    unlike(do { local (@ARGV, $/) = main::server_root() . '/logs/access.log'; <> },
        qr/$ticket/, 'no log has the ticket');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE detail LIKE '%$ticket%'"), 0,
        'nor has the audit');
}


sub limits {
    my @open = map { prompted($anas) } 1 .. 4;
    my $fifth = ticket($anas);

    is("$fifth->{code} $fifth->{json}{code}", '429 too_many', 'four at a time');
    like($fifth->{head}, qr/^Retry-After: 30\r?$/m, 'and when to try again');

    my $last = pop @open;
    $last->message("iexit\r");
    $last->closed(10);
    ok(wait_for(5, sub { ticket($anas)->{code} == 201 }), 'one less, and one more');

    $_->raw(VzWebsocket::masked(8, '')) for @open;
    $_->closed(5) for @open;
}


# within a second, wherever its worker is
sub revoked {
    my ($how, $code, $reason) = @_;
    my $who = user(unique('ida'));
    my $whose = session($who);

    sql("UPDATE vm SET user_id = $who WHERE id = $vm");
    my $ws = prompted($whose);
    my $began = time;

    $how->($who, $whose);
    is($ws->closed(10) . ' ' . ($ws->{reason} // ''), "$code $reason", 'it is closed');
    my $took = time - $began;
    cmp_ok($took, '<', 1, sprintf 'after %.0f ms', 1000 * $took);
    close $ws->{socket};
    sql("UPDATE vm SET user_id = $ana WHERE id = $vm");
}

sub revocations {
    revoked(sub { ask('DELETE', '/api/session', $_[1]) }, 4001, 'revoked');
    revoked(sub { ask('PATCH', "/api/admin/users/$_[0]", $roots,
        '{"locked": true}') }, 4001, 'revoked');
    ok(wait_for(5, sub { !consoles($ctid) }), 'and no process is left');
}


# processes of consoles on the node
sub consoles {
    my ($id) = @_;

    return grep {
        my $line = do { local (@ARGV, $/) = $_; no warnings; <> } // '';
        $line =~ /--console\0$id /;
    } glob '/proc/[0-9]*/cmdline';
}


sub not_there {
    my $log = ask('GET', "/api/vms/$vm/boot-log", $anas);

    is($log->{code}, 200, 'the log of its boot');
    ok(exists $log->{json}{log}, 'as text');
    is(ask('GET', "/api/vms/$vm/boot-log", $evas)->{code}, 404, "not another's");
    is(ask('GET', "/api/vms/$off/boot-log", $anas)->{json}{code},
        'not_running', 'of a container that is off there is none');

    for my $number (30_999, 2_147_480_001) {
        my $nowhere = vm($ana, ctid => $number);

        is(join(' ', @{ ask('GET', "/api/vms/$nowhere/boot-log", $anas)
                ->{json} }{qw(status code)}), '409 absent',
            "nor of one that the node does not have: $number");
        sql("DELETE FROM vm WHERE id = $nowhere");
    }

    # a node that knows better than the zone
    my $ticket = ask('POST', "/api/vms/$off/console", $anas, '{}');
    if ($ticket->{code} == 201) {
        my $ws = console($anas, ticket => $ticket->{json}{ticket});
        is($ws->closed(10) . " $ws->{reason}", '4502 state',
            'a container that is off tells it by the code of its close');
    } else {
        is($ticket->{json}{code}, 'not_running', 'a container that is off');
    }

    my $ws = prompted($anas);
    my $began = time;
    my $end = ask('POST', "/api/vms/$vm/suspend", $roots . "Prefer: wait=60\n", '{}');
    is($end->{json}{state}, 'done', 'it is suspended');
    is($ws->closed(5), 1000, 'its console ended with it');
    is(ticket($anas)->{json}{code}, 'suspended', 'and none is given');
    is(ask('POST', "/api/vms/$vm/unsuspend", $roots . "Prefer: wait=60\n",
        '{}')->{json}{state}, 'done', 'until it is not');
}


sub idle {
    my $ws = prompted($anas);
    my $began = time;

    is($ws->closed(20) . " $ws->{reason}", '4008 idle', 'without a key it ends');
    cmp_ok(time - $began, '>', 2, 'after its time');
}

run_tests();

__DATA__

=== TEST 1: a shell
--- init: ::shell()



=== TEST 2: more output than is looked at
--- init: ::flood()



=== TEST 3: who gets none
--- init: ::strangers()



=== TEST 4: how many one may have
--- init: ::limits()



=== TEST 5: a session that ends
--- init: ::revocations()



=== TEST 6: a key that nobody presses
--- vzpanel
vzpanel_console_timeout 2500ms;
--- init: ::idle()



=== TEST 7: a container that is off, or suspended
--- init: ::not_there()
