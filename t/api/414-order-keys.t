# An order, and a container of an administrator, with SSH keys: root has them,
# and no mail has a password that opens the container.

use File::Temp ();
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $url = 'https://host.example/panel';

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => "vzpanel_public_url $url;")
        if !defined $_[0]->http_config && !defined $_[0]->vzpanel;
});

our $json = "Content-Type: application/json\n";
our $ana = user(unique('ana.keyed'));
our $anas = session($ana);
our $boss = session(user(unique('boss.keyed'), role => 'admin')) . $json;
our $dir = File::Temp::tempdir(CLEANUP => 1);
our %order;
our @made;

our $debian = sql_value("SELECT name FROM template WHERE name LIKE 'debian-%'"
    . ' AND enabled LIMIT 1');
our $plan = unique('Con clave ');

sql("INSERT INTO plan (name, memory_mib, disk_mib, cpu_units)"
    . " VALUES ('$plan', 300, 512, 1000)");

my $pid = $$;

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $_) for @made;
        sql("UPDATE plan SET visible = 0 WHERE name = '$plan'");
        forget_held();
    }
}

# make_key NAME, ARGUMENT...: the line of its public half
sub make_key {
    my ($name, @args) = @_;

    system('ssh-keygen', '-q', '-N', '', '-C', "$name\@desk", '-f',
        "$dir/$name", @args) == 0 or die "ssh-keygen: $?";
    open my $in, '<', "$dir/$name.pub" or die "$name: $!";

    return <$in> =~ s/\s+\z//r;
}

our $key = make_key('buyer', '-t', 'ed25519');
our $short = make_key('short', '-t', 'rsa', '-b', '1024');

sub print_of {
    my ($name) = @_;
    return (`ssh-keygen -lf $dir/$name.pub` =~ /(SHA256:\S+)/)[0];
}

sub ordered {
    my (%more) = @_;
    my $answer = ask_end(ask_begin('POST', '/api/orders',
        "${json}Prefer: wait=110\n", order_body(plan => $plan, key => $key,
            %more)), 115);
    my $order = $answer->{json};

    if ($order->{task}) {
        ($order->{user_id}, $order->{ctid}, $order->{email_to}) =
            split /\t/, sql_value('SELECT u.id, v.ctid, u.email FROM task t'
            . ' JOIN vm v ON v.id = t.vm_id JOIN user u ON u.id = v.user_id'
            . " WHERE t.id = $order->{task}");
        push @made, $order->{ctid};
    }

    return $order;
}

sub last_mail {
    my ($email) = @_;

    return mail_text(wait_for(10, sub { (mails($email))[-1] }) // '');
}

# the token of the link in a mail
sub link_of { return $_[0] =~ m{\Q$url\E/reset#token=([0-9a-f]{64})} ? $1 : '' }

sub chooses {
    my ($token) = @_;

    return ask('PUT', '/api/password/reset', $json, encode_json(
        { token => $token, new => 'eleven green boats' }))->{code};
}

sub hash_of {
    my ($ctid) = @_;
    return (guest_file($ctid, 'etc/shadow') =~ /^root:([^:]*):/m)[0] // '';
}


# --- what is refused ---

sub refused {
    my $before = sql_value('SELECT COUNT(*) FROM user');

    for my $bad ('ssh-ed25519 AAAA', $short, $key =~ s/ed25519/rsa/r,
        "command=\"x\" $key", "$key\n$key")
    {
        my $answer = ask('POST', '/api/orders', $json,
            order_body(key => $bad));

        is($answer->{code}, 422, 'refused: ' . substr $bad, 0, 16);
        is($answer->{json}{errors}[0]{field}, 'key', 'by its name');
    }

    is(sql_value('SELECT COUNT(*) FROM user'), $before, 'nothing was made');
}


# --- a visitor's order ---

sub lets_in {
    my $order = ordered(template => $debian, hostname => 'llave');
    my $text = last_mail($order->{email_to});
    my $print = print_of('buyer');

    $order{first} = { %$order, token => link_of($text) };

    is($order->{state}, 'done', 'an order with a key is carried out');
    like($text, qr/^  ssh root\@\Q$order->{address}\E$/m, 'how to get in');
    like($text, qr/^  buyer\@desk \(\Q$print\E\)$/m, 'with which key');
    unlike($text, qr/Contrase\S+: |Password: /, 'no password is mailed');
    ok(link_of($text), 'but a link to choose one');
    is(sql_value("SELECT template FROM mail WHERE user_id = $order->{user_id}"),
        'credentials_key', 'it is a mail of its own');
    like(guest_file($order->{ctid}, 'root/.ssh/authorized_keys'),
        qr/^\Q$key\E$/m, 'root has the key');
    is(sql_value("SELECT name FROM user_key WHERE user_id ="
        . " $order->{user_id}"), 'buyer@desk', 'and so has the account');

    my $hash = hash_of($order->{ctid});
    my $panel = sql_value("SELECT password FROM user WHERE id ="
        . " $order->{user_id}");

    like($hash, qr/^\$6\$/, 'root is not locked, but nobody knows the password');
    isnt($hash, $panel, 'which is none of the account');

    my $said = wait_for(30, sub {
        my $out = `ssh -i $dir/buyer -o BatchMode=yes -o ConnectTimeout=5 \\
            -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
            -o IdentitiesOnly=yes -F none root\@$order->{address} \\
            hostname 2>/dev/null`;
        return $out =~ /llave/ && $out;
    });

    is($said, "llave\n", 'ssh with the key');

    my ($task) = grep { $_->{step} eq 'password' }
        @{ ask('GET', "/api/tasks/$order->{task}", $boss)->{json}{log} };
    ok($task, 'the log tells of it');
}

sub in_use {
    my $owner = session($order{first}{user_id});
    my $id = sql_value("SELECT id FROM user_key WHERE user_id ="
        . " $order{first}{user_id}");

    sql("UPDATE user SET must_change = 0 WHERE id = $order{first}{user_id}");
    is(ask('DELETE', "/api/account/keys/$id", $owner)->{json}{code},
        'key_in_use', 'a key that a container has is not deleted');
    sql("UPDATE user SET must_change = 1 WHERE id = $order{first}{user_id}");
    sql("DELETE FROM session WHERE user_id = $order{first}{user_id}");
    sql("DELETE FROM audit WHERE user_id = $order{first}{user_id}"
        . " AND action = 'session.open'");
}

# the address was mistyped: the container stays as it is
sub corrected {
    my $order = $order{first};
    my $hash = hash_of($order->{ctid});
    my $to = unique('keyed') . '@example.org';
    my $answer = ask_end(ask_begin('POST', "/api/orders/$order->{order}/mail",
        "${json}Prefer: wait=30\n", encode_json({ email => $to })), 40);
    my $text = last_mail($to);

    is($answer->{code}, 200, 'the address is corrected');
    like($text, qr/^  buyer\@desk \(SHA256/m, 'the mail names the key');
    unlike($text, qr/Contrase\S+: |Password: /, 'and no password');
    isnt(link_of($text), $order->{token}, 'its link is another one');
    is(hash_of($order->{ctid}), $hash, 'root has the password of before');
    is(chooses($order->{token}), 410, 'the link of before opens nothing');
    is(chooses(link_of($text)), 204, 'that of now does');
    is(ask('POST', '/api/session', $json, encode_json({
        account => $order->{account}, password => 'eleven green boats' }))
        ->{code}, 200, 'with the password that was chosen');
    is(chooses(link_of($text)), 410, 'it works once');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id ="
        . " $order->{user_id} AND data LIKE '%token%'"), 0, 'no link is kept');
}

# the same order sent twice, and one with another key
sub once {
    my $head = "${json}Idempotency-Key: " . unique('keyed') . "\n";
    my $body = order_body(key => $key);
    my @same = map { ask('POST', '/api/orders', $head, $body) } 1 .. 2;

    is($same[0]{code}, 202, 'ordered');
    is($same[1]{json}{order}, $same[0]{json}{order}, 'sent again it is one');
    wait_for(60, sub { ask('GET', "/api/orders/$same[0]{json}{order}")
        ->{json}{state} eq 'done' });
    push @made, sql_value('SELECT v.ctid FROM task t JOIN vm v ON'
        . " v.id = t.vm_id WHERE t.id = $same[0]{json}{task}");
}

# no address of the panel: no link can be mailed
sub without_url {
    my $order = ordered();
    my $text = last_mail($order->{email_to});
    my ($word) = $text =~ /(?:Contrase\S+|Password): +(\S+)/;
    my $hash = hash_of($order->{ctid});

    is($order->{state}, 'done', 'carried out without a public address');
    like($text, qr/buyer\@desk/, 'the mail names the key');
    is(ask('POST', '/api/session', $json, encode_json({
        account => $order->{account}, password => $word // '' }))->{code}, 200,
        'and has a password for the panel');
    isnt(crypt($word // '', $hash), $hash, 'which is not that of root');
}


# --- an order that waits ---

sub waits {
    my $order = ordered();
    my $left = 'SELECT TIMESTAMPDIFF(HOUR, NOW(), expires) FROM reset'
        . " WHERE user_id = $order->{user_id}";

    is($order->{state}, 'held', 'it waits');
    sql("UPDATE reset SET expires = NOW() + INTERVAL 1 HOUR WHERE user_id ="
        . " $order->{user_id}");
    is(ask('POST', "/api/admin/orders/$order->{task}/approve",
        "${boss}Prefer: wait=60\n")->{json}{state}, 'done', 'approved');
    like(sql_value($left), qr/^16[78]$/, 'its link is good from then on');
    like(guest_file($order->{ctid}, 'root/.ssh/authorized_keys'),
        qr/^\Q$key\E$/m, 'root has the key');

    my $other = ordered();

    is(ask('POST', "/api/admin/orders/$other->{task}/reject", $boss, '{}')
        ->{code}, 204, 'another is rejected');
    is(sql_value("SELECT COUNT(*) FROM user_key WHERE user_id ="
        . " $other->{user_id}"), 0, 'its key is forgotten');
}


# --- an administrator ---

sub created {
    my $print = ask('POST', '/api/account/keys', $anas,
        encode_json({ name => 'mine', key => $key }))->{json}{fingerprint};
    my %body = (user => $ana, template => busybox(), memory_mib => 64,
        disk_mib => 256);
    my $bad = ask('POST', '/api/vms', $boss, encode_json({ %body,
        keys => ['SHA256:' . 'x' x 43] }));

    is($bad->{code}, 422, 'a key that its owner has not');
    is($bad->{json}{errors}[0]{field}, 'keys', 'is refused by its name');
    is(sql_value("SELECT COUNT(*) FROM vm WHERE user_id = $ana"), 0,
        'nothing was made');

    my $answer = ask_end(ask_begin('POST', '/api/vms',
        "${boss}Prefer: wait=60\n", encode_json({ %body, keys => [$print] })),
        65);
    my $vm = $answer->{json}{vm}{id};
    my $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
    my $text = last_mail(sql_value("SELECT email FROM user WHERE id = $ana"));

    push @made, $ctid;
    is($answer->{json}{state}, 'done', 'made with a key');
    like(guest_file($ctid, 'root/.ssh/authorized_keys'),
        qr/^\S+ \S+ mine$/m, 'root has it');
    like($text, qr/^  mine \(\Q$print\E\)$/m, 'the mail names it');
    unlike($text, qr/Contrase\S+: |Password: /, 'and no password');
    is(scalar(grep { $_->{has} } @{ ask('GET', "/api/vms/$vm/keys", $anas)
            ->{json}{items} }), 1, 'the page shows it');
}

run_tests();

__DATA__

=== TEST 1: what is no good key is refused before anything is made
--- init: ::refused()
--- request
GET /api/plans

=== TEST 2: a visitor's key lets in, and no password is mailed
--- timeout: 120
--- init: ::lets_in()
--- request
GET /api/plans

=== TEST 3: the key is in use
--- init: ::in_use()
--- request
GET /api/plans

=== TEST 4: a mistyped address is corrected without touching the container
--- timeout: 60
--- init: ::corrected()
--- request
GET /api/plans

=== TEST 5: the same order is one
--- timeout: 80
--- init: ::once()
--- request
GET /api/plans

=== TEST 6: where the panel has no address a password for it alone is mailed
--- timeout: 120
--- vzpanel
--- init: ::without_url()
--- request
GET /api/plans

=== TEST 7: an order that waits for approval
--- timeout: 80
--- vzpanel: vzpanel_signup approve; vzpanel_public_url https://host.example/panel;
--- init: ::waits()
--- request
GET /api/plans

=== TEST 8: an administrator gives a container its owner's keys
--- timeout: 80
--- init: ::created()
--- request
GET /api/plans
