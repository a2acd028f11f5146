# Containers that a node has and the database does not know: as after an older
# dump was restored.  Orders pass them by, and nobody touches them.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

my $json = JSON::PP->new->utf8->canonical;
my $pid = $$;

our $root_id = user(unique('root'), role => 'admin');
our $root = session($root_id);
our $ana = user(unique('ana'));
our $node = sql_value("SELECT id FROM node WHERE name = 'local'");

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
    my ($init) = do {
        open my $in, '<', vz_base() . "/lxc/ct/$ctid/run" or return;
        local $/;
        <$in>;
    } =~ /^init=(\d+)/m or return;
    my $script = defined $text ? "echo '$text' > /root/marker"
        : 'cat /root/marker';

    return `nsenter -t $init -U -m -r -w -S 0 -G 0 /bin/busybox sh -c "$script"`
        =~ s/\n\z//r;
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
    is(sql_value('SELECT CONCAT(reserved, COALESCE(stranger_node, 0)) FROM'
        . " address WHERE id = $id"), '10', 'the node\'s is given to nobody');
    sql("UPDATE address SET address = '$before', reserved = 0 WHERE id = $id");
    system "ip addr del $own_address/32 dev lo";
}


run_tests();

__DATA__

=== TEST 1: orders pass containers by that no row tells of
--- timeout: 300
--- init: ::orders_after_a_restore()
--- request
GET /api/plans



=== TEST 2: an order whose address can't be had waits for another
--- timeout: 90
--- init: ::no_other_address()
--- request
GET /api/plans
