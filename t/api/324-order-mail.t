# Who ordered mistyped his address of mail: the account and another password go
# to the right one, once nobody can have signed in with the password before.

use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzHold;
use VzPanelHelpers;
use VzSmtp;

no_shuffle();

# a node whose passwords take as many seconds as this file says
our $dir = File::Temp::tempdir(CLEANUP => 1);
our $node = VzDaemon->new(list => ['ok'], passwd => sub {
    return -e "$dir/slow" ? [1.5, 'ok'] : ['ok'];
});
our $smtp = VzSmtp->new;

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $smtp->http_config($node->http_config)
        . ($_[0]->panel // ''));
});

our $json = "Content-Type: application/json\n";
our $boss_id = user(unique('boss'), role => 'admin');
our $boss = session($boss_id) . $json;


sub ordered {
    my ($email, %more) = @_;
    my $call = ask('POST', '/api/orders', "${json}Prefer: wait=30\n",
        order_body(email => $email, %more));

    return { %{ $call->{json} }, user => sql_value('SELECT user_id FROM task'
        . " WHERE id = $call->{json}{task}"), email => $email };
}

sub shown { return ask('GET', "/api/orders/$_[0]{order}")->{json} }

sub begin_correct {
    my ($order, $email, $headers) = @_;

    return ask_begin('POST', "/api/orders/$order->{order}/mail",
        $headers // "${json}Prefer: wait=30\n", qq({"email":"$email"}));
}

sub correct { return ask_end(begin_correct(@_), 40) }

sub sign_in {
    my ($order, $password) = @_;

    return ask('POST', '/api/session', $json,
        qq({"account":"$order->{account}","password":"$password"}));
}

# the password of the last mail to an address
sub password {
    my ($email) = @_;

    return (wait_for(10, sub { ($smtp->mails($email))[-1] }) // '')
        =~ /(?:Contrase\S+|Password):\s+(\S+)/ ? $1 : 'no mail';
}

# the task of the last correction
sub task_of {
    my ($order) = @_;

    return sql_value("SELECT id FROM task WHERE vm_id = $order->{vm}{id}"
        . " AND kind = 'credentials' ORDER BY id DESC LIMIT 1");
}

sub unseen {
    my ($vm) = @_;

    return sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm"
        . ' AND unseen = 1');
}

# what a refusal says
sub said { return "$_[0]{code} " . ($_[0]{json}{code} // '') }


sub arrives {
    my $order = ordered('wrong@example.org');
    my $mail = shown($order)->{mail};
    my $old = password('wrong@example.org');

    is($order->{state}, 'done', 'an order is carried out');
    is($mail->{state}, 'sent', 'its mail was sent');
    ok($mail->{correctable}, 'its address can be corrected');
    is($mail->{left}, 3, 'three times');
    is(sql_value("SELECT DATE_FORMAT(finished + INTERVAL 15 MINUTE,"
        . " '%Y-%m-%dT%TZ') FROM task WHERE id = $order->{task}"),
        $mail->{until}, 'for a quarter of an hour');

    my $call = correct($order, 'right@example.org');
    my $new = password('right@example.org');
    my $task = task_of($order);

    is($call->{code}, 200, 'corrected');
    is($call->{json}{order}, $order->{order}, 'the answer is the order');
    is($call->{json}{email}, 'r***@example.org', 'with the new address');
    is($call->{json}{mail}{state}, 'sent', 'to which it was sent');
    is($call->{json}{mail}{left}, 2, 'there are two left');
    like($call->{head}, qr{^Location: /api/orders/$order->{order}\r?$}m,
        'and where it is');

    my ($text) = $smtp->mails('right@example.org');
    like($text, qr/Usuario: +$order->{account}\n/, 'the account');
    like($text, qr{Plan: +B\S+sico\n +Servidor: +\S+\n +Direcci\S+: +\S+\n},
        'plan, name and address are in the mail, in its language');
    is(scalar $smtp->mails('wrong@example.org'), 1, 'the wrong one got one');

    isnt($new, $old, 'the password is another');
    is(($node->asked('secret'))[-1], "secret $new", "root's, too");
    is(sql_value("SELECT CONCAT_WS(' ', email, email_state, must_change,"
        . " drawn > NOW(3) - INTERVAL 60 SECOND) FROM user"
        . " WHERE id = $order->{user}"), 'right@example.org mailed 1 1',
        'his row');
    is(join(' ', sql('SELECT data IS NULL FROM mail'
        . " WHERE user_id = $order->{user}")), '1 1', 'no password is kept');
    is(join(', ', map { s/\t/ /gr } sql('SELECT action, account, object, name,'
        . " detail, vm_id FROM audit WHERE user_id = $order->{user}"
        . " AND action = 'order.mail'")), "order.mail $order->{account}"
        . " vm $order->{vm}{id} " . sql_value("SELECT CONCAT(name, ' (', ctid,"
        . " ')') FROM vm WHERE id = $order->{vm}{id}")
        . " email $order->{vm}{id}", 'the audit tells it, without the address');

    my $his = ask('GET', "/api/tasks/$task", $boss)->{json};
    is(join(' ', $his->{kind}, $his->{state}, $his->{actor}, $his->{via},
        map { $_->{name} } @{ $his->{steps} }),
        'credentials done visitor order password mail', 'it was a task');

    is(said(sign_in($order, $old)), '401 bad_credentials',
        'the password of before opens nothing');
    is(sign_in($order, $new)->{code}, 200, 'the new one does');
    ok(!shown($order)->{mail}{correctable}, 'who has signed in has it');
    is(said(correct($order, 'third@example.org')), '409 mail_final',
        'and nobody else gets another');
    is(scalar $smtp->mails('third@example.org'), 0, 'no mail');
}


sub speaks {
    my $order = ordered('wrong.en@example.org', language => 'en');

    correct($order, 'right.en@example.org');
    like(($smtp->mails('right.en@example.org'))[0] // '',
        qr/^Subject: .*is ready.*Password: /ms, 'in English');
}


# each is set, refused, and set back; the last one is not refused
sub is_refused {
    my $order = ordered('refused@example.org');
    my ($id, $vm, $task) = ($order->{user}, $order->{vm}{id}, $order->{task});
    my $user = "UPDATE user SET %s WHERE id = $id";
    my $opened = 'INSERT INTO audit (user_id, account, action, result)'
        . " VALUES ($id, 'x', 'session.open', 'ok')";
    my @cases = (
        ['that is too old', "UPDATE task SET finished = finished"
            . " - INTERVAL 15 MINUTE WHERE id = $task", 'UPDATE task SET'
            . " finished = finished + INTERVAL 15 MINUTE WHERE id = $task"],
        ['of who is locked', sprintf($user, 'locked = 1'),
            sprintf($user, 'locked = 0')],
        ['of who chose a password', sprintf($user, 'must_change = 0'),
            sprintf($user, 'must_change = 1')],
        ['of who set one by a link', sprintf($user, 'drawn = NULL'),
            sprintf($user, "drawn = (SELECT created FROM task WHERE id = $task)")],
        ['of who was drawn another', sprintf($user,
            'drawn = NOW(3) + INTERVAL 1 SECOND'), sprintf($user,
            "drawn = (SELECT created FROM task WHERE id = $task)")],
        ['of whom an administrator has corrected', sprintf($user,
            "email_state = 'unproven'"), sprintf($user,
            "email_state = 'mailed'")],
        ['of who is an administrator by now', sprintf($user, "role = 'admin'"),
            sprintf($user, "role = 'customer'")],
        ['of who is signed in', sub { session($id) },
            "DELETE FROM session WHERE user_id = $id"],
        ['of who has a token', sub { token($id) },
            "DELETE FROM token WHERE user_id = $id"],
        ['of who was signed in', $opened,
            "DELETE FROM audit WHERE user_id = $id AND account = 'x'"],
        ['of a container that is suspended',
            "UPDATE vm SET lifecycle = 'suspended' WHERE id = $vm",
            "UPDATE vm SET lifecycle = 'ready' WHERE id = $vm"],
        ['that failed before its mail', "UPDATE task SET state = 'failed',"
            . " step = 2 WHERE id = $task",
            "UPDATE task SET state = 'done', step = steps WHERE id = $task"],
        ['that was cancelled', "UPDATE task SET state = 'cancelled'"
            . " WHERE id = $task", "UPDATE task SET state = 'done'"
            . " WHERE id = $task"],
    );

    for my $case (@cases) {
        my ($what, $set, $back) = @$case;

        ref $set ? $set->() : sql($set);
        is(said(correct($order, 'never@example.org')), '409 mail_final',
            "an order $what");
        ok(!(shown($order)->{mail} // {})->{correctable}, 'as its page says');
        sql($back);
    }

    sql($opened =~ s/'ok'/'denied'/r);
    is(shown($order)->{mail}{correctable}, JSON::PP::true(),
        'a wrong password is no obstacle');
    is(scalar $smtp->mails('never@example.org'), 0, 'nothing was sent');
    is(sql_value("SELECT email FROM user WHERE id = $id"),
        'refused@example.org', 'or changed');

    is(correct($order, "$_\@example.org")->{code}, 200, "the $_")
        for qw(first second third);
    is(said(correct($order, 'fourth@example.org')), '429 mail_spent',
        'the fourth is refused');

    my $mail = shown($order)->{mail};
    is($mail->{left}, 0, 'none is left');
    ok(!$mail->{correctable}, 'as its page says');
    is(password('third@example.org'), (($node->asked('secret'))[-1]
        =~ /(\S+)$/)[0], 'the last one is what counts');
    is(sign_in($order, password('second@example.org'))->{code}, 401,
        'and not the one before');
}


sub is_no_call {
    my $order = ordered('nocall@example.org');
    my $path = "/api/orders/$order->{order}/mail";
    my $body = '{"email":"a@example.org"}';

    is(said(ask('POST', '/api/orders/' . 'a' x 64 . '/mail', $json, $body)),
        '404 not_found', 'a link of nothing');
    is(said(ask('POST', '/api/orders/x/mail', $json, $body)),
        '404 not_found', 'what is no link');

    for my $bad ('{}', '{"email":""}', '{"email":"a"}', '{"email":1}',
                 '{"email":"a@b.org","x":1}', '[]')
    {
        my $call = ask('POST', $path, $json, $bad);
        cmp_ok($call->{code}, '>=', 400, "$bad: $call->{json}{code}");
        cmp_ok($call->{code}, '<=', 422, 'is the fault of who asks');
    }

    is(said(ask('POST', $path, "${json}Origin: https://evil.example\n",
        $body)), '403 bad_origin', 'of another site');

    my $call = ask('GET', $path);
    is($call->{code}, 405, 'it is not read');
    like($call->{head}, qr/^Allow: POST\r?$/m, 'it is posted');
    is(sql_value("SELECT email FROM user WHERE id = $order->{user}"),
        'nocall@example.org', 'nothing has changed');
}


# an order whose password takes its time
sub slowly {
    my ($code) = @_;

    open my $file, '>', "$dir/slow" or die "slow: $!";
    close $file;
    $code->();
    unlink "$dir/slow";
}


sub one_wins {
    my $order = ordered('race@example.org');
    my (@calls, $stream, $early);

    slowly(sub {
        my @begun = map { begin_correct($order, "race$_\@example.org", $json) }
            1 .. 8;
        @calls = map { ask_end($_) } @begun;

        my $mail = shown($order)->{mail};
        is($mail->{state}, 'queued', 'it is on its way');
        ok(!$mail->{correctable}, 'and can not be corrected meanwhile');

        my $task = task_of($order);
        my ($busy) = grep { $_->{code} == 409 } @calls;
        is($busy->{json}{task}, $task, 'the others are told the task');
        is(said(ask('POST', "/api/tasks/$task/cancel", $boss)),
            '409 not_possible', 'nobody takes it back');
        $stream = stream("/api/orders/$order->{order}",
            "Accept: text/event-stream\n", qr/"state":"done"/, 10);
    });

    is(join(' ', sort map { said($_) } @calls),
        '202  ' . join(' ', ('409 vm_busy') x 7), 'one of eight is taken');
    is(sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $order->{vm}{id}"
        . " AND kind = 'credentials'"), 1, 'and is a task');
    like($stream->{body}, qr/"kind":"credentials","state":"done"/,
        'whose end the stream of the order tells');
    is(ask('GET', "/api/orders/$order->{order}",
        "Accept: text/event-stream\n")->{code}, 204, 'and nothing after');

    my $to = sql_value("SELECT email FROM user WHERE id = $order->{user}");
    is(join(' ', grep { $smtp->mails($_) } map { "race$_\@example.org" }
        1 .. 8), $to, 'one mail goes to his address');
    is(shown($order)->{mail}{state}, 'sent', 'and it is told so');
}


sub waits_for_its_order {
    slowly(sub {
        my $order = ask('POST', '/api/orders', $json,
            order_body(email => 'running@example.org'))->{json};

        ok(!exists $order->{mail}, 'what runs has no mail');
        is(said(correct($order, 'early@example.org')), '409 vm_busy',
            'and none is corrected');
        wait_for(20, sub { shown($order)->{state} eq 'done' });
        is(correct($order, 'early@example.org')->{code}, 200, 'then it is');
    });
}


# both wait for his row, in either order; the one behind finds what is so then
sub never_both {
    for my $first ('sign in', 'correct') {
        my $to = "both.$first\@example.org" =~ s/ //r;
        my $order = ordered($to);
        my $old = password($to);
        my $held = held("SELECT id FROM user WHERE id = $order->{user}"
            . ' FOR UPDATE');
        my (%call, @begun);

        for my $one ($first, grep { $_ ne $first } 'sign in', 'correct') {
            $call{$one} = $one eq 'correct'
                ? begin_correct($order, "x.$to", $json)
                : ask_begin('POST', '/api/session', $json,
                    qq({"account":"$order->{account}","password":"$old"}));
            push @begun, $call{$one};
            blocked(@begun);
        }

        release($held);

        my %got = map { $_ => said(ask_end($call{$_})) } keys %call;
        is_deeply(\%got, $first eq 'correct'
            ? { correct => '202 ', 'sign in' => '401 bad_credentials' }
            : { correct => '409 mail_final', 'sign in' => '200 ' },
            "$first was first");
    }
}


# what is seen before the row is had is not what counts
sub looks_again {
    my $order = ordered('again@example.org');
    my $held = held("UPDATE user SET locked = 1 WHERE id = $order->{user}");
    my $call = begin_correct($order, 'late@example.org');

    blocked($call);
    release($held);
    is(said(ask_end($call)), '409 mail_final', 'he was locked meanwhile');
}


# nobody has such an address: the order fails for its mail
sub failed_order {
    my $order = ordered(unique('rcpt550.') . '@example.org');
    my $task = $order->{task};
    my $vm = $order->{vm}{id};

    is($order->{state}, 'failed', 'an address that is refused fails the order');
    is($order->{mail}{state}, 'failed', 'whose mail was not sent');
    ok($order->{mail}{correctable}, 'and can be corrected');
    is(unseen($vm), 1, 'administrators are told');

    my $events = ask_begin('GET', '/api/events', $boss);
    wait_for(5, sub { ask_more($events, 0.1);
        ask_result($events)->{body} =~ /^id: /m });

    my $call = correct($order, 'good@example.org');
    is($call->{json}{state}, 'failed', 'the order is what it was');
    is($call->{json}{mail}{state}, 'sent', 'its mail was sent');
    is($call->{json}{mail}{left}, 2, 'and may be two times more');
    is(unseen($vm), 0, 'nobody has to see to it any more');
    ok(wait_for(10, sub { ask_more($events, 0.1);
        ask_result($events)->{body}
            =~ /"kind":"task_seen","object":$task,/ }), 'who looks is told');
    is(join(' ', sql("SELECT state, data IS NULL FROM mail WHERE user_id ="
        . " $order->{user} ORDER BY id")) =~ s/\t/ /gr,
        'cancelled 1 sent 1', 'the first is not sent any more, nor kept');
    like(ask('GET', '/api/admin/mail?state=cancelled&q=rcpt550', $boss)
        ->{body}, qr/"task":$task,/, 'the outbox has it as that');
    is(ask('POST', "/api/tasks/$task/retry", "${boss}Prefer: wait=20\n")
        ->{json}{state}, 'done', 'taken up again, the order is done');
    is(scalar $smtp->mails('good@example.org'), 1, 'and mails nothing');
    is(sign_in($order, password('good@example.org'))->{code}, 200,
        'he signs in');
}


sub failed_correction {
    my $order = ordered('fine@example.org');
    my $vm = $order->{vm}{id};
    my $before = sql_value("SELECT COUNT(*) FROM mail WHERE template = 'failed'"
        . " AND user_id = $boss_id");
    my $mail = correct($order, unique('rcpt551.') . '@example.org')
        ->{json}{mail};
    my $task = task_of($order);

    is($mail->{state}, 'failed', 'another wrong address');
    ok($mail->{correctable}, 'is corrected as well');
    is(unseen($vm), 1, 'administrators are told');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE template = 'failed'"
        . " AND user_id = $boss_id"), $before + 1, 'and mailed');
    is(ask('POST', "/api/tasks/$task/retry", "${boss}Prefer: wait=20\n")
        ->{json}{state}, 'failed', 'taken up again it fails again');

    is(correct($order, 'fine.now@example.org')->{json}{mail}{state}, 'sent',
        'the second correction arrives');
    is(unseen($vm), 0, 'and what failed before is settled');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $order->{user}"
        . ' AND data IS NOT NULL'), 0, 'no password is kept');

    my $call = ask('POST', "/api/tasks/$task/retry", $boss);
    is(said($call), '409 not_possible', 'a password of before is not set');
    is((($node->asked('secret'))[-1] =~ /(\S+)$/)[0],
        password('fine.now@example.org'), "root's is that of the mail");
}


# what the outbox would have tried again
sub queued_before {
    my $email = unique('rcpt451.') . '@example.org';
    my $order = ordered($email);
    my $mail = sql_value("SELECT id FROM mail WHERE user_id = $order->{user}");

    is($order->{mail}{state}, 'queued', 'a mail that waits');
    ok($order->{mail}{correctable}, 'can be corrected');
    is(correct($order, 'waits.no.more@example.org')->{json}{mail}{state},
        'sent', 'and goes');
    is(sql_value("SELECT CONCAT_WS(' ', state, data IS NULL, next_try IS NULL)"
        . " FROM mail WHERE id = $mail"), 'cancelled 1 1',
        'the one before does not');
    is(said(ask('POST', "/api/admin/mail/$mail/retry", $boss)),
        '409 not_possible', 'nor by hand');
}


# who has read it before, and sends it behind: nothing is left to send
sub nothing_in_hand {
    my $email = unique('rcpt452.') . '@example.org';
    my $order = ordered($email);
    my $mail = sql_value("SELECT id FROM mail WHERE user_id = $order->{user}");
    my $tries = sql_value("SELECT attempts FROM mail WHERE id = $mail");
    my $held;

    # due, and read by the outbox as soon as that is committed, while the row
    # is held again
    sql("UPDATE mail SET next_try = NOW(3) + INTERVAL 2 SECOND"
        . " WHERE id = $mail");
    $held = held("UPDATE mail SET state = 'cancelled', data = NULL"
        . " WHERE id = $mail");
    ok(wait_for(20, sub { waiting() }), 'a sender waits for the row');
    release($held);
    select undef, undef, undef, 0.5;
    is(sql_value("SELECT CONCAT_WS(' ', state, attempts) FROM mail"
        . " WHERE id = $mail"), "cancelled $tries", 'and has nothing to send');
}


# who got the mail for another has the link as well, where that was mailed
sub link_was_mailed {
    my $call = ask('POST', '/api/orders', $json,
        order_body(email => 'held@example.org'));
    my $order = $call->{json};

    ok(!exists $order->{mail}, 'what waits has no mail');
    is(said(correct($order, 'x@example.org')), '409 vm_busy', 'or address');
    ask('POST', "/api/admin/orders/$order->{task}/approve",
        "${boss}Prefer: wait=30\n");
    is(shown($order)->{mail}{left}, 1, 'approved, there is one');

    my $done = correct($order, 'held.right@example.org')->{json}{mail};
    is($done->{state}, 'sent', 'which is sent');
    is($done->{left}, 0, 'and no other');
    is(said(correct($order, 'held@example.org')), '429 mail_spent',
        'so nobody takes it back');
}


run_tests();

__DATA__

=== TEST 1: account and a new password go to the corrected address
--- request
GET /api/plans
--- timeout: 60
--- check: arrives



=== TEST 2: the mail has the language of the order
--- request
GET /api/plans
--- check: speaks



=== TEST 3: a correction is refused when it is late or repeated too often
--- request
GET /api/plans
--- timeout: 60
--- check: is_refused



=== TEST 4: an invalid correction names the wrong member
--- request
GET /api/plans
--- check: is_no_call



=== TEST 5: of simultaneous corrections one is accepted, and is streamed
--- request
GET /api/plans
--- timeout: 60
--- check: one_wins



=== TEST 6: a correction is refused before the order has ended
--- request
GET /api/plans
--- timeout: 60
--- check: waits_for_its_order



=== TEST 7: of a sign-in and a simultaneous correction one succeeds, never both
--- request
GET /api/plans
--- timeout: 90
--- check: never_both



=== TEST 8: the correction checks its conditions again under the lock
--- request
GET /api/plans
--- timeout: 60
--- check: looks_again



=== TEST 9: an order that failed for its address is completed
--- request
GET /api/plans
--- timeout: 60
--- error_log: failed
--- check: failed_order



=== TEST 10: a failed correction is reported, and can be corrected
--- request
GET /api/plans
--- timeout: 60
--- error_log: failed
--- check: failed_correction



=== TEST 11: a mail that waits in the outbox is withdrawn
--- request
GET /api/plans
--- timeout: 60
--- check: queued_before



=== TEST 12: a mail that a worker is sending is withdrawn
--- request
GET /api/plans
--- timeout: 60
--- check: nothing_in_hand



=== TEST 13: an order whose link went to the wrong address is corrected once
--- panel: vzpanel_signup approve; vzpanel_public_url https://host.example/panel;
--- request
GET /api/plans
--- timeout: 60
--- check: link_was_mailed
