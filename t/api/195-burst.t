# Two hundred visitors who order in the same instant, and people who sign in
# meanwhile: orders wait for their turn, each is taken, signing in has its own.

use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(time);
use VzFixture;
use VzPanelHelpers;

use constant ORDERS => 200;

no_shuffle();
worker_connections(1024);

our @people = map { unique('burst') } 1 .. 8;

user($_) for @people;

# made before, so that all are sent in one instant
our $template = busybox();
our @bodies = map { order_body(template => $template,
    last_name => sprintf 'P%s', $_ =~ tr/0-9/a-j/r) } 1 .. ORDERS;

END { forget_held() }


sub sign_in {
    my ($account) = @_;

    return ask_begin('POST', '/api/session', '',
        qq({"account":"$account","password":"Test-password-1"}));
}


sub burst {
    my $began = time;
    my @orders = map { ask_begin('POST', '/api/orders', '', $_) }
        @bodies;
    my $sent = time - $began;
    my @entered;

    for my $account (@people) {
        push @entered, ask_end(sign_in($account), 40);
    }

    my @calls = map { ask_end($_, 60) } @orders;
    my $took = time - $began;
    my %codes;

    $codes{ $_->{code} }++ for @calls;

    my @seconds = sort { $a <=> $b } map { $_->{seconds} } @entered;

    Test::More::note(sprintf 'orders: %s in %.1f s (sent in %.1f); '
        . 'signing in: %s; %.2f s to %.2f s', join(', ', map { "$codes{$_} x $_" }
            sort keys %codes), $took, $sent,
        join(' ', map { $_->{code} } @entered), $seconds[0], $seconds[-1]);

    is($codes{202} // 0, ORDERS, 'each order is taken');
    is((grep { $_->{code} == 200 } @entered), @people, 'everybody signs in');
    cmp_ok($seconds[-1], '<', 3, 'and nobody waits for the orders');
}

run_tests();

__DATA__

=== TEST 1: a burst of orders is completed, and other requests are served meanwhile
--- vzpanel
vzpanel_signup approve;
--- init: ::burst()
