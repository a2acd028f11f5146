# The relay to a node that is away, denies, talks nonsense, dies or is slow.
# The real daemon is asked where it can be; VzDaemon does what it can't.
#
# There is one worker here, so what one request waits for would hold all.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzDaemon;
use File::Temp qw(tempdir);

no_shuffle();
master_off();
workers(1);
log_level('info');

our $type = "Content-Type: application/json\n";
our $ana = user(unique('ana'));
our $anas = session($ana);
our $root = session(user(unique('root'), role => 'admin'));
our ($real, $ctid) = container($ana);

# containers for the scripted ones, which have whatever they are asked for
sub fake {
    return vm($ana, ctid => sql_value('SELECT MAX(ctid) + 1 FROM vm'));
}

our $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
open my $out, '>', "$dir/key" or die "key: $!";
print $out 'k' x 32;
close $out;
chmod 0640, "$dir/key";

our $wrong_key = vz_http_config() =~ s/key_file=\S+?;/key_file=$dir\/key;/r;
our $nobody = vz_http_config() =~ s/127\.0\.0\.1:\K\d+(?=\s+key_file)/9/r;


# --- what the real daemon does ---

our $denied_before;

sub count_denied { $denied_before = () = daemon_log() =~ /denied|wrong key/g }

sub denied_is_logged {
    my $denied = () = daemon_log() =~ /denied|wrong key/g;

    cmp_ok($denied, '>', $denied_before, 'the daemon logged that it denied');
}

sub greets_and_denies {
    my ($port) = vz_http_config() =~ /127\.0\.0\.1:(\d+)\s+key_file/;

    for my $line ('auth ' . '0' x 64 . ' ' . '0' x 64, 'auth ' . '0' x 64,
                  'auth', 'list', "\x00", 'x' x 5000)
    {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $port) or die "127.0.0.1:$port: $!";

        like(scalar <$socket>, qr/^virtual-server 3 [0-9a-f]{64}$/,
            'the daemon greets');
        syswrite $socket, "$line\n";
        like(scalar <$socket>, qr/^err (denied|syntax|unsupported)\b/,
            'and lets nobody in');
        is(scalar <$socket>, undef, 'nor goes on');
    }
}

our $waiting;

sub task_waits_for_the_daemon {
    daemon_stop();

    my $call = ask('POST', "/api/vms/$real/start", $anas);

    is($call->{code}, 202, 'the task is taken');
    $waiting = $call->{json}{id};

    my $look = ask('GET', "/api/tasks/$waiting", "${anas}Prefer: wait=1\n");

    like($look->{json}{state}, qr/^(queued|running)$/, 'and waits');
    daemon_start();
    $look = ask('GET', "/api/tasks/$waiting", "${anas}Prefer: wait=20\n");
    is($look->{json}{state}, 'done', 'until the daemon is back');
    like(verb('status', $ctid), qr/ state=running /, 'then it is carried out');
}


# --- scripted ones ---

# what stands in a daemon's place; each gives its nonsense to every verb
sub nonsense { my $steps = [@_]; map { $_ => $steps } qw(ping list templates) }

our @garbage = map { VzDaemon->new(@$_) } (
    [greeting => ["HTTP/1.1 400 Bad Request\r", undef]],
    [greeting => ['virtual-server 2 ' . '0' x 64]],
    [greeting => [\("virtual-server 3\n" x 1000), undef]],
    [greeting => [undef]],
    [auth => ['ok ok', 'err', undef]],
    [auth => ['= what', undef]],
    [nonsense('= ' . 'x' x 5000, 'ok')],
    [nonsense(\"\x00\xff\x1b[2J\n")],
    [nonsense('what?')],
    [nonsense(\'= name=bus', undef)],
    [nonsense(('') x 20)],
    [nonsense('+ 101 more than all', 'ok')],
    [nonsense(\('= name=a ' x 100_000), undef)],
);

sub many_nodes {
    sql("UPDATE node SET enabled = FALSE WHERE name = 'local'");
    sql("INSERT INTO node (name) VALUES ('n$_')") for 0 .. $#garbage;
}

sub one_node {
    my ($json, $number, $text) = @_;

    if ($number == 0) {
        is($json->{code}, 'node_down', 'none of them has a template');
        return;
    }

    my @nodes = @{ $json->{nodes} };

    is(scalar @nodes, scalar @garbage, 'each was asked');
    ok(!$_->{ok}, "$_->{name} is down") for @nodes;
    like($_->{why}, qr/^(?:down|denied)$/, 'for what a person can do'
        . ' something about') for @{ $json->{failing} };
    sql("DELETE FROM node WHERE name LIKE 'n%'");
    sql("UPDATE node SET enabled = TRUE WHERE name = 'local'");
}


our $mute = VzDaemon->new(ping => [60], templates => [60]);
our $late = VzDaemon->new(ping => [0.5, 'ok']);

# it lets us in and never answers a verb
sub timeout_is_told {
    my @calls = (ask_begin('GET', '/api/health'),
        ask_begin('GET', '/api/templates'),
        ask_begin('POST', '/api/orders', '', order_body()));
    my ($health, @others) = map { ask_end($_, 40) } @calls;

    cmp_ok($health->{seconds}, '<', 5, 'health has a deadline');
    ok($health->{json}{database}, 'the database answers');
    ok(!$health->{json}{nodes}[0]{ok}, 'the node does not');
    is_deeply($health->{json}{failing},
        [{ check => 'node', name => 'local', why => 'timeout' }], 'and why');

    for my $call (@others) {
        is($call->{code}, 504, 'a node that does not answer in time');
        is($call->{json}{code}, 'node_timeout', 'is called that');
        cmp_ok($call->{seconds}, '<', 8, 'soon: the node has longer');
        like($call->{head}, qr/^Retry-After: 5\r?$/m, 'and when to try again');
    }
}

sub one_check_for_all {
    my @calls = map { ask_begin('GET', '/api/health') } 1 .. 20;

    is(ask_end($_)->{code}, 200, 'a probe is answered') for @calls;
    is(scalar $late->asked('ping'), 1, 'twenty at once cost one check');
    ask('GET', '/api/health') for 1 .. 3;
    is(scalar $late->asked('ping'), 1, 'whose answer is good for a moment');
    ok(wait_for(5, sub { ask('GET', '/api/health');
        $late->asked('ping') > 1 }), 'and no longer');
}

our $dies = VzDaemon->new(start => sub {
    return $_[0] == 1 ? ['+ 50 half of it', undef]
        : $_[0] == 2 ? [undef] : ['ok already'];
});
our $restarts = VzDaemon->new(restart => ['+ 10 stopping', 1,
    '+ 60 <b>"starting"</b> \\', 1, 'ok']);
our $fails = VzDaemon->new(start => ['+ 5 looking', '+ 6 looking',
    '= lxc: <i>/var/lib</i> at=fault', ('= more') x 40,
    'err failed <b>no</b> "quota" \\ left']);
our $busy = VzDaemon->new(start => sub {
    return $_[0] < 3 ? ['err busy backup holds it'] : ['+ 9 <u>now</u>', 'ok'];
});
our $liar = VzDaemon->new(list => [
    '= id=abc state=running', '= id=99999999999999999999999 state=running',
    '= state=running', '= id', '= =', '= id=25001 id=25002 state=flying',
    '= id=25001 state=running memory_used=-1 disk_used=1e9 uptime=x',
    '= id=25001 state=running hostname=' . 'h' x 3000, 'ok']);
our $slow = VzDaemon->new(restart => ['+ 1 waiting', 30, 'ok'],
    list => ["= id=1 state=running", 'ok']);

our ($one, $two, $three, $four, $five) = map { fake() } 1 .. 5;


sub progress_is_told {
    my $stream = ask_begin('GET', '/api/events', $anas);

    ask_more($stream, 2);

    my $id = ask('POST', "/api/vms/$two/restart", $anas)->{json}{id};

    select undef, undef, undef, 1.5;

    my $task = ask('GET', "/api/tasks/$id", $anas)->{json};

    is($task->{steps}[0]{percent}, 60, 'the percent is in the task');
    is($task->{steps}[0]{detail}, '<b>"starting"</b> \\', 'with the words');
    is($task->{log}[-1]{text}, '<b>"starting"</b> \\', 'and in its log');
    is(ask('GET', "/api/tasks/$id", "${anas}Prefer: wait=9\n")
        ->{json}{state}, 'done', 'up to the end');
    ask_more($stream, 0.3) for 1 .. 3;

    my $text = ask_result($stream)->{body};

    like($text, qr/"step_percent":10,.*"detail":"stopping"/, 'told live');
    like($text, qr/"step_percent":60,.*"detail":"<b>\\"starting\\"<\/b> \\\\"/,
        'one after the other');
}


# the log of a task that came as the answer, for that reader
sub log_of {
    my ($task, $who) = @_;
    my $log = ask('GET', "/api/tasks/$task->{id}", $who)->{json}{log};

    return map { $_->{text} } @$log;
}


sub failure_is_in_the_log {
    my ($task) = @_;
    my $why = '<b>no</b> "quota" \\ left';

    is(join('|', log_of($task, $anas)), 'begun|looking|failed: failed',
        "to its owner the code, and not the node's words");

    my ($begun, $verb, $words, @said) = log_of($task, $root);

    like($verb, qr/^local: start \d+$/, 'to an administrator what was asked');
    is_deeply(\@said, [('more') x 30, $why, 'failed: failed'],
        'and what was said before it failed, the last of it, as text');
}


sub tries_are_in_the_log {
    my ($task) = @_;

    like(join('|', log_of($task, $anas)),
        qr/^begun\|attempt\ 1\ failed:\ busy;
           \ again\ in\ 500\ ms\|attempt\ 2\|attempt\ 2\ failed:[^|]*
           \ 1000\ ms\|attempt\ 3\|<u>now<\/u>\|done\ in\ \d+\ ms$/x,
        'each try, why it failed, and when the next one came');
}


sub asked_three_times {
    is(scalar $dies->asked('start'), 3, 'it was asked three times');
}


sub middle { (sort { $a <=> $b } @_)[@_ / 2] }

# Thirty seconds of a verb, and what the one worker does meanwhile.
sub others_are_served {
    my $verb = ask_begin('POST', "/api/vms/$five/restart",
        "${anas}Prefer: wait=60\n");
    my $until = time + 29;
    my (%times, %codes);

    while (time < $until) {
        for my $path ('/api/session', '/api/vms', '/api/tasks', '/panel/',
                      '/api/templates')
        {
            my $call = ask('GET', $path, $anas);

            push @{ $times{$path} }, $call->{seconds};
            $codes{ $call->{code} }++;
        }

        select undef, undef, undef, 0.2;
    }

    is(ask_more($verb, 0), -1, 'the verb goes on');
    is(sql_value('SELECT attempt, lease > UTC_TIMESTAMP(3) FROM task'
        . " WHERE busy = $five"), "1\t1", 'its worker keeps it');

    my $end = ask_end($verb);
    my $n = 0;

    is($end->{json}{state}, 'done', 'and ends');
    cmp_ok($end->{seconds}, '>=', 30, 'after thirty seconds');
    is(join(',', keys %codes), 200, 'all others were answered');

    for my $path (sort keys %times) {
        my @all = @{ $times{$path} };
        my $most = (sort { $b <=> $a } @all)[0];

        $n += @all;
        Test::More::note(sprintf '%s: %d times, %.1f ms in the middle,'
            . ' %.1f ms at most', $path, scalar @all,
            1000 * middle(@all), 1000 * $most);
        cmp_ok(middle(@all), '<', 0.05, "$path in milliseconds");
        cmp_ok($most, '<', 2, "$path never waits for the verb");
    }

    cmp_ok($n, '>', 50, "$n of them");
}

run_tests();

__DATA__

=== TEST 1: the daemon denies a wrong key and logs it
--- before: count_denied
--- http_config eval
$::wrong_key
--- request
GET /api/templates
--- error_code: 503
--- response_headers
Retry-After: 5
--- response_body_like: "code":"node_down"
--- check: denied_is_logged
--- error_log
node "local"



=== TEST 2: a client without the key gets nothing from the daemon
--- init: ::greets_and_denies()



=== TEST 3: health says that the node denies the panel
--- http_config eval
$::wrong_key
--- request
GET /api/health
--- error_code: 503
--- response_body_like: "database":true,"nodes":\[\{"name":"local","ok":false\}\]



=== TEST 4: health says that a node is unreachable
--- http_config eval
$::nobody
--- request eval
['GET /api/templates', ::order_request(), 'GET /api/health']
--- more_headers eval
$::type
--- error_code eval
[503, 503, 503]
--- response_headers eval
['Retry-After: 5', 'Retry-After: 5', '']
--- response_body_like eval
['"code":"node_down"', '"code":"node_down"', '"ok":false']



=== TEST 5: containers are listed while the node is unreachable, with state unknown
--- http_config eval
$::nobody
--- request
GET /api/vms
--- more_headers eval
$::anas
--- response_body_like eval
qr/"id":$::real,.*"state":"unknown"/



=== TEST 6: a task waits for an unreachable daemon and runs when it returns
--- init: ::task_waits_for_the_daemon()



=== TEST 7: a verb whose daemon died is sent again
--- http_config eval
$::dies->http_config
--- request eval
"POST /api/vms/$::one/start"
--- more_headers eval
"${main::anas}${main::type}Prefer: wait=30"
--- timeout: 40
--- response_body_like: "state":"done"
--- check: asked_three_times
--- error_log
start was cut off



=== TEST 8: progress that the daemon reports is shown while it works
--- http_config eval
$::restarts->http_config
--- init: ::progress_is_told()



=== TEST 9: a verb that fails fails its task, and administrators read the daemon's message as text
--- http_config eval
$::fails->http_config
--- request eval
"POST /api/vms/$::three/start"
--- more_headers eval
"${main::anas}${main::type}Prefer: wait=30"
--- response_body_like: "state":"failed".*"error":\{"code":"failed","detail":""\}
--- check: failure_is_in_the_log



=== TEST 10: a locked container is tried again
--- http_config eval
$::busy->http_config
--- request eval
"POST /api/vms/$::four/start"
--- more_headers eval
"${main::anas}${main::type}Prefer: wait=30"
--- timeout: 40
--- response_body_like: "state":"done"
--- check: tries_are_in_the_log



=== TEST 11: malformed lines about containers are harmless
--- http_config eval
$::liar->http_config
--- request eval
[('GET /api/vms?limit=200') x 3, 'GET /api/metrics']
--- more_headers eval
$::anas
--- error_code eval
[200, 200, 200, 200]



=== TEST 12: a peer that does not speak the protocol counts as an unreachable node
--- before: many_nodes
--- http_config eval
$::garbage[0]->http_config(@::garbage[1 .. $#::garbage])
--- timeout: 60
--- request eval
['GET /api/templates', 'GET /api/health']
--- error_code eval
[503, 503]
--- check: one_node



=== TEST 13: a verb of thirty seconds delays no other verb
--- http_config eval
$::slow->http_config
--- init: ::others_are_served()



=== TEST 14: a node that accepts the connection and never answers counts as unreachable
--- http_config eval
$::mute->http_config
--- init: ::timeout_is_told()



=== TEST 15: simultaneous health requests share one check
--- http_config eval
$::late->http_config
--- init: ::one_check_for_all()
