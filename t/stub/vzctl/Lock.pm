package Lock;

# The lock of a container: vz/lock/CTID.lck, which names the process that has
# it.  It goes with this process.

use strict;
use warnings;

use Node;
use Options qw(%code);

my $held;


# take CTID: 0, or the exit status of vzctl
sub take {
    my ($veid) = @_;
    my $file = "$Node::top/vz/lock/$veid.lck";
    my $mine = "$file.$$";

    Node::spew($mine, "$$\n\n");

    for (1 .. 3) {
        if (link $mine, $file) {
            unlink $mine;
            $held = $file;
            return 0;
        }

        my ($pid) = (Node::slurp($file) // '') =~ /^(\d+)$/m;

        if ($pid && -d "/proc/$pid") {
            my $cmdline = Node::slurp("/proc/$pid/cmdline") // '';
            $cmdline =~ s/\0(?=.)/ /g;
            $cmdline =~ s/\0//g;
            Node::say_bad("Locked by: pid $pid, cmdline $cmdline");
            Node::say_bad('Container already locked');
            unlink $mine;
            return $code{locked};
        }

        Node::say_ok("Removing stale lock file $file") if $pid;
        unlink $file;
    }

    unlink $mine;
    return $code{system};
}


# leave: it is not this process's to remove
sub leave { undef $held; return; }


END { unlink $held if $held; }


1;
