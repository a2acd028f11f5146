# Mails that come back: what is taken for one, and from whom.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

add_block_preprocessor(sub {
    my ($block) = @_;

    return if defined $block->http_config;
    $block->set_value(http_config => vz_http_config()
        =~ s/from=/bounce=test-bounce\@vzpanel.example from=/r);
});

our $json = "Content-Type: application/json\n";
our $mark = unique('bounce');
our $boss = session(user("boss.$mark", role => 'admin')) . $json;
our $ana = user("ana.$mark");
our $address = "ana.$mark\@example.org";
our $path = '/api/mail/bounces';
our $seeds = vz_top() . '/t/fuzz/seeds_report';


# a report as mail servers write it
sub seed {
    my ($name) = @_;

    open my $in, '<', "$seeds/$name" or die "$seeds/$name: $!";
    local $/;

    return <$in>;
}


# the rows "state error" of what was mailed to Ana, the oldest first
sub states {
    return join ' / ', sql("SELECT CONCAT_WS(' ', state, error,"
        . " IF(reported IS NULL, NULL, 'reported')) FROM mail"
        . " WHERE user_id = $ana ORDER BY id");
}


# A mail to Ana that the mail server has; its id, and its envelope sender.
sub sent {
    my ($id) = sql_value("SELECT COALESCE(MAX(id), 0) FROM mail");
    my $call = ask('POST', "/api/admin/users/$ana/password", $boss);

    is($call->{code}, 204, 'a password is mailed') if $call->{code} != 204;
    $id = wait_for(10, sub { sql_value('SELECT COALESCE(MAX(id), 0) FROM mail'
        . " WHERE user_id = $ana AND id > $id AND state = 'sent'") });

    my @senders = map { /^X-MailFrom: (\S*\+$id\.\S*)/m ? $1 : () }
        mails($address);

    return ($id, $senders[0] // "(no sender with $id)");
}


sub escape { $_[0] =~ s/([^\w.\@-])/sprintf '%%%02X', ord $1/egr }


sub back {
    my ($to, $message, $type) = @_;

    return ask('POST', "$path?to=" . escape($to),
        'Content-Type: ' . ($type // 'message/rfc822') . "\n", $message);
}


sub outcome {
    my ($call) = @_;

    return "$call->{code} " . ($call->{json}{outcome} // $call->{json}{code})
        . ($call->{json}{recorded} ? ' recorded' : '');
}


sub shown {
    return ask('GET', "/api/admin/users/$ana", $boss)->{json}{undelivered};
}


my $said = '550 5.1.1 <ana@example.net>: Recipient address rejected: User'
    . ' unknown';
our ($id, $sender);

sub comes_back {
    ($id, $sender) = sent();

    like($sender, qr/^test-bounce\+$id\.[0-9a-f]{20}\@vzpanel\.example$/,
        'the envelope sender says which mail it was');

    my ($mail) = grep { /\Q$sender\E/ } mails($address);

    like($mail, qr/^From: panel\@vzpanel\.example\r?$/m,
        'the sender that people see is the same as ever');
    is(shown(), undef, 'nothing is known against the address');

    my $message = seed('postfix-failed') =~ s/ana\@example\.net/$address/gr;
    my $words = $said =~ s/ana\@example\.net/$address/r;

    is(outcome(back(uc $sender, $message)), '200 bounced recorded',
        'a report of it is taken');
    is(states(), "bounced $words reported", 'it is marked with the reason');
    is(shown(), $words, 'the address of its user too');
    like(ask('GET', "/api/admin/mail?state=bounced&q=$mark", $boss)->{body},
        qr/"id":$id,.*"state":"bounced",.*"reported":"\d{4}-/,
        'the outbox shows it');
    is(sql_value("SELECT CONCAT_WS(' ', COUNT(*), MIN(result),"
        . " COALESCE(MIN(user_id), 'nobody'), MIN(detail)) FROM audit"
        . " WHERE action = 'mail.bounced' AND object = 'mail $id'"),
        '1 ok nobody ', 'and so does the audit, without the address');

    is(outcome(back($sender, $message)), '200 bounced',
        'once more changes nothing');
    is(outcome(back($sender, seed('postfix-delayed'))), '200 delayed',
        'nor does one that was late');
    is(states(), "bounced $words reported", 'it stays');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE object = 'mail $id'"), 1,
        'audited once');
    is(ask('POST', "/api/admin/mail/$id/retry", $boss)->{code}, 409,
        'what was in it is gone, so it can\'t be sent again');
}


sub corrected {
    my $other = "anita.$mark\@example.org";

    is(ask('PATCH', "/api/admin/users/$ana", $boss,
        qq({"email":"$other"}))->{json}{undelivered}, undef,
        'nothing is known against another address');
    $address = $other;
    ($id, $sender) = sent();
    is(shown(), undef, 'nor after a mail that it took');
    is(outcome(back($sender, seed('exchange'))), '200 bounced recorded',
        'forwarded, and refused there');
    is(shown(), 'anita@corp.example: 550 5.1.10 RESOLVER.ADR.'
        . 'RecipientNotFound; not found by SMTP address lookup',
        'it says who did not take it');
}


sub strangers {
    ($id, $sender) = sent();

    my $next = $id + 1;
    my $message = seed('postfix-failed');
    my @forged = ($sender =~ s/\+$id\./+$next./r, $sender =~ s/.(?=\@)/x/r,
        $sender =~ s/\.[0-9a-f]+(?=\@)/'.' . '0' x 20/er,
        $sender =~ s/^test-/other-/r, 'test-bounce@vzpanel.example',
        'x', '@', "\0", 'a' x 3000);

    is(outcome(back($_, $message)), '404 not_found', 'forged: '
        . substr($_, 0, 60)) for @forged;
    is(outcome(ask('POST', $path, "Content-Type: message/rfc822\n",
        $message)), '422 invalid', 'no address');
    is(outcome(back($sender, $message, $_)), '415 not_message', "as $_")
        for 'application/json', 'text/plain', 'message/rfc822x', 'message/';
    is(outcome(ask('POST', "$path?to=" . escape($sender),
        "Content-Type: message/rfc822\nSec-Fetch-Site: cross-site\n",
        $message)), '403 bad_origin', 'by a page of another site');
    is(ask('GET', $path)->{code}, 405, 'there is nothing to read');
    is(sql_value("SELECT state FROM mail WHERE id = $id"), 'sent',
        'the mail is what it was');
}


sub others {
    my @is = (
        [ 'vacation', 'ignored', 'an automatic answer' ],
        [ 'vacation-old', 'ignored', 'an old one' ],
        [ 'read-receipt', 'ignored', 'a receipt' ],
        [ 'delivered', 'ignored', 'a report that it went on' ],
    );

    ($id, $sender) = sent();

    for my $one (@is) {
        is(outcome(back($sender, seed($one->[0]))), "200 $one->[1]",
            "$one->[2] does not count");
    }

    is(sql_value("SELECT CONCAT_WS(' ', state, error, reported) FROM mail"
        . " WHERE id = $id"), 'sent', 'nothing is noted');
    is(outcome(back($sender, seed('postfix-delayed') =~
        s/ana\@example\.net/$address/gr)), '200 delayed recorded', 'delayed');
    is(sql_value("SELECT CONCAT_WS(' ', state, error) FROM mail"
        . " WHERE id = $id"), 'sent delayed: connect to mx.example.net'
        . '[192.0.2.7]:25: Connection timed out', 'is noted');
    is(shown(), undef, 'and not held against the address');
    is(outcome(back($sender, seed('person'))), '200 answered',
        'the first note stays');
    is(outcome(back($sender, seed('exim-old'))), '200 bounced recorded',
        'given up at last');
    is(shown(), 'Unrouteable address', 'is a bounce');

    ($id, $sender) = sent();
    is(outcome(back($sender, seed('person'))), '200 answered recorded',
        'what is no report');
    is(sql_value("SELECT CONCAT_WS(' ', state, error) FROM mail"
        . " WHERE id = $id"), 'sent answered: Re: Your account',
        'is noted by its subject');
}


sub sizes {
    ($id, $sender) = sent();

    my $report = seed('postfix-failed');
    my $text = substr("It could not be delivered.\n" x 3000, 0,
        65536 - length $report);
    my $message = $report =~ s/(?=\n--4F0A11.*\nContent-Description: Deliv)/$text/r;

    is(length $message, 65536, 'a message of the most there may be');
    is(outcome(back($sender, "x$message")), '413 too_large', 'one more');
    is(outcome(back($sender, "$message$message")), '413 too_large', 'twice');
    is(ask('POST', '/api/session', $json, '{' . ' ' x 16384 . '}')->{code},
        413, 'JSON has its own limit');
    is(ask('POST', '/api/session', "Content-Type: message/rfc822\n",
        '{}')->{code}, 415, 'and is no message');
    is(outcome(back($sender, $_)), '200 answered'
        . ($_ eq 'x' ? ' recorded' : ''), 'garbage is no report')
        for 'x', "\0" x 1000, "\n" x 60000, ':' x 60000,
            "Content-Type: multipart/report; boundary=\"\n\n--\n";
    is(outcome(back($sender, '')), '200 answered', 'nor is nothing');
    is(outcome(back($sender, $message)), '200 bounced recorded',
        'a large one is read to its end');
}


# by the program that mail servers pipe to
sub piped {
    my ($message, $to, $api) = @_;
    my $program = vz_top() . '/scripts/bounce';

    local $ENV{RECIPIENT} = $to && 'nobody@example.org';
    local $ENV{ORIGINAL_RECIPIENT} = $to;
    local $SIG{PIPE} = 'IGNORE';

    my $pid = open my $out, '|-';

    if (!$pid) {
        open STDERR, '>', '/dev/null';
        exec $program, $api or POSIX::_exit(99);
    }

    print $out $message;

    return close $out ? 0 : $! ? -1 : $? >> 8;
}


sub program {
    ($id, $sender) = sent();

    my $api = "http://127.0.0.1:$ENV{TEST_NGINX_SERVER_PORT}/api";
    my $message = seed('exim-failed');

    is(piped($message, $sender, 'http://127.0.0.1:1/api'), 75,
        'without a panel the mail server keeps it');
    is(piped($message, '', $api), 75, 'and where it is told no address');
    is(piped($message, "x$sender", $api), 0,
        'what is none of ours is forgotten');
    is(sql_value("SELECT state FROM mail WHERE id = $id"), 'sent',
        'and does nothing');
    is(piped($message . 'x' x 1_000_000, $sender, $api), 0,
        'a report with a large mail behind it is taken');
    is(sql_value("SELECT state FROM mail WHERE id = $id"), 'bounced',
        'and read');
}


sub denied {
    is(piped(seed('exim-failed'), 'x@y',
        "http://127.0.0.1:$ENV{TEST_NGINX_SERVER_PORT}/api"), 75,
        'a panel that does not let us in is asked again');
}


# as it was before bounce= was there
sub without {
    my ($old) = sql_value('SELECT MAX(id) FROM mail');

    is(outcome(back($sender, seed('exim-failed'))), '404 not_found',
        'nothing comes back');
    ask('POST', "/api/admin/users/$ana/password", $boss);
    ok(wait_for(10, sub { sql_value('SELECT COUNT(*) FROM mail WHERE'
        . " user_id = $ana AND id > $old AND state = 'sent'") }), 'sent');
    ok((grep { /^X-MailFrom: panel\@vzpanel\.example\r?$/m } mails($address)),
        'from the one sender');
}


# before the worker that sent it noted so, and after it gave up
sub early {
    my %rows = (queued => 'bounced', failed => 'failed', held => 'held');

    for my $state (sort keys %rows) {
        ($id, $sender) = sent();
        sql("UPDATE mail SET state = '$state', data = '{\"password\":\"x\"}',"
            . ' attempts = ' . ($state eq 'held' ? 0 : 1)
            . ", next_try = NOW(3) + INTERVAL 1 HOUR WHERE id = $id");
        back($sender, seed('exim-failed'));
        is(sql_value("SELECT CONCAT(state, ' ', data IS NULL) FROM mail"
            . " WHERE id = $id"), "$rows{$state} "
            . ($state eq 'queued' ? 1 : 0), "one that was $state");
        sql("DELETE FROM mail WHERE id = $id");
    }
}


run_tests();

__DATA__

=== TEST 1: a bounce marks its mail and the address of the user, once
--- request
GET /api/plans
--- check: comes_back



=== TEST 2: the mark ends with the address, and a later bounce can set it again
--- request
GET /api/plans
--- check: corrected



=== TEST 3: a bounce without the token of the mail marks nothing
--- request
GET /api/plans
--- check: strangers



=== TEST 4: delays and replies are noted, automatic replies are not
--- request
GET /api/plans
--- check: others



=== TEST 5: large bounces and garbage are handled
--- request
GET /api/plans
--- check: sizes



=== TEST 6: a bounce may arrive before the mail is noted as sent
--- request
GET /api/plans
--- check: early



=== TEST 7: the program scripts/bounce delivers a bounce
--- request
GET /api/plans
--- check: program



=== TEST 8: a refused bounce stays with the mail server
--- config
location /api { vzpanel_api; }
location = /api/mail/bounces { deny all; vzpanel_api /api; }
--- request
GET /api/plans
--- check: denied



=== TEST 9: without bounce= all mails have one sender, and bounces are refused
--- http_config eval
::vz_http_config()
--- request
GET /api/plans
--- check: without
