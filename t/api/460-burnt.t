# What is left of containers that are lost: one that was deleted comes back out
# of a backup, with what the record in it tells; those of a node that is dead go
# on on another one, one by one or all, and the dead node, when it is back, runs
# none of them beside.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzAnswers;
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $hex = 'ab' x 32;

our @told = ('= driver=lxc features=backup,snapshot,reinstall,firewall,history'
    . ' repositories=main', 'ok');

our $good = VzDaemon->new(node => [@told], list => ['ok'],
    record => sub { [split /\n/, slurp('record') // 'err noent none'] },
    inherit => sub { [slurp('inherit') // 'ok'] },
    create => sub { [slurp('create') // 'ok'] });

# it closes each connection while it is dead
our $burnt = VzDaemon->new(map { my $ok = $_->[1]; ($_->[0] => sub {
    return [undef] if -e "$dir/dead";
    return ref $ok ? $ok->() : [$ok];
}) } [ping => 'ok'], [node => sub { [@told] }],
    [list => sub { [split(/\n/, slurp('list') // ''), 'ok'] }],
    [start => 'ok'], [restart => 'ok'], [poweroff => 'ok'], [destroy => 'ok']);

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $good->http_config($burnt));
});

our $type = "Content-Type: application/json\n";
our $root = session(user('root.burnt', role => 'admin')) . $type;
our $wait = "Prefer: wait=60\n";
our $eva_name = unique('eva');
our $eva_id = user($eva_name, email => "$eva_name\@burnt.example");
our $eva = session($eva_id) . $type;
our $otto_name = unique('otto');
our $otto_id = user($otto_name);
our ($n0, $n1) = map { VzFixture::insert('node', name => $_) } 'n0', 'n1';

END {
    local $?;
    sql("DELETE h FROM backup h JOIN node n ON n.id = h.node_id"
        . " WHERE n.name IN ('n0', 'n1');"
        . " UPDATE address a JOIN vm v ON v.id = a.vm_id JOIN node n"
        . " ON n.id = v.node_id SET a.vm_id = NULL WHERE n.name IN ('n0', 'n1');"
        . " DELETE a FROM address a JOIN address_pool p ON p.id = a.pool_id"
        . " WHERE p.name IN ('burnt', 'burnt any', 'burnt new');"
        . " DELETE FROM address_pool"
        . " WHERE name IN ('burnt', 'burnt any', 'burnt new');"
        . " DELETE v FROM vm v JOIN node n ON n.id = v.node_id"
        . " WHERE n.name IN ('n0', 'n1');"
        . " DELETE FROM node WHERE name IN ('n0', 'n1')");
}

# addresses of the burnt node alone, of any node, and of the other alone
sub pool {
    my ($name, $net, %of) = @_;
    my $pool = VzFixture::insert('address_pool', name => $name,
        cidr => "$net.0/24", gateway => "$net.1", dns => '9.9.9.9', %of);

    VzFixture::insert('address', pool_id => $pool, address => "$net.$_")
        for 10 .. 19;
    return $pool;
}

our %pools = (
    its => pool('burnt', '10.91.1', node_id => $n1),
    any => pool('burnt any', '10.91.2'),
    new => pool('burnt new', '10.91.3', node_id => $n0),
);
our $ctid = 2000;

# server NODE, POOL, COLUMNS: one of Eva's, at an address of a pool
sub server {
    my ($node, $pool, %row) = @_;
    my $id = vm($eva_id, node_id => $node, ctid => ++$ctid, fence => 7,
        tag => sprintf('%08x%08x', rand 2**32, rand 2**32),
        backup_daily => 2, desired_state => 'running', template_id =>
        sql_value("SELECT id FROM template WHERE name = '" . busybox() . "'"),
        %row);

    sql("UPDATE address SET vm_id = $id WHERE pool_id = $pools{$pool}"
        . ' AND vm_id IS NULL ORDER BY id LIMIT 1') if $pool;
    return $id;
}

# saved VM, HOURS: a backup of it, as old as that; its id
sub saved {
    my ($id, $hours) = @_;

    sql('INSERT INTO backup (vm_id, vm_name, user_id, node_id, tag, repository,'
        . " snapshot, kind, state, bytes, taken, finished) SELECT id, name,"
        . " user_id, node_id, tag, 'main', '$hex', 'scheduled', 'done', 5000,"
        . " NOW(3) - INTERVAL $hours HOUR, NOW(3) FROM vm WHERE id = $id");
    return sql_value("SELECT MAX(id) FROM backup WHERE vm_id = $id");
}

sub column {
    my ($id, $column) = @_;

    return sql_value("SELECT $column FROM vm WHERE id = $id");
}

sub addresses {
    my ($id) = @_;

    return join ' ', sql("SELECT address FROM address WHERE vm_id = $id");
}

# lost ID or NAME, QUERY: its row of the list
sub lost {
    my ($what, $query) = @_;
    my $list = ask('GET', '/api/admin/backups/lost' . ($query // '?limit=200'),
        $root)->{json}{items};
    my ($one) = grep { ($_->{vm} // 0) eq $what || $_->{name} eq $what } @$list;

    return $one;
}

sub code_of {
    my ($answer) = @_;

    return ($answer->{json}{code} // '') . ($answer->{json}{errors}
        ? " $answer->{json}{errors}[0]{field}" : '');
}

# verbs of a container on the node, in their order
sub verbs_of {
    my ($number) = @_;

    return join ' ', map { /^(\w+) $number\b/ ? $1 : () } $good->asked('');
}


sub comes_back {
    my $old = server($n0, 'any', name => 'gone.burnt.example');
    my $backup = saved($old, 5);
    my $tag = column($old, 'tag');
    my $path = "/api/admin/backups/$backup/restore";
    my $body = sub { encode_json({ node => 'n0', @_ }) };

    is(code_of(ask('POST', $path, $root, $body->())), 'not_dead',
        'a container that is there is not restored beside itself');

    sql("UPDATE address SET vm_id = NULL WHERE vm_id = $old;"
        . " DELETE FROM vm WHERE id = $old");
    my $row = lost('gone.burnt.example');
    is($row->{vm}, undef, 'a deleted one is listed');
    is(join(' ', @$row{qw(account backup backups bytes)}),
        "$eva_name $backup 1 5000", 'whose it was, and its last backup');
    ok(abs($row->{lost_seconds} - 5 * 3600) < 120, 'and how old that is');
    is(ask('GET', '/api/admin/backups/lost', $eva)->{code}, 403,
        'for administrators alone');
    is(ask('POST', $path, $eva, $body->())->{code}, 403, 'as is restoring it');

    is(code_of(ask('POST', $path, $root, $body->(node => 'n9'))),
        'invalid node', 'on a node that is there');
    is(code_of(ask('POST', $path, $root, $body->(account => 'nobody.here'))),
        'no_record', 'with a record in it');
    let('record', "= panel=[1,\nok");
    is(code_of(ask('POST', $path, $root, $body->())), 'no_record',
        'which is one');

    my $record = encode_json({ name => 'x', hostname => 'gone.burnt.example',
        plan => 'a plan of before', template => busybox(),
        vmguarpages => '100 120', oomguarpages => '90', privvmpages => '200 300',
        disk_mib => '900 1100', cpu => '700 55', rate => '0 40',
        backups => '5 4 3', firewall => encode_json({ in => 'drop',
            out => 'accept', rules => [ { direction => 'in',
                action => 'accept', protocol => 'tcp', ports => '22' } ] }) });
    let('record', join("\n", map { "= panel=$_" } $record =~ s/ /\\u0020/gr
        =~ /(.{1,90})/g) . "\nok");
    is(code_of(ask('POST', $path, $root, $body->(account => 'nobody.here'))),
        'invalid account', 'for an account that is there');

    my $task = ask('POST', $path, $root . $wait, $body->())->{json};
    is("$task->{kind} $task->{state}", 'recover done', 'then it comes back');
    my $new = $task->{vm}{id};
    is(column($new, "CONCAT_WS(' ', user_id, node_id, lifecycle, hostname)"),
        "$eva_id $n0 ready gone.burnt.example", 'of the same account');
    is(column($new, "CONCAT_WS(' ', vmguar_barrier_mib, vmguar_limit_mib,"
        . " oomguar_barrier_mib, IFNULL(oomguar_limit_mib, '-'),"
        . ' privvm_barrier_mib, privvm_limit_mib, disk_soft_mib,'
        . " disk_hard_mib, cpu_units, cpu_percent, IFNULL(rate_in, '-'),"
        . ' rate_out, backup_daily, backup_weekly, backup_monthly)'),
        '100 120 90 - 200 300 900 1100 700 55 - 40 5 4 3',
        'with the limits of the record');
    like(sql_value("SELECT kept FROM vm_firewall WHERE vm_id = $new"),
        qr/"in":"drop".*"ports":"22"/, 'and its firewall');
    my $number = column($new, 'ctid');
    isnt(column($new, 'tag'), $tag, 'under a tag of its own');
    like(verbs_of($number), qr/^create\ restore\ inherit\ setmemoryvm\ setmemoryoo
        \ setmemoryp\ setdisk\ setcpu\ .*setip\ .*setfirewall\ .*start$/x,
        'all of it is set before it starts');
    like(join("\n", $good->asked('restore')),
        qr/^restore $number main $tag $hex /m, 'out of the old one\'s repository');
    is(ask('POST', $path, $root . $wait, $body->(account => $otto_name,
        hostname => 'other.burnt.example'))->{json}{state}, 'done',
        'and once more, for somebody else');
    is(sql_value("SELECT user_id FROM vm WHERE hostname = 'other.burnt.example'"),
        $otto_id, 'who has it');
    is(code_of(ask('POST', $path, $root, $body->(plan => 'no such plan'))),
        'invalid plan', 'a plan in place of its own has to be one');
    return;
}


our ($kept, $fresh, $none, $asleep, $busy, @all);

sub moves_one {
    ($kept, $fresh) = (server($n1, 'any', name => 'kept.burnt.example'),
        server($n1, 'its', name => 'fresh.burnt.example'));
    my ($one, $other) = (saved($kept, 2), saved($fresh, 30));
    my $restore = sub { ask('POST', "/api/admin/backups/$_[0]/restore",
        $root . ($_[2] // $wait), encode_json({ node => $_[1] // 'n0' })) };

    is(code_of($restore->($one)), 'not_dead', 'not while its node is not dead');
    is(lost($kept), undef, 'it is not listed as lost');
    is(ask('PATCH', "/api/admin/nodes/$n1", $eva, '{"dead":true}')->{code}, 403,
        'an administrator says that it is');
    ok(ask('PATCH', "/api/admin/nodes/$n1", $root, '{"dead":true}')->{json}{dead},
        'which the node has');
    is(code_of($restore->($one)), 'node_answers',
        'and not while it answers, for it may run there');
    let('dead');

    is(lost($kept, "?node=$n1")->{lost_seconds} > 7000, 1,
        'now it is listed, with what is lost');
    is(code_of($restore->($one, 'n1')), 'invalid node', 'not on the dead one');

    my ($old, $old_ctid) = map { column($kept, $_) } qw(tag ctid);
    my $address = addresses($kept);
    my $task = $restore->($one)->{json};
    is("$task->{kind} $task->{state} $task->{vm}{id}", "evacuate done $kept",
        'the same container goes on');
    is(column($kept, "CONCAT_WS(' ', node_id, name, user_id, lifecycle)"),
        "$n0 kept.burnt.example $eva_id ready", 'on the other node');
    is(addresses($kept), $address, 'at its address, which any node may have');
    isnt(column($kept, 'tag'), $old, 'under another tag');
    is(sql_value("SELECT CONCAT_WS(' ', vm_id, node_id, ctid, tag)"
        . " FROM vm_moved WHERE vm_id = $kept"), "$kept $n1 $old_ctid $old",
        'and what the dead one may have is noted');
    like(verbs_of(column($kept, 'ctid')), qr/^create restore inherit .*start$/,
        'filled, and started');
    is(code_of($restore->($one)), 'not_dead', 'it is not moved twice');
    is(ask('GET', "/api/vms/$kept/backups", $eva)->{json}{items}[0]{id}, $one,
        'its owner still has its backups');
    ok(wait_for(20, sub {
        grep { mail_text($_) =~ /kept\.burnt\.example se perdió.*:\s+20\d\d-/s }
            mails("$eva_name\@burnt.example");
    }), 'and is told of which moment its files are');

    let('create', 'err nospace the disk is full');
    my $failed = $restore->($other)->{json};
    is($failed->{state}, 'failed', 'where the node is full it fails');
    like(addresses($fresh), qr/^(?!10\.91\.1\.)\d/,
        'an address of the dead node alone is left for another');
    is(column($fresh, 'lifecycle'), 'ready', 'it stays what it is');
    unlink "$dir/create";
    is(ask('POST', "/api/tasks/$failed->{id}/retry", $root . $wait)->{json}{state},
        'done', 'and goes on when there is room');
    return;
}


sub moves_all {
    ($none, $asleep, $busy) = (server($n1, 'any', name => 'none.burnt.example'),
        server($n1, 'any', lifecycle => 'suspended',
            name => 'asleep.burnt.example'),
        server($n1, 'any', name => 'busy.burnt.example'));
    @all = map { server($n1, undef, name => "all$_.burnt.example") } 1 .. 6;
    saved($_, 3) for $asleep, $busy, @all;

    my $stuck = ask('POST', "/api/vms/$busy/restart", $eva)->{json}{id};
    my $path = "/api/admin/nodes/$n1/evacuate";
    my $body = encode_json({ node => 'n0' });

    is(ask('POST', $path, $eva, $body)->{code}, 403,
        'an administrator moves all of a node');
    is(code_of(ask('POST', "/api/admin/nodes/$n0/evacuate", $root,
        encode_json({ node => 'n1' }))), 'not_dead', 'of one that is dead');
    is(code_of(ask('POST', $path, $root, encode_json({ node => 'n1' }))),
        'invalid node', 'to one that is not');

    my $answer = ask('POST', $path, $root, $body);
    is($answer->{code}, 202, 'all of them are moved');
    is("$answer->{json}{begun} $answer->{json}{left}", '8 1', 'that have a backup');
    my ($left) = grep { $_->{reason} } @{ $answer->{json}{items} };
    is("$left->{vm} $left->{reason}", "$none no_backup", 'and why one is not');

    my $most = 0;
    ok(wait_for(90, sub {
        my $now = sql_value("SELECT COUNT(*) FROM task t JOIN vm v"
            . " ON v.id = t.vm_id WHERE v.node_id = $n0"
            . " AND t.kind = 'evacuate' AND (t.state = 'running'"
            . " OR t.state = 'queued' AND t.not_before IS NULL)");
        $most = $now if $now > $most;
        return !sql_value("SELECT COUNT(*) FROM task WHERE kind = 'evacuate'"
            . " AND state IN ('queued', 'running')");
    }), 'each has its turn');
    cmp_ok($most, '<=', 3, 'a few at once');
    is(sql_value("SELECT COUNT(*) FROM task t JOIN vm v ON v.id = t.vm_id"
        . " WHERE t.kind = 'evacuate' AND t.state = 'done'"
        . " AND v.node_id = $n0"), 10, 'and comes to its end');
    is(sql_value("SELECT error_code FROM task WHERE id = $stuck"), 'node_dead',
        'what the dead node was asked for has failed');
    is(column($asleep, 'lifecycle'), 'suspended', 'who is suspended stays so');
    unlike(verbs_of(column($asleep, 'ctid')), qr/start/, 'and is not started');
    $answer = ask('POST', $path, $root, $body);
    is("$answer->{json}{begun} $answer->{json}{left}", '0 1',
        'asked again there is nothing more to do');
    return;
}


sub stays_stopped {
    my ($number, $tag, $fence) = split / /, sql_value("SELECT CONCAT_WS(' ',"
        . " ctid, tag, fence) FROM vm_moved WHERE vm_id = $kept");
    my $line = sub { "= id=$number state=$_[0] hostname=kept address=10.91.2.11"
        . " template=x tag=$tag" };

    let('list', $line->('running') . "\n= id=$number" . '9 state=running'
        . " hostname=else address=- template=x tag=" . 'f' x 16);
    unlink "$dir/dead";
    ok(wait_for(30, sub { $burnt->asked('poweroff') }),
        'a node that is back is told to stop what goes on elsewhere');
    is(($burnt->asked('poweroff'))[0],
        "poweroff $number fence=$fence tag=$tag", 'by its tag, and above its fence');
    is(scalar(grep { !/tag=$tag/ } $burnt->asked('poweroff')), 0,
        'and nothing else');

    let('list', $line->('stopped'));
    ok(wait_for(20, sub {
        sql_value("SELECT stopped IS NOT NULL FROM vm_moved WHERE tag = '$tag'");
    }), 'that is noted');
    my $times = $burnt->asked('poweroff');
    my $lists = $burnt->asked('list');
    ok(wait_for(30, sub { $burnt->asked('list') > $lists + 1 }), 'it is looked at');
    cmp_ok(scalar $burnt->asked('poweroff'), '<=', $times + 1,
        'and left alone while it is stopped');

    my ($one) = @{ ask('GET', "/api/admin/nodes/$n1/containers", $root)
        ->{json}{items} };
    is("$one->{ctid} $one->{moved}{id} $one->{moved}{name}",
        "$number $kept kept.burnt.example",
        'Nodes shows a stranger, and what it became');
    is(code_of(ask('POST', "/api/admin/nodes/$n1/evacuate", $root,
        encode_json({ node => 'n0' }))), 'node_answers',
        'a node that is back is not moved from');

    my $remove = sub { ask('POST', "/api/admin/nodes/$n1/remove", $_[1] // $root,
        encode_json({ tag => $_[0] })) };
    is($remove->($tag, $eva)->{code}, 403, 'an administrator removes it');
    is($remove->('f' x 16)->{code}, 404, 'no other');
    is($remove->($tag)->{code}, 204, 'this one');
    ok(wait_for(30, sub { $burnt->asked('destroy') }), 'the node destroys it');
    is(($burnt->asked('destroy'))[0], "destroy $number fence=$fence tag=$tag",
        'by its tag');
    let('list', '');
    ok(wait_for(30, sub {
        !sql_value("SELECT COUNT(*) FROM vm_moved WHERE tag = '$tag'");
    }), 'and once it is gone nothing is noted any more');
    is(sql_value("SELECT COUNT(*) FROM vm WHERE id = $kept AND node_id = $n0"),
        1, 'what it became stays');
    ok(!ask('PATCH', "/api/admin/nodes/$n1", $root, '{"dead":false}')
        ->{json}{dead}, 'and the node may be used again');
    return;
}


run_tests();

__DATA__

=== TEST 1: a deleted container comes back out of a backup, with what its record tells
--- init: ::comes_back()



=== TEST 2: a container of a dead node goes on on another one, as itself
--- init: ::moves_one()



=== TEST 3: all of a node go on, a few at once, and who can't is named
--- init: ::moves_all()



=== TEST 4: the dead node, when it is back, runs none of them beside
--- init: ::stays_stopped()
