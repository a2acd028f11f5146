# Notices on the stream: who hears of what, that who returns misses none, and
# that only the newest are kept.

use Digest::SHA qw(hmac_sha256_hex);
use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

# a node that is silent while there is that file
our $silent = tempdir(CLEANUP => 1) . '/silent';
our $node = VzDaemon->new(list => sub { [-e $silent ? undef : 'ok'] });

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => ($node->http_config
        =~ s/from=/bounce=back\@vzpanel.example from=/r)
        . 'vzpanel_signup approve;');
});

use constant KEPT => 128;

our $json = JSON::PP->new->utf8;
our $type = "Content-Type: application/json\n";
our $mark = unique('notice');
our ($ana, $bea, $caro) = map { user("$_.$mark") } qw(ana bea caro);
our $root = user("root.$mark", role => 'admin');
our %cookie = (root => session($root), ana => session($ana),
    bea => session($bea), caro => session($caro));
our $boss = $cookie{root} . $type;
our ($anas, $beas) = map { vm($_, desired_state => 'stopped') } $ana, $bea;
our $report = do {
    my $seed = vz_top() . '/t/fuzz/seeds_report/postfix-failed';

    open my $in, '<', $seed or die "$seed: $!";
    local $/;
    <$in>;
};


# mails that were sent, as many as are asked for; their ids
sub sent_mails {
    my ($n) = @_;

    return sql('INSERT INTO mail (recipient, template, language, message_id,'
        . " state, attempts) SELECT 'x\@example.org', 'reset', 'es',"
        . " UUID(), 'sent', 1 FROM seq_1_to_$n;"
        . " SELECT id FROM mail ORDER BY id DESC LIMIT $n");
}


sub comes_back {
    my ($mail) = @_;
    my $key = sql_value('INSERT IGNORE INTO secret (name, value) VALUES'
        . " ('bounce', SHA2(RAND(), 256));"
        . " SELECT value FROM secret WHERE name = 'bounce'");
    my $mac = substr hmac_sha256_hex("mail $mail", $key), 0, 20;

    return ask('POST', "/api/mail/bounces?to=back%2B$mail.$mac%40vzpanel"
        . '.example', "Content-Type: message/rfc822\n", $report)->{code};
}


# a stream that has begun, with the id that it begins with
sub watch {
    my ($who, $headers) = @_;
    my $call = ask_begin('GET', '/api/events',
        $cookie{$who} . ($headers // ''));

    # one that returns is given another only with something to tell
    $call->{id} = wait_for($headers ? 2 : 5, sub {
        ask_more($call, 0.1);
        return ask_result($call)->{body} =~ /^id: (\d+)\n/m ? $1 : 0;
    });

    return $call;
}


sub notices {
    my ($call) = @_;

    return map { $json->decode($_) }
        ask_result($call)->{body} =~ /^event: notice\ndata: (.*)\n\n/mg;
}

sub told { join ' ', map { "$_->{kind}:$_->{object}" } notices($_[0]) }


# until a stream has told so many
sub hears {
    my ($call, $n) = @_;

    wait_for(10, sub {
        ask_more($call, 0.1);
        return (() = notices($call)) >= $n;
    });

    return (notices($call))[$n - 1] // {};
}


sub suspend {
    my ($vm, $how, $body) = @_;

    is(ask('POST', "/api/vms/$vm/$how", "${boss}Prefer: wait=20\n", $body)
        ->{json}{state}, 'done', "$how $vm");
}


# one of each; at the end each hears of something, so nothing is on its way
sub who_hears {
    my %stream = map { $_ => watch($_) } keys %cookie;

    ok($stream{caro}{id}, 'a client that has nothing is given an id at once');

    my $task = ask('POST', '/api/orders', $type, order_body())->{json}{task};
    my $waits = hears($stream{root}, 1);

    is($waits->{name}, "Ana P\x{e9}rez", 'the notice says who ordered');
    is(ask('POST', "/api/admin/orders/$task/reject", $boss, '{}')->{code},
        204, 'rejected');

    my $refused = sql_value('INSERT INTO mail (recipient, template, language,'
        . " data, message_id, state, next_try) VALUES ('r.$mark\@example.org',"
        . " 'nothing', 'es', '{}', UUID(), 'queued', NOW(3));"
        . ' SELECT LAST_INSERT_ID()');
    my $notice = hears($stream{root}, 3);

    is($notice->{name}, "r.$mark\@example.org", 'it says to which address');
    is($notice->{text}, 'the mail could not be written', 'it says why');

    my ($back) = sent_mails(1);

    is(comes_back($back), 200, 'a mail comes back');
    like(hears($stream{root}, 4)->{text}, qr/User unknown$/,
        'the notice says why');
    is(comes_back($back), 200, 'a second bounce is not told');

    my $id = sql_value("SELECT id FROM node WHERE name = 'local'");

    { open my $out, '>', $silent or die "$silent: $!" }
    is(hears($stream{root}, 5)->{name}, 'local',
        'the notice names the node that is silent');
    unlink $silent;
    hears($stream{root}, 6);

    suspend($anas, 'suspend', '{"reason":"unpaid"}');
    is(hears($stream{ana}, 1)->{text}, 'unpaid',
        'the notice says why it was suspended');
    suspend($anas, 'unsuspend');
    is(hears($stream{ana}, 2)->{text}, '', 'the suspension is over then');
    suspend($beas, 'suspend');
    is(hears($stream{bea}, 1)->{text}, '',
        'the notice has no reason if none was given');

    my ($last) = sent_mails(1);

    comes_back($last);
    hears($stream{root}, 7);
    ask_more($_, 0.3) for values %stream;

    is(told($stream{root}), "order_waits:$task order_decided:$task"
        . " mail_refused:$refused mail_bounced:$back node_down:$id"
        . " node_up:$id mail_bounced:$last",
            'administrators are told about everything');
    is(told($stream{ana}), "suspended:$anas unsuspended:$anas",
        'a customer is told about the own server');
    is(told($stream{bea}), "suspended:$beas",
        'another customer is told about theirs');
    is(told($stream{caro}), '',
        'a customer whom nothing concerns is told nothing');
}


# each once, in every worker, and nothing to who has just come
sub returns {
    my @before = map { watch('root') } 1 .. 6;
    my $id = $before[0]{id};
    my ($second, $first) = sent_mails(2);

    close $before[0]{socket};
    comes_back($_) for $first, $second;

    my $all = "mail_bounced:$first mail_bounced:$second";
    my $again = watch('root', "Last-Event-ID: $id\n");

    is(told($again), $all, 'a client that returns is told what it missed');

    for my $call (@before[1 .. 5]) {
        hears($call, 2);
        is(told($call), $all, 'a client that stayed was told at the time');
    }

    is(told(watch('root', "Last-Event-ID: $again->{id}\n")), '',
        'a notice is not told again');
    is(told(watch('root')), '', 'a new client is told nothing of before');
    is(told(watch('caro', "Last-Event-ID: $id\n")), '',
        'a customer is not told what concerns others');
}


sub bounded {
    my $id = watch('root')->{id};
    my @mails = reverse sent_mails(KEPT + 3);

    is((grep { comes_back($_) == 200 } @mails), @mails, 'mails come back');

    my @all = notices(watch('root', "Last-Event-ID: $id\n"));

    is(scalar @all, KEPT, 'the newest notices are kept');
    is(join(' ', map { $_->{object} } @all), "@mails[3 .. $#mails]",
        'they are in their order');
    is((grep { $all[$_]{id} <= $all[$_ - 1]{id} } 1 .. $#all), 0,
        'their ids grow');
}

run_tests();

__DATA__

=== TEST 1: each user is notified of their own events and no others
--- init: ::who_hears()



=== TEST 2: a client that returns gets every missed notice once
--- init: ::returns()



=== TEST 3: only the newest notices are kept
--- init: ::bounded()
