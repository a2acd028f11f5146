# What a container runs at its first boot: kept until the node has it, run once
# inside, its result in the log of the task; what can't be is refused before
# anything is made.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $ana = user(unique('ana.first'));
our $anas = session($ana) . $json;
our $boss = session(user(unique('boss.first'), role => 'admin')) . $json;
our $debian = sql_value("SELECT name FROM template WHERE name LIKE 'debian-%'"
    . ' AND enabled LIMIT 1');
our ($vm, $ctid, @made);

my $pid = $$;

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $_) for @made;
    }
}

sub post {
    my ($path, $body, $who) = @_;

    return ask_end(ask_begin('POST', "/api/$path",
        ($who // $boss) . "Prefer: wait=110\n", encode_json($body)), 115);
}

sub create {
    my (%more) = @_;
    my $answer = post('vms', { user => $ana, template => busybox(),
        memory_mib => 64, disk_mib => 256, %more });

    if (my $id = $answer->{json}{vm}{id}) {
        $vm = $id;
        $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
        push @made, $ctid;
    }

    return $answer;
}

# the lines of a task's log that tell of the first boot, once there is a result
sub told {
    my ($task, $seconds) = @_;
    my @lines;

    wait_for($seconds // 30, sub {
        @lines = map { $_->{text} } grep { $_->{text} =~ /^(?:first boot|\|)/ }
            @{ ask('GET', "/api/tasks/$task", $anas)->{json}{log} };

        return grep { /ended|does not|begun/ } @lines;
    });

    return @lines;
}

sub field_of { return $_[0]{json}{errors}[0]{field} // $_[0]{body} }

sub refused {
    my $before = sql_value('SELECT COUNT(*) FROM vm');
    my $answer = create(first_boot => "#!/bin/sh\n" . '#' x 32759);

    is($answer->{code}, 422, '32 KiB and a byte');
    is(field_of($answer), 'first_boot', 'are refused by their name');
    is($answer->{json}{errors}[0]{code}, 'range', 'as too long');

    for (["echo hello\n", 'format', 'no script'],
         ["#!bin/sh\n", 'format', 'no path'],
         ["#!/bin/sh\n\e[0m", 'format', 'a control character'],
         ["#cloud-config\n{}\n", 'unsupported', 'cloud-init is not there'])
    {
        $answer = create(first_boot => $_->[0]);
        is($answer->{code}, 422, "refused: $_->[2]");
        is(field_of($answer), 'first_boot', 'by its name');
        is($answer->{json}{errors}[0]{code}, $_->[1], "as $_->[1]");
    }

    is(sql_value('SELECT COUNT(*) FROM vm'), $before, 'nothing was made');
    is(ask('POST', '/api/orders', $json, order_body(
        first_boot => "#!/bin/sh\n"))->{code}, 422, 'visitors have none');
    is(ask('POST', '/api/orders', $json, order_body(
        first_name => 'x' x 20000))->{code}, 413, 'nor long bodies');
    is(ask('PUT', "/api/vms/1/name", $anas,
        encode_json({ name => 'x' x 20000 }))->{code}, 413,
        'other routes take none either');
}

sub ran {
    my $answer = create(first_boot => "#!/bin/sh\r\necho \"I am \$(id -u)\"\r\n"
        . "printf 'caf\\303\\251 \\033[31mred\\n'\r\n"
        . "for i in \$(seq 100); do echo line \$i; done\r\n"
        . "echo \$\$ >> /root/ran\r\nexit 7\r\n");
    my $task = $answer->{json}{id};

    is($answer->{json}{state}, 'done', 'the task waits for no script');

    my @lines = told($task);

    like($lines[0], qr/^first boot: \d+ bytes wait for the first start$/,
        'the log tells that it waits');
    like($lines[1], qr/^first boot: it ended with exit status 7 after \d+ s$/,
        'how it ended');
    is($lines[2], '| I am 0', 'what it printed');
    is($lines[3], '| caf?? [31mred', 'in printable ASCII');
    ok((grep { /^\| \[\d+ lines\]$/ } @lines), 'not all of it');
    is($lines[-1], '| line 100', 'but its end');
    is(guest_file($ctid, 'root/ran') =~ tr/\n//, 1, 'it ran once');
    is(sql_value("SELECT stage FROM first_boot WHERE vm_id = $vm"
        . ' AND data IS NULL'), 'ended', 'and is forgotten');

    is(post("vms/$vm/restart", {}, $anas)->{json}{state}, 'done', 'restarted');
    is(guest_file($ctid, 'root/ran') =~ tr/\n//, 1, 'it ran no second time');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE detail LIKE '%bin/sh%'"), 0,
        'no audit has it');
}

# its owner does with the container what he likes meanwhile
sub hangs {
    my $answer = create(first_boot => "#!/bin/sh\necho begun\nsleep 1000\n");
    my $task = $answer->{json}{id};

    is($answer->{json}{state}, 'done', 'a script that never ends holds nothing');
    ok(wait_for(20, sub { guest_file($ctid, 'var/log/first-boot.log') =~ /begun/ }),
        'it runs');
    is(post("vms/$vm/poweroff", {}, $anas)->{json}{state}, 'done',
        'the container is stopped all the same');
    like((told($task))[1], qr/^first boot: it ended when the server stopped/,
        'which the log tells');
}

sub reinstalled {
    my $name = sql_value("SELECT name FROM vm WHERE id = $vm");

    sql("UPDATE vm SET privvm_barrier_mib = 300, privvm_limit_mib = 300,"
        . " disk_soft_mib = 512, disk_hard_mib = 512 WHERE id = $vm");

    my $answer = post("vms/$vm/reinstall", { name => $name,
        template => $debian, first_boot => "#!/bin/bash\nset -e\n"
            . "systemctl is-system-running || true\nip route | head -1\n" },
        $anas);
    my $task = $answer->{json}{task}{id};

    is($answer->{json}{task}{state}, 'done', 'reinstalled');

    my @lines = told($task, 100);

    like($lines[1] // '', qr/exit status 0/, 'a script of Debian ran');
    like($lines[2] // '', qr/^\| (?:running|degraded)$/,
        'when systemd had booted');
    like($lines[3] // '', qr/^\| default via/, 'and there was a network');
    is(field_of(post("vms/$vm/reinstall", { name => $name,
        template => $debian, first_boot => 'x' }, $anas)), 'first_boot',
        'what is no script is refused here as well');
}

run_tests();

__DATA__

=== TEST 1: what can't be is refused before anything is made
--- timeout: 60
--- init: ::refused()
--- request
GET /api/plans

=== TEST 2: a script runs once, and its result is in the log
--- timeout: 80
--- init: ::ran()
--- request
GET /api/plans

=== TEST 3: one that never ends
--- timeout: 80
--- init: ::hangs()
--- request
GET /api/plans

=== TEST 4: at a reinstall
--- timeout: 200
--- init: ::reinstalled()
--- request
GET /api/plans
