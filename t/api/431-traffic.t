# What a container sends and gets, by months: what its node counted is added
# once, whatever becomes of the counter and whoever else adds it; its owner is
# mailed at 80 and 100 per cent; it is throttled or suspended beyond its quota,
# and freed with the next month or a greater quota.

use File::Temp qw(tempfile);
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $gib = 1 << 30;
our (undef, $told) = tempfile('vztraffic-XXXXXX', TMPDIR => 1, UNLINK => 1);
our (undef, $race) = tempfile('vztraffic-XXXXXX', TMPDIR => 1, UNLINK => 1);


sub slurp {
    my ($name) = @_;

    open my $in, '<', $name or return '';
    local $/;
    return <$in> // '';
}


# the node tells what the test wrote; meanwhile another worker may have run a
# statement
our $node = VzDaemon->new(
    node => ['= driver=lxc features=rate,traffic', 'ok'],
    traffic => sub {
        my @lines = map { "= $_" } split /\n/, slurp($told);
        my $sql = slurp($race);

        if ($sql) {
            sql($sql);
            unlink $race;
        }
        return [@lines, 'ok'];
    });

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});

our $json = "Content-Type: application/json\n";
our $root = session(user('root.traffic', role => 'admin')) . $json;
our $eva_id = user(unique('eva'));
our $eva = session($eva_id) . $json;
our $eva_mail = sql_value("SELECT email FROM user WHERE id = $eva_id");
our ($vm, %tag);


# server COLUMNS: one of Eva's, which the node counts
sub server {
    my (%row) = @_;
    my $tag = sprintf '%08x%08x', rand 2**32, rand 2**32;
    my $id = vm($eva_id, tag => $tag, %row);

    $tag{$id} = 'id=' . sql_value("SELECT ctid FROM vm WHERE id = $id")
        . " tag=$tag";
    return $id;
}


# tells COUNTER, IN, OUT: what the node says from now on of $vm
sub tells {
    my ($counter, $in, $out) = @_;

    open my $to, '>', "$told.new" or die "$!\n";
    print $to "$tag{$vm} counter=", $counter x 16, ' since=', time, ' read=',
        time, " in=$in out=$out\n";
    close $to;
    rename "$told.new", $told;
    return;
}


sub month {
    return sql_value('SELECT CONCAT(SUM(bytes_in), " ", SUM(bytes_out))'
        . " FROM vm_traffic WHERE vm_id = $vm");
}


# counts IN, OUT, TITLE: until the month has so much
sub counts {
    my ($in, $out, $title) = @_;

    wait_for(60, sub { month() eq "$in $out" });
    is(month(), "$in $out", $title);
    return;
}


# read_again: until the node was asked twice more, so that all that it told
# was seen
sub read_again {
    my $n = $node->asked('traffic');

    wait_for(90, sub { $node->asked('traffic') >= $n + 2 });
    return;
}


# queued TEMPLATE: how many mails of that kind Eva was sent, of all
sub queued {
    my ($template) = @_;

    return sql_value('SELECT COUNT(*) FROM mail WHERE'
        . " user_id = $eva_id AND template = '$template'");
}


# becomes EXPRESSION, VALUE, TITLE: of its row
sub becomes {
    my ($what, $value, $title) = @_;
    my $sql = "SELECT $what FROM vm WHERE id = $vm";

    wait_for(60, sub { (sql_value($sql) // 'NULL') eq $value });
    is(sql_value($sql) // 'NULL', $value, $title);
    return;
}


sub shown { return ask('GET', "/api/vms/$vm/traffic", $eva)->{json} }


sub quota {
    my ($who, %body) = @_;

    return ask('PATCH', "/api/vms/$vm/traffic", $who, encode_json(\%body));
}


sub adds_up {
    $vm = server(traffic_gib => 1);

    tells('a', 500_000_000, 100_000_000);
    counts(500_000_000, 100_000_000, 'what the node counted is added');

    tells('a', 700_000_000, 200_000_000);
    counts(700_000_000, 200_000_000, 'and then what is new');

    wait_for(20, sub { queued('traffic_near') });
    is(queued('traffic_near'), 1, 'at 80 per cent its owner is mailed');

    tells('b', 200_000_000, 0);
    counts(900_000_000, 200_000_000, 'a counter that began anew goes on');
    wait_for(20, sub { queued('traffic_over') });
    is(queued('traffic_over'), 1, 'at 100 per cent there is another mail');

    tells('b', 150_000_000, 0);
    read_again();
    is(month(), '900000000 200000000', 'one that fell takes nothing away');
    tells('b', 160_000_000, 0);
    counts(910_000_000, 200_000_000, 'and goes on from there');

    # another worker adds the same while this one waits for the node
    open my $to, '>', $race or die "$!\n";
    print $to "UPDATE vm_counter k JOIN vm_traffic x ON x.vm_id = k.vm_id"
        . ' SET x.bytes_in = x.bytes_in + 5, k.seen_in = k.seen_in + 5,'
        . " k.serial = k.serial + 1 WHERE k.vm_id = $vm;";
    close $to;
    tells('b', 160_000_005, 0);
    wait_for(60, sub { !-e $race });
    read_again();
    is(month(), '910000005 200000000', 'what two read is added once');
    is(queued('traffic_near') . queued('traffic_over'), '11',
        'nobody is mailed twice');

    my ($mail) = grep { /traffic|tr=E1fico|tr\xe1fico|80/i } mails($eva_mail);
    ok($mail, 'the mail was sent');
    return;
}


sub is_shown {
    my $months = shown();

    is($months->{quota_gib}, 1, 'the quota');
    is($months->{items}[0]{in_bytes}, 910_000_005, 'the month, received');
    is($months->{items}[0]{out_bytes}, 200_000_000, 'and sent');
    is($months->{items}[0]{month}, $months->{month}, 'which is the present');
    like($months->{starts_anew}, qr/^20\d\d-\d\d-01T00:00:00Z$/,
        'when it starts anew');
    ok($months->{counted}, 'its node counts');

    my $one = ask('GET', "/api/vms/$vm", $eva)->{json};
    is($one->{traffic}{in_bytes}, 910_000_005, 'the container has it, too');
    is($one->{rate}{in_mbit}, 'unlimited', 'and its rate');

    my $other = session(user(unique('otto')));
    is(ask('GET', "/api/vms/$vm/traffic", $other)->{code}, 404,
        'nobody else sees it');
    is(quota($eva, quota_gib => 9)->{code}, 403, 'nor does its owner set it');
    is(quota($root)->{code}, 422, 'nothing is no change');
    is(quota($root, quota_gib => 0)->{json}{errors}[0]{field}, 'quota_gib',
        'a wrong quota is named');
    is(quota($root, action => 'delete')->{json}{errors}[0]{field}, 'action',
        'a wrong action, too');

    # the month before
    sql("INSERT INTO vm_traffic (vm_id, month, bytes_in, bytes_out) VALUES"
        . " ($vm, '2026-01-01', 7, 8)");
    is(shown()->{items}[1]{month}, '2026-01', 'the months are listed');
    return;
}


sub is_throttled {
    $vm = server(traffic_gib => 2, traffic_action => 'throttle',
        rate_in => 100);
    my ($ctid) = $tag{$vm} =~ /id=(\d+)/;

    tells('c', 2 * $gib, 1);
    becomes('throttled', 1, 'beyond its quota it is throttled');
    like(($node->asked('setrate'))[-1], qr/^setrate $ctid 1 1\b/,
        'to the rate of one who is');
    is(queued('traffic_slow'), 1, 'its owner reads it');
    ok(shown()->{throttled}, 'and sees it');

    is(quota($root, throttle_mbit => 3)->{json}{throttle_mbit}, 3,
        'another rate for that');

    # its own rate, meanwhile
    my $one = ask('GET', "/api/vms/$vm", $root);
    my $task = ask('PATCH', "/api/vms/$vm/rate",
        "${root}Prefer: wait=30\nIf-Match: \"$one->{json}{version}\"\n",
        encode_json({ out_mbit => 2 }))->{json};
    is($task->{state}, 'done', 'its own rate is changed');
    like(($node->asked('setrate'))[-1], qr/^setrate $ctid 3 2\b/,
        'and the lower one holds');

    is(quota($root, quota_gib => 3)->{json}{quota_gib}, 3,
        'a greater quota');
    becomes('throttled', 0, 'frees it');
    like(($node->asked('setrate'))[-1], qr/^setrate $ctid 100 2\b/,
        'to its own rates');

    tells('c', 3 * $gib, 1);
    becomes('throttled', 1, 'until that is used, too');
    is(queued('traffic_slow'), 1, 'one mail a month is enough');

    # the next month
    sql("UPDATE vm_traffic SET month = month - INTERVAL 1 MONTH"
        . " WHERE vm_id = $vm");
    becomes('throttled', 0, 'the next month frees it');
    is(sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm"
        . " AND kind = 'throttle'"), 2, 'no task is made twice');
    is(sql_value("SELECT via FROM task WHERE vm_id = $vm"
        . " AND kind = 'throttle' LIMIT 1"), 'system', 'nobody asked for it');
    return;
}


sub is_suspended {
    $vm = server(traffic_gib => 1, traffic_action => 'suspend',
        desired_state => 'running');

    tells('d', $gib, 1);
    becomes('lifecycle', 'suspended', 'beyond its quota it is suspended');

    my $one = ask('GET', "/api/vms/$vm", $eva)->{json};
    is($one->{suspended}, 'traffic', 'its owner reads why');
    ok($one->{traffic}{suspended}, 'and that it ends by itself');
    is(queued('traffic_stop'), 1, 'in a mail, too');
    is(sql_value("SELECT action FROM audit WHERE object = 'vm $vm'"),
        'vm.suspend', 'the audit has it');

    quota($root, quota_gib => 2);
    becomes('lifecycle', 'ready', 'a greater quota lifts it');

    tells('d', 2 * $gib, 1);
    becomes('lifecycle', 'suspended', 'until that is used, too');

    # the next month
    sql("UPDATE vm_traffic SET month = month - INTERVAL 1 MONTH"
        . " WHERE vm_id = $vm");
    becomes('lifecycle', 'ready', 'the next month lifts it');
    is(sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm"
        . " AND kind = 'suspend'"), 2, 'no task is made twice');

    # an administrator who lets it run
    tells('d', 4 * $gib, 1);
    becomes('lifecycle', 'suspended', 'and again');
    is(ask('POST', "/api/vms/$vm/unsuspend",
        "${root}Prefer: wait=30\n")->{json}{state}, 'done',
        'an administrator lets it run');
    read_again();
    becomes('lifecycle', 'ready', 'and it runs until the next month');

    # an administrator's own suspension is nothing that a month lifts
    is(ask('POST', "/api/vms/$vm/suspend", "${root}Prefer: wait=30\n",
        encode_json({ reason => 'abuse' }))->{json}{state}, 'done',
        'an administrator suspends it');
    sql("UPDATE vm_traffic SET month = month - INTERVAL 3 MONTH"
        . " WHERE vm_id = $vm ORDER BY month LIMIT 1");
    quota($root, quota_gib => 'unlimited');
    read_again();
    becomes('lifecycle', 'suspended', 'which stays');
    return;
}


sub plan_has_it {
    my $name = unique('Red ');
    my $plan = ask('POST', '/api/admin/plans', $root, encode_json({
        name => $name, memory_mib => 64, disk_mib => 512, traffic_gib => 500,
        traffic_action => 'throttle', throttle_rate => 2, rate_in => 200 }));

    is($plan->{json}{traffic_gib}, 500, 'a plan has a quota');
    is($plan->{json}{rate_out}, 'unlimited', 'and rates');

    my ($offer) = grep { $_->{name} eq $name }
        @{ ask('GET', '/api/plans')->{json}{items} };
    is($offer->{traffic_gib}, 500, 'which visitors see');
    is(ask('POST', '/api/admin/plans', $root, encode_json({
        name => unique('Red '), memory_mib => 64, disk_mib => 512,
        traffic_action => 'burn' }))->{json}{errors}[0]{field},
        'traffic_action', 'a wrong action is refused');

    my $made = ask('POST', '/api/vms', "${root}Prefer: wait=60\n", encode_json({
        user => "$eva_id", plan => $name, template => busybox() }));
    my $row = sql_value('SELECT CONCAT_WS(" ", v.traffic_gib,'
        . ' v.traffic_action, v.throttle_rate, v.rate_in, v.rate_out)'
        . ' FROM vm v JOIN plan p ON p.id = v.plan_id'
        . " WHERE p.name = '$name'");

    is($row, '500 throttle 2 200', 'a container of it has its own copy');
    like(join("\n", $node->asked('setrate')), qr/^setrate \d+ 200 unlimited/m,
        'and is held to its rate');
    is($made->{json}{state}, 'done', 'when it is made');
    return;
}


run_tests();

__DATA__

=== TEST 1: what nodes count is added to the month once, and its owner is mailed once
--- init: ::adds_up()
--- timeout: 300



=== TEST 2: the months are shown to whom they belong
--- init: ::is_shown()



=== TEST 3: a container beyond its quota is throttled until it has room again
--- init: ::is_throttled()
--- timeout: 300



=== TEST 4: or suspended, until the next month or a greater quota
--- init: ::is_suspended()
--- timeout: 300



=== TEST 5: a plan has a quota and rates, and its containers copies of them
--- init: ::plan_has_it()
