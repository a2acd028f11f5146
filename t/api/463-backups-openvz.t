# Backups of a container whose node has no snapshots, as OpenVZ with simfs: one
# is made all the same, and nothing is left to be tried again; it is restored in
# place and as a new container, whose disk is large enough before it is filled.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $hex = 'ab' x 32;
our $none = 'err unsupported the disk is a folder of simfs, which has no'
    . ' snapshots';
our $node = VzDaemon->new(
    node => ['= driver=vzctl features=console,history,revert,backup'
        . ' repositories=main', 'ok'],
    snapshot => [$none], dropsnapshot => [$none], snapshots => [$none],
    backup => ["= snapshot=$hex files=7 bytes=5000 added=600 seconds=2 gone=1",
        'ok'],
    backups => ['ok'],
    status => ['= id=1 state=stopped old=debian old_until=' . (time + 86400),
        'ok']);

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});

our $eva_id = user(unique('eva'));
our $eva = session($eva_id) . "Content-Type: application/json\n";
our $wait = "Prefer: wait=60\n";
our $vm = vm($eva_id, tag => sprintf('%08x%08x', rand 2**32, rand 2**32),
    backup_daily => 2, desired_state => 'running', template_id =>
    sql_value("SELECT id FROM template WHERE name = '" . busybox() . "'"));


sub is_made {
    my $state = ask('GET', "/api/vms/$vm/backups", $eva)->{json};

    ok($state->{available}, 'its node has a place for backups');
    is(ask('GET', "/api/vms/$vm/snapshots", $eva)->{json}{node}, 'unsupported',
        'and no snapshots');
    my $task = ask('POST', "/api/vms/$vm/backups", $eva . $wait)->{json};
    is($task->{state}, 'done', 'one is made all the same');
    is(sql_value("SELECT CONCAT(state, ' ', held, ' ', files) FROM backup"
        . " WHERE vm_id = $vm"), 'done 0 7', 'and no snapshot is held for it');
    is(scalar $node->asked('backup'), 1, 'by one upload');
    return;
}


sub is_restored {
    my ($one) = @{ ask('GET', "/api/vms/$vm/backups", $eva)->{json}{items} };
    my $path = "/api/vms/$vm/backups/$one->{id}/restore";
    my $name = sql_value("SELECT name FROM vm WHERE id = $vm");

    is(ask('POST', $path, $eva . $wait, encode_json({ mode => 'in_place',
        name => $name }))->{json}{state}, 'done', 'it is restored in place');
    my $shown = ask('GET', "/api/vms/$vm", $eva)->{json};
    ok($shown->{undo}, 'which can be undone');
    ok(scalar(grep { $_ eq 'revert' } @{ $shown->{features} }),
        'as the node says');
    ok(!grep({ $_ eq 'reinstall' } @{ $shown->{features} }),
        'though it can\'t reinstall');

    my $task = ask('POST', $path, $eva . $wait,
        encode_json({ mode => 'new', hostname => 'beside' }))->{json};
    is($task->{state}, 'done', 'it becomes another container');

    my $ctid = sql_value("SELECT ctid FROM vm WHERE id = $task->{vm}{id}");
    my @came = map { /^(create|setdisk|restore|start) $ctid\b/ ? $1 : () }
        $node->asked('');

    is(join(' ', @came), 'create setdisk restore start',
        'whose disk is as large as it will be before it is filled');
    return;
}


run_tests();

__DATA__

=== TEST 1: a disk without snapshots is backed up all the same
--- init: ::is_made()



=== TEST 2: it is restored in place, and as another container
--- init: ::is_restored()
