# Containers that a node has and the database does not know: as after an older
# dump was restored.  Orders pass them by, nobody touches them, and an
# administrator sees them, adopts them, or leaves them alone.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

my $json = JSON::PP->new->utf8->canonical;
my $pid = $$;

our $root_id = user(unique('root'), role => 'admin');
our $root = session($root_id);
our $ana_name = unique('ana');
our $ana = user($ana_name);
our $anas = session($ana);
our $node = sql_value("SELECT id FROM node WHERE name = 'local'");
our $there = "/api/admin/nodes/$node";

# by name: {vm, ctid, tag, address, marker}, what was ordered before and after
our (@lost, @later);
our @numbers;
our $own_address = '203.0.113.' . (20 + $ENV{TEST_NGINX_PORT} % 200);

END {
    if ($$ == $pid) {
        local $?;
        system "ip addr del $own_address/32 dev lo 2> /dev/null";
        verb('destroy', $_) for @numbers;
        sql("DELETE FROM number_rest WHERE node_id = $node;"
            . " UPDATE address SET reserved = 0, stranger_node = NULL"
            . ' WHERE stranger_node IS NOT NULL');
    }
}


sub sent {
    my ($method, $path, $body, $headers) = @_;

    return ask($method, $path, ($headers // $root) . "Prefer: wait=60\n",
        $body && $json->encode($body));
}

sub post { return sent('POST', @_) }

sub status {
    my ($ctid) = @_;
    my ($line) = verb('status', $ctid) =~ /^= (.*)$/m or return {};

    return { map { split /=/, $_, 2 } split / /, $line };
}

# what a file in the container says, or is made to say; it has to run
sub marker {
    my ($ctid, $text) = @_;

    return guest_says($ctid, defined $text ? "echo '$text' > /root/marker"
        : 'cat /root/marker');
}

sub ordered {
    my ($name) = @_;
    my $email = "$name\@example.org";
    my $answer = ask('POST', '/api/orders', "Prefer: wait=60\n",
        order_body(hostname => $name, email => $email));
    my %one = (name => $name, state => $answer->{json}{state},
        vm => $answer->{json}{vm}{id}, told => $answer->{json}{address},
        email => $email);

    diag($answer->{body}) if ($one{state} // '') ne 'done';
    @one{qw(ctid tag user)} = split /\t/, sql_value(
        "SELECT ctid, tag, user_id FROM vm WHERE id = $one{vm}");
    $one{address} = sql_value("SELECT COALESCE(MAX(address), '-')"
        . " FROM address WHERE vm_id = $one{vm}");
    push @numbers, $one{ctid};

    return \%one;
}

# as if an older dump had been restored: no row tells of them, nor ever did
sub restore {
    for my $one (@_) {
        my $vm = $one->{vm};

        sql("UPDATE address SET vm_id = NULL WHERE vm_id = $vm;"
            . " DELETE FROM mail WHERE user_id = $one->{user};"
            . " DELETE FROM task WHERE vm_id = $vm OR user_id = $one->{user};"
            . " DELETE FROM vm WHERE id = $vm;"
            . " DELETE FROM number_rest WHERE node_id = $node;"
            . " DELETE FROM user WHERE id = $one->{user}");
    }
}

sub containers { return ask('GET', "$there/containers?limit=200", $root) }

sub the {
    my ($ctid, $list) = @_;
    my ($one) = grep { $_->{ctid} == $ctid }
        @{ containers()->{json}{$list // 'items'} };

    return $one;
}


# --- three orders, an older database, four orders ---

sub orders_after_a_restore {
    @lost = map { ordered(unique('before')) } 1 .. 3;
    is($_->{state}, 'done', "$_->{name} is there") for @lost;
    marker($_->{ctid}, "data of $_->{name}") for @lost;

    restore(@lost);
    @later = map { ordered(unique('after')) } 1 .. 4;

    my %taken = map { $_->{ctid} => 1, $_->{address} => 1 } @lost;

    for my $one (@later) {
        is($one->{state}, 'done', "$one->{name} is made");
        ok(!$taken{ $one->{ctid} }, 'under another number');
        ok(!$taken{ $one->{address} }, 'with another address');
        is($one->{told}, $one->{address}, 'which who ordered is told');

        my $mail = wait_for(10, sub { (mails($one->{email}))[-1] });

        like($mail, qr/\b\Q$one->{address}\E\b/, 'and mailed');
        is(status($one->{ctid})->{address}, $one->{address},
            'and which its container has');
    }

    strangers_are_well();
}

sub strangers_are_well {
    for my $one (@lost) {
        my $now = status($one->{ctid});

        is($now->{tag}, $one->{tag}, "$one->{name} is who it was");
        is($now->{state}, 'running', 'it runs on');
        is($now->{address}, $one->{address}, 'with its address');
        is(marker($one->{ctid}), "data of $one->{name}", 'and its data');
    }
}

sub each_its_own {
    for my $one (@later) {
        my $vm = ask('GET', "/api/vms/$one->{vm}?live=1", $root)->{json};

        is($vm->{in_force}{hostname}, $one->{name}, 'its own name is in force');
        is_deeply($vm->{in_force}{addresses}, [$one->{address}],
            'and its own address');
    }

    my $one = shift @later;

    is(sent('DELETE', "/api/vms/$one->{vm}", { name => $one->{name} })
        ->{json}{state}, 'done', 'one of them goes');
    like(verb('status', $one->{ctid}), qr/^err noent/m, 'it is gone');
    is(the($one->{ctid}), undef, 'and no stranger');
    strangers_are_well();
}


# --- what is seen ---

sub listed {
    my $answer = containers();
    my $known = join ',', map { $_->{ctid} } @lost;

    is($answer->{code}, 200, 'the node is asked') or diag($answer->{body});

    for my $one (@lost) {
        my $seen = the($one->{ctid});

        is($seen->{tag}, $one->{tag}, 'a stranger, by its tag');
        is($seen->{hostname}, $one->{name}, 'its name');
        is($seen->{state}, 'running', 'its state');
        is_deeply($seen->{addresses}, [$one->{address}], 'its address');
        is($seen->{template}, busybox(), 'its template');
        is($seen->{memory_limit_bytes}, 64 << 20, 'its memory');
        ok($seen->{disk_total_bytes} > 512 << 20, 'its disk');
        is($seen->{cpu_limit_percent}, 'unlimited', 'its CPU');
        is($seen->{vm}, undef, 'no row has its number');
        ok(!$seen->{left}, 'nobody said to leave it');
    }

    is(the($_->{ctid}), undef, 'one of ours is none') for @later;
    is(sql_value('SELECT COUNT(*) FROM address WHERE vm_id IS NULL'
        . " AND reserved = 1 AND stranger_node = $node AND address IN ("
        . join(',', map { "'$_->{address}'" } @lost) . ')'), 3,
        'their addresses are kept back');

    my $pool = sql_value('SELECT pool_id FROM address WHERE address ='
        . " '$lost[0]{address}'");
    my $address = ask('GET', "/api/admin/addresses/$pool/addresses?q="
        . $lost[0]{address}, $root)->{json}{items}[0];

    is($address->{state}, 'reserved', 'as Addresses tells');
    is($address->{stranger}, 'local', 'and whose they are');
}

sub missing_listed {
    my $vm = vm($ana, lifecycle => 'suspended', name => 'gone.' . unique('x'));
    my $half = vm($ana, lifecycle => 'create_failed');
    my ($seen) = grep { $_->{id} == $vm }
        @{ containers()->{json}{missing} };

    is($seen->{owner}{account}, $ana_name, 'what the node has not is missing');
    is($seen->{lifecycle}, 'suspended', 'what it should be');
    like($seen->{created}, qr/^20\d\d-/, 'since when there is a row of it');
    is(scalar(grep { $_->{id} == $half } @{ containers()->{json}{missing} }),
        0, 'what was never made is not missing');

    my $counts = containers()->{json}{counts};

    cmp_ok($counts->{strangers}, '>=', 3, 'strangers are counted');
    cmp_ok($counts->{missing}, '>=', 1, 'so are the missing');
    ok(wait_for(10, sub {
        my ($local) = grep { $_->{id} == $node }
            @{ ask('GET', '/api/admin/nodes', $root)->{json}{items} };

        return ($local->{strangers} // -1) == $counts->{strangers}
            && ($local->{missing} // -1) == $counts->{missing};
    }), 'and told in the list of nodes');

    sql("DELETE FROM vm WHERE id IN ($vm, $half)");
}

sub pages {
    my $all = containers()->{json}{items};
    my ($cursor, @seen) = (0);

    while (defined $cursor) {
        my $page = ask('GET', "$there/containers?limit=2&cursor=$cursor",
            $root)->{json};

        cmp_ok(scalar @{ $page->{items} }, '<=', 2, 'a page');
        push @seen, map { $_->{ctid} } @{ $page->{items} };
        $cursor = $page->{next};
    }

    is("@seen", join(' ', map { $_->{ctid} } @$all), 'all, page by page');
}


# --- who may, and what can't be ---

sub refused {
    my ($one) = @lost;
    my %one = (ctid => 0 + $one->{ctid}, tag => $one->{tag});
    my $rows = sql_value('SELECT COUNT(*) FROM vm');

    is(ask('GET', "$there/containers", $anas)->{code}, 403,
        'a customer sees none');
    is(post("$there/adopt", { %one, account => $ana_name }, $anas)->{code},
        403, 'adopts none');
    is(post("$there/leave", \%one, $anas)->{code}, 403, 'and leaves none');

    for my $case (
        [{ %one }, 422, 'account:required'],
        [{ %one, account => 'nobody.at.all' }, 422, 'account:absent'],
        [{ %one, account => $ana_name, plan => 'Gigante' }, 422,
            'plan:absent'],
        [{ %one, account => $ana_name, template => 'plan9' }, 422,
            'template:absent'],
        [{ %one, as => 999_999_999 }, 422, 'as:absent'],
        [{ %one, as => 1, account => $ana_name, plan => 'x' }, 422,
            'account:unknown plan:unknown'],
        [{ account => $ana_name }, 422, 'ctid:required'],
        [{ ctid => $one{ctid}, account => $ana_name }, 404, ''],
        [{ %one, tag => 'f' x 16, account => $ana_name }, 404, ''],
        [{ %one, ctid => $one{ctid} + 7000, account => $ana_name }, 404, ''],
        [{ ctid => 0 + $later[0]{ctid}, tag => $later[0]{tag},
            account => $ana_name }, 404, ''],
    ) {
        my ($body, $code, $fields) = @$case;
        my $answer = post("$there/adopt", $body);

        is($answer->{code}, $code, $json->encode($body));
        is(join(' ', sort map { "$_->{field}:$_->{code}" }
            @{ $answer->{json}{errors} // [] }), $fields, 'and why');
    }

    is(post('/api/admin/nodes/999999/adopt', { %one, account => $ana_name })
        ->{code}, 404, 'of no node');
    is(post("$there/leave", { %one, tag => 'f' x 16 })->{code}, 404,
        'nobody leaves who is not there');
    is(sql_value('SELECT COUNT(*) FROM vm'), $rows, 'no row was made');
    strangers_are_well();
}


# --- adopted ---

sub adopted {
    my $one = $lost[0];
    my %body = (ctid => 0 + $one->{ctid}, tag => $one->{tag},
        account => $ana_name, plan => decode('Básico'));
    my $answer = post("$there/adopt", \%body);
    my $key = unique('key');

    is($answer->{code}, 200, 'adopted') or diag($answer->{body});
    is($answer->{json}{task}{state}, 'done', 'done');
    is($answer->{json}{task}{kind}, 'adopt', 'by a task of its own');
    is_deeply($answer->{json}{left_out}, [], 'with its address');

    my $id = $answer->{json}{task}{vm}{id};
    my $vm = ask('GET', "/api/vms/$id?live=1", $anas)->{json};

    is($vm->{owner}{account}, $ana_name, 'it is hers');
    is($vm->{lifecycle}, 'ready', 'and ready');
    is($vm->{name}, $one->{name}, 'its name');
    is($vm->{plan}, decode('Básico'), 'its plan');
    is($vm->{template}, busybox(), 'its template');
    is_deeply($vm->{addresses}, [$one->{address}], 'its address');
    is($vm->{memory}{privvmpages}{limit_mib}, 64, 'its memory');
    is($vm->{disk}{hard_mib}, 1024, 'its disk');
    is($vm->{desired_state}, 'running', 'it is to run');
    is($vm->{in_force}{hostname}, $one->{name}, 'as its node says');
    is(marker($one->{ctid}), "data of $one->{name}", 'with its data');
    isnt(status($one->{ctid})->{tag}, $one->{tag}, 'by a tag of its own');
    is(the($one->{ctid}), undef, 'a stranger no more');
    is(sql_value('SELECT reserved FROM address WHERE address ='
        . " '$one->{address}'"), 0, 'its address is an ordinary one');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.adopt'"
        . " AND object = 'vm $id of user $ana'"), 1, 'the audit has it');
    is(post("$there/adopt", \%body)->{code}, 404, 'nobody adopts it twice');

    is(post("/api/vms/$id/stop", undef, $anas)->{json}{state}, 'done',
        'its owner stops it');
    is(status($one->{ctid})->{state}, 'stopped', 'it stopped');
    is(post("/api/vms/$id/start", undef, $anas)->{json}{state}, 'done',
        'and starts it');
    is(marker($one->{ctid}), "data of $one->{name}", 'nothing is lost');

    is(sent('DELETE', "/api/vms/$id", { name => $one->{name} })->{json}
        {state}, 'done', 'and it can be destroyed');
    like(verb('status', $one->{ctid}), qr/^err noent/m, 'it is gone');
    shift @lost;
    strangers_are_well();
}

sub decode { my ($text) = @_; utf8::decode($text); return $text }

sub asked_twice {
    my $one = $lost[0];
    my %body = (ctid => 0 + $one->{ctid}, tag => $one->{tag},
        account => 0 + $ana);
    my $headers = "${root}Idempotency-Key: " . unique('key') . "\n";

    verb('setip', $one->{ctid}, $_) for '203.0.113.77', $later[0]{address},
        '203.0.113.78';

    my ($first, $second) = map { post("$there/adopt", \%body, $headers) }
        1, 2;

    is($first->{json}{task}{state}, 'done', 'by number of its owner')
        or diag($first->{body});
    is($second->{json}{task}{id}, $first->{json}{task}{id},
        'the same key, the same task');
    is_deeply($first->{json}{left_out}, [
        { address => '203.0.113.77', code => 'absent' },
        { address => '203.0.113.78', code => 'absent' }],
        'addresses of no pool are told, and left out');
    is_deeply($second->{json}{left_out}, $first->{json}{left_out},
        'as often as one asks');
    is(sql_value('SELECT COUNT(*) FROM address WHERE vm_id ='
        . " $first->{json}{task}{vm}{id}"), 1, 'it has the one of the pool');
    is(marker($one->{ctid}), "data of $one->{name}", 'and its data');
    shift @lost;
}


# --- left alone ---

sub left {
    my $one = $lost[0];
    my %one = (ctid => 0 + $one->{ctid}, tag => $one->{tag});
    my $before = containers()->{json}{counts};

    is(post("$there/leave", { %one, left => JSON::PP::false })->{code}, 404,
        'it was not left alone');
    is(post("$there/leave", \%one)->{code}, 204, 'it is to be left alone');
    is(the($one->{ctid}), undef, 'it is among the others no more');
    is(the($one->{ctid}, 'left')->{tag}, $one->{tag}, 'but apart');
    ok(the($one->{ctid}, 'left')->{left}, 'and says so');

    my $after = containers()->{json}{counts};

    is($after->{left}, $before->{left} + 1, 'one more');
    is($after->{strangers}, $before->{strangers} - 1, 'one less to look at');
    ok(wait_for(10, sub {
        my ($local) = grep { $_->{id} == $node }
            @{ ask('GET', '/api/admin/nodes', $root)->{json}{items} };

        return ($local->{strangers} // -1) == $after->{strangers};
    }), 'in the list of nodes, too');

    # all the rests of an hour are over, and its number is the lowest
    sql('UPDATE number_rest SET until = NOW(3) - INTERVAL 1 SECOND'
        . " WHERE why = 'stranger';"
        . " UPDATE node SET ctid_min = $one->{ctid} WHERE id = $node");
    push @later, my $other = ordered(unique('beside'));
    isnt($other->{ctid}, $one->{ctid}, 'nobody gets its number');
    is(sql_value("SELECT COUNT(*) FROM task_step s JOIN task t"
        . " ON t.id = s.task_id WHERE t.vm_id = $other->{vm}"
        . " AND s.log LIKE '%create $one->{ctid} %'"), 0,
        'nor is it tried');
    sql('UPDATE node SET ctid_min = '
        . (sort { $a <=> $b } @numbers)[0] . " WHERE id = $node");

    is(post("$there/leave", { %one, left => JSON::PP::false })->{code}, 204,
        'or not any more');
    is(the($one->{ctid})->{tag}, $one->{tag}, 'it is among the others again');
    is(join(' ', sql("SELECT action FROM audit WHERE user_id = $root_id"
        . " AND object = 'node $node number $one->{ctid}' ORDER BY id")),
        'node.leave node.unleave', 'the audit has both');
    is(marker($one->{ctid}), "data of $one->{name}", 'it had no harm');
}


# --- one that went without us ---

sub went {
    my $one = shift @lost;
    my $free = 'SELECT CONCAT(reserved, COALESCE(stranger_node, 0)) FROM'
        . " address WHERE address = '$one->{address}'";

    containers();
    is(sql_value($free), "1$node", 'its address is kept back');
    like(verb('destroy', $one->{ctid}), qr/^ok\b/m, 'the node removes it');
    is(the($one->{ctid}), undef, 'it is told no more');
    is(sql_value($free), '00', 'and its address is free again');
}


# --- one that came back ---

sub came_back {
    my $one = $later[0];
    my $tag = sprintf 'bac%013x', $one->{ctid};

    marker($one->{ctid}, 'older than the dump');
    verb('adopt', $one->{ctid}, $tag);

    my $seen = the($one->{ctid});
    my ($missing) = grep { $_->{id} == $one->{vm} }
        @{ containers()->{json}{missing} };

    is($seen->{tag}, $tag, 'a stranger with the number of a row');
    is($seen->{vm}{id}, $one->{vm}, 'which is named');
    is($missing->{name}, $one->{name}, 'and is missing');
    is_deeply($missing->{addresses}, [$one->{address}], 'with its address');

    my %body = (ctid => 0 + $one->{ctid}, tag => $tag);
    my $answer = post("$there/adopt", { %body, account => $ana_name });

    is($answer->{code}, 409, 'the number is that one\'s');
    is($answer->{json}{code}, 'number_taken', 'which is said');
    like($answer->{json}{detail}, qr/\b\Q$one->{name}\E \($one->{vm}\)/,
        'with its name');

    $answer = post("$there/adopt", { %body, as => $later[1]{vm} });
    is($answer->{json}{code}, 'not_missing', 'nobody is replaced who is there');

    my $task = VzFixture::insert('task', kind => 'stop', vm_id => $one->{vm},
        busy => $one->{vm}, actor => 'ana', via => 'web', state => 'running',
        owner => 'x' x 32, lease => '2099-01-01', steps => 1);

    $answer = post("$there/adopt", { %body, as => $one->{vm} });
    sql("DELETE FROM task WHERE id = $task");
    is($answer->{json}{code}, 'vm_busy', 'nor while a task is at work');

    sql("UPDATE vm SET lifecycle = 'create_failed' WHERE id = $one->{vm}");
    $answer = post("$there/adopt", { %body, as => $one->{vm} });
    sql("UPDATE vm SET lifecycle = 'ready' WHERE id = $one->{vm}");
    is($answer->{json}{code}, 'not_ready', 'nor who was never there');

    $answer = post("$there/adopt", { %body, as => $one->{vm} });
    is($answer->{json}{task}{state}, 'done', 'it is the one that was missing')
        or diag($answer->{body});
    is($answer->{json}{task}{vm}{id}, $one->{vm}, 'the same row');
    is_deeply($answer->{json}{left_out}, [], 'with its address');
    is(ask('GET', "/api/vms/$one->{vm}?live=1", $root)->{json}{in_force}
        {hostname}, $one->{name}, 'its node has it');
    is(the($one->{ctid}), undef, 'no stranger');
    is(post("/api/vms/$one->{vm}/restart")->{json}{state}, 'done',
        'it does what it is told');
    is(marker($one->{ctid}), 'older than the dump', 'with what was on it');
}

# under another number, without a tag, and it was suspended
sub came_back_elsewhere {
    my $number = $later[0]{ctid} + 300;
    my $vm = vm($ana, lifecycle => 'suspended', desired_state => 'stopped');
    my $old = sql_value("SELECT ctid FROM vm WHERE id = $vm");

    push @numbers, $number;
    like(verb('create', $number, busybox()), qr/^ok/m, 'without a tag');

    my $answer = post("$there/adopt", { ctid => $number, as => 0 + $vm });

    is($answer->{json}{task}{state}, 'done', 'it is the one that was missing')
        or diag($answer->{body});

    my $one = ask('GET', "/api/vms/$vm?live=1", $root)->{json};

    is($one->{ctid}, $number, 'it has the number that it has');
    is($one->{node}, 'up', 'and its node knows it');
    is($one->{lifecycle}, 'suspended', 'it is suspended as before');
    is(sql_value("SELECT COUNT(*) FROM number_rest WHERE ctid = $old"
        . " AND node_id = $node AND until > NOW(3)"), 1,
        'the number that it had rests');
    is(post("/api/vms/$vm/unsuspend")->{json}{state}, 'done', 'let go');
    is(sent('DELETE', "/api/vms/$vm", { name => $one->{name} })->{json}
        {state}, 'done', 'and destroyed');
    like(verb('status', $number), qr/^err noent/m, 'it is gone');
}


# --- an address that the node says is another's, and the pool has no more ---

sub no_other_address {
    my ($id, $pool) = split /\t/, sql_value('SELECT id, pool_id FROM address'
        . ' WHERE vm_id IS NULL AND NOT reserved ORDER BY id DESC LIMIT 1');
    my ($before) = sql("SELECT address FROM address WHERE id = $id");

    # the node's own address, which no list of containers has
    is(system("ip addr add $own_address/32 dev lo"), 0, 'of the node itself');
    sql('UPDATE address SET reserved = reserved + 2 WHERE vm_id IS NULL'
        . " AND id <> $id;"
        . " UPDATE address SET address = '$own_address' WHERE id = $id");

    my $answer = post('/api/vms', { user => 0 + $ana, template => busybox(),
        disk_mib => 300, memory_mib => 48 });
    my $task = $answer->{json};

    sql('UPDATE address SET reserved = reserved - 2 WHERE reserved > 1');
    is($task->{state}, 'failed', 'there is none to take instead');
    is($task->{error}{code}, 'nospace', 'which is why');
    is(sql_value("SELECT vm_id FROM address WHERE id = $id"),
        $task->{vm}{id}, 'what it had is its own');

    $answer = post("/api/tasks/$task->{id}/retry");
    is($answer->{json}{state}, 'done', 'where there is one, it goes on')
        or diag($answer->{body});
    push @numbers, sql_value("SELECT ctid FROM vm WHERE id = $task->{vm}{id}");

    my $has = sql_value('SELECT CONCAT(address, \' \', pool_id) FROM address'
        . " WHERE vm_id = $task->{vm}{id}");

    like($has, qr/^(?!\Q$own_address\E).* $pool$/,
        'with another of the same pool');
    containers();
    is(sql_value('SELECT CONCAT(reserved, COALESCE(stranger_node, 0)) FROM'
        . " address WHERE id = $id"), '10', 'the node\'s is given to nobody');
    sql("UPDATE address SET address = '$before', reserved = 0 WHERE id = $id");
    system "ip addr del $own_address/32 dev lo";
}


run_tests();

__DATA__

=== TEST 1: orders avoid the numbers of unknown containers
--- init: ::orders_after_a_restore()



=== TEST 2: unknown entries show only own facts, and only those are deleted
--- init: ::each_its_own()



=== TEST 3: unknown containers are listed, and their addresses are reserved
--- init: ::listed()



=== TEST 4: missing containers are listed, and both kinds are counted
--- init: ::missing_listed()



=== TEST 5: the list has pages
--- init: ::pages()



=== TEST 6: an impossible adoption is refused, and creates nothing
--- init: ::refused()



=== TEST 7: an adopted container keeps its limits and data
--- init: ::adopted()



=== TEST 8: a repeated adoption creates one container, and names what was left out
--- init: ::asked_twice()



=== TEST 9: an ignored container is listed apart, and keeps its number
--- init: ::left()



=== TEST 10: the address of an unknown container that went away is free again
--- init: ::went()



=== TEST 11: a container that returned is recognized as the missing one
--- init: ::came_back()



=== TEST 12: a container that returned under another number is recognized
--- init: ::came_back_elsewhere()



=== TEST 13: an order whose address is in use waits for another address
--- init: ::no_other_address()
