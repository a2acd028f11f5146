# Names of addresses in zones of a part of a /24 (RFC 2317), asked of a real
# PowerDNS.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzPdns;

no_shuffle();

# the whole network is here, and parts of it by each way to write them; of
# another network a part alone
our $dns = VzPdns->new('example.net', '96.99.10.in-addr.arpa',
    '0/25.96.99.10.in-addr.arpa', '128-191.96.99.10.in-addr.arpa',
    '192-27.96.99.10.in-addr.arpa', '250.96.99.10.in-addr.arpa',
    '224/33.96.99.10.in-addr.arpa', '0-300.96.99.10.in-addr.arpa',
    'x/25.96.99.10.in-addr.arpa', '64/26.95.99.10.in-addr.arpa');
our $ana = user(unique('part'));
our $anas = session($ana);
our $vm = vm($ana);

my %name = (7 => '7.0/25', 127 => '127.0/25', 130 => '130.128-191',
    200 => '200.192-27');
my $pid = $$;

sql(<<"SQL");
INSERT INTO address_pool (name, cidr) VALUES ('Part 96', '10.99.96.0/24');
INSERT INTO address (pool_id, address, vm_id, position)
    SELECT LAST_INSERT_ID(), CONCAT('10.99.96.', seq), $vm, seq
    FROM seq_1_to_250 WHERE seq IN (7, 127, 130, 200, 224, 250);
INSERT INTO address_pool (name, cidr) VALUES ('Part 95', '10.99.95.0/24');
INSERT INTO address (pool_id, address, vm_id, position)
    SELECT LAST_INSERT_ID(), CONCAT('10.99.95.', seq), $vm, 300 + seq
    FROM seq_1_to_250 WHERE seq IN (7, 70);
SQL
$dns->record('96.99.10.in-addr.arpa', "$_.96.99.10.in-addr.arpa", 'CNAME',
    "$name{$_}.96.99.10.in-addr.arpa") for keys %name;

END {
    if ($$ == $pid) {
        local $?;
        sql("DELETE r FROM rdns r JOIN address a ON a.address = r.address"
            . " JOIN address_pool p ON p.id = a.pool_id"
            . " WHERE p.name LIKE 'Part %'; DELETE FROM rdns_zone;"
            . " DELETE a FROM address a JOIN address_pool p"
            . " ON p.id = a.pool_id WHERE p.name LIKE 'Part %';"
            . " DELETE FROM address_pool WHERE name LIKE 'Part %'");
    }
}


sub put {
    my ($address, $name) = @_;

    return ask('PUT', "/api/vms/$vm/rdns", $anas,
        encode_json({ address => $address, name => $name }));
}

# what stands in the list for an address
sub state {
    my ($item) = grep { $_->{address} eq $_[0] }
        @{ ask('GET', "/api/vms/$vm/rdns", $anas)->{json}{items} };

    return join ' ', $item->{name} // '-',
        $item->{published} ? 'published' : 'pending', $item->{problem} // '-';
}

# the name at the end of what DNS says, within the time of a delivery
sub says {
    my ($question, $name, $title) = @_;
    my $said;

    wait_for(15, sub {
        ($said) = reverse split ' ', $dns->ask(@$question) // '';
        ($said //= '') eq $name;
    });
    is($said, $name, $title);
}


sub parts_hold_their_addresses {
    ok(wait_for(30, sub { state('10.99.95.70') !~ /no_zone/ }),
        'a part is a zone');

    for my $host (sort { $a <=> $b } keys %name) {
        is(put("10.99.96.$host", "h$host.example.net")->{code}, 200,
            "10.99.96.$host gets a name");
        says([ '-x', "10.99.96.$host" ], "h$host.example.net.",
            "by way of $name{$host}");
        is(state("10.99.96.$host"), "h$host.example.net published -",
            'and is published');
    }

    is(join(' ', $dns->sql_in("SELECT CONCAT(d.name, '=', COUNT(*))"
        . ' FROM records r JOIN domains d ON d.id = r.domain_id'
        . " WHERE r.type = 'PTR' GROUP BY d.name ORDER BY d.name")),
        '0/25.96.99.10.in-addr.arpa=2 128-191.96.99.10.in-addr.arpa=1'
            . ' 192-27.96.99.10.in-addr.arpa=1', 'each in the zone of its part');
}


sub a_part_alone {
    is(put('10.99.95.70', 'alone.example.net')->{code}, 200, 'inside');
    says([ 'PTR', '70.64/26.95.99.10.in-addr.arpa' ], 'alone.example.net.',
        'it stands where another server points to');
    is(put('10.99.95.7', 'x.example.net')->{json}{errors}[0]{code}, 'no_zone',
        'outside there is no zone');
    is(put('10.99.95.70', undef)->{code}, 200, 'it is taken away');
    says([ 'PTR', '70.64/26.95.99.10.in-addr.arpa' ], '', 'and goes');
}


sub what_is_no_part {
    is(put('10.99.96.224', 'whole.example.net')->{code}, 200,
        'an address of no part');
    says([ '-x', '10.99.96.224' ], 'whole.example.net.',
        'has its name in the zone of the network');
    is(put('10.99.96.250', 'own.example.net')->{code}, 200,
        'one with a zone of its own');
    says([ '-x', '10.99.96.250' ], 'own.example.net.', 'has it there');
}

run_tests();

__DATA__

=== TEST 1: the zone of a part of a network holds its addresses
--- vzpanel eval: $::dns->directives
--- init: ::parts_hold_their_addresses()



=== TEST 2: also where the network is somebody else's
--- vzpanel eval: $::dns->directives
--- init: ::a_part_alone()



=== TEST 3: what only looks like a part is none
--- vzpanel eval: $::dns->directives
--- init: ::what_is_no_part()
