# The firewall of a container: read, tried, kept, taken back, and refused with
# the name of what is wrong; what an administrator shuts.

use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $ana = user(unique('ana'));
our $anas = session($ana);
our $eva = session(user(unique('eva')));
our $root = session(user('root.firewall', role => 'admin'));
our ($vm, $ctid) = container($ana, desired_state => 'running');

my $ssh = { direction => 'in', action => 'accept', protocol => 'tcp',
            ports => '22', address => undef, note => 'SSH' };
my $ping = { direction => 'in', action => 'accept', protocol => 'icmp' };


sub get { return ask('GET', "/api/vms/$vm/firewall", $_[0] // $anas) }

sub put {
    my ($body, $who, $match) = @_;

    $match //= '"' . get($who)->{json}{version} . '"';
    return ask('PUT', "/api/vms/$vm/firewall", ($who // $anas)
        . "Prefer: wait=60\nIf-Match: $match\n", encode_json($body));
}

sub post {
    my ($verb, $who) = @_;

    return ask('POST', "/api/vms/$vm/firewall/$verb", ($who // $anas)
        . "Prefer: wait=60\n");
}

# rules FROM: of "kept" or "trial", as words
sub rules {
    my ($from) = @_;
    my $json = get()->{json}{$from} // return 'none';

    return join ', ', "in $json->{in}", "out $json->{out}",
        map { join ' ', map { $_ // '-' } @$_{qw(direction action protocol
            ports address note)} } @{ $json->{rules} };
}

sub wrong {
    my ($rule, $rest) = @_;
    my $answer = put({ in => 'drop', out => 'accept', %{ $rest // {} },
                       rules => [ $ssh, $rule ] });

    return "$answer->{code} " . join ', ', map { "$_->{field} $_->{code}" }
        @{ $answer->{json}{errors} // [] };
}


sub at_first {
    is(verb('start', $ctid) =~ /^ok/ ? 'ok' : 'no', 'ok', 'it runs');

    my $answer = get();

    is($answer->{code}, 200, 'the firewall is shown');
    is_deeply($answer->{json}{kept},
        { in => 'accept', out => 'accept', rules => [] }, 'without rules');
    is_deeply([ @{ $answer->{json} }{qw(trial left_ms node smtp all version)} ],
        [ undef, undef, 'up', 'shut', 'open', 0 ], 'and as it is at first');
    like($answer->{json}{your_address}, qr/^[0-9a-f.:]+$/, 'and where I am');
    is(get($eva)->{code}, 404, 'to nobody else');
    is(put({ in => 'drop', out => 'drop' }, $eva, '"0"')->{code}, 404,
        'nor is it anybody else’s to change');
    is(get($root)->{code}, 200, 'but to an administrator');
}

sub refused {
    is(ask('PUT', "/api/vms/$vm/firewall", $anas,
        '{"in":"drop","out":"accept"}')->{code}, 428, 'If-Match is required');
    is(put({ in => 'drop', out => 'accept' }, $anas, '"7"')->{code}, 412,
        'and has to be the firewall’s');

    for ([ { %$ssh, ports => '0' }, 'rules[1].ports format' ],
        [ { %$ssh, ports => '22-21' }, 'rules[1].ports format' ],
        [ { %$ssh, ports => '22,23' }, 'rules[1].ports format' ],
        [ { %$ssh, ports => 22 }, 'rules[1].ports type' ],
        [ { %$ssh, protocol => 'icmp' }, 'rules[1].ports format' ],
        [ { %$ssh, protocol => 'sctp' }, 'rules[1].protocol format' ],
        [ { %$ssh, direction => 'up' }, 'rules[1].direction format' ],
        [ { %$ssh, action => 'reject' }, 'rules[1].action format' ],
        [ { %$ssh, address => '10.0.0.1/8' }, 'rules[1].address format' ],
        [ { %$ssh, address => 'example.org' }, 'rules[1].address format' ],
        [ { %$ssh, address => "10.0.0.1\naccept" }, 'rules[1].address format' ],
        [ { %$ssh, note => 'x' x 61 }, 'rules[1].note range' ],
        [ { %$ssh, port => '22' }, 'rules[1] unknown' ],
        [ { direction => 'in', protocol => 'any' }, 'rules[1].action required' ])
    {
        is(wrong($_->[0]), "422 $_->[1]", "$_->[1]");
    }
    is(wrong($ping, { in => 'open' }), '422 in format', 'a policy is one of two');
    is(wrong($ping, { seconds => 5 }), '422 seconds range', 'a trial is longer');
    is(wrong('x'), '422 rules type', 'a rule is an object');
    is(put({ in => 'drop', out => 'drop', rules => [ ($ping) x 65 ] })
        ->{json}{errors}[0]{field}, 'rules', '64 are the most');
    is(post('confirm')->{json}{code}, 'not_tried', 'nothing is tried');
    is(post('undo')->{json}{code}, 'not_tried', 'nor taken back');
    is(get()->{json}{version}, 0, 'nothing has changed');
}

sub tried {
    my $answer = put({ in => 'drop', out => 'accept', rules => [ $ssh, $ping ],
                       seconds => 600 });

    is($answer->{json}{state}, 'done', 'rules are tried');
    is($answer->{json}{kind}, 'firewall', 'by a task');
    is(rules('trial'), 'in drop, out accept, in accept tcp 22 - SSH,'
        . ' in accept icmp - - -', 'they are shown');
    is(rules('kept'), 'in accept, out accept', 'beside those that hold');

    my $json = get()->{json};

    ok($json->{left_ms} > 0 && $json->{left_ms} <= 600_000, 'and for how long');
    is(scalar @{ $json->{hits}{rules} }, 2, 'each has a counter');
    like(verb('getfirewall', $ctid), qr/in=drop out=accept left=[1-9]/,
        'the node tries them');

    is(post('undo', $eva)->{code}, 404, 'nobody else takes them back');
    is(post('undo')->{json}{state}, 'done', 'they are taken back');
    is(rules('trial'), 'none', 'at once');
    like(verb('getfirewall', $ctid), qr/in=accept out=accept left=0/,
        'on the node');
}

sub confirmed {
    put({ in => 'drop', out => 'accept', rules => [ $ssh ], seconds => 60 });
    is(post('confirm', $eva)->{code}, 404, 'nobody else confirms');
    is(post('confirm')->{json}{state}, 'done', 'what is tried is confirmed');
    is(rules('kept') . ' ' . rules('trial'),
        'in drop, out accept, in accept tcp 22 - SSH none', 'and holds');
    like(verb('getfirewall', $ctid), qr/in=drop out=accept left=0/,
        'on the node, too');
    is(post('confirm')->{json}{code}, 'not_tried', 'once');

    is(sql_value("SELECT GROUP_CONCAT(DISTINCT action ORDER BY action) FROM"
        . " audit WHERE object = 'vm $vm' AND result = 'ok'"),
        'vm.firewall,vm.firewall.confirm,vm.firewall.undo', 'the audit has it');
}

# the node's clock decides, whatever the database says
sub too_late {
    put({ in => 'drop', out => 'drop', seconds => 60 });
    like(verb('restart', $ctid), qr/^ok/m, 'it boots meanwhile');
    is(rules('trial'), 'none', 'which ends the trial');

    my $task = post('confirm')->{json};

    is("$task->{state} $task->{error}{code}", 'failed state',
        'to confirm it is too late');
    like($task->{error}{say}{code}, qr/^not_tried$/, 'and it is said why');
    is(rules('kept'), 'in drop, out accept, in accept tcp 22 - SSH',
        'what was confirmed before holds');
}

# the panel and the database may stand still: nobody is needed
sub by_itself {
    put({ in => 'drop', out => 'drop', seconds => 10 });
    ok(wait_for(30, sub { verb('getfirewall', $ctid) =~ /left=0/ }),
        'after ten seconds the node has taken it back');
    is(rules('trial') . ': ' . rules('kept'),
        'none: in drop, out accept, in accept tcp 22 - SSH', 'and so it is told');
    is(put({ in => 'accept', out => 'accept', seconds => 0 })->{json}{state},
        'done', 'rules may be set at once');
    is(rules('kept'), 'in accept, out accept', 'and hold');
}

sub gates {
    my $gates = { smtp => 'open', smtp_reason => 'newsletter, asked 3 May',
                  all => 'shut', all_reason => 'spam' };
    my $put = sub { ask('PUT', "/api/vms/$vm/gates", "$_[0]Prefer: wait=60\n",
                        encode_json($_[1])) };

    is($put->($anas, $gates)->{code}, 403, 'gates are not the owner’s');
    is($put->($root, { smtp => 'open', all => 'no' })->{json}{errors}[0]{field},
        'all', 'a gate is open or shut');
    is($put->($root, $gates)->{json}{state}, 'done', 'an administrator sets them');

    my $json = get()->{json};

    is(join('|', @$json{qw(smtp smtp_reason all all_reason)}),
        'open|newsletter, asked 3 May|shut|spam', 'the owner reads it');
    like(verb('getfirewall', $ctid), qr/smtp=open all=shut/, 'the node does it');
    $put->($root, { smtp => 'shut', all => 'open' });
    like(verb('getfirewall', $ctid), qr/smtp=shut all=open/, 'and undoes it');
    is(get()->{json}{smtp_reason}, undef, 'with the reason');
}

run_tests();

__DATA__

=== TEST 1: at first everything is let through, but for port 25
--- timeout: 60
--- init: ::at_first()
--- request
GET /api/plans



=== TEST 2: what is wrong is refused by its name
--- timeout: 60
--- init: ::refused()
--- request
GET /api/plans



=== TEST 3: rules are tried, shown, and taken back
--- timeout: 60
--- init: ::tried()
--- request
GET /api/plans



=== TEST 4: rules that are confirmed hold
--- timeout: 60
--- init: ::confirmed()
--- request
GET /api/plans



=== TEST 5: a confirmation that comes too late
--- timeout: 60
--- init: ::too_late()
--- request
GET /api/plans



=== TEST 6: what nobody confirms is taken back by itself
--- timeout: 60
--- init: ::by_itself()
--- request
GET /api/plans



=== TEST 7: what an administrator shuts
--- timeout: 60
--- init: ::gates()
--- request
GET /api/plans
