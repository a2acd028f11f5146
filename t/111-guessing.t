# Guessing passwords, and guessing who has an account: by account, by address,
# by what is answered and by how long that takes.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $mark = unique('guess');
our $host = int rand 60000;

user("$_.$mark") for qw(ana bea carla dora);
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


sub by_account {
    my $net = network();

    for my $account ("ana.$mark", "nobody.$mark", "locked.$mark") {
        is(codes(map { sign_in("$net.$_", $account) } 1 .. 6),
            '401 401 401 401 401 401', "$account: some tries are free");

        my $call = sign_in("$net.99", $account, 'Test-password-1');

        is($call->{code}, 429, "$account: then each waits, from anywhere");
        like($call->{head}, qr/^Retry-After: [12]\r?$/m,
            "$account: as long as any other");
        is($call->{json}{code}, 'too_many', "$account: and is told the same");
    }

    is(sign_in("$net.99", "bea.$mark", 'Test-password-1')->{code}, 200,
        'others are not held up');
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

    $net = '::ffff:' . network();
    sign_in("$net.$_", "v4$_.$mark") for 1 .. 6;
    is(sign_in("$net.7", "carla.$mark", 'Test-password-1')->{code}, 200,
        'IPv4 addresses on a socket of IPv6 are no network');
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


sub by_time {
    my $net = network();
    my ($from, %texts) = (0);

    # as dear as the panel's own, which the fixture's is not
    my $hash = crypt 'Test-password-1', '$y$j9T$vzpanelFixture......';

    user("known$_.$mark", password => $hash) for 1 .. 7;

    same_time('signing in', sub {
        my $call = sign_in("$net." . ++$from, $_[0]);
        $texts{ $call->{body} }++;
        return $call;
    });
    same_time('a link for another password', sub {
        my $call = ask('POST', '/api/password/reset',
            "X-Real-IP: $net." . ++$from . "\n", qq({"account":"$_[0]"}));
        $texts{"$call->{code} $call->{body}"}++;
        return $call;
    });
    is(join(' ', sort { $a <=> $b } values %texts), '14 14',
        'all are told the same');
}

run_tests();

__DATA__

=== TEST 1: a password is guessed by few tries from wherever, of nobody too
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_account()
--- timeout: 30
--- request
GET /api/plans



=== TEST 2: an account for a password is guessed by as few
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_address()
--- timeout: 30
--- request
GET /api/plans



=== TEST 3: an address of IPv6 is one of its network
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_network()
--- timeout: 30
--- request
GET /api/plans



=== TEST 4: nor is it guessed where it is changed
--- vzpanel: set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
--- init: ::by_change()
--- timeout: 30
--- request
GET /api/plans



=== TEST 5: who has an account is not told by the clock
--- vzpanel
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
vzpanel_public_url http://panel.example/panel;
--- init: ::by_time()
--- timeout: 60
--- request
GET /api/plans
