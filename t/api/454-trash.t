# The trash: a container that is deleted is stopped and kept, comes back as it
# was, ends with its time, and gives way to an order that finds no room.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

my $json = JSON::PP->new->utf8->canonical;
my $pid = $$;
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);

our $account = unique('ana');
our $ana = user($account, language => 'en');
our $anas = session($ana);
our $beas = session(user(unique('bea')));
our $boss = unique('boss');
our $root = session(user($boss, role => 'admin'));
our $template = busybox();
our ($vm, $name, $ctid, $address);


# --- pools of our own; the others are closed meanwhile ---

sub clean {
    sql("UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
        . " SET a.vm_id = NULL, a.position = 0 WHERE p.name LIKE 'Trash %';"
        . "DELETE a FROM address a JOIN address_pool p ON p.id = a.pool_id"
        . " WHERE p.name LIKE 'Trash %';"
        . "DELETE FROM address_pool WHERE name LIKE 'Trash %';"
        . "UPDATE address_pool SET enabled = 1 WHERE name = 'test'");
}

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $_)
            for sql("SELECT ctid FROM vm WHERE user_id = $ana");
        clean();
    }
}


# --- asking ---

sub sent {
    my ($method, $path, $body, $who) = @_;

    return ask($method, "/api/$path", ($who // $root) . "Prefer: wait=60\n",
        $body && $json->encode($body));
}

sub make {
    my (%more) = @_;
    my $answer = sent('POST', 'vms', { user => $account, memory_mib => 48,
        template => $template, disk_mib => 300, %more });

    is($answer->{json}{state}, 'done', 'a container')
        or diag($answer->{body});

    return $answer->{json}{vm}{id};
}

# a container's row, with a number that the node may have
sub row {
    return vm($ana, @_, ctid => sql_value('SELECT MIN(n.ctid) + 1 FROM'
        . ' (SELECT ctid_min + 1000 AS ctid, id FROM node UNION'
        . ' SELECT ctid, node_id FROM vm) n JOIN node o ON o.id = n.id'
        . ' LEFT JOIN vm w ON w.node_id = n.id AND w.ctid = n.ctid + 1'
        . " WHERE o.name = 'local' AND n.ctid >= o.ctid_min + 1000"
        . ' AND w.id IS NULL'));
}

sub get { return ask('GET', "/api/vms/$_[0]", $_[1] // $root) }

sub trash {
    my ($who) = @_;

    return { map { $_->{id} => $_ }
        @{ ask('GET', '/api/trash?limit=200', $who)->{json}{items} } };
}

sub listed {
    my ($id, $who) = @_;

    return scalar grep { $_->{id} == $id }
        @{ ask('GET', "/api/vms?limit=200&q=$id", $who)->{json}{items} };
}

sub deleted {
    my ($id, $good) = @_;

    return sent('DELETE', "vms/$id", { for_good => $good ? $yes : $no,
        name => sql_value("SELECT name FROM vm WHERE id = $id") });
}

sub gone {
    my ($id, $seconds) = @_;

    return wait_for($seconds // 20, sub {
        sql_value("SELECT COUNT(*) FROM vm WHERE id = $id") == 0 });
}

sub state { return verb('status', $_[0]) =~ /\bstate=(\w+)/ ? $1 : '' }


# --- there and back ---

sub put_there {
    $vm = make();
    $name = sql_value("SELECT name FROM vm WHERE id = $vm");
    $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
    $address = sql_value("SELECT address FROM address WHERE vm_id = $vm");
    is(state($ctid), 'running', 'it runs');

    is(sent('DELETE', "vms/$vm", { name => $name, for_good => $no }, $anas)
        ->{code}, 403, 'its owner deletes nothing');

    my $answer = deleted($vm);
    my $task = $answer->{json};

    is($task->{kind}, 'trash', 'it goes to the trash') or diag $answer->{body};
    is($task->{state}, 'done', 'and is stopped');
    is($task->{undo}{path}, "vms/$vm/undelete", 'the answer tells the way back');
    cmp_ok(abs($task->{undo}{left_s} - 86400), '<', 60, 'and for how long');
    is(ask('GET', "/api/tasks/$task->{id}", $anas)->{json}{undo}, undef,
        'to who may go it');
    is(state($ctid), 'stopped', 'the node has it, stopped');
    is(sql_value("SELECT address FROM address WHERE vm_id = $vm"), $address,
        'its address is its own');
}

sub seen_there {
    my $one = get($vm, $anas)->{json};

    is($one->{lifecycle}, 'trashed', 'its lifecycle says it');
    cmp_ok(abs($one->{trash}{left_s} - 86400), '<', 60, 'and how long');
    is(listed($vm, $_), 0, 'no list of containers has it') for $root, $anas;
    is(trash($anas)->{$vm}{name}, $name, 'its owner sees it in the trash');
    is(trash($root)->{$vm}{owner}{account}, $account, 'so do administrators');
    is_deeply(trash($root)->{$vm}{addresses}, [$address], 'with its address');
    is(trash($beas)->{$vm}, undef, 'nobody else does');
    is(get($vm, $beas)->{code}, 404, 'nor its page');
    is(ask('GET', "/api/admin/users/$ana", $root)->{json}{vms}, 0,
        'it counts for nothing');

    my ($mail) = wait_for(10, sub { mails("$account\@example.org") > 1
        && (mails("$account\@example.org"))[-1] });

    like($mail =~ s/=\r?\n//gr, qr/An administrator deleted your server \Q$name/,
        'its owner is told by mail');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.trash'"
        . " AND object = 'vm $vm' AND account = '$boss'"), 1, 'audited');

    my $node = ask('GET', '/api/admin/nodes', $root)->{json}{items}[0]{id};
    my $seen = ask('GET', "/api/admin/nodes/$node/containers?limit=200",
        $root)->{json};

    is(scalar(grep { $_->{ctid} == $ctid } @{ $seen->{items} }), 0,
        'it is no stranger');
    is(scalar(grep { $_->{id} == $vm } @{ $seen->{missing} }), 0,
        'nor is it missing');
}

sub nothing_else {
    for my $act (qw(start stop restart poweroff suspend unsuspend)) {
        is(sent('POST', "vms/$vm/$act")->{json}{code}, 'not_ready',
            "no $act");
    }

    is(ask('PATCH', "/api/vms/$vm/disk", "${root}If-Match: *\n",
        '{"soft_mib":400,"hard_mib":400}')->{json}{code}, 'not_ready',
        'no change');
    is(ask('POST', "/api/vms/$vm/console", $anas, '{"mode":"shell"}')
        ->{code}, 409, 'no console');
    is(deleted($vm)->{json}{code}, 'in_trash', 'nor is it deleted twice');

    my $failed = VzFixture::insert('task', kind => 'start', vm_id => $vm,
        user_id => $ana, actor => $account, via => 'web', state => 'failed',
        steps => 1);

    VzFixture::insert('task_step', task_id => $failed, position => 0,
        name => 'start', state => 'failed');
    is(sent('POST', "tasks/$failed/retry")->{code}, 409,
        'what failed before is not retried');
    is(state($ctid), 'stopped', 'it is stopped still');

    my $items = ask('POST', "/api/admin/users/$ana/suspend", $root, '{}')
        ->{json}{items};

    is(scalar(grep { $_->{vm} == $vm } @$items), 0,
        'who suspends all leaves it');
}

sub back {
    is(sent('POST', "vms/$vm/undelete", undef, $anas)->{code}, 403,
        'its owner does not take it out');
    is(sent('POST', "vms/$vm/undelete", undef,
        token(user(unique('other'), role => 'admin'), rights => 'read')
        )->{json}{code}, 'token_right', 'nor does a token without the right');

    my $answer = sent('POST', "vms/$vm/undelete");

    is($answer->{json}{kind}, 'undelete', 'an administrator does')
        or diag $answer->{body};
    is($answer->{json}{state}, 'done', 'to its end');
    is(state($ctid), 'running', 'it runs again');

    my $one = get($vm, $anas)->{json};

    is($one->{lifecycle}, 'ready', 'it is ready');
    is($one->{trash}, undef, 'and in no trash');
    is_deeply($one->{addresses}, [$address], 'with its address');
    is(listed($vm, $anas), 1, 'and in the list');
    is(trash($root)->{$vm}, undef, 'no longer in the other');
    is(sent('POST', "vms/$vm/undelete")->{json}{code}, 'not_in_trash',
        'once');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.undelete'"
        . " AND object = 'vm $vm'"), 1, 'audited');
}

sub suspended {
    is(sent('POST', "vms/$vm/suspend", { reason => 'unpaid' })->{json}{state},
        'done', 'one that is suspended');
    is(deleted($vm)->{json}{state}, 'done', 'goes there, too');
    is(trash($root)->{$vm}{suspended}, $yes, 'the list says so');
    is(sent('POST', "vms/$vm/undelete")->{json}{state}, 'done', 'and back');
    is(get($vm)->{json}{lifecycle}, 'suspended', 'suspended as before');
    is(get($vm)->{json}{suspended}, 'unpaid', 'for the same reason');
    is(state($ctid), 'stopped', 'and stopped');
    is(sent('POST', "vms/$vm/unsuspend")->{json}{state}, 'done', 'let go');
}


# --- how it ends ---

sub stopped_again {
    is(deleted($vm)->{json}{state}, 'done', 'deleted');

    my $task = sql_value("SELECT MAX(id) FROM task WHERE vm_id = $vm"
        . " AND kind = 'trash'");

    like(verb('start', $ctid), qr/^ok/m, 'as if it had not been stopped');
    sql("UPDATE task SET state = 'failed', finished = NOW(3) - INTERVAL 1 HOUR"
        . " WHERE id = $task");
    ok(wait_for(20, sub { state($ctid) eq 'stopped' }),
        'what could not be stopped is stopped again');
    ok(wait_for(10, sub { sql_value('SELECT state FROM task WHERE vm_id ='
        . " $vm AND kind = 'trash' AND id > $task") eq 'done' }),
        'by another task');
}

sub over {
    sql("UPDATE vm SET trashed_until = NOW(3) WHERE id = $vm");
    ok(gone($vm), 'when its time is over it goes');
    is(sql_value('SELECT COUNT(*) FROM address WHERE address ='
        . " '$address' AND vm_id IS NULL"), 1, 'its address is free');
    like(verb('status', $ctid), qr/^err noent/m, 'the node has it no more');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.destroy'"
        . " AND object = 'vm $vm' AND account = 'panel'"), 1, 'audited');
}

sub for_good {
    my $one = row(lifecycle => 'trashed');

    sql("UPDATE vm SET trashed_at = NOW(3), trashed_until = NOW(3)"
        . " + INTERVAL 1 DAY WHERE id = $one");

    my $answer = deleted($one, 1);

    is($answer->{json}{kind}, 'destroy', 'from the trash it goes for good')
        or diag $answer->{body};
    is($answer->{json}{undo}, undef, 'and nothing undoes it');
    ok(gone($one), 'gone');

    my $two = row();

    is(deleted($two, 1)->{json}{kind}, 'destroy', 'or without any trash');
    ok(gone($two), 'gone, too');

    my $made = row(lifecycle => 'create_failed');

    is(deleted($made)->{json}{kind}, 'destroy',
        'what was never ready is destroyed at once');

    my $plan = VzFixture::insert('plan', name => unique('Noundo'),
        memory_mib => 48, disk_mib => 300, visible => 0, undo_hours => 0);
    my $three = row(plan_id => $plan);

    is(get($three)->{json}{undo_hours}, 0, 'a plan may have no trash');
    is(deleted($three)->{json}{kind}, 'destroy', 'which is at once, too');
    ok(gone($three), 'all gone');
    sql("DELETE FROM plan WHERE id = $plan");
}

# both are asked for at once: one of them is done
sub at_once {
    for (1 .. 5) {
        my $one = row(lifecycle => 'trashed', desired_state => 'stopped');
        my $called = sql_value("SELECT name FROM vm WHERE id = $one");

        sql("UPDATE vm SET trashed_at = NOW(3), trashed_until = NOW(3)"
            . " WHERE id = $one");

        my $answer = sent('POST', "vms/$one/undelete");

        if ($answer->{code} == 200) {
            is(get($one)->{json}{lifecycle}, 'ready', 'it is back, whole');
            deleted($one, 1);
        } else {
            like($answer->{json}{code}, qr/^(?:not_in_trash|vm_busy)$/,
                'or on its way out');
        }

        ok(gone($one), 'and gone in the end');
    }
}


# a reinstall offers its way back the same way, and the last one alone
sub reinstalled {
    my $one = row();
    my @tasks = map { VzFixture::insert('task', kind => 'reinstall',
        vm_id => $one, user_id => $ana, actor => $account, via => 'web',
        state => 'done', steps => 6) } 1, 2;

    sql("UPDATE vm SET old_template = 'x', old_until = NOW() + INTERVAL 1 HOUR"
        . " WHERE id = $one");

    my ($first, $last) = map { ask('GET', "/api/tasks/$_", $anas)->{json}
        {undo} } @tasks;

    is($first, undef, 'an older reinstall is not undone');
    is($last->{path}, "vms/$one/reinstall/undo", 'the last one is');
    cmp_ok(abs($last->{left_s} - 3600), '<', 60, 'for as long as it is kept');
    sql("UPDATE vm SET old_until = NOW() - INTERVAL 1 SECOND"
        . " WHERE id = $one");
    is(ask('GET', "/api/tasks/$tasks[1]", $anas)->{json}{undo}, undef,
        'and not longer');
    sql("DELETE FROM task WHERE vm_id = $one; DELETE FROM vm WHERE id = $one");
}


# --- what it gives way to ---

sub trashed {
    my ($address, $hours) = @_;
    my $one = row(lifecycle => 'trashed');

    sql("UPDATE vm SET trashed_at = NOW(3) - INTERVAL $hours HOUR,"
        . " trashed_until = NOW(3) + INTERVAL 1 DAY WHERE id = $one");
    sql("UPDATE address SET vm_id = $one WHERE address = '$address'")
        if $address;

    return $one;
}

sub address_of {
    return sql_value("SELECT address FROM address WHERE vm_id = $_[0]");
}

sub gives_way {
    clean();
    is(sent('POST', 'admin/addresses', { name => 'Trash one',
        cidr => '10.226.0.0/29', gateway => '10.226.0.1' })->{code}, 201,
        'a pool');
    sql("UPDATE address_pool SET enabled = 0 WHERE name = 'test';"
        . "UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
        . " SET a.reserved = 1 WHERE p.name = 'Trash one'"
        . " AND a.address NOT IN ('10.226.0.2', '10.226.0.3')");

    my $young = trashed('10.226.0.2', 1);
    my $old = trashed('10.226.0.3', 5);

    ok(wait_for(10, sub {
        ask('GET', '/api/plans')->{json}{stock}{addresses} == 2 }),
        'what is in the trash can be ordered');

    my $one = make();

    ok(gone($old, 1), 'the oldest gave way');
    is(sql_value("SELECT lifecycle FROM vm WHERE id = $young"), 'trashed',
        'the other one did not');
    is(address_of($one), '10.226.0.3', 'its address went to the new one');

    my $answer = ask('POST', '/api/orders', "Prefer: wait=60\n", order_body());

    is($answer->{json}{state}, 'done', 'an order finds room the same way')
        or diag $answer->{body};
    ok(gone($young, 1), 'and the next one gave way');

    my $ordered = sql_value("SELECT vm_id FROM task WHERE id ="
        . " $answer->{json}{task}");

    is(address_of($ordered), '10.226.0.2', 'by its address');
    is(sent('POST', 'vms', { user => $account, template => $template,
        memory_mib => 48, disk_mib => 300 })->{json}{code}, 'no_address',
        'then there is none');
    is(ask('POST', '/api/orders', '', order_body())->{json}{code},
        'no_address', 'for an order neither');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.destroy'"
        . " AND object IN ('vm $old', 'vm $young')"
        . " AND detail LIKE '%gave way%'"), 2, 'the audit says why');
    deleted($_, 1) for $one, $ordered;
    clean();
}

# two orders, and one that gives way: one address has one owner
sub one_owner {
    is(sent('POST', 'admin/addresses', { name => 'Trash two',
        cidr => '10.226.1.0/29', gateway => '10.226.1.1' })->{code}, 201,
        'a pool');
    sql("UPDATE address_pool SET enabled = 0 WHERE name = 'test';"
        . "UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
        . " SET a.reserved = 1 WHERE p.name = 'Trash two'"
        . " AND a.address <> '10.226.1.2'");
    trashed('10.226.1.2', 1);

    my $body = $json->encode({ user => $account, template => $template,
        memory_mib => 48, disk_mib => 300 });
    my @asked = map { ask_begin('POST', '/api/vms', "${root}Prefer: wait=60\n",
        $body) } 1 .. 3;
    my @told = map { ask_end($_, 60) } @asked;

    is(join(' ', sort map { $_->{json}{state} // $_->{json}{code} } @told),
        'done no_address no_address', 'one of three gets it');

    my ($made) = grep { $_->{json}{vm} } @told;

    is(address_of($made->{json}{vm}{id}), '10.226.1.2', 'the address');
    deleted($made->{json}{vm}{id}, 1);
    clean();
}

our $full = VzDaemon->new(create => sub {
    $_[0] < 3 ? ['err nospace the disk of the node is full'] : ['ok'] });

sub disk_full {
    my @there = map { trashed(undef, $_) } 1, 2;
    my $answer = sent('POST', 'vms', { user => $account, memory_mib => 48,
        template => $template, disk_mib => 300 });

    is($answer->{json}{state}, 'done', 'a node without room finds some')
        or diag $answer->{body};
    ok(gone($_, 5), 'by what was in the trash') for @there;
    cmp_ok(scalar $full->asked('create'), '>=', 3, 'and is asked again');

    my $made = $answer->{json}{vm}{id};

    deleted($made, 1);
}

run_tests();

__DATA__

=== TEST 1: a container that is deleted is stopped and kept
--- init: ::put_there()



=== TEST 2: it is in the trash, and in no other list
--- init: ::seen_there()



=== TEST 3: nothing else is done to it
--- init: ::nothing_else()



=== TEST 4: it comes back as it was
--- init: ::back()



=== TEST 5: one that is suspended comes back suspended
--- init: ::suspended()



=== TEST 6: one that could not be stopped is stopped later
--- init: ::stopped_again()



=== TEST 7: it goes when its time is over
--- init: ::over()



=== TEST 8: what goes for good goes at once
--- init: ::for_good()



=== TEST 9: it is taken out, or it ends, and not both
--- init: ::at_once()



=== TEST 10: a reinstall tells how long it can be undone
--- init: ::reinstalled()



=== TEST 11: the oldest gives way to who finds no address
--- init: ::gives_way()



=== TEST 12: an address that was given up has one owner
--- init: ::one_owner()



=== TEST 13: and to who finds no room on the node's disk
--- http_config eval
$::full->http_config
--- init: ::disk_full()
