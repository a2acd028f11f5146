# Hardware: the four groups, each changed on its own on a real container that
# runs, kept over its stop, and as it was when a change fails.

use Errno qw(ECONNREFUSED);
use IO::Socket::INET;
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana);
our ($vm, $ctid) = container($ana);
our ($other, $others) = container($ana);
our $root = session(user('root.hw', role => 'admin'));
our $boss = session(user('boss.hw', role => 'admin'));
our ($first, $second, $third, $taken, $reserved)
    = sql('SELECT address FROM address WHERE vm_id IS NULL AND NOT reserved'
        . ' ORDER BY id DESC LIMIT 5');

sql("UPDATE address SET vm_id = $vm WHERE address = '$first';
     UPDATE address SET vm_id = $other WHERE address = '$taken';
     UPDATE address SET reserved = 1 WHERE address = '$reserved'");
verb('setip', $ctid, $first);

my $pid = $$;

END {
    if ($ctid && $$ == $pid) {
        local $?;
        verb('destroy', $_) for $ctid, $others;
        sql("UPDATE address SET vm_id = NULL, reserved = 0, position = 0 WHERE"
            . " vm_id IN ($vm, $other) OR address = '$reserved'");
    }
}


# --- what is asked ---

sub tag {
    my ($id) = @_;
    my $answer = ask('GET', '/api/vms/' . ($id // $vm), $root);

    return ($answer->{head} =~ /^ETag: (.*?)\r?$/m)[0];
}

# a group changed, by its own ETag where no other is given; the answer
sub patch {
    my ($group, $body, %more) = @_;
    my $match = exists $more{match} ? $more{match} : tag();

    return ask('PATCH', "/api/vms/$vm/$group", ($more{who} // $root)
        . (defined $match ? "If-Match: $match\n" : '') . "Prefer: wait=30\n",
        encode_json($body));
}

sub done {
    my ($answer, $what) = @_;

    is($answer->{code}, 200, "$what: answered");
    is($answer->{json}{state}, 'done', "$what: done")
        or diag($answer->{body});
}

sub fields {
    my ($answer) = @_;

    return join ' ', sort map { "$_->{field}:$_->{code}" }
        @{ $answer->{json}{errors} // [] };
}

sub live {
    return ask('GET', "/api/vms/$vm?live=1", $_[0] // $root)->{json};
}

# a file of a container's control group, whichever version; its first line
sub cgroup {
    my ($number, $controller, $name) = @_;
    my ($file) = grep { -e } map { glob
        "/sys/fs/cgroup/$controller/${_}lxc.payload.$number/$name" } '', '*/';

    open my $in, '<', $file // return or return;
    chomp(my $value = <$in> // '');

    return $value;
}

sub memory_max {
    return cgroup($ctid, 'memory', 'memory.limit_in_bytes')
        // cgroup($ctid, '.', 'memory.max');
}

# what a line of Perl says that runs under a group's limits
sub under {
    my ($controller, $code) = @_;
    my ($procs) = grep { -e } map { glob "/sys/fs/cgroup/$_/cgroup.procs" }
        map { ("$_/lxc.payload.$ctid", "$_/*/lxc.payload.$ctid") }
        $controller, '.';

    local $ENV{PERL5OPT};
    open my $out, '-|', $^X, '-MTime::HiRes=time', '-e',
        'open F, ">", shift; print F $$; close F; $| = 1; ' . $code, $procs
        or die "perl: $!";

    my $text = do { local $/; <$out> } // '';

    close $out;

    return $text;
}

# whether somebody answers there, if only that nobody listens
sub answers {
    my ($address) = @_;

    return IO::Socket::INET->new(PeerAddr => $address, PeerPort => 9,
        Timeout => 3) || $! == ECONNREFUSED;
}


# --- what must hold ---

sub memory_in_force {
    is(ask('POST', "/api/vms/$vm/start", "${root}Prefer: wait=30\n")
        ->{json}{state}, 'done', 'the container runs');

    for my $mib (96, 80) {
        done(patch('memory', {
            privvmpages => { barrier_mib => 64, limit_mib => $mib },
            vmguarpages => { limit_mib => 'unlimited' },
        }), "$mib MiB");

        my $vm = live();

        is($vm->{node}, 'up', 'its node answers');
        is_deeply($vm->{memory}{privvmpages},
            { barrier_mib => 64, limit_mib => $mib }, 'it is in the row');
        is_deeply($vm->{in_force}{memory}{privvmpages},
            { barrier_mib => 64, limit_mib => $mib }, 'and on the node');
        is($vm->{in_force}{memory}{limit_bytes}, $mib << 20, 'in bytes');
        is($vm->{memory}{vmguarpages}{limit_mib}, 'unlimited', 'no limit');
        is($vm->{in_force}{memory}{vmguarpages}{limit_mib}, 'unlimited',
            'nor there');
        is($vm->{memory}{oomguarpages}{limit_mib}, 64, 'the rest stays');

        is(memory_max(), $mib << 20, 'the kernel enforces it');
    }

    is(under('memory', 'my $x = "x" x (30 << 20); print length $x'), 30 << 20,
        'a process has what it may');
    is(under('memory', 'my $x = "x" x (160 << 20); print length $x'), '',
        'and is killed over that');
    is($? & 127, 9, 'by the kernel');
    is(live()->{state}, 'running', 'the container lives on');
}

sub kept_is_told {
    my $vm = live();

    is(ref $vm->{limits}{kept}, 'ARRAY', 'what the node would only keep');
    ok($vm->{limits}{disk_min_mib} > 0, 'its smallest disk');
    ok(defined $vm->{limits}{shrink_live}, 'whether a disk shrinks');
    is(join(' ', grep { !/^(?:memory|disk)\./ } @{ $vm->{limits}{kept} },
        @{ $vm->{in_force}{kept} }), '', 'by the names of our fields');

    my ($features) = verb('node') =~ /\bfeatures=(\S+)/;

    is_deeply($vm->{features}, [split /,/, $features // ''],
        'what its driver can do');
    ok(scalar @{ $vm->{features} }, 'which is more than nothing');

    is_deeply(live($anas)->{in_force}{addresses}, [$first],
        'an owner may look, too');
}

sub disk_grows {
    done(patch('disk', { soft_mib => 1100, hard_mib => 1200 }), 'disk');

    my $vm = live();

    is_deeply([ @{ $vm->{disk} }{qw(soft_mib hard_mib)} ], [1100, 1200],
        'the row');
    is_deeply([ @{ $vm->{in_force}{disk} }{qw(soft_mib hard_mib)} ],
        [1100, 1200], 'the node');
    cmp_ok($vm->{in_force}{disk}{total_bytes}, '>', 1050 << 20,
        'the file system has grown');
    is($vm->{state}, 'running', 'without a stop');
}

sub cpu_is_limited {
    done(patch('cpu', { units => 2000, limit_percent => 20 }), 'cpu');

    my $vm = live();

    is_deeply([ @{ $vm->{in_force}{cpu} }{qw(units limit_percent)} ],
        [2000, 20], 'on the node');

    my ($quota, $period) = split / /, cgroup($ctid, '.', 'cpu.max')
        // cgroup($ctid, 'cpu', 'cpu.cfs_quota_us') . ' '
            . cgroup($ctid, 'cpu', 'cpu.cfs_period_us');

    is($quota / $period, 0.2, 'the kernel has it');

    my $used = under('cpu', 'my $end = time + 2; 1 while time < $end;'
        . ' print +(times)[0] + (times)[1]');

    cmp_ok($used, '<', 0.8, "two seconds of work took $used of the CPU");

    done(patch('cpu', { limit_percent => 'unlimited' }), 'no limit');
    is(live()->{in_force}{cpu}{limit_percent}, 'unlimited', 'none there');
    is(sql_value("SELECT cpu_percent FROM vm WHERE id = $::vm"), 'NULL',
        'nor in the row');
    is(live()->{cpu}{units}, 2000, 'the weight stays');
}

sub network_changes {
    done(patch('network', { addresses => [$first, $second],
        hostname => 'Web-Two.example.org', dns => ['10.0.0.53', '::53'] }),
        'network');

    my $vm = live();

    is_deeply($vm->{addresses}, [$first, $second], 'both, in order');
    is_deeply($vm->{in_force}{addresses}, [$first, $second], 'on the node');
    is($vm->{in_force}{hostname}, 'web-two.example.org', 'the name');
    is_deeply($vm->{in_force}{dns}, ['10.0.0.53', '::53'], 'name servers');
    ok(answers($_), "$_ answers") for $first, $second;

    done(patch('network', { addresses => [$second, $third] }), 'first goes');
    is_deeply(live()->{in_force}{addresses}, [$second, $third],
        'the next is the first');
    is(sql_value("SELECT COALESCE(vm_id, 0) FROM address WHERE"
        . " address = '$first'"), 0, 'and it is free');

    done(patch('network', { addresses => [$second] }), 'one is left');
}

sub all_stays {
    for my $verb (qw(stop start)) {
        is(ask('POST', "/api/vms/$vm/$verb", "${root}Prefer: wait=30\n")
            ->{json}{state}, 'done', $verb);
    }

    my $force = live()->{in_force};

    is($force->{memory}{limit_bytes}, 80 << 20, 'memory');
    is($force->{disk}{hard_mib}, 1200, 'disk');
    is($force->{cpu}{units}, 2000, 'cpu');
    is_deeply($force->{addresses}, [$second], 'address');
    is($force->{hostname}, 'web-two.example.org', 'hostname');
    is(memory_max(), 80 << 20, 'and the kernel knows');
}

sub refused {
    my %bad = (
        'privvmpages.limit_mib:range' =>
            [memory => { privvmpages => { limit_mib => 32 } }],
        'privvmpages.barrier_mib:range' =>
            [memory => { privvmpages => { barrier_mib => 900 } }],
        'privvmpages.limit_mib:type' =>
            [memory => { privvmpages => { limit_mib => 'much' } }],
        'oomguarpages.colour:unknown vmguarpages:type' => [memory =>
            { vmguarpages => 5, oomguarpages => { colour => 1 } }],
        'hard_mib:range' => [disk => { hard_mib => 900 }],
        'hard_mib:type soft_mib:range' =>
            [disk => { hard_mib => 1.5, soft_mib => 0 }],
        'limit_percent:range units:range' =>
            [cpu => { units => 7, limit_percent => 100001 }],
        'units:type' => [cpu => { units => '2000' }],
        'gateway:format hostname:format' => [network =>
            { hostname => '-a', gateway => '10.0.0' }],
        'hostname:format' => [network => { hostname => 'ip6-loopback' }],
        'addresses:required dns:required' => [network =>
            { hostname => 'a', dns => [], addresses => [] }],
        'dns:format' => [network => { dns => ['10.0.0.1', 'x;reboot'] }],
        'addresses:absent' => [network => { addresses => ['192.0.2.7'] }],
        'addresses:order' => [network => { addresses => [$third, $second] }],
        'addresses:duplicate' =>
            [network => { addresses => [$second, $second] }],
        '' => [network => {}],
    );

    my $tasks = sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm");

    for my $fields (sort keys %bad) {
        my $answer = patch(@{ $bad{$fields} });

        is($answer->{code}, 422, "422 for $fields");
        is(fields($answer), $fields, 'each field is named');
    }

    for my $address ($taken, $reserved) {
        my $answer = patch('network', { addresses => [$second, $third,
            $address] });

        is($answer->{code}, 409, 'an address that is not free');
        is($answer->{json}{code}, 'taken', 'is taken');
        is(fields($answer), 'addresses:taken', 'and named');
    }

    is_deeply([sql("SELECT address FROM address WHERE vm_id = $vm")],
        [$second], 'none was kept of those that were free');
    is(sql_value("SELECT COUNT(*) FROM task WHERE vm_id = $vm"), $tasks,
        'and no task made');
}

sub smallest_disk {
    my $answer = patch('disk', { soft_mib => 1,
        hard_mib => live()->{limits}{disk_min_mib} - 1 });

    is($answer->{code}, 422, 'less than the node can');
    is(fields($answer), 'hard_mib:range', 'is refused at once');
}

sub two_administrators {
    my $seen = tag();
    my $late = patch('cpu', { units => 1500 }, match => undef);

    is($late->{code}, 428, 'nobody changes what he has not seen');
    is($late->{json}{code}, 'precondition_required', 'and is told so');

    done(patch('cpu', { units => 3000 }, match => $seen), 'the first');

    $late = patch('cpu', { units => 4000 }, match => $seen, who => $boss);
    is($late->{code}, 412, 'the second has seen what is not so any more');
    is($late->{json}{code}, 'changed', 'changed');
    is($late->{json}{by}, 'root.hw', 'by whom');
    like($late->{json}{at}, qr/^\d{4}-\d\d-\d\dT[\d:]+Z$/, 'when');
    like($late->{head}, qr/^ETag: @{[ tag() ]}\r?$/m, 'and how it is now');

    done(patch('cpu', { units => 4000 }, match => tag(), who => $boss),
        'having looked');
    is(live()->{in_force}{cpu}{units}, 4000, 'it is so');
}

sub both_at_once {
    my $seen = tag();
    my @calls = map {
        ask_begin('PATCH', "/api/vms/$vm/cpu",
            "${root}If-Match: $seen\nPrefer: wait=30\n",
            encode_json({ units => $_ }))
    } 1100, 1200;
    my @codes = sort map { ask_end($_)->{code} } @calls;

    like("@codes", qr/^200 4(?:09|12)$/, 'one is done, one is told why not');
}

# a disk that can't get that small: what the container has lies on it
sub failed_disk {
    my $answer;

    sql("UPDATE vm SET disk_soft_mib = 1200, disk_hard_mib = 1200 WHERE"
        . " id = $other");
    verb('setdisk', $others, '1200M', '1200M');
    fill($other, $others, 600);

    my $min = live()->{limits}{disk_min_mib};

    $answer = ask('PATCH', "/api/vms/$other/disk", "${root}Prefer: wait=60\n"
        . 'If-Match: ' . tag($other) . "\n",
        encode_json({ soft_mib => $min, hard_mib => $min }));
    is($answer->{json}{state}, 'failed', 'the node says no')
        or diag($answer->{body});

    my $vm = ask('GET', "/api/vms/$other?live=1", $root)->{json};

    is($vm->{disk}{hard_mib}, 1200, 'the row has what it had');
    is($vm->{in_force}{disk}{hard_mib}, 1200, 'the node, too');
    is($vm->{task}, undef, 'it is free again');
}

# so much in the disk of a container, which is started for it
sub fill {
    my ($id, $number, $mib) = @_;

    ask('POST', "/api/vms/$id/start", "${root}Prefer: wait=30\n");

    my $init = cgroup($number, 'memory', 'cgroup.procs')
        // cgroup($number, '.', 'cgroup.procs');

    is(system("nsenter -t $init -U -m -r -w -S 0 -G 0 /bin/busybox dd"
        . " if=/dev/zero of=/fill bs=1M count=$mib 2> /dev/null"
        . " && sync -f /proc/$init/root"), 0, "$mib MiB lie on it");
}

sub failed_network {
    my ($before) = sql("SELECT hostname FROM vm WHERE id = $vm");

    # the node has the third on another container: what the panel can't know
    verb('setip', $others, $third);

    my $answer = patch('network', { hostname => 'not.this',
        addresses => [$second, $third] });

    is($answer->{json}{state}, 'failed', 'the node says no');
    is($answer->{json}{error}{code}, 'exists', 'because somebody has it');

    my $vm = live();

    is($vm->{hostname}, $before, 'the row has what it had');
    is($vm->{in_force}{hostname}, $before, 'the node, too');
    is_deeply($vm->{in_force}{addresses}, [$second], 'its address stays');
    is(sql_value("SELECT COALESCE(vm_id, 0) FROM address WHERE"
        . " address = '$third'"), 0, 'the claimed one is free again');
    is(ask('POST', "/api/tasks/$answer->{json}{id}/retry", $root)->{code},
        409, 'it is sent again, not retried');

    verb('deleteip', $others, $third);
    done(patch('network', { addresses => [$second, $third] }), 'then');
}

sub stale_retry {
    my $seen = tag();
    my ($version) = $seen =~ /(\d+)/;
    my $failed = VzFixture::insert('task', kind => 'cpu', vm_id => $vm,
        user_id => $ana, actor => 'root.hw', via => 'web', state => 'failed',
        steps => 2, data => '{"version":1,"cpu":[77,0]}');

    VzFixture::insert('task_step', task_id => $failed, position => $_,
        name => (qw(cpu store))[$_], state => $_ ? 'queued' : 'failed')
        for 0, 1;

    my $answer = ask('POST', "/api/tasks/$failed/retry", $root);

    is($answer->{code}, 409, 'old values do not come back over new ones');
    is(tag(), $seen, 'nothing changed');

    sql("UPDATE task SET data = '{\"version\":$version,\"cpu\":[77,0]}'"
        . " WHERE id = $failed");
    done(ask('POST', "/api/tasks/$failed/retry", "${root}Prefer: wait=30\n"),
        'but while nothing has changed since');
    is(live()->{in_force}{cpu}{units}, 77, 'it may go on');
}

sub node_down {
    daemon_stop();

    my $vm = live();

    is($vm->{node}, 'down', 'the node does not answer');
    ok(exists $vm->{in_force} && !defined $vm->{in_force}, 'nothing in force');
    is($vm->{id}, $main::vm, 'the rest is there');

    daemon_start();
    is(live()->{node}, 'up', 'and back');
}

sub absent {
    my $id = vm($ana);
    my $vm = ask('GET', "/api/vms/$id?live=1", $root)->{json};

    is($vm->{node}, 'absent', 'the node has no such container');
    is($vm->{in_force}, undef, 'so nothing is in force');
}

sub audited {
    my $rows = join ' ', sql("SELECT DISTINCT action FROM audit WHERE"
        . " object = 'vm $vm' AND account = 'root.hw' ORDER BY action");

    like($rows, qr/vm\.cpu.*vm\.disk.*vm\.memory.*vm\.network/,
        'every change is in the audit');
}

run_tests();

__DATA__

=== TEST 1: a memory limit takes effect in the running container
--- init: ::memory_in_force()



=== TEST 2: the answer says in advance what a node stores and does not enforce
--- init: ::kept_is_told()



=== TEST 3: a disk grows while the container runs
--- init: ::disk_grows()



=== TEST 4: a CPU limit throttles the container, and can be removed
--- init: ::cpu_is_limited()



=== TEST 5: a second address answers, and can become the first
--- init: ::network_changes()



=== TEST 6: all changes persist over stop and start
--- init: ::all_stays()



=== TEST 7: an invalid change is refused and changes nothing
--- init: ::refused()



=== TEST 8: a disk below the minimum of the node is refused
--- init: ::smallest_disk()



=== TEST 9: a change with an outdated ETag is refused
--- init: ::two_administrators()



=== TEST 10: two simultaneous changes create one task
--- init: ::both_at_once()



=== TEST 11: a disk that cannot shrink keeps its size
--- init: ::failed_disk()
--- error_log: failed
--- no_error_log
[alert]



=== TEST 12: a change of the network that fails midway is undone
--- init: ::failed_network()



=== TEST 13: an old failed change cannot be retried over newer ones
--- init: ::stale_retry()



=== TEST 14: while the node is down a container has no values in force
--- init: ::node_down()



=== TEST 15: a container that the node lacks is reported as absent
--- init: ::absent()



=== TEST 16: a customer cannot change hardware
--- request eval
[ map { "PATCH /api/vms/$::vm/$_\n{}" } qw(network memory disk cpu) ]
--- more_headers eval
$::anas . "Content-Type: application/json\nIf-Match: *\n"
--- error_code eval
[ (403) x 4 ]



=== TEST 17: the audit has every change
--- init: ::audited()
