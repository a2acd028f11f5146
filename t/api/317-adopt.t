# Strangers are adopted on a node that loses its answer, stops in the middle, or
# refuses: the adoption is carried out once, or leaves everything as it was.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;
use VzWorkers;

no_shuffle();

my $json = JSON::PP->new->utf8->canonical;

our $root = session(user(unique('root'), role => 'admin'));
our $ana_name = unique('ana');
our $ana = user($ana_name);
our $node = sql_value("SELECT id FROM node WHERE name = 'local'");
our $there = "/api/admin/nodes/$node";


sub sent {
    my ($method, $path, $body) = @_;

    return ask($method, $path, "${root}Prefer: wait=60\n",
        $body && $json->encode($body));
}

sub post { return sent('POST', @_) }

sub the {
    my ($ctid) = @_;
    my ($one) = grep { $_->{ctid} == $ctid }
        @{ ask('GET', "$there/containers?limit=200", $root)->{json}{items} };

    return $one;
}


# --- by a node that says what it is told ---

sub told_line {
    my ($ctid, $tag) = @_;

    return "= id=$ctid state=running hostname=told.$ctid address=192.0.2.77"
        . ' memory_used=1 memory_limit=unlimited disk_used=1 disk_total=-'
        . " cpu_ns=0 cpu_units=99 cpu_percent=150 uptime=1 template=no.such"
        . " tag=$tag gateway=- dns=1.1.1.1,2.2.2.2 vmguarpages=1048577:unlimited"
        . ' oomguarpages=- privvmpages=unlimited:unlimited'
        . ' diskspace=2147483649:3221225472';
}

sub node {
    my ($ctid, $adopt) = @_;
    my $said = [told_line($ctid, 'd' x 16), 'ok'];

    return VzDaemon->new(list => $said, status => $said, adopt => $adopt);
}

sub adopt {
    my ($ctid, %more) = @_;

    return ask('POST', "$there/adopt", $root, $json->encode({ ctid => $ctid,
        tag => 'd' x 16, account => $ana_name, template => busybox(),
        %more }))->{json}{task}{id};
}

sub ended {
    my ($task, $seconds) = @_;

    return wait_for($seconds, sub {
        my $state = sql_value("SELECT state FROM task WHERE id = $task");

        return $state =~ /^(?:done|failed)$/ && $state;
    });
}

our $quick = node(46001, sub { return $_[0] == 1 ? [undef] : ['ok already'] });

sub answer_lost {
    my $task = adopt(46001);

    is(ended($task, 20), 'done', 'its answer was lost, and it is asked again');

    my @asked = $quick->asked('adopt');

    is(scalar @asked, 2, 'twice');
    like($asked[0], qr/^adopt 46001 [0-9a-f]{16} fence=\d+ id=\S+ tag=d{16}$/,
        'by the tag that it has, for the one it gets');

    my ($id) = $asked[0] =~ /\bid=(\S+)/;

    like($asked[1], qr/\bid=\Q$id\E\b/, 'as the same verb');

    my $vm = ask('GET', '/api/vms/' . sql_value(
        "SELECT vm_id FROM task WHERE id = $task"), $root)->{json};

    is($vm->{hostname}, 'told.46001', 'as the node told');
    is_deeply($vm->{memory}{vmguarpages},
        { barrier_mib => 2, limit_mib => 'unlimited' }, 'not less than told');
    is_deeply($vm->{memory}{oomguarpages},
        { barrier_mib => 1, limit_mib => 'unlimited' }, 'nothing told');
    is_deeply($vm->{memory}{privvmpages},
        { barrier_mib => 16_777_216, limit_mib => 'unlimited' },
        'no ceiling');
    is($vm->{disk}{soft_mib}, 2049, 'its disk');
    is($vm->{disk}{hard_mib}, 3072, 'at most');
    is($vm->{cpu}{units}, 99, 'its CPU');
    is($vm->{cpu}{limit_percent}, 150, 'at most');
    is_deeply($vm->{dns}, ['1.1.1.1', '2.2.2.2'], 'its name servers');
    sql("DELETE FROM vm WHERE id = $vm->{id}");
}

our $slow = node(46002, sub { return $_[0] == 1 ? [60, 'ok'] : ['ok'] });

sub worker_gone {
    my ($first, $second) = worker_pids(2);

    stand_still($second);

    my $task = adopt(46002);

    ok(wait_for(20, sub { $slow->asked('adopt') == 1 }), 'it is asked');
    stand_still($first);
    go_on($second);
    is(ended($task, 60), 'done', 'another worker adopts it');
    is(scalar $slow->asked('adopt'), 2, 'by asking again');
    is(sql_value('SELECT CONCAT(lifecycle, adopting) FROM vm JOIN task'
        . " ON task.vm_id = vm.id WHERE task.id = $task"), 'ready0', 'whole');
    sql("DELETE vm FROM vm JOIN task ON task.vm_id = vm.id WHERE"
        . " task.id = $task");
    go_on($first);
}

our $deaf = node(46003, sub { return $_[0] > 2
    ? ['err noent no container 46003 has this tag'] : [undef] });

# the node may have adopted it, or may not: nobody knows
sub failed {
    my $task = adopt(46003);

    is(ended($task, 30), 'failed', 'the node says no in the end');

    my ($vm, $name, $lifecycle) = split /\t/, sql_value('SELECT vm.id, vm.name,'
        . " vm.lifecycle FROM vm JOIN task ON task.vm_id = vm.id"
        . " WHERE task.id = $task");

    is($lifecycle, 'create_failed', 'there is a row');
    is(post("/api/vms/$vm/start")->{json}{code}, 'not_ready',
        'that does nothing');
    is(sent('DELETE', "/api/vms/$vm", { name => $name })->{json}{state},
        'done', 'and can be deleted');
    is(scalar $deaf->asked('destroy'), 0, 'which destroys nothing');
    is(the(46003)->{tag}, 'd' x 16, 'what was not adopted is seen at once');
    is(ended(adopt(46003), 30), 'failed', 'as often as one likes');
}

sub failed_again {
    my ($task, $vm) = split /\t/, sql_value('SELECT id, vm_id FROM task'
        . " WHERE kind = 'adopt' AND state = 'failed' AND vm_id IS NOT NULL"
        . ' ORDER BY id DESC LIMIT 1');

    my $answer = post("/api/tasks/$task/retry");

    is($answer->{json}{state}, 'done', 'taken up again, it is adopted')
        or diag($answer->{body});
    is(sql_value("SELECT CONCAT(lifecycle, adopting) FROM vm WHERE id = $vm"),
        'ready0', 'as if nothing had been');
    sql("DELETE FROM vm WHERE id = $vm");
}

our $well = node(46003, ['ok']);

# one that is missing, which stays what it was where it fails
our $again = node(46004,
    ['err noent no container 46004 has this tag']);

sub failed_as {
    my $vm = vm($ana, lifecycle => 'suspended');
    my $task = adopt(46004, as => 0 + $vm, account => undef,
        template => undef);

    is(ended($task, 20), 'failed', 'it did not come back');
    is(sql_value("SELECT lifecycle FROM vm WHERE id = $vm"), 'suspended',
        'what is missing is as it was');
    is(sent('DELETE', "/api/vms/$vm", { name => sql_value("SELECT name FROM"
        . " vm WHERE id = $vm") })->{json}{state}, 'done', 'and can go');
    is(scalar $again->asked('destroy'), 0, 'without any harm');
}


run_tests();

__DATA__

=== TEST 1: an adoption whose answer was lost is repeated
--- http_config eval
$::quick->http_config
--- init: ::answer_lost()



=== TEST 2: an adoption survives the death of its worker
--- http_config eval
$::slow->http_config
--- init: ::worker_gone()



=== TEST 3: deleting a failed adoption destroys nothing
--- http_config eval
$::deaf->http_config
--- init: ::failed()



=== TEST 4: a failed adoption can be retried
--- http_config eval
$::well->http_config
--- init: ::failed_again()



=== TEST 5: a container that did not return stays missing
--- http_config eval
$::again->http_config
--- init: ::failed_as()
