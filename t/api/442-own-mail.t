# One's own address of mail: asked for, proven, stopped, taken back.

use Digest::SHA qw(sha256_hex);
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_public_url https://host.example/panel;'
        . ' set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;');
});

our $mark = unique('om');
our $net = 0;


# somebody with an address, who comes from a network that nobody else has
sub somebody {
    my ($name, %row) = @_;
    my $id = user("$name.$mark", email => "$name.$mark\@old.example", %row);

    $net++;
    return { id => $id, old => "$name.$mark\@old.example",
        new => "$name.$mark\@new.example",
        from => "X-Real-IP: 198.18.$net.1\n",
        who => session($id) . "X-Real-IP: 198.18.$net.1\n" };
}


sub asks {
    my ($one, $email) = @_;

    return ask('POST', '/api/account/email', $one->{who},
        '{"email":"' . ($email // $one->{new}) . '"}');
}


# the newest token of a kind that went to an address
sub token_of {
    my ($kind, $address, $n) = @_;
    my @found;

    wait_for(10, sub { @found = map { mail_text($_)
        =~ m{/email\#token=$kind-([0-9a-f]{64})} ? $1 : () } mails($address);
        @found >= ($n // 1) }) or die "no $kind to $address";

    my %good = map { $_ => 1 } @found;

    # of several the one that is kept
    for my $token (keys %good) {
        my $column = $kind eq 'stop' ? 'stop' : 'hash';

        return $token if sql_value("SELECT COUNT(*) FROM email_change"
            . " WHERE $column = UNHEX('" . sha256_hex($token) . "')");
    }

    return $found[-1];
}


sub send_token { ask('POST', "/api/email/$_[0]", $_[2] // '',
    qq({"token":"$_[1]"})) }

sub email_of { join ' ', split /\t/, sql_value('SELECT email, email_state'
    . " FROM user WHERE id = $_[0]{id}") }


sub proven {
    my $ana = somebody('ana');
    my $second = session($ana->{id});
    my $reply = asks($ana);

    is($reply->{code}, 202, 'asked for');
    is($reply->{json}{email_asked}, $ana->{new}, 'it is pending');
    is($reply->{json}{email}, $ana->{old}, 'and the old one holds');

    my $token = token_of('confirm', $ana->{new});

    ok(token_of('stop', $ana->{old}), 'the old one gets a link that stops it');
    is(sql_value('SELECT COUNT(*) FROM email_change WHERE hash ='
        . " UNHEX('" . sha256_hex($token) . "')"), 1, 'its hash is kept');
    like(mail_text((mails($ana->{old}))[0]), qr/\Q$ana->{new}\E.*198\.18\./s,
        'the old one is told what was asked, and from where');
    unlike(mail_text((mails($ana->{old}))[0]), qr/confirm-/,
        'and is no way to confirm it');
    is(send_token('confirm', $token)->{code}, 204, 'the link proves it');
    is(email_of($ana), "$ana->{new} proven", 'it is the address');
    is(send_token('confirm', $token)->{code}, 410, 'once');
    is(ask('GET', '/api/session', $_)->{code}, 200, 'sessions stay')
        for $ana->{who}, $second;
    ok(wait_for(10, sub { grep { mail_text($_) =~ /ahora otra direcci/ }
        mails($ana->{old}) }), 'the old one is told once more');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $ana->{id}"), 3,
        'three mails in all');
    is(join(' ', sql('SELECT action FROM audit WHERE user_id ='
        . " $ana->{id} ORDER BY id")), 'account.email.ask account.email',
        'both are audited');
}


sub refused {
    my $bea = somebody('bea');
    my $long = session($bea->{id},
        proven => 'UTC_TIMESTAMP(3) - INTERVAL 901 SECOND') . $bea->{from};
    my $code = sub { my ($error) = @{ $_[0]{json}{errors} // [] };
        $error ? "$error->{field} $error->{code}"
            : join ' ', $_[0]{code}, $_[0]{json}{code} // () };

    is($code->(ask('POST', '/api/account/email', $long,
        '{"email":"x@new.example"}')), '403 step_up',
        'the password is asked for again');
    is($code->(asks($bea, 'nobody')), 'email format', 'no address');
    is($code->(asks($bea, uc $bea->{old})), 'email same', 'that of now');
    is(ask('POST', '/api/account/email', token($bea->{id}) . $bea->{from},
        '{"email":"x@new.example"}')->{code}, 403, 'a script');
    is(send_token('confirm', $_)->{code}, 410, 'no link: ' . length)
        for 'x', '0' x 64;
    is(send_token('stop', '0' x 64)->{code}, 410, 'nor one that stops');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $bea->{id}"), 0,
        'and nothing was mailed');
}


sub the_last_one_counts {
    my $eva = somebody('eva');

    asks($eva, "first.$mark\@new.example");
    my $first = token_of('confirm', "first.$mark\@new.example");

    asks($eva);
    my $second = token_of('confirm', $eva->{new});

    is(send_token('confirm', $first)->{code}, 410, 'the first is void');
    is(asks($eva)->{code}, 202, 'another link to the same address');
    is(send_token('confirm', $second)->{code}, 410, 'replaces the one before');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $eva->{id}"
        . " AND template = 'email_asked'"), 2,
        'and the old address is not told again');
    is(send_token('confirm', token_of('confirm', $eva->{new}, 2))->{code}, 204,
        'it is good');
}


sub given_up {
    my $ida = somebody('ida');

    asks($ida);
    my $token = token_of('confirm', $ida->{new});

    is(ask('DELETE', '/api/account/email', $ida->{who})->{code}, 204,
        'given up') for 1, 2;
    is(send_token('confirm', $token)->{code}, 410, 'the link is void');

    asks($ida);
    $token = token_of('confirm', $ida->{new}, 2);
    ask('PUT', '/api/account/password', $ida->{who},
        '{"old":"Test-password-1","new":"Another-password-1"}');
    is(send_token('confirm', $token)->{code}, 410,
        'and so is one of before another password');

    asks($ida, "third.$mark\@new.example");
    $token = token_of('confirm', "third.$mark\@new.example");
    sql("UPDATE email_change SET expires = NOW(3) WHERE user_id = $ida->{id}");
    is(send_token('confirm', $token)->{code}, 410, 'and an old one');
}


sub one_of_two {
    my ($uma, $zoe) = (somebody('uma'), somebody('zoe'));
    my $both = "both.$mark\@new.example";

    sql("UPDATE user SET email = '$both', email_state = 'mailed' WHERE id = "
        . user("squatter.$mark"));

    asks($_, $both) for $uma, $zoe;
    my @tokens = map { my $one = $_; grep { sql_value('SELECT COUNT(*) FROM'
        . " email_change WHERE user_id = $one->{id} AND hash = UNHEX('"
        . sha256_hex($_) . "')") } map { mail_text($_)
        =~ /confirm-([0-9a-f]{64})/ ? $1 : () } @{ wait_for(10, sub {
            my @m = mails($both); @m == 2 ? \@m : undef }) } } $uma, $zoe;
    my @calls = map { ask_begin('POST', '/api/email/confirm', '',
        qq({"token":"$_"})) } @tokens;
    my @replies = map { ask_end($_) } @calls;

    is(join(' ', sort map { $_->{code} } @replies), '204 409',
        'of two at once one has it');
    is((grep { $_->{code} == 409 } @replies)[0]{json}{code}, 'email_taken',
        'and the other is told');
    is(sql_value("SELECT COUNT(*) FROM user WHERE email = '$both'"
        . " AND email_state = 'proven'"), 1, 'once proven');
}


sub stopped {
    my $pia = somebody('pia');

    asks($pia);
    my ($token, $stop) = (token_of('confirm', $pia->{new}),
        token_of('stop', $pia->{old}));
    my $reply = send_token('stop', $stop);

    is($reply->{code}, 200, 'the old address stops it');
    ok(!$reply->{json}{undone}, 'before it was done');
    is(send_token('confirm', $token)->{code}, 410, 'then the link is void');
    is(send_token('stop', $stop)->{code}, 410, 'once');
    is(ask('GET', '/api/session', $pia->{who})->{code}, 200,
        'the session goes on');
}


sub taken_back {
    my $kim = somebody('kim');
    my $script = token($kim->{id});

    asks($kim);
    my $stop = token_of('stop', $kim->{old});

    send_token('confirm', token_of('confirm', $kim->{new}));
    is(email_of($kim), "$kim->{new} proven", 'it was changed');
    asks($kim, "far.$mark\@new.example");
    send_token('confirm', token_of('confirm', "far.$mark\@new.example"));
    is(email_of($kim), "far.$mark\@new.example proven", 'and again');

    ask('GET', '/api/session', $_) for ($kim->{who}, $script) x 2;

    my $reply = send_token('stop', $stop);

    ok($reply->{json}{undone}, 'the first address takes it back');
    is(email_of($kim), "$kim->{old} proven", 'and is the address again');
    is(ask('GET', $_->[0], $_->[1])->{code}, 401, 'who was in is out')
        for ([ '/api/session', $kim->{who} ], [ '/api/vms', $script ]) x 2;

    my $una = somebody('una');

    asks($una);
    $stop = token_of('stop', $una->{old});
    ask('DELETE', '/api/account/email', $una->{who});
    asks($una, "far2.$mark\@new.example");
    send_token('confirm', token_of('confirm', "far2.$mark\@new.example"));
    ok(send_token('stop', $stop)->{json}{undone},
        'the notice of a change before takes back the one behind it');
    is(email_of($una), "$una->{old} proven", 'too');

    my $adm = somebody('adm');

    asks($adm);
    $stop = token_of('stop', $adm->{old});
    send_token('confirm', token_of('confirm', $adm->{new}));
    sql("UPDATE user SET email = 'by\@admin.example' WHERE id = $adm->{id}");
    ok(!send_token('stop', $stop)->{json}{undone},
        'but none that an administrator made');
    is(email_of($adm), 'by@admin.example proven', 'which stays');

    my $lea = somebody('lea');

    asks($lea);
    $stop = token_of('stop', $lea->{old});
    sql('UPDATE email_change SET created = NOW(3) - INTERVAL 73 HOUR'
        . " WHERE user_id = $lea->{id}");
    is(send_token('stop', $stop)->{code}, 410, 'not after three days');
}


sub bounded {
    my $max = somebody('max');
    my @codes = map { asks($max, "n$_.$mark\@new.example")->{code} } 1 .. 7;

    is("@codes[0 .. 4]", join(' ', (202) x 5), 'five links in a day');
    is($codes[5], 429, 'and no more');

    my $off = somebody('off', locked => 0);

    asks($off);
    my $token = token_of('confirm', $off->{new});
    sql("UPDATE user SET locked = TRUE WHERE id = $off->{id}");
    is(send_token('confirm', $token)->{code}, 410,
        'nobody who is locked proves one');
}


# an address that nobody has proven may be a stranger's
sub unproven {
    my $ute = somebody('ute', email_state => 'unproven',
        first_name => 'Buy at');

    asks($ute);
    my $token = token_of('confirm', $ute->{new});

    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $ute->{id}"), 1,
        'its reader is told nothing, and stops nothing');
    unlike(mail_text((mails($ute->{new}))[0]), qr/Buy at/,
        'and nobody gets a text of the user');
    is(send_token('confirm', $token)->{code}, 204, 'the new one proves itself');

    my $old = somebody('old', email_state => 'mailed');

    is(asks($old, $old->{old})->{code}, 202, 'one proves the address of now');
    is(send_token('confirm', token_of('confirm', $old->{old}))->{code}, 204,
        'by its link');
    is(email_of($old), "$old->{old} proven", 'and keeps it');
}


# a mail that failed is sent once more to where its link belongs
sub again {
    my $tim = somebody('tim');
    my $root = session(user(unique('root'), role => 'admin'));

    asks($tim);
    token_of('confirm', $tim->{new});
    sql("UPDATE mail SET state = 'failed', data = '{}', error = 'x'"
        . " WHERE user_id = $tim->{id}");

    for my $id (sql("SELECT id FROM mail WHERE user_id = $tim->{id}")) {
        ask('POST', "/api/admin/mail/$id/retry", $root);
    }

    is(join(' ', sort(sql('SELECT recipient FROM mail WHERE user_id ='
        . " $tim->{id}"))), "$tim->{new} $tim->{old}",
        'never to the other address');
}

run_tests();

__DATA__

=== TEST 1: the new address proves itself
--- init: ::proven()



=== TEST 2: what is refused
--- init: ::refused()



=== TEST 3: the address that was asked for last, by its last link
--- init: ::the_last_one_counts()



=== TEST 4: given up, void, expired
--- init: ::given_up()



=== TEST 5: two want one address
--- init: ::one_of_two()



=== TEST 6: the old address stops it
--- init: ::stopped()



=== TEST 7: and takes it back
--- init: ::taken_back()



=== TEST 8: bounded
--- init: ::bounded()



=== TEST 9: an address that was not proven
--- init: ::unproven()



=== TEST 10: sent again
--- init: ::again()
