# A customer may order so many containers: the site's limit, or the user's own.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzHold;
use VzPanelHelpers;

no_shuffle();

# orders that wait are rows, too, and cost no container
add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(vzpanel => 'vzpanel_signup approve;'
        . ($block->vzpanel // ' vzpanel_vm_limit 2;'));
});

our $json = "Content-Type: application/json\n";
our $boss = session(user(unique('boss.limit'), role => 'admin')) . $json;

my $pid = $$;
my @made;

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $_) for @made;
        forget_held();
    }
}


sub somebody {
    my ($name, %row) = @_;
    my $id = user(unique($name), %row);

    return ($id, session($id) . $json);
}

sub body { encode_json({ plan => "B\x{e1}sico", template => busybox(), @_ }) }

sub order {
    my ($who, $head) = @_;

    return ask('POST', '/api/account/orders', $who . ($head // ''), body());
}

# "CODE WHY LIMIT"
sub said {
    my ($reply) = @_;
    my $json = $reply->{json} // {};

    return join ' ', $reply->{code}, grep { defined } $json->{code},
        $json->{limit};
}

sub had { sql_value("SELECT COUNT(*) FROM vm WHERE user_id = $_[0]") }

# "SERVERS of LIMIT"
sub left {
    my $reply = ask('GET', '/api/account/orders', $_[0]);

    return "$reply->{json}{servers} of " . ($reply->{json}{limit} // '-');
}

sub set_limit {
    my ($id, $limit) = @_;

    return ask('PATCH', "/api/admin/users/$id", $boss,
        encode_json({ vm_limit => $limit }));
}


sub the_sites_limit {
    my ($ana, $anas) = somebody('ana');

    is(left($anas), '0 of 2', 'the site says how many');
    is(said(order($anas)), '202', 'one') for 1, 2;
    is(left($anas), '2 of 2', 'and how many there are');
    is(left($boss), '0 of -', 'an administrator has no limit');

    my $more = order($anas, "Idempotency-Key: again\n");

    is(said($more), '409 vm_limit 2', 'a third is refused');
    like($more->{json}{detail}, qr/2 containers.*ask/, 'with what to do');
    is(had($ana), 2, 'and is not there');
    is(sql_value("SELECT COUNT(*) FROM address a JOIN vm v ON v.id = a.vm_id"
        . " WHERE v.user_id = $ana"), 2, 'nor has an address');
    is(said(order((somebody('other'))[1])), '202', 'somebody else may');

    set_limit($ana, 3);
    is(said(order($anas, "Idempotency-Key: again\n")), '202',
        'the key of a refusal is free');
}


sub the_users_own {
    my ($bea, $beas) = somebody('bea');
    my $reply = set_limit($bea, 1);

    is($reply->{json}{vm_limit}, 1, 'an administrator sets it');
    is(left($beas), '0 of 1', 'and it is told');
    is(said(order($beas)), '202', 'one');
    is(said(order($beas)), '409 vm_limit 1', 'and no more');
    is(set_limit($bea, undef)->{json}{vm_limit}, undef, 'it is taken away');
    is(said(order($beas)), '202', 'that of the site holds');
    is(said(order($beas)), '409 vm_limit 2', 'until there');
    is(set_limit($bea, 0)->{json}{vm_limit}, 0, 'none at all');
    is(said(order($beas)), '409 vm_limit 0', 'what is there stays');
    is(had($bea), 2, 'all of it');
    is(set_limit($bea, $_)->{code}, 422, "not $_") for -1, 100001, 'many';
    is(ask('PATCH', '/api/account', $beas, '{"vm_limit":9}')->{code},
        422, 'nobody sets an own one');
    is(join(', ', map { s/\t/ /gr } sql("SELECT action, detail FROM audit"
        . " WHERE about = $bea AND action LIKE 'user.%'")),
        join(', ', map { "user.change vm_limit$_" } '=1', '', '=0'),
        'the audit has it');
}


sub new_users {
    my $make = sub { ask('POST', '/api/admin/users', $boss, encode_json({
        account => unique('made'), email => 'x@example.org', @_,
        first_name => 'Eva' }))->{json}{vm_limit} };

    is($make->(), undef, 'a new user has none');
    is($make->(vm_limit => 7), 7, 'or the one that is said');
    is($make->(vm_limit => 0), 0, 'and 0 is one');
}


# two workers, one place
sub two_at_once {
    my ($eva, $evas) = somebody('eva', vm_limit => 1);
    my $held = held("SELECT * FROM user WHERE id = $eva FOR UPDATE");
    my @calls = map { ask_begin('POST', '/api/account/orders', $evas, body()) }
        1 .. 4;

    blocked($calls[0]);
    release($held);

    is(join(' ', sort map { ask_end($_)->{code} } @calls), '202 409 409 409',
        'of some at once one has the place');
    is(had($eva), 1, 'there is one');
}


sub who_has_none {
    my ($ana, $anas) = somebody('full', vm_limit => 0);
    my ($chief, $chiefs) = somebody('chief', role => 'admin', vm_limit => 0);

    is(said(order($anas)), '409 vm_limit 0', 'the customer may not');

    my $made = ask_end(ask_begin('POST', '/api/vms', $boss . "Prefer: wait=60\n",
        body(user => $ana)), 65);

    is($made->{json}{state}, 'done', 'an administrator may, for the customer');
    push @made, sql_value("SELECT ctid FROM vm WHERE user_id = $ana");
    is(said(order($chiefs)), '202', 'or for an own one');
    is(ask('POST', '/api/orders', $json, order_body())->{code}, 202,
        'visitors order as before');
}


sub without_a_directive {
    my ($ana, $anas) = somebody('ten');

    for (1 .. 9) {
        vm($ana, lifecycle => 'create_failed');
    }

    is(said(order($anas)), '202', 'the tenth, whatever the others are');
    is(said(order($anas)), '409 vm_limit 10', 'is the last');
}

run_tests();

__DATA__

=== TEST 1: a customer has so many as the site allows
--- init: ::the_sites_limit()



=== TEST 2: or as many as an administrator allows
--- init: ::the_users_own()



=== TEST 3: a new user has a limit, or none
--- init: ::new_users()



=== TEST 4: two orders at once do not share the last place
--- init: ::two_at_once()



=== TEST 5: administrators and visitors have no limit
--- init: ::who_has_none()



=== TEST 6: ten without a directive
--- vzpanel
--- init: ::without_a_directive()



=== TEST 7: a limit is a number
--- vzpanel
vzpanel_vm_limit many;
--- must_die
--- error_log
invalid number



=== TEST 8: of at most 100000
--- vzpanel
vzpanel_vm_limit 100001;
--- must_die
--- error_log
must be between 0 and 100000
