# A session is confirmed by a code of the app or by a passkey, too: once each,
# by that session, of that user; and by nothing that is less.

use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzHold;
use VzPanelHelpers;
use VzPasskey;

no_shuffle();

our $long = 'UTC_TIMESTAMP(3) - INTERVAL 901 SECOND';
our %here = (rp => 'localhost', origin => 'http://localhost');
our ($ana, $bea) = (user(unique('ways')), user(unique('ways.other')));


sub stale { return session($_[0], proven => $long)
    . "Content-Type: application/json\n" }

sub encoded { return JSON::PP->new->utf8->encode($_[0]) }

# "CODE FIELD WHY" or "CODE WHY"
sub said {
    my ($reply) = @_;
    my ($error) = @{ $reply->{json}{errors} // [] };

    return join ' ', $reply->{code}, $error ? @$error{qw(field code)}
        : $reply->{json}{code} // ();
}

sub confirm { said(ask('POST', '/api/session/confirm', $_[0], encoded($_[1]))) }

sub begin { ask('POST', '/api/session/confirm/begin', $_[0])->{json} }

# whether a session may do what is delicate
sub may { said(ask('POST', '/api/account/tokens', $_[0], '{"name":"one"}')) }

# an authenticator that a user has added
sub passkey_of {
    my ($who, %is) = @_;
    my $fresh = session($who) . "Content-Type: application/json\n";
    my $key = VzPasskey->new(%here, %is);
    my $offer = ask('POST', '/api/account/passkeys/begin', $fresh)->{json};
    my $reply = ask('POST', '/api/account/passkeys', $fresh, encoded({
        name => 'phone', %{ $key->create($offer->{challenge}, counter => 9) } }));

    $key->{counter} = 9;

    is($reply->{code}, 201, 'somebody has a passkey');
    return wantarray ? ($key, @{ $reply->{json}{recovery} // [] }) : $key;
}

# an app that a user has set up; its code of so many steps from now
sub app_of {
    my ($who) = @_;
    my $fresh = session($who) . "Content-Type: application/json\n";
    my $secret = ask('POST', '/api/account/second-factor', $fresh)
        ->{json}{secret};
    my $code = sub {
        my $now = time + 30 * $_[0];
        my $text = `oathtool --totp --base32 --now=\@$now $secret`;
        return $text =~ /^(\d{6})$/m ? $1 : die "oathtool: $text\n";
    };
    my $reply = ask('POST', '/api/account/second-factor/confirm', $fresh,
        encoded({ code => $code->(-1) }));

    is($reply->{code}, 200, 'somebody has an app');
    return ($code, @{ $reply->{json}{recovery} // [] });
}


sub told_what_there_is {
    my $eva = user(unique('ways.none'));
    my $none = begin(stale($eva));

    is($none->{code} ? 1 : 0, 0, 'without an app there is no code');
    is($none->{passkeys}, undef, 'nor a passkey');
    is(said(ask('POST', '/api/session/confirm/begin', token($eva))),
        '403 forbidden', 'a script is told nothing');
    is(confirm(stale($eva), {}), '422 password required', 'nothing is no proof');
    is(confirm(stale($eva), { code => '123456' }), '422 code wrong',
        'nor is a code of no app');
}


sub a_code_confirms {
    my ($code, @recovery) = app_of($ana);
    my ($who, $other) = (stale($ana), stale($ana));

    is(begin($who)->{code} ? 1 : 0, 1, 'the app is told');
    is(may($who), '403 step_up', 'long ago');
    is(confirm($who, { code => $recovery[0] }), '422 code wrong',
        'a recovery code does not confirm');
    is(sql_value("SELECT COUNT(*) FROM recovery_code WHERE user_id = $ana"),
        scalar @recovery, 'and is not used up');
    is(confirm($who, { code => '000000' }), '422 code wrong', 'a wrong one');
    is(confirm($who, { code => $code->(-1) }), '422 code wrong',
        'one that set the app up');
    is(may($who), '403 step_up', 'is not enough');
    is(confirm($who, { code => join ' ', $code->(0) =~ /(...)(...)/ }), '204',
        'that of now, as people type it');
    is(may($who), '201', 'is, at every worker') for 1 .. 4;
    is(may($other), '403 step_up', 'not for another session');
    is(confirm($other, { code => $code->(0) }), '422 code wrong', 'nor twice');
}


# those of the password among them
sub codes_are_not_guessed {
    my $who = stale($ana);

    is(join(' ', map { (split ' ', confirm($who, $_ % 2
        ? { code => '00000' . $_ } : { password => 'wrong' }))[0] } 1 .. 7),
        join(' ', (422) x 6, 429), 'six tries, whatever is tried');
    is(confirm(stale($ana), { password => 'Test-password-1' }), '204',
        'another session has its own');
}


sub a_passkey_confirms_alone {
    my $key = passkey_of($bea);
    my ($who, $other) = (stale($bea), stale($bea));
    my $offer = begin($who);

    is($offer->{code} ? 1 : 0, 0, 'there is no app');
    is($offer->{passkeys}{rp_id}, 'localhost', 'the passkeys of this domain');
    is(@{ $offer->{passkeys}{ids} }, 1, 'are offered');

    my $answer = $key->get($offer->{passkeys}{challenge});

    is(confirm($other, $answer), '422 passkey wrong',
        'a challenge is its session\'s');
    is(confirm($who, $answer), '422 passkey wrong', 'and used up');
    is(may($who), '403 step_up', 'nothing is confirmed');

    $answer = $key->get(begin($who)->{passkeys}{challenge});
    is(confirm($who, $answer), '204', 'a new one confirms');
    is(may($who), '201', 'at every worker') for 1 .. 4;
    is(confirm($who, $answer), '422 passkey wrong', 'once');
    is(may($other), '403 step_up', 'and this session alone');
}


sub wrong_passkeys {
    my $key = passkey_of($bea);
    my $foreign = passkey_of(user(unique('ways.foreign')));
    my $who = stale($bea);
    my $try = sub { my ($title, $one, %is) = @_;
        is(confirm($who, $one->get(begin($who)->{passkeys}{challenge}, %is)),
            '422 passkey wrong', $title) };

    $try->('nobody was verified', $key, flags => 0x01);
    $try->('another origin', $key, origin => 'https://evil.example');
    $try->('another domain', $key, rp => 'evil.example');
    $try->('what a registration signs', $key, type => 'webauthn.create');
    $try->('another text signed', $key, sign => 'x');
    $try->('somebody else\'s', $foreign);
    $try->('a counter that went back', $key, counter => 1);

    for my $path ('/api/session/passkey/begin', '/api/account/passkeys/begin') {
        is(confirm($who, $key->get(ask('POST', $path, $path =~ /account/
            ? session($bea) : $who)->{json}{challenge})), '422 passkey wrong',
            "a challenge of $path");
    }

    is(confirm($who, { %{ $key->get(begin($who)->{passkeys}{challenge}) },
        password => 'Test-password-1' }), '422 passkey format',
        'one way at a time');
    is(may($who), '403 step_up', 'none of them confirms');
}


# the proof is used where the session is confirmed, not before
sub two_at_once {
    my $key = passkey_of($bea);
    my @who = (stale($bea), stale($bea));
    my ($code) = app_of(my $eva = user(unique('ways.twice')));
    my @evas = (stale($eva), stale($eva));
    my $held = held("SELECT * FROM user WHERE id = $eva FOR UPDATE");
    my @calls = map { ask_begin('POST', '/api/session/confirm', $_,
        encoded({ code => $code->(0) })) } @evas;

    blocked(@calls);
    release($held);
    is(join(' ', sort map { ask_end($_)->{code} } @calls), '204 422',
        'of two sessions with one code one is confirmed');

    my $answer = $key->get(begin($who[0])->{passkeys}{challenge});

    $held = held("SELECT * FROM user WHERE id = $bea FOR UPDATE");
    @calls = ask_begin('POST', '/api/session/confirm', $who[0],
        encoded($answer));
    blocked(@calls);
    sql("DELETE FROM passkey WHERE user_id = $bea");
    release($held);
    is(said(ask_end($calls[0])), '422 passkey wrong',
        'a passkey that was removed meanwhile is none');
    is(may($who[0]), '403 step_up', 'and confirms nothing');
}


sub the_audit_has_how {
    is(join(', ', map { s/\t/ /gr } sql('SELECT DISTINCT via, result FROM audit'
        . " WHERE action = 'session.confirm' AND user_id IN ($ana, $bea)"
        . ' ORDER BY via, result')), 'app denied, app ok, passkey denied,'
        . ' passkey ok, password denied, password ok', 'how, and what came of it');
    is(join(' ', sql("SELECT DISTINCT detail FROM audit WHERE user_id = $bea"
        . " AND action = 'session.confirm' AND detail <> '' ORDER BY detail")),
        'challenge counter domain format origin signature unknown unverified', 'and why');
}

run_tests();

__DATA__

=== TEST 1: a session is told by what it may be confirmed
--- init: ::told_what_there_is()



=== TEST 2: a code of the app confirms
--- init: ::a_code_confirms()



=== TEST 3: codes are not guessed
--- init: ::codes_are_not_guessed()



=== TEST 4: a passkey confirms alone
--- init: ::a_passkey_confirms_alone()



=== TEST 5: what is wrong in any way does not
--- init: ::wrong_passkeys()



=== TEST 6: nor what was used, or removed, meanwhile
--- init: ::two_at_once()



=== TEST 7: the audit has how, and why not
--- init: ::the_audit_has_how()
