package Backups;

# Repositories of a node for tests, targets to have them on, and what a file
# system tells of all its files.

use strict;
use warnings;

use Digest::SHA ();
use File::Temp ();
use Fcntl qw(:mode);
use IO::Socket::INET ();
use POSIX ();

use Verbs;


# write_secret FILE, TEXT [, MODE]
sub write_secret {
    my ($file, $text, $mode) = @_;

    open my $out, '>', $file or die "$file: $!\n";
    print $out $text;
    close $out or die "$file: $!\n";
    chmod $mode // 0600, $file or die "$file: $!\n";
    return;
}


# node DRIVER, OPTION...: a node with repositories, at first none; the folder
# target is for those on this machine
sub node {
    my ($driver, %more) = @_;
    my $base = File::Temp::tempdir('vz-backup-XXXXXX', TMPDIR => 1, CLEANUP => 1);

    mkdir "$base/target" or die "$base: $!\n";
    write_secret("$base/key", 'key of the node, made for this test');

    my $node = Verbs->new($driver, repositories => "$base/repositories",
        backup_cache => "$base/cache", %more);

    $node->{base} = $base;
    return $node;
}


# repositories NODE, NAME => { url, KEY => VALUE }, ...: its file
sub repositories {
    my ($node, %list) = @_;
    my $text = '';

    for my $name (sort keys %list) {
        my %of = (key => "$node->{base}/key", %{ $list{$name} });

        $text .= "[$name]\n" . join '', map { "$_ = $of{$_}\n" } sort keys %of;
    }

    write_secret("$node->{base}/repositories", $text);
    return;
}


# serve FOLDER, OPTION...: rclone as a target on loopback; its url and process
sub serve {
    my ($folder, @options) = @_;
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no port: $!\n";
    my $port = $socket->sockport;

    close $socket;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec qw(setpriv --pdeathsig KILL rclone --config /dev/null),
            qw(serve restic --user node --pass secret),
            '--addr', "127.0.0.1:$port", @options, $folder
            or POSIX::_exit(127);
    }

    Verbs::wait_for(20, sub {
        return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
    }) or die "rclone does not listen\n";

    return ("rest:http://node:secret\@127.0.0.1:$port/%t/", $pid);
}


# files FOLDER: a line for each file below it, by its name, with all that a
# backup has to keep; of what PATTERN matches nothing
sub files {
    my ($folder, $without) = @_;
    my (%lines, %first);
    my %times = split /\0/, join '', readpipe
        "cd '$folder' && find . -xdev -printf '%p\\0%T@\\0'";

    for my $name (sort keys %times) {
        next if $without && $name =~ $without;

        my @st = lstat "$folder/$name" or next;
        my $type = S_IFMT($st[2]);
        my $line = sprintf '%o %d %d', $st[2], $st[4], $st[5];

        # those of one file are told by the first of them
        $line .= " $st[3] " . ($first{"$st[0]:$st[1]"} //= $name)
            if $type != S_IFDIR && $st[3] > 1;
        $line .= " $st[7] " . sum("$folder/$name") if $type == S_IFREG;
        $line .= ' ' . readlink "$folder/$name" if $type == S_IFLNK;
        $line .= " $st[6]" if $type == S_IFCHR || $type == S_IFBLK;
        $line .= " $times{$name}" if grep { $type == $_ } S_IFREG, S_IFDIR, S_IFLNK;
        $lines{$name} = $line;
    }

    $lines{$_->[0]} .= " $_->[1]" for grep { exists $lines{$_->[0]} }
        attributes($folder);

    return \%lines;
}


sub sum {
    my ($path) = @_;

    return Digest::SHA->new(256)->addfile($path, 'b')->hexdigest;
}


# extended attributes, capabilities and access lists among them: [name, text]
sub attributes {
    my ($folder) = @_;
    my (@found, $name);

    open my $out, '-|', 'sh', '-c', "cd '$folder' && exec getfattr -Rhd -m - "
        . '-e hex . 2>/dev/null' or die "getfattr: $!\n";

    while (my $line = <$out>) {
        chomp $line;

        if ($line =~ /^# file: (.*)/) {
            $name = $1 =~ s/\\([0-7]{3})/chr oct $1/egr;
            $name = $name eq '.' ? '.' : "./$name";
        } elsif ($line =~ /=/) {
            push @found, [ $name, $line ];
        }
    }

    return @found;
}


# differences ONE, TWO: names whose lines differ
sub differences {
    my ($one, $two) = @_;
    my %all = (%$one, %$two);

    return map { sprintf "%s: %s | %s", $_ =~ s/([^ -~])/sprintf '\\x%02x', ord $1/egr,
            $one->{$_} // '-', $two->{$_} // '-' }
        grep { ($one->{$_} // '') ne ($two->{$_} // '') } sort keys %all;
}


# begun NODE, LINE [, BODY]: a verb that is on its way: handle, process
sub begun {
    my ($node, $line, $body) = @_;
    my ($handle, $pid) = $node->connect_to;

    Verbs::say_to($handle, $line, $body);
    return ($handle, $pid);
}


# stream NODE, LINE, BODY: all bytes of one, and how it ended; or its answer
sub stream {
    my ($node, $line, $body) = @_;
    my ($handle, $pid) = $node->connect_to;
    my ($bytes, $ended) = ('', 'closed');

    binmode $handle, ':pop';
    Verbs::say_to($handle, $line, $body);
    my ($answer) = Verbs::read_answer($handle);

    if ($answer eq 'ok stream') {
        my $frames = Verbs::seal_of($handle)->stream;

        print { $handle } $frames->frame('end');

        while (my ($name, $payload) = $frames->open_frame($handle)) {
            if ($name eq 'data') {
                $bytes .= $payload;
                print { $handle } $frames->frame(credit => length $payload);
            }

            $ended = $name if $name =~ /^(?:end|abort)$/;
            last if $ended ne 'closed';
        }

        $answer = "ok $ended";
    }

    close $handle;
    waitpid $pid, 0;
    return ($answer, $bytes);
}


# text FILE: all of it, '' where there is none; nothing stays open
sub text {
    my ($file) = @_;

    open my $in, '<:raw', $file or return '';
    local $/;
    return scalar(<$in>) // '';
}


# left NODE: what of a backup is still there: mounts, processes, folders
sub left {
    my ($node) = @_;
    my @left;

    open my $mounts, '<', '/proc/self/mountinfo' or die "mounts: $!\n";
    push @left, grep { m{\Q$node->{dir}\E/run\S*/(?:backup|restore)} } <$mounts>;

    for my $dir (glob '/proc/[0-9]*') {
        my $text = text("$dir/environ");
        push @left, "$dir " . (readlink("$dir/exe") // '')
            if $text =~ /RESTIC_CACHE_DIR=\Q$node->{base}\E/;
    }

    return @left;
}


1;
