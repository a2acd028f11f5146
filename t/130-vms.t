# Containers: lists and figures, start and stop.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $json = "Content-Type: application/json\n";
our $ana = user(unique('ana'));
our $bea = user(unique('bea'));
our $name = unique('web');
our @vms = map { vm($ana, name => "$name-$_") } 'a' .. 'e';
our $beas = vm($bea, name => "$name-z");
our $suspended = vm($bea, service => 'suspended');
our $ordered = vm($bea, service => 'ordered');
our $busy = vm($bea);

our $task = VzFixture::insert('task', kind => 'stop', vm_id => $busy,
    busy => $busy, user_id => $bea, actor => 'bea', via => 'web',
    state => 'running', owner => 'x' x 32, lease => '2099-01-01', steps => 1);

our $anas = session($ana);
our $beass = session($bea);
our $root = session(user('root.vms', role => 'admin'));

# a container on the node, made as customers make theirs
our $busybox = sql_value("SELECT name FROM template WHERE label = 'BusyBox'");
our $dni = 10_000_000 + int(rand(80_000_000));
our $order = qq(POST /api/orders\n{"first_name":"Eva","last_name":"Vms",)
    . qq("dni":"$dni","email":"e$dni\@example.org","plan":"Básico",)
    . qq("template":"$busybox","hostname":"$name"});

run_tests();

__DATA__

=== TEST 1: a customer sees his own containers by id
--- request
GET /api/vms
--- more_headers eval
$::anas
--- response_body_like eval
my $ids = join '.*', map { qq("id":$_,"name":"$::name-) } @::vms;
qr/^(?!.*"name":"$::name-z")\{"items":\[.*$ids.*"next":null/



=== TEST 2: who has none gets an empty list
--- request
GET /api/vms
--- more_headers eval
VzFixture::session(VzFixture::user(VzFixture::unique('new')))
--- response_body_like: ^{"items":\[\],"next":null,"version":\d+}$



=== TEST 3: an administrator finds everybody's
--- request eval
"GET /api/vms?q=$::name&sort=-name"
--- more_headers eval
$::root
--- response_body_like eval
my $names = join '.*', map { qq("name":"$::name-$_") } qw(z e d c b a);
qr/$names/



=== TEST 4: a page ends with the way to the next
--- request eval
"GET /api/vms?limit=2"
--- more_headers eval
$::anas
--- response_body_like eval
qr/^(?!.*"name":"$::name-c").*"name":"$::name-b".*"next":"[\w-]+"/



=== TEST 5: what a search may hold of LIKE's characters is only text
--- request
GET /api/vms?q=%25
--- more_headers eval
$::anas
--- response_body_like: "items":\[\]



=== TEST 6: arguments that make no sense are named together
--- request
GET /api/vms?limit=900&sort=colour&state=happy&user=me
--- more_headers eval
$::root
--- error_code: 422
--- response_body_like eval
qr/"field":"limit".*"field":"user".*"field":"sort".*"field":"state"/



=== TEST 7: a cursor of somebody's own making is refused
--- request
GET /api/vms?cursor=AAAA
--- more_headers eval
$::anas
--- error_code: 422
--- response_body_like: "field":"cursor"



=== TEST 8: a user's filter shows that user's
--- request eval
"GET /api/vms?user=$::bea"
--- more_headers eval
$::root
--- response_body_like eval
qr/^(?!.*"name":"$::name-a").*"name":"$::name-z"/



=== TEST 9: one container has its limits and an entity tag
--- request eval
"GET /api/vms/$::vms[0]"
--- more_headers eval
$::anas
--- response_headers
ETag: "1"
--- response_body_like eval
qr/"privvmpages":\{"barrier_mib":64,"limit_mib":64\}.*"soft_mib":1024,"hard_mib":1024.*"limit_percent":"unlimited"/



=== TEST 10: no limit is called unlimited
--- request eval
"GET /api/vms/" . VzFixture::vm($::bea, privvm_limit_mib => undef)
--- more_headers eval
$::beass
--- response_body_like: "limit_bytes":"unlimited".*"privvmpages":\{"barrier_mib":64,"limit_mib":"unlimited"\}



=== TEST 11: a container with a task refuses another and names it
--- request eval
"POST /api/vms/$::busy/start"
--- more_headers eval
$::beass . $::json
--- error_code: 409
--- response_headers
Content-Type: application/problem+json
--- response_body_like eval
qr/"code":"vm_busy","task":$::task\b/



=== TEST 12: a suspended one and one that is not made yet say so
--- request eval
[ "POST /api/vms/$::suspended/start", "POST /api/vms/$::ordered/start" ]
--- more_headers eval
$::beass . $::json
--- error_code eval
[ 409, 409 ]
--- response_body_like eval
[ '"code":"suspended"', '"code":"not_ready"' ]



=== TEST 13: an order's container is in the list with its figures
--- timeout: 90
--- request eval
[ $::order, "GET /api/vms?q=$::name&sort=name&limit=1" ]
--- more_headers eval
$::root . $::json . "Prefer: wait=60\n"
--- error_code eval
[ 200, 200 ]
--- response_body_like eval
[ '"state":"done"',
  qq("name":"$::name",.*"state":"running","service":"ready".*"used_bytes":[1-9]) ]
