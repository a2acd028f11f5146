# Backups are looked at: a repository is checked after each backup and once a
# week, one backup a week of each node is booted; what is wrong is told where
# administrators look, and mailed once a day.

use JSON::PP;
use POSIX qw(strftime);
use Test::Nginx::Socket 'no_plan';
use VzAnswers;
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $hex = 'ab' x 32;


# what the test wrote, once it lets it go
sub says {
    my ($verb) = @_;

    select undef, undef, undef, 0.02 while -e "$dir/hold";
    return [split /\n/, slurp($verb) // 'ok'];
}


our $node = VzDaemon->new(
    node => ['= driver=lxc features=backup,snapshot,trial repositories=main',
        'ok'],
    backup => ["= snapshot=$hex files=7 bytes=5000 added=600 seconds=2", 'ok'],
    verify => sub { says('verify') },
    trial => sub { says('trial') });

add_block_preprocessor(sub {
    my ($block) = @_;

    # no backup begins by itself meanwhile
    $block->set_value(http_config => $node->http_config
        . 'vzpanel_backup_window ' . strftime('%H:%M', gmtime(time + 7200))
        . '-' . strftime('%H:%M', gmtime(time + 7260)) . ";\n");
});

our $json = "Content-Type: application/json\n";
our $root_id = user('root.verify', role => 'admin');
our $root = session($root_id) . $json;
our $eva_id = user(unique('eva'));
our $eva = session($eva_id) . $json;
our (%tag, $first, $second);


sub server {
    my $tag = sprintf '%08x%08x', rand 2**32, rand 2**32;
    my $vm = vm($eva_id, tag => $tag, backup_daily => 7);

    $tag{$vm} = $tag;
    return $vm;
}


# one is made, as its owner asks for it
sub backup {
    my ($vm) = @_;

    is(ask('POST', "/api/vms/$vm/backups", $eva . "Prefer: wait=30\n")
        ->{json}{state}, 'done', 'a backup is made');
    return;
}


sub row {
    my ($vm, $kind, $what) = @_;

    return sql_value("SELECT $what FROM backup_check WHERE vm_id = $vm"
        . " AND kind = '$kind'") // '';
}


sub asked {
    my ($verb, $vm) = @_;

    return grep { /^$verb main $tag{$vm}\b/ } $node->asked($verb);
}


# due KIND, VM: its time has come
sub due {
    my ($kind, $vm, $more) = @_;

    sql('UPDATE backup_check SET next_look = NOW(3)' . ($more // '')
        . " WHERE vm_id = $vm AND kind = '$kind'");
    return;
}


sub listed {
    my ($vm) = @_;
    my $all = ask('GET', '/api/admin/backups', $root)->{json};

    return ((grep { $_->{vm} == $vm } @{ $all->{items} })[0], $all);
}


sub after_a_backup {
    # other files have theirs, and a node boots one a week
    sql('DELETE FROM backup_check');
    ($first, $second) = (server(), server());

    backup($first);
    ok(wait_for(30, sub { row($first, 'check', 'good IS NOT NULL') }),
        'its repository is checked');
    is_deeply([asked('verify', $first)],
        ["verify main $tag{$first} $hex 1/8"], 'with an eighth of its data');
    ok(wait_for(30, sub { row($first, 'trial', 'good IS NOT NULL') }),
        'and it is booted');
    is_deeply([asked('trial', $first)],
        ["trial main $tag{$first} $hex 20"], 'for 20 seconds');
    is(row($first, 'check', 'next_look > NOW(3) + INTERVAL 6 DAY'), 1,
        'a week passes until the next check');

    my ($one, $all) = listed($first);
    ok($one->{check}{at} && $one->{check}{at} eq $one->{check}{good},
        'administrators see when');
    ok($one->{trial}{good}, 'of both');
    is($one->{trial}{error}, undef, 'that nothing is wrong');
    ok(!$one->{bad}, 'and nothing to be done');

    backup($second);
    ok(wait_for(30, sub { row($second, 'check', 'good IS NOT NULL') }),
        'each container has its check');
    wait_for(12, sub { asked('trial', $second) });
    is(scalar asked('trial', $second), 0, 'a node boots one in a week');
    is((listed($second))[0]{trial}, undef, 'which is told of the other');
    return;
}


sub round_and_round {
    due('check', $first);
    ok(wait_for(30, sub { asked('verify', $first) == 2 }), 'a later check');
    like((asked('verify', $first))[1], qr/ none$/,
        'reads no data that week');

    due('check', $first, ', part_read = NOW(3) - INTERVAL 8 DAY');
    ok(wait_for(30, sub { asked('verify', $first) == 3 }), 'a week later');
    like((asked('verify', $first))[2], qr{ 2/8$}, 'it reads the next eighth');

    ok(wait_for(30, sub { row($first, 'check', 'part') == 2 }), 'and so on');
    due('check', $first,
        ', part = 8, part_read = NOW(3) - INTERVAL 8 DAY');
    ok(wait_for(30, sub { asked('verify', $first) == 4 }), 'behind the last');
    like((asked('verify', $first))[3], qr{ 1/8$}, 'comes the first');

    # a new backup is due for its check soon, but not at once again
    ok(wait_for(30, sub { row($first, 'check', 'next_look > NOW(3)') }), 'done');
    sql("UPDATE backup SET created = created - INTERVAL 1 DAY,"
        . " taken = taken - INTERVAL 1 DAY WHERE vm_id = $first");
    backup($first);
    is(row($first, 'check', 'next_look BETWEEN NOW(3) + INTERVAL 5 HOUR'
        . ' AND NOW(3) + INTERVAL 6 HOUR'), 1, 'six hours after the last one');

    sql('UPDATE backup_check SET ended = ended - INTERVAL 8 DAY'
        . " WHERE vm_id IN ($first, $second) AND kind = 'trial'");
    ok(wait_for(30, sub { asked('trial', $second) }),
        'a week later it is the turn of the other container');
    return;
}


sub not_good {
    let('verify', 'err failed repository main is damaged: pack 12 is not whole');
    due('check', $first);
    ok(wait_for(30, sub { row($first, 'check', 'code') eq 'failed' }),
        'a repository that is damaged');
    is(row($first, 'check', 'next_look > NOW(3) + INTERVAL 23 HOUR'), 1,
        'is checked again after a day');

    my ($one, $all) = listed($first);
    is($all->{items}[0]{vm}, $first, 'it stands first');
    ok($one->{bad}, 'as one that is not good');
    is($all->{bad}, 1, 'the only one');
    is($one->{check}{error}, 'failed', 'with the code');
    is($one->{check}{detail},
        'repository main is damaged: pack 12 is not whole', 'and the words');
    is($one->{check}{say}{code}, 'backup_damaged',
        'that pages put into their language');
    ok($one->{check}{good}, 'and when it was good last');

    my $mails = "SELECT COUNT(*) FROM mail WHERE template = 'backups_bad'"
        . " AND user_id = $root_id";
    ok(wait_for(90, sub { sql_value($mails) == 1 }),
        'administrators are mailed');
    is(sql_value('SELECT mailed IS NOT NULL FROM backup_alert WHERE id = 2'),
        1, 'which is remembered');

    # an administrator does not wait for a day
    let('verify', 'ok');
    let('trial', 'err failed what was restored does not boot: its init ended');
    is(ask('POST', "/api/admin/backups/$first/check", $eva)->{code}, 403,
        'a customer asks for no check');
    is(ask('POST', '/api/admin/backups/999999999/check', $root)->{code}, 404,
        'there is none of what is not there');
    is(ask('POST', "/api/admin/backups/$first/check", $root)->{code}, 204,
        'an administrator does');
    ok(wait_for(30, sub { row($first, 'check', 'code IS NULL') }),
        'it is good again');
    ok(wait_for(30, sub { row($first, 'trial', 'code IS NOT NULL') }),
        'and booted, whoever was last');
    ($one, $all) = listed($first);
    is($one->{trial}{say}{code}, 'backup_no_boot', 'one that does not boot');
    ok($one->{bad}, 'is not good, either');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'backup.check'"
        . " AND vm_id = $first"), 1, 'who asked is in the audit');

    let('trial', 'ok');
    due('trial', $first);
    ok(wait_for(30, sub { row($first, 'trial', 'code IS NULL') }),
        'what failed is tried again, though a week has not passed');
    is(sql_value($mails), 1, 'and one mail told of all that');
    return;
}


sub later {
    my $was = row($first, 'check', 'ended');

    let('verify', 'err busy its backups are held by: backup');
    due('check', $first);
    ok(wait_for(30, sub { row($first, 'check', 'next_look > NOW(3)') }),
        'a node that is busy');
    wait_for(3, sub { row($first, 'check', 'ended') ne $was });
    is(row($first, 'check', 'ended'), $was, 'tells nothing');
    is(row($first, 'check', 'next_look < NOW(3) + INTERVAL 11 MINUTE'), 1,
        'and is asked in ten minutes');
    return;
}


# a worker whose turn is over writes nothing
sub too_late {
    let('verify', 'ok');
    let('hold');
    my $n = asked('verify', $second);

    due('check', $second);
    ok(wait_for(60, sub { asked('verify', $second) > $n }), 'one is asked');
    sql('UPDATE backup_check SET ended = NOW(3), code = NULL, detail = NULL,'
        . " seconds = 4711 WHERE vm_id = $second AND kind = 'check'");
    unlink "$dir/hold";
    due('check', $first);
    my $ended = row($first, 'check', 'ended');
    ok(wait_for(30, sub { row($first, 'check', 'ended') ne $ended }),
        'its worker goes on to the next');
    is(row($second, 'check', 'seconds'), 4711,
        'an answer that is older than what is known is dropped');
    return;
}


sub nobody_could {
    sql('UPDATE backup_check SET made = NOW(3) - INTERVAL 20 DAY,'
        . ' next_look = NOW(3) + INTERVAL 1 DAY');
    sql('UPDATE backup_check SET good = NOW(3) - INTERVAL 15 DAY'
        . " WHERE vm_id = $second AND kind = 'check'");
    sql("UPDATE backup_check SET good = NULL WHERE kind = 'trial'");

    my ($one, $all) = listed($second);
    ok($one->{bad}, 'what was not checked for two weeks is told of');
    is($all->{bad}, 1, 'of that container alone');
    is_deeply($all->{untried}, ['local'], 'and the node that booted none');

    sql("UPDATE vm SET lifecycle = 'trashed' WHERE id IN ($first, $second)");
    is((listed($second))[1]{bad}, 0, 'nothing of what is in the trash');
    is_deeply((listed($second))[1]{untried}, [], 'nor of its node');
    sql("DELETE FROM vm WHERE id = $first");
    is(row($first, 'check', 'COUNT(*)'), 0,
        'nothing stays of a container that is gone');
    return;
}


run_tests();

__DATA__

=== TEST 1: a backup is followed by a check, one a week by a trial
--- init: ::after_a_backup()



=== TEST 2: all data are read in eight weeks, containers take turns
--- init: ::round_and_round()



=== TEST 3: what is not good is told, mailed once, and looked at again
--- init: ::not_good()



=== TEST 4: a busy node is asked later
--- init: ::later()



=== TEST 5: who is too late writes nothing
--- init: ::too_late()



=== TEST 6: two weeks without a look are told of
--- init: ::nobody_could()
