# Administration: pools of addresses.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $boss = session(user('boss.pools', role => 'admin')) . $json;
our $bea = user('bea.pools');
our $vm = vm($bea, name => unique('pooled'));

sub clean {
    sql("UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
        . " SET a.vm_id = NULL WHERE p.name LIKE 'Pool %';"
        . "DELETE a FROM address a JOIN address_pool p ON p.id = a.pool_id"
        . " WHERE p.name LIKE 'Pool %';"
        . "DELETE FROM address_pool WHERE name LIKE 'Pool %'");
}

clean();
END { local $?; clean() }


sub make {
    my (%pool) = @_;
    my %all = (name => '"Pool 1"', %pool);

    return "POST /api/admin/addresses\n{" . join(',',
        map { "\"$_\":$all{$_}" } sort keys %all) . '}';
}


# the spelling is that of the system, which container and database share
sub spelled_alike {
    my ($json, $number) = @_;
    my @wrong;

    for (sql("SELECT address FROM address WHERE pool_id = $json->{id}")) {
        my $family = /:/ ? Socket::AF_INET6() : Socket::AF_INET();
        push @wrong, $_ if Socket::inet_ntop($family,
            Socket::inet_pton($family, $_)) ne $_;
    }

    is("@wrong[0 .. ($#wrong > 3 ? 3 : $#wrong)]", '', 'spelled as usual');
}

require Socket;


# TEST 9 takes one
sub take {
    sql("UPDATE address SET vm_id = $vm WHERE address = '10.213.0.4'");
}

sub count_pages {
    my ($first) = @_;
    my $id = kept('pool')->{id};

    is(count_paged("/api/admin/addresses/$id/addresses?limit=2", $boss), 5,
        'every address is on one page');
}


run_tests();

__DATA__

=== TEST 1: a pool has every address except network, broadcast and gateway
--- request eval
::make(cidr => '"10.213.0.5/29"', gateway => '"10.213.0.1"',
       dns => '["10.0.0.1","2001:db8::53"]')
--- more_headers eval
$::boss
--- error_code: 201
--- response_body_like: "cidr":"10.213.0.0/29","family":4,"gateway":"10.213.0.1","dns":\["10.0.0.1","2001:db8::53"\],"node":null,"enabled":true,"state":"ready","total":5,"free":5,"taken":0,"reserved":0
--- keep: pool
--- rows
SELECT address FROM address WHERE address LIKE '10.213.0.%' ORDER BY id
--- rows_are
10.213.0.2
10.213.0.3
10.213.0.4
10.213.0.5
10.213.0.6



=== TEST 2: a /31 or /32 has all addresses, and IPv6 excludes router and last 128 addresses
--- timeout: 60
--- request eval
[ ::make(cidr => '"10.213.1.0/31"'), ::make(cidr => '"10.213.1.9"'),
  ::make(cidr => '"2001:db8:0:1:1:1:1:0/124"', gateway => '"fe80::1"'),
  ::make(cidr => '"2001:db8:77::/124"', gateway => '"2001:DB8:77:0::1"'),
  ::make(cidr => '"2001:db8:78::4:0/112"', node => '"local"'),
  ::make(cidr => '"2001:db8:79::/120"'), ::make(cidr => '"2001:db8:7a::/121"'),
  ::make(cidr => '"2001:db8:7b::/127"'), ::make(cidr => '"2001:db8:7c::/128"') ]
--- more_headers eval
$::boss
--- error_code eval
[ (201) x 9 ]
--- response_body_like eval
[ '"total":2', '"cidr":"10.213.1.9/32".*"total":1',
  '"gateway":"fe80::1".*"total":15',
  '"gateway":"2001:db8:77::1".*"total":14',
  '"family":6,.*"node":"local".*"state":"ready","total":65407',
  '"total":127', '"total":127', '"total":2', '"total":1' ]
--- check: spelled_alike
--- rows
SELECT GROUP_CONCAT(address ORDER BY id) FROM address WHERE address IN ('2001:db8:0:1:1:1:1:0', '2001:db8:77::', '2001:db8:78::4:0', '2001:db8:78::4:1', '2001:db8:78::4:ff7f', '2001:db8:78::4:ff80', '2001:db8:78::4:ffff', '2001:db8:79::', '2001:db8:79::7f', '2001:db8:79::80', '2001:db8:7a::', '2001:db8:7a::7f', '2001:db8:7b::', '2001:db8:7c::')
--- rows_are
2001:db8:78::4:1,2001:db8:78::4:ff7f,2001:db8:79::7f,2001:db8:7a::7f,2001:db8:7b::,2001:db8:7c::



=== TEST 3: a pool of /16 is created within seconds
--- request eval
::make(cidr => '"10.214.0.0/16"')
--- more_headers eval
$::boss
--- timeout: 10
--- error_code: 201
--- response_body_like: "total":65534



=== TEST 4: a pool larger than /16 is refused
--- request eval
[ ::make(cidr => '"10.200.0.0/15"'), ::make(cidr => '"2001:db8:9::/111"') ]
--- more_headers eval
$::boss
--- error_code eval
[ 422, 422 ]
--- response_body_like eval
[ ('"field":"cidr","code":"range"') x 2 ]



=== TEST 5: pools that overlap are refused
--- request eval
[ map { ::make(cidr => "\"$_\"") } '10.213.0.0/29', '10.213.0.4/30',
  '10.213.0.0/24', '10.213.1.1/32', '2001:db8:78::4:ffff/128' ]
--- more_headers eval
$::boss
--- error_code eval
[ (409) x 5 ]
--- response_body_like eval
[ ('"code":"overlap"') x 5 ]



=== TEST 6: an invalid network, gateway or node is refused
--- request eval
[ ::make(cidr => '"10.0.0.0/33"'), ::make(cidr => '"127.0.0.0/24"'),
  ::make(cidr => '"::ffff:10.0.0.0/112"'), ::make(),
  ::make(cidr => '"10.213.9.0/30"', gateway => '"2001:db8::1"'),
  ::make(cidr => '"10.213.9.0/30"', gateway => '"10.213.9.0/30"'),
  ::make(cidr => '"10.213.9.0/30"', dns => '["a"]'),
  ::make(cidr => '"10.213.9.0/30"',
         dns => '["10.0.0.1","10.0.0.2","10.0.0.3","10.0.0.4"]'),
  ::make(cidr => '"10.213.9.0/30"', dns => '"10.0.0.1"'),
  ::make(cidr => '"10.213.9.0/30"', node => '"moon"') ]
--- more_headers eval
$::boss
--- error_code eval
[ (422) x 10 ]
--- response_body_like eval
[ '"cidr","code":"format"', '"cidr","code":"format"',
  '"cidr","code":"format"', '"cidr","code":"required"',
  '"gateway","code":"family"', '"gateway","code":"format"',
  '"dns","code":"format"', '"dns","code":"range"', '"dns","code":"type"',
  '"node","code":"absent"' ]



=== TEST 7: an address is reserved and released
--- request eval
[ "PATCH /api/admin/addresses/%{pool.id}/10.213.0.3\n" . '{"reserved":true}',
  'GET /api/admin/addresses/%{pool.id}/addresses?state=reserved',
  "PATCH /api/admin/addresses/%{pool.id}/10.213.0.3\n" . '{"reserved":false}',
  'GET /api/admin/addresses/%{pool.id}/addresses?state=reserved' ]
--- more_headers eval
$::boss
--- response_body_like eval
[ '"address":"10.213.0.3","state":"reserved","reserved":true,"vm":null',
  '^\{"items":\[\{"address":"10.213.0.3",[^{}]*\}\],"next":null\}',
  '"state":"free","reserved":false', '^\{"items":\[\],"next":null\}' ]



=== TEST 8: only addresses of the pool can be reserved
--- request eval
[ "PATCH /api/admin/addresses/%{pool.id}/10.213.0.7\n" . '{"reserved":true}',
  "PATCH /api/admin/addresses/%{pool.id}/x\n" . '{"reserved":true}',
  "PATCH /api/admin/addresses/%{pool.id}/10.213.0.3\n" . '{"reserved":1}',
  "PATCH /api/admin/addresses/%{pool.id}/10.213.0.3\n" . '{}',
  'GET /api/admin/addresses/999999/addresses',
  'GET /api/admin/addresses/%{pool.id}/addresses?state=gone&limit=201' ]
--- more_headers eval
$::boss
--- error_code eval
[ 404, 404, 422, 422, 404, 422 ]



=== TEST 9: the list of addresses names the container of each
--- init
main::take();
--- request eval
[ 'GET /api/admin/addresses/%{pool.id}/addresses?state=taken',
  'GET /api/admin/addresses/%{pool.id}/addresses?q=bea.pools' ]
--- more_headers eval
$::boss
--- response_body_like eval
[ ("^\\{\"items\":\\[\\{\"address\":\"10.213.0.4\",\"state\":\"taken\",\"reserved\":false,\"vm\":\\{\"id\":$::vm,[^}]*\\},\"owner\":\\{\"id\":$::bea,\"account\":\"bea.pools\"") x 2 ]
--- check: count_pages



=== TEST 10: gateway, name and state of a pool change, and the old gateway becomes free
--- request
PATCH /api/admin/addresses/%{pool.id}
{"gateway":"10.213.0.6","dns":[],"name":"Pool 2","enabled":false}
--- more_headers eval
$::boss
--- response_body_like: "name":"Pool 2",.*"gateway":"10.213.0.6","dns":\[\],.*"enabled":false,"state":"ready","total":5
--- rows
SELECT address FROM address WHERE address LIKE '10.213.0.%' ORDER BY id
--- rows_are
10.213.0.2
10.213.0.3
10.213.0.4
10.213.0.5
10.213.0.1



=== TEST 11: a gateway is removed, and an address in use cannot become one
--- request eval
[ "PATCH /api/admin/addresses/%{pool.id}\n" . '{"gateway":null}',
  "PATCH /api/admin/addresses/%{pool.id}\n" . '{"gateway":"10.213.0.4"}',
  "PATCH /api/admin/addresses/%{pool.id}\n" . '{"cidr":"10.1.0.0/24"}',
  "PATCH /api/admin/addresses/999999\n" . '{"name":"Pool 3"}' ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 422, 422, 404 ]
--- response_body_like eval
[ '"gateway":null,"dns":\[\],.*"total":6', '"gateway","code":"taken"',
  '"cidr","code":"unknown"', 'not_found' ]



=== TEST 12: a pool with addresses in use cannot be deleted
--- request eval
[ 'DELETE /api/admin/addresses/%{pool.id}', 'GET /api/admin/addresses' ]
--- more_headers eval
$::boss
--- error_code eval
[ 409, 200 ]
--- response_body_like eval
[ '"code":"in_use"', '"cidr":"10.213.0.0/29".*"total":6,"free":5,"taken":1' ]



=== TEST 13: a pool without addresses in use is deleted
--- init
VzFixture::sql("UPDATE address SET vm_id = NULL WHERE vm_id = $main::vm");
--- request eval
[ 'DELETE /api/admin/addresses/%{pool.id}',
  'DELETE /api/admin/addresses/%{pool.id}' ]
--- more_headers eval
$::boss
--- error_code eval
[ 204, 404 ]
--- rows
SELECT COUNT(*) FROM address WHERE address LIKE '10.213.0.%'
--- rows_are
0



=== TEST 14: the audit has every change
--- request
GET /api/admin/addresses
--- more_headers eval
$::boss
--- rows
SELECT DISTINCT action FROM audit WHERE account = 'boss.pools' ORDER BY action
--- rows_are
address.change
pool.change
pool.end
pool.make
