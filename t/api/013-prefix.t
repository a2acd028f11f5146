# An API under another prefix: it says where things are by that one.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
no_root_location();

our $json = "Content-Type: application/json\n";
our $boss = session(user(unique('boss'), role => 'admin')) . $json;
our ($vm, $ctid) = container(user(unique('ana')));


sub place {
    my ($call, $like, $what) = @_;
    my ($place) = $call->{head} =~ /^Location: (.*?)\r?$/m;

    like($call->{code}, qr/^20[0-2]$/, "$what is answered");
    like($place // '', $like, 'and says where it is');
    is(ask('GET', $place // '/', $boss)->{code}, 200, 'which is right');
}


sub places {
    my ($prefix) = @_;
    my $account = unique('n');

    place(ask('POST', "$prefix/orders", $json, order_body()),
        qr{^$prefix/orders/[0-9a-f]{64}$}, 'an order');
    place(ask('POST', "$prefix/admin/users", $boss, qq({"first_name":"Eva",)
        . qq("email":"$account\@example.org","account":"$account"})),
        qr{^$prefix/admin/users/\d+$}, 'a user');
    place(ask('POST', "$prefix/vms/$vm/start", "${boss}Prefer: wait=30\n"),
        qr{^$prefix/tasks/\d+$}, 'a start');
    place(ask('PATCH', "$prefix/vms/$vm/cpu", "${boss}If-Match: *\n",
        '{"units":1000}'), qr{^$prefix/tasks/\d+$}, 'a change');

    my $call = ask('POST', "$prefix/orders", "${json}Idempotency-Key: $account\n",
        my $body = order_body());

    place($call, qr{^$prefix/orders/}, 'an order under a key');
    place(ask('POST', "$prefix/orders", "${json}Idempotency-Key: $account\n",
        $body), qr{^$prefix/orders/}, 'and when it is asked for again');
}

# nothing knows the API by another name
sub sources {
    my $top = vz_top();

    for my $file (glob("$top/src/panel/*.c $top/src/panel/*/*.c"
                      . " $top/src/runtime/*.c")) {
        open my $in, '<', $file or die "$file: $!";
        is(join('', grep { m{"/api/} } <$in>), '',
            "$file knows no prefix") or last;
    }
}

add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_signup approve;');
    $_[0]->set_value(timeout => 60);
});

run_tests();

__DATA__

=== TEST 1: the prefix is the name of the location by default
--- config
location /v1/ { vzpanel_api; }
--- init: ::places('/v1')
--- request
GET /v1/plans



=== TEST 2: a prefix may have several parts
--- config
location ~ ^/hosting/(one|two)/ { vzpanel_api /hosting/one; }
--- init: ::places('/hosting/one')
--- request
GET /hosting/one/plans



=== TEST 3: a prefix may be empty
--- config
location / { vzpanel_api; }
--- init: ::places('')
--- request
GET /plans



=== TEST 4: the default location works
--- init: ::places('/api'); ::sources()
