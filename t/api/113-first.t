# A password that was mailed is for changing it, and not for ever.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $mark = unique('first');
our $ana = user("ana.$mark", must_change => 1);
our $vm = vm($ana);


# each route that needs somebody, as a user who has to change the password; a
# panel may ask for the second step first, which is open, too
sub routes_are_shut {
    my ($role) = @_;
    my %open = map { $_ => 1 } 'GET /api/session', 'DELETE /api/session',
        'PUT /api/account/password', 'GET /api/account',
        'GET /api/account/activity', 'GET /api/account/sessions',
        'GET /api/account/tokens', 'POST /api/session/confirm',
        'POST /api/session/confirm/begin',
        'GET /api/account/second-factor', 'POST /api/account/second-factor',
        'POST /api/account/second-factor/confirm';
    my $id = user("$role.$mark", role => $role, must_change => 1);
    my $cookie = session($id);

    for my $route (grep { $_->{role} ne 'ANYONE' } routes()) {
        my ($method, $path) = @$route{qw(method path)};

        next if "$method $path" eq 'DELETE /api/session';

        my $call = ask($method, $path =~ s/\{\w+\}/$vm/r, "$cookie$json",
            $method eq 'GET' ? undef : '{}');

        next if $route->{role} eq 'ADMIN' && $role ne 'admin';

        if ($open{"$method $path"}) {
            isnt($call->{json}{code} // '', 'must_change',
                "$role, $method $path: is open");
        } else {
            is("$call->{code} " . ($call->{json}{code} // ''),
                '403 must_change', "$role, $method $path: is not");
        }
    }

    is(ask('GET', '/api/vms', token($id))->{code}, 403,
        'nor is it for a script');
    is(ask('PUT', '/api/account/password', $cookie,
        '{"old":"Test-password-1","new":"Another-password-1"}')->{code}, 204,
        'the password is changed');
    is(ask('GET', '/api/vms', $cookie)->{code}, 200, 'then all is open')
        for 1 .. 4;
    is(ask('DELETE', '/api/session', $cookie)->{code}, 204, 'and he leaves');
}


sub expires {
    my $old = user("old.$mark", must_change => 1);
    my $new = user("new.$mark", must_change => 1);
    my $in = sub { ask('POST', '/api/session', '',
        qq({"account":"$_[0].$mark","password":"$_[1]"})) };

    sql("UPDATE user SET drawn = NOW(3) - INTERVAL IF(id = $old, 31, 29) DAY"
        . " WHERE id IN ($old, $new)");

    is($in->('new', 'Test-password-1')->{code}, 200, '29 days: it signs in');

    my $call = $in->('old', 'Test-password-1');

    is("$call->{code} $call->{json}{code}", '401 password_expired',
        '31 days: it does not, and why');
    is($in->('old', 'wrong')->{json}{code}, 'bad_credentials',
        'which is told to who has it alone');
    is(sql_value("SELECT COUNT(*) FROM session WHERE user_id = $old"), 0,
        'no session');
}

run_tests();

__DATA__

=== TEST 1: a customer with a mailed password can only change it
--- init: ::routes_are_shut('customer')



=== TEST 2: an administrator with a mailed password can only change it
--- init: ::routes_are_shut('admin')



=== TEST 3: a mailed password expires after thirty days
--- init: ::expires()
