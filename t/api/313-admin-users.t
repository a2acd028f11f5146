# Administration: people who sign in.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $root = user(unique('root'), role => 'admin');
our $boss = session($root) . $json;
our $script = token($root) . $json;
our $mark = unique('mark');
our $dni = person();
our $bea = user("bea.$mark", first_name => 'Bea', last_name => 'Nuñez',
    dni => $dni, phone => '+34 600 000 000');
our $vm = vm($bea, name => "vm$mark");
our $beas = session($bea);
our $beas_script = token($bea, scope => 'read');


sub make {
    my (%user) = @_;
    my %all = (first_name => '"Carla"', last_name => '"Gómez"',
        email => "\"carla.$mark\@example.org\"", %user);

    return "POST /api/admin/users\n{" . join(',', map { "\"$_\":$all{$_}" }
        grep { defined $all{$_} } sort keys %all) . '}';
}

sub by { my ($id) = @_; return "PATCH /api/admin/users/$id\n$_[1]" }

sub pages {
    is(count_paged("/api/admin/users?q=$mark&limit=1", $boss), 2,
        'both are on a page of their own');
}

# the mail has what signs in, once
sub signs_in {
    my ($json, $number) = @_;
    my ($account, $address) = $number
        ? ("bea.$mark", "bea.$mark\@example.org")
        : ($json->{account}, "carla.$mark\@example.org");
    my $mail = wait_for(10, sub { (mails($address))[-1] }) // '';
    my ($password) = mail_text($mail) =~ /Contrase\S+:\s+(\S+)/;
    my $call = ask('POST', '/api/session', '',
        qq({"account":"$account","password":") . ($password // '') . '"}');

    is($call->{code}, 200, "$account signs in with what was mailed");
    ok($call->{json}{user}{must_change}, 'and has to choose another');
}

sub reset_signs_in {
    signs_in($_[0], 1);
    is(ask('GET', '/api/session', $beas_script)->{code}, 401,
        'her scripts are refused') for 1 .. 2;
}

sub made_signs_in { signs_in($_[0], 0) }

sub out {
    is(ask('GET', '/api/session', $beas)->{code}, 401, 'her session is over')
        for 1 .. 4;
}

sub locked_out {
    out();
    is(ask('GET', '/api/session', $beas_script)->{code}, 401,
        'her scripts are refused') for 1 .. 2;
    is(sql_value("SELECT COUNT(*) FROM session WHERE user_id = $bea"), 0,
        'no session is left');
    is(ask('POST', '/api/session', '', qq({"account":"bea.$mark",)
        . '"password":"Test-password-1"}')->{json}{code}, 'locked',
        'signing in says why');
}

sub back {
    is(ask('GET', '/api/session', $beas_script)->{code}, 200,
        'her scripts work again');
    our $again = session($bea);
    is(ask('GET', '/api/session', $again)->{code}, 200, 'so does she');
}

# what was made for one role is not of use in another
sub role_is_new {
    my $role = $_[0]{role};

    is(ask('GET', '/api/session', $_)->{code}, 401, 'what she had is over')
        for ($main::again, $beas_script) x 2;

    $main::again = session($bea);
    $beas_script = token($bea);
    is(ask('GET', '/api/admin/plans', $_)->{code},
        $role eq 'admin' ? 200 : 403, "she is $role at once")
        for ($main::again, $beas_script) x 2;
}

# what a provider does who has no administrator, or none who knows a password
sub from_the_database {
    my $made = qx{sql/administrator bea.$mark bea\@example.org 2>&1};
    my ($password) = $made =~ s/^account=bea\.$mark\npassword=(\w{20})\n//m
        && $1;

    sql($made);
    is(ask('GET', '/api/session', $main::again)->{code}, 401,
        'her session is over');
    is(ask('POST', '/api/session', '', qq({"account":"bea.$mark",)
        . qq("password":"$password"}))->{json}{user}{role}, 'admin',
        'she signs in with what was drawn, as an administrator');
    is(sql_value("SELECT email FROM user WHERE id = $bea"),
        "bea.$mark\@example.org", 'her address stays');
}


run_tests();

__DATA__

=== TEST 1: users are found by account, name, document, mail and id
--- request eval
[ map { "GET /api/admin/users?q=$_" } "bea.$::mark", "Bea%20Nu%C3%B1ez",
  $::dni, substr($::dni, 0, 2) . '.' . substr($::dni, 2, 3) . '.'
  . substr($::dni, 5), "bea.$::mark%40example", $::bea ]
--- more_headers eval
$::boss
--- response_body_like eval
[ ("\"account\":\"bea.$::mark\",\"role\":\"customer\",\"first_name\":\"Bea\",\"last_name\":\"Nuñez\",\"dni\":\"$::dni\".*\"vms\":1") x 6 ]



=== TEST 2: a search without a match finds nobody
--- request eval
[ 'GET /api/admin/users?q=nobody-of-this-name', "GET /api/admin/users?q=$::mark&role=admin",
  "GET /api/admin/users?q=$::mark&locked=true", 'GET /api/admin/users?role=king',
  'GET /api/admin/users?cursor=x', 'GET /api/admin/users?q=%27%20OR%201%3D1' ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 200, 200, 422, 422, 200 ]
--- response_body_like eval
[ ('\{"items":\[\],"next":null\}') x 3, '"role"', '"cursor"',
  '\{"items":\[\],"next":null\}' ]



=== TEST 3: a user has containers, sessions and tokens, and never a password
--- request eval
"GET /api/admin/users/$::bea"
--- more_headers eval
$::boss
--- response_body_like eval
qr/^(?!.*(?:password|\$y\$)).*"sessions":1,"tokens":1,"containers":\[\{"id":$::vm,"name":"vm$::mark",/s



=== TEST 4: an account is created, and its mailed password signs in
--- request eval
::make()
--- more_headers eval
$::boss
--- error_code: 201
--- response_headers_like
Location: /api/admin/users/\d+
--- response_body_like: "account":"cgomez\d*","role":"customer"
--- keep: carla
--- check: made_signs_in
--- rows
SELECT state, data IS NULL FROM mail WHERE user_id = %{carla.id}
--- rows_are eval
"sent\t1"



=== TEST 5: a second account or document of the same name is refused
--- request eval
[ ::make(account => "\"bea.$::mark\""), ::make(dni => "\"$::dni\""),
  ::make(account => '"X"'), ::make(email => '"nobody"'),
  ::make(role => '"root"'), ::make(first_name => undef),
  ::make(password => '"Secret-1234"') ]
--- more_headers eval
$::boss
--- error_code eval
[ 409, 409, 422, 422, 422, 422, 422 ]
--- response_body_like eval
[ '"account","code":"exists"', '"dni","code":"exists"',
  '"account","code":"format"', '"email","code":"format"',
  '"role","code":"format"', '"first_name","code":"required"',
  '"password","code":"unknown"' ]



=== TEST 6: a list has pages
--- request
GET /api/admin/plans
--- more_headers eval
$::boss
--- check: pages



=== TEST 7: a change sets what it names, null removes, and the rest stays
--- request eval
[ ::by($::bea, '{"first_name":"Beatriz","province":"Jujuy"}'),
  ::by($::bea, '{"phone":null,"dni":""}'),
  ::by($::bea, '{"email":"x"}'), ::by($::bea, '{"account":"other"}'),
  ::by(999_999, '{"first_name":"Eva"}') ]
--- more_headers eval
$::boss
--- error_code eval
[ 200, 200, 422, 422, 404 ]
--- response_body_like eval
[ '"first_name":"Beatriz","last_name":"Nuñez".*"phone":"\+34 600 000 000".*"province":"Jujuy"',
  '"dni":null,.*"phone":null,.*"province":"Jujuy"',
  '"email","code":"format"', '"account","code":"unknown"', 'not_found' ]



=== TEST 8: locking a user ends sessions and tokens at once
--- request eval
::by($::bea, '{"locked":true}')
--- more_headers eval
$::boss
--- response_body_like: "locked":true.*"sessions":0
--- check: locked_out



=== TEST 9: unlocking a user accepts sessions and tokens again
--- request eval
::by($::bea, '{"locked":false}')
--- more_headers eval
$::boss
--- response_body_like: "locked":false
--- check: back



=== TEST 10: a change of role takes effect in every worker at once
--- request eval
[ ::by($::bea, '{"role":"admin"}'), ::by($::bea, '{"role":"customer"}') ]
--- more_headers eval
$::boss
--- response_body_like eval
[ '"role":"admin"', '"role":"customer"' ]
--- check: role_is_new



=== TEST 11: an administrator cannot change own role, lock or password here
--- request eval
[ ::by($::root, '{"role":"customer"}'), ::by($::root, '{"locked":true}'),
  "POST /api/admin/users/$::root/password",
  ::by($::root, '{"role":"admin","locked":false,"first_name":"Root"}') ]
--- more_headers eval
$::boss
--- error_code eval
[ 409, 409, 409, 200 ]
--- response_body_like eval
[ ('"code":"own_account"') x 3, '"first_name":"Root"' ]



=== TEST 12: a new password is mailed, and ends sessions and tokens
--- request eval
"POST /api/admin/users/$::bea/password"
--- more_headers eval
$::boss
--- error_code: 204
--- check: reset_signs_in
--- rows eval
"SELECT template, state, data IS NULL FROM mail WHERE user_id = $::bea"
--- rows_are eval
"reset\tsent\t1"



=== TEST 13: an administrator's token with scope write may do the same
--- request eval
[ ::by($::bea, '{"province":"Salta"}'), ::by($::bea, '{"province":"Chaco"}') ]
--- more_headers eval
[ $::script, VzFixture::token($::root, scope => 'read') . $::json ]
--- error_code eval
[ 200, 403 ]



=== TEST 14: the audit names the changed members without their values
--- request
GET /api/admin/plans
--- more_headers eval
$::boss
--- rows eval
"SELECT action, object, detail FROM audit WHERE user_id = $::root"
. " AND action LIKE 'user.%' AND object LIKE 'user %' ORDER BY id LIMIT 4"
--- rows_are eval
join "\n", "user.make\tuser " . "%{carla.account}" . "\temail first_name last_name",
"user.change\tuser $::bea\tfirst_name province",
"user.change\tuser $::bea\tphone dni", "user.change\tuser $::bea\tlocked=true"



=== TEST 15: the program sql/administrator creates an administrator and sets a password
--- request
GET /api/session
--- more_headers eval
$::boss
--- response_body_like: "role":"admin"
--- check: from_the_database
--- rows eval
"SELECT account, result FROM audit WHERE action = 'user.password'"
. " AND object = 'user $::bea' ORDER BY id DESC LIMIT 1"
--- rows_are eval
"administrator\tok"
