# A container made for a user that there is, and a container that goes: on the
# real node, with number and address taken and given back.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $account = unique('ana');
our $ana = user($account, language => 'en');
our $anas = session($ana);
our $root = session(user('root.make', role => 'admin'));
our $template = busybox();
our ($free) = free();
our @made;

my $json = JSON::PP->new->utf8->canonical;

my $pid = $$;

END {
    if (@made && $$ == $pid) {
        local $?;
        verb('destroy', $_) for map { sql("SELECT ctid FROM vm WHERE id = $_") }
            @made;
    }
}


sub free {
    return sql_value('SELECT COUNT(*) FROM address WHERE vm_id IS NULL'
        . ' AND NOT reserved');
}

sub make {
    my (%body) = @_;
    my $who = delete $body{who} // $root;
    my $headers = delete $body{headers} // "Prefer: wait=60\n";
    my %all = (user => $account, template => $template, disk_mib => 300,
        memory_mib => 48, %body);

    delete $all{$_} for grep { !defined $all{$_} } keys %all;

    my $answer = ask('POST', '/api/vms', $who . $headers, $json->encode(\%all));

    push @made, $answer->{json}{vm}{id} if ref $answer->{json}{vm};

    return $answer;
}

sub destroy {
    my ($id, $name, %more) = @_;

    return ask('DELETE', "/api/vms/$id", ($more{who} // $root)
        . "Prefer: wait=60\n", encode_json({ name => $name }));
}

sub fields {
    my ($answer) = @_;

    return join ' ', sort map { "$_->{field}:$_->{code}" }
        @{ $answer->{json}{errors} // [] };
}

sub get { return ask('GET', "/api/vms/$_[0]?live=1", $_[1] // $root) }


# --- what must hold ---

our ($vm, $address);

sub made {
    my $name = unique('Shop') . '.example.org';
    my $answer = make(hostname => $name, cpu_units => 1500);

    is($answer->{code}, 200, 'answered');
    is($answer->{json}{state}, 'done', 'done') or diag($answer->{body});
    is(join(' ', map { $_->{name} } @{ $answer->{json}{steps} }),
        'address create limits network password start mail',
            'the task did every step');

    $vm = get($answer->{json}{vm}{id}, $anas)->{json};
    $address = $vm->{addresses}[0];

    is($vm->{owner}{account}, $account, 'the container is hers');
    is($vm->{name}, lc $name, 'the container has its name');
    is($vm->{lifecycle}, 'ready', 'the container is ready');
    is($vm->{state}, 'running', 'the container runs');
    is($vm->{plan}, undef, 'it has no plan');
    is($vm->{in_force}{disk}{hard_mib}, 300, 'disk');
    is($vm->{in_force}{memory}{limit_bytes}, 48 << 20, 'memory');
    is($vm->{in_force}{cpu}{units}, 1500, 'cpu');
    is_deeply($vm->{in_force}{addresses}, [$address], 'address');
    is(free(), $free - 1, 'one address less is free');

    my ($mail) = mails("$account\@example.org");

    like($mail, qr/You have a new virtual server/,
        'she gets a mail in her language');
    like($mail, qr/ssh root\@\Q$address\E/,
        'the mail says where the server is');
    like($mail, qr/Password:  \S{16}/, 'the mail has the password of root');
    unlike($mail, qr/Account:/, 'the mail has nothing of her account');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE user_id = $ana"
        . ' AND data IS NOT NULL'), 0, 'no secret stays in the database');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.make'"
        . " AND object LIKE 'vm $vm->{id} %' AND account = 'root.make'"), 1,
        'the audit has it');
}

sub made_of_a_plan {
    my $answer = make(user => $ana + 0, plan => decode('Básico'),
        disk_mib => undef, memory_mib => undef,
        headers => "Idempotency-Key: one-$ana\nPrefer: wait=60\n");

    is($answer->{json}{state}, 'done',
        'the user is given by number, with a plan')
        or diag($answer->{body});

    my $one = get($answer->{json}{vm}{id})->{json};

    is($one->{plan}, decode('Básico'), 'it has the plan');
    is($one->{disk}{hard_mib}, 1024, 'it has the disk of the plan');
    is($one->{memory}{privvmpages}{limit_mib}, 64,
        'it has the memory of the plan');

    my $again = make(user => $ana + 0, plan => decode('Básico'),
        disk_mib => undef, memory_mib => undef,
        headers => "Idempotency-Key: one-$ana\nPrefer: wait=60\n");

    is($again->{json}{id}, $answer->{json}{id},
        'the same key gets the same task');
    is(destroy($one->{id}, $one->{name})->{json}{state}, 'done',
        'the container is gone');
}

sub decode { my ($text) = @_; utf8::decode($text); return $text }

sub refused {
    my %bad = (
        'user:absent' => { user => 'nobody.at.all' },
        'template:absent' => { template => 'plan9' },
        'plan:absent' => { plan => 'Gigante' },
        'disk_mib:required memory_mib:required' =>
            { disk_mib => undef, memory_mib => undef },
        'user:required' => { user => undef },
        'user:format' => { user => 'A B' },
        'disk_mib:type memory_mib:range' =>
            { disk_mib => '1G', memory_mib => 1 },
        'disk_mib:range' => { disk_mib => 10 },
        'hostname:format' => { hostname => 'a_b' },
        'colour:unknown' => { colour => 'red' },
    );
    my $vms = sql_value('SELECT COUNT(*) FROM vm');

    for my $fields (sort keys %bad) {
        my $answer = make(%{ $bad{$fields} });

        is($answer->{code}, 422, "422 for $fields");
        is(fields($answer), $fields, 'each field is named');
    }

    is(make(who => $anas)->{code}, 403, 'a customer creates no container');
    is(sql_value('SELECT COUNT(*) FROM vm'), $vms, 'nothing was created');
}

sub no_address {
    sql('UPDATE address SET reserved = reserved + 2 WHERE vm_id IS NULL');

    my $answer = make();

    sql('UPDATE address SET reserved = reserved - 2 WHERE reserved > 1');

    is($answer->{code}, 409, 'no address is free');
    is($answer->{json}{code}, 'no_address', 'the refusal says so');
    is(sql_value("SELECT COUNT(*) FROM vm WHERE user_id = $ana"), 1,
        'no half-made container is left');
}

sub at_once {
    my @calls = map { ask_begin('POST', '/api/vms',
        "${root}Prefer: wait=60\n", encode_json({ user => $account,
        template => $template, disk_mib => 300, memory_mib => 32 })) } 1 .. 2;
    my @tasks = map { ask_end($_, 60)->{json} } @calls;

    push @made, map { $_->{vm}{id} } @tasks;
    is($_->{state}, 'done', 'done') for @tasks;

    my @vms = map { get($_->{vm}{id})->{json} } @tasks;

    isnt($vms[0]{ctid}, $vms[1]{ctid}, 'they have two numbers');
    isnt($vms[0]{addresses}[0], $vms[1]{addresses}[0],
        'they have two addresses');
    is(destroy($_->{id}, $_->{name})->{json}{state}, 'done', 'gone')
        for @vms;
}

sub wrong_name {
    for my $name ('', 'other', uc $vm->{name}, "$vm->{name} ") {
        my $answer = destroy($vm->{id}, $name);

        is($answer->{code}, 422, "\"$name\" is not its name");
        is(fields($answer), 'name:' . ($name eq '' ? 'required' : 'mismatch'),
            'the refusal says so');
    }

    is(destroy($vm->{id}, $vm->{name}, who => $anas)->{code}, 403,
        'its owner does not delete it');
    is(get($vm->{id})->{json}{state}, 'running', 'the container runs on');
}

sub busy {
    my $task = VzFixture::insert('task', kind => 'stop', vm_id => $vm->{id},
        busy => $vm->{id}, user_id => $ana, actor => 'ana', via => 'web',
        state => 'running', owner => 'x' x 32, lease => '2099-01-01',
        steps => 1);
    my $answer = destroy($vm->{id}, $vm->{name});

    sql("DELETE FROM task WHERE id = $task");
    is($answer->{code}, 409, 'the container has an unfinished task');
    is($answer->{json}{code}, 'vm_busy', 'the refusal says so');
    is($answer->{json}{task}, $task, 'the refusal names the task');
}

sub failed_and_retried {
    daemon_stop();

    my $answer = ask('DELETE', "/api/vms/$vm->{id}", $root,
        encode_json({ name => $vm->{name} }));
    my $task = $answer->{json}{id};

    is($answer->{code}, 202, 'the deletion begins');
    is(get($vm->{id})->{json}{lifecycle}, 'deleting', 'its lifecycle shows it');

    # as if it had tried as often as it does
    wait_for(10, sub {
        sql("UPDATE task SET attempt = 50, not_before = NULL"
            . " WHERE id = $task AND state = 'queued'");
        return sql_value("SELECT state FROM task WHERE id = $task")
            eq 'failed';
    });

    my $json = get($vm->{id})->{json};

    is($json->{lifecycle}, 'delete_failed', 'the deletion fails');
    is_deeply($json->{addresses}, [$address], 'the container has what it had');
    is(ask('POST', "/api/vms/$vm->{id}/start", $anas)->{json}{code},
        'not_ready', 'nobody starts the container');

    daemon_start();

    $answer = ask('POST', "/api/tasks/$task/retry", "${root}Prefer: wait=60\n");
    is($answer->{json}{state}, 'done', 'the deletion ends when it is retried')
        or diag($answer->{body});
    is(get($vm->{id})->{code}, 404, 'the container is gone');
    is(sql_value("SELECT COALESCE(vm_id, 0) FROM address WHERE"
        . " address = '$address'"), 0, 'its address is free');
    is(free(), $free, 'all addresses are free');
    like(verb('status', $vm->{ctid}), qr/^err noent/m,
        'the node has no such container');
    is(ask('GET', "/api/tasks/$task", $root)->{json}{vm}{name},
        $vm->{name}, 'the task still tells the name');
}

sub deleted_again {
    my $id = vm($ana, lifecycle => 'create_failed', name => 'half.made',
        ctid => sql_value("SELECT ctid_min + 700 FROM node"
            . " WHERE name = 'local'"));
    my $task = VzFixture::insert('task', kind => 'create', vm_id => $id,
        user_id => $ana, actor => 'root', via => 'web', state => 'failed',
        steps => 7);

    VzFixture::insert('mail', user_id => $ana, task_id => $task,
        recipient => "$account\@example.org", template => 'server',
        data => '{"password":"secret"}', message_id => unique('id'));

    is(destroy($id, 'half.made')->{json}{state}, 'done',
        'a container that was never made is deleted');
    is(sql_value("SELECT COUNT(*) FROM mail WHERE task_id = $task"), 0,
        'the password that nobody needs is deleted, too');
}

run_tests();

__DATA__

=== TEST 1: an administrator creates a container for an existing user
--- init: ::made()



=== TEST 2: a plan gives the sizes, and an Idempotency-Key creates one container
--- init: ::made_of_a_plan()



=== TEST 3: an invalid container is refused and creates nothing
--- init: ::refused()



=== TEST 4: without a free address nothing is created
--- init: ::no_address()



=== TEST 5: two simultaneous creations get different numbers and addresses
--- init: ::at_once()



=== TEST 6: a container is deleted only by its name
--- init: ::wrong_name()



=== TEST 7: a busy container is not deleted
--- init: ::busy()



=== TEST 8: a failed deletion can be retried
--- init: ::failed_and_retried()



=== TEST 9: a container whose creation failed can be deleted, and its password with it
--- init: ::deleted_again()
