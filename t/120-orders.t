# Contracting a plan: the form, the claims, the running container, the mail.

use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $json = "Content-Type: application/json\n";
our $busybox = sql_value("SELECT name FROM template WHERE label = 'BusyBox'");

my $number = 10_000_000 + int(rand(80_000_000));

sub dni { return $number + $_[0] }

sub order {
    my ($dni, %more) = @_;
    my %form = (first_name => 'Ana', last_name => 'Pérez', dni => $dni,
        email => "o$dni\@example.org", plan => 'Básico',
        template => $::busybox, %more);

    return "POST /api/orders\n{" . join(',', map { qq("$_":"$form{$_}") }
        grep { defined $form{$_} } sort keys %form) . '}';
}

our $known = dni(90);

user(unique('known'), dni => $known);
sql("INSERT IGNORE INTO template (name, label) VALUES ('absent-1', 'Absent')");

our $broken = order('x', first_name => undef, email => 'a@', plan => undef,
    hostname => '-x', colour => 'red');

run_tests();

__DATA__

=== TEST 1: every broken field is named at once
--- request eval
$::broken
--- more_headers eval
$::json
--- error_code: 422
--- response_body_like eval
qr/^(?=.*"first_name","code":"required")(?=.*"dni","code":"format")(?=.*"email","code":"format")(?=.*"plan","code":"required")(?=.*"hostname","code":"format")(?=.*"colour","code":"unknown")/



=== TEST 2: a plan and a system that are not offered are fields as well
--- request eval
::order(::dni(2), plan => 'Nada', template => 'nada')
--- more_headers eval
$::json
--- error_code: 422
--- response_body_like eval
qr/"field":"plan","code":"absent".*"field":"template","code":"absent"/



=== TEST 3: a system that no node has installed can't be ordered
--- request eval
::order(::dni(3), template => 'absent-1')
--- more_headers eval
$::json
--- error_code: 409
--- response_body_like: "code":"no_template"



=== TEST 4: nor is it offered
--- request
GET /api/templates
--- response_body_like eval
qr/^(?!.*absent-1).*BusyBox/



=== TEST 5: a known DNI is told so, however it is written
--- request eval
[ ::order($::known), ::order($::known =~ s/(..)(...)(...)/$1.$2.$3/r) ]
--- more_headers eval
$::json
--- error_code eval
[ 409, 409 ]
--- response_body_like eval
[ ('"field":"dni","code":"exists","message":"Usuario existente".*"?') x 2 ]



=== TEST 6: an order ends in a running container, and its page says where
--- timeout: 60
--- request eval
::order(::dni(6), hostname => 'Web.Example.org')
--- more_headers eval
$::json . "Prefer: wait=50\n"
--- response_headers_like
Location: /api/orders/[0-9a-f]{64}
Preference-Applied: wait=50
--- response_body_like eval
qr/"state":"done".*("name":"\w+","state":"done".*){8}"account":"aperez\d*","email":"o\*\*\*\@example\.org","hostname":"web\.example\.org","address":"[0-9.]+"/



=== TEST 7: the same key makes one order and answers the same
--- timeout: 60
--- request eval
[ (::order(::dni(7))) x 2, ::order(::dni(8)) ]
--- more_headers eval
$::json . "Prefer: wait=50\nIdempotency-Key: " . ($::key //= VzFixture::unique('key')) . "\n"
--- error_code eval
[ 200, 200, 422 ]
--- response_body_like eval
[ ('"state":"done"') x 2, '"code":"key_reused"' ]



=== TEST 8: a link that nobody was given leads nowhere
--- request eval
[ 'GET /api/orders/' . '0' x 64, 'GET /api/orders/x' ]
--- error_code eval
[ 404, 404 ]



=== TEST 9: the form is closed where the provider closed it
--- vzpanel
    vzpanel_signup off;
--- request eval
::order(::dni(9))
--- more_headers eval
$::json
--- error_code: 403
--- response_body_like: "code":"signup_off"



=== TEST 10: the page of plans says so too
--- vzpanel
    vzpanel_signup off;
--- request
GET /api/plans
--- response_body_like: "signup":"off"
