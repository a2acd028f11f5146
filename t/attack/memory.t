#!/usr/bin/perl
#
# A guest whose memory is used up, by one of its users: its init goes on.

use strict;
use warnings;

use File::Basename ();
use Test::More;

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Verbs;

my $id = 31001;
my $debian = "debian-12-$Verbs::arch-minimal";
my $archive = "$Verbs::root/build/templates/$debian.tar.zst";

plan skip_all => "$archive is missing: make stack" if !-e $archive;

my $node = Verbs->new('lxc', stop_timeout => 4);
system('cp', $archive, "$node->{dir}/cache/") == 0 or die "$archive\n";

for my $line ("create $id $debian", "setmemoryp $id 64M", "setdisk $id 1G",
              "start $id")
{
    my ($answer) = $node->ask($line);
    like($answer, qr/^ok/, $line);
}


# score PID
sub score {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/oom_score_adj" or return '-';
    my $score = <$in> // '-';
    chomp $score;
    return $score;
}


# services: process ids of all but init
sub services {
    my ($file) = $node->slurp("lxc/ct/$id/run") =~ /^pids=(.*)$/m;

    open my $in, '-|', 'find', $file, qw(-name cgroup.procs -exec cat {} +)
        or die "find: $!\n";
    my @pids = grep { $_ != $node->init($id) } map { chomp; $_ } <$in>;
    close $in;
    return @pids;
}


# guest COMMAND: by its shell; what it prints
sub guest {
    my ($command) = @_;
    my ($to, $from, $pid) = $node->guest($id, '/bin/sh', '-c', $command);
    my $text = '';

    close $to;
    eval {
        local $SIG{ALRM} = sub { die "late\n" };
        alarm 30;
        local $/;
        $text = <$from> // '';
        waitpid $pid, 0;
        alarm 0;
    };
    close $from;
    return $@ || $text;
}


# service NAME, USER, COMMAND: one that systemd starts
sub service {
    my ($name, $user, $command) = @_;

    return guest("cat > /run/systemd/system/$name.service <<'END'
[Service]
Type=oneshot
User=$user
ExecStart=$command
END
");
}


# most: bytes that it had in use at a time
sub most {
    my ($memory) = $node->slurp("lxc/ct/$id/run") =~ /^memory=(.*)$/m;

    for my $file (qw(memory.max_usage_in_bytes memory.peak)) {
        open my $in, '<', "$memory/$file" or next;
        my $bytes = <$in>;
        close $in;
        return $bytes * 1;
    }
    return 0;
}


ok(Verbs::wait_for(60, sub {
    my @scores = map { score($_) } services();
    return @scores > 1 && !grep { $_ ne '500' && $_ ne '-' } @scores;
}), 'all services are to end before init')
    or diag(join ' ', map { "$_ " . score($_) } services());

my $init = $node->init($id);
is(score($init), 0, 'which is as it was');

is(guest('df -B1 --output=size /dev/shm | tail -n 1') * 1, 32 << 20,
   '/dev/shm has half of the plan\'s memory');

# what the audit did, and with all of the memory
service('shm', 'nobody', '/bin/dd if=/dev/zero of=/dev/shm/x bs=1M count=200');
service('hog', 'nobody', '/bin/sh -c \'x=x; while :; do x=$x$x; done\'');
service('run', 'root', '/bin/dd if=/dev/zero of=/run/x bs=1M count=200');
guest("(systemctl daemon-reload; systemctl start $_) 2> /dev/null") for qw(shm hog run);

cmp_ok(most(), '>', 63 << 20, 'its users have used up its memory');
ok(kill(0, $init), 'its init lives');
is($node->init($id), $init, 'and is what it was');
is({ $node->status($id) }->{state}, 'running', 'it runs');
is({ $node->status($id) }->{again}, undef, 'and was not started again');

$node->end;
done_testing();
