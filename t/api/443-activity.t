# What was done by and to one's own account.

use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $name = unique('active');
our $ana = user($name);
our $mine = session($ana);
our $root = session(user(unique('root'), role => 'admin'));
our $agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\n";


sub items { @{ ask('GET', "/api/account/activity?$_[0]",
    $_[1] // $mine)->{json}{items} } }


sub signs_in {
    my ($password) = @_;

    return ask('POST', '/api/session', $agent,
        qq({"account":"$name","password":"$password"}));
}


sub told {
    signs_in('Wrong-password-1');
    signs_in('Test-password-1');

    my $made = ask('POST', '/api/account/tokens', $mine, '{"name":"one",'
        . '"scope":"write"}')->{json};
    my $vm = vm($ana);
    my $script = "Authorization: Bearer $made->{token}\n";

    is(ask('POST', "/api/vms/$vm/stop", $script)->{code}, 202,
        'a script stops a server');
    is(ask('PATCH', "/api/admin/users/$ana", $root, '{"phone":"600000000"}')
        ->{code}, 200, 'an administrator changes the account');

    my @all = items('');

    is(join(' ', map { "$_->{action}/$_->{result}/$_->{actor}/$_->{via}" }
        @all), 'user.change/ok/staff/ vm.stop/ok/self/token'
        . ' token.make/ok/self/session session.open/ok/self/password'
        . ' session.open/denied/self/', 'the newest first, and how');
    is($all[0]{remote} . $all[0]{detail} . $all[0]{name}, '',
        'of administrators nothing else');
    is($all[3]{detail}, "Firefox \x{b7} Linux", 'with which browser');
    is($all[3]{remote}, '127.0.0.1', 'and from where');
    is($all[1]{vm}, $vm, 'which server');
    is(scalar(items('', session(user(unique('nobody'))))), 0,
        'others see nothing of it');
}


sub paged {
    my $first = ask('GET', '/api/account/activity?limit=2', $mine)->{json};
    my $next = ask('GET', "/api/account/activity?limit=2&cursor=$first->{next}",
        $mine)->{json};

    is(scalar @{ $first->{items} }, 2, 'a page');
    is($next->{items}[0]{action}, 'token.make', 'and the next');
    is(join(' ', map { $_->{action} } items('action=session.')),
        'session.open session.open', 'of a kind');
    is(scalar(items('to=2020-01-01')), 0, 'until then');
    is(ask('GET', '/api/account/activity?cursor=x', $mine)->{code}, 422,
        'an argument that is none');
    is(ask('GET', '/api/account/activity', token($ana))->{code}, 200,
        'a script reads it');
}


# by the index alone: rows that are read are rows of this user
sub by_index {
    my ($row) = sql('EXPLAIN SELECT a.id FROM audit a FORCE INDEX (about)'
        . ' LEFT JOIN vm v'
        . ' ON v.id = a.vm_id AND v.user_id = a.about'
        . " WHERE a.about = $ana AND (NULL IS NULL OR a.id < NULL)"
        . ' ORDER BY a.id DESC LIMIT 51');
    my @cells = split /\t/, $row;

    is($cells[5], 'about', 'by the index');
    unlike($row, qr/filesort|temporary/i, 'without sorting');
}

run_tests();

__DATA__

=== TEST 1: what happened is told
--- init: ::told()



=== TEST 2: a page at a time
--- init: ::paged()



=== TEST 3: nothing of others is read
--- init: ::by_index()
