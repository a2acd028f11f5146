package Ploop;

# Containers whose disk is an image of ploop, as far as snapshots need it: a
# tree stands for the image, a copy of it for a snapshot, and a file for the
# device of one that is mounted.
#
#   PRIVATE/root.hdd/DiskDescriptor.xml     by which vzctl knows one
#   PRIVATE/root.hdd/tree                   what is in the image
#   PRIVATE/root.hdd/snap/ID, device/ID     a snapshot, and its device
#   PRIVATE/Snapshots                       a line for each: ID, date, name

use strict;
use warnings;

use File::Path ();
use POSIX ();

use Node;
use Options qw(%opt %takes getopt);

our %code = (snapshot => 156, 'snapshot-delete' => 158,
    'snapshot-switch' => 159, 'snapshot-mount' => 160,
    'snapshot-umount' => 161, 'snapshot-list' => 167);

my %field = (uuid => sub { sprintf '%-38s', $_[0]{id} },
    date => sub { sprintf '%-19s', $_[0]{date} },
    name => sub { sprintf '%-32s', $_[0]{name} });

$takes{snapshot} = { id => 1, uuid => 1, name => 1, description => 1,
    'skip-suspend' => 0, 'skip-config' => 0 };
$takes{'snapshot-switch'} = { id => 1, uuid => 1, 'skip-resume' => 0,
    'must-resume' => 0, 'skip-config' => 0, skip_arpdetect => 0 };
$takes{"snapshot-$_"} = { id => 1, uuid => 1 } for qw(delete umount);
$takes{'snapshot-mount'} = { id => 1, uuid => 1, target => 1 };


sub supported { return -e "$Node::top/proc/vz/ploop_minor" }
sub is { return -e "$_[0]/root.hdd/DiskDescriptor.xml" }

# inner PRIVATE: where the container's files are
sub inner { return is($_[0]) ? "$_[0]/root.hdd/tree" : $_[0] }


# make PRIVATE: an image, and where its files go
sub make {
    my ($private) = @_;

    File::Path::make_path("$private/root.hdd/tree", "$private/root.hdd/snap",
        "$private/root.hdd/device");
    Node::spew("$private/root.hdd/DiskDescriptor.xml", "\n");
    return "$private/root.hdd/tree";
}


sub take {
    my ($name, $value) = @_;

    $opt{snapshot}{$name eq 'uuid' ? 'id' : $name} = $value // 1;
    return 0;
}


sub all {
    my ($private) = @_;

    return map { my %one; @one{qw(id date name)} = split /\t/, $_, 3; \%one }
        split /\n/, Node::slurp("$private/Snapshots") // '';
}


sub store {
    my ($private, @all) = @_;

    Node::spew("$private/Snapshots", join '', map {
        join("\t", @$_{qw(id date name)}) . "\n" } @all);
    return;
}


# act COMMAND, CTID, its configuration, words that are no options of getopt_long
sub act {
    my ($command, $veid, $conf, @words) = @_;
    my $private = $conf->{VE_PRIVATE};

    if (!is($private)) {
        Node::say_bad('Snapshot feature is only available for ploop-based'
            . ' CTs');
        return $code{$command};
    }

    return list($private, @words) if $command eq 'snapshot-list';

    my %want = %{ $opt{snapshot} // {} };
    my @all = all($private);
    my ($one) = grep { $_->{id} eq ($want{id} // '') } @all;

    return snapshot($private, $want{id}, $want{name}, @all)
        if $command eq 'snapshot';

    if (!$one) {
        Node::say_bad('Unable to find snapshot by uuid ' . ($want{id} // ''));
        return $code{$command};
    }

    my $snap = "$private/root.hdd/snap/$one->{id}";
    my $device = "$private/root.hdd/device/$one->{id}";

    if ($command eq 'snapshot-mount') {
        return $code{$command} if -e $device
            || system('mount', '--bind', $snap, $want{target})
            || system('mount', '-o', 'remount,bind,ro', $want{target});
        Node::spew($device, $want{target});
        return 0;
    }

    if ($command eq 'snapshot-umount') {
        my $target = Node::slurp($device) // return $code{$command};

        system "umount '$target' 2>/dev/null";
        unlink $device;
        return 0;
    }

    return switch($veid, $private, $snap) if $command eq 'snapshot-switch';

    return $code{$command} if -e $device;
    File::Path::remove_tree($snap);
    store($private, grep { $_ != $one } @all);
    return 0;
}


sub snapshot {
    my ($private, $id, $name, @all) = @_;

    if (!$opt{snapshot}{'skip-suspend'} || !$opt{snapshot}{'skip-config'}) {
        print STDERR "stand-in: a dump is not played\n";
        return 3;
    }

    Node::say_ok("Creating snapshot $id");
    return $code{snapshot} if grep { $_->{id} eq $id } @all;
    system('cp', '-a', "$private/root.hdd/tree", "$private/root.hdd/snap/$id")
        == 0 or return $code{snapshot};
    store($private, @all, { id => $id, name => $name // '',
        date => POSIX::strftime('%Y-%m-%d %H:%M:%S', localtime) });
    Node::say_ok("Snapshot $id has been successfully created");
    return 0;
}


# it goes away with what was changed since; CTID.conf stays
sub switch {
    my ($veid, $private, $snap) = @_;

    if (Node::is_running($veid) || !$opt{snapshot}{'skip-config'}) {
        print STDERR "stand-in: a dump is not played\n";
        return 3;
    }

    File::Path::remove_tree("$private/root.hdd/tree");
    system('cp', '-a', $snap, "$private/root.hdd/tree") == 0
        or return $code{'snapshot-switch'};
    Node::say_ok('Container has been successfully switched to another'
        . ' snapshot');
    return 0;
}


sub list {
    my ($private, @words) = @_;
    my $order = 'uuid,date,name';
    my $header = 1;

    while (defined(my $word = shift @words)) {
        if ($word eq '-H') {
            $header = 0;
        } elsif ($word eq '-o' && @words) {
            $order = shift @words;
        } else {
            print STDERR "stand-in: snapshot-list $word is not played\n";
            return 20;
        }
    }

    my @order = split /,/, $order;

    if (my ($bad) = grep { !$field{$_} } @order) {
        print STDERR "Unknown field: $bad\n";
        return 21;
    }

    print join(' ', map { uc } @order), "\n" if $header;

    # the last column has no width
    for my $one (all($private)) {
        print join(' ', map { $field{$_}->($one) } @order) =~ s/ +\z//r, "\n";
    }

    return 0;
}


1;
