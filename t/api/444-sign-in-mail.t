# Mails to the owner of an account: a sign-in from a new place, another
# password, the second step.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_public_url https://host.example/panel;'
        . ' set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;');
});

our $mark = unique('place');
our $agent = "User-Agent: Mozilla/5.0 (Windows NT 10.0) Firefox/128.0\n";


# signs in from an address, and returns the cookie of the browser
sub from {
    my ($account, $address, $device) = @_;
    my $reply = ask('POST', '/api/session', "X-Real-IP: $address\n$agent"
        . ($device // ''),
        qq({"account":"$account","password":"Test-password-1"}));
    my ($cookie) = $reply->{head} =~ /((?:__Host-)?vzpanel_device=[^;]+)/;

    is($reply->{code}, 200, "signed in from $address");
    return "Cookie: $cookie\n";
}


sub queued { join ' ', sql('SELECT template FROM mail'
    . " WHERE user_id = $_[0] ORDER BY id") }


sub places {
    my $ana = user("ana.$mark", language => 'en');
    my $browser = from("ana.$mark", '198.18.1.1');

    is(queued($ana), '', 'the very first time is no news');
    from("ana.$mark", '198.18.7.9', $browser);
    is(queued($ana), '', 'nor is the same network');
    from("ana.$mark", '203.0.113.5', $browser);
    is(queued($ana), 'sign_in', 'another network is');
    from("ana.$mark", '203.0.200.5', $browser);
    is(queued($ana), 'sign_in', 'once');
    from("ana.$mark", '198.18.1.1');
    is(queued($ana), 'sign_in sign_in', 'and so is another browser');

    my ($text) = map { mail_text($_) } @{ wait_for(10, sub {
        my @m = mails("ana.$mark\@example.org"); @m == 2 ? \@m : undef }) };

    like($text, qr/203\.0\.113\.5.*Firefox · Windows|198\.18\.1\.1/s,
        'from where, with what');
    like($text, qr/\d{4}-\d\d-\d\d \d\d:\d\d UTC/, 'and when');
    like($text, qr{https://host\.example/panel/signin\?forgot=1},
        'and what to do');
}


sub bounded {
    my $bea = user("bea.$mark");

    from("bea.$mark", "198.51.$_.1") for 1 .. 6;
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $bea"), 3,
        'three in an hour');
    sql("UPDATE mail SET created = created - INTERVAL 61 MINUTE"
        . " WHERE user_id = $bea");
    from("bea.$mark", '198.51.9.1');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $bea"), 4,
        'and one later');
}


sub six {
    my $six = user("six.$mark");
    my $browser = from("six.$mark", '2001:db8:1::1');

    from("six.$mark", '2001:db8:2::9', $browser);
    is(queued($six), '', '32 bits of IPv6 are a network');
    from("six.$mark", '2001:db9::1', $browser);
    is(queued($six), 'sign_in', 'and others another');
}


sub changes {
    my $eva = user("eva.$mark");
    my $who = session($eva);
    my $root = session(user("root.$mark", role => 'admin'));

    is(ask('PUT', '/api/account/password', $who,
        '{"old":"Test-password-1","new":"Another-password-1"}')->{code}, 204,
        'another password');
    is(queued($eva), 'password_changed', 'is told');

    sql("UPDATE user SET second_factor = TRUE WHERE id = $eva;"
        . ' INSERT INTO second_factor (user_id, secret, confirmed)'
        . " VALUES ($eva, REPEAT('s', 20), NOW(3))");
    is(ask('DELETE', '/api/account/second-factor', $who)->{code}, 204,
        'no second step any more');
    is(queued($eva), 'password_changed second_off', 'is told, too');

    sql("UPDATE user SET second_factor = TRUE WHERE id = $eva");
    is(ask('DELETE', "/api/admin/users/$eva/second-factor", "${root}"
        . "X-Real-IP: 192.0.2.77\n")->{code}, 204, 'by an administrator');
    is(queued($eva), 'password_changed second_off second_off', 'as well');

    my @texts = map { mail_text($_) } @{ wait_for(10, sub {
        my @m = mails("eva.$mark\@example.org"); @m == 3 ? \@m : undef }) };

    is(scalar(grep { /192\.0\.2\.77/ } @texts), 0,
        'whose address is nobody\'s business');
    is(scalar(grep { /Hola eva/ } @texts), 3, 'in the language of the user');
}

run_tests();

__DATA__

=== TEST 1: a new network or browser is told
--- init: ::places()



=== TEST 2: a few in an hour
--- init: ::bounded()



=== TEST 3: networks of IPv6
--- init: ::six()



=== TEST 4: another password, no second step
--- init: ::changes()
