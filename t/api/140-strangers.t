# What is somebody else's, on every route that there is: the table of routes
# is read, so that a new one is asked too.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

our $owner = user(unique('owner'));
our $customer = user(unique('other'));
our $stranger = session($customer) . "Content-Type: application/json\n";
our $script = token($customer) . "Content-Type: application/json\n";
our $root = session(user(unique('root'), role => 'admin'))
    . "Content-Type: application/json\n";

# --- what the owner has, by the beginning of its path ---

our $vm = vm($owner);
our $untouched = 'SELECT COUNT(*) FROM task WHERE vm_id = ' . $vm;

our $task = VzFixture::insert('task', kind => 'stop', vm_id => $vm,
    user_id => $owner, actor => 'owner', via => 'web', state => 'done',
    step => 1, steps => 1);

session($owner);
token($owner);
our $session = sql_value("SELECT id FROM session WHERE user_id = $owner");
our $token = sql_value("SELECT id FROM token WHERE user_id = $owner");

our $key = VzFixture::insert('user_key', user_id => $owner, name => 'own',
    type => 'ssh-ed25519', body => 'AAAA', fingerprint => 'SHA256:' . 'x' x 43);

our $passkey = VzFixture::insert('passkey', user_id => $owner, name => 'own',
    credential => 'x' x 16, public_key => 'x', algorithm => -7);

our %theirs = (
    '/api/vms/'              => $vm,
    '/api/tasks/'            => $task,
    '/api/account/sessions/' => $session,
    '/api/account/tokens/'   => $token,
    '/api/account/keys/'     => $key,
    '/api/account/passkeys/' => $passkey,
    '/api/orders/'           => '0' x 64,
    '/api/password/'         => '0' x 64,
    '/api/admin/'            => 999_999,
);


# The path with somebody else's id in it; a route of things that are not in
# the table above has to be added there.
sub foreign {
    my ($path) = @_;
    my ($begin) = grep { index($path, $_) == 0 } sort keys %theirs
        or die "no stranger's id for $path\n";

    return $path =~ s/\{\w+\}/$theirs{$begin}/gr;
}


# a route whose form is looked at before its object gets a body it takes
our %bodies = (
    '/api/orders/{link}/mail'     => '{"email":"a@example.org"}',
    '/api/vms/{id}/name'          => '{"name":"x"}',
    '/api/vms/{id}/hostname'      => '{"hostname":"x"}',
    '/api/vms/{id}/reinstall'     => '{"name":"x","template":"x"}',
    '/api/vms/{id}/snapshots/{snapshot}/rollback' => '{"name":"x"}',
    '/api/vms/{id}/firewall'      => '{"in":"drop","out":"drop"}',
    '/api/vms/{id}/backups/{backup}/restore' => '{"mode":"new"}',
    '/api/vms/{id}/rdns'          => '{"address":"192.0.2.1","name":null}',
);

sub request_of {
    my ($route) = @_;
    my $path = $route->{path} =~ /\{/ ? foreign($route->{path})
        : $route->{path};

    return "$route->{method} $path"
        . ($route->{form} ? "\n" . ($bodies{$route->{path}} // '{}') : '');
}


our @routes = routes();
our @private = map { request_of($_) } grep { $_->{role} ne 'ANYONE' } @routes;
our @foreign = map { request_of($_) }
    grep { $_->{path} =~ /\{/ && $_->{role} ne 'ADMIN'
        && $_->{path} !~ /password/ } @routes;
our @changing = map { request_of($_) }
    grep { $_->{path} =~ /\{/ && $_->{method} ne 'GET' } @routes;
our @admin = map { request_of($_) } grep { $_->{role} eq 'ADMIN' } @routes;

# a list of requests can't be empty: without routes of administrators the
# path that is nobody's stands in
our $admins = @admin ? 403 : 404;
@admin = ('GET /api/admin/nothing') if !@admin;

our @nowhere = (map { "GET /api/vms/$_" } 0, 'x', '18446744073709551616',
    "$vm/", "$vm/start/now", "$vm%00");

sub each_is { return [($_[0]) x $_[1]] }

sub still_theirs {
    is(sql_value($untouched), 1, 'nothing happens to the container');
    is(sql_value("SELECT COUNT(*) FROM session WHERE id = $session"), 1,
        'the session is there');
    is(sql_value("SELECT COUNT(*) FROM token WHERE id = $token"), 1,
        'the token is there');
    is(sql_value("SELECT COUNT(*) FROM user_key WHERE id = $key"), 1,
        'the key is there');
    is(sql_value("SELECT COUNT(*) FROM passkey WHERE id = $passkey"), 1,
        'the passkey is there');
}

run_tests();

__DATA__

=== TEST 1: a visitor gets 401 on every route that is not public
--- request eval
[@::private]
--- error_code eval
::each_is(401, scalar @::private)
--- response_body_like eval
::each_is('"code":"not_signed_in"', scalar @::private)



=== TEST 2: an unknown session or token gets 401 on every route that is not public
--- request eval
[@::private]
--- more_headers eval
'Cookie: vzpanel_session=' . '0' x 64 . "\nContent-Type: application/json"
--- error_code eval
::each_is(401, scalar @::private)



=== TEST 3: a customer finds nothing of another under any id, known or never given
--- request eval
[@::foreign, map { s{(/\d+)}{/999999999}r } @::foreign]
--- more_headers eval
$::stranger
--- error_code eval
::each_is(404, 2 * @::foreign)
--- response_body_like eval
::each_is('"code":"not_found"', 2 * @::foreign)
--- response_headers eval
::each_is('Content-Type: application/problem+json', 2 * @::foreign)
--- check: still_theirs



=== TEST 4: a customer's token finds nothing of another under any id
--- request eval
[@::foreign]
--- more_headers eval
$::script
--- error_code_like eval
::each_is('^40[34]$', scalar @::foreign)
--- check: still_theirs



=== TEST 5: a customer may not do what is an administrator's
--- request eval
[@::admin]
--- more_headers eval
$::stranger
--- error_code eval
::each_is($::admins, scalar @::admin)



=== TEST 6: a page of another site changes nothing
--- request eval
[@::changing]
--- more_headers eval
"${main::root}Origin: https://evil.example"
--- error_code eval
::each_is(403, scalar @::changing)
--- response_body_like eval
::each_is('"code":"bad_origin"', scalar @::changing)
--- check: still_theirs



=== TEST 7: paths beside the routes are 404
--- request eval
[@::nowhere]
--- more_headers eval
$::stranger
--- error_code_like eval
::each_is('^40[04]$', scalar @::nowhere)



=== TEST 8: lists have no tasks and containers of other users
--- request eval
["GET /api/tasks?vm=$::vm", "GET /api/vms?user=$::owner", "GET /api/vms?q=$::vm", 'GET /api/tasks']
--- more_headers eval
$::stranger
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
::each_is('"items":\[\]', 4)



=== TEST 9: an administrator finds everything of a customer
--- request eval
["GET /api/vms/$::vm", "GET /api/tasks/$::task"]
--- more_headers eval
$::root
--- error_code eval
[200, 200]



=== TEST 10: an administrator does not find a customer's sessions and tokens
--- request eval
["DELETE /api/account/sessions/$::session", "DELETE /api/account/tokens/$::token"]
--- more_headers eval
$::root
--- error_code eval
[404, 404]
--- check: still_theirs
