package VzSoak;

=head1 NAME

VzSoak - a stack of one's own, its people, its tasks and its processes, for the
long tests of t/soak

=head1 SYNOPSIS

    use VzSoak;

    in_a_slot();
    begin("build/test/stack-name", 'name');
    my $vm = make('busybox');
    follow(ask('POST', "/vms/$vm/start")->{json}{id});
    check($good, 'what holds');
    finish();

=cut

use strict;
use warnings;
use Cwd qw(abs_path);
use Digest::SHA qw(sha256_hex);
use Exporter qw(import);
use File::Basename qw(dirname);
use HTTP::Tiny;
use JSON::PP;
use Time::HiRes qw(sleep time);
use VzClient;

use constant PATIENCE => 400;   # seconds that a task may take

our @EXPORT = qw(in_a_slot begin finish stack base sql sql_value slurp check ask
    verb template follow make workers victim end_with_kill working root node
    PATIENCE);

my $top = abs_path(dirname(__FILE__) . '/../../..');
my $json = JSON::PP->new->utf8;
my ($passed, $failed) = (0, 0);
my ($dir, %stack, $owner, $cookie, $user);


# the slot is ours as long as the shell that has it
sub in_a_slot {
    chdir $top or die "$top: $!";
    exec '/bin/bash', '-c', '. scripts/test-slot; "$0" "$@"', $0, @ARGV
        if !defined $ENV{VZPANEL_TEST_SLOT};
}

# begin DIR, WHO: a new stack, a customer called WHO and an administrator who is
# signed in
sub begin {
    my ($where, $who) = @_;

    $dir = "$top/$where$ENV{VZPANEL_TEST_SLOT}";
    $owner = $$;
    $SIG{$_} = sub { exit 1 } for qw(TERM INT HUP);
    system("scripts/stack stop $dir; rm -rf $dir;"
        . " scripts/test-stack start $dir --web") == 0
        or die "the stack does not start\n";

    for my $file ("$dir/settings", "$dir/ports") {
        open my $in, '<', $file or die "$file: $!";
        while (<$in>) { $stack{$1} = $2 if /^(\w+)=(.*)$/ }
    }

    my $secret = sha256_hex(rand . $$ . time);

    sql("INSERT INTO user (account, role, first_name, email, password) VALUES"
        . " ('$who.admin', 'admin', 'Soak', '$who\@example.org', '*'),"
        . " ('$who', 'customer', 'Soak', '$who\@example.org', '*')");
    sql("INSERT INTO session (hash, user_id, expires, remote, proven) SELECT"
        . " UNHEX('" . sha256_hex($secret) . "'), id, NOW(3) + INTERVAL 1 DAY,"
        . " '127.0.0.1', UTC_TIMESTAMP(3) + INTERVAL 1 DAY FROM user"
        . " WHERE account = '$who.admin'");
    $user = sql_value("SELECT id FROM user WHERE account = '$who'");
    $cookie = "vzpanel_session=$secret";
}

END {
    local $?;
    system("$top/scripts/stack", 'stop', $dir) if %stack && $owner == $$;
}

# the tally, which is the last line
sub finish {
    print "$passed passed, $failed failed\n";
    exit($failed ? 1 : 0);
}

sub check {
    my ($good, $what) = @_;

    $good ? $passed++ : $failed++;
    print $good ? 'ok' : 'not ok', ' ', $passed + $failed, " - $what\n";
    return $good;
}

sub stack { $dir }
sub base { $stack{base} }

sub slurp {
    open my $in, '<', $_[0] or return '';
    local $/;
    return <$in> // '';
}


# a database that ended meanwhile is asked again
sub sql {
    my ($text) = @_;
    my $until = time + 60;

    while (time < $until) {
        my @rows;

        return @rows if eval {
            @rows = VzClient::ask("$stack{base}/db.sock.d/mysqld.sock", $text);
            1;
        };
        sleep 0.5;
    }

    die "the database does not answer: $text\n";
}

sub sql_value { (sql(@_))[-1] }


# a worker that stands still keeps its callers waiting, and one that was killed
# cuts them off: ask until it answers, with the same key
sub ask {
    my ($method, $path, $body, %headers) = @_;
    my $http = HTTP::Tiny->new(timeout => 80, keep_alive => 0);
    my $key = sha256_hex(rand . $$ . time);

    for (1 .. 8) {
        my $answer = $http->request($method,
            "http://127.0.0.1:$stack{web_port}/api$path",
            { headers => { Cookie => $cookie,
                'Content-Type' => 'application/json',
                $method eq 'POST' ? ('Idempotency-Key' => $key) : (),
                %headers },
              defined $body ? (content => $json->encode($body)) : () });

        return { code => $answer->{status}, etag => $answer->{headers}{etag},
            json => eval { $json->decode($answer->{content}) } // {} }
            if $answer->{status} != 599 && $answer->{status} < 500;

        sleep 0.5;
    }

    return { code => 0, json => {} };
}

# the template whose name begins so
sub template {
    my ($like) = @_;

    return sql_value("SELECT name FROM template WHERE name LIKE '$like%'"
        . ' ORDER BY id LIMIT 1');
}

# how a task ended
sub follow {
    my ($task) = @_;
    my $until = time + PATIENCE;

    while (time < $until) {
        my $state = sql_value("SELECT state FROM task WHERE id = $task");
        return $state if $state =~ /^(?:done|failed|cancelled)$/;
        sleep 0.3;
    }

    return 'late';
}

# a new container of the customer, from the template whose name begins so
sub make {
    my ($like, %body) = @_;
    my $call = ask('POST', '/vms', { user => "$user",
        template => template($like), memory_mib => 64, disk_mib => 1024,
        %body });
    my $task = $call->{json}{id} or return;

    follow($task);

    return sql_value("SELECT COALESCE(vm_id, 0) FROM task WHERE id = $task");
}

sub workers {
    my $master = slurp("$stack{base}/pid/nginx") =~ s/\s//gr;

    return split ' ', slurp("/proc/$master/task/$master/children");
}

# working VERBS: the process of the daemon that does one of them, as a lock names
# it; the pattern takes all where there is none
sub working {
    my $verbs = shift // '\w+';

    for my $lock (glob "$stack{base}/run$stack{base}/lxc/lock/*") {
        my ($pid) = slurp($lock) =~ /^(?:$verbs)\b.*, pid (\d+),/
            or next;
        return $pid
            if (readlink("/proc/$pid/exe") // '') =~ /virtual-server/;
    }

    return;
}

# victim WHAT [, VERBS]: a process of a worker, the database, or the daemon at
# work, for which it waits
sub victim {
    my ($what, $verbs) = @_;

    if ($what eq 'worker') {
        my @workers = workers();
        return $workers[rand @workers];
    }

    return slurp("$stack{base}/pid/mariadbd") =~ /(\d+)/ ? $1 : undef
        if $what eq 'database';

    my $until = time + 5;

    while (time < $until) {
        my $pid = working($verbs);
        return $pid if $pid;
        sleep 0.002;
    }

    return;
}

# end_with_kill WHAT, PROCESS: by kill -9; a database comes back, as by its
# supervisor
sub end_with_kill {
    my ($what, $pid) = @_;

    kill 'KILL', $pid;
    system("$top/scripts/stack start $dir > /dev/null 2>&1")
        if $what eq 'database';
}

# the root of a running guest, as the host sees it
sub root {
    my ($ctid) = @_;
    my ($init) = slurp("$stack{base}/lxc/ct/$ctid/run") =~ /^init=(\d+)/m;

    return $init && -d "/proc/$init/root/etc" ? "/proc/$init/root" : undef;
}

# what the daemon answers to a verb
sub verb {
    my (@words) = @_;

    return `$top/scripts/verb $dir @words`;
}

# what the node lists, by tags
sub node {
    my %node;

    for my $line (split /\n/, verb('list')) {
        my %pair = $line =~ /(\w+)=(\S+)/g;
        $node{$pair{tag}} = \%pair if $pair{tag};
    }

    return %node;
}

1;
