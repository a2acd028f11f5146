# A password that is guessed first is refused wherever one is chosen.

use Digest::SHA qw(sha256_hex);
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $name = unique('choosy');
our $ana = user($name, first_name => 'Anacleta', last_name => 'Núñez Ortega',
    email => "mailbox-$name\@example.org");


# the code of the refused field, or the status
sub code_of {
    my ($reply) = @_;
    my ($error) = @{ $reply->{json}{errors} // [] };

    return $error ? "$error->{field} $error->{code}" : $reply->{code};
}


sub change {
    my ($new) = @_;

    return code_of(ask('PUT', '/api/account/password', session($ana),
        qq({"old":"Test-password-1","new":"$new"})));
}


sub by_link {
    my ($new) = @_;
    my $secret = sha256_hex(unique('link') . rand);

    sql("INSERT INTO reset (hash, user_id, expires) VALUES (UNHEX('"
        . sha256_hex($secret) . "'), $ana, NOW(3) + INTERVAL 1 MINUTE)");

    return code_of(ask('PUT', '/api/password/reset', '',
        qq({"token":"$secret","new":"$new"})));
}


our @refused = (
    [ 'qwertyuiop', 'common' ],
    [ 'PassWord2024!', 'common' ],
    [ 'contraseña1', 'common' ],
    [ 'dragondragon', 'common' ],
    [ 'ababababababab', 'simple' ],
    [ "$name!", 'own' ],
    [ 'anacleta.99', 'own' ],
    [ 'xx-NUNEZ-xx', 'own' ],
    [ 'mailbox-2024', 'own' ],
);


sub refused {
    is(change($_->[0]), "new $_->[1]", "$_->[0]: $_->[1]") for @refused;
    is(by_link($_->[0]), "new $_->[1]", "$_->[0], by a link") for @refused;
    is(change('qwertyuiop') , 'new common', 'nothing was changed by then');
}


sub says_what_to_do {
    my $reply = ask('PUT', '/api/account/password', session($ana),
        '{"old":"Test-password-1","new":"anacleta.99"}');

    is($reply->{code}, 422, 'refused');
    is($reply->{json}{errors}[0]{message},
        'has little beside your name; add 8 other characters',
        'what is wrong, and what to do');
    unlike($reply->{body}, qr/anacleta/i, 'and it is not shown again');
}


# no oracle: who does not know the old one learns that first
sub the_old_one_first {
    is(code_of(ask('PUT', '/api/account/password', session($ana),
        '{"old":"Wrong-password-1","new":"qwertyuiop"}')), 'old wrong',
        'the old one is asked for first');
}


sub others_are_taken {
    is(change('anacleta eats 9 pears'), 204, 'own words beside others');
    is(by_link('Ünïcode words'), 204, 'words of any script');
}

run_tests();

__DATA__

=== TEST 1: common, simple and own ones are refused
--- init: ::refused()



=== TEST 2: with the reason
--- init: ::says_what_to_do()



=== TEST 3: behind the old password
--- init: ::the_old_one_first()



=== TEST 4: all others are taken
--- init: ::others_are_taken()
