# Alerts: what holds by itself, what an owner sets, when one begins and ends,
# and that each is one mail an hour, whatever happens meanwhile.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use Test::More ();
use VzDaemon;
use VzFixture;
use VzPanelHelpers;
use VzWorkers;

no_shuffle();
workers(2);

# what the node says: a file that each round reads
our $said = tempdir(CLEANUP => 1) . '/said';
our $node = VzDaemon->new(list => sub {
    open my $in, '<', $said or return ['ok'];
    chomp(my @lines = <$in>);
    return [@lines, 'ok'];
});

our $mark = unique('alert');
our $ana = user("ana.$mark", first_name => 'Ana');
our $bea = user("bea.$mark", first_name => 'Bea', language => 'en');
our ($anas, $beas) = (session($ana), session($bea));
our $json = "Content-Type: application/json\n";
our ($vm, $other) = (vm($ana, name => "web-$mark"), vm($bea));
our $third = vm($ana, name => "db-$mark");
our $idle = vm($ana, desired_state => 'stopped');
our $barred = vm($ana, lifecycle => 'suspended');
our $busy = vm($ana);
our ($real, $ctid);
our %figures;

sql('INSERT INTO task (kind, vm_id, vm_name, busy, user_id, actor, via, state,'
    . " steps, not_before) VALUES ('start', $busy, 'x', $busy, $ana, 'ana',"
    . " 'web', 'queued', 1, NOW(3) + INTERVAL 1 DAY)");

END {
    local $?;
    sql("DELETE FROM task WHERE busy = $busy") if $busy;
    verb('destroy', $ctid) if $ctid;
}

add_block_preprocessor(sub {
    my ($block) = @_;
    my $config = $block->name =~ /real/ ? vz_http_config()
                                        : $node->http_config;

    $block->set_value(http_config => $config . ($block->vzpanel // '')
        . 'vzpanel_public_url https://host.example/panel;');
});


# says VM => { memory => percent, disk => percent, state => ... }, ...
sub says {
    my (%change) = @_;

    $figures{$_} = { %{ $figures{$_} // {} }, %{ $change{$_} } }
        for keys %change;

    open my $out, '>', "$said.new" or die "$said: $!";

    for my $id (keys %figures) {
        my $one = $figures{$id};

        printf $out "= id=%d state=%s memory_used=%d memory_limit=1000000"
            . " disk_used=%d disk_total=1000000 cpu_ns=0 uptime=1\n",
            sql_value("SELECT ctid FROM vm WHERE id = $id"),
            $one->{state} // 'running', 10_000 * ($one->{memory} // 1),
            10_000 * ($one->{disk} // 1);
    }

    close $out;
    rename "$said.new", $said or die "$said: $!";
    return;
}


sub alert {
    my ($id, $kind, $who) = @_;
    my $all = ask('GET', "/api/vms/$id/alerts", $who // $anas)->{json};

    return (grep { $_->{kind} eq $kind } @{ $all->{items} // [] })[0] // {};
}


# While somebody watches, nodes are asked every two seconds.
sub watched {
    return (ask_begin('GET', "/api/events?vms=$vm,$other", $anas),
            ask_begin('GET', "/api/events?vms=$other", $beas));
}


sub raised {
    my ($id, $kind, $who) = @_;

    return wait_for(30, sub { alert($id, $kind, $who)->{raised} });
}


sub over {
    my ($id, $kind, $who) = @_;

    return wait_for(30, sub { !alert($id, $kind, $who)->{raised} });
}


# until all containers were compared once more: another one's alert turns
sub looked {
    my $raise = !alert($other, 'disk', $beas)->{raised};

    says($other => { disk => $raise ? 99 : 1 });
    ($raise ? \&raised : \&over)->($other, 'disk', $beas);
    return;
}


sub mails_of {
    my ($who, $words) = @_;

    return grep { /\Q$words\E/ } map { mail_text($_) }
        mails("$who.$mark\@example.org");
}


sub mail_comes {
    my ($who, $words, $n) = @_;
    my @mails;

    wait_for(20, sub { (@mails = mails_of($who, $words)) >= $n });
    Test::More::is(scalar @mails, $n, "$n of: $words");
    return $mails[-1] // '';
}


sub presets {
    my ($all) = @_;

    Test::More::is(join(' ', map { join ':', $_->{kind},
        $_->{enabled} ? 'on' : 'off', $_->{limit} // '-', $_->{minutes} }
        @{ $all->{items} }), 'cpu:on:90:30 memory:on:90:10 disk:on:90:10'
        . ' network:off:100:10 down:on:-:2', 'what holds by itself');
    return;
}


sub changed {
    my ($all) = @_;
    my %one = map { $_->{kind} => $_ } @{ $all->{items} };

    Test::More::is($one{memory}{minutes}, 0, 'at once');
    Test::More::is($one{memory}{limit}, 90, 'what was not said stays');
    Test::More::is($one{network}{limit}, 50, 'a limit');
    Test::More::ok($one{network}{enabled}, 'and a switch');

    my $back = ask('PATCH', "/api/vms/$vm/alerts", $anas,
        '{"network":null,"network_limit":null}')->{json};
    %one = map { $_->{kind} => $_ } @{ $back->{items} };

    Test::More::is($one{network}{limit}, 100, 'null goes back');
    Test::More::ok(!$one{network}{enabled}, 'to what holds by itself');

    ask('PATCH', "/api/vms/$_/alerts", $anas, '{"down_minutes":0}')
        for $idle, $barred, $busy;
    ask('PATCH', "/api/vms/$other/alerts", $beas,
        '{"disk_minutes":0,"down_minutes":0}');
    return;
}


sub begins_and_ends {
    my @streams = watched();

    says($vm => { memory => 95.5 }, $other => {}, $idle =>
        { state => 'stopped' }, $barred => { state => 'stopped' },
        $busy => { state => 'stopped' });

    Test::More::like(raised($vm, 'memory'), qr/^20\d\d-/, 'raised');
    Test::More::is(alert($vm, 'memory')->{value}, 95.5, 'the figure');

    my $mail = mail_comes('ana', 'poca memoria', 1);

    Test::More::like($mail, qr/^Hola Ana:/, 'in her language');
    Test::More::like($mail, qr/95,5 %/, 'the figure');
    Test::More::like($mail, qr/90 %/, 'its limit');
    Test::More::like($mail, qr/20\d\d-\d\d-\d\d \d\d:\d\d UTC/, 'since when');
    Test::More::like($mail, qr{https://host\.example/panel/server\?id=$vm&},
        'a link');

    says($vm => { memory => 85 });
    looked();
    Test::More::ok(alert($vm, 'memory')->{raised}, 'a little below: it stays');

    says($vm => { memory => 50 });
    Test::More::ok(over($vm, 'memory'), 'well below: it ends');

    Test::More::ok(wait_for(20, sub {
        ask_more($streams[0], 0.2);
        return $streams[0]{text} =~ /"kind":"alert_memory".*"alert_over"/s;
    }), 'a notice of it, and of its end');

    says($vm => { memory => 99 });
    Test::More::ok(raised($vm, 'memory'), 'raised again');
    looked();
    mail_comes('ana', 'poca memoria', 1);

    Test::More::is(sql_value('SELECT COUNT(*) FROM vm_alert WHERE kind ='
        . " 'down' AND raised IS NOT NULL AND vm_id IN"
        . " ($idle, $barred, $busy)"), 0,
        'none is down that shall not run or is worked on');
    return;
}


# nginx was started again, with other workers
sub no_second_mail {
    my @streams = watched();

    Test::More::ok(alert($vm, 'memory')->{raised}, 'it is raised still');
    looked();
    looked();
    mail_comes('ana', 'poca memoria', 1);

    sql("UPDATE vm_alert SET mailed = mailed - INTERVAL 1 HOUR,"
        . " raised = GREATEST(raised, mailed) WHERE vm_id = $vm");
    ask('PATCH', "/api/vms/$vm/alerts", $anas, '{"memory":true}');
    mail_comes('ana', 'poca memoria', 2);

    sql("UPDATE vm_alert SET mailed = mailed - INTERVAL 2 HOUR,"
        . " raised = raised - INTERVAL 3 HOUR WHERE vm_id = $vm");
    ask('PATCH', "/api/vms/$vm/alerts", $anas, '{"memory":true}');
    looked();
    mail_comes('ana', 'poca memoria', 2);

    ask('PATCH', "/api/vms/$vm/alerts", $anas, '{"memory":false}');
    Test::More::ok(over($vm, 'memory'), 'a switch that is off ends it');
    return;
}


sub goes_down {
    my @streams = watched();

    says($other => { state => 'stopped' });
    Test::More::ok(raised($other, 'down', $beas), 'down');
    Test::More::like(mail_comes('bea', 'without anybody asking', 1),
        qr/^Hello Bea,/, 'and told');

    says($other => { state => 'running' });
    Test::More::ok(over($other, 'down', $beas), 'up again');

    sql("UPDATE vm SET desired_state = 'stopped' WHERE id = $other");
    says($other => { state => 'stopped' });
    ask('PATCH', "/api/vms/$other/alerts", $beas, '{"down":true}');
    looked();
    looked();
    Test::More::ok(!alert($other, 'down', $beas)->{raised},
        'its owner has stopped it');
    return;
}


# One worker after the other stands still: whichever it is, the other one looks
# in its place, and what the first had in hand is not done twice.
sub stands_still {
    my @streams = map { watched() } 1 .. 3;
    my $turns = sub {
        my ($wanted) = @_;

        return wait_for(60, sub {
            ask('GET', '/api/vms?limit=1', $anas);
            return !$wanted == !alert($third, 'disk')->{raised};
        });
    };

    ask('PATCH', "/api/vms/$third/alerts", $anas, '{"disk_minutes":0}');

    for my $worker (worker_pids(2)) {
        stand_still($worker);
        says($third => { disk => 99 });
        Test::More::ok($turns->(1), 'the other worker raises it');
        go_on($worker);
        looked();
        mail_comes('ana', "db-$mark", 1);
        says($third => { disk => 1 });
        Test::More::ok($turns->(0), 'and it ends');
    }
    return;
}


# a process of the container, by its record of the run
sub init_of {
    my $run = vz_base() . "/lxc/ct/$_[0]/run";

    open my $in, '<', $run or return;
    local $/;
    return (<$in> =~ /^init=(\d+)/m)[0];
}


sub fills {
    my $name = unique('full');

    ($real, $ctid) = container($ana, name => $name,
        desired_state => 'running');
    verb('setdisk', $ctid, '512M');
    verb('start', $ctid);
    ask('PATCH', "/api/vms/$real/alerts", $anas,
        '{"disk_limit":10,"disk_minutes":0}');

    my @streams = ask_begin('GET', "/api/events?vms=$real", $anas);
    my $pid = wait_for(10, sub { init_of($ctid) }) // 0;

    Test::More::ok(!alert($real, 'disk')->{raised}, 'there is room');
    system 'nsenter', '-t', $pid, qw(-U -m -p -S 0 -G 0 /bin/busybox dd
        if=/dev/zero of=/full bs=1M count=300 conv=fsync);
    Test::More::ok(raised($real, 'disk'), 'a real disk that is filled');
    Test::More::cmp_ok(alert($real, 'disk')->{value}, '>', 10, 'the figure');
    Test::More::like(mail_comes('ana', $name, 1), qr/\Q10 %\E/,
        'and the mail');
    return;
}


run_tests();

__DATA__

=== TEST 1: what holds without anybody setting anything
--- request eval
"GET /api/vms/$::vm/alerts"
--- more_headers eval
$::anas
--- check: presets



=== TEST 2: somebody else's is not there
--- request eval
"GET /api/vms/$::vm/alerts"
--- more_headers eval
$::beas
--- error_code: 404



=== TEST 3: nor can it be changed
--- request eval
qq(PATCH /api/vms/$::vm/alerts\n{"memory":false})
--- more_headers eval
$::beas . $::json
--- error_code: 404



=== TEST 4: a limit outside its range is refused by its name
--- request eval
qq(PATCH /api/vms/$::vm/alerts\n{"memory_limit":5,"down_limit":1})
--- more_headers eval
$::anas . $::json
--- error_code: 422
--- response_body_like: "field":"(?:memory_limit|down_limit)".*"field":"(?:memory_limit|down_limit)"



=== TEST 5: an owner changes some of it, and that is audited
--- request eval
qq(PATCH /api/vms/$::vm/alerts\n{"memory_minutes":0,"network":true,"network_limit":50})
--- more_headers eval
$::anas . $::json
--- check: changed
--- rows eval
"SELECT detail FROM audit WHERE action = 'vm.alerts' AND object = 'vm $::vm' ORDER BY id LIMIT 1"
--- rows_are: memory_minutes=0 network=true network_limit=50



=== TEST 6: one begins, is told, and ends
--- request
GET /api/plans
--- check: begins_and_ends
--- timeout: 240



=== TEST 7: another nginx sends no second mail within the hour
--- vzpanel
vzpanel_signup off;
--- request
GET /api/plans
--- check: no_second_mail
--- timeout: 240



=== TEST 8: what ends unasked is down, and what its owner stops is not
--- request
GET /api/plans
--- check: goes_down
--- timeout: 240



=== TEST 9: a worker that stands still
--- request
GET /api/plans
--- check: stands_still
--- timeout: 240



=== TEST 10: a real disk that is filled, to its mail
--- request
GET /api/plans
--- check: fills
--- timeout: 120
