# Backups of the night: each container that is due gets one, a few at once on a
# node, and none twice; one that failed is tried again; what is overdue is
# listed first, and administrators are mailed once.

use JSON::PP;
use POSIX qw(strftime);
use Test::Nginx::Socket 'no_plan';
use VzAnswers;
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $node = VzDaemon->new(
    node => ['= driver=lxc features=backup,snapshot repositories=main', 'ok'],
    backup => sub {
        select undef, undef, undef, 0.02 while !-e "$dir/go";
        return ['= snapshot=' . 'ab' x 32 . ' files=1 bytes=1 added=1', 'ok'];
    });

# all day, and all of it long ago begun: each container's minute has come
our $begin = strftime('%H:%M', gmtime(time - 23 * 3600 - 1800));

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $node->http_config
        . ($block->name =~ /night/ ? "vzpanel_backup_window $begin-$begin;\n"
            : 'vzpanel_backup_window '
                . strftime('%H:%M', gmtime(time + 7200)) . '-'
                . strftime('%H:%M', gmtime(time + 7260)) . ";\n"));
});

our $json = "Content-Type: application/json\n";
our $root_id = user('root.night', role => 'admin');
our $root = session($root_id) . $json;
our $eva_id = user(unique('eva'));
our $eva = session($eva_id) . $json;


sub server {
    my (%row) = @_;

    return vm($eva_id, tag => sprintf('%08x%08x', rand 2**32, rand 2**32),
        backup_daily => 7, %row);
}


our @vms;
our $mine = '0';

# of ours: other files' are in the same database
sub rows {
    my ($where) = @_;

    return sql_value("SELECT COUNT(*) FROM backup WHERE vm_id IN ($mine)"
        . " AND $where");
}

sub by_day {
    sql('UPDATE vm SET backup_daily = 0, backup_weekly = 0,'
        . ' backup_monthly = 0');
    @vms = map { server() } 1 .. 3;
    push @vms, server(backup_daily => 0);
    push @vms, server(lifecycle => 'creating');
    $mine = join ',', @vms;

    wait_for(12, sub { rows('1') });
    is(rows('1'), 0, 'outside of the window none begins');
    return;
}


sub by_night {
    ok(wait_for(40, sub { rows("state = 'running'") == 2 }),
        'in the window backups begin');
    ok(wait_for(20, sub { $node->asked('backup') == 2 }), 'at the node, too');
    is(rows("state IN ('queued', 'running')"), 2, 'two at once on a node');
    is(sql_value("SELECT GROUP_CONCAT(DISTINCT via, actor) FROM task"
        . " WHERE kind = 'backup' AND vm_id IN ($mine)"), 'systempanel', 'nobody asked for them');

    let('go');
    ok(wait_for(60, sub { rows("state = 'done'") == 3 }),
        'the others follow, and all that are promised have one');
    is(sql_value('SELECT GROUP_CONCAT(DISTINCT kind) FROM backup'
        . " WHERE vm_id IN ($mine)"),
        'scheduled', 'by the schedule');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'backup.make'"
        . " AND account = 'panel' AND vm_id IN ($mine)"), 3,
        'and each has its line in the audit');
    wait_for(12, sub { rows('1') > 3 });
    is(rows('1'), 3, 'none gets a second one that night');
    is(rows("vm_id IN ($vms[3], $vms[4])"), 0,
        'where nothing is promised, or there is no container yet, none begins');

    # one that failed
    sql("UPDATE backup SET state = 'failed', finished = NOW(3),"
        . " error_code = 'failed' WHERE vm_id = $vms[0]");
    wait_for(12, sub { rows("vm_id = $vms[0]") > 1 });
    is(rows("vm_id = $vms[0]"), 1, 'one that failed is not tried at once');
    sql('UPDATE backup SET finished = NOW(3) - INTERVAL 30 MINUTE'
        . " WHERE vm_id = $vms[0]");
    ok(wait_for(40, sub { rows("vm_id = $vms[0] AND state = 'done'") == 1 }),
        'but later in the night');
    return;
}


sub is_overdue {
    # before anything is overdue: nobody may be mailed of it in between
    sql('UPDATE backup_alert SET mailed = NULL');
    sql("UPDATE backup SET taken = NOW(3) - INTERVAL 37 HOUR WHERE vm_id ="
        . " $vms[1]");
    sql("UPDATE backup SET taken = NOW(3) - INTERVAL 35 HOUR WHERE vm_id ="
        . " $vms[2]");

    my @list = grep { $_->{account} =~ /^eva/ }
        @{ ask('GET', '/api/admin/backups', $root)->{json}{items} };
    is($list[0]{vm}, $vms[1], 'what is overdue stands first');
    is(join(' ', map { $_->{overdue} ? 1 : 0 } @list[0 .. 2]), '1 0 0',
        'and nothing else is');
    is($list[0]{bytes}, 1, 'with its size');
    is($list[0]{backups}, 1, 'and how many there are');
    ok(ask('GET', "/api/vms/$vms[1]/backups", $eva)->{json}{overdue},
        'its owner sees it, too');
    is(ask('GET', '/api/admin/backups', $eva)->{code}, 403,
        'the list is for administrators');

    my $page = ask('GET', '/api/admin/backups?limit=1', $root)->{json};
    is(scalar @{ $page->{items} }, 1, 'it has pages');
    isnt(ask('GET', "/api/admin/backups?limit=1&cursor=$page->{next}", $root)
        ->{json}{items}[0]{vm}, $vms[1], 'the next one goes on');

    my $mails = 'SELECT COUNT(*) FROM mail WHERE'
        . " template = 'backups_late' AND user_id = $root_id";
    ok(wait_for(90, sub { sql_value($mails) == 1 }),
        'administrators are mailed');
    is(sql_value('SELECT mailed IS NOT NULL FROM backup_alert WHERE id = 1'), 1,
        'and that is remembered');
    sql("UPDATE backup_alert SET mailed = NOW(3) - INTERVAL 25 HOUR WHERE id = 1");
    ok(wait_for(90, sub { sql_value($mails) == 2 }), 'again after a day');
    return;
}


run_tests();

__DATA__

=== TEST 1: by day no backup begins
--- init: ::by_day()



=== TEST 2: by night each that is due gets one, and no more
--- init: ::by_night()



=== TEST 3: what is overdue is listed first, and mailed once a day
--- init: ::is_overdue()
