# Files of snapshots: browsed, and downloaded as those of backups are; and the
# way back to one on a disk that has no room for what is kept of before.

use Digest::SHA qw(sha256_hex);
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzAnswers;
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $node = VzDaemon->new(
    node => ['= driver=lxc features=reinstall,snapshot', 'ok'],
    snapshots => sub { [(map { "= $_" } split /\n/, slurp('has') // ''), 'ok'] },
    snapshot => sub { [slurp('snapshot') // 'ok'] },
    snapfiles => sub { [split /\n/, slurp('files')
        // "= type=dir size=0 mtime=2026-01-02T03:04:05Z mode=0755 name=etc\n"
            . "= type=file size=12 mtime=- mode=0644 name=a%20%C3%B1%22b\n"
            . "= type=other size=0 mtime=- mode=0600 name=x%FF%0Ay\n= more=1\nok"] },
    snapfile => sub { [split(/\n/, slurp('file') // 'ok stream'),
        slurp('file') ? () : \&serve] });


sub serve {
    my ($client, $frames) = @_;

    my $bytes = slurp('bytes') // "one\n";

    print $client $frames->frame(data => substr $bytes, 0, 8000, '')
        while length $bytes;
    return if -e "$dir/cut";
    print $client $frames->frame('end');
    1 while $frames->open_frame($client);
    return;
}


add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $_[0]->real ? vz_http_config()
        : $node->http_config);
});

our $json = "Content-Type: application/json\n";
our $wait = "Prefer: wait=60\n";
our $root = session(user('root.snapfiles', role => 'admin')) . $json;
our $ana_id = user(unique('ana'));
our $ana = session($ana_id) . $json;
our $eva = session(user(unique('eva'))) . $json;
our $tag = sprintf '%08x%08x', rand 2**32, rand 2**32;
our $vm = vm($ana_id, tag => $tag, desired_state => 'running');
our $name = sql_value("SELECT name FROM vm WHERE id = $vm");
our $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
our $kept = 's' . 'ab' x 8;
our $old = 's' . 'cd' x 8;
our $id;


# a snapshot that was taken
sub snapshot {
    my ($of, %row) = @_;

    sql("INSERT INTO vm_snapshot (vm_id, name, title, automatic, taken) VALUES"
        . " ($of, '$row{name}', 'one', " . ($row{automatic} // 0) . ', NOW(3))');
    return sql_value("SELECT id FROM vm_snapshot WHERE vm_id = $of AND name ="
        . " '$row{name}'");
}


sub path { return "/api/vms/$vm/snapshots/" . ($_[0] // $id) }


sub logged {
    open my $in, '<', $node->{log} or return '';
    local $/;
    return <$in> // '';
}


# the verbs that came from the nth on, without their marks
sub came {
    my ($verbs, $from) = @_;
    my @all = map { s/ (?:fence|id|tag)=\S+//gr } grep { /^(?:$verbs)\b/ }
        split /\n/, logged();

    return wantarray ? @all[$from // 0 .. $#all] : scalar @all;
}


sub is_looked_into {
    $id = snapshot($vm, name => $kept);

    my $list = ask('GET', path() . '/files?path=/var', $ana)->{json};
    is(join(' ', map { $_->{type} } @{ $list->{items} }), 'dir file other',
        'a folder is listed');
    is($list->{items}[1]{name}, "a \x{f1}\"b", 'with names as people read them');
    is($list->{items}[1]{path}, 'a%20%C3%B1%22b', 'and as they are asked for');
    is($list->{items}[2]{name}, 'x%FF%0Ay', 'what is no text stays as it is');
    ok($list->{more}, 'and whether there are more');
    is(($node->asked('snapfiles'))[0], "snapfiles $ctid $kept tag=$tag",
        'of the container, by its number, its tag and the row\'s name');
    like(join("\n", $node->asked('body')), qr{^body /var$}m, 'and the path');

    for my $wrong ('etc', '/..', '/etc/../x', '/a%252Fb', '/%252e%252e',
        '/a%20b', '/a%2500', '/.', '/x%25')
    {
        is(ask('GET', path() . "/files?path=$wrong", $ana)->{code}, 422,
            "$wrong is no path");
        is(ask('GET', path() . "/file?path=$wrong", $ana)->{code}, 422,
            'of a file either');
    }

    is(came('snapfiles'), 1, 'no wrong one reached the node');
    return;
}


sub is_nobody_elses {
    my $theirs = vm($ana_id, tag => sprintf('%08x%08x', rand 2**32, rand 2**32));
    my $gone = snapshot($vm, name => 's' . '01' x 8);
    my $before = came('snapfiles') + came('snapfile');

    sql("UPDATE vm_snapshot SET gone = NOW(3) WHERE id = $gone");

    for my $what ('files', 'file?path=/a') {
        is(ask('GET', path() . "/$what", $eva)->{code}, 404, "$what: nobody else's");
        is(ask('GET', "/api/vms/$theirs/snapshots/$id/$what", $ana)->{code}, 404,
            'nor of another container');
        is(ask('GET', path($gone) . "/$what", $ana)->{code}, 404,
            'nor one that its node has no more');
        is(ask('GET', path(99_999_999) . "/$what", $ana)->{code}, 404, 'nor none');
        is(ask('GET', path() . "/$what", '')->{code}, 401, 'nor without signing in');
    }

    is(came('snapfiles') + came('snapfile'), $before, 'the node was asked nothing');
    is(ask('GET', path() . '/files', $root)->{code}, 200, 'an administrator looks');
    return;
}


sub is_downloaded {
    my $bytes = join '', map { "$_\n" } 1 .. 10_000;

    let('bytes', $bytes);
    my $got = ask('GET', path() . '/file?path=/etc/a%2520%25C3%25B1%2522b', $ana);
    is($got->{code}, 200, 'a file is downloaded');
    ok($got->{body} eq $bytes, 'all of it');
    like($got->{head}, qr/^Content-Disposition:\ attachment;\ filename="a____b";\ filename\*=UTF-8''a%20%C3%B1%22b\r?$/mx,
        'under a safe name');
    is(($node->asked('snapfile'))[0], "snapfile $ctid $kept tag=$tag",
        'of the container and the snapshot');
    ok(wait_for(20, sub {
        (sql_value("SELECT bytes_out FROM vm_traffic WHERE vm_id = $vm") // 0)
            == length $bytes;
    }), 'and counts as traffic');

    $got = ask('GET', path() . '/file?path=/etc&folder=1', $ana);
    like($got->{head}, qr/filename="etc.tar"/, 'a folder is an archive');
    like(ask('GET', path() . '/file?path=/&folder=1', $ana)->{head},
        qr/filename="root.tar"/, 'the whole disk, too');

    let('cut');
    my $call = ask_begin('GET', path() . '/file?path=/etc/b', $ana);
    ask_end($call);
    unlike($call->{text}, qr/\r\n0\r\n\r\n\z/, 'half a file ends as half a file');
    unlink "$dir/cut";
    return;
}


sub is_refused {
    my %told = ("err noent the snapshot has no such file" => '404 no_file',
        "err state it has no snapshot $kept" => '409 unreadable',
        'err unknown no verb snapfile' => '409 unreadable',
        'err busy the node works on 4 backups already' => '503 overloaded');

    for my $words (sort keys %told) {
        let('file', "$words\n");
        let('files', "$words\n");

        for my $what ('files', 'file?path=/a') {
            my $answer = ask('GET', path() . "/$what", $ana);
            is("$answer->{code} $answer->{json}{code}", $told{$words}, "$what: $words");
        }
    }

    unlink "$dir/file", "$dir/files";
    return;
}


sub is_summed {
    let('has', join '', map { "name=$_ date=2026-11-01T10:00:00Z bytes=5\n" } $kept, $old);
    snapshot($vm, name => $old, automatic => 1);

    my $list = sub { ask('GET', "/api/vms/$vm/snapshots", $ana)->{json}{bytes} };
    is($list->(), undef, 'what two have together is in neither: a sum is none');
    let('has', slurp('has') . "all=4096\n");
    is($list->(), 4096, 'the node tells what they take');
    let('has', slurp('has') =~ s/all=\d+/all=-/r);
    is($list->(), undef, 'once it has counted');
    return;
}


# a disk with no room for what is kept of before
sub has_no_room {
    my $full = 'err state its own disk is full: remove files or a snapshot, or'
        . ' make it larger';
    let('snapshot', $full);
    let('has', slurp('has') =~ s/all=\S+/all=4096/r);

    my $back = sub { ask('POST', path() . '/rollback', $ana . $wait,
        encode_json({ name => $name, @_ }))->{json} };
    my $task = $back->();
    is("$task->{state} $task->{error}{code} $task->{error}{say}{code}",
        'failed state own_disk_full', 'it says what is in the way');
    is(came('rollback'), 0, 'and the disk is as it was');

    is($back->(keep => 'no')->{errors}[0]{field}, 'keep', 'yes or no');

    my $verbs = came('stop|snapshot|rollback|dropsnapshot|start');
    $task = $back->(keep => JSON::PP::false);
    is($task->{state}, 'done', 'with nothing kept it goes back')
        or diag(encode_json($task));
    is(join(',', came('stop|snapshot|rollback|dropsnapshot|start', $verbs)),
        "stop $ctid,rollback $ctid $kept,start $ctid", 'and takes none');
    is(sql_value("SELECT COUNT(*) FROM vm_snapshot WHERE vm_id = $vm"
        . " AND name = '$old' AND gone IS NULL"), 1,
        'the automatic one of before stays: it is all that there is');
    is(sql_value("SELECT template FROM mail WHERE user_id = $ana_id"
        . ' ORDER BY id DESC LIMIT 1'), 'rolled_back_bare',
        'its owner is told that nothing was kept');

    unlink "$dir/snapshot";
    is($back->(keep => JSON::PP::true)->{state}, 'done', 'with one, as ever');
    is(sql_value("SELECT template FROM mail WHERE user_id = $ana_id"
        . ' ORDER BY id DESC LIMIT 1'), 'rolled_back', 'which its owner is told');
    return;
}


sub really {
    ($vm, $ctid) = container($ana_id);
    $name = sql_value("SELECT name FROM vm WHERE id = $vm");

    ask('POST', "/api/vms/$vm/start", $ana . $wait, '{}');
    guest_says($ctid, 'mkdir /site; echo one > /site/page; busybox seq 1 200000 >'
        . ' "/site/a b"; sync');
    is(ask('POST', "/api/vms/$vm/snapshots", $ana . $wait, '{}')->{json}{state},
        'done', 'a snapshot of a real one');
    $id = sql_value("SELECT id FROM vm_snapshot WHERE vm_id = $vm");
    guest_says($ctid, 'rm -r /site');

    my $list = ask('GET', path() . '/files?path=/site', $ana)->{json};
    is(join(' ', map { "$_->{name}:$_->{bytes}" } @{ $list->{items} }),
        'a b:1288895 page:4', 'what was removed since is listed');
    is(ask('GET', path() . '/file?path=/site/page', $ana)->{body}, "one\n",
        'and downloaded');
    is(sha256_hex(ask('GET', path() . '/file?path=/site/a%2520b', $ana)->{body}),
        sha256_hex(join '', map { "$_\n" } 1 .. 200_000), 'whole');

    my $tar = ask('GET', path() . '/file?path=/site&folder=1', $ana)->{body};
    open my $out, '>:raw', "$dir/site.tar" or die "tar: $!";
    print $out $tar;
    close $out;
    is(join(' ', sort split /\n/, `tar tf $dir/site.tar`),
        'site/ site/a b site/page', 'as is the folder');
    is(ask('GET', path() . '/files?path=/nosuch', $ana)->{json}{code}, 'no_file',
        'what is not there is said');

    # its own disk, to the last byte
    guest_says($ctid, 'busybox dd if=/dev/zero of=/fill bs=1M; for i in $(busybox seq'
        . ' 1 4000); do echo x > /f$i || break; done; sync');
    my $back = sub { ask('POST', path() . '/rollback', $ana . $wait,
        encode_json({ name => $name, @_ }))->{json} };
    my $task = $back->();
    is("$task->{state} " . ($task->{error}{say}{code} // '-'),
        'failed own_disk_full', 'a full disk has no room for what is kept')
        or diag(encode_json($task));
    is(guest_says($ctid, 'ls -d /fill'), '/fill', 'it runs on');
    $task = $back->(keep => JSON::PP::false);
    is($task->{state}, 'done', 'back without it') or diag(encode_json($task));
    is(guest_says($ctid, 'cat /site/page; ls /fill 2>/dev/null'), 'one',
        'and has the files of then, and room');
    return;
}

run_tests();

__DATA__

=== TEST 1: a folder is listed
--- timeout: 60
--- init: ::is_looked_into()
--- request
GET /api/plans



=== TEST 2: to its owner
--- timeout: 60
--- init: ::is_nobody_elses()
--- request
GET /api/plans



=== TEST 3: a file is downloaded
--- timeout: 60
--- init: ::is_downloaded()
--- request
GET /api/plans



=== TEST 4: what a node says
--- timeout: 60
--- init: ::is_refused()
--- request
GET /api/plans



=== TEST 5: what they take of the disk
--- timeout: 60
--- init: ::is_summed()
--- request
GET /api/plans



=== TEST 6: no room for what is kept of before
--- timeout: 120
--- init: ::has_no_room()
--- request
GET /api/plans



=== TEST 7: a real node and a real container
--- real: 1
--- timeout: 300
--- init: ::really()
--- request
GET /api/plans
