# A number is given out again: what a node says of one is shown to whose
# container it is by the tag, and to nobody where no container has that tag.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(2);

our ($ana, $bea) = map { user(unique($_)) } qw(ana bea);
our ($anas, $beas) = map { session($_) } $ana, $bea;
our $root = session(user(unique('root'), role => 'admin'));
our ($one, $two) = map { sprintf '%016x', $_ * 1e9 + time } 1, 2;
our $json = JSON::PP->new->utf8;

# what the node says of the number: its tag, and the memory that it uses
our $said = tempdir(CLEANUP => 1) . '/said';
our $node = VzDaemon->new(list => sub { lines() }, status => sub { lines() });

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config)
        if !defined $_[0]->real;
});


sub lines {
    open my $in, '<', $said or return ['ok'];
    chomp(my @lines = <$in>);

    return [@lines, 'ok'];
}

sub says {
    my ($ctid, $tag, $used) = @_;
    my $pair = defined $tag ? " tag=$tag" : '';

    open my $out, '>', "$said.new" or die "$said: $!";
    print $out "= id=$ctid$pair state=running memory_used=$used"
        . " memory_limit=67108864 disk_used=1 disk_total=1073741824 cpu_ns=0"
        . " uptime=$used hostname=h$used\n";
    close $out;
    rename "$said.new", $said or die "$said: $!";
}


# a container of that tag, "-" for one from before tags; with ctid, of a number
sub tagged {
    my ($user, $tag, @row) = @_;

    return scalar vm($user, tag => $tag eq '-' ? undef : $tag, @row);
}


# what a stream has told of memory, by container
sub told {
    my ($stream) = @_;
    my %used;

    ask_more($stream, 0.1);

    for my $data (ask_result($stream)->{body} =~ /^event: vm\ndata: (.*)$/mg) {
        push @{ $used{$_->{id}} }, $_->{memory}{used_bytes}
            for @{ $json->decode($data) };
    }

    return \%used;
}

sub has { my ($list, $n) = @_; return grep { $_ == $n } @{ $list // [] } }


# as another nginx host does it: one container goes, another gets its number
sub given_out_again {
    my ($old_tag, $new_tag) = @_;
    my $old = tagged($ana, $old_tag);
    my $ctid = sql_value("SELECT ctid FROM vm WHERE id = $old");
    my ($anas_stream, $beas_stream) =
        map { ask_begin('GET', '/api/events', $_) } $anas, $beas;

    says($ctid, $old_tag, 1000001);
    ok(wait_for(10, sub { has(told($anas_stream)->{$old}, 1000001) }),
        'its owner is told of it');

    sql("DELETE FROM vm WHERE id = $old");
    my $new = tagged($bea, $new_tag, ctid => $ctid);
    says($ctid, $new_tag, 2000002);

    ok(wait_for(10, sub { has(told($beas_stream)->{$new}, 2000002) }),
        'who has the number now is told of his');
    is(ask('GET', '/api/vms?state=running', $beas)->{json}{items}[0]{id},
        $new, 'and finds it in lists by state');

    my $all = told($anas_stream);

    is(join(' ', keys %$all), $old, 'who had it hears of no other');
    ok(!has($all->{$old}, 2000002), 'nor of figures that are not his');
    is(ask('GET', '/api/vms', $anas)->{json}{items}[0], undef,
        'and has none in his list');

    sql("DELETE FROM vm WHERE id = $new");
}


# what came from elsewhere, under a number that we gave to another container
sub a_stranger {
    my ($ours, $theirs) = @_;
    my $vm = tagged($ana, $ours);
    my $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
    my $stream = ask_begin('GET', '/api/events', $anas);

    says($ctid, $theirs, 3000003);
    ok(wait_for(10, sub { has(told($stream)->{$vm}, 0) }),
        'there is no figure of it');

    my $asked = $node->asked('list');

    ok(wait_for(10, sub { $node->asked('list') > $asked + 1 }),
        'nor in the next rounds');
    is_deeply([grep { $_ } @{ told($stream)->{$vm} }], [], 'none of another');

    my $one = ask('GET', "/api/vms/$vm?live=1", $anas)->{json};

    is($one->{state}, 'unknown', 'nobody knows how it is');
    is($one->{node}, 'absent', 'its node does not have it');
    is($one->{in_force}, undef, 'so nothing is in force');

    says($ctid, $ours, 4000004);
    ok(wait_for(10, sub { has(told($stream)->{$vm}, 4000004) }),
        'it is told of when it is its own');
    is(ask('GET', "/api/vms/$vm?live=1", $anas)->{json}{in_force}{hostname},
        'h4000004', 'and what is in force');

    sql("DELETE FROM vm WHERE id = $vm");
}


# by this nginx, on the real node: neither has a tag
sub destroyed_here {
    my ($old, $ctid) = container($ana);
    my $stream = ask_begin('GET', '/api/events', $anas);

    ok(wait_for(10, sub {
        ask_more($stream, 0.1);
        $stream->{text} =~ /"id":$old,"state":"stopped"/;
    }), 'a container');

    is(ask('DELETE', "/api/vms/$old", "${root}Prefer: wait=30\n",
        $json->encode({ name => sql_value(
            "SELECT name FROM vm WHERE id = $old") }))->{json}{state},
        'done', 'is destroyed');

    sql("DELETE FROM number_rest WHERE ctid = $ctid");
    like(verb('create', $ctid, busybox()), qr/^ok/m, 'another is made');

    my $new = vm($bea, ctid => $ctid, desired_state => 'stopped');
    my $beas_stream = ask_begin('GET', '/api/events', $beas);

    ok(wait_for(10, sub {
        ask_more($beas_stream, 0.1);
        $beas_stream->{text} =~ /"id":$new,"state":"stopped"/;
    }), 'its number is told to whose it is now');

    my $told = length $stream->{text};

    verb('start', $ctid);
    ok(wait_for(10, sub {
        ask_more($beas_stream, 0.1);
        $beas_stream->{text} =~ /"id":$new,"state":"running"/;
    }), 'which runs');

    ask_more($stream, 0.1);
    unlike(substr($stream->{text}, $told), qr/^event: vm/m,
        'as nobody else hears');

    verb('destroy', $ctid);
    sql("DELETE FROM vm WHERE id = $new");
}

run_tests();

__DATA__

=== TEST 1: a reused number gives figures to the new owner alone
--- init: ::given_out_again($::one, $::two)



=== TEST 2: a reused number gives figures to the new owner alone, after a container without a tag
--- init: ::given_out_again('-', $::one)



=== TEST 3: a container with a foreign tag belongs to nobody
--- init: ::a_stranger($::one, $::two)



=== TEST 4: a container without a tag is not taken for one with a tag
--- init: ::a_stranger($::one, undef)



=== TEST 5: a container with a tag is not taken for one without a tag
--- init: ::a_stranger('-', $::one)



=== TEST 6: a container that was destroyed leaves nothing behind for its number
--- real
--- init: ::destroyed_here()
