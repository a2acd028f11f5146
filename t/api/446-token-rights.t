# What a token may do, from where, and what is told of its use.

use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $json = "Content-Type: application/json\n";
our $name = unique('right');
our ($ana, $bea) = (user($name), user(unique('other')));
our $boss = user(unique('chief'), role => 'admin');
our ($hers, $chief) = (session($ana) . $json, session($boss) . $json);
our @rights = qw(read power servers account admin_read admin_servers
    admin_users admin_orders admin_catalog admin_nodes);
our @customers = @rights[0 .. 3];


sub make {
    my ($who, %body) = @_;

    return ask('POST', '/api/account/tokens', $who,
        JSON::PP->new->utf8->encode({ name => 'one', %body }));
}

sub bearer { return "Authorization: Bearer $_[0]{json}{token}\n$json" }

sub words { return join ' ', @{ $_[0] // [] } }

sub wrong {
    return join ' ', map { "$_->{field} $_->{code}" }
        @{ $_[0]{json}{errors} // [] };
}


# --- every route, a token of each right ---

# nobody has that
sub path_of {
    return $_[0]{path} =~ s/\{link\}/'0' x 64/er =~ s/\{\w+\}/999999999/gr;
}

sub said {
    my ($route, $who) = @_;
    my $reply = ask($route->{method}, path_of($route), $who,
        $route->{form} ? '{}' : ());

    return ($reply->{json}{code} // $reply->{code}, $reply->{body});
}

sub each_right_opens_its_routes {
    my @open = grep { $_->{role} ne 'ANYONE' } routes();
    my %opened;

    for my $right (@rights) {
        my $who = token($boss, rights => $right) . $json;
        my @bad;

        for my $route (@open) {
            my $title = "$route->{method} $route->{path}";
            my $may = $route->{token}
                && (!$route->{right} || $route->{right} eq $right);

            # a stream does not end
            next if $may && $route->{path} eq '/api/events';

            my ($code, $body) = said($route, $who);
            my $as = !$route->{token} ? $code eq 'forbidden'
                : $may ? $code !~ /^(?:forbidden|token_right|not_signed_in)$/
                : $code eq 'token_right' && $body =~ /"\Q$route->{right}\E/;

            # the reply has it within quotes that are escaped
            $as ||= !$may && $code eq 'token_right'
                && $body =~ /\\"\Q$route->{right}\E\\"/;

            push @bad, "$title: $code" if !$as;
            $opened{$right}++ if $may && $route->{right};
        }

        is(join("\n", @bad), '', "$right opens its routes and no other");
    }

    cmp_ok($opened{$_} // 0, '>', 0, "$_ opens something") for @rights;
}


sub customers_open_none_of_administrators {
    my $who = token($ana, rights => join ',', @rights) . $json;
    my @bad = grep { (said($_, $who))[0] ne 'forbidden' }
        grep { $_->{role} eq 'ADMIN' && $_->{token} } routes();

    is(join(' ', map { $_->{path} } @bad), '', 'whatever its row says');
}


# --- whose servers ---

sub others_need_a_right_of_administrators {
    my $theirs = vm($bea);
    my $own = vm($boss);
    my %seen = map { $_ => 1 } @{ ids(token($boss, rights => 'read')) };

    ok($seen{$own} && !$seen{$theirs}, 'own servers are listed, not others');

    my $plain = token($boss, rights => 'read,power,servers') . $json;

    for (1 .. 6) {      # by the database, and by the zone of both workers
        is(ask('GET', "/api/vms/$theirs", $plain)->{code}, 404,
            'and not shown');
        ok(!(grep { $_ == $theirs } @{ ids($plain) }), 'nor in the list');
    }

    is(ask('PUT', "/api/vms/$theirs/name", $plain, '{"name":"x"}')->{code},
        404, 'nor changed');
    is(ask('PUT', "/api/vms/$own/name", $plain, '{"name":"x"}')->{code},
        204, 'an own one is');

    my $reader = token($boss, rights => 'read,admin_read,servers') . $json;

    is(ask('GET', "/api/vms/$theirs", $reader)->{code}, 200,
        'with admin_read it is shown');
    ok((grep { $_ == $theirs } @{ ids($reader) }), 'and listed')
        for 1 .. 4;
    is(ask('PUT', "/api/vms/$theirs/name", $reader, '{"name":"y"}')->{code},
        404, 'and not changed');
    is(ask('PUT', "/api/vms/$theirs/name", token($boss,
        rights => 'servers,admin_servers') . $json, '{"name":"y"}')->{code},
        204, 'with admin_servers it is');
}

sub ids {
    return [map { $_->{id} } @{ ask('GET', '/api/vms?sort=-id&limit=200',
        $_[0])->{json}{items} }];
}


# --- making them ---

sub only_own_rights_are_given {
    my $made = make($hers, rights => ['power', 'read', 'power']);

    is($made->{code}, 201, 'made');
    is(words($made->{json}{rights}), 'read power', 'with these rights');
    is($made->{json}{scope}, 'write', 'which change something');

    my ($listed) = grep { $_->{id} == $made->{json}{id} }
        @{ ask('GET', '/api/account/tokens', $hers)->{json}{items} };

    is(words($listed->{rights}), 'read power', 'the list has them');
    is(words($listed->{networks}), '', 'from anywhere');
    is($listed->{expires}, undef, 'for ever');
    is($listed->{seen} // $listed->{seen_from}, undef, 'not used');

    is(wrong(make($hers, rights => [$_])), 'rights role',
        "a customer does not give $_") for @rights[4 .. 9];
    is(make($chief, rights => [@rights])->{code}, 201,
        'an administrator gives all');
    is(wrong(make($hers, rights => ['root'])), 'rights format',
        'one that is not known');
    is(wrong(make($hers, rights => ['read'], scope => 'read')),
        'scope exclusive', 'a scope besides');
    is(words(make($hers, scope => 'write')->{json}{rights}),
        "@customers", 'the scope write is all that the role has');
    is(words(make($chief, scope => 'write')->{json}{rights}), "@rights",
        'of an administrator, too');
    is(words(make($hers)->{json}{rights}), 'read account',
        'and without a word it only looks');
}


sub a_token_makes_no_token {
    my $who = token($boss) . $json;

    is(make($who, rights => ['read'])->{code}, 403, 'whatever its rights');
    is(ask('DELETE', '/api/account/tokens/1', $who)->{code}, 403,
        'and ends none');
}


sub a_token_makes_no_administrator {
    my $who = token($boss, rights => 'admin_users,admin_read') . $json;
    my $other = user(unique('boss'), role => 'admin');
    my $new = sub { JSON::PP->new->encode({ account => unique('new'),
        email => 'x@example.org', first_name => 'Eva', last_name => 'Ruiz',
        role => $_[0] }) };
    my $code = sub { my $r = ask(@_);
        return join ' ', $r->{code}, $r->{json}{code} // () };

    is($code->('POST', '/api/admin/users', $who, $new->('customer')), '201',
        'a customer is made');
    is($code->('POST', '/api/admin/users', $who, $new->('admin')),
        '403 token_right', 'an administrator is not');
    is($code->('PATCH', "/api/admin/users/$bea", $who,
        '{"role":"admin"}'), '403 token_right', 'nor of a customer');
    is($code->('PATCH', "/api/admin/users/$other", $who,
        '{"email":"mine@example.org"}'), '403 token_right', 'nor changed');
    is(sql_value("SELECT email = 'mine\@example.org' FROM user"
        . " WHERE id = $other"), 0, 'nothing is written');
    is($code->('POST', "/api/admin/users/$other/password", $who),
        '403 token_right', 'nor given a password');
    is($code->('DELETE', "/api/admin/users/$other/second-factor", $who),
        '403 token_right', 'nor a step of signing in taken away');
    is($code->('PATCH', "/api/admin/users/$other", token($boss) . $json,
        '{"first_name":"Eva"}'), '200', 'one with all rights does');
}


# --- from where ---

sub networks_are_held {
    my $made = make($hers, rights => ['read'],
        networks => ['127.0.0.9/8', '2001:DB8:0::1/32', '127.1.2.3/8']);
    my $who = bearer($made);

    is(words($made->{json}{networks}), '127.0.0.0/8 2001:db8::/32',
        'as they are, each once');
    is(ask('GET', '/api/vms', $who)->{code}, 200, 'from one of them')
        for 1 .. 4;

    my $away = make($hers, rights => ['read'], networks => ['127.0.0.2']);

    is(words($away->{json}{networks}), '127.0.0.2/32', 'a single address');

    for my $path ('/api/vms', '/api/session', '/api/tasks') {
        for (1 .. 3) {
            my $reply = ask('GET', $path, bearer($away));

            is("$reply->{code} $reply->{json}{code}", '403 token_network',
                "$path: from elsewhere it is refused");
            like($reply->{json}{detail}, qr/127\.0\.0\.1/, 'with the address');
            unlike($reply->{body}, qr/127\.0\.0\.2/,
                'and not with what would do');
        }
    }

    is(wrong(make($hers, networks => [$_])), 'networks format', "not $_")
        for '10.0.0.0/33', '10.0.0', 'here', '::ffff:10.0.0.1', '10.0.0.0/0';
    is(wrong(make($hers, networks => [map { "10.0.0.$_" } 1 .. 9])),
        'networks range', 'nine are too many');
}


# --- what is told ---

sub use_is_noted {
    my $made = make($hers, rights => ['read']);
    my $row = "FROM token WHERE id = $made->{json}{id}";

    ask('GET', '/api/tasks', bearer($made)) for 1 .. 4;
    ok(wait_for(3, sub { sql_value("SELECT seen_from $row") }),
        'from where it was used');
    is(sql_value("SELECT seen_from $row"), '127.0.0.1', 'is its address');

    my $seen = sql_value("SELECT seen $row");

    ask('GET', '/api/tasks', bearer($made)) for 1 .. 10;
    is(sql_value("SELECT seen $row"), $seen,
        'and it is written once a minute');
    sql("UPDATE token SET seen = seen - INTERVAL 61 SECOND, seen_from = 'x'"
        . " WHERE id = $made->{json}{id}");
    ok(wait_for(12, sub { ask('GET', '/api/tasks', bearer($made));
        sql_value("SELECT seen_from $row") eq '127.0.0.1' }),
        'a minute later again');
}


sub refusals_are_audited_once {
    my $made = make($hers, rights => ['read']);
    my $lines = sub { sql_value('SELECT COUNT(*) FROM audit WHERE action ='
        . " 'token.use' AND object = 'token $made->{json}{id}'"
        . " AND result = 'right' AND detail = '$_[0]'") };

    ask('POST', '/api/vms/1/start', bearer($made)) for 1 .. 20;
    is($lines->('power'), 1, 'twenty refusals are one line');
    ask('GET', '/api/account/keys', bearer($made));
    is($lines->('account'), 1, 'another right is another line');
    is(sql_value("SELECT account FROM audit WHERE object ="
        . " 'token $made->{json}{id}' AND result = 'right' LIMIT 1"), $name,
        'with its owner');
}


# --- from before ---

sub migration_keeps_rights {
    my $file = do { local (@ARGV, $/) = 'sql/052_token_rights.sql'; <> };

    my ($update) = $file =~ /^(UPDATE token .*?);$/ms;

    sql('INSERT INTO token (hash, user_id, name, scope) VALUES'
        . " (REPEAT('a', 32), $bea, 'old', 'write'),"
        . " (REPEAT('b', 32), $bea, 'old', 'read')");
    sql("$update AND user_id = $bea");
    is(join(' ', sql("SELECT rights FROM token WHERE user_id = $bea"
        . " AND name = 'old' ORDER BY scope DESC")),
        join(' ', join(',', @rights), 'read,account,admin_read'),
        'as much as the scope was');
}

run_tests();

__DATA__

=== TEST 1: a token of each right opens the routes that need it, and no other
--- init: ::each_right_opens_its_routes()
--- timeout: 300



=== TEST 2: a customer's token opens nothing of administrators
--- init: ::customers_open_none_of_administrators()



=== TEST 3: an administrator's token without a right of administrators is a customer's
--- init: ::others_need_a_right_of_administrators()



=== TEST 4: nobody gives a right that the own role has not
--- init: ::only_own_rights_are_given()



=== TEST 5: a token makes and ends no token
--- init: ::a_token_makes_no_token()



=== TEST 6: a token without all rights makes and changes no administrator
--- init: ::a_token_makes_no_administrator()



=== TEST 7: a token works from its networks only
--- init: ::networks_are_held()



=== TEST 8: the last use is noted with its address, once a minute
--- init: ::use_is_noted()



=== TEST 9: refusals are audited, and not each of them
--- init: ::refusals_are_audited_once()



=== TEST 10: a token from before keeps what its scope allowed
--- init: ::migration_keeps_rights()
