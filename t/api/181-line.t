# The few connections that a worker has to a node: how many change something
# at once, who stands in line, and what becomes of one that broke.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use Time::HiRes qw(sleep);
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();
master_off();
workers(1);

use constant { CONNECTIONS => 4, CHANGES => 6 };

our $ana = user(unique('ana'));
our $anas = session($ana);
our @vms = map { vm($ana) } 1 .. CHANGES;
our $dir = tempdir(CLEANUP => 1);

chmod 0755, $dir;

# the first goes on when there is a file of that name, and so on
our $slow = VzDaemon->new(restart => sub {
    sleep 0.05 while !-e "$dir/$_[0]";
    return ['ok'];
});
our $breaks = VzDaemon->new(stop => ['ok'],
    start => sub { [$_[0] == 1 ? undef : 'ok'] });
our $mute = VzDaemon->new(list => sub { [$_[0] == 1 ? 60 : 'ok'] });


sub go_on {
    my ($n) = @_;

    open my $out, '>', "$dir/$n" or die "$dir/$n: $!";
}

sub begun { scalar $slow->asked('restart') }

# a verb that only reads is answered, so what could begin has begun
sub is_read {
    my ($n, $title) = @_;

    ok(wait_for(20, sub { begun() >= $n }), "$n changes are begun");
    ok(wait_for(20, sub {
        my $before = () = $slow->asked('ping');

        return ask('GET', '/api/health')->{json}{nodes}[0]{ok}
            && $slow->asked('ping') > $before;
    }), 'a read is answered meanwhile');
    is(begun(), $n, $title);
}

sub changes_stand_in_line {
    my @tasks = map { ask('POST', "/api/vms/$_/restart", $anas)->{json}{id} }
        @vms;

    is_read(CONNECTIONS - 1, 'one connection is left for reads');
    go_on(1);
    is_read(CONNECTIONS, 'one that ended lets one begin');
    go_on($_) for 2 .. CHANGES;

    my @logs = map { join '|', map { $_->{text} } @{ ask('GET',
        "/api/tasks/$_", "${anas}Prefer: wait=30\n")->{json}{log} } } @tasks;

    is((grep { /^begun\|done in \d+ ms$/ } @logs), CHANGES,
        'all were carried out, at the first attempt');
    is(begun(), CHANGES, 'each once');
}


sub broken_under_a_change {
    is(ask('POST', "/api/vms/$vms[0]/stop", "${anas}Prefer: wait=30\n")
        ->{json}{state}, 'done', 'a connection is there');

    my $task = ask('POST', "/api/vms/$vms[0]/start",
        "${anas}Prefer: wait=30\n")->{json};
    my $log = join '|', map { $_->{text} } @{ ask('GET',
        "/api/tasks/$task->{id}", $anas)->{json}{log} };

    is($task->{state}, 'done', 'a change whose connection broke is done');
    like($log, qr/^begun\|attempt 1 failed: node_down; [^|]*\|attempt 2\|/,
        'by another attempt, of which the log tells');
    is(scalar $breaks->asked('start'), 2, 'no other was made');
}


# somebody watches, and the node does not say how its containers are
sub never_answered {
    my $stream = ask_begin('GET', '/api/events', $anas);

    ok(wait_for(40, sub {
        ask_more($stream, 0.1);
        return $mute->asked('list') > 1;
    }), 'a verb that is not answered is given up');
}

run_tests();

__DATA__

=== TEST 1: changes of a node queue up, and leave room for reads
--- http_config eval
$::slow->http_config
--- init: ::changes_stand_in_line()



=== TEST 2: a change whose connection broke is sent again
--- http_config eval
$::breaks->http_config
--- init: ::broken_under_a_change()
--- error_log
start was cut off



=== TEST 3: a verb that is never answered times out
--- http_config eval
$::mute->http_config
--- init: ::never_answered()
--- error_log
list did not end in time
