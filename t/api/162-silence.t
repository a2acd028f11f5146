# A node that does not answer: within a few seconds its containers are of
# unknown state, whichever worker asks, and they heal by themselves.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(2);

our $ana = user(unique('ana'));
our $anas = session($ana);
our $vm = vm($ana);
our $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
our $line = "= id=$ctid state=running memory_used=1048576"
    . ' memory_limit=67108864 disk_used=1048576 disk_total=1073741824'
    . ' cpu_ns=0 uptime=';

# while there is that file, what is in it is how the node answers
our $how = tempdir(CLEANUP => 1) . '/how';
our $node = VzDaemon->new(list => sub {
    my ($n) = @_;

    open my $in, '<', $how or return [$line . (100 + 20 * $n), 'ok'];

    return <$in> =~ /hang/ ? [60] : [undef];
});

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});


sub answers {
    my ($way) = @_;

    return unlink $how if !$way;

    open my $out, '>', $how or die "$how: $!";
    print $out $way;
    close $out;
}


# how long it takes until a stream tells that state, in seconds
sub until_it_is {
    my ($state) = @_;
    my $stream = ask_begin('GET', "/api/events?vms=$vm", $anas);
    my $began = Time::HiRes::time();

    wait_for(30, sub {
        if (ask_more($stream, 0.1) == 0) {      # its worker had to leave
            $stream = ask_begin('GET', "/api/events?vms=$vm", $anas);
        }

        my @states = ask_result($stream)->{body}
            =~ /"id":$vm,"state":"(\w+)"/g;
        return @states && $states[-1] eq $state;
    });

    return Time::HiRes::time() - $began;
}


sub silent_and_back {
    my ($way) = @_;

    cmp_ok(until_it_is('running'), '<', 5, 'it runs');
    answers($way);
    cmp_ok(until_it_is('unknown'), '<', 8, 'soon nobody knows');
    is(ask('GET', "/api/vms/$vm", $anas)->{json}{disk}{used_bytes}, 1048576,
        'the figures stay');
    answers(undef);
    cmp_ok(until_it_is('running'), '<', 22, 'it comes back by itself');
}


# which have not seen the node answer
sub other_workers {
    cmp_ok(until_it_is('running'), '<', 5, 'it runs');
    answers('close');

    open my $in, '<', server_root() . '/logs/nginx.pid' or die "no nginx: $!";
    kill 'HUP', <$in> =~ s/\s//gr or die "kill: $!";

    cmp_ok(until_it_is('unknown'), '<', 8, 'new workers find out, too');
    answers(undef);
    cmp_ok(until_it_is('running'), '<', 8, 'it comes back by itself');
}

run_tests();

__DATA__

=== TEST 1: a node that closes the connection is reported silent, and recovers
--- init: ::silent_and_back('close')



=== TEST 2: a node that accepts requests and never answers is reported silent, and recovers
--- init: ::silent_and_back('hang')



=== TEST 3: a worker that starts while the node is silent reports it
--- init: ::other_workers()
