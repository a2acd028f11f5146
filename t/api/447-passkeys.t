# Passkeys: added, asked for behind a password, and signing in alone, with an
# authenticator made of software; and all that one may do wrong.

use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzHold;
use VzPanelHelpers;
use VzPasskey;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $name = unique('pass');
our ($ana, $bea) = (user($name), user(unique('other')));
our ($hers, $elsewhere) = map { session($ana) . $json } 1, 2;
our $beas = session($bea) . $json;
our $boss = session(user(unique('chief'), role => 'admin')) . $json;
our ($key, $second, @recovery);

# what the client that asks has in Host
our %here = (rp => 'localhost', origin => 'http://localhost');

sub encoded { return JSON::PP->new->utf8->encode($_[0]) }

sub answers {
    my ($call, $wanted, $title) = @_;

    is(join(' ', $call->{code}, $call->{json}{code} // ()), $wanted, $title);
    return $call;
}


# --- adding ---

sub offer {
    my ($who) = @_;

    return ask('POST', '/api/account/passkeys/begin', $who)->{json};
}

sub add {
    my ($who, $made) = @_;

    return ask('POST', '/api/account/passkeys', $who,
        encoded({ name => 'phone', %$made }));
}

sub is_added {
    my $offer = offer($hers);

    like($offer->{challenge}, qr/^[\w-]{43}$/, 'a challenge of 32 bytes');
    is($offer->{rp_id}, $here{rp}, 'for this domain');
    is($offer->{account}, $name, 'and this account');
    unlike($offer->{user_id}, qr/$name/, 'whose handle tells no name');

    $key = VzPasskey->new(%here);

    my $made = $key->create($offer->{challenge});
    my $reply = answers(add($hers, $made), 201, 'it is added');

    @recovery = @{ $reply->{json}{recovery} };
    is(@recovery, 10, 'the first one gives recovery codes');
    is(ask('GET', '/api/session', $hers)->{code}, 200, 'this session stays');
    is(ask('GET', '/api/session', $elsewhere)->{code}, 401,
        'the others end') for 1 .. 4;
    answers(add($hers, $made), '422 bad_passkey', 'its challenge is used up');

    my $list = ask('GET', '/api/account/passkeys', $hers);

    is($list->{json}{items}[0]{name}, 'phone', 'it is listed');
    unlike($list->{body}, qr/public|credential|$made->{id}/,
        'and no more than its name');
    is(sql_value("SELECT action FROM audit WHERE user_id = $ana"
        . ' ORDER BY id DESC LIMIT 1'), 'account.passkey.add',
        'the audit has it');
    is(offer($hers)->{ids}[0], $made->{id}, 'the next offer leaves it out');
    answers(add($hers, $key->create(offer($hers)->{challenge})),
        '409 exists', 'and it is not added again');
}


sub wrong_ones_are_not_added {
    my $new = sub { VzPasskey->new(%here, @_) };
    my $try = sub { my ($title, $one, %is) = @_;
        answers(add($hers, $one->create(offer($hers)->{challenge}, %is)),
            '422 bad_passkey', $title) };

    $try->('another origin', $new->(), origin => 'https://evil.example');
    $try->('another port', $new->(), origin => 'http://localhost:1');
    $try->('another domain', $new->(), rp => 'evil.example');
    $try->('an answer of signing in', $new->(), type => 'webauthn.get');
    $try->("another site's frame", $new->(),
        client => { crossOrigin => JSON::PP::true });
    $try->('nobody there', $new->(), flags => 0x44);
    $try->('no credential', $new->(), flags => 0x05);
    $try->('another credential', $new->(), id => 'x' x 32);
    $try->('another algorithm', $new->(), algorithm => -257);
    $try->('one that is not known', $new->(), algorithm => -36);
    $try->('no key', $new->(), key => 'x' x 91);
    $try->('another curve', $new->(curve => 'secp384r1'));
    $try->('RSA of 1024 bits', $new->(kind => 'RS256', bits => 1024));
    answers(add($hers, $new->()->create('A' x 43)), '422 bad_passkey',
        'a challenge that we did not give');
    answers(add($hers, $new->()->create(offer($beas)->{challenge})),
        '422 bad_passkey', "somebody else's");
    answers(add($hers, { %{ $new->()->create('x') }, client_data => '***' }),
        '422 invalid', 'no base64');
    answers(ask('POST', '/api/account/passkeys', $hers, encoded({
        name => 'x', %{ $new->()->create('x') },
        public_key => 'A' x 3000 })), '422 invalid', 'too long');
    answers(ask('POST', '/api/account/passkeys/begin',
        token($ana) . $json), '403 forbidden', 'a token adds none');
    is(sql_value("SELECT COUNT(*) FROM passkey WHERE user_id = $ana"), 1,
        'none of them is there');
}


sub challenge_of_another_session {
    my $other = session($ana) . $json;

    answers(add($other, VzPasskey->new(%here)->create(
        offer($hers)->{challenge})), '422 bad_passkey',
        'a challenge is the session\'s');
}


sub password_is_asked_again {
    my $stale = session($ana,
        proven => 'UTC_TIMESTAMP(3) - INTERVAL 901 SECOND') . $json;

    answers(ask('POST', '/api/account/passkeys/begin', $stale),
        '403 step_up', 'to begin');
    answers(add($stale, VzPasskey->new(%here)->create('A' x 43)),
        '403 step_up', 'to add');
    answers(ask('DELETE', '/api/account/passkeys/1', $stale), '403 step_up',
        'to delete');
}


# --- the second step ---

sub sign_in {
    my (%more) = @_;

    return ask('POST', '/api/session', $json, encoded({ account => $name,
        password => 'Test-password-1', %more }));
}

sub step { return sign_in()->{json}{passkeys} }

sub is_the_second_step {
    my $asked = answers(sign_in(), '401 code_required',
        'behind the password it is asked for');
    my $offer = $asked->{json}{passkeys};

    is($offer->{rp_id}, $here{rp}, 'of this domain');
    is(@{ $offer->{ids} }, 1, 'any of these');
    is(sign_in(password => 'wrong')->{json}{passkeys}, undef,
        'a wrong password learns of none');

    my $answer = $key->get($offer->{challenge}, flags => 0x01);
    my $reply = answers(sign_in(%$answer), 200, 'it signs in');

    like($reply->{head}, qr/vzpanel_session=\w/, 'with a session');
    answers(sign_in(%$answer), '401 bad_passkey', 'once');
    answers(sign_in(code => $recovery[0]), 200, 'a recovery code does, too');
    is(sql_value("SELECT via FROM audit WHERE user_id = $ana AND action ="
        . " 'session.open' AND result = 'ok' ORDER BY id LIMIT 1"), 'passkey',
        'the audit tells which');
    is(sql_value("SELECT CONCAT(counter, ' ', seen_from) FROM passkey"
        . " WHERE user_id = $ana"), '1 127.0.0.1', 'counter and address are');
}


# somebody else for each, because after some the next would have to wait
sub wrong_steps {
    for ([ 'another origin', { origin => 'https://evil.example' } ],
        [ 'another domain', { rp => 'evil.example' } ],
        [ 'what a registration signs', { type => 'webauthn.create' } ],
        [ 'a counter that went back', { counter => 1 } ],
        [ 'and one that stood', { counter => 9 } ],
        [ 'nobody there', { flags => 0 } ],
        [ 'another text signed', { sign => 'x' } ],
        [ 'a foreign credential', {}, VzPasskey->new(%here) ],
        [ 'the right id, another key', {}, VzPasskey->new(%here,
            id => 'the right id') ])
    {
        my ($title, $is, $other) = @$_;
        my $account = unique('wrong');
        my $who = session(user($account)) . $json;
        my $own = VzPasskey->new(%here, id => $other
            && $other->{id} eq 'the right id' ? $other->{id} : 'credential ' . rand);
        my $made = $own->create(offer($who)->{challenge}, counter => 9);

        answers(add($who, $made), 201, 'somebody has one');
        $own->{counter} = 9;

        my $one = $other // $own;
        my $challenge = sign_in(account => $account)->{json}{passkeys}
            {challenge};

        answers(sign_in(account => $account, %{ $one->get($challenge, %$is) }),
            '401 bad_passkey', $title);
        answers(sign_in(account => $account, %{ $own->get($challenge) }),
            '401 bad_passkey', 'and the challenge is used up');
        sql("DELETE FROM passkey WHERE credential = 'the right id'");
    }

    # a challenge of signing in alone is for that
    answers(sign_in(%{ $key->get(enter()->{challenge}) }),
        '401 bad_passkey', 'a challenge for another use');
    answers(sign_in(%{ $key->get(step()->{challenge}) }), 200,
        'and the right one still does');
}


sub two_at_once_make_one {
    my $body = encoded({ account => $name, password => 'Test-password-1',
        %{ $key->get(step()->{challenge}) } });
    my $before = sql_value("SELECT COUNT(*) FROM session WHERE user_id = $ana");
    my $held = held("SELECT * FROM user WHERE id = $ana FOR UPDATE");
    my @calls = map { ask_begin('POST', '/api/session', $json, $body) } 1, 2;

    select undef, undef, undef, 0.3;
    release($held);

    my @codes = sort map { ask_end($_)->{code} } @calls;

    is("@codes", '200 401', 'one of two with the same answer signs in');
    is(sql_value("SELECT COUNT(*) FROM session WHERE user_id = $ana")
        - $before, 1, 'and makes one session');
}


# --- alone ---

sub enter { return ask('POST', '/api/session/passkey/begin', $json)->{json} }

sub alone {
    my ($one, %is) = @_;

    return ask('POST', '/api/session/passkey', $json,
        encoded($one->get(enter()->{challenge}, %is)));
}

sub signs_in_alone {
    my $reply = answers(alone($key), 200, 'a passkey tells who it is');

    is($reply->{json}{user}{account}, $name, 'whose it is');
    answers(alone($key, flags => 0x01), '401 bad_passkey',
        'not where nobody was verified');
    answers(alone($key, origin => 'https://evil.example'),
        '401 bad_passkey', 'nor from another page');
    answers(alone($key, rp => 'evil.example'), '401 bad_passkey',
        'nor for another domain');
    answers(alone($key, counter => 1), '401 bad_passkey',
        'nor with a counter that went back');
    answers(alone(VzPasskey->new(%here)), '401 bad_passkey',
        'nor one that is not known');

    my $body = encoded($key->get(enter()->{challenge}));

    answers(ask('POST', '/api/session/passkey', $json, $body), 200, 'once');
    answers(ask('POST', '/api/session/passkey', $json, $body),
        '401 bad_passkey', 'and not again');
    is(join(' ', sql("SELECT DISTINCT detail FROM audit WHERE action ="
        . " 'session.open' AND result = 'passkey' AND user_id = $ana"
        . " AND detail <> '' ORDER BY detail")), 'challenge counter domain unverified',
        'the audit has why');
}


sub locked_ones_stay_out {
    sql("UPDATE user SET locked = TRUE WHERE id = $ana");
    answers(alone($key), '403 locked', 'whose account is locked');
    sql("UPDATE user SET locked = FALSE WHERE id = $ana");
    answers(alone($key), 200, 'and is let in afterwards');
}


sub challenges_survive_a_reload {
    my $challenge = enter()->{challenge};
    my $master = do { open my $in, '<', server_root() . '/logs/nginx.pid'
            or die;
        <$in> + 0 };
    my $old = join ' ', sort split ' ', qx{pgrep -P $master};

    kill HUP => $master;
    ok(wait_for(10, sub { my $now = join ' ',
        sort split ' ', qx{pgrep -P $master};
        $now ne '' && $now ne $old && ask('GET', '/api/plans')->{code} == 200
    }), 'nginx is reloaded');
    answers(ask('POST', '/api/session/passkey', $json,
        encoded($key->get($challenge))), 200, 'a challenge from before does');
}


sub each_kind_of_key {
    for my $kind (qw(RS256 EdDSA)) {
        my $one = VzPasskey->new(%here, kind => $kind);

        answers(add($hers, $one->create(offer($hers)->{challenge})), 201,
            "$kind is added");
        answers(alone($one), 200, 'and signs in');
        answers(alone($one, sign => 'x'), '401 bad_passkey',
            'and a wrong signature does not');
    }

    my $none = VzPasskey->new(%here);

    answers(add($hers, $none->create(offer($hers)->{challenge})), 201,
        'one without a counter');
    answers(alone($none, counter => 0), 200, 'signs in') for 1, 2;
}


sub address_has_a_number_of_challenges {
    my @codes = map { ask('POST', '/api/session/passkey/begin', $json)
        ->{code} } 1 .. 20;

    ok((grep { $_ == 429 } @codes), 'at a time');
    isnt($codes[0], 429, 'and not none');
}


# --- how many, and their end ---

sub ten_at_most {
    sql('INSERT INTO passkey (user_id, name, credential, public_key,'
        . " algorithm) SELECT $bea, 'x', CONCAT('$bea-', seq), 'x', -7"
        . ' FROM seq_1_to_9');

    my $challenge = offer($beas)->{challenge};
    my $last = offer($beas)->{challenge};

    answers(add($beas, VzPasskey->new(%here)->create($challenge)), 201,
        'the tenth');
    answers(add($beas, VzPasskey->new(%here)->create($last)),
        '409 too_many_passkeys', 'and no more');
    answers(ask('POST', '/api/account/passkeys/begin', $beas),
        '409 too_many_passkeys', 'it is not even begun');
}


sub ends_one_by_one {
    my @ids = sql("SELECT id FROM passkey WHERE user_id = $ana ORDER BY id");
    my $state = sub { my $now = ask('GET', '/api/account/second-factor',
        $hers)->{json};
        return "$now->{enabled} $now->{passkeys}" };

    answers(ask('DELETE', "/api/account/passkeys/$ids[0]", $beas),
        '404 not_found', "not somebody else's");
    is($state->(), '0 ' . @ids, 'there is no app');
    answers(ask('DELETE', "/api/account/second-factor", $hers),
        '409 second_factor_off', 'which could be turned off');
    answers(ask('DELETE', "/api/account/passkeys/$_", $hers), 204, 'deleted')
        for @ids[0 .. $#ids - 1];
    answers(sign_in(), '401 code_required', 'as long as one is left');
    answers(ask('DELETE', "/api/account/passkeys/$ids[-1]", $hers), 204,
        'the last one');
    answers(sign_in(), 200, 'the password is enough');
    is(sql_value("SELECT COUNT(*) FROM recovery_code WHERE user_id = $ana"),
        0, 'and recovery codes are gone');
}


sub administrators_end_all {
    answers(ask('DELETE', "/api/admin/users/$bea/second-factor", $boss), 204,
        'for who lost them');
    is(sql_value("SELECT COUNT(*) FROM passkey WHERE user_id = $bea"), 0,
        'no passkey is left');
    is(sql_value("SELECT second_factor FROM user WHERE id = $bea"), 0,
        'none is asked for');
}


sub administrators_have_to {
    my $chief = user(unique('chief'), role => 'admin');
    my $who = session($chief) . $json;

    answers(ask('GET', '/api/admin/plans', $who), '403 must_enroll',
        'who has none does nothing');
    answers(add($who, VzPasskey->new(%here)->create(
        offer($who)->{challenge})), 201, 'a passkey is added');
    is(ask('GET', '/api/admin/plans', $who)->{code}, 200,
        'and is as good as an app') for 1 .. 4;
}

run_tests();

__DATA__

=== TEST 1: a passkey is added, with recovery codes
--- init: ::is_added()



=== TEST 2: what is wrong is not added
--- init: ::wrong_ones_are_not_added()



=== TEST 3: a challenge is good for the session that asked for it
--- init: ::challenge_of_another_session()



=== TEST 4: adding and deleting ask for the password again
--- init: ::password_is_asked_again()



=== TEST 5: a passkey is the second step of signing in
--- init: ::is_the_second_step()



=== TEST 6: an answer that is wrong in any way does not sign in
--- init: ::wrong_steps()



=== TEST 7: two calls with one answer make one session
--- init: ::two_at_once_make_one()



=== TEST 8: a passkey that verified its user signs in alone
--- init: ::signs_in_alone()



=== TEST 9: a locked account stays locked
--- init: ::locked_ones_stay_out()



=== TEST 10: a challenge survives a reload
--- init: ::challenges_survive_a_reload()



=== TEST 11: keys of three kinds sign in, with and without a counter
--- init: ::each_kind_of_key()



=== TEST 12: a user has ten passkeys
--- init: ::ten_at_most()



=== TEST 13: where the last one is deleted the password is enough
--- init: ::ends_one_by_one()



=== TEST 14: an administrator ends those of who lost them
--- init: ::administrators_end_all()



=== TEST 15: a passkey is what administrators have to set up
--- vzpanel
vzpanel_admin_second_factor on;
--- init: ::administrators_have_to()



=== TEST 16: an address has a number of challenges at a time
--- init: ::address_has_a_number_of_challenges()
