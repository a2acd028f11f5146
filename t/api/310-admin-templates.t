# Administration: the systems that are offered.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $boss = session(user('boss.templates', role => 'admin')) . $json;
our $busybox = busybox();
our $debian = sql_value("SELECT name FROM template"
    . " WHERE name LIKE 'debian-%' LIMIT 1");

# one that the node has and nobody knows yet
our $spare = unique('spare-');
my ($archive) = glob vz_base() . "/templates/$busybox.tar.*";
my ($kind) = $archive =~ /(\.tar\..*)$/;
my $copy = vz_base() . "/templates/$spare$kind";
system('cp', $archive, $copy) == 0 or die "cp: $?\n";

END {
    local $?;
    unlink $copy if $copy;
    daemon_start();
    sql("DELETE FROM template WHERE name = '$spare'") if $spare;
}


sub body { "POST /api/admin/templates\n" . '{' . join(',', @_) . '}' }

sub one {
    my ($name) = @_;

    return sql_value("SELECT id FROM template WHERE name = '$name'");
}

sub listed {
    my ($json) = @_;
    my %installed = map { $_->{name} => $_ } @{ $json->{installed} };

    is(join(' ', sort keys %installed), "$main::busybox $main::debian"
        . " $main::spare", 'what the node has installed');
    ok($installed{$main::debian}{registered}, 'one is registered');
    ok(!$installed{$main::spare}{registered}, 'one is not');
    cmp_ok($installed{$main::spare}{size_bytes}, '>', 1000, 'with its size');
    like($installed{$main::spare}{date}, qr/^\d{4}-\d\d-\d\dT.*Z$/,
        'and date');
    is($json->{nodes}[0]{name}, 'local', 'the node');
    ok($json->{nodes}[0]{answers}, 'answers');
    is($json->{items}[0]{nodes}[0], 'local', 'a row says where it is');
}

# every worker, at once
sub offered {
    my ($wanted, $title) = @_;
    my $wrong = 0;

    for (1 .. 8) {
        my $json = ask('GET', '/api/templates')->{json};
        my $plans = ask('GET', '/api/plans')->{json};
        my $n = grep { $_->{name} eq $spare } @{ $json->{items} };

        $wrong++ if $n != $wanted
            || $plans->{stock}{templates} != @{ $json->{items} };
    }

    is($wrong, 0, $title);
}

sub offered_both { offered(1, 'the order form has it') }
sub offered_one { offered(0, 'the order form has it no more') }

our $vms = sql_value("SELECT COUNT(*) FROM vm v JOIN template t"
    . " ON t.id = v.template_id WHERE t.name = '$debian'");
vm(user('bea.templates'), template_id => one($debian)) if !$vms;
our $used = one($debian);

run_tests();

__DATA__

=== TEST 1: the list has registered templates and those that nodes have installed
--- request
GET /api/admin/templates
--- more_headers eval
$::boss
--- check: listed



=== TEST 2: a name that no node has installed is refused
--- request eval
::body('"name":"plan9-4"', '"label":"Plan 9"')
--- more_headers eval
$::boss
--- error_code: 422
--- response_body_like: "field":"name","code":"absent"



=== TEST 3: invalid names and labels are refused
--- request eval
[ ::body('"name":"../etc"', '"label":"x"'), ::body('"name":"a"'),
  ::body("\"name\":\"$::spare\"", '"label":"  "'),
  ::body("\"name\":\"$::spare\"", '"label":"x"', '"enabled":1'),
  ::body("\"name\":\"$::spare\"", '"label":"x"', '"color":"red"') ]
--- more_headers eval
$::boss
--- error_code eval
[ (422) x 5 ]
--- response_body_like eval
[ '"field":"name","code":"format"', '"field":"label","code":"required"',
  '"field":"label","code":"format"', '"field":"enabled","code":"type"',
  '"field":"color","code":"unknown"' ]



=== TEST 4: an installed template is registered, and every worker offers it at once
--- request eval
::body("\"name\":\"$::spare\"", '"label":"Small"', '"position":7')
--- more_headers eval
$::boss
--- error_code: 201
--- response_body_like: "label":"Small","enabled":true,"position":7,"vms":0,"nodes":\["local"\]
--- keep: made
--- check: offered_both



=== TEST 5: a second template of the same name is refused
--- request eval
::body("\"name\":\"$::spare\"", '"label":"Small"')
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: "code":"exists"



=== TEST 6: a disabled template is offered by no worker
--- request
PATCH /api/admin/templates/%{made.id}
{"enabled":false}
--- more_headers eval
$::boss
--- response_body_like: "label":"Small","enabled":false,"position":7
--- check: offered_one



=== TEST 7: a change keeps the members that it does not name
--- request
PATCH /api/admin/templates/%{made.id}
{"label":"Tiny"}
--- more_headers eval
$::boss
--- response_body_like: "label":"Tiny","enabled":false,"position":7



=== TEST 8: a template that containers use cannot be deleted
--- request eval
"DELETE /api/admin/templates/$::used"
--- more_headers eval
$::boss
--- error_code: 409
--- response_body_like: "code":"in_use"



=== TEST 9: an unused template is deleted, once
--- request eval
[ 'DELETE /api/admin/templates/%{made.id}',
  'DELETE /api/admin/templates/%{made.id}',
  "PATCH /api/admin/templates/999999\n{\"label\":\"x\"}",
  'DELETE /api/admin/templates/x' ]
--- more_headers eval
$::boss
--- error_code eval
[ 204, 404, 404, 404 ]



=== TEST 10: the audit has every change with its author
--- request
GET /api/admin/templates
--- more_headers eval
$::boss
--- rows
SELECT action, object LIKE 'template %', account, result, detail FROM audit
WHERE account = 'boss.templates' AND action LIKE 'template.%'
ORDER BY id DESC LIMIT 4
--- rows_are eval
join "\n", "template.end\t1\tboss.templates\tok\t",
    "template.change\t1\tboss.templates\tok\tlabel",
    "template.change\t1\tboss.templates\tok\tenabled=false",
    "template.make\t1\tboss.templates\tok\tname label position=7"



=== TEST 11: while the node is down templates are listed, and cannot be registered
--- init
VzFixture::daemon_stop()
--- request eval
[ 'GET /api/admin/templates', ::body('"name":"x"', '"label":"x"') ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 503 ]
--- response_body_like eval
[ '"nodes":\[\{"name":"local","answers":false\}\]', '"code":"node_down"' ]
