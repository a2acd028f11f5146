# Snapshots of a container: taken, listed as the node has them, no more than the
# plan allows, deleted, and the way back to one, with what was before kept.

use File::Temp qw(tempfile);
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our (undef, $has) = tempfile('vzsnap-XXXXXX', TMPDIR => 1, UNLINK => 1);
our (undef, $mood) = tempfile('vzsnap-XXXXXX', TMPDIR => 1, UNLINK => 1);


sub slurp {
    my ($name) = @_;

    open my $in, '<', $name or return '';
    local $/;
    return <$in> // '';
}

sub spew {
    my ($name, $text) = @_;

    open my $to, '>', "$name.new" or die "$name: $!";
    print $to $text;
    close $to or die "$name: $!";
    rename "$name.new", $name or die "$name: $!";
    return;
}


# the node has what the test wrote, and is in the mood that it wrote
our $node = VzDaemon->new(
    node => ['= driver=lxc features=reinstall,snapshot', 'ok'],
    snapshots => sub {
        return slurp($mood) =~ /silent/ ? [undef]
            : [(map { "= $_" } split /\n/, slurp($has)), 'ok'];
    },
    snapshot => sub {
        return slurp($mood) =~ /full/ ? ['err failed its disk is full']
            : slurp($mood) =~ /slow/ ? [1.5, 'ok'] : ['ok'];
    },
    rollback => sub {
        return slurp($mood) =~ /broken/ ? ['err failed its image is broken']
            : ['ok'];
    });
our $without = VzDaemon->new(
    node => ['= driver=vzctl features=-', 'ok'],
    snapshots => ['err unsupported this node takes no snapshots'],
    snapshot => ['err unsupported this node takes no snapshots']);

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $_[0]->real ? vz_http_config()
        : $_[0]->without ? $without->http_config : $node->http_config);
});

our $json = "Content-Type: application/json\n";
our $wait = "Prefer: wait=30\n";
our $ana_id = user(unique('ana'));
our $ana = session($ana_id) . $json;
our $eva = session(user(unique('eva'))) . $json;
our $plan = VzFixture::insert('plan', name => unique('plan'), memory_mib => 64,
    disk_mib => 1024, cpu_units => 1000, snapshots => 2, visible => 0);
our $vm = vm($ana_id, tag => sprintf('%08x%08x', rand 2**32, rand 2**32),
    plan_id => $plan, desired_state => 'running');
our $name = sql_value("SELECT name FROM vm WHERE id = $vm");
our $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");


sub list { return ask('GET', "/api/vms/$vm/snapshots", $ana)->{json} }

sub post {
    my ($path, $body, $who) = @_;

    return ask('POST', "/api/vms/$vm/snapshots$path", ($who // $ana) . $wait,
        encode_json($body // {}));
}

sub drop {
    my ($id, $who) = @_;

    return ask('DELETE', "/api/vms/$vm/snapshots/$id", ($who // $ana) . $wait);
}

# the names that the panel gave, the last first
sub names {
    return sql("SELECT name FROM vm_snapshot WHERE vm_id = $vm"
        . ' ORDER BY id DESC');
}

sub row {
    my ($what, $name) = @_;

    return sql_value("SELECT COALESCE($what, '-') FROM vm_snapshot"
        . " WHERE vm_id = $vm AND name = '$name'");
}

# the node has these now, each as "NAME BYTES"
sub node_has {
    my $n = 0;

    spew($has, join '', map { sprintf "name=%s date=2026-11-%02dT10:00:00Z"
        . " bytes=%s\n", /^(\S+) (\S+)$/ ? ($1, ++$n, $2) : die } @_);
    return;
}

# the verbs that came from the nth on, without their marks
sub came {
    my ($verbs, $from) = @_;
    my @all = map { s/ (?:fence|id|tag)=\S+//gr } grep { /^(?:$verbs)\b/ }
        split /\n/, slurp($node->{log});

    return wantarray ? @all[$from // 0 .. $#all] : scalar @all;
}

our ($first, $second);

sub taken {
    my $empty = list();

    is_deeply([@$empty{qw(node most used bytes items)}],
        ['up', 2, 0, 0, []], 'there are none');

    my $task = post('', { title => 'before the upgrade' })->{json};
    ($first) = names();

    is("$task->{kind} $task->{state}", 'snapshot done', 'one is taken');
    like($first, qr/^s[0-9a-f]{16}$/, 'under a name that the panel drew');
    is(join(',', came('snapshot')), "snapshot $ctid $first", 'by the node');
    is(row('gone IS NOT NULL', $first), 1, 'which did not list it');
    is(list()->{used}, 0, 'so it is not shown');

    node_has("$first 4096", 'backup-2026 999');
    my $now = list();
    is_deeply([@{ $now->{items}[0] }{qw(title automatic taken bytes)}],
        ['before the upgrade', JSON::PP::false, '2026-11-01T10:00:00Z', 4096],
        'as the node has it');
    is(scalar @{ $now->{items} }, 1, 'and no other of the node');
    is("$now->{used} $now->{bytes}", '1 4096', 'it counts');
    is(sql_value('SELECT detail FROM audit WHERE action = "vm.snapshot" AND'
        . " object = 'vm $vm'"), 'before the upgrade', 'the audit has it');
}

sub limited {
    spew($mood, 'slow');
    node_has("$first 4096");

    my @both = map { ask_begin('POST', "/api/vms/$vm/snapshots", $ana, '{}') }
        1 .. 4;

    wait_for(10, sub { names() == 2 });
    ($second) = names();
    node_has("$first 4096", "$second -");

    my @codes = map { ask_end($_, 30)->{json}{code} // 'taken' } @both;

    is(join(' ', sort @codes), 'taken vm_busy vm_busy vm_busy',
        'one at a time');
    wait_for(30, sub { !sql_value('SELECT COUNT(*) FROM task WHERE busy'
        . " = $vm") });
    spew($mood, '');

    my $full = post('', { title => 'one more' });
    is("$full->{code} $full->{json}{code}", '409 snapshots_full',
        'no more than the plan allows') or diag($full->{body});
    is(scalar(names()), 2, 'and no row of it');
    is(list()->{bytes}, undef, 'what is not known yet is not added up');

    sql("UPDATE plan SET snapshots = 0 WHERE id = $plan");
    is(list()->{most}, 0, 'another plan, another limit');
    is(post('')->{json}{code}, 'snapshots_full', 'none at all');
    sql("UPDATE plan SET snapshots = 2 WHERE id = $plan");
}

sub refused {
    my $id = sql_value("SELECT id FROM vm_snapshot WHERE name = '$first'");

    for my $what ([post('', {}, $eva), 'taken'], [drop($id, $eva), 'dropped'],
        [post("/$id/rollback", { name => $name }, $eva), 'gone back to'])
    {
        is($what->[0]{code}, 404, "$what->[1] by its owner alone");
    }
    is(drop(999_999_999)->{code}, 404, 'one that is not there');
    is(post('', { title => "a\nb" })->{json}{errors}[0]{field}, 'title',
        'a title is one line');

    my $reader = token($ana_id, rights => 'read,power') . $json;
    is(ask('GET', "/api/vms/$vm/snapshots", $reader)->{code}, 200,
        'a token that reads sees them');
    is(post('', {}, $reader)->{json}{code}, 'token_right', 'and takes none');
    is(post("/$id/rollback", { name => $name }, $reader)->{json}{code},
        'token_right', 'nor goes back');

    sql('UPDATE session SET proven = NOW(3) - INTERVAL 1 HOUR'
        . " WHERE user_id = $ana_id");
    is(post("/$id/rollback", { name => $name })->{json}{code}, 'step_up',
        'the way back asks for the password again');
    is(drop($id)->{json}{code}, 'step_up', 'so does deleting');
    sql("UPDATE session SET proven = NOW(3) WHERE user_id = $ana_id");

    sql("UPDATE vm SET rescue_template = 'x' WHERE id = $vm");
    is(post("/$id/rollback", { name => $name })->{json}{code}, 'in_rescue',
        'not in rescue');
    sql("UPDATE vm SET rescue_template = NULL WHERE id = $vm");

    sql("UPDATE vm SET lifecycle = 'suspended' WHERE id = $vm");
    is(post('')->{json}{code}, 'suspended', 'not while suspended');
    sql("UPDATE vm SET lifecycle = 'ready' WHERE id = $vm");
}

sub dropped {
    my $id = sql_value("SELECT id FROM vm_snapshot WHERE name = '$second'");

    node_has("$first 4096");
    is(drop($id)->{json}{state}, 'done', 'one is deleted');
    is(join(',', came('dropsnapshot')), "dropsnapshot $ctid $second",
        'by the node');
    is(join(',', names()), $first, 'its row goes');
    is(drop($id)->{code}, 404, 'and is not there any more');
}

sub back {
    my $id = sql_value("SELECT id FROM vm_snapshot WHERE name = '$first'");
    my $wrong = post("/$id/rollback", { name => 'another' });
    my $tasks = came('stop|snapshot|rollback|dropsnapshot|start');

    is("$wrong->{code} $wrong->{json}{errors}[0]{code}", '422 mismatch',
        'its name is typed');

    my $print = 'SHA256:' . 'k' x 43;
    my $key = VzFixture::insert('user_key', user_id => $ana_id, name => 'k',
        type => 'ssh-ed25519', body => 'AAAA', fingerprint => $print);
    sql("UPDATE vm_snapshot SET ssh_keys = '$print' WHERE name = '$first'");

    my $task = post("/$id/rollback", { name => $name })->{json};
    my ($kept) = names();

    is($task->{state}, 'done', 'back') or diag(encode_json($task));
    is(join(' ', map { $_->{name} } @{ $task->{steps} }),
        'stop keep rollback limits start tidy', 'in its steps');
    is(join(',', came('stop|snapshot|rollback|dropsnapshot|start', $tasks)),
        "stop $ctid,snapshot $ctid $kept,rollback $ctid $first,start $ctid",
        'what was before is taken when nothing runs any more');
    is(row('automatic', $kept), 1, 'by the panel itself');
    is(sql_value("SELECT key_id FROM vm_key WHERE vm_id = $vm"), $key,
        'root has the keys of then');
    is(sql_value("SELECT template FROM mail WHERE user_id = $ana_id"
        . ' ORDER BY id DESC LIMIT 1'), 'rolled_back', 'its owner is told');

    node_has("$first 4096", "$kept 77");
    is(list()->{used}, 1, 'an automatic one does not count');
    my ($own) = grep { $_->{automatic} } @{ list()->{items} };
    is($own->{bytes}, 77, 'and is shown');

    # the rows know what the list does
    post('');
    my ($third) = names();
    node_has("$first 4096", "$third 1");
    $tasks = came('dropsnapshot');
    is(post("/$id/rollback", { name => $name })->{json}{state}, 'done',
        'back again');
    is(join(',', came('dropsnapshot', $tasks)), "dropsnapshot $ctid $kept",
        'one automatic is kept, the older goes');
    is(row('COUNT(*)', $kept), 0, 'with its row');
    is(row('COUNT(*)', $third), 1, 'and no other');
}

sub failed {
    my $rows = names();
    my $id = sql_value("SELECT id FROM vm_snapshot WHERE name = '$first'");

    # what is there of before is not in the way
    sql("DELETE FROM vm_snapshot WHERE vm_id = $vm AND name <> '$first'");
    node_has("$first 4096");
    spew($mood, 'full');

    my $task = post('')->{json};
    is("$task->{state} $task->{error}{code}", 'failed failed', 'a full disk');
    is(join(',', names()), $first, 'leaves no row');

    is(post("/$id/rollback", { name => $name })->{json}{state}, 'failed',
        'what was before can not be kept: not back');
    is((came('stop|snapshot|rollback|start'))[-1], "start $ctid",
        'and it runs again');

    spew($mood, 'broken');
    is(post("/$id/rollback", { name => $name })->{json}{state}, 'failed',
        'nor where the node can not');
    is((came('stop|snapshot|rollback|start'))[-1], "start $ctid",
        'and it runs again');

    spew($mood, '');
    node_has();
    my $verbs = came('stop|rollback');
    is(post("/$id/rollback", { name => $name })->{json}{state}, 'failed',
        'one that the node has not');
    is(scalar(came('stop|rollback')), $verbs, 'stops nothing');
}

sub follows {
    node_has("$first 4096");
    sql("UPDATE vm_snapshot SET gone = NOW(3) WHERE name = '$first'");
    post('');
    is(row('gone', $first), '-', 'what the node has is there');

    # a database from before does not know this one
    my $lost = 's' . '0' x 16;
    node_has("$first 4096", "$lost 5");
    sql("DELETE FROM vm_snapshot WHERE vm_id = $vm AND name <> '$first'");
    post('');
    is(row('bytes', $lost), 5, 'what the node has and no row is told by one');

    node_has();
    my $task = ask('POST', "/api/vms/$vm/reinstall", $ana . $wait,
        encode_json({ name => $name, template => busybox() }))->{json}{task};
    is($task->{state}, 'done', 'another disk') or diag(encode_json($task));
    is(sql_value("SELECT COUNT(*) FROM vm_snapshot WHERE vm_id = $vm AND"
        . ' gone IS NULL AND taken IS NOT NULL'), 0, 'has none of them');

    node_has("$first 4096");
    sql("UPDATE vm SET old_until = NOW() + INTERVAL 1 DAY, old_template = 'x'"
        . " WHERE id = $vm");
    $task = ask('POST', "/api/vms/$vm/reinstall/undo", $ana . $wait)->{json};
    is($task->{state}, 'done', 'the old disk') or diag(encode_json($task));
    is(row('gone', $first), '-', 'has its own again');
}

sub silent {
    spew($mood, 'silent');
    my $told = list();

    is($told->{node}, 'down', 'a node that does not answer');
    is_deeply([map { $_->{bytes} } @{ $told->{items} }], [4096],
        'what it told last');
    spew($mood, '');
}

sub unsupported {
    my $refused = post('');

    is("$refused->{code} $refused->{json}{code}", '409 unsupported',
        'a node that takes none says so');
    is(list()->{node}, 'unsupported', 'in the list, too');
}

sub really {
    ($vm, $ctid) = container($ana_id);
    $name = sql_value("SELECT name FROM vm WHERE id = $vm");

    ask('POST', "/api/vms/$vm/start", $ana . $wait, '{}');
    guest_says($ctid, 'echo one > /site; sync');

    my $task = post('', { title => 'site' })->{json};
    my $id = sql_value("SELECT id FROM vm_snapshot WHERE vm_id = $vm");
    is($task->{state}, 'done', 'taken while it runs')
        or diag(encode_json($task));
    is(join(',', map { $_->{title} } @{ list()->{items} }), 'site', 'listed');

    guest_says($ctid, 'echo two > /site; echo more > /more; sync');
    $task = post("/$id/rollback", { name => $name })->{json};
    is($task->{state}, 'done', 'back') or diag(encode_json($task));
    is(guest_says($ctid, 'cat /site; ls /more 2>&1') =~ /^one\n.*No such/s, 1,
        'it runs with what the disk had then');

    my ($kept) = grep { $_->{automatic} } @{ list()->{items} };
    $task = post("/$kept->{id}/rollback", { name => $name })->{json};
    is($task->{state}, 'done', 'and back from there')
        or diag(encode_json($task));
    is(guest_says($ctid, 'cat /site /more'), "two\nmore", 'to what was before');
    is(join(',', map { $_->{title} } grep { !$_->{automatic} }
        @{ list()->{items} }), 'site', 'which is still there');
    is(scalar(grep { $_->{automatic} } @{ list()->{items} }), 1,
        'with one automatic');

    $task = ask('POST', "/api/vms/$vm/reinstall", $ana . "Prefer: wait=110\n",
        encode_json({ name => $name, template => busybox() }))->{json}{task};
    is($task->{state}, 'done', 'another system') or diag(encode_json($task));
    is(scalar @{ list()->{items} }, 0, 'has no snapshots');
    is(post('', { title => 'new' })->{json}{state}, 'done', 'but may have');

    $task = ask('POST', "/api/vms/$vm/reinstall/undo", $ana
        . "Prefer: wait=110\n", '{}')->{json};
    is($task->{state}, 'done', 'the system before')
        or diag(encode_json($task));
    is(join(',', map { $_->{title} } grep { !$_->{automatic} }
        @{ list()->{items} }), 'site', 'has those that it had');

    is(drop($id)->{json}{state}, 'done', 'deleted');
    is(list()->{used}, 0, 'it does not count any more');
}

run_tests();

__DATA__

=== TEST 1: one is taken, and shown as the node has it
--- timeout: 60
--- init: ::taken()
--- request
GET /api/plans



=== TEST 2: no more than the plan allows
--- timeout: 60
--- init: ::limited()
--- request
GET /api/plans



=== TEST 3: by whom, and when
--- timeout: 60
--- init: ::refused()
--- request
GET /api/plans



=== TEST 4: one is deleted
--- timeout: 60
--- init: ::dropped()
--- request
GET /api/plans



=== TEST 5: back to one
--- timeout: 120
--- init: ::back()
--- request
GET /api/plans



=== TEST 6: what fails leaves what was
--- timeout: 120
--- init: ::failed()
--- request
GET /api/plans



=== TEST 7: the rows follow what the node has
--- timeout: 120
--- init: ::follows()
--- request
GET /api/plans



=== TEST 8: a node that does not answer
--- timeout: 60
--- init: ::silent()
--- request
GET /api/plans



=== TEST 9: a node that takes none
--- without: 1
--- timeout: 60
--- init: ::unsupported()
--- request
GET /api/plans



=== TEST 10: a real node and a real container
--- real: 1
--- timeout: 400
--- init: ::really()
--- request
GET /api/plans
