# Lists of containers leave nothing out: whatever they are sorted, filtered and
# searched by, and while figures move; and no statement of theirs makes a
# temporary table on disk.

use File::Temp qw(tempdir);
use MIME::Base64 qw(encode_base64url);
use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(sleep);
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(2);

our $name = unique('walk');
our ($ana, $bea, $caro) = map { user(unique($_)) } qw(ana bea caro);
our $boss = user(unique('boss'), role => 'admin');
our ($anas, $beas, $caros, $root) = map { session($_) } $ana, $bea, $caro,
    $boss;
our $mailed = session(user(unique('mailed'), must_change => 1));
our $locked = session(user(unique('locked'), locked => 1));
our $over = session($ana, expires => 'NOW(3) - INTERVAL 1 SECOND');
our $local = sql_value("SELECT id FROM node WHERE name = 'local'");

# a node that nobody can ask: nginx.conf has no address of it
our $dark = sql_value("INSERT INTO node (name) VALUES ('$name');"
    . ' SELECT LAST_INSERT_ID()');

# Ana's: 20 that the node tells of, 10 that it does not, and 10 in the dark
our @seen = rows($ana, $local, 20);
our @unseen = rows($ana, $local, 10);
our @dark = rows($ana, $dark, 10);
our @all = sort { $a <=> $b } @seen, @unseen, @dark;
our @beas = rows($bea, $local, 3);

our %ctid = map { split /\t/ } sql("SELECT id, ctid FROM vm WHERE id IN ("
    . join(',', @seen) . ')');

our $how = tempdir(CLEANUP => 1) . '/how';
our $node = VzDaemon->new(list => sub {
    open my $in, '<', $how or return ['ok'];
    chomp(my @lines = <$in>);
    return [@lines, 'ok'];
});

our $gc = sql_value('SELECT @@global.group_concat_max_len');

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});

END {
    local $?;

    if ($dark) {
        sql("SET GLOBAL group_concat_max_len = $gc") if $gc;
        sql("DELETE a FROM address a JOIN vm v ON v.id = a.vm_id"
            . " WHERE v.name LIKE '$name-%';"
            . " DELETE FROM vm WHERE name LIKE '$name-%';"
            . " DELETE FROM node WHERE id = $dark;"
            . ' ALTER TABLE vm AUTO_INCREMENT = 101');
    }
}


# Containers with names of which many are equal.  Their ids, rising.
sub rows {
    my ($user, $on, $n, $id) = @_;

    $id = defined $id ? $id : 'NULL';

    my ($ctid) = sql_value('SELECT GREATEST(COALESCE(MAX(ctid), 0), 20000)'
        . " + 1 FROM vm WHERE node_id = $on AND ctid < 1000000000");
    my $last = sql_value('SELECT COALESCE(MAX(id), 0) FROM vm');

    sql('INSERT INTO vm (id, node_id, ctid, user_id, template_id, name,'
        . ' hostname, vmguar_barrier_mib, oomguar_barrier_mib,'
        . ' privvm_barrier_mib, disk_soft_mib, disk_hard_mib, cpu_units,'
        . " lifecycle) SELECT $id, $on, $ctid + seq, $user,"
        . ' (SELECT MIN(id) FROM template),'
        . " CONCAT('$name-', seq MOD 3), CONCAT('h', seq), 64, 64, 64, 1024,"
        . " 1024, 1000, 'ready' FROM seq_1_to_$n");

    return sort { $a <=> $b }
        sql("SELECT id FROM vm WHERE id > $last AND user_id = $user");
}


# What the node tells from now on: of its 20 a half runs, with figures of
# which many are equal, and others each turn; the turn is seen as the uptime
# of the first.
sub turn {
    my ($turn) = @_;
    my $i = 0;

    open my $out, '>', "$how.new" or die "$how: $!";

    for my $vm (@seen) {
        my $n = $i++ ? ($i * 7 + $turn * 3) % 5 : $turn;
        my ($state, $used) = $i % 2 ? ('running', $n * 1048576)
                                    : ('stopped', 0);

        printf $out "= id=%d state=%s memory_used=%d memory_limit=67108864"
            . " disk_used=%d disk_total=1073741824 cpu_ns=%d uptime=%d\n",
            $ctid{$vm}, $state, $used, $used, $n * $turn * 1e8,
            $i % 2 ? $turn + $n : 0;
    }

    close $out;
    rename "$how.new", $how or die "$how: $!";

    ok(wait_for(15, sub {
        my $one = ask('GET', "/api/vms/$seen[0]", $anas)->{json};
        return $one->{state} eq 'running' && $one->{uptime_s} == 2 * $turn;
    }), "the panel knows turn $turn");
}


sub page {
    my ($query, $headers, $cursor) = @_;
    my $call = ask('GET', "/api/vms?$query"
        . (defined $cursor ? "&cursor=$cursor" : ''), $headers);

    $call->{code} == 200 or die "$query: $call->{code} $call->{body}";
    return $call->{json};
}


# all items of all pages; headers may be a sub that makes some for each page
sub walk {
    my ($query, $headers) = @_;
    my ($cursor, @items);

    for my $page (1 .. 100) {
        my $list = page($query, ref $headers ? $headers->() : $headers,
            $cursor);

        push @items, @{ $list->{items} };
        $cursor = $list->{next} // return @items;
    }

    die "$query: no end\n";
}


sub ids { join ' ', sort { $a <=> $b } map { ref ? $_->{id} : $_ } @_ }

sub sorts { map { ($_, "-$_") } qw(id name memory disk cpu uptime) }

my %figure = (id => sub { $_[0]{id} }, name => sub { $_[0]{name} },
    memory => sub { $_[0]{memory}{used_bytes} // 0 },
    disk => sub { $_[0]{disk}{used_bytes} // 0 },
    uptime => sub { $_[0]{uptime_s} // 0 });

# as they should stand: by the figure, then by the id, both ways
sub in_order {
    my ($sort, @items) = @_;
    my $figure = $figure{ $sort =~ s/^-//r };
    my @should = sort { ($sort =~ /name/ ? $figure->($a) cmp $figure->($b)
        : $figure->($a) <=> $figure->($b)) || $a->{id} <=> $b->{id} } @items;

    @should = reverse @should if $sort =~ /^-/;
    is(join(' ', map { $_->{id} } @items), join(' ', map { $_->{id} } @should),
        "$sort: in order");
}


sub walks {
    turn(7);

    my $new = sub { session($ana) };
    my @ways = (['a customer', 'limit=7', $anas],
        ['an administrator', "user=$ana&limit=9", $root],
        ['a search', "q=$name&user=$ana&limit=16", $root],
        ['a session that is new each time', 'limit=11', $new],
        ['a token', 'limit=40', token($ana)]);

    for my $sort (sorts()) {
        for my $way (@ways) {
            my ($who, $query, $headers) = @$way;
            my @items = walk("$query&sort=$sort", $headers);

            is(ids(@items), ids(@all), "$sort: $who sees each once");
            in_order($sort, @items) if $sort !~ /cpu/;
        }
    }

    my @every = sql('SELECT id FROM vm');

    for my $sort (qw(id -name memory -uptime)) {
        is(ids(walk("limit=50&sort=$sort", $root)), ids(@every),
            "$sort: an administrator sees all there are");
        is(ids(walk("limit=2&sort=$sort", $beas)), ids(@beas),
            "$sort: and another customer her own");
    }
}


sub states {
    turn(8);

    my %is = (running => [@seen[grep { !($_ % 2) } 0 .. $#seen]],
        stopped => [@seen[grep { $_ % 2 } 0 .. $#seen]], frozen => [],
        unknown => [@unseen, @dark]);

    for my $state (sort keys %is) {
        for my $sort (sorts()) {
            is(ids(walk("limit=4&state=$state&sort=$sort", $anas)),
                ids(@{ $is{$state} }), "$state, $sort: a customer");
            is(ids(walk("limit=6&state=$state&sort=$sort&user=$ana&q=$name",
                sub { session($boss) })), ids(@{ $is{$state} }),
                "$state, $sort: an administrator") if $sort =~ /name|memory/;
        }
    }
}


# all walks side by side, and other figures between their pages
sub moving {
    my (%cursor, %got);
    my %who = (customer => ['limit=15', $anas],
        administrator => ["limit=15&user=$ana", $root]);

    for my $turn (1 .. 3) {
        turn(10 + $turn);

        for my $sort (sorts()) {
            for my $who (sort keys %who) {
                my ($query, $headers) = @{ $who{$who} };
                my $list = page("$query&sort=$sort", $headers,
                    $cursor{"$sort $who"});

                push @{ $got{"$sort, $who"} }, @{ $list->{items} };
                $cursor{"$sort $who"} = $list->{next};
                is(defined $list->{next}, $turn < 3,
                    "$sort, $who: page $turn of three");
            }
        }
    }

    is(ids(@{ $got{$_} }), ids(@all), "$_: each once") for sort keys %got;
}


# more than a cursor can carry
sub very_many {
    my $base = 1000 + sql_value('SELECT MAX(id) FROM vm');
    my @many = rows($caro, $dark, 3000, "$base + 300 * seq");
    my %times;

    $times{ $_->{id} }++ for walk('limit=200&sort=-memory', $caros);
    is(ids(keys %times), ids(@many), 'none of 3,000 is left out');
    is(ids(walk('limit=200&sort=-name', $caros)), ids(@many),
        'by name each comes once');
    sql("DELETE FROM vm WHERE user_id = $caro");
}


# --- tables on disk ---

sub on_disk {
    return (split /\t/,
        sql_value("SHOW GLOBAL STATUS LIKE 'Created_tmp_disk_tables'"))[1];
}

sub none_on_disk {
    my $n = 20;
    my $cursor = page('limit=5', $anas)->{next};
    my @queries = ('', (map { "sort=$_" } sorts()), "q=$name",
        "q=$name&sort=-memory", "user=$ana", 'state=running',
        'state=unknown&sort=-name', "limit=5&cursor=$cursor");
    my %who = ('a customer' => sub { $anas }, 'an administrator' => sub { $root },
        'a new session' => sub { session($ana) },
        "a new administrator's" => sub { session($boss) },
        'a new token' => sub { token($ana) });

    # what asking for the counter itself makes
    my $asking = -on_disk() + on_disk();

    for my $who (sort keys %who) {
        for my $query (@queries) {
            my @headers = map { $who{$who}->() }
                1 .. ($who =~ /new/ ? $n / 2 : $n);
            my $before = on_disk();

            page($query, $_) for @headers;
            cmp_ok(on_disk() - $before - $asking, '<', @headers / 2,
                "$who, $query: none on disk");
        }
    }
}


# --- addresses ---

sub short { sql('SET GLOBAL group_concat_max_len = 1024') }

sub long_addresses {
    my @texts = map { 'fd00:1111:2222:3333:4444:5555:255.255.255.' . (100 + $_) }
        0 .. 31;
    my $pool = sql_value('SELECT MIN(id) FROM address_pool');

    sql('INSERT INTO address (pool_id, address, vm_id, position) VALUES '
        . join(', ', map { "($pool, '$texts[$_]', $beas[0], $_)" }
            reverse 0 .. $#texts));

    is(length $texts[0], 45, 'as long as an address can be written');
    is_deeply(page('limit=1', $beas)->{items}[0]{addresses}, \@texts,
        'the list has all of them, in order');
    is_deeply(page('limit=1', session($bea))->{items}[0]{addresses}, \@texts,
        'also for a session that nobody knows yet');
    is_deeply(ask('GET', "/api/vms/$beas[0]", $beas)->{json}{addresses},
        \@texts, 'and its own page');

    sql("DELETE FROM address WHERE vm_id = $beas[0]");
}


# --- cursors of one's own making ---

sub forged {
    my @bad = map { encode_base64url($_) } "d", "d\x80", "d\x00\x01", "b",
        "b\x01", "b\x00\xff", "b\x81", "d\x01\xff\xff\xff\xff\x0f", "x\x01",
        "d\x01\xe0\xa7\x12",      # 1 and 300,001
        'd' . "\xff" x 12, '1', '-1 x', 'd' . "\x01" x 5000;

    for my $sort (qw(id memory)) {
        is(join(' ', map { ask('GET', "/api/vms?sort=$sort&cursor=$_",
            $anas)->{code} } @bad), join(' ', (422) x @bad), "by $sort");
    }

    is(ask('GET', '/api/vms?sort=id&cursor='
        . page('limit=5&sort=memory', $anas)->{next}, $anas)->{code}, 422,
        'that of another order');
}

sub not_for {
    for my $query ('', 'sort=-memory', "q=$name", 'state=unknown') {
        is(ask('GET', "/api/vms?$query", $mailed)->{json}{code},
            'must_change', "$query: who was mailed his password") for 1, 2;
        is(ask('GET', "/api/vms?$query", $locked)->{code}, 401,
            "$query: who is locked");
        is(ask('GET', "/api/vms?$query", $over)->{code}, 401,
            "$query: whose session is over");
        is(ask('GET', "/api/vms?$query")->{code}, 401, "$query: nobody");
    }
}

run_tests();

__DATA__

=== TEST 1: pages have each container once, in order, under every sort key
--- init: ::walks()



=== TEST 2: a list by state has every container in that state
--- init: ::states()



=== TEST 3: figures that move between two pages hide no container and repeat none
--- init: ::moving()



=== TEST 4: a walk of more pages than a cursor can record leaves nothing out
--- init: ::very_many()



=== TEST 5: no list creates a temporary table on disk
--- log_level: info
--- init: ::none_on_disk()



=== TEST 6: a forged cursor is refused
--- init: ::forged()



=== TEST 7: a list that the caller may not see is refused in each form
--- init: ::not_for()



=== TEST 8: 32 addresses of the longest kind are listed in order
--- before: short
--- init: ::long_addresses()
