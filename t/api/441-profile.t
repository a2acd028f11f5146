# One's own profile: what a customer changes of it, and what not.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $name = unique('profile');
our $ana = user($name, first_name => 'Ana', last_name => 'Ruiz',
    dni => uc unique('D1'), phone => '+34 600 000 000');
our ($mine, $other) = (session($ana), session(user(unique('other'))));


sub patch { ask('PATCH', '/api/account', $mine, $_[0]) }

sub code_of {
    my ($reply) = @_;
    my ($error) = @{ $reply->{json}{errors} // [] };

    return $error ? "$error->{field} $error->{code}" : $reply->{code};
}


sub shown {
    my $one = ask('GET', '/api/account', $mine)->{json};

    is($one->{account}, $name, 'own account');
    is($one->{first_name}, 'Ana', 'and name');
    is($one->{email_state}, 'proven', 'the address is proven');
    is($one->{email_asked}, undef, 'and no other is asked for');
    is(ask('GET', '/api/account', token($ana))->{code}, 200,
        'a script reads it');
    isnt(ask('GET', '/api/account', $other)->{json}{id}, $one->{id},
        'others see their own');
}


sub changed {
    my $reply = patch('{"first_name":"Ana  María","last_name":"Núñez",'
        . '"phone":null,"address":"Calle 1, 2.º","province":"Lugo",'
        . '"language":"en"}');

    is($reply->{code}, 200, 'changed');
    is($reply->{json}{first_name}, "Ana Mar\x{ed}a", 'with single spaces');
    is($reply->{json}{phone}, undef, 'null takes a value away');
    is(ask('GET', '/api/session', $mine)->{json}{user}{name},
        "Ana Mar\x{ed}a N\x{fa}\x{f1}ez", 'the page says it at once') for 1 .. 4;
    is(join(' ', sql('SELECT action, detail FROM audit'
        . " WHERE user_id = $ana AND action = 'account.change'")),
        "account.change\tfirst_name last_name phone address province language",
        'the audit has what, and no text of it');
}


sub refused {
    is(code_of(patch($_->[0])), $_->[1], "$_->[0]: $_->[1]") for
        [ '{"first_name":""}', '200' ],
        [ '{"first_name":"<b>"}', 'first_name format' ],
        [ '{"phone":"12"}', 'phone format' ],
        [ '{"province":7}', 'province type' ],
        [ '{"language":"fr"}', 'language format' ],
        [ '{"dni":"12345678Z"}', 'dni unknown' ],
        [ '{"email":"a@example.org"}', 'email unknown' ],
        [ '{"role":"admin"}', 'role unknown' ],
        [ '{"account":"root"}', 'account unknown' ];
    is(sql_value("SELECT first_name FROM user WHERE id = $ana"),
        'Ana María', 'and nothing changed');
    is(ask('PATCH', '/api/account', token($ana), '{"phone":null}')->{code},
        403, 'a script changes nothing of a person');
}


sub of_before {
    sql("UPDATE user SET must_change = TRUE WHERE id = $ana");

    my $first = session($ana);

    is(ask('GET', '/api/account', $first)->{code}, 200, 'it is shown');
    is(ask('PATCH', '/api/account', $first, '{}')->{code}, 403,
        'a mailed password is changed first');
}

run_tests();

__DATA__

=== TEST 1: it is shown
--- init: ::shown()



=== TEST 2: it is changed
--- init: ::changed()



=== TEST 3: what is none of a customer's is refused, by its name
--- init: ::refused()



=== TEST 4: not before the mailed password was changed
--- init: ::of_before()
