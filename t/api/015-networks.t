# What conf/nginx.conf limits by: an address, of IPv6 its network of 64 bits.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $map = do {
    my $top = vz_top();

    open my $in, '<', "$top/conf/nginx.conf" or die "conf/nginx.conf: $!";
    local $/;
    (<$in> =~ /^(map \$binary_remote_addr .*?^\}\n)/ms)[0] // die 'no map';
};

our @seen = (
    '192.0.2.1'            => 200,
    '192.0.2.1'            => 429,
    '192.0.2.2'            => 200,
    '2001:db8::1'          => 200,
    '2001:db8::2'          => 429,
    '2001:db8::ffff:1:2:3' => 429,
    '2001:db8:0:1::1'      => 200,
    '2001:db8:0:1::a'      => 429,
    '2001:db8:0:a::a'      => 200,
    '2001:db8:0:a0a::1'    => 200,
    '2001:db8:0:a0a::2'    => 429,
    '::ffff:192.0.2.9'     => 200,
);


sub limited {
    my @calls = @seen;

    while (my ($address, $code) = splice @calls, 0, 2) {
        is(ask('GET', '/api/plans', "X-Real-IP: $address\n")->{code}, $code,
            "$address: $code");
    }
}

run_tests();

__DATA__

=== TEST 1: IPv6 addresses of one network count as one client
--- http_config eval
::vz_http_config() . $::map . <<'END'
    limit_req_zone $vzpanel_network zone=calls:1m rate=1r/m;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;
END
--- config
location /api { vzpanel_api; }
location = /api/plans {
    limit_req zone=calls;
    limit_req_status 429;
    vzpanel_api /api;
}
--- init: ::limited()
--- request
GET /api/templates
