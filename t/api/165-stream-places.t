# Nobody gets more than a few of the places for streams: a session, a user,
# the holder of an order's link; the last ones are for administrators.

use Digest::SHA qw(sha256_hex);
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(1);

use constant { SESSION => 16, USER => 64, LINK => 4 };

our $ana = user(unique('ana'));
our $anas = session($ana);
our $other = session(user(unique('bea')));
our $root = session(user(unique('root'), role => 'admin'));

add_block_preprocessor(sub {
    worker_connections(defined $_[0]->few ? 128 : 1024);
});


# an order that is being carried out, for as long as it takes; its link
sub order {
    my $secret = sha256_hex(unique('link') . rand);
    my $vm = vm($ana);

    sql('INSERT INTO task (kind, vm_id, vm_name, busy, user_id, actor, via,'
        . ' steps, state, owner, lease, link) VALUES ("order", '
        . "$vm, 'vm$vm', $vm, $ana, 'visitor', 'order', 8, 'running',"
        . " REPEAT('x', 32), NOW(3) + INTERVAL 1 DAY, UNHEX('"
        . sha256_hex($secret) . "'))");

    return "/api/orders/$secret";
}

my @open;

# so many streams at once; how many were let in, and the answer to one of
# those that were not
sub opened {
    my ($n, $path, @headers) = @_;
    my @streams = map { ask_begin('GET', $path, $headers[$_ % @headers]) }
        1 .. $n;
    my @answers = map { ask_more($_, 10); ask_result($_) } @streams;
    my ($refused) = grep { $_->{code} != 200 } @answers;

    push @open, @streams;

    return scalar(grep { $_->{code} == 200 } @answers), $refused;
}

sub let_go {
    close $_->{socket} for splice @open;
    ok(wait_for(10, sub { ask('GET', '/api/metrics')->{body}
        =~ /^vzpanel_streams\{[^}]*\} 0$/m }), 'who leaves is forgotten');
}

sub is_refused {
    my ($answer, $status, $code) = @_;

    is($answer->{code}, $status, 'one more is refused');
    is($answer->{json}{code}, $code, 'with a code');
    like($answer->{head}, qr/^Retry-After: \d+\r?$/m, 'and when to try again');
}


sub of_a_session {
    my ($n, $refused) = opened(SESSION + 4, '/api/events', $anas);

    is($n, SESSION, 'a session has sixteen');
    is_refused($refused, 429, 'too_many');
    is((opened(1, '/api/events', session($ana)))[0], 1, 'another one its own');

    let_go();
    is((opened(SESSION, '/api/events', $anas))[0], SESSION,
        'places that were left are there again');
    let_go();
}


sub of_a_user {
    my @headers = map { $_ % 2 ? session($ana) : token($ana) } 1 .. 12;
    my ($n, $refused) = opened(12 * 8, '/api/events', @headers);

    is($n, USER, 'a user has 64, by whatever he is signed in');
    is_refused($refused, 429, 'too_many');
    is((opened(1, '/api/events', $other))[0], 1, 'another finds room');
    let_go();
}


sub of_a_link {
    my $accept = "Accept: text/event-stream\n";
    my ($n, $refused) = opened(LINK + 3, order(), $accept);

    is($n, LINK, 'an order has four');
    is_refused($refused, 429, 'too_many');
    let_go();
}


# of 64 places
sub reserve {
    my $accept = "Accept: text/event-stream\n";
    my $links = 0;

    $links += (opened(LINK, order(), $accept))[0] for 1 .. 9;
    is($links, 32, 'visitors get half of all');

    my @users = map { session(user(unique("u$_"))) } 1 .. 6;
    my ($n, $refused) = opened(30, '/api/events', @users);

    is($n, 24, 'customers some of the rest');
    is_refused($refused, 503, 'overloaded');
    is((opened(8, '/api/events', $root))[0], 8, 'administrators the last');

    my $call = ask('GET', '/api/vms', $anas);

    is($call->{code}, 200, 'what is no stream is answered');
    cmp_ok($call->{seconds}, '<', 2, 'at once');
    let_go();
}


# of 64 places
sub a_quarter {
    my ($n, $refused) = opened(40, '/api/events',
        map { session($ana) } 1 .. 4);

    is($n, 16, 'a user gets a quarter');
    is_refused($refused, 429, 'too_many');
    let_go();
}

run_tests();

__DATA__

=== TEST 1: a session has a limited number of streams
--- init: ::of_a_session()



=== TEST 2: a user has a limited number of streams over all sessions and tokens
--- init: ::of_a_user()



=== TEST 3: the link of an order has a limited number of streams
--- init: ::of_a_link()



=== TEST 4: visitors, customers and administrators have reserved shares of scarce streams
--- few
--- init: ::reserve()



=== TEST 5: no user gets more than a quarter of the streams
--- few
--- init: ::a_quarter()
