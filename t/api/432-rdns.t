# Reverse DNS: the name of an address, asked of a real PowerDNS over its own
# database.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;
use VzPdns;

no_shuffle();

our $dns = VzPdns->new('97.99.10.in-addr.arpa', 'example.net',
    '2.3.4.0.8.b.d.0.1.0.0.2.ip6.arpa');
our $ana = user(unique('ana'));
our $anas = session($ana);
our $eva = session(user(unique('eva')));
our $root = session(user('root.rdns', role => 'admin'));
our ($vm, $ctid) = container($ana);
our $other = vm($ana);

my ($four, $six) = ('10.99.97.7', '2001:db8:432::7');
my $arpa = '7.0.0.0.' . '0.0.0.0.' x 4 . '2.3.4.0.8.b.d.0.1.0.0.2.ip6.arpa';
my $pid = $$;

sql(<<"SQL");
INSERT INTO address_pool (name, cidr) VALUES ('Rdns 4', '10.99.97.0/24');
INSERT INTO address (pool_id, address, vm_id, position) VALUES
    (LAST_INSERT_ID(), '$four', $vm, 0),
    (LAST_INSERT_ID(), '10.99.97.8', $vm, 1),
    (LAST_INSERT_ID(), '10.99.97.9', $other, 0),
    (LAST_INSERT_ID(), '10.99.97.10', $other, 1),
    (LAST_INSERT_ID(), '10.99.97.11', NULL, 0);
INSERT INTO address_pool (name, cidr) VALUES ('Rdns 6', '2001:db8:432::/120');
INSERT INTO address (pool_id, address, vm_id, position) VALUES
    (LAST_INSERT_ID(), '$six', $vm, 2),
    (LAST_INSERT_ID(), '2001:db8:432::8', $other, 2);
INSERT INTO address_pool (name, cidr) VALUES ('Rdns none', '10.99.98.0/24');
INSERT INTO address (pool_id, address, vm_id, position) VALUES
    (LAST_INSERT_ID(), '10.99.98.7', $vm, 3);
SQL
$dns->record('example.net', 'www.example.net', 'A', $four);
$dns->record('example.net', 'www.example.net', 'AAAA', $six);
$dns->record('97.99.10.in-addr.arpa', '10.97.99.10.in-addr.arpa', 'CNAME',
    '10.customer.example.net');

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $ctid) if $ctid;
        sql("DELETE r FROM rdns r JOIN address a ON a.address = r.address"
            . " JOIN address_pool p ON p.id = a.pool_id"
            . " WHERE p.name LIKE 'Rdns %'; DELETE FROM rdns_zone;"
            . " DELETE a FROM address a JOIN address_pool p"
            . " ON p.id = a.pool_id WHERE p.name LIKE 'Rdns %';"
            . " DELETE FROM address_pool WHERE name LIKE 'Rdns %'");
    }
}


sub get { return ask('GET', "/api/vms/$vm/rdns", $_[0] // $anas) }

sub put {
    my ($address, $name, $who, $id) = @_;

    return ask('PUT', '/api/vms/' . ($id // $vm) . '/rdns', $who // $anas,
        encode_json({ address => $address, name => $name }));
}

# "CODE FIELD WHY" of a refusal
sub wrong {
    my $answer = put(@_);
    my $error = $answer->{json}{errors}[0];

    return join ' ', $answer->{code}, $error ? ($error->{field},
        $error->{code}) : $answer->{json}{code} // '';
}

# its state in the list, as words
sub state {
    my ($address, $id) = @_;
    my $list = ask('GET', '/api/vms/' . ($id // $vm) . '/rdns', $root)->{json};
    my ($item) = grep { $_->{address} eq $address } @{ $list->{items} };

    return join ' ', $item->{name} // '-',
        $item->{published} ? 'published' : 'pending', $item->{problem} // '-';
}

# whether DNS says so within the seconds that a delivery may take
sub says {
    my ($address, $name, $title) = @_;
    my $said;

    wait_for(15, sub { ($said = $dns->ptr($address)) eq $name });
    is($said, $name, $title);
}

# until the panel knows the zones
sub surveyed {
    ok(wait_for(30, sub { state($four) !~ /no_zone/ }),
        'the panel knows which zones there are');
}


sub named {
    surveyed();

    my $list = get()->{json};

    is($list->{available}, JSON::PP::true, 'addresses may have names');
    is(join(' ', map { $_->{address} } @{ $list->{items} }),
        "$four 10.99.97.8 $six 10.99.98.7", 'all addresses are listed');
    is(state('10.99.98.7'), '- published no_zone',
        'and which can have no name');

    my $serial = $dns->serial('97.99.10.in-addr.arpa');
    my $answer = put($four, 'WWW.Example.net');

    is($answer->{code}, 200, 'an address gets a name');
    is($answer->{json}{points_back}, JSON::PP::true, 'which points back');
    is($answer->{json}{items}[0]{name}, 'www.example.net', 'in lower case');
    says($four, 'www.example.net.', 'and DNS tells it');
    ok(wait_for(5, sub { state($four) eq 'www.example.net published -' }),
        'so does the list');
    is($dns->serial('97.99.10.in-addr.arpa'), $serial + 1,
        'the serial was raised, once');
    is(sql_value("SELECT COUNT(*) FROM audit WHERE action = 'vm.rdns'"
        . " AND user_id = $ana AND detail = '$four www.example.net'"), 1,
        'the audit has it');

    is(put($six, 'www.example.net')->{json}{points_back}, JSON::PP::true,
        'IPv6 as well');
    says($six, 'www.example.net.', 'in ip6.arpa');
    is($dns->status(substr $arpa, 20), 'NOERROR',
        'names between it and its zone are there');
}

sub changed {
    is(put($four, 'mail.example.net')->{json}{points_back}, JSON::PP::false,
        'a name that does not point back is taken, and that is told');
    says($four, 'mail.example.net.', 'it takes the place of the other');

    my $serial = $dns->serial('97.99.10.in-addr.arpa');

    put($four, 'mail.example.net');
    ok(wait_for(10, sub { state($four) =~ / published -/ }), 'the same again');
    is($dns->serial('97.99.10.in-addr.arpa'), $serial, 'changes no serial');

    my $beside = '2001:db8:432::8';

    put($beside, 'beside.example.net', $anas, $other);
    says($beside, 'beside.example.net.', 'an address beside it has a name');
    is(put($six, undef)->{code}, 200, 'null takes a name away');
    says($six, '', 'and it is gone');
    is($dns->status(substr $arpa, 20), 'NOERROR',
        'what stands above the other stays');
    is(state($beside, $other), 'beside.example.net published -',
        'so does the other');
    put($beside, undef, $anas, $other);
    says($beside, '', 'which goes as well');
    is($dns->status(substr $arpa, 20), 'NXDOMAIN',
        'with what stood between it and its zone');
    is(sql_value("SELECT COUNT(*) FROM rdns WHERE address = '$six'"), 0,
        'nothing is kept of it');
}

sub refused {
    is(get($eva)->{code}, 404, 'a stranger sees nothing');
    is(wrong($four, 'eva.example.net', $eva), '404 not_found',
        'and names nothing');
    is(wrong('10.99.97.9', 'x.example.net'), '422 address absent',
        'another container’s address');
    is(wrong('10.99.97.11', 'x.example.net'), '422 address absent',
        'nobody’s address');
    is(wrong('192.0.2.1', 'x.example.net'), '422 address absent',
        'an address of elsewhere');
    is(wrong('10.99.98.7', 'x.example.net'), '422 address no_zone',
        'one in no zone');
    is(wrong($four, $_), '422 name format', "no name: $_") for 'example',
        'a_b.example.net', '-a.example.net', 'a-.example.net', 'a..example.net',
        'example.net.', '.example.net', 'a b.example.net', 'ñ.example.net',
        "a.example.net\n", '10.99.97.7', 'a.123', ('x' x 64) . '.example.net',
        join('.', ('x' x 60) x 4) . '.example.net', '*.example.net';
    is(ask('PUT', "/api/vms/$vm/rdns", $anas, qq({"address":"$four"}))
        ->{json}{errors}[0]{code}, 'required', 'the name is required');
    is(put('2001:DB8:432:0::7', 'xn--6qq79v.example.net')->{code}, 200,
        'an address in another spelling, a name in punycode');
    is(put($four, 'root.example.net', $root)->{code}, 200,
        'an administrator may');
    says($four, 'root.example.net.', 'and it holds');
    is(put('10.99.97.10', 'x.example.net', $anas, $other)->{code}, 200,
        'where the zone points elsewhere');
    ok(wait_for(15, sub { state('10.99.97.10', $other)
        eq 'x.example.net pending delegated' }), 'the list says so');
    sql("UPDATE vm SET lifecycle = 'suspended' WHERE id = $other");
    is(wrong('10.99.97.9', 'x.example.net', $anas, $other), '409 suspended',
        'not while it is suspended');
}

sub away {
    $dns->away;
    is(put($four, 'later.example.net')->{code}, 200,
        'the database is away: the wish is taken');
    ok(wait_for(15, sub { state($four) eq 'later.example.net pending away' }),
        'and the list says why it waits');
    is($dns->ptr($four), 'root.example.net.', 'what was there is there');
    $dns->back;
    says($four, 'later.example.net.', 'it comes when the database is back');
    ok(wait_for(10, sub { state($four) eq 'later.example.net published -' }),
        'and the list says so');
}

sub taken {
    my $tag = ask('GET', "/api/vms/$vm", $root)->{json}{version};

    put('10.99.97.8', 'eight.example.net');
    says('10.99.97.8', 'eight.example.net.', 'a second address has a name');

    my $change = ask('PATCH', "/api/vms/$vm/network", $root
        . "Prefer: wait=60\nIf-Match: \"$tag\"\n",
        encode_json({ addresses => [ $four, $six, '10.99.98.7' ] }));

    is($change->{json}{state}, 'done', 'it is taken away');
    says('10.99.97.8', '', 'and its name with it');
}

sub destroyed {
    says($six, 'xn--6qq79v.example.net.', 'there is a name');
    $dns->away;

    my $name = sql_value("SELECT name FROM vm WHERE id = $vm");
    my $gone = ask('DELETE', "/api/vms/$vm", $root . "Prefer: wait=60\n",
        encode_json({ name => $name }));

    is($gone->{json}{state}, 'done', 'a container is destroyed while the '
        . 'database is away');
    $ctid = 0;
    is($dns->ptr($four), 'later.example.net.', 'its names are there until');
    $dns->back;
    says($four, '', 'the database is back');
    says($six, '', 'in each zone');
    is(sql_value("SELECT COUNT(*) FROM rdns WHERE address IN ('$four', '$six')"),
        0, 'nothing is kept');
}

sub defaults {
    surveyed_other();
    says('10.99.97.9', '10-99-97-9.pool.example.net.',
        'an address without a name gets that of the pattern');
    sql("UPDATE vm SET lifecycle = 'ready' WHERE id = $other");
    is(put('10.99.97.9', 'own.example.net', $anas, $other)
        ->{json}{items}[0]{chosen}, JSON::PP::true, 'it may have another');
    says('10.99.97.9', 'own.example.net.', 'which holds');
    is(put('10.99.97.9', undef, $anas, $other)->{json}{items}[0]{name},
        '10-99-97-9.pool.example.net', 'and goes back to it');
    says('10.99.97.9', '10-99-97-9.pool.example.net.', 'in DNS, too');
    sql("UPDATE address SET vm_id = NULL WHERE address = '10.99.97.9'");
    says('10.99.97.9', '', 'an address that nobody has any more has no name');

    $dns->made('98.99.10.in-addr.arpa');
    sql("UPDATE address SET vm_id = $other WHERE address = '10.99.98.7'");
    wait_for(20, sub { $dns->ptr('10.99.98.7') });
    says('10.99.98.7', '10-99-98-7.pool.example.net.',
        'a zone that comes is found');

    $dns->made('7.98.99.10.in-addr.arpa');
    ok(wait_for(40, sub { join(' ', $dns->sql_in('SELECT d.name FROM records r'
        . ' JOIN domains d ON d.id = r.domain_id'
        . " WHERE r.type = 'PTR' AND r.name = '7.98.99.10.in-addr.arpa'"))
        eq '7.98.99.10.in-addr.arpa' }), 'the longest zone takes it');
    says('10.99.98.7', '10-99-98-7.pool.example.net.', 'and tells the same');
}

sub surveyed_other {
    ok(wait_for(30, sub { state('10.99.97.9', $other) !~ /no_zone/ }),
        'the zones are known');
}

sub often {
    my $bad;

    for (1 .. 60) {
        $bad = put('10.99.97.9', "n$_.example.net", $anas, $other);
        last if $bad->{code} == 429;
    }

    is($bad->{code}, 429, 'too many changes have to wait');
    like($bad->{head}, qr/^Retry-After: \d+/m, 'and for how long is told');
    is(put('10.99.97.10', 'r.example.net', $root, $other)->{code}, 200,
        'an administrator has no such limit');
}

sub off {
    my $list = ask('GET', "/api/vms/$other/rdns", $anas)->{json};

    is($list->{available}, JSON::PP::false, 'there is no such thing here');
    is(wrong('10.99.97.10', 'x.example.net', $anas, $other), '409 rdns_off',
        'and nothing is named');
}

run_tests();

__DATA__

=== TEST 1: an address gets a name
--- vzpanel eval: $::dns->directives
--- init: ::named()



=== TEST 2: it is changed, and taken away
--- vzpanel eval: $::dns->directives
--- init: ::changed()



=== TEST 3: what is refused
--- vzpanel eval: $::dns->directives
--- init: ::refused()



=== TEST 4: the database is away, and comes back
--- vzpanel eval: $::dns->directives
--- init: ::away()



=== TEST 5: an address that is taken away
--- vzpanel eval: $::dns->directives
--- init: ::taken()



=== TEST 6: a container that is destroyed
--- vzpanel eval: $::dns->directives
--- init: ::destroyed()



=== TEST 7: names by a pattern
--- vzpanel eval: $::dns->directives('vzpanel_rdns_default *.pool.example.net;')
--- init: ::defaults()



=== TEST 8: not too often
--- vzpanel eval: $::dns->directives
--- init: ::often()



=== TEST 9: without PowerDNS
--- init: ::off()



=== TEST 10: a pattern without a place for the address
--- vzpanel
vzpanel_rdns_default pool.example.net;
--- must_die
--- error_log
has no * for the address



=== TEST 11: a pattern that makes no name
--- vzpanel
vzpanel_rdns_default *.pool_example.net;
--- must_die
--- error_log
is not a name like *.pool.example.net
