package Fabricated;

# Containers of the lxc driver that are made of a folder, groups of version 1
# and a process that sleeps: a recorder takes them for running ones, and a
# thousand of them are there in a moment.

use strict;
use warnings;

use File::Path qw(make_path);

my @groups = grep { -d "/sys/fs/cgroup/$_" }
    qw(memory cpu cpuacct pids freezer unified);


# whether this machine has the groups
sub possible { return @groups >= 5 }


# new DIR, NAME: for a node whose lxc_path is DIR; NAME is that of the groups
sub new {
    my ($class, $dir, $name) = @_;

    die "this needs the groups of version 1\n" if !possible();

    return bless { dir => $dir, name => $name, pids => [], boot =>
        slurp('/proc/sys/kernel/random/boot_id'), owner => $$ }, $class;
}


sub spew {
    my ($path, $text) = @_;

    open my $out, '>', $path or die "$path: $!\n";
    print $out $text or die "$path: $!\n";
    close $out or die "$path: $!\n";
    return;
}


sub slurp {
    my ($path) = @_;

    open my $in, '<', $path or return '';
    local $/;
    return scalar <$in>;
}


# add ID [, COMMAND...]: one that runs, and what runs in it; add_stopped ID: one
# that does not
sub add {
    my ($self, $id, @command) = @_;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        exec @command ? @command : qw(sleep infinity);
    }

    push @{ $self->{pids} }, $pid;

    for my $group (@groups) {
        my $path = "/sys/fs/cgroup/$group/$self->{name}/lxc.payload.$id";

        make_path($path);
        spew("$path/cgroup.procs", "$pid\n");
    }

    my $start = (split ' ', slurp("/proc/$pid/stat") =~ s/^.*\) //r)[19];

    $self->add_stopped($id, 1);
    spew("$self->{dir}/ct/$id/run", "boot=$self->{boot}init=$pid $start\n"
        . "monitor=$pid $start\nhalt=15\n" . join '', map {
            "$_=/sys/fs/cgroup/$_/$self->{name}/lxc.payload.$id\n"
        } grep { $_ ne 'unified' } @groups);
    return;
}


sub add_stopped {
    my ($self, $id, $started) = @_;

    make_path("$self->{dir}/ct/$id/root");
    spew("$self->{dir}/ct/$id/ct.conf", "ctid=$id\ntemplate=busybox\n"
        . "version=busybox\nhostname=b$id\nunits=1000\npercent=50\n"
        . "disk=1073741824:1073741824\nidmap=" . 65536 * ($id % 30000 + 1)
        . "\ncreated=1700000000\nstarted=" . ($started // 0)
        . "\nonboot=1\n");
    return;
}


# end: their processes and groups
sub end {
    my ($self) = @_;

    return if $self->{owner} != $$;

    kill 'KILL', @{ $self->{pids} };
    waitpid $_, 0 for @{ $self->{pids} };
    $self->{pids} = [];

    for my $group (@groups) {
        rmdir for glob("/sys/fs/cgroup/$group/$self->{name}/*"),
            "/sys/fs/cgroup/$group/$self->{name}";
    }
    return;
}


1;
