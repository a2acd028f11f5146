# Who answers in the daemon's place, or sits between it and the panel: he is
# told no verb and no secret, and what he does to the lines is noticed.

use Test::Nginx::Socket 'no_plan';
use MIME::Base64 qw(decode_base64);
use MIME::QuotedPrint qw(decode_qp);
use VzFixture;
use VzPanelHelpers;
use VzDaemon;

no_shuffle();
master_off();
workers(1);
log_level('info');

our $ana = user(unique('ana'));
our $anas = session($ana);
our ($real, $ctid) = container($ana);
our $ordered;

END {
    local $?;
    verb('destroy', $ordered) if $ordered;
}


# --- strangers: the port was free, and they say ok to everything ---

my $nothing = '0' x 64;

our @strangers = map { VzDaemon->new(auth => $_) } (
    ["ok $nothing"], ['ok'], ['ok already'], ["ok $nothing", 'ok', 'ok'],
);

# what a verb could end with is nothing that a stranger may say
our @liars = map { VzDaemon->new($_->[0] => [$_->[1], undef]) } (
    [greeting => 'err noent container does not exist'],
    [greeting => 'err unsupported'], [greeting => 'err exists'],
    [auth => 'err state it runs'], [auth => 'err failed'],
    [greeting => "virtual-server 2 $nothing"],
);

our $stranger = $strangers[0];

sub waits {
    my ($task) = @_;
    my ($state, $attempt) = split /\t/, sql_value(
        "SELECT state, attempt FROM task WHERE id = $task");

    return $state =~ /^(?:queued|running)$/ && $attempt > 1;
}

sub told_nothing {
    my ($json) = @_;

    ok($json->{id}, 'the task is taken');
    ok(wait_for(20, sub { waits($json->{id}) }), 'and waits');
    is(join(',', map { $_->asked('') } @main::strangers), '',
        'nobody was told anything');
    sql("DELETE FROM task WHERE id = $json->{id}");
}

sub nodes_are_denied {
    my ($json) = @_;

    is($_->{why}, 'denied', "$_->{name} is denied") for @{ $json->{failing} };
    is(scalar @{ $json->{failing} }, scalar @strangers, 'each of them');
    is(join(',', map { $_->asked('') } @strangers), '',
        'and none was told a ping');
}

sub many_nodes {
    sql("UPDATE node SET enabled = FALSE WHERE name = 'local'");
    sql("INSERT INTO node (name) VALUES ('n$_')") for 0 .. $#strangers;
}

sub one_node {
    sql("DELETE FROM node WHERE name LIKE 'n%'");
    sql("UPDATE node SET enabled = TRUE WHERE name = 'local'");
}

sub still_waits {
    my ($json) = @_;

    ok(wait_for(20, sub { waits($json->{id}) }), 'the task waits');
    sql("DELETE FROM task WHERE id = $json->{id}");
}


# --- those who sit between ---

our $before = '';

sub starts { return $_[0] =~ /\bstart \d+ mac=/ }

our $wire = VzDaemon->new(between => 1);
our $changes = VzDaemon->new(between => 1, client => sub {
    return starts($_[0]) ? $_[0] =~ s/start/destroy/r : $_[0];
});
our $repeats = VzDaemon->new(between => 1, client => sub {
    return starts($_[0]) ? ($_[0], $_[0]) : $_[0];
});
our $adds = VzDaemon->new(between => 1, client => sub {
    return starts($_[0]) ? ("destroy $main::ctid", $_[0]) : $_[0];
});
our $answers = VzDaemon->new(between => 1, server => sub {
    return $_[0] =~ s/^err \w+/ok/r;
});
our $leaves_out = VzDaemon->new(between => 1, server => sub {
    return $_[0] =~ /^= id=/ ? () : $_[0];
});
our $says_twice = VzDaemon->new(between => 1, server => sub {
    return $_[1] > 1 && $_[0] =~ /^ok/ ? ($_[0], $_[0]) : $_[0];
});

sub remember { $before = daemon_log() }

sub since { return substr daemon_log(), length $before }

sub daemon_noticed {
    my ($json) = @_;

    like(since(), qr/denied the line is not what was sent here/,
        'the daemon noticed, and logged it');
    unlike(since(), qr/destroy/, 'and did nothing else');
    like(verb('status', $ctid), qr/ state=/, 'the container is there');
}

sub waits_and_noticed {
    my ($json) = @_;

    still_waits($json);
    daemon_noticed();
}

sub done_and_noticed {
    my ($json) = @_;

    is($json->{state}, 'done', 'what was asked for is done, once');
    ok(wait_for(5, sub { since() =~ /denied the line is not what/ }),
        'the daemon noticed the other, and logged it');
    is(scalar(() = since() =~ / start \d+: ok/g), 1, 'and did not do it');
    like(verb('stop', $ctid), qr/^ok/m, 'stopped again');
}

# an order through him: he has seen all of it, but for the password
our $buyer = person();

sub seen_no_secret {
    my ($json) = @_;
    my $mail = wait_for(20, sub { (mails("ana.$buyer\@example.org"))[0] });
    my ($hash) = sql("SELECT password FROM user WHERE dni = '$buyer'");
    my ($password) = grep { crypt($_, $hash) eq $hash }
        decode_qp($mail) =~ /(\S{8,})/g;

    $ordered = sql_value('SELECT ctid FROM vm v JOIN user u ON u.id ='
        . " v.user_id WHERE u.dni = '$buyer'");

    my @lines = $wire->asked('');
    my ($secret) = map { /^secret (\S+) mac=/ ? $1 : () } @lines;

    ok(length $password, 'an order is carried out, its password mailed');
    ok((grep { /\bpasswd $ordered mac=/ } @lines), 'and told to the node');
    is(length decode_base64($secret), length($password) + 16,
        'sealed: its length is all that is seen');
    ok(!(grep { index($_, $password) >= 0
                || index(decode_base64(s/^secret //r), $password) >= 0 }
         @lines), 'in no line that went by');
}

# liar: N: the node is that impostor, and a task is left waiting for it
add_block_preprocessor(sub {
    my ($block) = @_;
    my $liar = $block->liar // return;

    $block->set_value(http_config => $main::liars[$liar]->http_config);
    $block->set_value(request => "POST /api/vms/$main::real/start");
    $block->set_value(more_headers =>
        $main::anas . 'Content-Type: application/json');
    $block->set_value(error_code => 202);
    $block->set_value(timeout => 30);
    $block->set_value(check => 'still_waits');
});

run_tests();

__DATA__

=== TEST 1: an impostor that answers ok to everything receives no verb
--- http_config eval
$::stranger->http_config
--- request eval
"POST /api/vms/$::real/start"
--- more_headers eval
$::anas . "Content-Type: application/json"
--- error_code: 202
--- timeout: 30
--- check: told_nothing
--- error_log
denied: what answers there does not know the key, and is told nothing



=== TEST 2: an order is not placed with an impostor
--- http_config eval
$::stranger->http_config
--- request eval
::order_request()
--- more_headers
Content-Type: application/json
--- error_code: 503
--- response_body_like: "code":"node_down"



=== TEST 3: health says that an impostor is denied
--- before: many_nodes
--- http_config eval
$::strangers[0]->http_config(@::strangers[1 .. $#::strangers])
--- request
GET /api/health
--- error_code: 503
--- check: nodes_are_denied



=== TEST 4: a handshake answered with garbage fails no task
--- before: one_node
--- liar: 0



=== TEST 5: an impostor that answers unsupported fails no task
--- liar: 1



=== TEST 6: an impostor that answers exists fails no task
--- liar: 2



=== TEST 7: an impostor that answers state fails no task
--- liar: 3



=== TEST 8: an impostor that answers failed fails no task
--- liar: 4



=== TEST 9: a daemon of another version makes tasks wait, and health names it
--- liar: 5
--- error_log
the virtual-server speaks version 2 of the protocol, this panel version 3



=== TEST 10: an eavesdropper sees no secret
--- http_config eval
$::wire->http_config
--- request eval
::order_request(dni => $::buyer)
--- more_headers
Content-Type: application/json
--- error_code: 202
--- timeout: 40
--- check: seen_no_secret



=== TEST 11: a verb altered in transit is not carried out
--- before: remember
--- http_config eval
$::changes->http_config
--- request eval
"POST /api/vms/$::real/start"
--- more_headers eval
$::anas . "Content-Type: application/json"
--- error_code: 202
--- timeout: 30
--- check: waits_and_noticed
--- error_log
start: denied: the line is not what was sent here



=== TEST 12: a verb inserted in transit is not carried out
--- before: remember
--- http_config eval
$::adds->http_config
--- request eval
"POST /api/vms/$::real/start"
--- more_headers eval
$::anas . "Content-Type: application/json"
--- error_code: 202
--- timeout: 30
--- check: waits_and_noticed
--- error_log
start: denied: the line is not what was sent here



=== TEST 13: a verb repeated in transit is carried out once
--- before: remember
--- http_config eval
$::repeats->http_config
--- request eval
"POST /api/vms/$::real/start"
--- more_headers eval
"${main::anas}Content-Type: application/json\nPrefer: wait=30"
--- timeout: 40
--- check: done_and_noticed
--- error_log
says what nobody asked for



=== TEST 14: a failure altered to a success does not count as success
--- before: remember
--- http_config eval
$::answers->http_config
--- init: ::verb('destroy', $::ctid)
--- request eval
"POST /api/vms/$::real/stop"
--- more_headers eval
$::anas . "Content-Type: application/json"
--- error_code: 202
--- timeout: 30
--- check: still_waits
--- error_log
stop: denied: stop was answered by another than the node



=== TEST 15: lines removed from an answer are noticed
--- http_config eval
$::leaves_out->http_config
--- request eval
"GET /api/vms/$::real?live=1"
--- more_headers eval
$::anas
--- error_log
was answered by another than the node



=== TEST 16: a repeated answer is noticed
--- http_config eval
$::says_twice->http_config
--- request
GET /api/templates
--- error_log
says what nobody asked for
