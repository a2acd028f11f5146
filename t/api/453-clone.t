# Clones: another container with the disk, keys and rules that one has, on real
# parts; who may make one and of what; and what the node or the source does
# meanwhile.

use File::Temp ();
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzAnswers;
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $node = VzDaemon->new(
    node => ['= driver=lxc features=clone,firewall,snapshot', 'ok'],
    # it fails as its test says
    clone => sub { [split /\n/, slurp('said') // 'ok'] },
    list => ['ok']);
our $without = VzDaemon->new(
    node => ['= driver=vzctl features=firewall', 'ok']);

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => ($block->name =~ /OpenVZ/ ? $without
        : $node)->http_config) if $block->name =~ /OpenVZ|stand-in/;
});

our $json = "Content-Type: application/json\n";
our $wait = "Prefer: wait=60\n";
our $ana_id = user(unique('ana'), email => unique('ana') . '@example.org');
our $ana = session($ana_id) . $json;
our $eva = session(user(unique('eva'))) . $json;
our $root = session(user(unique('root.clone'), role => 'admin')) . $json;
our $plan = VzFixture::insert('plan', name => unique('Clon '),
    memory_mib => 96, disk_mib => 400, cpu_units => 1500, snapshots => 2,
    visible => 0);
our $small = VzFixture::insert('plan', name => unique('Clon '),
    memory_mib => 96, disk_mib => 256, visible => 0);

my $pid = $$;
my @made;

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $_) for @made;
    }
}


# clone VM, BODY [, WHO [, HEADERS]]: to its end
sub clone {
    my ($vm, $body, $who, $head) = @_;

    return ask_end(ask_begin('POST', "/api/vms/$vm/clone", ($who // $ana)
        . $wait . ($head // ''), encode_json($body)), 65);
}

sub row {
    my ($vm, @columns) = @_;

    return sql_value("SELECT CONCAT_WS(' ', " . join(', ', @columns)
        . ") FROM vm WHERE id = $vm");
}

sub name_of { return sql_value("SELECT name FROM plan WHERE id = $_[0]") }

# "CODE WHY" or "CODE invalid FIELD ERROR"
sub answer {
    my ($call) = @_;
    my $json = $call->{json} // {};

    return join ' ', $call->{code}, grep { defined } $json->{code},
        map { ($_->{field}, $_->{code}) } @{ $json->{errors} // [] };
}


our ($vm, $ctid);

sub is_made {
    my $dir = File::Temp::tempdir(CLEANUP => 1);

    system('ssh-keygen', '-q', '-N', '', '-C', '', '-f', "$dir/key", '-t',
        'ed25519') == 0 or die "ssh-keygen: $?";
    open my $in, '<', "$dir/key.pub" or die "key: $!";

    my $print = ask('POST', '/api/account/keys', $ana, encode_json({
        name => 'mine', key => <$in> =~ s/\s+\z//r }))->{json}{fingerprint};
    my $task = ask_end(ask_begin('POST', '/api/vms', $root . $wait,
        encode_json({ user => $ana_id + 0, template => busybox(),
            memory_mib => 64, disk_mib => 300, keys => [$print] })),
        65)->{json};

    is($task->{state}, 'done', 'there is one to be copied');
    $vm = $task->{vm}{id};
    $ctid = row($vm, 'ctid');
    push @made, $ctid;
    guest_says($ctid, 'echo before > /root/mark; sync');
    is(guest_says($ctid, 'cat /root/mark'), 'before', 'with a file');

    my $rules = ask('PUT', "/api/vms/$vm/firewall", $ana . $wait
        . qq(If-Match: "0"\n), encode_json({ in => 'drop', out => 'accept',
            seconds => 0, rules => [{ direction => 'in', action => 'accept',
                protocol => 'tcp', ports => '22', address => undef,
                note => 'SSH' }] }));
    is($rules->{json}{state}, 'done', 'and a firewall');
    return;
}


sub is_cloned {
    my $call = clone($vm, { hostname => 'Twin' }, $ana,
        "Idempotency-Key: twin.$$\n");
    my $task = $call->{json};
    my $new = $task->{vm}{id};
    my $number = row($new, 'ctid');

    push @made, $number;
    is("$task->{kind} $task->{state}", 'clone done', 'it is cloned');
    is(join(' ', map { $_->{name} } @{ $task->{steps} }),
        'address clone limits network firewall start mail', 'step by step');
    is(row($new, qw(user_id lifecycle hostname disk_hard_mib)),
        "$ana_id ready twin 300", 'of the same owner and size');
    isnt($new, $vm, 'it is another one');
    isnt(row($new, 'tag'), row($vm, 'tag'), 'with a tag of its own');

    my ($one, $two) = map { ask('GET', "/api/vms/$_", $ana)->{json} } $vm,
        $new;
    ok($two->{addresses}[0], 'it has an address');
    isnt($two->{addresses}[0], $one->{addresses}[0], 'of its own');
    is(guest_says($number, 'cat /root/mark'), 'before', 'and the file');
    is(guest_says($number, 'cat /etc/hostname'), 'twin', 'under its own name');
    is(guest_says($ctid, 'echo after > /root/mark; cat /root/mark'), 'after',
        'the first one runs on');
    is(guest_says($number, 'cat /root/mark'), 'before', 'by itself');

    is(scalar(grep { $_->{has} } @{ ask('GET', "/api/vms/$new/keys", $ana)
        ->{json}{items} }), 1, 'the page shows the key that root has');
    is_deeply(ask('GET', "/api/vms/$new/firewall", $ana)->{json}{kept},
        ask('GET', "/api/vms/$vm/firewall", $ana)->{json}{kept},
        'and the rules of the first one');
    like(verb('getfirewall', $number), qr/in=drop out=accept/,
        'which hold on the node');

    is(clone($vm, { hostname => 'Twin' }, $ana, "Idempotency-Key: twin.$$\n")
        ->{json}{id}, $task->{id}, 'the same key gets the same task');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.clone'"
        . " AND object = 'vm $new' AND detail LIKE 'of vm $vm, %'"), 1,
        'the audit has one line');
    is(sql_value('SELECT COUNT(*) FROM mail WHERE user_id ='
        . " $ana_id AND template = 'server_cloned'"), 1,
        'its owner is mailed, once');
    return;
}


sub has_sizes {
    my $task = clone($vm, { plan => name_of($plan) }, $root)->{json};
    my $new = $task->{vm}{id};

    push @made, row($new, 'ctid');
    is($task->{state}, 'done', 'one of another plan');
    is(row($new, qw(user_id plan_id vmguar_barrier_mib disk_hard_mib
        cpu_units)), "$ana_id $plan 96 400 1500", 'has its sizes');
    like(verb('status', row($new, 'ctid')), qr/disk_total=419430400\b/,
        'on the node, too');
    is(answer(clone($vm, { plan => name_of($small) }, $root)),
        '422 invalid plan small', 'no plan of a smaller disk');
    is(answer(clone($vm, { plan => name_of($plan) })),
        '422 invalid plan absent', 'none that a customer is not offered');
    is(answer(clone($vm, { plan => 'no such plan' }, $root)),
        '422 invalid plan absent', 'none that there is not');
    is(answer(clone($vm, { hostname => 'localhost' })),
        '422 invalid hostname format', 'and a name as of an order');
    return;
}


sub is_refused {
    my $count = "SELECT COUNT(*) FROM vm WHERE user_id = $ana_id";
    my $before = sql_value($count);
    my $set = sub { sql("UPDATE vm SET $_[0] WHERE id = $vm") };

    is(answer(clone($vm, {}, $eva)), '404 not_found', 'nobody else clones it');
    is(answer(clone($vm, {}, token($ana_id, rights => 'read,power') . $json)),
        '403 token_right', 'nor a token without the right');

    for my $state ('suspended', 'trashed', 'create_failed', 'deleting') {
        $set->("lifecycle = '$state'");
        is(answer(clone($vm, {}, $root)), $state eq 'suspended'
            ? '409 suspended' : '409 not_ready', "nor one that is $state");
    }

    $set->("lifecycle = 'ready', rescue_template = 'x'");
    is(answer(clone($vm, {}, $root)), '409 in_rescue', 'nor one in rescue');
    $set->('rescue_template = NULL');

    my $task = VzFixture::insert('task', kind => 'stop', vm_id => $vm,
        busy => $vm, user_id => $ana_id, actor => 'ana', via => 'web',
        state => 'held', step => 0, steps => 1);
    is(answer(clone($vm, {})), '409 vm_busy', 'nor one that is busy');
    sql("DELETE FROM task WHERE id = $task");

    sql("UPDATE user SET vm_limit = $before WHERE id = $ana_id");
    is(answer(clone($vm, {})), '409 vm_limit', 'nor beyond the limit');
    sql("UPDATE user SET vm_limit = NULL WHERE id = $ana_id");

    my $place = '/api/admin/nodes/' . row($vm, 'node_id');
    is(ask('PATCH', $place, $root, '{"enabled":false}')->{code}, 200,
        'its node takes no more');
    is(answer(clone($vm, {})), '409 node_closed', 'then no clone, either');
    ask('PATCH', $place, $root, '{"enabled":true}');
    is(sql_value($count), $before, 'and nothing was made');
    return;
}


sub is_closed {
    is(answer(clone($vm, {})), '403 signup_off', 'a customer makes none');
    return;
}


# the last ones: a node that does what the test says
sub is_stood_in {
    my $source = vm($ana_id, tag => sprintf('%08x%08x', rand 2**32,
        rand 2**32), desired_state => 'running');
    my ($number, $tag) = split ' ', row($source, qw(ctid tag));

    sql("INSERT INTO vm_firewall (vm_id, version, smtp_open, all_shut,"
        . " all_reason) VALUES ($source, 3, 1, 1, 'abuse')");

    my $task = clone($source, {}, $root)->{json};
    my $new = $task->{vm}{id};
    my $own = row($new, 'ctid');

    is($task->{state}, 'done', 'it is made');
    like(($node->asked('clone'))[0], qr/^clone $own $number $tag fence=\d+ /,
        'the node is told of which, by number and tag');
    like(join(',', $node->asked('setgate')), qr/^setgate $own all shut /,
        'what an administrator shut is shut for it, too');
    is(sql_value('SELECT CONCAT_WS(" ", smtp_open, all_shut, all_reason)'
        . " FROM vm_firewall WHERE vm_id = $new"), '0 1 abuse',
        'and what was opened is not open');
    is(scalar $node->asked('setfirewall'), 0, 'without rules none are set');

    # a number that a stranger has
    let('said', "err exists container exists\n");
    my $call = ask('POST', "/api/vms/$source/clone", $root, '{}');
    ok(wait_for(30, sub { $node->asked('clone') > 1 }), 'a stranger is there');
    let('said', "ok\n");
    ok(wait_for(60, sub {
        ask('GET', "/api/tasks/$call->{json}{id}", $root)->{json}{state}
            eq 'done';
    }), 'it takes another number');
    my ($last) = reverse $node->asked('clone');
    isnt(($last =~ /^clone (\d+)/)[0], (($node->asked('clone'))[1]
        =~ /^clone (\d+)/)[0], 'which the node is told');

    let('said', "err state the disk to copy is full\n");
    $task = clone($source, {}, $root)->{json};
    is($task->{state}, 'failed', 'what the node can not, fails');
    is(row($task->{vm}{id}, 'lifecycle'), 'create_failed', 'and says so');
    is($task->{error}{code} // $task->{error}, 'state', 'with why');

    # the source goes before its turn has come
    let('said', "err busy container $number is held by: backup\n");
    $call = ask('POST', "/api/vms/$source/clone", $root, '{}');
    my $before = $node->asked('clone');
    ok(wait_for(30, sub { $node->asked('clone') > $before }),
        'one that is busy is tried again');
    sql("UPDATE vm SET lifecycle = 'trashed' WHERE id = $source");
    ok(wait_for(60, sub {
        ask('GET', "/api/tasks/$call->{json}{id}", $root)->{json}{state}
            eq 'failed';
    }), 'until it is gone');
    like(sql_value('SELECT error_detail FROM task WHERE id = '
        . $call->{json}{id}), qr/deleted, suspended or in rescue/,
        'which it says');
    return;
}


sub is_unable {
    my $source = vm($ana_id, tag => sprintf('%08x%08x', rand 2**32,
        rand 2**32));

    is(answer(clone($source, {})), '409 unsupported',
        'a node that clones none is not asked');
    return;
}


run_tests();

__DATA__

=== TEST 1: there is a container with a file, a key and a firewall
--- init: ::is_made()
--- request
GET /api/plans



=== TEST 2: its owner clones it while it runs
--- init: ::is_cloned()
--- request
GET /api/plans



=== TEST 3: one may be of another plan, whose disk is not smaller
--- init: ::has_sizes()
--- request
GET /api/plans



=== TEST 4: what is not ready, busy, another's or too much is refused
--- init: ::is_refused()
--- request
GET /api/plans



=== TEST 5: where orders wait for approval only an administrator makes one
--- vzpanel: vzpanel_signup approve;
--- init: ::is_closed()
--- request
GET /api/plans



=== TEST 6: the node is told what to copy, and a failure is one of the new container (stand-in)
--- init: ::is_stood_in()
--- request
GET /api/plans



=== TEST 7: a node of OpenVZ makes none
--- init: ::is_unable()
--- request
GET /api/plans
