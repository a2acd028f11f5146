# One limit, two places: what a form takes, its column takes.  Every member of
# every form is walked, as the API describes them, and the longest of each is
# really sent.

use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzForms;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $boss = session(user('boss.limits', role => 'admin')) . $json;

# where a member is stored; "-" is nowhere, as secrets and what is compared
our %stored = (
    Adoption => { account => '-', plan => '-', template => '-', as => '-',
        ctid => 'vm.ctid', tag => 'vm.tag' },
    Address => { reserved => 'address.reserved' },
    AlertsChange => { down => 'vm_alert.enabled',
        down_minutes => 'vm_alert.minutes',
        map { $_ => 'vm_alert.enabled', $_ . '_limit' => 'vm_alert.bound',
              $_ . '_minutes' => 'vm_alert.minutes' }
            qw(cpu memory disk network) },
    Container => { user => '-', template => '-', plan => '-',
        hostname => 'vm.hostname vm.name task.vm_name',
        memory_mib => 'vm.vmguar_barrier_mib vm.privvm_limit_mib',
        disk_mib => 'vm.disk_hard_mib vm.disk_soft_mib',
        cpu_units => 'vm.cpu_units', keys => '-', first_boot => '-' },
    Confirm => { map { $_ => '-' } qw(password code passkey client_data
        authenticator_data signature) },
    Console => { mode => '-' },
    Rate => { in_mbit => 'vm.rate_in', out_mbit => 'vm.rate_out' },
    BackupPolicy => { daily => 'vm.backup_daily', weekly => 'vm.backup_weekly',
        monthly => 'vm.backup_monthly' },
    Restore => { mode => '-', name => '-',
        hostname => 'vm.hostname vm.name task.vm_name' },
    Traffic => { quota_gib => 'vm.traffic_gib', action => 'vm.traffic_action',
        throttle_mbit => 'vm.throttle_rate' },
    Clone => { plan => '-', hostname => 'vm.hostname vm.name task.vm_name' },
    Cpu => { units => 'vm.cpu_units', limit_percent => 'vm.cpu_percent' },
    Destroy => { name => '-', for_good => '-' },
    Disk => { soft_mib => 'vm.disk_soft_mib', hard_mib => 'vm.disk_hard_mib' },
    EmailLink => { token => '-' },
    Evacuate => { node => '-' }, Remove => { tag => 'vm_moved.tag' },
    RestoreLost => { node => '-', account => '-', plan => '-',
        hostname => 'vm.hostname vm.name task.vm_name' },
    Firewall => { map { $_ => '-' } qw(in out seconds rules) },
    Gates => { smtp => '-', all => '-', smtp_reason => 'vm_firewall.smtp_reason',
        all_reason => 'vm_firewall.all_reason' },
    Hostname => { hostname => 'vm.hostname' },
    Key => { name => 'user_key.name', key => '-' },
    Keys => { keys => '-' },
    Leave => { ctid => 'number_rest.ctid', tag => 'number_rest.tag',
        left => '-' },
    Memory => { vmguarpages => 'vm.vmguar_barrier_mib vm.vmguar_limit_mib',
        oomguarpages => 'vm.oomguar_barrier_mib vm.oomguar_limit_mib',
        privvmpages => 'vm.privvm_barrier_mib vm.privvm_limit_mib' },
    Name => { name => 'vm.name' },
    Network => { hostname => 'vm.hostname', gateway => 'vm.gateway',
        gateways => 'vm.gateway',
        dns => 'vm.dns', addresses => 'task.data' },
    Node => { name => 'node.name', enabled => 'node.enabled',
        dead => 'node.dead',
        ctid_min => 'node.ctid_min vm.ctid',
        ctid_max => 'node.ctid_max vm.ctid' },
    Order => { plan => '-', template => '-', key => '-',
        hostname => 'vm.hostname vm.name task.vm_name' },
    OrderMail => { email => 'user.email mail.recipient' },
    OwnOrder => { hostname => 'vm.hostname vm.name task.vm_name',
        map { $_ => '-' } qw(plan template keys first_boot) },
    OwnEmail => { email => 'email_change.email mail.recipient user.email' },
    Passkey => { name => 'passkey.name', map { $_ => '-' } qw(id client_data
        authenticator_data public_key algorithm) },
    Password => { old => '-', new => '-' },
    Plan => { map { $_ => "plan.$_" } qw(name memory_mib disk_mib cpu_units
        cpu_percent visible position traffic_gib traffic_action throttle_rate
        rate_in rate_out snapshots backup_daily backup_weekly backup_monthly
        undo_hours) },
    Pool => { node => '-', map { $_ => "address_pool.$_" }
        qw(name cidr gateway dns enabled) },
    ReverseName => { address => 'rdns.address', name => 'rdns.name' },
    Reinstall => { map { $_ => '-' } qw(keys name template first_boot) },
    ProfileChange => { map { $_ => "user.$_" } qw(first_name last_name phone
        address province language) },
    Reject => { reason => 'task.error_detail' },
    Rescue => { keys => '-' },
    Reset => { token => '-', new => '-' },
    ResetAsk => { account => '-' },
    Rollback => { name => '-', keep => '-' },
    Snapshot => { title => 'vm_snapshot.title' },
    SecondFactorCode => { code => '-' },
    SignIn => { map { $_ => '-' } qw(account password code passkey client_data
        authenticator_data signature) },
    SignInPasskey => { map { $_ => '-' } qw(passkey client_data
        authenticator_data signature) },
    Suspend => { reason => 'vm.suspended_reason' },
    Template => { map { $_ => "template.$_" }
        qw(name label enabled position) },
    Token => { name => 'token.name', scope => '-', days => '-',
        rights => 'token.rights', networks => 'token.networks' },
    User => { email => 'user.email mail.recipient',
        account => 'user.account session.user_id task.actor audit.account',
        dni => 'user.document',
        map { $_ => "user.$_" } qw(first_name last_name phone address
            province language role locked vm_limit) },
);

$stored{Order} = { %{ $stored{User} }, %{ $stored{Order} } };
$stored{"${_}Change"} = $stored{$_} for qw(User Plan Pool Template Node);
$stored{SuspendAll} = $stored{Suspend};
$stored{User}{account} =~ s/session\S+ //;


# --- what columns take ---

our %whole = (tinyint => 2**8, smallint => 2**16, mediumint => 2**24,
    int => 2**32, bigint => 2**64);

sub columns {
    return map {
        my ($name, $type, $unsigned, $length, $bytes, $charset) = split /\t/;
        $name => { type => $type, unsigned => $unsigned, length => $length,
            bytes => $bytes, charset => $charset };
    } sql("SELECT CONCAT(table_name, '.', column_name), data_type,"
        . " column_type LIKE '%unsigned%',"
        . ' IFNULL(character_maximum_length, 0),'
        . " IFNULL(character_octet_length, 0), IFNULL(character_set_name, '')"
        . " FROM information_schema.columns WHERE table_schema = 'vzpanel'");
}


# why the column does not take all that the schema does; '' where it does
sub misfit {
    my ($schema, $column) = @_;

    return misfit_number($schema, $column)
        if !texts($schema) && $whole{ $column->{type} };

    my $text = longest(item($schema)) // return 'the test has no text for it';
    my $most = $schema->{maxItems} // 1;
    my $length = length($text) * $most + $most - 1;

    return "$length characters" if $length > $column->{length};
    return 'other characters than ASCII'
        if $text =~ /[^\0-\x7f]/ && $column->{charset} eq 'ascii';

    utf8::encode(my $bytes = $text);

    return length($bytes) > $column->{bytes} ? 'that many bytes' : '';
}


sub misfit_number {
    my ($schema, $column) = @_;
    my ($first) = map { $schema->{properties}{$_} // () }
        qw(limit_mib barrier_mib);
    my ($min, $max) = numbers($first // $schema);
    my $range = $whole{ $column->{type} };

    ($min, $max) = (0, 1) if !defined $max;      # true and false

    return 'so small a number'
        if $min < ($column->{unsigned} ? 0 : -$range / 2);
    return $max >= ($column->{unsigned} ? $range : $range / 2)
        ? 'so large a number' : '';
}


sub walk {
    my %columns = columns();
    my %seen;

    for my $one (grep { $_->{form} } operations()) {
        my $form = $one->{form};
        next if $seen{$form}++;

        for my $member (sort keys %{ $one->{members} }) {
            my $where = $stored{$form}{$member};

            ok(defined $where, "$form.$member: the test knows where it goes")
                or next;

            for my $name (grep { $_ ne '-' } split ' ', $where) {
                my $column = $columns{$name};

                ok($column, "$form.$member: there is $name") or next;
                next if $column->{type} =~ /^(?:enum|set)$/;
                is(misfit($one->{members}{$member}, $column), '',
                    "$form.$member: what the form takes, $name takes");
            }
        }
    }

    cmp_ok(scalar keys %seen, '>', 20, 'all forms');
}


# --- the longest of each, sent ---

our %ids;

sub things {
    my $order = ask('POST', '/api/orders', $json, order_body())->{json};

    %ids = (
        '/vms/' => scalar(container(user('limits.' . unique('u')))),
        '/admin/users/' => user('limits.' . unique('u')),
        '/admin/orders/' => $order->{task},
        '/admin/plans/' => insert('plan', name => unique('Limit '),
            memory_mib => 64, disk_mib => 512),
        '/admin/templates/' => sql_value('SELECT id FROM template WHERE name ='
            . " '" . busybox() . "'"),
        '/admin/addresses/' => insert('address_pool', name => unique('Limit '),
            cidr => '2001:db8:219::/126'),
        '/admin/nodes/' => sql_value("SELECT id FROM node WHERE name = 'local'"),
    );
    insert('address', pool_id => $ids{'/admin/addresses/'},
        address => '2001:db8:219::1');
}

sub insert { VzFixture::insert(@_) }

END {
    local $?;
    sql('UPDATE template SET label = name WHERE CHAR_LENGTH(label) > 60;'
        . "DELETE a FROM address a JOIN address_pool p ON p.id = a.pool_id"
        . " WHERE p.cidr REGEXP '^2001:db8:(219|ffff):';"
        . "DELETE FROM address_pool WHERE cidr REGEXP '^2001:db8:(219|ffff):';"
        . 'DELETE FROM plan WHERE CHAR_LENGTH(name) > 60'
        . " OR name LIKE 'Limit %'");
}


sub path_of {
    my ($path) = @_;

    for my $prefix (keys %ids) {
        $path =~ s/(\Q$prefix\E)\{(?:id|task)\}/$1$ids{$prefix}/;
    }

    return $path =~ s/\{address\}/2001:db8:219::1/r;
}


# nobody has such a name, link, snapshot, backup or password, nor a node such a container
our %answers = ('POST /api/admin/nodes' => 422,
    'POST /api/admin/nodes/{id}/leave' => 404,
    'POST /api/admin/nodes/{id}/evacuate' => 409,
    'POST /api/admin/nodes/{id}/remove' => 404,
    'POST /api/admin/backups/{backup}/restore' => 404,
    'POST /api/vms/{id}/snapshots/{snapshot}/rollback' => 404,
    'POST /api/vms/{id}/backups/{backup}/restore' => 404,
    'POST /api/orders/{link}/mail' => 404,
    'POST /api/account/second-factor/confirm' => 409,
    'POST /api/email/confirm' => 410, 'POST /api/email/stop' => 410,
    'POST /api/admin/templates' => 422, 'PUT /api/password/reset' => 410,
    'POST /api/session' => 401, 'POST /api/account/passkeys' => 422,
    'POST /api/session/passkey' => 401);

# Settings that would take the stack away from under the others, a session
# that ends with its password, members that exclude each other, and what has a
# version, a body or a neighbour of its own (430, 411, 412, 432, 453) are not for the
# largest of all.
our %spared = map { $_ => 1 } 'PATCH /api/admin/nodes/{id}',
    'DELETE /api/vms/{id}', 'PUT /api/account/password',
    'POST /api/vms', 'POST /api/admin/nodes/{id}/adopt',
    'POST /api/account/tokens', 'POST /api/session/confirm',
    'PUT /api/vms/{id}/firewall', 'POST /api/vms/{id}/reinstall',
    'PUT /api/vms/{id}/rdns', 'POST /api/vms/{id}/rescue',
    'POST /api/vms/{id}/clone';


sub send_longest {
    things();

    my $plans = (grep { $_->{path} eq '/api/admin/plans'
        && $_->{method} eq 'POST' } operations())[0];
    my $plan = largest('', $plans->{members}{name});

    ask('POST', '/api/admin/plans', $boss, JSON::PP->new->utf8->encode(
        { name => $plan, memory_mib => 64, disk_mib => 512 }));
    $VzForms::good{plan} = sub { $plan };

    for my $one (grep { $_->{form} } operations()) {
        my $title = "$one->{method} $one->{path}";
        next if $spared{$title};

        send_one($one, $title);
    }
}


sub send_one {
    my ($one, $title) = @_;
    my %body = map { $_ => largest($_, $one->{members}{$_}) }
        keys %{ $one->{members} };
    my $version = $ids{'/vms/'}
        ? sql_value("SELECT version FROM vm WHERE id = $ids{'/vms/'}") : 0;

    delete $body{addresses};

    my $call = ask($one->{method}, path_of($one->{path}), "$boss"
        . qq(If-Match: "$version"\nPrefer: wait=60\n),
        JSON::PP->new->utf8->encode(\%body));
    my $expected = $answers{$title} // '20[0-4]';
    my @refused = grep { $_->{code} =~ /^(?:format|range|type|unknown)$/ }
        @{ $call->{json}{errors} // [] };

    like($call->{code}, qr/^$expected$/, "$title: the longest of all")
        or diag($call->{body});
    isnt($call->{json}{state} // '', 'failed', "$title: and is carried out");
    is(join(' ', map { "$_->{field}: $_->{message}" } @refused), '',
        "$title: what is described is taken");
}



# --- and where they differ all the same ---

sub narrow {
    sql('DELETE FROM token WHERE CHAR_LENGTH(name) > 9;'
        . 'ALTER TABLE token MODIFY name VARCHAR(9) NOT NULL');
}

sub widen { sql('ALTER TABLE token MODIFY name VARCHAR(64) NOT NULL') }


run_tests();

__DATA__

=== TEST 1: each column accepts what its form accepts
--- init: ::walk()



=== TEST 2: the longest value of each member causes no server error on any route
--- vzpanel
vzpanel_signup approve;
vzpanel_public_url https://panel.example.org;
--- init: ::send_longest()
--- no_error_log
[error]



=== TEST 3: a value that its column refuses is not a server error
--- before: narrow
--- request
POST /api/account/tokens
{"name":"Narrow and long"}
--- more_headers eval
$::boss
--- error_code: 422
--- response_body_like: "code":"invalid"
--- error_log
1406 Data too long for column 'name'
--- no_error_log
[error]
--- check: widen
