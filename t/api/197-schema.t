# A database whose schema is behind the module, half migrated, or ahead of it:
# said at start, in health and to whom it concerns; nothing is changed, reading
# goes on, and after migrate all is well without a reload.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $root = user(unique('root'), role => 'admin');
our $boss = session($root) . $json;
our $ana = user(unique('ana'));
our $anas = session($ana) . $json;
our $top = vz_top();
our ($newest) = sort { $b cmp $a } map { m{/([^/]+)\z} }
    glob "$top/sql/[0-9][0-9][0-9]_*.sql";
our $need = 0 + $newest =~ s/_.*//r;
our $before = sql_value("SELECT MAX(version) FROM schema_version"
    . " WHERE version < $need");

END { local $?; as_it_was() }


# as a killed migrate leaves it: carried out, and not recorded as whole
sub behind { sql("DELETE FROM schema_version WHERE version = $need") }

sub migrate {
    is(system("$top/sql/migrate", '--quiet', '--database', 'vzpanel',
        '--user', 'root', '--socket', vz_base() . '/db.sock.d/mysqld.sock'), 0,
        'migrate finds what is missing');
}

sub as_it_was {
    sql("DELETE FROM schema_version WHERE version > $need;"
        . "DELETE FROM schema_step WHERE version > $need");
    system("$top/sql/migrate", '--quiet', '--database', 'vzpanel',
        '--user', 'root', '--socket', vz_base() . '/db.sock.d/mysqld.sock');
}


sub health {
    my ($call) = @_;

    $call //= ask('GET', '/api/health');

    return (grep { $_->{check} eq 'schema' } @{ $call->{json}{failing} })[0];
}


sub refused {
    my ($call, $what, $code) = @_;

    is($call->{code}, 503, "$what is refused");
    is($call->{json}{code}, $code // 'schema_behind', 'with the reason');
    is($call->{json}{need}, $need, 'and what is needed');
    like($call->{head}, qr/^Retry-After: \d+/m, 'and when to try again');
}


our $waiting;

sub only_reading {
    my ($code) = @_;

    refused(ask('POST', '/api/orders', $json, order_body()), 'an order',
        $code);
    refused(ask('PATCH', "/api/admin/users/$ana", $boss, '{"phone":null}'),
        'a change by an administrator', $code);
    refused(ask('POST', '/api/account/tokens', $anas, '{"name":"x"}'),
        'a change by a customer', $code);

    is(ask('GET', $_, $boss)->{code}, 200, "$_ goes on") for '/api/plans',
        '/api/vms', '/api/tasks', '/api/admin/users', '/api/session';

    my $account = sql_value("SELECT account FROM user WHERE id = $ana");

    is(ask('POST', '/api/session', $json, qq({"account":"$account",)
        . '"password":"' . VzFixture::PASSWORD . '"}')->{code}, 200,
        'so does signing in');
}


sub told {
    my $call = ask('GET', '/api/health');

    is($call->{code}, 503, 'health: no orders can be carried out');
    is_deeply(health($call), { check => 'schema', why => 'behind',
        have => 0 + $before, need => $need }, 'and why');

    # a task that waits, as another host's
    $waiting = VzFixture::insert('task', kind => 'start', actor => 'x',
        via => 'system', steps => 1, vm_id => vm($ana));
    only_reading();
    select undef, undef, undef, 2.5;
    is(sql_value("SELECT state FROM task WHERE id = $waiting"), 'queued',
        'nor is a task begun');
}


sub heals {
    migrate();
    ok(wait_for(10, sub { !health() }), 'health is well again');
    ok(wait_for(10, sub {
        sql_value("SELECT state FROM task WHERE id = $waiting") ne 'queued'
    }), 'what waited is begun');

    my @codes = map { ask('PATCH', "/api/admin/users/$ana", $boss,
        '{"phone":null}')->{code} } 1 .. 6;

    is("@codes", join(' ', (200) x 6), 'each worker changes things again');
    sql("DELETE FROM task WHERE id = $waiting");
}


# while it runs
sub falls_behind {
    is(ask('PATCH', "/api/admin/users/$ana", $boss, '{}')->{code}, 200,
        'all is well');
    behind();
    ok(wait_for(10, sub { ask('PATCH', "/api/admin/users/$ana", $boss, '{}')
        ->{code} == 503 }), 'a restored backup is noticed') for 1 .. 3;
    migrate();
    ok(wait_for(10, sub { ask('PATCH', "/api/admin/users/$ana", $boss, '{}')
        ->{code} == 200 }), 'and what was done about it') for 1 .. 3;
}


# what a statement misses is the schema's fault, not the server's
sub misses {
    behind();
    sql('ALTER TABLE mail DROP COLUMN reported');
    ok(wait_for(10, \&health), 'behind');
    refused($_, 'what needs a column that is missing')
        for map { ask('GET', '/api/admin/mail', $boss) } 1 .. 4;
    sql('ALTER TABLE mail ADD COLUMN reported DATETIME(3) NULL AFTER sent');
    migrate();
    ok(wait_for(10, sub { ask('GET', '/api/admin/mail', $boss)->{code} == 200
        && !health() }), 'well again');
}


sub newer {
    my ($breaks) = @_;
    my $next = $need + 1;

    sql("INSERT INTO schema_version (version, name, checksum)"
        . " VALUES ($next, '${next}_next.sql', '');"
        . 'INSERT INTO schema_step (version, statement, checksum, breaks,'
        . " tables_before, done) VALUES ($next, 1, '', $breaks, '', NOW(3))");
}

sub ahead {
    is_deeply(health(), { check => 'schema', why => 'ahead',
        have => $need + 1, need => $need }, 'health tells');
    only_reading('schema_ahead');
    as_it_was();
    ok(wait_for(10, sub { !health() }), 'well again');
}

sub fits {
    ok(!health(), 'health finds nothing wrong with it');
    is(ask('PATCH', "/api/admin/users/$ana", $boss, '{}')->{code}, 200,
        'things are changed') for 1 .. 4;
    as_it_was();
}

sub goes_on { newer(0) }
sub breaks { newer($need + 1) }

sub no_tables { sql('RENAME TABLE schema_version TO schema_aside') }

sub no_schema {
    is_deeply(health(), { check => 'schema', why => 'behind', have => 0,
        need => $need }, 'health tells');
    sql('RENAME TABLE schema_aside TO schema_version');
    ok(wait_for(10, sub { !health() }), 'well again');
}

run_tests();

__DATA__

=== TEST 1: an outdated schema is reported at start, in health and in refused changes
--- before: behind
--- init: ::told()
--- error_log eval
qr/\[error\] .* schema is $::before and this module needs $::need: run migrate/



=== TEST 2: after migrate everything works without a reload
--- before: behind
--- init: ::told(); ::heals()
--- error_log eval
qr/\[notice\] .* the database's schema is $::need, which fits/



=== TEST 3: a schema that becomes outdated is noticed while the panel runs
--- init: ::falls_behind()



=== TEST 4: a statement that fails because of the schema says so
--- init: ::misses()



=== TEST 5: a newer schema is accepted
--- before: goes_on
--- init: ::fits()
--- no_error_log
[error]



=== TEST 6: a newer schema that declares itself incompatible is refused
--- before: breaks
--- init: ::ahead()
--- error_log eval
qr/\[error\] .* wants a module of @{[$::need + 1]}, and this one is of $::need/



=== TEST 7: a database without a schema is reported
--- before: no_tables
--- init: ::no_schema()
--- error_log eval
qr/\[error\] .* schema is 0 and this module needs $::need: run migrate/
