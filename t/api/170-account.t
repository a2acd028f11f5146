# One's own password, sessions and tokens.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $type = "Content-Type: application/json\n";
our ($name, $other) = (unique('acc'), unique('pwd'));
our ($ana, $bea) = (user($name), user($other));
our ($mine, $second, $third) = map { session($ana) } 1 .. 3;
our @beas = map { session($bea) } 1 .. 3;
our $beas_token = token($bea);
our $late = session($ana, expires => 'NOW(3) - INTERVAL 1 SECOND');


sub change {
    my ($old, $new) = @_;

    return "PUT /api/account/password\n" . qq({"old":"$old","new":"$new"});
}


sub password_is_changed {
    my $stream = ask_begin('GET', '/api/events', $beas[1]);

    ask_more($stream, 2);
    is(ask_result($stream)->{code}, 200, 'there is a stream');
    sql("UPDATE user SET must_change = 1 WHERE id = $bea");

    # every worker has seen every session before
    ask('GET', '/api/vms', $_) for (@beas) x 4;

    my $call = ask('PUT', '/api/account/password', $beas[0],
        '{"old":"Test-password-1","new":"Another password, señor"}');

    is($call->{code}, 204, 'changed');
    is(ask('GET', '/api/session', $beas[0])->{code}, 200,
        'the session that did it stays') for 1 .. 4;
    is(ask('GET', '/api/session', $beas[1 + $_ % 2])->{code}, 401,
        'the others are over') for 1 .. 6;
    is(ask('GET', '/api/session', $beas_token)->{code}, 200,
        'a token is no session');
    cmp_ok(ask_end($stream, 8)->{seconds}, '<', 8, "and so is its stream");
    ok(!ask('GET', '/api/session', $beas[0])->{json}{user}{must_change},
        'nothing is to be changed any more');

    is(ask('POST', '/api/session', '',
        qq({"account":"$other","password":"Test-password-1"}))->{code}, 401,
        'the old password signs in no more');
    is(ask('POST', '/api/session', '',
        qq({"account":"$other","password":"Another password, señor"}))
        ->{code}, 200, 'the new one does');
    like(sql_value("SELECT password FROM user WHERE id = $bea"),
        qr/^\$y\$j[^\$]+\$[^\$]+\$/, 'it is kept as yescrypt');
}


sub session_of {
    my ($cookie) = @_;
    my ($secret) = $cookie =~ /=(\w+)/;

    return sql_value('SELECT id FROM session'
        . " WHERE hash = UNHEX(SHA2('$secret', 256))");
}


sub sessions_are_listed {
    my ($json, undef, $text) = @_;
    my @items = @{ $json->{items} };

    is(scalar @items, 3, 'those that are not over');
    is(join(' ', map { $_->{id} } grep { $_->{current} } @items),
        session_of($mine), 'the current one is marked');
    like($items[0]{expires}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        'until when');
    is($items[0]{remote}, '127.0.0.1', 'and where from');
    unlike($text, qr/[0-9a-f]{32}/, 'and no secret');
}


sub session_is_ended {
    ask('GET', '/api/session', $third) for 1 .. 4;

    my $id = session_of($third);

    is(ask('DELETE', "/api/account/sessions/$id", $mine)->{code}, 204,
        'ended');
    is(ask('GET', '/api/session', $third)->{code}, 401,
        'at every worker') for 1 .. 4;
    is(ask('DELETE', "/api/account/sessions/$id", $mine)->{code}, 404,
        'and not there to be ended again');
    is(ask('GET', '/api/session', $second)->{code}, 200, 'the others stay');
}


sub token_works_until_ended {
    my $made = ask('POST', '/api/account/tokens', $mine,
        '{"name":"backup ñandú","scope":"write","days":30}');
    my $secret = $made->{json}{token};
    my $bearer = "Authorization: Bearer $secret\n";

    is($made->{code}, 201, 'made');
    like($secret, qr/^vzp_[0-9a-f]{64}$/, 'shown');
    is(ask('GET', '/api/vms', $bearer)->{code}, 200, 'it signs in') for 1 .. 4;

    my $list = ask('GET', '/api/account/tokens', $mine);
    my ($item) = grep { $_->{id} == $made->{json}{id} }
        @{ $list->{json}{items} };

    unlike($list->{body}, qr/vzp_|[0-9a-f]{32}/, 'and is not shown again');
    is($item->{name}, "backup \x{f1}and\x{fa}", 'only its name');
    is($item->{scope}, 'write', 'its scope');
    is(sql_value('SELECT ROUND(TIMESTAMPDIFF(MINUTE, created, expires)'
        . " / 1440) FROM token WHERE id = $item->{id}"), 30, 'and its time');
    ok(wait_for(3, sub { sql_value("SELECT seen IS NOT NULL FROM token"
        . " WHERE id = $item->{id}") }), 'that it was used is noted');
    is(sql_value('SELECT COUNT(*) FROM token WHERE hash = UNHEX(SHA2('
        . "'" . substr($secret, 4) . "', 256))"), 1,
        'the database has its SHA-256');

    is(ask('DELETE', "/api/account/tokens/$item->{id}", $mine)->{code}, 204,
        'ended');
    is(ask('GET', '/api/vms', $bearer)->{code}, 401, 'at every worker')
        for 1 .. 4;
}


sub no_tokens { sql("DELETE FROM token WHERE user_id = $ana") }

sub tokens_have_a_number {
    my @codes = map { ask('POST', '/api/account/tokens', $second,
        '{"name":"one of many"}')->{code} } 1 .. 21;

    is(join(' ', sort @codes), join(' ', (201) x 20, 409), 'twenty, no more');
    sql("DELETE FROM token WHERE user_id = $ana");
}

# 64 sessions of one account; the oldest goes, also from the zone
sub sessions_have_a_number {
    my $id = user(unique('many'));
    my @old = map { session($id) } 1 .. 64;

    ask('GET', '/api/session', $_) for (@old[0, 1]) x 4;

    my ($account) = sql("SELECT account FROM user WHERE id = $id");

    is(ask('POST', '/api/session', '',
        qq({"account":"$account","password":"Test-password-1"}))->{code},
        200, 'one more is opened');
    is(sql_value("SELECT COUNT(*) FROM session WHERE user_id = $id"), 64,
        'there are as many as before');
    is(ask('GET', '/api/session', $old[0])->{code}, 401, 'the oldest is over')
        for 1 .. 4;
    is(ask('GET', '/api/session', $old[1])->{code}, 200, 'the next is not');
}


# more sign-outs than a worker looks at one by one, while it stands still:
# streams of others stay
sub many_sign_out {
    my $master = do { open my $in, '<', server_root() . '/logs/nginx.pid'
            or die;
        <$in> + 0 };
    my @workers = split ' ', qx{pgrep -P $master};
    my @streams = map { ask_begin('GET', '/api/events', $second) } 1 .. 8;

    ask_more($_, 5) for @streams;

    for my $worker (@workers) {
        my @leaving = map { my $id = user(unique('out'));
            map { session($id) } 1 .. 50 } 1 .. 4;

        kill STOP => $worker;

        my @codes = map { ask('DELETE', '/api/session', $_)->{code} }
            @leaving;

        kill CONT => $worker;
        cmp_ok((grep { $_ == 204 } @codes), '>', 128, 'many left');
    }

    my $over = 0;

    for (1 .. 5) {
        $over += ask_more($_, 0.2) == 0 for @streams;
    }

    is($over, 0, 'whoever did not leave hears on');
}

run_tests();

__DATA__

=== TEST 1: a new password follows the rules, differs from the old one, and needs the old one
--- request eval
[::change('Test-password-1', 'short'), ::change('Test-password-1', 'Test-password-1'), ::change('wrong', 'Another-password-1'), "PUT /api/account/password\n{}"]
--- more_headers eval
$::mine . $::type
--- error_code eval
[422, 422, 422, 422]
--- response_body_like eval
['"field":"new","code":"format"', '"field":"new","code":"same"', '"field":"old","code":"wrong"', '"field":"old","code":"required".*"field":"new","code":"required"']



=== TEST 2: guesses at the old password have to wait as in signing in
--- request eval
[(::change('wrong', 'Another-password-1')) x 7]
--- more_headers eval
$::mine . $::type
--- error_code eval
[(422) x 6, 429]
--- response_headers_like eval
[('Content-Type: application/problem\+json') x 6, 'Retry-After: \d+']



=== TEST 3: changing the password ends the other sessions, at every worker
--- init: ::password_is_changed()



=== TEST 4: the audit has the change of a password and not the password
--- request
GET /api/plans
--- rows eval
"SELECT action, result, object, detail = '' FROM audit WHERE user_id = $::bea AND action = 'account.password'"
--- rows_are eval
"account.password\tok\t\t1"



=== TEST 5: an account lists its sessions without their secrets
--- request
GET /api/account/sessions
--- more_headers eval
$::mine
--- check: sessions_are_listed



=== TEST 6: a user ends an own session
--- init: ::session_is_ended()



=== TEST 7: a token is shown once and signs in until it is revoked
--- init: ::token_works_until_ended()



=== TEST 8: the members of a new token are validated
--- request eval
[map { "POST /api/account/tokens\n$_" } '{"name":"x","scope":"all"}', '{"name":"x","days":0}', '{"name":"x","days":3651}', '{"days":"3"}', '{"name":"a\nb"}']
--- more_headers eval
$::mine . $::type
--- error_code eval
[(422) x 5]
--- response_body_like eval
['"field":"scope"', '"field":"days","code":"range"', '"field":"days","code":"range"', '"field":"name","code":"required".*"field":"days","code":"type"', '"field":"name","code":"format"']



=== TEST 9: a token is read-only unless it asks for more
--- request
POST /api/account/tokens
{"name": "reader"}
--- more_headers eval
$::mine . $::type
--- error_code: 201
--- response_body_like: "scope":"read"



=== TEST 10: a user has a limited number of tokens
--- before: no_tokens
--- init: ::tokens_have_a_number()



=== TEST 11: a user has a limited number of sessions
--- init: ::sessions_have_a_number()



=== TEST 12: ending the oldest sessions ends no stream of another session
--- init: ::many_sign_out()
