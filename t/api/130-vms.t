# Containers: whose are listed and how, one with its limits, and a real one
# that is switched on and off.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $type = "Content-Type: application/json\n";
our $wait = "${type}Prefer: wait=30\n";

our $name = unique('list');
our ($ana, $bea) = map { user(unique($_)) } qw(ana bea);
our $anas = session($ana);
our $beas = session($bea);
our $nobodys = session(user(unique('new')));
our $root = session(user(unique('root'), role => 'admin'));
our $script = token($ana);

# Ana's: five that the node does not have, and a real one
our @vms = map { vm($ana, name => "$name-$_") } 'a' .. 'e';
our ($real, $ctid) = container($ana, name => "$name-real");
our $theirs = vm($bea, name => "$name-z", privvm_limit_mib => undef);
our $suspended = vm($bea, lifecycle => 'suspended');
our $ordered = vm($bea, lifecycle => 'ordered');
our $address = sql_value('SELECT MAX(address) FROM address'
    . ' WHERE vm_id IS NULL AND NOT reserved');

# one that the node has no more
our ($lost, $lost_ctid) = container($bea);
verb('destroy', $lost_ctid);

sql("UPDATE address SET vm_id = $vms[1] WHERE address = '$address'");

END {
    local $?;
    sql("UPDATE address SET vm_id = NULL WHERE address = '$address'")
        if $address;
}


sub names { join ' ', map { $_->{name} =~ s/.*-//r } @{ $_[0]{items} } }

sub next_version { sql("UPDATE vm SET version = 2 WHERE id = $vms[0]") }

sub all_pages {
    my ($query, $headers) = @_;
    my ($cursor, @names) = '';

    for my $page (1 .. 20) {
        my $list = ask('GET', "/api/vms?$query$cursor", $headers)->{json};

        push @names, names($list);
        last if !defined $list->{next};
        $cursor = "&cursor=$list->{next}";
    }

    return join ' | ', @names;
}


sub paged {
    is(all_pages('limit=4', $main::anas), 'a b c d | e real', 'by id');
    is(all_pages('limit=4&sort=-id', $main::anas), 'real e d c | b a',
        'backwards');
    is(all_pages('limit=3&sort=name', $main::anas), 'a b c | d e real',
        'by name');
    is(all_pages('limit=2&sort=-name', $main::anas), 'real e | d c | b a',
        'by name, backwards');
    is(all_pages("limit=3&sort=name&q=$main::name", $main::root),
        'a b c | d e real | z', 'what a search finds');
    is(all_pages('limit=6', $main::anas), 'a b c d e real',
        'a page that is just full is the last');
}


sub searched {
    my %found = (
        "$main::name-c"   => 'c',
        $main::vms[3]     => 'd',
        $main::address    => 'b',
        uc "$main::name-E" => 'e',
        "$main::name%25"  => '',
        "$main::name\_a"  => '',
        '%27%20OR%201=1'  => '',
        '%E2%98%83'       => '',
        "$main::name-z"   => '',
    );

    for my $q (sort keys %found) {
        is(names(ask('GET', "/api/vms?q=$q", $main::anas)->{json}),
            $found{$q}, "a search for $q");
    }
}


# --- statements, as the server counts them ---

sub statements {
    return (split /\t/,
        sql_value("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"))[1];
}

# Whatever else goes on (the looks for what is due) depends on the time, not on the
# number of requests: of 60 requests a second statement would be seen.
sub statements_of {
    my ($title, $path, @headers) = @_;

    ask('GET', $path, $headers[0]) for 1 .. 8;
    shift @headers if @headers > 1;

    my $n = @headers > 1 ? @headers : 60;
    my ($before, $began) = (statements(), time);
    my %codes;

    $codes{ ask('GET', $path, $headers[$_ % @headers])->{code} }++
        for 0 .. $n - 1;

    my $made = statements() - $before;
    my $others = 9 * (4 + time - $began);

    is(join(',', keys %codes), 200, "$title: all are answered");
    cmp_ok($made, '>=', $n, "$title: each makes a statement");
    cmp_ok($made, '<', $n + $others, "$title: and no other ($made for $n)");
}

sub one_statement {
    statements_of('a customer', '/api/vms', $main::anas);
    statements_of('an administrator', '/api/vms', $main::root);
    statements_of('a search', "/api/vms?q=$main::name&sort=name", $main::anas);
    statements_of('by memory', '/api/vms?sort=-memory', $main::anas);
    statements_of('the first of a session', '/api/vms',
        map { session($main::ana) } 0 .. 60);
}


# --- power ---

sub switch { ask('POST', "/api/vms/$main::real/$_[0]", $main::anas . $_[1]) }

sub state_of {
    return ask('GET', "/api/vms/$main::real", $main::anas)->{json};
}

sub on_and_off {
    for (['start', 'running'], ['start', 'running'], ['restart', 'running'],
         ['stop', 'stopped'], ['stop', 'stopped'])
    {
        my ($verb, $state) = @$_;
        my $call = switch($verb, "Prefer: wait=30\n");

        is($call->{code}, 200, "$verb ends");
        is($call->{json}{state}, 'done', "$verb is done");
        is($call->{json}{kind}, $verb, "the task is a $verb");
        like($call->{head}, qr{^Location: /api/tasks/$call->{json}{id}\r?$}m,
            'it has a place of its own');
        like($call->{head}, qr/^Preference-Applied: wait=30\r?$/m,
            'the wish to wait was heard');
        like(verb('status', $main::ctid), qr/ state=$state /,
            "the node says $state");

        my $vm = state_of();

        is($vm->{state}, $state, "and at once the panel: $state");
        is($vm->{task}, undef, 'no task keeps it busy');
        is($vm->{desired_state}, $state, 'what is wanted is remembered');
    }
}


sub accepted {
    my $call = switch('start', '');

    is($call->{code}, 202, 'who does not wait gets a task');
    is(ask('GET', "/api/tasks/$call->{json}{id}",
        "${main::anas}Prefer: wait=30\n")->{json}{state}, 'done',
        'which ends without him');

    my $vm = state_of();

    is($vm->{state}, 'running', 'the container runs');
    cmp_ok($vm->{memory}{used_bytes}, '>', 0, 'and uses memory');
    cmp_ok($vm->{disk}{total_bytes}, '>', 0, 'on a disk');
    like($vm->{sampled}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
        'seen at a time');
}


sub two_at_once {
    my @calls = map { ask_begin('POST', "/api/vms/$main::real/restart",
        "${main::anas}Prefer: wait=30\n") } 1 .. 2;
    my ($busy, $done) = sort { $b->{code} <=> $a->{code} }
        map { ask_end($_) } @calls;

    is("$done->{code} $busy->{code}", '200 409', 'one is done, one refused');
    is($busy->{json}{code}, 'vm_busy', 'because the container is busy');
    is($busy->{json}{task}, $done->{json}{id}, 'with the task of the other');
    like($busy->{head}, qr{^Content-Type: application/problem\+json}m,
        'as a problem');
}


sub ten_at_once {
    my $key = 'Idempotency-Key: ' . unique('key') . "\n";
    my @calls = map { ask_begin('POST', "/api/vms/$main::real/restart",
        "${main::anas}Prefer: wait=30\n$key") } 1 .. 10;
    my %ids = map { ($_->{json}{id} // $_->{body}) => 1 }
        map { ask_end($_) } @calls;

    is(scalar keys %ids, 1, 'ten calls with one key are one task');
    is(ask('POST', "/api/vms/$main::real/restart", $main::beas . $key)->{code},
        404, 'which the key shows to nobody else');
}


sub filtered {
    my %found = ('state=running' => 'real', 'state=frozen' => '',
        'state=running&sort=-name' => 'real', 'state=stopped' => '');

    for my $query (sort keys %found) {
        is(names(ask('GET', "/api/vms?$query", $main::anas)->{json}),
            $found{$query}, $query);
    }

    for my $sort (qw(memory -memory disk cpu -uptime)) {
        like(names(ask('GET', "/api/vms?sort=$sort", $main::anas)->{json}),
            qr/\breal\b/, "sort=$sort");
    }

    is(names(ask('GET', "/api/vms?state=running&q=$main::name",
        $main::beas)->{json}), '', "another's is not in a list by state");
}

sub every_character {
    my $all = join '', map { chr } 1 .. 127;

    sql("UPDATE vm SET suspended_reason = UNHEX('" . unpack('H*', $all)
        . "') WHERE id = $main::suspended");
    is(ask('POST', "/api/vms/$main::suspended/start",
        $main::beas . $main::type)->{json}{reason}, $all,
        'the reply is JSON whatever the text holds');
}

run_tests();

__DATA__

=== TEST 1: a customer reads own containers by id
--- request
GET /api/vms
--- more_headers eval
$::anas
--- response_body_like eval
my $ids = join '.*', map { qq("id":$_,"name":"$::name-) } @::vms, $::real;
qr/^(?!.*"name":"$::name-z")\{"items":\[.*$ids.*"next":null/



=== TEST 2: a user without containers gets an empty list
--- request
GET /api/vms
--- more_headers eval
$::nobodys
--- response_body_like: ^{"items":\[\],"next":null,"version":\d+}$



=== TEST 3: an administrator lists containers of all users
--- request eval
"GET /api/vms?q=$::name&sort=-name"
--- more_headers eval
$::root
--- response_body_like eval
my $names = join '.*', map { qq("name":"$::name-$_") } qw(z real e d c b a);
qr/$names/



=== TEST 4: an administrator filters the list by user
--- request eval
"GET /api/vms?user=$::bea&limit=200"
--- more_headers eval
$::root
--- response_body_like eval
qr/^(?!.*"name":"$::name-a").*"name":"$::name-z"/



=== TEST 5: a customer who filters by another user gets nothing
--- request eval
"GET /api/vms?user=$::bea"
--- more_headers eval
$::anas
--- response_body_like: "items":\[\]



=== TEST 6: pages of a list have no gap and no repetition
--- init: ::paged()



=== TEST 7: a search matches names, numbers and addresses literally
--- init: ::searched()



=== TEST 8: all invalid arguments of a list are named
--- request
GET /api/vms?limit=900&sort=colour&state=happy&user=me
--- more_headers eval
$::root
--- error_code: 422
--- response_body_like eval
qr/"field":"limit".*"field":"user".*"field":"sort".*"field":"state"/



=== TEST 9: a forged cursor is refused
--- request eval
[map { "GET /api/vms?cursor=$_" } 'AAAA', '%00', 'x' x 400, '*']
--- more_headers eval
$::anas
--- error_code eval
[(422) x 4]
--- response_body_like eval
[('"field":"cursor"') x 4]



=== TEST 10: a search that is too long is refused
--- request eval
'GET /api/vms?q=' . 'x' x 65
--- more_headers eval
$::anas
--- error_code: 422
--- response_body_like: "field":"q"



=== TEST 11: a container has its limits and an ETag
--- request eval
"GET /api/vms/$::vms[0]"
--- more_headers eval
$::anas
--- response_headers
ETag: "1"
--- response_body_like eval
qr/"privvmpages":\{"barrier_mib":64,"limit_mib":64\}.*"soft_mib":1024,"hard_mib":1024.*"limit_percent":"unlimited"/



=== TEST 12: the ETag covers what can be set, so figures are never 304
--- request eval
"GET /api/vms/$::vms[0]"
--- more_headers eval
qq(${main::anas}If-None-Match: "1")
--- response_headers
ETag: "1"
--- response_body_like: "disk"



=== TEST 13: the ETag follows the version
--- before: next_version
--- request eval
"GET /api/vms/$::vms[0]"
--- more_headers eval
$::anas
--- response_headers
ETag: "2"



=== TEST 14: a resource without a limit is called unlimited
--- request eval
"GET /api/vms/$::theirs"
--- more_headers eval
$::beas
--- response_body_like: "limit_bytes":"unlimited".*"privvmpages":\{"barrier_mib":64,"limit_mib":"unlimited"\}



=== TEST 15: an administrator reads a container with its owner
--- request eval
"GET /api/vms/$::theirs"
--- more_headers eval
$::root
--- response_body_like eval
qr/"owner":\{"id":$::bea,"account":"bea/



=== TEST 16: a container that the node lacks is stopped or unknown
--- request eval
"GET /api/vms/$::vms[0]"
--- more_headers eval
$::anas
--- response_body_like: "state":"(stopped|unknown)","lifecycle":"ready"



=== TEST 17: a suspended container and an unfinished one say so
--- request eval
["POST /api/vms/$::suspended/start", "POST /api/vms/$::ordered/start"]
--- more_headers eval
$::beas . $::type
--- error_code eval
[409, 409]
--- response_body_like eval
['"code":"suspended"', '"code":"not_ready"']



=== TEST 18: malformed ids are 404
--- request eval
[map { "GET /api/vms/$_" } 0, 'x', '01', '-1', '18446744073709551616', '9' x 40, '%31']
--- more_headers eval
$::anas
--- error_code eval
[(404) x 7]



=== TEST 19: start, restart and stop end, and repeating them is done at once
--- init: ::on_and_off()



=== TEST 20: a body where none is expected is refused by its members
--- request eval
qq(POST /api/vms/$::real/start\n{"force":true})
--- more_headers eval
$::anas . $::type
--- error_code: 422
--- response_body_like: "field":"force","code":"unknown"



=== TEST 21: a task continues when its client leaves, and figures follow
--- init: ::accepted()



=== TEST 22: lists filtered by state and sorted by figures have the container in its place
--- init: ::filtered()



=== TEST 23: of two simultaneous tasks one is refused and names the other
--- init: ::two_at_once()



=== TEST 24: ten simultaneous requests with one key create one task
--- init: ::ten_at_once()



=== TEST 25: the audit names the caller and the kind of access
--- request eval
"POST /api/vms/$::real/stop"
--- more_headers eval
"${main::script}Prefer: wait=30"
--- response_body_like: "via":"token","state":"done"
--- rows eval
"SELECT action, object, result FROM audit WHERE user_id = $::ana ORDER BY id DESC LIMIT 1"
--- rows_are eval
"vm.stop\tvm $::real\tok"



=== TEST 26: a task fails when its node has lost the container, and the owner does not read the node's message
--- request eval
"POST /api/vms/$::lost/start"
--- more_headers eval
$::beas . $::wait
--- response_body_like: "state":"failed".*"error":\{"code":"noent","detail":"","say":\{"code":"no_container",



=== TEST 27: a list needs exactly one statement
--- log_level: info
--- init: ::one_statement()



=== TEST 28: every character of a text arrives
--- init: ::every_character()
