# An administrator changes the address of mail of a user: both addresses are
# told, each no more than is its own.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_public_url https://host.example/panel;');
});

our $mark = unique('moved');
our $boss = session(user(unique('boss.moved'), role => 'admin'));


sub address { return "$_[0].$mark\@$_[1].example" }

sub somebody {
    my ($name, %row) = @_;

    return user("$name.$mark", email => address($name, 'old'),
        first_name => 'Rosalinda', %row);
}

sub change {
    my ($id, $body) = @_;

    return ask('PATCH', "/api/admin/users/$id", $boss, $body)->{code};
}

# "TEMPLATE ADDRESS" of the mails that a user was sent, in their order
sub letters {
    return join ', ', map { s/\t/ /r } sql('SELECT template, recipient'
        . " FROM mail WHERE user_id = $_[0] ORDER BY id");
}

sub text_to {
    my ($address) = @_;
    my @found;

    wait_for(10, sub { @found = mails($address) }) or return '';

    return mail_text($found[0]);
}


sub both_are_told {
    my $ana = somebody('ana', email_state => 'proven');
    my ($old, $new) = map { address('ana', $_) } qw(old new);

    is(change($ana, qq({"email":"$new"})), 200, 'an administrator moves it');
    is(letters($ana), "email_given $new, email_moved $old", 'two mails go out');
    like(text_to($old), qr/Rosalinda.*ana\.\Q$mark\E.*\Q$new\E/s,
        'the old one is told the new one');
    like(text_to($new), qr/ana\.\Q$mark\E/, 'the new one, of which account');
    unlike(text_to($new), qr/Rosalinda|old\.example/,
        'and nothing else of its owner');
    unlike(text_to($_), qr/token=/, 'neither has a link that does anything')
        for $old, $new;
    is(sql_value("SELECT email_state FROM user WHERE id = $ana"), 'unproven',
        'the new one proves nothing');
}


sub in_their_language {
    my $eva = somebody('eva', email_state => 'proven', language => 'en');

    change($eva, '{"email":"' . address('eva', 'new') . '"}');
    like(text_to(address('eva', 'old')), qr/administrator of/, 'to the old one');
    like(text_to(address('eva', 'new')), qr/noted this/, 'and the new one');
}


# one that nobody has used is a stranger's, as far as is known
sub mistyped_ones_are_not_told {
    for my $state (qw(unproven mailed)) {
        my $id = somebody($state, email_state => $state);

        change($id, '{"email":"' . address($state, 'new') . '"}');
        is(letters($id), 'email_given ' . address($state, 'new'),
            "$state: the new one alone is told");
    }
}


sub nothing_moves {
    my $bea = somebody('bea', email_state => 'proven');

    is(change($bea, '{"email":"' . address('bea', 'old') . '"}'), 200,
        'the same address');
    is(change($bea, '{"email":"' . uc(address('bea', 'old')) . '"}'), 200,
        'in capitals');
    is(change($bea, '{"first_name":"Bea"}'), 200, 'another name');
    is(change($bea, '{"email":"nobody"}'), 422, 'no address at all');
    is(letters($bea), '', 'nobody is told anything');
}

run_tests();

__DATA__

=== TEST 1: the old and the new address are told
--- init: ::both_are_told()



=== TEST 2: in the language of the user
--- init: ::in_their_language()



=== TEST 3: an address that was never proven is told nothing
--- init: ::mistyped_ones_are_not_told()



=== TEST 4: where the address stays nobody is told
--- init: ::nothing_moves()
