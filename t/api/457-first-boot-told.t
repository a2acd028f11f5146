# What a first boot came to is told to those who watch its task, whether or not
# the zone still knows of it.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana.told'));
our $anas = session($ana);
our $evas = session(user(unique('eva.told')));
our $boss = session(user(unique('boss.told'), role => 'admin'));
our @made;

my $pid = $$;

END {
    if ($$ == $pid) {
        local $?;
        verb('destroy', $_) for @made;
    }
}


# a container whose script takes its time; the id of its task
sub boots {
    my ($seconds) = @_;
    my $answer = ask_end(ask_begin('POST', '/api/vms', $boss
        . "Prefer: wait=60\nContent-Type: application/json\n",
        encode_json({ user => $ana, template => busybox(), memory_mib => 64,
            disk_mib => 256,
            first_boot => "#!/bin/sh\nsleep $seconds\necho well\n" })), 65);

    push @made, sql_value('SELECT ctid FROM vm WHERE id = '
        . ($answer->{json}{vm}{id} // 0));
    is($answer->{json}{state}, 'done', 'the task waits for no script');

    return $answer->{json}{id};
}

# the events of a task that a stream sends, until its log has grown
sub heard {
    my ($who, $task, $seconds) = @_;
    my $said = stream('/api/events?vms=0&since=1', $who,
        qr/"id":$task,[^\n]*"noted"/, $seconds);

    return map { decode_json($_) } grep { /"noted"/ }
        $said->{body} =~ /^data: (\{"id":$task,.*)$/mg;
}


sub whoever_watches_is_told {
    my $task = boots(3);
    my ($event) = heard($anas, $task, 30);

    is($event->{noted}, 1, 'its log has grown');
    is($event->{state}, 'done', 'and the task is where it was');
    like(ask('GET', "/api/tasks/$task", $anas)->{body}, qr/\| well/,
        'the log has it by then');
    is((heard($boss, $task, 5))[0]{noted}, 1, 'administrators hear it, too');
    is((heard($evas, $task, 2))[0], undef, 'nobody else does');
}


# nginx starts anew, and with it the zone: the node ends the script meanwhile
our $slow;

sub a_script_that_is_slow {
    $slow = boots(15);
}

sub also_after_the_zone_is_gone {
    my ($event) = heard($anas, $slow, 40);

    is($event->{noted}, 1, 'its log has grown');
    is(join(' ', @$event{qw(kind state percent)}), 'create done 100',
        'of a task that the zone had forgotten');
}

run_tests();

__DATA__

=== TEST 1: whoever watches a task is told of its first boot
--- init: ::whoever_watches_is_told()



=== TEST 2: one that takes longer
--- init: ::a_script_that_is_slow()



=== TEST 3: than nginx runs
--- vzpanel
vzpanel_brand other;
--- init: ::also_after_the_zone_is_gone()
