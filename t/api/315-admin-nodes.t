# Administration: a node comes by nginx.conf and is registered, and goes.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

# a second name for the same daemon; "gone" blocks have the first one alone
add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => "vzpanel_node $main::name $main::address"
        . " key_file=$main::key;") if !defined $_[0]->gone;
});

our $json = "Content-Type: application/json\n";
our $name = unique('moon');
our $boss_id = user("boss.$name", role => 'admin');
our $boss = session($boss_id) . $json;
our $ana = user("ana.$name");
our $anas = session($ana) . $json;
our ($address, $key) =
    vz_http_config() =~ /vzpanel_node local (\S+)\s+key_file=(\S+);/;

END {
    local $?;
    sql("DELETE vm FROM vm JOIN node ON node.id = node_id"
        . " WHERE node.name LIKE '$name%';"
        . " DELETE FROM address_pool WHERE name = '$name';"
        . " DELETE FROM node WHERE name LIKE '$name%'");
}

sub register {
    my (%body) = @_;

    return "POST /api/admin/nodes\n{" . join(',', map { "\"$_\":$body{$_}" }
        sort keys %body) . '}';
}

sub moon { register(name => "\"$main::name\"", @_) }


sub waits {
    my ($json) = @_;
    my ($one) = grep { $_->{name} eq $name } @{ $json->{unregistered} };

    is($one->{address}, $address, 'where it is');
    ok($one->{answers}, 'it answers');
    is($one->{facts}{driver}, 'lxc', 'what it says of itself');
    is_deeply([grep { $_->{name} eq $name } @{ $json->{items} }], [],
        'it is not among the registered ones');
}


sub listed {
    my ($json) = @_;

    is_deeply([grep { $_->{name} eq $name } @{ $json->{unregistered} }], [],
        'it waits no more');
    is_deeply([map { $_->{id} } grep { $_->{name} eq $name }
        @{ $json->{items} }], [kept('node')->{id}], 'it is registered');
}


# every worker, at once, also where all sixteen places were had before
sub asked {
    my $wrong = 0;

    for (1 .. 8) {
        my $json = ask('GET', '/api/admin/templates', $boss)->{json};

        $wrong++ if 1 != grep { $_->{name} eq $name && $_->{answers} }
            @{ $json->{nodes} };
    }

    is($wrong, 0, 'every worker asks it for templates');
}


sub full {
    sql(join ';', map { "INSERT INTO node (name, enabled)"
        . " VALUES ('$name-$_', FALSE)" }
        1 .. 16 - sql_value('SELECT COUNT(*) FROM node'));
    ask('PATCH', '/api/admin/nodes/'
        . sql_value("SELECT id FROM node WHERE name = 'local'"), $boss,
        '{"enabled":true}');
    ask('GET', '/api/admin/templates', $boss) for 1 .. 8;
}

sub room { sql("DELETE FROM node WHERE name LIKE '$name-%'") }


sub pool {
    VzFixture::insert('address_pool', name => $name, cidr => '10.250.3.0/30',
        node_id => kept('node')->{id});
}

sub container_there {
    sql("DELETE FROM address_pool WHERE name = '$name'");
    vm($ana, node_id => kept('node')->{id});
}

sub empty { sql('DELETE FROM vm WHERE node_id = ' . kept('node')->{id}) }


run_tests();

__DATA__

=== TEST 1: a node that only nginx.conf has is listed with what it reports
--- request
GET /api/admin/nodes
--- more_headers eval
$::boss
--- check: waits



=== TEST 2: an invalid registration is refused by its field
--- request eval
[ ::register(name => '"not-in-nginx-conf"'), ::register(name => '"a b"'),
  ::register(ctid_min => 500), ::moon(ctid_min => 500, ctid_max => 499),
  ::moon(ctid_min => 100), ::moon(address => '"127.0.0.1:9006"') ]
--- more_headers eval
$::boss
--- error_code eval
[ (422) x 6 ]
--- response_body_like eval
[ '"name","code":"absent"', '"name","code":"format"',
  '"name","code":"required"', '"ctid_max","code":"range"',
  '"ctid_min","code":"range"', '"address","code":"unknown"' ]



=== TEST 3: a customer cannot register or delete a node
--- request eval
[ ::moon(), 'DELETE /api/admin/nodes/1' ]
--- more_headers eval
$::anas
--- error_code eval
[ 403, 403 ]



=== TEST 4: sixteen nodes are the limit
--- init
main::full();
--- request eval
::moon()
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: "code":"not_possible"



=== TEST 5: a registered node has its numbers, and every worker watches it
--- init
main::room();
--- request eval
::moon(ctid_min => 40001, ctid_max => 40100)
--- more_headers eval
$::boss
--- error_code: 201
--- response_body_like eval
qr/"name":"$::name","enabled":true,"dead":false,"ctid_min":40001,"ctid_max":40100,"vms":0,"pools":0,"strangers":null,"missing":null,"configured":true,"answers":true,"error":null,"facts":\{"driver":"lxc",.*\},"address":"$::address","heard":(?:null|"[^"]+")\}/
--- keep: node
--- check: asked



=== TEST 6: a registered node is listed once
--- request
GET /api/admin/nodes
--- more_headers eval
$::boss
--- check: listed



=== TEST 7: a second node of the same name is refused
--- request eval
::moon()
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: "code":"exists".*"field":"name"



=== TEST 8: a node that nginx.conf has cannot be deleted
--- request
DELETE /api/admin/nodes/%{node.id}
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: vzpanel_node.*"code":"in_use"



=== TEST 9: a node without its line in nginx.conf is listed as such
--- gone
--- request
GET /api/admin/nodes
--- more_headers eval
$::boss
--- response_body_like eval
qr/"name":"$::name",.*"configured":false,"answers":false,"error":null,"facts":null,"address":null/



=== TEST 10: a node with a pool of its own cannot be deleted
--- gone
--- init
main::pool();
--- request
DELETE /api/admin/nodes/%{node.id}
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: pools.*"code":"in_use"



=== TEST 11: a node with a container cannot be deleted
--- gone
--- init
main::container_there();
--- request
DELETE /api/admin/nodes/%{node.id}
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: Containers.*"code":"in_use"



=== TEST 12: an unused node is deleted, and the audit has it
--- gone
--- init
main::empty();
--- request eval
[ ('DELETE /api/admin/nodes/%{node.id}') x 2, 'DELETE /api/admin/nodes/x' ]
--- more_headers eval
$::boss
--- error_code eval
[ 204, 404, 404 ]
--- rows eval
"SELECT action, object FROM audit WHERE user_id = $::boss_id ORDER BY id"
--- rows_are eval
"node.make\tnode $::name\nnode.end\tnode %{node.id}"
