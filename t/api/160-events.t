# The stream of what changes: headers, what comes first, what comes after an
# id, and who sees what.

use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our ($ana, $bea) = map { user(unique($_)) } qw(ana bea);
our $anas = session($ana);
our $beas = session($bea);
our $doomed = session($ana);
our $script = token($ana);
our $root = session(user(unique('root'), role => 'admin'));
our ($vm, $ctid) = container($ana);
our ($hers, $other_ctid) = container($bea);
our $json = JSON::PP->new->utf8;
our $caro = user(unique('caro'));
our $counted = vm($ana, desired_state => 'running');
our $number = sql_value("SELECT ctid FROM vm WHERE id = $counted");

# whose container used less CPU each time: it was started again
our $starts = VzDaemon->new(list => sub {
    ["= id=$number state=running cpu_ns=" . (9e12 - $_[0] * 1e9), 'ok'];
});


# the objects of the events of that name
sub events {
    my ($text, $name) = @_;

    return map { my $data = $json->decode($_);
                 ref $data eq 'ARRAY' ? @$data : $data }
        $text =~ /^event: $name\ndata: (.*)$/mg;
}

sub ids { return { map { $_->{id} => 1 } @_ } }


sub first_events {
    my $all = stream('/api/events', $anas, qr/^event: vm\n.*^id: \d+\n\n/ms, 6);

    is($all->{code}, 200, 'it opens');
    like($all->{head}, qr{^Content-Type: text/event-stream\b}m, 'its type');
    like($all->{head}, qr/^Cache-Control: no-(?:store|cache)/m,
        'nobody may keep it');
    like($all->{head}, qr/^X-Accel-Buffering: no\r?$/m, 'nor hold it back');
    like($all->{body}, qr/^retry: \d+$/m, 'it says when to come again');
    like($all->{body}, qr/^id: \d+$/m, 'and from where');

    my ($mine) = grep { $_->{id} == $vm } events($all->{body}, 'vm');

    is($mine->{state}, 'stopped', 'the container with its state');
    ok(defined $mine->{disk}{used_bytes}, 'and its figures');
    ok(!ids(events($all->{body}, 'vm'))->{$hers}, "and nobody else's");
    cmp_ok($all->{first}, '<', 1, 'the first bytes come at once');
}


sub everything_for_root {
    my $all = stream('/api/events', $root,
        qr/"id":$vm\b.*"id":$hers\b|"id":$hers\b.*"id":$vm\b/s, 6);
    my $seen = ids(events($all->{body}, 'vm'));

    ok($seen->{$vm} && $seen->{$hers}, 'both are told');
}


sub change_is_told {
    my $stream = ask_begin('GET', '/api/events', $anas);
    my $strangers = ask_begin('GET', '/api/events', $beas);

    ask_more($_, 2) for $stream, $strangers;

    my $task = ask('POST', "/api/vms/$vm/start",
        "${anas}Prefer: wait=30\n")->{json}{id};
    my $until = time + 6;

    while (time < $until) {
        ask_more($stream, 0.2);
        ask_more($strangers, 0);
        last if $stream->{text} =~ /"id":$vm,"state":"running"/
                && $stream->{text} =~ /"id":$task,.*"state":"done"/;
    }

    my ($mine, $theirs) = map { ask_result($_)->{body} }
        $stream, $strangers;
    my @states = map { $_->{state} } grep { $_->{id} == $task }
        events($mine, 'task');

    is($states[-1], 'done', 'the task is told up to its end');
    ok((grep { $_->{id} == $vm && $_->{state} eq 'running' }
        events($mine, 'vm')), 'and that the container runs');
    ok(!ids(events($theirs, 'vm'))->{$vm}, 'a stranger sees no container');
    is(scalar events($theirs, 'task'), 0, 'and no task');

    my $late = stream('/api/events', $anas, qr/^id: \d+\n\n/m, 6);

    is((grep { $_->{id} == $task } events($late->{body}, 'task')), 0,
        'who comes later is not told what ended before');
}


# whether Bea's stream tells of hers, which is stopped: nothing of it changes
sub told_of_hers {
    my ($query, $header, $seconds) = @_;
    my $all = stream("/api/events$query", $beas . $header,
        qr/^event: vm\n.*\n\n/m, $seconds);

    is($all->{code}, 200, 'a stream opens');

    return ids(events($all->{body}, 'vm'))->{$hers} ? 1 : 0;
}


sub after_an_id {
    my $first = stream('/api/events', $beas, qr/^id: \d+\n\n/m, 6);
    my ($id) = $first->{body} =~ /.*^id: (\d+)$/ms;

    ok(defined $id, 'the stream gives ids');
    is(told_of_hers('', '', 6), 1, 'who comes without one is told all');

    my $version = ask('GET', '/api/vms', $beas)->{json}{version};

    is(told_of_hers('', "Last-Event-ID: $version\n", 1), 0,
        'what was told is not told again');
    is(told_of_hers("?since=$version", '', 1), 0, 'so with ?since=');
    is(told_of_hers('', "Last-Event-ID: 9223372036854775806\n", 6), 1,
        'an id of the future (another zone) begins anew');
}


# of two that do not change, as a stream of the administrator tells them
sub told_of_both {
    my ($query, $header) = @_;
    my $all = stream("/api/events$query", $root . ($header // ''),
        qr/^event: vm\n.*^id: \d+\n\n/ms, 6);
    my $seen = ids(events($all->{body}, 'vm'));

    return join ' ', map { $seen->{$_} ? 1 : 0 } $vm, $hers;
}


sub of_some {
    my $version = ask('GET', '/api/vms', $root)->{json}{version};

    is(told_of_both("?vms=$hers"), '0 1', 'one of two');
    is(told_of_both("?vms=$vm,$hers"), '1 1', 'both');
    is(told_of_both("?vms=$hers", "Last-Event-ID: $version\n"), '0 1',
        'who returns is told how it is, whatever was told before');

    my $none = stream("/api/events?vms=0", $root, qr/^id: \d+\n\n/m, 6);

    is(scalar events($none->{body}, 'vm'), 0, '0 is none');

    my $stranger = stream("/api/events?vms=$vm", $beas, qr/^id: \d+\n\n/m, 6);

    is(scalar events($stranger->{body}, 'vm'), 0, 'nor is what is not hers');

    my @most = (0) x 200;

    is(told_of_both('?vms=' . join ',', $hers, @most[1 .. 199]), '0 1',
        '200 of them');

    for my $bad ("$vm,x", join ',', @most, $vm) {
        my $answer = ask('GET', "/api/events?vms=$bad", $root);

        is($answer->{code}, 422, 'no list of that kind');
        is($answer->{json}{errors}[0]{field}, 'vms', 'its name');
    }
}


sub ends_with_session {
    my $stream = ask_begin('GET', '/api/events', $doomed);

    ask_more($stream, 2) for 1 .. 2;
    is(ask('DELETE', '/api/session', $doomed)->{code}, 204, 'signed out');

    my $end = ask_end($stream, 8);

    cmp_ok($end->{seconds}, '<', 8, 'the stream of that session ends');
    is(ask('GET', '/api/events', $doomed)->{code}, 401, 'and does not return');
}


sub ends_with_a_lock {
    my @streams = map { ask_begin('GET', '/api/events', session($caro)) } 1, 2;

    ok(wait_for(10, sub { ask_more($_, 0.1); $_->{text} =~ /^retry:/m }),
        'a stream') for @streams;

    my $lock = ask_begin('PATCH', "/api/admin/users/$caro", $root,
        '{"locked":true}');

    is(ask_end($lock)->{code}, 200, 'locked');

    for my $stream (@streams) {
        ok(wait_for(20, sub { ask_more($stream, 0.2) == 0 }),
            'the streams of one who is locked end');
    }
}


sub counted_anew {
    my $stream = ask_begin('GET', '/api/events', $anas);

    ok(wait_for(20, sub {
        ask_more($stream, 0.1);
        return $starts->asked('list') > 2;
    }), 'somebody watches');

    my $vm = ask('GET', "/api/vms/$counted", $anas)->{json};

    is($vm->{state}, 'running', 'a container that was started again');
    cmp_ok($vm->{cpu}{percent}, '==', 0, 'has no use of CPU from before');
}


sub for_scripts {
    my $stream = stream('/api/events', $script, qr/^event: vm/m, 6);

    is($stream->{code}, 200, 'a token opens it');
    like($stream->{body}, qr/"id":$vm,/, 'with the same events');
}

run_tests();

__DATA__

=== TEST 1: a stream has its headers, and begins with the current state
--- init: ::first_events()



=== TEST 2: an administrator's stream has the containers of all users
--- init: ::everything_for_root()



=== TEST 3: a task and what it changed are streamed to the owner alone
--- init: ::change_is_told()



=== TEST 4: a client that returns with Last-Event-ID gets what is new
--- init: ::after_an_id()



=== TEST 5: a client that names containers hears of no others
--- init: ::of_some()



=== TEST 6: a token may listen
--- init: ::for_scripts()



=== TEST 7: a stream ends with its session
--- init: ::ends_with_session()



=== TEST 8: a visitor may not listen
--- request
GET /api/events
--- error_code: 401



=== TEST 9: a stream refuses a body
--- request
POST /api/events
{}
--- more_headers eval
"${main::anas}Content-Type: application/json"
--- error_code: 405



=== TEST 10: streams end when their user is locked
--- init: ::ends_with_a_lock()



=== TEST 11: a CPU counter that restarts does not count as use
--- http_config eval
$::starts->http_config
--- init: ::counted_anew()



=== TEST 12: a subrequest for a stream ends with an error
--- user_files
>>> page.shtml
<!--#include virtual="/api/events" --><!--#include virtual="/api/events" -->.
--- config
location /api { vzpanel_api; }
location /page.shtml { ssi on; ssi_types *; }
--- request
GET /page.shtml
--- more_headers eval
"${main::anas}Accept: text/event-stream"
--- timeout: 10
--- response_body_like: (?s)^(\{[^}]*"code":"stream_included".*){2}\.$
