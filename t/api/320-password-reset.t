# Another password for who forgot it, by a link.

use Digest::SHA qw(sha256_hex);
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_public_url https://host.example/panel;')
        if !defined $_[0]->vzpanel && !defined $_[0]->http_config;
});

our $json = "Content-Type: application/json\n";
our $mark = unique('lost');
our $bea = user("bea.$mark", first_name => 'Bea', must_change => 1);
our $eve = user("eve.$mark", email => "twins.$mark\@example.org");
our $eva = user("eva.$mark", email => "twins.$mark\@example.org",
    language => 'en');
our $locked = user("locked.$mark", locked => 1);
our $beas = session($bea);
our $script = token($bea);

sub ask_for { qq(POST /api/password/reset\n{"account":"$_[0]"}) }

sub set {
    my ($token, $new) = @_;

    return "PUT /api/password/reset\n"
        . qq({"token":"$token","new":") . ($new // 'Another-password-1')
        . '"}';
}

sub tokens {
    my ($address) = @_;

    return map { mail_text($_) =~
        m{https://host\.example/panel/reset\#token=([0-9a-f]{64})} ? $1 : () }
        mails($address);
}

our $token = '';

sub mailed {
    ($token) = @{ wait_for(10, sub { my @t = tokens("bea.$mark\@example.org");
        @t ? \@t : undef }) // [] };

    ok($token, 'a link is mailed');
    is(sql_value("SELECT COUNT(*) FROM reset WHERE user_id = $bea"
        . " AND hash = UNHEX('" . sha256_hex($token // '') . "')"), 1,
        'the database has its hash');
}

sub twins {
    my $n = wait_for(10, sub { my @t = tokens("twins.$mark\@example.org");
        @t == 2 ? 2 : 0 });

    is($n, 2, 'each who shares the address gets a link of his own');
}

# a link of our own making
sub link_of {
    my ($user, $expires, $used) = @_;
    my $secret = sha256_hex(unique('link') . rand);

    sql("INSERT INTO reset (hash, user_id, expires, used) VALUES (UNHEX('"
        . sha256_hex($secret) . "'), $user, NOW(3) + INTERVAL $expires, "
        . ($used ? 'NOW(3)' : 'NULL') . ')');

    return $secret;
}

our $old = link_of($eve, '-1 SECOND');
our $used = link_of($eve, '1 MINUTE', 1);
our $shut = link_of($locked, '1 MINUTE');
our $second = link_of($bea, '1 MINUTE');

sub try {
    my ($secret, $new) = @_;

    return ask('PUT', '/api/password/reset', '',
        qq({"token":"$secret","new":"$new"}));
}

sub grammar {
    like(try($token, 'short')->{body}, qr/"new","code":"format"/,
        'a password has its grammar');
    like(ask('PUT', '/api/password/reset', '', '{}')->{body},
        qr/"token","code":"required".*"new","code":"required"/,
        'and both are needed');
}

sub changed {
    is(ask('GET', '/api/session', $script)->{code}, 200, 'a token is good');
    is(try($token, 'Another-password-1')->{code}, 204,
        'the link sets another password');
    is(try($_, 'Another-password-2')->{code}, 410,
        'once, and the other links of the same person are void')
        for $token, $second;

    for (1 .. 2) {
        is(ask('GET', '/api/session', $beas)->{code}, 401,
            'sessions are over');
        is(ask('GET', '/api/vms', $script)->{code}, 401,
            'and so are tokens: who had the password may have made one');
    }

    my $call = ask('POST', '/api/session', '',
        qq({"account":"bea.$mark","password":"Another-password-1"}));

    is($call->{code}, 200, 'the new password signs in');
    ok(!$call->{json}{user}{must_change}, 'it was chosen, so it may stay');
    is(ask('POST', '/api/session', '',
        qq({"account":"bea.$mark","password":"Test-password-1"}))->{code}, 401,
        'the old one does not');
}

# who changes his password may do so because of who reads his mails
sub void {
    my $ada = user("ada.$mark");
    my $root = session(user("root.$mark", role => 'admin'));
    my $by = sub { ask('PATCH', "/api/admin/users/$ada", $root, $_[0])
        ->{code} };

    for my $change (
        [ 'she changes it' => sub { ask('PUT', '/api/account/password',
            session($ada), '{"old":"Test-password-1",'
            . '"new":"Another-password-3"}')->{code} } ],
        [ 'she has another address' => sub {
            $by->('{"email":"ada2@example.org"}') } ],
        [ 'she was locked' => sub {
            $by->('{"locked":true}'); $by->('{"locked":false}') } ],
        [ 'her role changes' => sub { $by->('{"role":"admin"}') } ],
        [ 'an administrator draws one' => sub { ask('POST',
            "/api/admin/users/$ada/password", $root)->{code} } ],
        [ 'one is drawn at the database' => sub {
            sql(scalar qx{sql/administrator ada.$mark ada\@example.org 2>&1}
                =~ s/^\w+=.*\n//mgr); 200 } ])
    {
        my ($why, $do) = @$change;
        my $secret = link_of($ada, '1 MINUTE');

        like($do->(), qr/^20[04]$/, $why);
        is(try($secret, 'Another-password-4')->{code}, 410,
            'then the link is void');
    }

    my $secret = link_of($ada, '1 MINUTE');

    is($by->('{"first_name":"Ada"}'), 200, 'a name is not a reason');
    is(try($secret, 'Another-password-4')->{code}, 204, 'for that');
}

sub once {
    my $two = link_of($eva, '1 MINUTE');
    my @calls = map { ask_begin('PUT', '/api/password/reset', '',
        qq({"token":"$two","new":"Another-password-$_"})) } 1 .. 4;
    my @codes = sort map { ask_end($_)->{code} } @calls;

    is("@codes", '204 410 410 410', 'four at once: one sets it');
}

sub limited {
    my @codes = map { ask('POST', '/api/password/reset', '',
        '{"account":"flood.' . $mark . '"}')->{code} } 1 .. 12;

    is($codes[-1], 429, 'who asks too often waits');
    is((grep { $_ == 202 } @codes) > 0, 1, 'some are free');
}

# strangers ask for her from everywhere: she can, too, and has few mails
sub asked_for {
    my $gil = user("gil.$mark");
    my @codes = map { ask('POST', '/api/password/reset',
        "X-Real-IP: 10.20.$_.1\n", qq({"account":"gil.$mark"}))->{code} }
        1 .. 12;

    is("@codes", join(' ', (202) x 12), 'nobody is told that others asked');
    ok(wait_for(10, sub { tokens("gil.$mark\@example.org") == 3 }),
        'she has three links');

    my @links = tokens("gil.$mark\@example.org");

    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $gil"), 3,
        'and no more mails');
    is(try($links[0], 'Another-password-5')->{code}, 204, 'any of them is good');
    is(ask('POST', '/api/password/reset', "X-Real-IP: 10.20.99.1\n",
        qq({"account":"gil.$mark"}))->{code}, 202, 'asked for once more');
    ok(wait_for(10, sub { tokens("gil.$mark\@example.org") == 4 }),
        'the next one comes when they are used');
}

run_tests();

__DATA__

=== TEST 1: a request for a reset gets the same answer for every address
--- request eval
[ ::ask_for("bea.$::mark"), ::ask_for("nobody.$::mark"),
  ::ask_for("locked.$::mark"), ::ask_for("\u00f1") ]
--- more_headers eval
$::json
--- error_code eval
[ (202) x 4 ]
--- response_body eval
[ ('{}') x 4 ]



=== TEST 2: the link is mailed, and its secret is not in the database
--- init
select undef, undef, undef, 0.1;
--- request
GET /api/plans
--- check: mailed
--- rows eval
"SELECT template, state, data IS NULL FROM mail WHERE user_id IN ($::bea, $::locked)"
--- rows_are eval
"reset_link\tsent\t1"



=== TEST 3: where two users share an address each gets a link
--- request eval
::ask_for("twins.$::mark\@example.org")
--- more_headers eval
$::json
--- error_code: 202
--- check: twins



=== TEST 4: an invalid password is refused, and the link stays valid
--- request
GET /api/plans
--- check: grammar



=== TEST 5: an expired, a used and an unknown link are refused
--- request eval
[ map { ::set($_) } $::old, $::used, $::shut, 'f' x 64, 'x' ]
--- more_headers eval
$::json
--- error_code eval
[ (410) x 5 ]
--- response_body_like eval
[ ('"code":"expired"') x 5 ]



=== TEST 6: the link sets a password and ends sessions
--- request
GET /api/plans
--- check: changed
--- rows eval
"SELECT action, result FROM audit WHERE user_id = $::bea AND action LIKE 'password.%' ORDER BY id"
--- rows_are eval
"password.ask\tok\npassword.reset\tok"



=== TEST 7: of simultaneous uses of a link one wins
--- request
GET /api/plans
--- check: once



=== TEST 8: a link becomes invalid when password or address change
--- request
GET /api/plans
--- check: void



=== TEST 9: a page of another site cannot request a reset
--- request eval
::ask_for("bea.$::mark")
--- more_headers eval
$::json . "Origin: https://evil.example\n"
--- error_code: 403



=== TEST 10: frequent requests have to wait
--- request
GET /api/plans
--- check: limited



=== TEST 11: requests of strangers keep the owner's link valid, and send few mails
--- vzpanel
vzpanel_public_url https://host.example/panel;
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
--- init: ::asked_for()



=== TEST 12: without vzpanel_public_url no link is mailed
--- vzpanel
--- request eval
::ask_for("eve.$::mark")
--- more_headers eval
$::json
--- error_code: 202
--- error_log
no link for another password can be mailed
