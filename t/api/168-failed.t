# An order that fails: administrators are told and mailed, it is counted until
# one of them has seen it, and a visitor is not told a node's words.

use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

# a node that makes nothing
our $node = VzDaemon->new(
    create => ['+ 5 unpacking it', 'err failed /srv/secret.tar: not an archive'],
    list => ['ok'], destroy => ['ok']);

add_block_preprocessor(sub {
    $_[0]->set_value(http_config =>
        $node->http_config . ($_[0]->mail // ''));
});

our $json = "Content-Type: application/json\n";
our $boss_id = user(unique('boss'), role => 'admin');
our $boss = session($boss_id) . $json;
our $locked = user(unique('locked'), role => 'admin', locked => 1);


sub ordered {
    my $order = ask('POST', '/api/orders', "${json}Prefer: wait=30\n",
        order_body())->{json};

    is($order->{state}, 'failed', 'the order fails');

    return $order;
}

sub unseen {
    my ($task) = @_;
    my $list = ask('GET', '/api/tasks?unseen=1&limit=200', $boss)->{json};

    return scalar grep { $_->{id} == $task } @{ $list->{items} };
}

# what is in a mail is gone once it was sent, so they are counted
sub mailed {
    my ($to) = @_;

    return sql_value("SELECT COUNT(*) FROM mail WHERE template = 'failed'"
        . " AND user_id = $to");
}


sub nobody_is_lied_to {
    my $order = ordered();
    my $task = $order->{task};

    is($order->{error}{code}, 'failed', 'the code is for everybody');
    is($order->{error}{detail}, '', "a node's words are not");
    unlike(JSON::PP->new->encode($order), qr/secret/, 'nowhere in the order');
    like($order->{email}, qr/^a\*\*\*\@/, 'where its mail will go is');

    my $whole = ask('GET', "/api/tasks/$task", $boss)->{json};

    is($whole->{error}{detail}, '/srv/secret.tar: not an archive',
        'an administrator reads them');
    ok($whole->{unseen}, 'and that nobody has seen it');
    is(ask('GET', '/api/tasks?state=failed&unseen=1&limit=10', $boss)
        ->{json}{items}[0]{id}, $task, 'the newest of those comes first');
    is_deeply($whole->{owner}, { map { $_ => sql_value("SELECT u.$_ FROM task t"
        . " JOIN user u ON u.id = t.user_id WHERE t.id = $task") }
        qw(id account) }, 'and whose container it is');
    is(unseen($task), 1, 'it is counted');
    is(mailed($boss_id), 1, 'an administrator is mailed');
    is(mailed($locked), 0, 'one who is locked is not');

    my $owner = sql_value("SELECT user_id FROM task WHERE id = $task");
    sql("UPDATE user SET must_change = FALSE WHERE id = $owner");
    my $his = ask('GET', "/api/tasks/$task", session($owner))->{json};

    is($his->{error}{detail}, '', 'nor does its owner read them');
    ok(!exists $his->{unseen}, 'or who has seen what');
    ok(!exists $his->{owner}, 'it is nobody else\'s');
    unlike(join(' ', map { $_->{text} } @{ $his->{log} }), qr/secret/,
        'also not in the log');

    is(ask('POST', "/api/tasks/$task/seen", session($owner) . $json)->{code},
        403, 'who is none has seen nothing');
    is(ask('POST', "/api/tasks/$task/seen", $boss)->{code}, 204, 'seen');
    is(ask('POST', "/api/tasks/$task/seen", $boss)->{code}, 204, 'twice');
    is(unseen($task), 0, 'then it is not counted');

    is(ask('POST', "/api/tasks/$task/retry", "${boss}Prefer: wait=30\n")
        ->{json}{state}, 'failed', 'once more it fails');
    is(unseen($task), 1, 'and is counted again');

    my $vm = $order->{vm};
    is(ask('DELETE', "/api/vms/$vm->{id}", "${boss}Prefer: wait=30\n",
        qq({"name":"$vm->{name}"}))->{json}{state}, 'done', 'destroyed');
    is(unseen($task), 0, 'what failed of it is handled');
}


sub is_told {
    my $call = ask_begin('GET', '/api/events', $boss);

    wait_for(5, sub { ask_more($call, 0.1);
        ask_result($call)->{body} =~ /^id: /m });

    my $order = ordered();
    my $seen = qr/"kind":"order_failed","object":$order->{task},"name":"\Q$order->{vm}{name}\E","text":""/;

    ok(wait_for(10, sub { ask_more($call, 0.1);
        ask_result($call)->{body} =~ $seen }), 'a stream tells it');
}


sub is_not_mailed {
    my $before = mailed($boss_id);
    my $order = ordered();

    is(mailed($boss_id), $before, 'nobody is mailed');
    is(unseen($order->{task}), 1, 'but it is counted');
}


# those that nobody has seen are few among many: their list reads no others
sub is_keyed {
    my $source = do {
        open my $in, '<', 'src/panel/task/task.c' or die "task.c: $!";
        local $/;
        <$in>;
    };
    my ($list) = $source =~ /vz_sql\("task_list",(.*?)\);/s;
    my ($page) = join('', $list =~ /"([^"]*)"/g)
        =~ /FROM \((SELECT id FROM task.*LIMIT \?)\) p/;

    ok($page, 'the page of a list is found first');
    $page =~ s/\(\? IS NULL OR FIND_IN_SET[^)]*\)\)/FIND_IN_SET(state, 'failed')/;
    $page =~ s/\(\? IS NULL OR unseen = \?\)/unseen = 1/;
    $page =~ s/\(\? IS NULL OR [^)]*\)/(NULL IS NULL)/g;
    $page =~ s/LIMIT \?/LIMIT 11/;

    sql("INSERT INTO task (kind, actor, via, state, steps, finished)"
        . " SELECT 'start', 'many', 'web', 'done', 1, NOW(3)"
        . ' FROM seq_1_to_1000; ANALYZE TABLE task');

    my (undef, undef, undef, $type, undef, $key, undef, undef, undef, $extra)
        = split /\t/, sql_value("EXPLAIN $page");

    is($key, 'unseen', 'by the key of those');
    is($type, 'ref', 'no others are read');
    unlike($extra, qr/filesort|temporary/, 'in its order: nothing is sorted');
    sql("DELETE FROM task WHERE actor = 'many'; ANALYZE TABLE task");
}


run_tests();

__DATA__

=== TEST 1: a failed order is counted and mailed to administrators, and its buyer does not read the node's message
--- init: ::nobody_is_lied_to()
--- error_log: failed



=== TEST 2: an administrator's open page hears of a failed order at once
--- init: ::is_told()
--- error_log: failed



=== TEST 3: with vzpanel_failed_mail off no mail is sent
--- mail: vzpanel_failed_mail off;
--- init: ::is_not_mailed()
--- error_log: failed



=== TEST 4: the list of unseen failures uses its index
--- init: ::is_keyed()
