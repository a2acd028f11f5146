# Backups of a container: one is made while its owner goes on working, what the
# policy does not keep leaves, it is restored in place and as a new container,
# and nobody reaches another's.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzAnswers;
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $hex = 'ab' x 32;


# an upload takes until the test lets it go; what it says, the test wrote
our $node = VzDaemon->new(
    node => sub { [slurp('node')
        // '= driver=lxc features=backup,snapshot,reinstall repositories=main,far',
        'ok'] },
    backup => sub {
        my ($n) = @_;

        select undef, undef, undef, 0.02 while !-e "$dir/up$n";
        return [split /\n/, slurp("up$n")
            || "= snapshot=$hex files=7 bytes=5000 added=600 seconds=2\nok"];
    },
    backups => sub { [split(/\n/, slurp('list') // ''), 'ok'] },
    status => ['= id=1 state=stopped old=debian old_until='
        . (time + 86400), 'ok'],
    forget => sub { [split /\n/, slurp('forget') // 'ok'] },
    files => ['= type=dir size=0 mtime=2026-01-02T03:04:05Z mode=0755 name=etc',
        '= type=file size=12 mtime=- mode=0644 name=a%20%C3%B1%22b',
        '= type=file size=1 mtime=- mode=0600 name=x%FF%0Ay', '= more=1', 'ok'],
    file => sub { [split(/\n/, slurp('file') // 'ok stream'),
        slurp('file') ? () : \&serve] });


# the bytes that a test wrote, in frames; "cut" is half a file
sub serve {
    my ($client, $frames) = @_;
    my $bytes = slurp('bytes') // "one\n";
    my $credit = 256 * 1024;            # the window that each side has

    while (length $bytes) {
        while ($credit <= 0) {
            my ($name, $n) = $frames->open_frame($client) or return;
            $credit += $n if $name eq 'credit';
        }

        my $part = substr $bytes, 0, $credit < 8000 ? $credit : 8000, '';
        $credit -= length $part;
        print $client $frames->frame(data => $part);
    }

    return if -e "$dir/cut";
    print $client $frames->frame('end');
    1 while $frames->open_frame($client);
    return;
}


add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});

our $type = "Content-Type: application/json\n";
our $root = session(user('root.backups', role => 'admin')) . $type;
our $eva_id = user(unique('eva'));
our $eva = session($eva_id) . $type;
our $otto = session(user(unique('otto'))) . $type;
our $wait = "Prefer: wait=30\n";


# server COLUMNS: one of Eva's, whose plan keeps backups
sub server {
    my (%row) = @_;

    return vm($eva_id, tag => sprintf('%08x%08x', rand 2**32, rand 2**32),
        backup_daily => 2, desired_state => 'running', template_id =>
        sql_value("SELECT id FROM template WHERE name = '" . busybox() . "'"),
        %row);
}


sub backups {
    my ($id, $who) = @_;

    return ask('GET', "/api/vms/$id/backups", $who // $eva)->{json};
}


# made ID, N: a backup that is whole, by the node's Nth
sub made {
    my ($id, $n) = @_;

    let("up$n");
    return ask('POST', "/api/vms/$id/backups", $eva . $wait)->{json};
}


our ($vm, $ctid);

sub is_made {
    $vm = server();
    $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");

    my $none = backups($vm);
    ok($none->{offered}, 'the plan keeps backups');
    ok($none->{available}, 'and the node has a place for them');
    is(scalar @{ $none->{items} }, 0, 'there is none yet');

    my $task = ask('POST', "/api/vms/$vm/backups", $eva)->{json};
    is($task->{kind}, 'backup', 'one is made by a task');
    ok(wait_for(20, sub { $node->asked('backup') }), 'the node uploads it');

    my ($one) = @{ backups($vm)->{items} };
    is($one->{state}, 'running', 'which the list says');
    is($one->{task}, $task->{id}, 'with its task');
    is(ask('GET', "/api/vms/$vm", $eva)->{json}{task}, undef,
        'and the container is free');
    is(ask('POST', "/api/vms/$vm/stop", $eva . $wait)->{json}{state}, 'done',
        'it is stopped meanwhile');
    is(ask('POST', "/api/vms/$vm/backups", $eva)->{json}{code},
        'backup_running', 'a second one waits for the first');
    is(ask('DELETE', "/api/vms/$vm/backups/$one->{id}", $eva)->{json}{code},
        'backup_running', 'one that is being made is not deleted');

    let('up1');
    ok(wait_for(20, sub {
        ask('GET', "/api/tasks/$task->{id}", $eva)->{json}{state} eq 'done';
    }), 'it comes to an end');
    ($one) = @{ backups($vm)->{items} };
    is(join(' ', @$one{qw(state kind files bytes added_bytes)}),
        'done manual 7 5000 600', 'and the list has what was stored');
    like($one->{taken}, qr/^20\d\d-\d\d-\d\dT/, 'and of which moment');
    is(join("\n", $node->asked('backup')),
        join(' ', 'backup', $ctid, 'main', "backup-$one->{id}",
            ($node->asked('backup'))[0] =~ /(id=\S+ tag=\S+)$/),
        'an upload has no fence: the container may be another task\'s');
    like(($node->asked('snapshot'))[0],
        qr/^snapshot $ctid backup-$one->{id} fence=\d+/, 'a snapshot has one');
    is(scalar $node->asked('dropsnapshot'), 1, 'the snapshot is dropped');
    like(join('', $node->asked('body')), qr/^body \{.*"name": ?"/,
        'what the panel knows of the container goes with it');
    return;
}


sub is_kept {
    made($vm, 2);
    is(scalar @{ backups($vm)->{items} }, 1,
        'of a day the newest is kept');
    ok(wait_for(20, sub { $node->asked('forget') == 1 }),
        'the repository forgets the other');
    like(($node->asked('forget'))[0], qr/^forget main [0-9a-f]{16} $hex$/,
        'by what the row says');
    ok(wait_for(20, sub {
        sql_value("SELECT COUNT(*) FROM backup WHERE vm_id = $vm") == 1;
    }), 'and its row goes');

    sql("UPDATE backup SET taken = taken - INTERVAL 1 DAY WHERE vm_id = $vm");
    made($vm, 3);
    is(scalar @{ backups($vm)->{items} }, 2, 'the newest of another day, too');
    sql("UPDATE backup SET taken = taken - INTERVAL 1 DAY WHERE vm_id = $vm");
    made($vm, 4);
    is(scalar @{ backups($vm)->{items} }, 2, 'and no more days than promised');
    sql("UPDATE vm SET backup_daily = 1, backup_monthly = 3 WHERE id = $vm");
    sql("UPDATE backup SET taken = taken - INTERVAL 40 DAY WHERE vm_id = $vm");
    made($vm, 5);
    is(scalar @{ backups($vm)->{items} }, 2, 'of a month the newest, too');
    return;
}


sub fails {
    let('up6', "err failed the target is gone\n");

    my $task = ask('POST', "/api/vms/$vm/backups", $eva . $wait)->{json};
    is($task->{state}, 'failed', 'an upload that fails, fails');

    my ($one) = @{ backups($vm)->{items} };
    is($one->{state}, 'failed', 'the list says so');
    is($one->{error}, 'failed', 'by a word');
    is($one->{error_detail}, undef, 'that is all a customer reads');
    is(backups($vm, $root)->{items}[0]{error_detail}, 'the target is gone',
        'an administrator reads the node\'s words');
    is(scalar(grep { /backup-$one->{id}\b/ } $node->asked('dropsnapshot')), 1,
        'the snapshot is dropped');

    is(ask('DELETE', "/api/vms/$vm/backups/$one->{id}", $eva)->{code}, 204,
        'it is deleted');
    ok(wait_for(20, sub {
        !sql_value("SELECT COUNT(*) FROM backup WHERE id = $one->{id}");
    }), 'and goes without asking a repository');

    # the answer is lost, and the node did it
    let('up7', "err busy another one is running\n");
    let('list', '= snapshot=' . 'cd' x 32 . ' date=2026-01-01T00:00:00Z'
        . ' name=backup-' . ($one->{id} + 1) . ' files=9 bytes=90 added=9');
    $task = ask('POST', "/api/vms/$vm/backups", $eva . $wait)->{json};
    is($task->{state}, 'done', 'what a try before has stored is found');
    is(backups($vm)->{items}[0]{files}, 9, 'and not stored again');
    is(scalar $node->asked('backup'), 7, 'or sent');
    let('list', '');
    return;
}


sub is_restored {
    my ($one) = @{ backups($vm)->{items} };
    my $path = "/api/vms/$vm/backups/$one->{id}";
    my $name = sql_value("SELECT name FROM vm WHERE id = $vm");

    is(ask('POST', "$path/restore", $eva, encode_json({ mode => 'in_place',
        name => 'other' }))->{json}{errors}[0]{field}, 'name',
        'its name has to be typed');
    is(ask('POST', "$path/restore", $eva, encode_json({ mode => 'beside',
        name => $name }))->{json}{errors}[0]{field}, 'mode',
        'and the mode has to be one');

    my $task = ask('POST', "$path/restore", $eva . $wait,
        encode_json({ mode => 'in_place', name => $name }))->{json};
    is($task->{state}, 'done', 'it is restored in place');
    my ($tag) = sql_value("SELECT tag FROM vm WHERE id = $vm");
    like(($node->asked('restore'))[0],
        qr/^restore $ctid main $tag (?:ab|cd){32} fence=\d+ /,
        'out of the repository that the row names');
    ok(ask('GET', "/api/vms/$vm", $eva)->{json}{undo},
        'and can be undone');

    $task = ask('POST', "$path/restore", $eva . "Prefer: wait=60\n",
        encode_json({ mode => 'new', hostname => 'beside' }))->{json};
    is($task->{state}, 'done', 'it becomes another container');
    my $new = $task->{vm}{id};
    isnt($new, $vm, 'which is not the same');
    is(sql_value("SELECT CONCAT(user_id, ' ', lifecycle, ' ', hostname)"
        . " FROM vm WHERE id = $new"), "$eva_id ready beside",
        'of the same owner');
    like(($node->asked('restore'))[1], qr/ main $tag /,
        'out of the same repository');
    ok(!ask('GET', "/api/vms/$new", $eva)->{json}{undo},
        'there is nothing to undo');

    sql("UPDATE user SET vm_limit = 1 WHERE id = $eva_id");
    my $more = ask('POST', "$path/restore", $eva,
        encode_json({ mode => 'new', hostname => 'more' }));
    is("$more->{code} $more->{json}{code}", '409 vm_limit',
        'the owner has no more of them than he may have');
    sql("UPDATE user SET vm_limit = NULL WHERE id = $eva_id");
    return;
}


sub is_nobody_elses {
    my ($one) = @{ backups($vm)->{items} };
    my $path = "/api/vms/$vm/backups";
    my $theirs = vm(user(unique('ute')), backup_daily => 1, tag => '0' x 16);

    is(ask('GET', $path, $otto)->{code}, 404, 'nobody else lists them');
    is(ask('POST', $path, $otto)->{code}, 404, 'or makes one');
    is(ask('DELETE', "$path/$one->{id}", $otto)->{code}, 404, 'or deletes one');
    is(ask('POST', "$path/$one->{id}/restore", $otto,
        encode_json({ mode => 'new' }))->{code}, 404, 'or restores one');
    is(ask('DELETE', "/api/vms/$theirs/backups/$one->{id}", $root)->{code},
        404, 'one of another container is none of this one');

    my $mine = server();
    is(ask('POST', "/api/vms/$mine/backups/$one->{id}/restore", $eva,
        encode_json({ mode => 'in_place', name => sql_value(
            "SELECT name FROM vm WHERE id = $mine") }))->{code}, 404,
        'nor of one\'s own other container');
    return;
}


sub is_looked_into {
    my ($one) = @{ backups($vm)->{items} };
    my $path = "/api/vms/$vm/backups/$one->{id}";
    my $list = ask('GET', "$path/files?path=/var", $eva)->{json};

    is(join(' ', map { $_->{type} } @{ $list->{items} }), 'dir file file',
        'a folder is listed');
    is($list->{items}[1]{name}, "a \x{f1}\"b", 'with names as people read them');
    is($list->{items}[1]{path}, 'a%20%C3%B1%22b', 'and as they are asked for');
    is($list->{items}[2]{name}, 'x%FF%0Ay', 'what is no text stays as it is');
    ok($list->{more}, 'and whether there are more');
    like(($node->asked('files'))[0], qr{^files main [0-9a-f]{16} [0-9a-f]{64}},
        'out of the repository of the row');

    for my $wrong ('etc', '/..', '/etc/../x', '/a%252Fb', '/%252e%252e',
                   '/a%20b', '/a%2500', '/.', '/a/./b', '/x%25') {
        is(ask('GET', "$path/files?path=$wrong", $eva)->{code}, 422,
            "$wrong is no path");
        is(ask('GET', "$path/file?path=$wrong", $eva)->{code}, 422,
            'of a file either');
    }

    is(ask('GET', "$path/files", $otto)->{code}, 404, 'it is the owner\'s');
    is(ask('GET', "$path/file?path=/a", $otto)->{code}, 404, 'as its files are');
    is(scalar $node->asked('files'), 1, 'no wrong one reached the node');
    return;
}


sub is_downloaded {
    my ($one) = @{ backups($vm)->{items} };
    my $path = "/api/vms/$vm/backups/$one->{id}/file";
    my $bytes = join '', map { "$_\n" } 1 .. 100_000;

    let('bytes', $bytes);
    my $got = ask('GET', "$path?path=/etc/a%2520%25C3%25B1%2522b", $eva);
    is($got->{code}, 200, 'a file is downloaded');
    ok($got->{body} eq $bytes, 'all of it');
    like($got->{head}, qr/^Content-Disposition:\ attachment;\ filename="a____b";\ filename\*=UTF-8''a%20%C3%B1%22b\r?$/mx,
        'under a safe name');
    like($got->{head}, qr/^X-Content-Type-Options: nosniff\r$/m,
        'as what no browser shows');
    like(join("\n", $node->asked('body')), qr{^body /etc/a%20%C3%B1%22b$}m,
        'by the name that the node knows');
    ok(wait_for(20, sub {
        (sql_value("SELECT bytes_out FROM vm_traffic WHERE vm_id = $vm") // 0)
            == length $bytes;
    }), 'and counts as traffic');

    $got = ask('GET', "$path?path=/etc&folder=1", $eva);
    like($got->{head}, qr/filename="etc.tar"/, 'a folder is an archive');

    let('cut', '');
    my $call = ask_begin('GET', "$path?path=/etc/b", $eva);
    ask_end($call);
    unlike($call->{text}, qr/\r\n0\r\n\r\n\z/,
        'half a file ends as half a file');
    unlink "$dir/cut";

    let('file', "err noent the backup has no such file\n");
    is(ask('GET', "$path?path=/etc/none", $eva)->{json}{code}, 'no_file',
        'what is not there is said');
    unlink "$dir/file";
    return;
}


sub is_promised {
    my $bare = server(backup_daily => 0);

    ok(!backups($bare)->{offered}, 'a plan may keep none');
    is(ask('POST', "/api/vms/$bare/backups", $eva)->{json}{code},
        'not_offered', 'then none is made');
    is(ask('PATCH', "/api/vms/$bare/backups", $eva,
        encode_json({ daily => 3 }))->{code}, 403, 'its owner changes nothing');

    my $set = ask('PATCH', "/api/vms/$bare/backups", $root,
        encode_json({ daily => 3, monthly => 1 }))->{json};
    is(join(' ', @$set{qw(daily weekly monthly)}), '3 0 1',
        'an administrator does');
    ok($set->{offered}, 'and they are offered');
    ok(!$set->{overdue}, 'and not overdue from the first moment');
    is(ask('PATCH', "/api/vms/$bare/backups", $root, '{}')->{code}, 422,
        'nothing is no change');
    is(ask('PATCH', "/api/vms/$bare/backups", $root,
        encode_json({ daily => 999 }))->{json}{errors}[0]{field}, 'daily',
        'too many are refused');

    my $plan = unique('Copias ');
    is(ask('POST', '/api/admin/plans', $root, encode_json({ name => $plan,
        memory_mib => 64, disk_mib => 512, backup_daily => 7,
        backup_weekly => 4, visible => JSON::PP::false }))->{json}
        {backup_weekly}, 4, 'a plan has it');
    my $made = ask('POST', '/api/vms', $root . "Prefer: wait=60\n",
        encode_json({ user => $eva_id + 0, plan => $plan,
            template => busybox() }))->{json};
    is(sql_value('SELECT CONCAT_WS(" ", backup_daily, backup_weekly,'
        . " backup_monthly) FROM vm WHERE id = $made->{vm}{id}"), '7 4 0',
        'and its containers a copy');
    return;
}


# the last ones: the node changes under the panel
sub outlives {
    my $old = server();
    made($old, 8);
    my ($one) = @{ backups($old)->{items} };

    sql("DELETE FROM task WHERE vm_id = $old");
    sql("DELETE FROM vm WHERE id = $old");
    is(sql_value("SELECT CONCAT(state, ' ', vm_id IS NULL)"
        . " FROM backup WHERE id = $one->{id}"), 'done 1',
        'a backup outlives its container');

    # the repository that lets nobody delete
    let('forget', "err unsupported this repository lets nobody delete\n");
    ($one) = grep { $_->{state} eq 'done' } @{ backups($vm)->{items} };
    is(ask('DELETE', "/api/vms/$vm/backups/$one->{id}", $eva)->{code}, 204,
        'what is deleted');
    ok(wait_for(20, sub {
        sql_value('SELECT COALESCE(error_detail, "") FROM backup'
            . " WHERE id = $one->{id}") =~ /lets nobody/;
    }), 'stays where a repository lets nobody delete');
    is(scalar(grep { $_->{id} == $one->{id} } @{ backups($vm)->{items} }), 0,
        'and is shown to nobody');
    is(sql_value('SELECT next_look > NOW() + INTERVAL 20 HOUR FROM backup'
        . " WHERE id = $one->{id}"), 1, 'it is asked again tomorrow');

    # one that nobody is at work on
    sql("INSERT INTO backup (vm_id, vm_name, tag, repository, kind, state,"
        . " created) VALUES ($vm, 'x', '" . '1' x 16 . "', 'main', 'manual',"
        . " 'running', NOW(3) - INTERVAL 2 MINUTE)");
    ok(wait_for(30, sub {
        (backups($vm)->{items}[0]{error} // '') eq 'interrupted';
    }), 'what nobody is at work on any more has failed');
    return;
}


run_tests();

__DATA__

=== TEST 1: a backup is made while the container is free, and its row has what was stored
--- init: ::is_made()



=== TEST 2: the policy keeps the newest of days and months, and the others leave
--- init: ::is_kept()



=== TEST 3: one that fails says why, and one whose answer was lost is found
--- init: ::fails()



=== TEST 4: it is restored in place, and as another container
--- init: ::is_restored()



=== TEST 5: nobody reaches a backup of another's, or of another container
--- init: ::is_nobody_elses()



=== TEST 6: what is in a backup is listed, by paths that lead nowhere else
--- init: ::is_looked_into()



=== TEST 7: files are downloaded, under safe names, and counted
--- init: ::is_downloaded()



=== TEST 8: plans promise backups, and administrators change it for a container
--- init: ::is_promised()



=== TEST 9: a backup outlives its container, and what can't be forgotten waits
--- init: ::outlives()
