# What can be contracted: plans, templates, and what is left of both.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

sql("INSERT IGNORE INTO plan (name, memory_mib, disk_mib, visible)"
    . " VALUES ('Secreto', 8, 16, FALSE)");
sql("INSERT IGNORE INTO template (name, label) VALUES ('ghost-1', 'Ghost')");

END {
    local $?;
    sql("DELETE FROM template WHERE name = 'ghost-1';"
        . "DELETE FROM plan WHERE name = 'Secreto'");
}


sub addresses { sql_value('SELECT COUNT(*) FROM address a JOIN address_pool p'
    . ' ON p.id = a.pool_id AND p.enabled WHERE a.vm_id IS NULL'
    . ' AND NOT a.reserved') }

sub stock_is_right {
    my ($json) = @_;

    is($json->{stock}{addresses}, addresses(), 'free addresses are counted');
    is($json->{stock}{templates}, 2, 'templates that a node has are counted');
}

sub names { join ' ', map { $_->{name} } @{ $_[0]{items} } }

sub plans_in_order {
    my ($json) = @_;

    utf8::encode(my $names = names($json));
    is($names, 'Básico Completo Profesional', 'by position, none hidden');
    is(join(' ', map { "$_->{memory_mib}/$_->{disk_mib}" } @{ $json->{items} }),
       '64/1024 128/2048 256/4096', 'with their sizes');
    is($json->{next}, undef, 'there is no other page');
}

sub templates_of_the_node {
    my ($json) = @_;

    like(names($json), qr/^debian-12-\S+ busybox-\S+$/, 'by position');
    unlike(names($json), qr/ghost/, 'a template no node has is not offered');
    is(join(',', map { $_->{label} } @{ $json->{items} }),
       'Debian 12,BusyBox', 'with labels for people');
}

sub stop_daemon { daemon_stop() }
sub start_daemon { daemon_start() }

sub pool_off { sql('UPDATE address_pool SET enabled = FALSE') }
sub pool_on { sql('UPDATE address_pool SET enabled = TRUE') }

sub no_address_left {
    pool_on();
    is($_[0]{stock}{addresses}, 0, 'none is left');
}

sub plans_without_a_node {
    start_daemon();
    plans_in_order($_[0]);
    is($_[0]{stock}{templates}, 0, 'no template is to be had');
}

run_tests();

__DATA__

=== TEST 1: plans come in their order, without hidden ones
--- request
GET /api/plans
--- check: plans_in_order



=== TEST 2: plans tell what is in stock
--- request
GET /api/plans
--- check: stock_is_right



=== TEST 3: signup is open by default
--- request
GET /api/plans
--- response_body_like: "signup":"open"



=== TEST 4: plans say when signup is off
--- vzpanel
vzpanel_signup off;
--- request
GET /api/plans
--- response_body_like: "signup":"off"



=== TEST 5: an order is refused while signup is off
--- vzpanel
vzpanel_signup off;
--- request eval
::order_request()
--- more_headers
Content-Type: application/json
--- error_code: 403
--- response_body_like: "code":"signup_off"



=== TEST 6: addresses of a disabled pool are not in stock
--- before: pool_off
--- request
GET /api/plans
--- check: no_address_left



=== TEST 7: templates are those that a node has installed, in their order
--- request
GET /api/templates
--- check: templates_of_the_node



=== TEST 8: plans are listed without a node
--- before: stop_daemon
--- request
GET /api/plans
--- check: plans_without_a_node



=== TEST 9: a list refuses a body
--- request
GET /api/plans
{"a": 1}
--- more_headers
Content-Type: application/json
--- error_code: 422
--- response_body_like: "field":"a","code":"unknown"
