# The host's time of day is set while people watch: what they see goes on.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use Time::HiRes ();
use VzDaemon;
use VzFixture;
use VzPanelHelpers;
use VzWallClock;

no_shuffle();
workers(2);

our $ana = user(unique('ana'));
our $anas = session($ana);
our $vm = vm($ana);
our $json = "Content-Type: application/json\n";
our $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
our $line = "= id=$ctid state=running memory_limit=67108864 disk_used=1"
    . ' disk_total=1073741824 cpu_ns=0 uptime=1 memory_used=';

# what the node says of its memory now
our $used = tempdir(CLEANUP => 1) . '/used';
our $node = VzDaemon->new(list => sub {
    open my $in, '<', $used or return ['ok'];
    return [$line . <$in>, 'ok'];
});

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});


sub uses {
    my ($bytes) = @_;

    open my $out, '>', "$used.new" or die "$used: $!";
    print $out $bytes;
    close $out;
    rename "$used.new", $used or die "$used: $!";
}


sub memory_is {
    my ($bytes) = @_;

    return wait_for(10, sub {
        my $seen = ask('GET', "/api/vms/$vm", $anas)->{json};

        return $seen->{state} eq 'running'
            && ($seen->{memory}{used_bytes} // 0) == $bytes;
    });
}


# rounds over the node that one second has while somebody watches
sub rounds {
    my $stream = ask_begin('GET', "/api/events?vms=$vm", $anas);
    my $before = $node->asked('list');
    my $until = Time::HiRes::time() + 4;

    ask_more($stream, 0.2) while Time::HiRes::time() < $until;

    return ($node->asked('list') - $before) / 4;
}


sub set_while_watched {
    my $bytes = 1_000_000;

    uses($bytes);
    ok(memory_is($bytes), 'what the node says is shown');

    for my $seconds (-3600, 3600, -7200, 0) {
        set_clock($seconds);
        uses(++$bytes);
        ok(memory_is($bytes), "what it says $seconds s from now, too");
        cmp_ok(rounds(), '<', 2, 'the node is not asked without end');

        my $task = ask('POST', "/api/vms/$vm/restart",
            "$anas${json}Prefer: wait=20\n", '{}');

        is($task->{json}{state}, 'done', 'and something changes there');
    }
}


run_tests();


__DATA__

=== TEST 1: setting the clock stops no collector and starts no storm of requests
--- skip_eval
1: !VzWallClock::can_set_clock()
--- init: ::set_while_watched()
