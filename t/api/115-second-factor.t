# The second step of signing in: set up with a real generator of codes, asked
# for behind the right password alone, each code once, recovery codes, and off.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzHold;
use VzPanelHelpers;

our $name = unique('second');
our $id = user($name);
our $cookie = session($id);
our $elsewhere = session($id);
our $plain = unique('single');
user($plain);
our $admin = session(user(unique('chief'), role => 'admin'));

our ($secret, @recovery);


# the code of the step that is so many of 30 s away, by oathtool; the step of
# now has some seconds left when this returns
sub code {
    my ($steps, $of) = @_;
    my $left = 30 - time % 30;

    select undef, undef, undef, $left if $left < 8;

    my $now = time + 30 * $steps;
    my $said = `oathtool --totp --base32 --now=\@$now @{[ $of // $secret ]}`;

    $said =~ /^(\d{6})$/m or die "oathtool: $said\n";
    return $1;
}


sub sign_in {
    my ($code, %more) = @_;

    return ask('POST', '/api/session', '', sprintf
        '{"account":"%s","password":"%s"%s}', $more{account} // $name,
        $more{password} // 'Test-password-1',
        defined $code ? qq(,"code":"$code") : '');
}


sub answers {
    my ($call, $wanted, $title) = @_;

    is(join(' ', $call->{code}, $call->{json}{code} // ()), $wanted, $title);
    return $call;
}


sub account { my ($method, $more) = @_;
    return ask($method, "/api/account/second-factor$more->[0]", $cookie,
        $more->[1] // ()) }


sub sets_up {
    is(account('GET', [''])->{json}{enabled}, 0, 'it is off at first');
    answers(account('POST', ['/confirm', '{"code":"000000"}']),
        '409 second_factor_off', 'nothing can be confirmed yet');

    my $call = answers(account('POST', ['']), 201, 'a secret is drawn');

    $secret = $call->{json}{secret};
    like($secret, qr/^[A-Z2-7]{32}$/, '160 bits of it');
    like($call->{json}{uri},
        qr{^otpauth://totp/[^:?/]+:$name\?secret=$secret&issuer=[^&]+$},
        'an app reads its address');
    like($call->{json}{qr}{path}, qr/^(?:M\d+ \d+h\d+v1h-\d+z)+$/,
        'and its QR code');
    answers(sign_in(), 200, 'while it is set up no code is asked for');

    my $wrong = answers(account('POST', ['/confirm', '{"code":"12345"}']),
        '422 invalid', 'a wrong code does not turn it on');

    is("$wrong->{json}{errors}[0]{field} $wrong->{json}{errors}[0]{code}",
        'code wrong', 'and the member is named');

    $call = answers(account('POST', ['/confirm',
        '{"code":"' . code(-1) . '"}']), 200, 'the code of 30 s ago does');
    @recovery = @{ $call->{json}{recovery} };
    is(@recovery, 10, 'ten recovery codes are told');
    is(grep(/^(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}$/, @recovery), 10,
        'which people can type');
    is(ask('GET', '/api/session', $cookie)->{code}, 200, 'this session stays');
    is(ask('GET', '/api/session', $elsewhere)->{code}, 401,
        'the others are revoked');
    answers(account('POST', ['']), '409 second_factor_on',
        'a secret that is in use is not replaced');
    is(sql_value("SELECT action FROM audit WHERE user_id = $id"
        . ' ORDER BY id DESC LIMIT 1'), 'account.second_factor.on',
        'the audit has it');
}


sub asks_for_codes {
    answers(sign_in(), '401 code_required', 'the password alone asks for one');
    answers(sign_in(undef, password => 'wrong'), '401 bad_credentials',
        'a wrong password learns of no second step');
    answers(sign_in('000000', password => 'wrong'), '401 bad_credentials',
        'not with a code either');
    answers(sign_in('123456', account => $plain), 200,
        'who has none signs in with any code');

    my $code = code(0);

    answers(sign_in($code), 200, 'the code of now signs in');
    answers(sign_in($code), '401 bad_code', 'once');
    answers(sign_in(code(-1)), '401 bad_code', 'and none from before it');
    answers(sign_in(substr(code(1), 0, 3) . ' ' . substr code(1), 3), 200,
        'that of the next 30 s does, with a space in it');
    answers(sign_in(code(5)), '401 bad_code', 'one that is far ahead does not');
    answers(sign_in(code(0, 'A' x 32)), '401 bad_code',
        'nor one of another secret');
}


# two calls with one code at a time make one session
sub races {
    sql("UPDATE second_factor SET last_step = 0 WHERE user_id = $id");

    my $body = sprintf '{"account":"%s","password":"Test-password-1",'
        . '"code":"%s"}', $name, code(0);
    my $before = sql_value("SELECT COUNT(*) FROM session WHERE user_id = $id");
    my $held = held("SELECT * FROM user WHERE id = $id FOR UPDATE");
    my @calls = map { ask_begin('POST', '/api/session', '', $body) } 1, 2;

    blocked(@calls);
    release($held);

    my @codes = sort map { ask_end($_)->{code} } @calls;

    is("@codes", '200 401', 'one of two with the same code signs in');
    is(sql_value("SELECT COUNT(*) FROM session WHERE user_id = $id") - $before,
        1, 'and makes one session');
}


sub recovers {
    answers(sign_in($recovery[0]), 200, 'a recovery code signs in');
    answers(sign_in($recovery[0]), '401 bad_code', 'once');
    answers(sign_in(lc($recovery[1]) =~ tr/-/ /r), 200,
        'small letters and spaces are no matter');
    is(account('GET', [''])->{json}{recovery_left}, 8, 'the others are left');
    is(sql_value('SELECT COUNT(*) FROM recovery_code WHERE hash = '
        . "'" . ($recovery[2] =~ tr/-//dr) . "'"), 0,
        'the database has only their hashes');

    my $call = answers(account('POST', ['/recovery']), 200,
        'new ones can be had');

    answers(sign_in($recovery[2]), '401 bad_code', 'and replace the old ones');
    answers(sign_in($call->{json}{recovery}[9]), 200, 'which sign in');
}


sub waits {
    my $name = unique('guessed');
    my $id = user($name);

    sql("UPDATE user SET second_factor = TRUE WHERE id = $id");
    sql("INSERT INTO second_factor (user_id, secret, confirmed)"
        . " VALUES ($id, REPEAT('s', 20), NOW(3))");

    my @codes = map { sign_in("00000$_", account => $name)->{code} } 1 .. 6;

    is("@codes", '401 401 401 401 401 401', 'some wrong codes are free');

    my $call = answers(sign_in('000007', account => $name), '429 too_many',
        'then the next one has to wait');

    like($call->{head}, qr/^Retry-After: \d+\r?$/m, 'and is told how long');
    answers(sign_in(undef, account => $name), '401 code_required',
        'the password alone does not');
    answers(sign_in(undef, account => $plain), 200, 'nor does anybody else');
}


sub ends {
    answers(ask('DELETE', "/api/admin/users/$id/second-factor", $cookie),
        '403 forbidden', 'a customer ends nobody else\'s');
    answers(ask('DELETE', '/api/account/second-factor', token($id,
        scope => 'write')), '403 forbidden', 'a token ends none');
    answers(account('DELETE', ['']), 204, 'its owner turns it off');
    answers(account('DELETE', ['']), '409 second_factor_off', 'once');
    answers(sign_in(), 200, 'and signs in without a code');

    sql("UPDATE user SET second_factor = TRUE WHERE id = $id");
    sql("INSERT INTO second_factor (user_id, secret, confirmed)"
        . " VALUES ($id, REPEAT('s', 20), NOW(3))");
    answers(ask('DELETE', "/api/admin/users/$id/second-factor", $admin), 204,
        'an administrator ends that of who lost the app');
    answers(sign_in(), 200, 'who signs in again');
    is(sql_value("SELECT action FROM audit WHERE object = 'user $id'"
        . ' ORDER BY id DESC LIMIT 1'), 'user.second_factor.off',
        'the audit has that, too');
}


# who must enroll may do that, and nothing else before
sub enrolls {
    my $name = unique('warden');
    my $id = user($name, role => 'admin');
    my $cookie = session($id);
    my $call = answers(sign_in(undef, account => $name), 200,
        'an administrator without a second step signs in');

    is($call->{json}{user}{must_enroll}, 1, 'and is told to set one up');
    answers(ask('GET', '/api/admin/users', $cookie), '403 must_enroll',
        'nothing else is open');
    answers(ask('GET', '/api/vms', $cookie), '403 must_enroll',
        'not even the list of containers');
    answers(ask('GET', '/api/admin/users', token($id)), 200,
        'a token is no sign-in');
    answers(ask('GET', '/api/vms', session(user(unique('buyer')))), 200,
        'a customer needs none');

    $call = answers(ask('POST', '/api/account/second-factor', $cookie), 201,
        'a secret is drawn');
    answers(ask('POST', '/api/account/second-factor/confirm', $cookie,
        '{"code":"' . code(0, $call->{json}{secret}) . '"}'), 200,
        'and confirmed');
    answers(ask('GET', '/api/admin/users', $cookie), 200,
        'then all is open at once');
}

no_shuffle();
run_tests();

__DATA__

=== TEST 1: the second step is set up with an app
--- init: ::sets_up()



=== TEST 2: signing in asks for a code behind the right password
--- init: ::asks_for_codes()



=== TEST 3: a code is used once, also by two calls at a time
--- init: ::races()



=== TEST 4: recovery codes sign in, each once
--- init: ::recovers()



=== TEST 5: wrong codes make the next one wait
--- init: ::waits()



=== TEST 6: the second step ends by its owner, or by an administrator
--- init: ::ends()



=== TEST 7: an administrator has to set it up where that is asked for
--- vzpanel
vzpanel_admin_second_factor on;
--- init: ::enrolls()
