# Addresses of both families: what an order gets, what is left in the shop,
# gateways of both down to the container, and pools made in pieces.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzHold;
use VzPanelHelpers;

no_shuffle();

our $root = session(user('boss.families', role => 'admin'));
our @four = map { "10.225.0.$_" } 2 .. 6;
our @six = map { sprintf '2001:db8:325::%x', $_ } 2 .. 7;
our ($vm, $ctid);

my $owner = $$;


# --- pools of our own; the others are closed meanwhile ---

sub clean {
    sql("UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
        . " SET a.vm_id = NULL WHERE p.name LIKE 'Family %';"
        . "DELETE a FROM address a JOIN address_pool p ON p.id = a.pool_id"
        . " WHERE p.name LIKE 'Family %';"
        . "DELETE FROM address_pool WHERE name LIKE 'Family %';"
        . "UPDATE address_pool SET enabled = 1 WHERE name = 'test'");
}

clean();
sql("UPDATE address_pool SET enabled = 0 WHERE name = 'test'");

END {
    local $?;

    if ($$ == $owner) {
        verb('destroy', $ctid) if $ctid;
        clean();
    }
}


sub send_json {
    my ($method, $path, $body, $more) = @_;

    return ask($method, $path, $root . ($more // '') . "Prefer: wait=60\n",
        encode_json($body));
}


sub make_pool {
    my ($name, $cidr, %more) = @_;

    return send_json('POST', '/api/admin/addresses',
        { name => "Family $name", cidr => $cidr, %more });
}


sub pools_are_made {
    my $four = make_pool('four', '10.225.0.0/29', gateway => '10.225.0.1',
        dns => ['10.225.0.1', '9.9.9.9', '8.8.8.8']);
    my $six = make_pool('six', '2001:db8:325::/125',
        gateway => '2001:db8:325::1', dns => ['2620:fe::fe', '9.9.9.9']);

    is($four->{code}, 201, 'a pool of IPv4') or diag($four->{body});
    is($six->{code}, 201, 'and one of IPv6') or diag($six->{body});
    is($four->{json}{free}, 5, 'with its addresses');
    is($six->{json}{free}, 6, 'but for that of the routers and the gateway');
    is(sql_value("SELECT COUNT(*) FROM address"
        . " WHERE address = '2001:db8:325::'"), 0, 'which is not there');
}


# what is free of these, and nothing else of the two pools
sub only {
    my (@free) = @_;

    sql("UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
        . " SET a.reserved = 1 WHERE p.name LIKE 'Family %';"
        . "UPDATE address SET reserved = 0 WHERE address IN ('"
        . join("', '", '', @free) . "')");
}


# addresses of the order that was answered, in their order
sub given {
    my ($answer) = @_;

    return join ' ', sql('SELECT a.address FROM address a JOIN task t'
        . " ON t.vm_id = a.vm_id WHERE t.id = $answer->{json}{task}"
        . ' ORDER BY a.position');
}


sub order { return ask('POST', '/api/orders', $_[0] // '', order_body()) }


# held ones take their addresses; they go back
sub give_back {
    sql("UPDATE address a JOIN task t ON t.vm_id = a.vm_id"
        . " SET a.vm_id = NULL, a.position = 0 WHERE t.state = 'held'");
    sql("SET FOREIGN_KEY_CHECKS = 0; DELETE t, v, u FROM task t"
        . " JOIN vm v ON v.id = t.vm_id JOIN user u ON u.id = v.user_id"
        . " WHERE t.state = 'held'");
}


sub stock { ask('GET', '/api/plans')->{json}{stock}{addresses} }

sub admin_stock {
    my $stock = ask('GET', '/api/admin/addresses', $root)->{json}{stock};

    return join ' ', @$stock{qw(policy addresses ipv4 ipv6)};
}


# the shop keeps what it said for two seconds
sub stock_becomes {
    my ($n, $why) = @_;
    my $got;

    wait_for(5, sub { ($got = stock()) == $n });
    is($got, $n, $why);
}


# --- a container of both ---

sub inside {
    my (@command) = @_;
    my $file = vz_base() . "/lxc/ct/$ctid/run";

    open my $in, '<', $file or return "$file: $!";
    my ($init) = do { local $/; <$in> } =~ /^init=(\d+) /m;
    open my $out, '-|', 'nsenter', '-t', $init, '-n', @command or return "$!";

    return do { local $/; <$out> } // '';
}


sub both_inside {
    my ($four, $six) = @_;

    like(inside(qw(ip -4 -o addr show eth0)), qr/\b\Q$four[0]\E\//,
        'it has its address of IPv4');
    like(inside(qw(ip -6 -o addr show eth0)), qr/\b\Q$six[0]\E\//,
        'and of IPv6');
    like(inside(qw(ip -4 route)), qr/^default via \Q$four\E dev eth0/m,
        'its way out of IPv4');
    like(inside(qw(ip -6 route)), qr/^default via \Q$six\E dev eth0/m,
        'and of IPv6');
}


sub live { ask('GET', "/api/vms/$vm?live=1", $root)->{json} }


sub ordered {
    my $answer = order("Prefer: wait=60\n");
    my $json = $answer->{json};

    is($json->{state}, 'done', 'an order') or diag($answer->{body});
    is($json->{address}, $four[0], 'tells its first address, of IPv4');

    $vm = $json->{vm}{id};
    $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");

    my $one = live();
    my @gateways = ('10.225.0.1', '2001:db8:325::1');

    is_deeply($one->{addresses}, [$four[0], $six[0]], 'it has one of each');
    is_deeply($one->{gateways}, \@gateways, 'and a gateway of each');
    is($one->{gateway}, $gateways[0], 'the first of which is told alone, too');
    is_deeply($one->{dns}, ['10.225.0.1', '9.9.9.9', '8.8.8.8'],
        'name servers of both pools, three at most');
    is_deeply($one->{in_force}{addresses}, $one->{addresses},
        'its node says the same');
    is_deeply($one->{in_force}{gateways}, \@gateways, 'of gateways as well');
    is($one->{in_force}{gateway}, $gateways[0], 'and of the first as before');
    both_inside(@gateways);

    my ($mail) = map { mails($_) } sql("SELECT u.email FROM user u JOIN vm v"
        . " ON v.user_id = u.id WHERE v.id = $vm");

    like($mail, qr/\Q$four[0]\E, \Q$six[0]\E/, 'the mail names both');
    like($mail, qr/ssh root\@\Q$four[0]\E\r?\n/, 'and the first to go in by');
}


sub restarted {
    is(ask('POST', "/api/vms/$vm/restart", "${root}Prefer: wait=60\n")
        ->{json}{state}, 'done', 'restarted');
    both_inside('10.225.0.1', '2001:db8:325::1');
}


sub network {
    my ($body) = @_;
    my $version = sql_value("SELECT version FROM vm WHERE id = $vm");

    return send_json('PATCH', "/api/vms/$vm/network", $body,
        qq(If-Match: "$version"\n));
}


sub gateways_change {
    my $answer = network({ gateway => 'fe80::1' });

    is($answer->{json}{state}, 'done', 'one gateway') or diag($answer->{body});
    is_deeply(live()->{gateways}, ['10.225.0.1', 'fe80::1'],
        'takes the place of its family\'s');
    both_inside('10.225.0.1', 'fe80::1');

    $answer = network({ gateways => ['2001:db8:325::9', '10.225.0.9'] });
    is($answer->{json}{state}, 'done', 'all of them')
        or diag($answer->{body});
    is_deeply(live()->{gateways}, ['10.225.0.9', '2001:db8:325::9'],
        'IPv4 stands first');
    is_deeply(live()->{in_force}{gateways},
        ['10.225.0.9', '2001:db8:325::9'], 'on the node, too');
    both_inside('10.225.0.9', '2001:db8:325::9');

    my %bad = (
        'gateways:required' => ['10.225.0.1'],
        'gateways:family gateways:required' => ['10.225.0.1', '10.225.0.2'],
        'gateways:format' => ['10.225.0.1', '::1'],
        'gateways:range' => ['10.225.0.1', '10.225.0.2', 'fe80::1'],
    );

    for my $why (sort keys %bad) {
        $answer = network({ gateways => $bad{$why} });
        is($answer->{code}, 422, "refused: $why");
        is(join(' ', sort map { "$_->{field}:$_->{code}" }
            @{ $answer->{json}{errors} }), $why, 'and named');
    }

    is(join(',', @{ live()->{gateways} }), '10.225.0.9,2001:db8:325::9',
        'all is as it was');
}


sub ended {
    my $name = live()->{name};

    is(send_json('DELETE', "/api/vms/$vm", { name => $name })->{json}{state},
        'done', 'destroyed');
    undef $ctid;
    is(sql_value("SELECT COUNT(*) FROM address WHERE vm_id = $vm"), 0,
        'both addresses are free again');
}


# --- vzpanel_order_addresses ---

sub by_ipv4 {
    only(@four[0, 1], $six[1]);
    stock_becomes(2, 'what is left of IPv4 is what is sold');
    is(admin_stock(), 'ipv4 2 2 1', 'administrators see both');
    is(given(order()), "$four[0] $six[1]", 'one of each while there are some');
    is(given(order()), $four[1], 'then of IPv4 alone');
    give_back();

    only(@six);
    stock_becomes(0, 'without IPv4 nothing is left');
    is(admin_stock(), 'ipv4 0 0 6', 'whatever there is of IPv6');

    my $answer = order();

    is($answer->{code}, 409, 'and nothing is sold');
    is($answer->{json}{code}, 'no_address', 'for that reason');
    is(sql_value('SELECT COUNT(*) FROM address a JOIN address_pool p'
        . " ON p.id = a.pool_id WHERE p.name LIKE 'Family %'"
        . ' AND a.vm_id IS NOT NULL'), 0, 'nor is an IPv6 taken');
}


sub by_both {
    only(@four[0 .. 2], @six[0, 1]);
    stock_becomes(2, 'the smaller of the two');
    is(admin_stock(), 'both 2 3 2', 'administrators see both');
    is(given(order()), "$four[0] $six[0]", 'one of each');
    is(given(order()), "$four[1] $six[1]", 'and again');
    is(order()->{json}{code}, 'no_address', 'and no third, without IPv6');
    is(sql_value("SELECT vm_id FROM address WHERE address = '$four[2]'"),
        'NULL', 'its IPv4 is free');
    give_back();
}


sub by_any {
    only($four[0], @six[0, 1]);
    stock_becomes(3, 'all of them');
    is(admin_stock(), 'any 3 1 2', 'administrators see both');
    is(given(order()), $four[0], 'one of IPv4');
    is(given(order()), $six[0], 'of IPv6 when that is gone');
    is(given(order()), $six[1], 'to the last');
    is(order()->{json}{code}, 'no_address', 'and no more');
    give_back();
}


# somebody is at the last address: who takes the first does not wait for him
sub not_in_the_way {
    only(@four, @six);

    my $held = held("SELECT id FROM address WHERE address IN ('$four[4]',"
        . " '$six[5]') FOR UPDATE");
    my $answer = order();

    is($answer->{code}, 202, 'an order goes by what others are at');
    is(given($answer), "$four[0] $six[0]", 'and takes the first');
    release($held);
    give_back();
}


# as many as there are free orders are taken, whoever wants them
sub last_ones {
    my ($taken, @free) = @_;

    only(@free);

    my @calls = map { ask_begin('POST', '/api/orders', '', order_body()) }
        1 .. 6;
    my @all = map { ask_end($_) } @calls;
    my @got = grep { $_->{code} == 202 } @all;
    my @rest = grep { $_->{code} == 409
        && $_->{json}{code} eq 'no_address' } @all;

    is(scalar @got, $taken, "$taken of six that want it at once");
    is(scalar @rest, 6 - $taken, 'the others are told that there is none');
    is(sql_value("SELECT COUNT(*) FROM address WHERE address IN ('"
        . join("', '", @free) . "') AND vm_id IS NOT NULL"
        . ' AND position > 0'), $taken, 'each has its IPv6');
    give_back();
}


# --- what was there before ---

sub migrated {
    my ($big, $small) = map { VzFixture::insert('address_pool',
        name => "Family old $_", cidr => $_) } '2001:db8:326::/120',
        '2001:db8:327:0:1::8/125';
    my $vm = vm(user('old.families'));
    my @named = map { vm(user('old.families'), hostname => $_) }
        qw(LocalHost.example 2001 web.localhost ip6-allnodes mylocalhost);

    for my $row ([$big, ''], [$big, '1'], [$big, '7f'], [$big, '80'],
        [$big, 'fe', vm_id => $vm], [$big, 'ff', reserved => 1],
        [$big, 'fd', reserved => 1, stranger_node => 1])
    {
        my ($pool, $end, %more) = @$row;

        VzFixture::insert('address', pool_id => $pool,
            address => "2001:db8:326::$end", %more);
    }

    VzFixture::insert('address', pool_id => $small,
        address => "2001:db8:327:0:1::$_") for qw(8 9 f);

    open my $in, '<', vz_top() . '/sql/016_families.sql' or die "$!";
    my $text = do { local $/; <$in> };

    sql(join "\n", $text =~ /^((?:DELETE|UPDATE) .*?;)$/msg);
    is(join(' ', sql("SELECT CONCAT(SUBSTRING(address, 13), '=', reserved)"
        . " FROM address WHERE pool_id IN ($big, $small) ORDER BY id")),
        '::1=0 ::7f=0 ::fe=1 ::fd=1 :0:1::9=0 :0:1::f=0',
        'those of routers go, and are given to nobody else by who has one');
    is(join(' ', sql('SELECT IF(hostname = CONCAT("vps", ctid), "new",'
        . ' hostname) FROM vm WHERE id IN (' . join(',', @named)
        . ') ORDER BY id')), 'new new new new mylocalhost',
        'names of the hosts themselves are no containers\'');
    sql("UPDATE address SET vm_id = NULL WHERE vm_id = $vm;"
        . 'DELETE FROM vm WHERE id IN (' . join(',', $vm, @named) . ')');
}

# --- pools in pieces ---

sub pool_state {
    my ($name) = @_;
    my ($one) = grep { $_->{name} eq "Family $name" }
        @{ ask('GET', '/api/admin/addresses', $root)->{json}{items} };

    return $one ? "$one->{state} $one->{total} "
        . ($one->{enabled} ? 'open' : 'closed') : 'none';
}

# until the call waits for the row that is held
sub stands {
    my ($call) = @_;

    wait_for(20, sub {
        return sql_value('SELECT variable_value'
            . ' FROM information_schema.global_status'
            . " WHERE variable_name = 'Innodb_row_lock_current_waits'") > 0;
    }) and return;

    ask_more($call, 0);
    die "nothing waits for what is held, but it was answered: $call->{text}\n";
}

sub pool_id { sql_value("SELECT id FROM address_pool WHERE name = '$_[0]'") }


# somebody holds an address of the sixth piece: five are there, and orders go on
sub made_in_pieces {
    only(@four, @six);

    my $other = VzFixture::insert('address_pool', name => 'Family other',
        cidr => '10.229.0.0/30', enabled => 0);
    my $held = held('INSERT INTO address (pool_id, address)'
        . " VALUES ($other, '10.226.90.1')");
    my $call = ask_begin('POST', '/api/admin/addresses', $root,
        '{"name":"Family large","cidr":"10.226.0.0/16"}');

    stands($call);
    is(pool_state('large'), 'making 20480 closed',
        'what is made is counted, and not given out yet');
    is(order()->{code}, 202, 'an order goes on meanwhile');
    is(ask('PATCH', '/api/admin/addresses/' . pool_id('Family six'), $root,
        '{"name":"Family six"}')->{code}, 200, 'and so do other pools');

    print { $held->{in} } "ROLLBACK;\n";
    release($held);
    $call = ask_end($call, 60);
    is($call->{code}, 201, 'then it is made') or diag($call->{body});
    is($call->{json}{total}, 65534, 'whole');
    is(pool_state('large'), 'ready 65534 open', 'and open');
    give_back();
}


# as a worker that died leaves it
sub completed {
    my $id = pool_id('Family large');

    sql("UPDATE address_pool SET filled = 12289, enabled = 0 WHERE id = $id;"
        . "DELETE FROM address WHERE pool_id = $id"
        . ' AND INET_ATON(address) >= INET_ATON("10.226.48.1")');
    is(pool_state('large'), 'making 12288 closed', 'half made');

    my $answer = ask('PATCH', "/api/admin/addresses/$id", $root,
        '{"enabled":true,"gateway":"10.226.200.1"}');

    is($answer->{code}, 200, 'whoever saves it') or diag($answer->{body});
    is(pool_state('large'), 'ready 65533 open', 'completes it');
    is(sql_value("SELECT COUNT(DISTINCT address) FROM address"
        . " WHERE pool_id = $id AND address <> '10.226.200.1'"), 65533,
        'with each address but the gateway');
}


sub deleted_in_pieces {
    my $id = pool_id('Family large');
    my $path = "/api/admin/addresses/$id";

    my $vm = vm(user('old.families'));

    sql("UPDATE address SET vm_id = $vm WHERE address = '10.226.0.1'");

    my $answer = ask('DELETE', $path, $root);

    is($answer->{json}{code}, 'in_use', 'one of which somebody has an address');
    is(pool_state('large'), 'ready 65533 open', 'stays whole');
    sql("UPDATE address SET vm_id = NULL WHERE address = '10.226.0.1'");

    my $held = held("SELECT id FROM address"
        . " WHERE address = '10.226.90.1' FOR UPDATE");
    my $call = ask_begin('DELETE', $path, $root);

    stands($call);
    like(pool_state('large'), qr/^ending [1-5]\d{4} closed$/,
        'half of it is gone, and it gives nothing out');
    is(ask('PATCH', $path, $root, '{"enabled":true}')->{json}{code},
        'not_possible', 'nor can it be opened');
    is(order()->{code}, 202, 'an order goes on meanwhile');
    release($held);
    is(ask_end($call, 60)->{code}, 204, 'then it is deleted');
    is(pool_state('large'), 'none', 'whole');
    is(sql_value("SELECT COUNT(*) FROM address WHERE pool_id = $id"), 0,
        'with its addresses');
    give_back();

    $id = VzFixture::insert('address_pool', name => 'Family half',
        cidr => '10.227.0.0/24', enabled => 0, filled => 5);
    VzFixture::insert('address', pool_id => $id, address => "10.227.0.$_")
        for 1 .. 4;
    is(pool_state('half'), 'making 4 closed', 'one that is half made');
    is(ask('DELETE', "/api/admin/addresses/$id", $root)->{code}, 204,
        'is deleted, too');

    $id = VzFixture::insert('address_pool', name => 'Family half',
        cidr => '10.227.0.0/24', enabled => 0, filled => -1);
    is(ask('DELETE', "/api/admin/addresses/$id", $root)->{code}, 204,
        'and one that a worker died over');
}


# the overlap shows when both are being made: the later one leaves nothing
sub overlap_at_once {
    my $held = held("INSERT INTO address_pool (name, cidr)"
        . " VALUES ('Family early', '10.228.32.0/24');"
        . "INSERT INTO address (pool_id, address)"
        . " VALUES (LAST_INSERT_ID(), '10.228.32.7')");
    my $call = ask_begin('POST', '/api/admin/addresses', $root,
        '{"name":"Family late","cidr":"10.228.0.0/18"}');

    stands($call);
    release($held);
    $call = ask_end($call, 60);
    is($call->{code}, 409, 'an address that is another\'s by now');
    is($call->{json}{code}, 'overlap', 'is told as ever');
    is(pool_state('late'), 'none', 'and nothing of it stays');
}


run_tests();

__DATA__

=== TEST 1: pools have IPv4 and IPv6 addresses
--- init: ::pools_are_made()



=== TEST 2: an order gets an address and a gateway of each family, and routes for both
--- init: ::ordered()



=== TEST 3: addresses of both families persist over a restart
--- init: ::restarted()



=== TEST 4: gateways change in their own family
--- init: ::gateways_change()



=== TEST 5: a deleted container gives back addresses of both families
--- init: ::ended()



=== TEST 6: by default IPv4 is required, and nothing is sold as IPv6 alone
--- vzpanel
vzpanel_signup approve;
--- init: ::by_ipv4()



=== TEST 7: with vzpanel_order_addresses both, both families are required
--- vzpanel
vzpanel_signup approve;
vzpanel_order_addresses both;
--- init: ::by_both()



=== TEST 8: with vzpanel_order_addresses any, either family is enough
--- vzpanel
vzpanel_signup approve;
vzpanel_order_addresses any;
--- init: ::by_any()



=== TEST 9: the last IPv4 address is sold once
--- vzpanel
vzpanel_signup approve;
--- init: ::last_ones(1, $::four[0], @::six)



=== TEST 10: the last IPv6 address is sold once, where it is required
--- vzpanel
vzpanel_signup approve;
vzpanel_order_addresses both;
--- init: ::last_ones(1, @::four, $::six[0])



=== TEST 11: orders lock no address except their own
--- vzpanel
vzpanel_signup approve;
--- init: ::not_in_the_way()



=== TEST 12: the migration keeps addresses and names of before
--- init: ::migrated()



=== TEST 13: a large pool is created in pieces, and locks nobody out
--- vzpanel
vzpanel_signup approve;
--- init: ::made_in_pieces()



=== TEST 14: a pool that was created in part is completed
--- init: ::completed()



=== TEST 15: a pool is deleted in pieces, and resumes after an interruption
--- vzpanel
vzpanel_signup approve;
--- init: ::deleted_in_pieces()



=== TEST 16: of two simultaneous pools that overlap one is refused
--- init: ::overlap_at_once()
