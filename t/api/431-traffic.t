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

        if ($sql && grep { /in=160000005 / } @lines) {
            local $SIG{CHLD} = 'DEFAULT';
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
our (%tag, %says);                      # by container


# server COLUMNS: one of Eva's, which the node counts
sub server {
    my (%row) = @_;
    my $tag = sprintf '%08x%08x', rand 2**32, rand 2**32;
    my $id = vm($eva_id, tag => $tag, %row);

    $tag{$id} = 'id=' . sql_value("SELECT ctid FROM vm WHERE id = $id")
        . " tag=$tag";
    return $id;
}


# tells ID, COUNTER, IN, OUT: what the node says of it from now on
sub tells {
    my ($id, $counter, $in, $out) = @_;

    $says{$id} = join ' ', $tag{$id}, 'counter=' . $counter x 16,
        'since=' . time, 'read=' . time, "in=$in", "out=$out";
    open my $to, '>', "$told.new" or die "$!\n";
    print $to "$_\n" for values %says;
    close $to;
    rename "$told.new", $told;
    return;
}


sub month {
    my ($id) = @_;

    return sql_value('SELECT CONCAT(SUM(bytes_in), " ", SUM(bytes_out))'
        . " FROM vm_traffic WHERE vm_id = $id") // '';
}


# counts ID, IN, OUT, TITLE: until the months have so much
sub counts {
    my ($id, $in, $out, $title) = @_;

    wait_for(60, sub { month($id) eq "$in $out" });
    is(month($id), "$in $out", $title);
    return;
}


# read_again: until the node was asked twice more, so that all that it told
# was seen
sub read_again {
    my $n = $node->asked('traffic');

    wait_for(90, sub { $node->asked('traffic') >= $n + 2 });
    return;
}


# mailed TEMPLATE, N, TITLE: so many mails of that kind to Eva, of all
sub mailed {
    my ($template, $n, $title) = @_;
    my $sql = 'SELECT COUNT(*) FROM mail WHERE'
        . " user_id = $eva_id AND template = '$template'";

    wait_for(30, sub { sql_value($sql) >= $n });
    is(sql_value($sql), $n, $title);
    return;
}


# becomes ID, COLUMN, VALUE, TITLE: of its row
sub becomes {
    my ($id, $what, $value, $title) = @_;
    my $sql = "SELECT $what FROM vm WHERE id = $id";

    wait_for(60, sub { sql_value($sql) eq $value });
    is(sql_value($sql), $value, $title);
    return;
}


# next_month ID: what was counted was counted a month ago
sub next_month {
    my ($id) = @_;

    sql('UPDATE vm_traffic SET month = month - INTERVAL 1 MONTH'
        . " WHERE vm_id = $id ORDER BY month");
    return;
}


# rate ID: what the node was told last of it
sub rate {
    my ($id) = @_;
    my ($ctid) = $tag{$id} =~ /id=(\d+)/;
    my ($in, $out) = (map { /^setrate $ctid (\S+) (\S+)/ ? ([$1, $2]) : () }
        $node->asked('setrate'))[-1]->@*;

    return "$in $out";
}


# patch ID, PART, BODY, HEADER...: by an administrator
sub patch {
    my ($id, $part, $body, @headers) = @_;

    return ask('PATCH', "/api/vms/$id/$part", join('', $root, @headers),
        encode_json($body))->{json};
}


sub tasks {
    my ($id, $kind) = @_;

    return sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $id"
        . " AND kind = '$kind'");
}


our ($plain, $slow, $held);

# three side by side: what is waited for is the same for all
sub months_go_by {
    $plain = server(traffic_gib => 1);
    $slow = server(traffic_gib => 2, traffic_action => 'throttle',
        rate_in => 100);
    $held = server(traffic_gib => 1, traffic_action => 'suspend',
        desired_state => 'running');

    begins();
    goes_on();
    is_used_up_again();
    starts_anew();
    is_read_by_two();
    is_an_administrators();
    return;
}


sub begins {
    tells($slow, 'c', 2 * $gib, 1);
    tells($held, 'd', $gib, 1);
    tells($plain, 'a', 500_000_000, 100_000_000);
    counts($plain, 500_000_000, 100_000_000, 'what the node counted is added');

    becomes($slow, 'throttled', 1, 'beyond its quota one is throttled');
    is(rate($slow), '1 1', 'to the rate of one who is');
    mailed('traffic_slow', 1, 'its owner reads it');
    ok(ask('GET', "/api/vms/$slow/traffic", $eva)->{json}{throttled},
        'and sees it');
    is(sql_value("SELECT via FROM task WHERE vm_id = $slow"), 'system',
        'nobody asked for it');

    becomes($held, 'lifecycle', 'suspended', 'or it is suspended');
    mailed('traffic_stop', 1, 'its owner reads it');

    my $one = ask('GET', "/api/vms/$held", $eva)->{json};
    is($one->{suspended}, 'traffic', 'and why');
    ok($one->{traffic}{suspended}, 'and that it ends by itself');
    is(sql_value("SELECT CONCAT(account, ' ', action) FROM audit"
        . " WHERE object = 'vm $held'"), 'panel vm.suspend',
        'the audit has it');
    return;
}


sub goes_on {
    tells($plain, 'a', 700_000_000, 200_000_000);

    is(patch($slow, 'traffic', { throttle_mbit => 3 })->{throttle_mbit}, 3,
        'another rate for who is throttled');
    is(patch($held, 'traffic', { quota_gib => 2 })->{quota_gib}, 2,
        'a greater quota');
    becomes($held, 'lifecycle', 'ready', 'lifts a suspension');

    # its own rate, meanwhile
    my $version = ask('GET', "/api/vms/$slow", $root)->{json}{version};
    is(patch($slow, 'rate', { out_mbit => 2 }, "Prefer: wait=30\n",
        "If-Match: \"$version\"\n")->{state}, 'done',
        'a rate is changed meanwhile');
    is(rate($slow), '3 2', 'and the lower one holds');
    patch($slow, 'traffic', { quota_gib => 3 });
    becomes($slow, 'throttled', 0, 'a greater quota frees it');
    is(rate($slow), '100 2', 'to its own rates');

    counts($plain, 700_000_000, 200_000_000, 'what is new is added');
    mailed('traffic_near', 1, 'at 80 per cent its owner is mailed');
    return;
}


sub is_used_up_again {
    tells($slow, 'c', 3 * $gib, 1);
    tells($held, 'd', 2 * $gib, 1);
    tells($plain, 'b', 200_000_000, 0);
    counts($plain, 900_000_000, 200_000_000,
        'a counter that began anew goes on');
    mailed('traffic_over', 1, 'at 100 per cent there is another mail');
    becomes($slow, 'throttled', 1, 'what is used up again is throttled again');
    becomes($held, 'lifecycle', 'suspended', 'or suspended');
    mailed('traffic_slow', 1, 'one mail a month is enough');
    mailed('traffic_stop', 1, 'of each kind');
    return;
}


sub starts_anew {
    next_month($slow);
    next_month($held);
    tells($plain, 'b', 150_000_000, 0);
    becomes($slow, 'throttled', 0, 'the next month frees the one');
    becomes($held, 'lifecycle', 'ready', 'and lifts the other');
    read_again();
    is(month($plain), '900000000 200000000',
        'a count that fell takes nothing away');
    is(join(' ', tasks($slow, 'throttle'), tasks($slow, 'unthrottle'),
        tasks($held, 'suspend'), tasks($held, 'unsuspend')), '2 2 2 2',
        'no task is made twice');

    tells($held, 'd', 4 * $gib, 1);
    tells($plain, 'b', 160_000_000, 0);
    counts($plain, 910_000_000, 200_000_000, 'and goes on from there');
    becomes($held, 'lifecycle', 'suspended', 'what is used up is suspended');
    mailed('traffic_stop', 2, 'with a mail of its month');
    return;
}


# another worker adds the same while this one waits for the node
sub is_read_by_two {
    open my $to, '>', "$race.new" or die "$!\n";
    print $to "UPDATE vm_counter k JOIN vm_traffic x ON x.vm_id = k.vm_id"
        . ' SET x.bytes_in = x.bytes_in + 5, k.seen_in = k.seen_in + 5,'
        . " k.serial = k.serial + 1 WHERE k.vm_id = $plain;";
    close $to;
    rename "$race.new", $race;

    tells($plain, 'b', 160_000_005, 0);
    is(ask('POST', "/api/vms/$held/unsuspend", "${root}Prefer: wait=30\n")
        ->{json}{state}, 'done', 'an administrator lets one run');
    wait_for(60, sub { !-e $race });
    read_again();
    is(month($plain), '910000005 200000000', 'what two read is added once');
    mailed('traffic_near', 1, 'nobody is mailed twice');
    mailed('traffic_over', 1, 'of anything');
    becomes($held, 'lifecycle', 'ready',
        'and that one runs until the next month');
    return;
}


sub is_an_administrators {
    is(ask('POST', "/api/vms/$held/suspend", "${root}Prefer: wait=30\n",
        encode_json({ reason => 'abuse' }))->{json}{state}, 'done',
        'an administrator suspends one');
    next_month($held);
    patch($held, 'traffic', { quota_gib => 'unlimited' });
    read_again();
    becomes($held, 'lifecycle', 'suspended', 'which no month lifts');
    wait_for(20, sub { mails($eva_mail) >= 5 });
    is(scalar(mails($eva_mail)), 5, 'the mails were sent');
    return;
}


sub is_shown {
    my $months = ask('GET', "/api/vms/$plain/traffic", $eva)->{json};

    is($months->{quota_gib}, 1, 'the quota');
    is($months->{items}[0]{in_bytes}, 910_000_005, 'the month, received');
    is($months->{items}[0]{out_bytes}, 200_000_000, 'and sent');
    is($months->{items}[0]{month}, $months->{month}, 'which is the present');
    like($months->{starts_anew}, qr/^20\d\d-\d\d-01T00:00:00Z$/,
        'when it starts anew');
    ok($months->{counted}, 'its node counts');

    my $one = ask('GET', "/api/vms/$plain", $eva)->{json};
    is($one->{traffic}{in_bytes}, 910_000_005, 'the container has it, too');
    is($one->{rate}{in_mbit}, 'unlimited', 'and its rate');

    my $other = session(user(unique('otto')));
    is(ask('GET', "/api/vms/$plain/traffic", $other)->{code}, 404,
        'nobody else sees it');
    is(ask('PATCH', "/api/vms/$plain/traffic", $eva,
        encode_json({ quota_gib => 9 }))->{code}, 403,
        'nor does its owner set it');
    is(patch($plain, 'traffic', {})->{status}, 422, 'nothing is no change');
    is(patch($plain, 'traffic', { quota_gib => 0 })->{errors}[0]{field},
        'quota_gib', 'a wrong quota is named');
    is(patch($plain, 'traffic', { action => 'delete' })->{errors}[0]{field},
        'action', 'a wrong action, too');

    sql('INSERT INTO vm_traffic (vm_id, month, bytes_in, bytes_out) VALUES'
        . " ($plain, '2026-01-01', 7, 8)");
    is(ask('GET', "/api/vms/$plain/traffic", $eva)->{json}{items}[1]{month},
        '2026-01', 'the months are listed');
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
        user => $eva_id + 0, plan => $name, template => busybox() }));
    my $row = sql_value('SELECT CONCAT_WS(" ", v.traffic_gib,'
        . ' v.traffic_action, v.throttle_rate, v.rate_in, v.rate_out)'
        . ' FROM vm v JOIN plan p ON p.id = v.plan_id'
        . " WHERE p.name = '$name'");

    is($row, '500 throttle 2 200', 'a container of it has its own copy');
    like(join("\n", $node->asked('setrate')), qr/^setrate \d+ 200 unlimited/m,
        'and is held to its rate');
    is($made->{json}{state}, 'done', 'when it is made');

    # what the files after this one see is what the lane began with
    sql("UPDATE plan SET visible = FALSE WHERE name = '$name'");
    return;
}


run_tests();

__DATA__

=== TEST 1: what nodes count is added to the month once, and containers beyond their quota are held until they have room again
--- init: ::months_go_by()



=== TEST 2: the months are shown to whom they belong
--- init: ::is_shown()



=== TEST 3: a plan has a quota and rates, and its containers copies of them
--- init: ::plan_has_it()
