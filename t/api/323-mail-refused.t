# What a mail server says while it is given a mail: for good, or for now.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzSmtp;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $mark = unique('refused');
our $boss = session(user("boss.$mark", role => 'admin')) . $json;

our $smtp = VzSmtp->new;

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $smtp->http_config);
});


# what becomes of a mail to somebody of that name
sub mailed {
    my ($name) = @_;
    my $id = user("$name.$mark");

    ask('POST', "/api/admin/users/$id/password", $boss);

    return wait_for(10, sub { (sql("SELECT CONCAT_WS(' ', state, attempts,"
        . " data IS NOT NULL, IF(next_try > NOW(3) + INTERVAL 5 SECOND,"
        . " 'later', NULL), error) FROM mail WHERE user_id = $id AND"
        . " attempts > 0 AND (state <> 'queued' OR error IS NOT NULL)"))[0] })
        // 'nothing';
}


# what becomes of mails to some, each with who, what and why
sub become {
    my (@rows) = @_;

    is(mailed($_->[0]), $_->[1], $_->[2]) for @rows;
}


sub is_refused {
    become(
        ['rcpt550', 'failed 1 1 later 550 5.1.1 no such user',
            'an address that is not known, at RCPT'],
        ['rcpt551', 'failed 1 1 later 551 5.1.1 no such user', 'any 5xx'],
        ['data554', 'failed 1 1 later 554 5.7.1 not this',
            'a message that is not wanted']);
}


sub is_put_off {
    become(
        ['rcpt451', 'queued 1 1 later 451 5.1.1 no such user',
            'come again later, at RCPT'],
        ['rcpt421', 'queued 1 1 later 421 5.1.1 no such user', 'not now'],
        ['data452', 'queued 1 1 later 452 5.7.1 not this',
            'no room for the message'],
        ['rcpt530', 'queued 1 1 later 530 5.1.1 no such user',
            'not let in: the mail is not at fault'],
        ['ana', 'sent 1 0 later', 'and one that is taken']);
}


# one that was put off, as if it had been tried so often before: what the next
# try makes of it, and the seconds until another
sub after_tries {
    my ($tries) = @_;
    my $of = 'WHERE user_id = (SELECT id FROM user'
        . " WHERE account = 'rcpt451.$mark')";

    sql("UPDATE mail SET attempts = $tries, error = NULL,"
        . " next_try = NOW(3) $of");

    my ($state, $seconds) = split /\t/, wait_for(10, sub { (sql('SELECT state,'
        . ' TIMESTAMPDIFF(SECOND, NOW(3), next_try) FROM mail'
        . " $of AND attempts > $tries AND error IS NOT NULL"))[0] })
        // "nothing\t0";

    return ($state, $seconds);
}


sub waits_grow {
    for ([4, 240], [12, 3600]) {
        my ($tries, $wait) = @$_;
        my ($state, $seconds) = after_tries($tries);

        is($state, 'queued', "after $tries tries there is another one");
        cmp_ok(abs($seconds - $wait), '<', 8, "in $wait s ($seconds)");
    }

    is((after_tries(39))[0], 'failed', 'but none after 40');
}


sub corrected {
    my $id = sql_value("SELECT id FROM user WHERE account = 'rcpt550.$mark'");
    my $mail = sql_value("SELECT id FROM mail WHERE user_id = $id");
    my $user = "/api/admin/users/$id";

    is(ask('GET', $user, $boss)->{json}{undelivered},
        '550 5.1.1 no such user', 'the user shows that it was refused');
    like(ask('GET', "/api/admin/mail?state=failed&q=rcpt550.$mark",
        $boss)->{body}, qr/"error":"550 5.1.1 no such user"/, 'so does mail');
    is(ask('PATCH', $user, $boss, qq({"email":"right.$mark\@example.org"}))
        ->{json}{undelivered}, undef, 'another address is not held to it');
    is(ask('POST', "/api/admin/mail/$mail/retry", $boss)->{json}{recipient},
        "right.$mark\@example.org", 'a retry goes to the address of today');
    is(wait_for(10, sub { sql_value("SELECT CONCAT(state, ' ', recipient)"
        . " FROM mail WHERE id = $mail AND state = 'sent'") }),
        "sent right.$mark\@example.org", 'and arrives');
}


# the server takes what it is given, but for these
sub stuck {
    my @mail = (recipient => "stuck.$mark\@example.org", template => 'reset',
        state => 'queued');

    VzFixture::insert('mail', @mail, message_id => "$mark$_", attempts => 3,
        created => '2026-01-01 00:00:00', next_try => '2038-01-01 00:00:00')
        for 1, 2;

    my $call = wait_for(10, sub {
        my $call = ask('GET', '/api/health');
        return @{ $call->{json}{failing} } && $call;
    });

    is($call->{code}, 200, 'orders are carried out all the same');
    is($call->{json}{mail}, JSON::PP::false(), 'mail is not well');
    is_deeply($call->{json}{failing}, [{ check => 'mail', why => 'waiting' }],
        'for mails wait');
    sql("DELETE FROM mail WHERE message_id LIKE '$mark%'");
    ok(wait_for(10, sub { ask('GET', '/api/health')->{json}{mail} }),
        'when they are gone it is');
}


run_tests();

__DATA__

=== TEST 1: a mail refused with 5xx fails at once, with the server's words
--- request
GET /api/plans
--- check: is_refused



=== TEST 2: a mail refused with 4xx is retried, with the server's words
--- request
GET /api/plans
--- check: is_put_off



=== TEST 3: retries become rarer, and end
--- timeout: 90
--- request
GET /api/plans
--- check: waits_grow



=== TEST 4: a refused address is corrected, and the mail sent again
--- request
GET /api/plans
--- check: corrected



=== TEST 5: health counts mails that wait for long, and the server is well
--- timeout: 30
--- request
GET /api/plans
--- check: stuck
