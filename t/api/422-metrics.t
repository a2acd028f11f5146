# Metrics for Prometheus: every worker tells the same, histograms add up, and
# those of containers stand apart.

use Test::Nginx::Socket 'no_plan';
use Test::More ();
use VzDaemon;
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(2);

our $ana = user(unique('ana'));
our $anas = session($ana);
our $mark = unique('metric');
our $vm = vm($ana, name => qq(we"b\\$mark));
our $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
our $node = VzDaemon->new(list => ["= id=$ctid state=running memory_used=1000"
    . ' memory_limit=unlimited disk_used=5 disk_total=10 cpu_ns=1500000000'
    . ' uptime=9 rx_bytes=7 tx_bytes=8', 'ok']);

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => $node->http_config);
});


sub scrape {
    my ($query) = @_;
    my $text = ask('GET', '/api/metrics' . ($query // ''))->{body};
    my %values;

    for my $line (split /\n/, $text) {
        next if $line =~ /^#/;
        $line =~ /^(vzpanel_\w+(?:\{.*\})?) (\S+)$/ or die "no metric: $line";
        $values{$1} = $2;
    }

    return \%values;
}


sub count_of {
    my ($all, $route) = @_;

    return $all->{"vzpanel_http_request_duration_seconds_count{method=\"GET\","
        . "route=\"$route\"}"} // 0;
}


sub all_workers_agree {
    my $before = count_of(scrape(), '/plans');

    ask('GET', '/api/plans') for 1 .. 20;

    for (1 .. 8) {
        my $all = scrape();

        Test::More::is(count_of($all, '/plans'), $before + 20,
            'whichever worker is asked');
    }

    my $all = wait_for(10, sub {
        my $one = scrape();
        return $one->{'vzpanel_fibers{worker="0"}'}
            && exists $one->{'vzpanel_fibers{worker="1"}'} ? $one : undef;
    });

    Test::More::ok($all, 'what each worker has at work is told by any');
    return;
}


sub adds_up {
    ask('GET', $_) for '/api/plans', '/api/templates';

    my $all = scrape();
    my %last;

    for my $name (grep { /_bucket\{/ } keys %$all) {
        my ($series, $end) = $name =~ /^(.*),le="([\d.]+|\+Inf)"/;

        $last{$series}{ $end eq '+Inf' ? 9**9 : $end } = $all->{$name};
    }

    Test::More::cmp_ok(scalar keys %last, '>', 1, 'some histograms');

    for my $series (keys %last) {
        my @ends = sort { $a <=> $b } keys %{ $last{$series} };
        my $grows = !grep { $last{$series}{ $ends[$_] }
            < $last{$series}{ $ends[$_ - 1] } } 1 .. $#ends;
        my $count = $series =~ s/_bucket\{/_count{/r . '}';

        Test::More::ok($grows && @ends == 12, "$series grows");
        Test::More::is($last{$series}{ $ends[-1] }, $all->{$count},
            'and ends in the count');
    }

    Test::More::ok(!exists $all->{'vzpanel_tasks{state="done"}'},
        'what is finished is not counted anew each time');
    Test::More::is($all->{vzpanel_database_up}, 1, 'the database');
    return;
}


sub of_a_task {
    my $name = 'vzpanel_task_duration_seconds_count{kind="start",'
        . 'result="done"}';
    my $before = scrape()->{$name} // 0;
    my $task = ask('POST', "/api/vms/$vm/start", "${anas}Prefer: wait=20\n");

    Test::More::is($task->{json}{state}, 'done', 'a task');
    Test::More::is(scrape()->{$name}, $before + 1, 'is counted by its kind');
    return;
}


sub of_containers {
    my $all = scrape('?of=vms');
    my ($info) = grep { /^vzpanel_vm_info\{vm="$vm",/ } keys %$all;

    Test::More::like($info, qr/name="we\\"b\\\\$mark"/, 'a name, escaped');
    Test::More::is($all->{"vzpanel_vm_up{vm=\"$vm\"}"}, 1, 'it runs');
    Test::More::is($all->{"vzpanel_vm_memory_used_bytes{vm=\"$vm\"}"}, 1000,
        'its memory');
    Test::More::ok(!exists $all->{"vzpanel_vm_memory_limit_bytes{vm=\"$vm\"}"},
        'no limit where there is none');
    Test::More::is($all->{"vzpanel_vm_cpu_seconds_total{vm=\"$vm\"}"},
        '1.500000000', 'its CPU');
    Test::More::is(
        $all->{"vzpanel_vm_network_receive_bytes_total{vm=\"$vm\"}"}, 7,
        'its network');
    Test::More::ok(!exists $all->{vzpanel_database_up},
        'and nothing of the panel');
    return;
}


run_tests();

__DATA__

=== TEST 1: all workers of a host tell the same
--- request
GET /api/metrics
--- response_headers
Content-Type: text/plain; version=0.0.4
--- check: all_workers_agree
--- timeout: 60



=== TEST 2: histograms add up
--- request
GET /api/metrics?of=panel
--- check: adds_up



=== TEST 3: a task that ends is counted
--- request
GET /api/metrics
--- check: of_a_task
--- timeout: 60



=== TEST 4: the figures of each container
--- request
GET /api/metrics?of=vms
--- check: of_containers



=== TEST 5: what is not there is refused
--- request
GET /api/metrics?of=users
--- error_code: 422
--- response_body_like: "field":"of"
