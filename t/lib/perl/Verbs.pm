package Verbs;

# virtual-server on a driver of choice, and a client of its protocol.  Each
# connection is a process of its own, as xinetd would start it.

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use File::Temp ();
use IO::Handle ();
use POSIX ();
use Socket;
use Test::More ();
use Time::HiRes qw(sleep);

my $here;
BEGIN { $here = Cwd::realpath(File::Basename::dirname(__FILE__)) }
use lib $here;
use VzSeal;

our $root = "$here/../../..";
our $build = Cwd::realpath($ENV{VERBS_BUILD} // "$root/build");
our $arch = (POSIX::uname())[4];
our $template = "busybox-$arch-minimal";
our $archive = "$root/build/templates/$template.tar.gz";

# what the daemon is started by, where a test, or who runs all of them, says so
our @through = split ' ', $ENV{VERBS_THROUGH} // '';

my $key = 'k' x 32;
my %seals;                           # by handle


# new DRIVER: a node of it, empty
sub new {
    my ($class, $driver, %more) = @_;

    die "$archive is missing: make test-daemon\n" if !-e $archive;

    my $dir = File::Temp::tempdir('vz-verbs-XXXXXX', TMPDIR => 1);
    chmod 0711, $dir;

    my $self = bless { driver => $driver, dir => $dir, first => 31001 },
                     $class;

    my %conf = (
        driver => $driver, key_file => "$dir/key", log => "$dir/log",
        ctid_min => 31001, ctid_max => 31099, stop_timeout => 10,
        lxc_path => "$dir/lxc", run_dir => "$dir/run",
        addresses => '10.74.0.0/16 2001:db8::/32', %more,
    );

    if ($driver eq 'vzctl') {
        require "$root/t/stub/vzctl/Setup.pm";
        Setup::node("$dir/node", $archive);
        $conf{template_dir} = "$dir/node/vz/template/cache";
        $conf{$_} = "$dir/node/sbin/$_" for qw(vzctl vzlist vzcpucheck
                                                        vzquota);
        $conf{vz_conf_dir} = "$dir/node/etc/vz/conf";
        $conf{vz_proc} = "$dir/node/proc/vz";
    } else {
        mkdir "$dir/cache";
        system('cp', $archive, "$dir/cache/") == 0 or die "$archive\n";
        $conf{template_dir} = "$dir/cache";
        $conf{hook} //= "$build/virtual-server-hook";
        $conf{unpack} //= "$build/virtual-server-unpack";
        $conf{lxcfs} //= 'none';
        $conf{interface_prefix} //= 'vx';
        $conf{nft_table} //= 'vzverbs';
        # other tests have others (scripts/test-apart)
        $conf{idmap_base} = 65536 * (30000 + 100 * ($ENV{VERBS_LANE} // 0));
        $conf{disk_default} //= '512M';
    }

    $self->spew('key', "$key\n");
    chmod 0640, "$dir/key";
    $self->spew('conf', join '', map { "$_ = $conf{$_}\n" } sort keys %conf);

    return $self;
}


sub spew {
    my ($self, $name, $text) = @_;

    open my $out, '>', "$self->{dir}/$name" or die "$self->{dir}/$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
    return;
}


sub slurp {
    my ($self, $name) = @_;

    open my $in, '<', "$self->{dir}/$name" or return;
    local $/;
    return scalar <$in>;
}


# program OPTION...: virtual-server as a tool; its status and output
sub program {
    my ($self, @options) = @_;

    my $pid = open my $out, '-|' // die "fork: $!\n";

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec "$build/virtual-server", '--config', "$self->{dir}/conf",
            @options;
    }

    local $/;
    my $text = <$out> // '';
    close $out;
    return ($? >> 8, $text);
}


# connect: the handle and the process
sub connect_to {
    my ($self) = @_;

    socketpair my $ours, my $its, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        close $ours;
        open STDIN, '<&', $its;
        open STDOUT, '>&', $its;
        exec @through, "$build/virtual-server", '--config',
            "$self->{dir}/conf";
    }

    close $its;
    $ours->autoflush(1);

    $seals{$ours} = VzSeal->enter($ours, $key)
        // die "handshake: $VzSeal::said\n";

    return ($ours, $pid);
}


# say_to HANDLE, LINE, BODY: one verb, sealed; its body is a secret, a reference
# to lines, or to { secret => lines }
sub say_to {
    my ($handle, $line, $body) = @_;
    my $seal = $seals{$handle};
    my $secret = ref $body eq 'HASH' ? $body->{secret} : undef;
    my @lines = $secret ? @$secret : ref $body ? @$body : $body // ();
    my $kind = $secret || !ref $body ? 'secret' : 'body';

    $line = 'body=' . @lines . " $line" if @lines;
    print $handle map { "$_\n" } $seal->line($line),
        map { $seal->$kind($_) } @lines;
    return;
}


# seal_of HANDLE: what seals its lines
sub seal_of { return $seals{ $_[0] } }


# read_answer HANDLE: the last line, data lines, progress lines
sub read_answer {
    my ($handle) = @_;
    my $all = '';
    my (@data, @progress);

    while (my $line = <$handle>) {
        $all .= $line;
        push @data, $1 if $line =~ /^= (.*)/;
        push @progress, $1 if $line =~ /^(\+ .*?)(?: say=\S+)?$/;

        return (($seals{$handle}->open_answer($all) // "not sealed: $line")
                =~ s/ say=\S+$//r, \@data, \@progress)
            if $line =~ /^(?:ok|err)\b/;
    }

    return ('closed', \@data, \@progress);
}


# ask LINE [BODY]: one verb on a connection of its own
sub ask {
    my ($self, $line, $secret) = @_;
    my ($handle, $pid) = $self->connect_to;

    say_to($handle, $line, $secret);

    my @answer = read_answer($handle);

    delete $seals{$handle};
    close $handle;
    waitpid $pid, 0;

    return @answer;
}


# apart COMMAND: the same with mounts of its own, of this node's containers and
# of no other stack's, whose disks it would keep in use
sub apart {
    my ($self, @command) = @_;

    return ('unshare', '-m', 'bash', '-c', '. "$0"; let_go "$1"; shift;'
        . ' exec "$@"', "$root/t/lib/sh/mounts.sh", $self->{dir}, @command);
}


# killed LINE, SECONDS [, BODY]: one verb, whose process is killed so long after
# it was asked
sub killed {
    my ($self, $line, $seconds, $body) = @_;
    my ($handle, $pid) = $self->connect_to;

    say_to($handle, $line, $body);
    sleep $seconds;
    kill 'KILL', $pid;
    waitpid $pid, 0;

    delete $seals{$handle};
    close $handle;
    return;
}


# recovers LINE, TITLE [, SECONDS]: a test that it is well in time; the lock of a
# killed one is free when the kernel has ended it
sub recovers {
    my ($self, $line, $title, $seconds) = @_;
    my $answer;

    return Test::More::ok(wait_for($seconds // 20, sub {
        ($answer) = $self->ask($line);
        return $answer =~ /^ok\b/;
    }), $title) || Test::More::diag($answer);
}


# likes LINE, PATTERN [, TITLE [, SECRET]]: a test of its answer
sub likes {
    my ($self, $line, $like, $title, $secret) = @_;

    my ($answer) = $self->ask($line, $secret);
    return Test::More::like($answer, $like, $title // $line);
}


# pairs LINE: what "key=value key=value" holds
sub pairs {
    my ($line) = @_;

    return map { split /=/, $_, 2 } split / /, $line // '';
}


# status ID: its pairs
sub status {
    my ($self, $id) = @_;

    my (undef, $data) = $self->ask("status $id");
    return pairs($data->[0]);
}


# state ID: "running", as its status has it
sub state {
    my ($self, $id) = @_;

    return { $self->status($id) }->{state};
}


# run ID: what the lxc driver has written down of a running container
sub run_of {
    my ($self, $id) = @_;

    return ($self->slurp("lxc/ct/$id/run") // '') =~ /^(\w+)=(.*)$/mg;
}


# init ID, monitor ID: process ids of a running container, 0 where none is
sub init {
    my ($self, $id) = @_;

    return (split / /, { $self->run_of($id) }->{init} // 0)[0];
}


sub monitor {
    my ($self, $id) = @_;

    return (split / /, { $self->run_of($id) }->{monitor} // 0)[0];
}


# inside ID, COMMAND...: busybox as its root, in its namespaces (not in its
# groups); the status
sub inside {
    my ($self, $id, @command) = @_;

    return system 'nsenter', '-t', $self->init($id), qw(-U -m -p -u -n -i -C
        -S 0 -G 0 /bin/busybox), @command;
}


# guest ID, COMMAND...: as inside, but in its groups, too, so that it is what
# a process of the guest is; a handle to write to, one to read from, and its id
sub guest {
    my ($self, $id, @command) = @_;
    my ($memory) = $self->slurp("lxc/ct/$id/run") =~ /^memory=(.*)$/m;
    my $init = $self->init($id);

    # version 1 has a folder of the same name in each hierarchy
    my @groups = $memory =~ m{^(/sys/fs/cgroup)/memory(/.*)$}
        ? grep { -e } glob "$1/*$2/cgroup.procs" : "$memory/cgroup.procs";

    pipe my $from, my $write or die "pipe: $!\n";
    pipe my $read, my $to or die "pipe: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<&', $read;
        open STDOUT, '>&', $write;
        close $_ for $from, $to;

        for my $group (@groups) {
            open my $procs, '>', $group or next;
            print $procs $$;
            close $procs;
        }

        exec qw(nsenter -t), $init, qw(-U -m -p -u -n -i -C -S 0 -G 0),
            @command;
        exit 127;
    }

    close $_ for $read, $write;
    $to->autoflush(1);

    return ($to, $from, $pid);
}


# put ID, FILE, NAME: a program into a running container
sub put {
    my ($self, $id, $file, $name) = @_;
    my ($to, $from, $pid) = $self->guest($id, '/bin/busybox', 'sh', '-c',
                                         "cat > $name && chmod 755 $name");

    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/ = \65536;
    print $to $_ while <$in>;
    close $_ for $to, $from;
    waitpid $pid, 0;
    return $? == 0;
}


# wait_for SECONDS, CODE: until it is true
sub wait_for {
    my ($seconds, $true) = @_;

    for (1 .. $seconds * 20) {
        return 1 if $true->();
        select undef, undef, undef, 0.05;
    }
    return 0;
}


# calls PATTERN: command lines that a stand-in saw
sub calls {
    my ($self, $pattern) = @_;

    return grep { !$pattern || /$pattern/ }
        split /\n/, $self->slurp('node/calls') // '';
}


# end: nothing of it stays
sub end {
    my ($self) = @_;

    $self->program('--down');
    system 'rm', '-rf', '--one-file-system', $self->{dir};
    return;
}


1;
