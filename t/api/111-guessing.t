# Guessing passwords, and guessing who has an account: by account, by address,
# by what is answered and by how long that takes.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $mark = unique('guess');
our $host = int rand 60000;

user("$_.$mark") for qw(ana bea carla dora emma fay gina hana);
user("locked.$mark", locked => 1);

# each test asks from addresses that no other has
our $net = 0;

sub network { return sprintf '10.%d.%d', 1 + $host / 256 + $net++, $host % 256 }

sub sign_in {
    my ($from, $account, $password) = @_;

    return ask('POST', '/api/session', "X-Real-IP: $from\n",
        qq({"account":"$account","password":") . ($password // 'wrong')
        . '"}');
}

sub codes { return join ' ', map { $_->{code} } @_ }


# wrong tries until that address has to wait for some seconds
sub hold_up {
    my ($from) = @_;

    for my $n (1 .. 20) {
        my ($wait) = sign_in($from, "held.$mark")->{head}
            =~ /^Retry-After: (\d+)/m;

        next if !$wait;
        return if $wait > 4;
        select undef, undef, undef, $wait + 0.1;
    }
}


# guessed at from everywhere, an account is locked for nobody: each network has
# one try instead of six, and the right password is one
sub by_account {
    for my $account ("ana.$mark", "nobody.$mark", "locked.$mark") {
        my $net = network();

        is(codes(map { sign_in("$net.$_", $account) } 1 .. 20),
            join(' ', (401) x 20), "$account: guessed at from everywhere");

        $net = network();
        is(sign_in("$net.1", $account)->{code}, 401, "$account: one try");

        my $call = sign_in("$net.1", $account, 'Test-password-1');

        is($call->{code}, 429, "$account: then that address waits");
        like($call->{head}, qr/^Retry-After: [12]\r?$/m,
            "$account: as long as any other");
        is($call->{json}{code}, 'too_many', "$account: and is told the same");
    }

    my $net = network();

    is(sign_in("$net.1", "ana.$mark", 'Test-password-1')->{code}, 200,
        'who has the password signs in from anywhere else');
    is(sign_in("$net.2", "ana.$mark\@example.org", 'wrong')->{code}, 401,
        'by her address');
    is(sign_in("$net.2", "ana.$mark", 'wrong')->{code}, 429,
        'she is the same person');
    is(codes(map { sign_in("$net.3", "bea.$mark") } 1 .. 3), '401 401 401',
        'at others it is guessed as before');
}


# many at once are many tries, before any of them is known to be wrong
sub at_once {
    my $net = network();
    my @calls = map { ask_begin('POST', '/api/session',
        "X-Real-IP: $net.1\n", qq({"account":"once$_.$mark","password":"x"}))
        } 1 .. 60;
    my %codes;

    $codes{ ask_end($_)->{code} }++ for @calls;

    cmp_ok($codes{401} // 0, '<=', 6, 'no more than the free ones are checked');
    cmp_ok($codes{429} // 0, '>=', 40, 'the others have to wait');
    is(codes(map { sign_in("$net.2", "bea.$mark", 'Test-password-1') }
        1 .. 8), join(' ', (200) x 8), 'right ones are taken back');
}


# what is around an address counts, too, at a higher bound
sub around {
    my $net = network();

    for my $n (1 .. 51) {
        sign_in("$net.$n", "around$n.$mark");
    }

    is(sign_in("$net.99", "carla.$mark", 'Test-password-1')->{code}, 429,
        'an address beside 51 that guessed waits');
    is(sign_in(network() . '.1', "carla.$mark", 'Test-password-1')->{code},
        200, 'and no other');
}


sub cookies {
    my ($call) = @_;

    return join '; ', $call->{head} =~ /^Set-Cookie: (\w+=[^;]+)/mg;
}

sub from_browser {
    my ($cookies, $from, $account, $password) = @_;

    return ask('POST', '/api/session', "X-Real-IP: $from\n"
        . ($cookies ? "Cookie: $cookies\n" : ''),
        qq({"account":"$account","password":") . ($password // 'wrong')
        . '"}');
}

# a browser that signed in before has tries of its own, wherever it is
sub by_device {
    my $net = network();
    my $in = sign_in("$net.1", "emma.$mark", 'Test-password-1');
    my ($device) = cookies($in) =~ /(vzpanel_device=[^;]+)/;

    like($in->{head}, qr/^Set-Cookie: vzpanel_device=[\w.]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d{8}\r?$/m,
        'a browser is known from then on');

    # the account is guessed at, and the address guesses
    sign_in(network() . ".$_", "emma.$mark") for 1 .. 20;
    hold_up("$net.1");

    is(sign_in("$net.1", "emma.$mark", 'Test-password-1')->{code}, 429,
        'a stranger beside it waits');

    my $again = from_browser($device, "$net.1", "emma.$mark",
        'Test-password-1');

    is($again->{code}, 200, 'it signs in all the same');
    is(cookies($again) =~ /(vzpanel_device=[^;]+)/ && $1, $device,
        'by the name that it had');
    is(from_browser($device, "$net.1", "bea.$mark", 'Test-password-1')
        ->{code}, 429, 'at another account it is a stranger');

    hold_up("$net.1");

    for my $forged ($device =~ s/.$/0/r, $device =~ s/=\d+/=1/r,
        $device =~ s/\.\w+\./.0000000000000000./r, 'vzpanel_device=',
        'vzpanel_device=::..:1.2.3', $device =~ s/.$//r)
    {
        is(from_browser($forged, "$net.1", "emma.$mark", 'Test-password-1')
            ->{code}, $forged eq $device ? 200 : 429, 'a forged one is none');
    }

    is(codes(map { from_browser($device, network() . '.1', "emma.$mark") }
        1 .. 7), '401 401 401 401 401 401 429', 'its own tries are counted');
    is(sign_in(network() . '.1', "emma.$mark", 'Test-password-1')->{code},
        200, 'and no other\'s');
}

# people who share a browser are known by it, each
sub shared {
    my $net = network();
    my $jar = '';

    for my $account (map { "$_.$mark" } qw(fay gina hana)) {
        my $call = from_browser($jar, "$net.1", $account, 'Test-password-1');

        is($call->{code}, 200, "$account signs in");
        ($jar) = cookies($call) =~ /(vzpanel_device=[^;]+)/;
    }

    hold_up("$net.1");
    is(codes(map { from_browser($jar, "$net.1", "$_.$mark",
        'Test-password-1') } qw(fay gina hana)), '200 200 200',
        'and again, each of them');
    is(from_browser($jar, "$net.1", "bea.$mark", 'Test-password-1')->{code},
        429, 'others are strangers');
}


# a flood of fresh addresses does not let go of who is held
sub flushed {
    my $net = network();
    my $n = 0;
    my $ask = sub { ask('POST', '/api/password/reset', "X-Real-IP: $_[0]\n",
        '{"account":"nobody"}')->{code} };

    hold_up("$net.1");

    # the smallest zone has room for 1024
    for (1 .. 800) {
        $ask->(sprintf '2001:db8:%x:%x::1', $n++, $host & 0xffff);
    }

    # the wait may be over: then one more is free, and no other
    sign_in("$net.1", "flush1.$mark");
    is(sign_in("$net.1", "flush2.$mark")->{code}, 429,
        'what was counted is not forgotten');
}


# one password for many accounts; his own between them does not help him
sub by_address {
    my $net = network();

    for my $n (1 .. 6) {
        is(sign_in("$net.1", "somebody$n.$mark")->{code}, 401, "account $n");
        is(sign_in("$net.1", "bea.$mark", 'Test-password-1')->{code}, 200,
            'his own') if $n == 3;
    }

    is(sign_in("$net.1", "carla.$mark")->{code}, 429,
        'who tries many accounts has to wait');
    is(sign_in("$net.1", "carla.$mark", 'Test-password-1')->{code}, 429,
        'whatever he tries');
    is(sign_in("$net.2", "carla.$mark", 'Test-password-1')->{code}, 200,
        'from elsewhere she signs in');
}


# a customer of IPv6 has 2^64 addresses, and is one; of IPv4 one is one
sub by_network {
    my $net = sprintf '2001:db8:%x', $host;

    is(codes(map { sign_in("$net:1::$_", "v6$_.$mark") } 1 .. 6),
        '401 401 401 401 401 401', 'some tries are free');
    is(sign_in("$net:1:f:f:f:f", "carla.$mark")->{code}, 429,
        'who has a network of IPv6 has them once');
    is(sign_in("$net:2::1", "carla.$mark", 'Test-password-1')->{code}, 200,
        'the network beside it is somebody else');

    $net = network();
    sign_in("::ffff:$net.$_", "v4$_.$mark") for 1 .. 6;
    is(sign_in("::ffff:$net.7", "carla.$mark", 'Test-password-1')->{code},
        200, 'IPv4 addresses on a socket of IPv6 are no network');
    sign_in("::ffff:$net.8", "v4$_.$mark") for 1 .. 6;
    is(sign_in("$net.8", "carla.$mark", 'Test-password-1')->{code}, 429,
        'and are the same however they are written');
}


# a password in use is guessed no better at where it is changed
sub by_change {
    my $net = network();
    my $me = session(user("dora.$mark")) . "X-Real-IP: $net.1\n";
    my @calls = map { ask('PUT', '/api/account/password', $me,
        qq({"old":"wrong$_","new":"Another-password-1"})) } 1 .. 7;

    is(codes(@calls), '422 422 422 422 422 422 429', 'the old one is guarded');
}


sub median { return (sort { $a <=> $b } @_)[@_ / 2] }

sub same_time {
    my ($what, $ask) = @_;
    my (@known, @unknown);

    for my $n (1 .. 7) {
        push @known, $ask->("known$n.$mark")->{seconds};
        push @unknown, $ask->("unknown$n.$mark")->{seconds};
    }

    my ($known, $unknown) = (median(@known), median(@unknown));

    Test::More::note(sprintf '%s: known %.1f ms, unknown %.1f ms', $what,
        1000 * $known, 1000 * $unknown);
    cmp_ok($unknown, '<', 2 * $known + 0.02, "$what: takes no longer");
    cmp_ok($known, '<', 2 * $unknown + 0.02, "$what: nor is it quicker");
}


sub kind { return $_[0] =~ /^(\w*known)/ ? $1 : '' }


sub by_time {
    my $net = network();
    my ($from, %texts) = (0);

    # as dear as one that was chosen, and as cheap as one that was drawn
    my $hash = crypt 'Test-password-1', '$y$j9T$vzpanelFixture......';

    user("known$_.$mark", $_ < 4 ? (password => $hash) : ()) for 1 .. 7;

    same_time('signing in', sub {
        my $call = sign_in("$net." . ++$from, $_[0]);
        $texts{ kind($_[0]) }{ $call->{body} } = 1;
        return $call;
    });
    same_time('a link for another password', sub {
        my $call = ask('POST', '/api/password/reset',
            "X-Real-IP: $net." . ++$from . "\n", qq({"account":"$_[0]"}));
        $texts{ kind($_[0]) }{"$call->{code} $call->{body}"} = 1;
        return $call;
    });
    is_deeply($texts{known}, $texts{unknown}, 'all are told the same');
}

run_tests();

__DATA__

=== TEST 1: guesses at an account are delayed, and its owner is not locked out
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_account()



=== TEST 2: guesses from one address are limited over all accounts
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_address()



=== TEST 3: guesses from one IPv6 network are limited together
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_network()



=== TEST 4: guesses at the old password in a password change are limited
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_change()



=== TEST 5: parallel guesses are counted
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::at_once()



=== TEST 6: neighbouring addresses are limited together
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::around()



=== TEST 7: a browser that signed in before is not delayed
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_device()



=== TEST 8: users who share a browser are not delayed
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::shared()



=== TEST 9: a limit holds during a flood from other addresses
--- http_config eval
::vz_http_config() =~ s/vzpanel:8m/vzpanel:1m/r
. 'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;'
--- init: ::flushed()



=== TEST 10: response times do not tell whether an account exists
--- vzpanel
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
vzpanel_public_url http://panel.example/panel;
--- init: ::by_time()
