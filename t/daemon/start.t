#!/usr/bin/perl
#
# How long a start may take, what is left of one that is given up, and what
# becomes of a container whose init is gone.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'vzctl starts in its own way';
}

my $node = Verbs->new('lxc', stop_timeout => 4);
my $t = $Verbs::template;
my $dir = $node->{dir};
my ($hangs, $slow, $dies) = 31001 .. 31003;

# the hook, but for who is told to hang once or to be slow
$node->spew('hook', <<"END");
#!/bin/sh
if [ "\$LXC_HOOK_TYPE" = pre-start ]; then
    if [ -e $dir/hang.\$LXC_NAME ]; then
        /bin/rm $dir/hang.\$LXC_NAME
        echo \$\$ > $dir/hangs.\$LXC_NAME
        exec /bin/sleep 1000
    fi
    if [ -e $dir/slow.\$LXC_NAME ]; then /bin/sleep 10; fi
fi
exec $Verbs::build/virtual-server-hook "\$@"
END
chmod 0755, "$dir/hook";
$node->spew('conf', $node->slurp('conf') =~ s{^hook = .*}{hook = $dir/hook}mr);


sub within {
    my ($seconds, $title, $true) = @_;

    return ok(Verbs::wait_for($seconds, $true), $title);
}


# --- the node comes up, and the first start of one hangs: a minute ---

$node->likes("create $_ $t", qr/^ok/) for $hangs, $slow, $dies;
$node->likes("start $hangs", qr/^ok/);
like(($node->program('--down'))[0], qr/^0$/, '--down');

$node->spew("hang.$hangs", '');
my $boot = fork // die "fork: $!\n";
exit +($node->program('--boot'))[0] if $boot == 0;


# --- a slow one ---

$node->spew("slow.$slow", '');
mkdir "$dir/lxc/ct/$slow/apparmor";
$node->spew("lxc/ct/$slow/apparmor/lxc-$slow", '');
$node->likes("start $slow", qr/^ok$/, 'a start may take ten seconds');
ok(!-e "$dir/lxc/ct/$slow/apparmor/lxc-$slow",
   'no generated profile is left of the time before');
unlink "$dir/slow.$slow";


# --- whose it is ---

# ioctl_ns(2)
sub owner {
    my ($handle) = @_;
    my $uid = pack 'L', 0;

    ioctl $handle, 0xb704, $uid or return;
    return unpack 'L', $uid;
}

my ($base) = $node->slurp("lxc/ct/$slow/ct.conf") =~ /^idmap=(\d+)$/m;
open my $ns, '<', '/proc/' . $node->init($slow) . '/ns/user' or die "ns: $!\n";
is(owner($ns), $base, 'its user namespace is its own, not host root\'s');
my $up = ioctl $ns, 0xb702, 0;
open my $outer, '<&=', $up or die "parent: $!\n";
is(owner($outer), $base, 'and so is the one around it');
close $_ for $outer, $ns;


# --- init is gone ---

$node->likes("start $dies", qr/^ok$/);
my $init = $node->init($dies);
kill 'KILL', $init;
within(10, 'an init that is killed is started again', sub {
    return $node->init($dies) && $node->init($dies) != $init
        && $node->state($dies) eq 'running';
});
like($node->slurp('log'), qr/container $dies: its init was killed by signal 9/,
     'and the log tells it');
is({ $node->status($dies) }->{again}, 1, 'so does status');

# a reboot is none of that
$init = $node->init($dies);
$node->inside($dies, 'reboot', '-f');
within(10, 'a reboot from inside', sub {
    return $node->init($dies) && $node->init($dies) != $init
        && $node->state($dies) eq 'running';
});
is({ $node->status($dies) }->{again}, 1, 'is no failure');

# once more, and somebody stops it while it waits
$init = $node->init($dies);
kill 'KILL', $init;
within(5, 'the second time it waits for two seconds', sub {
    return $node->slurp('log') =~ /again in 2 s, 2 of 10/;
});
$node->likes("stop $dies", qr/^ok already$/, 'who is stopped meanwhile');
my $monitor = $node->monitor($dies);
within(5, 'is not waited for any more', sub {
    return join('', `pgrep -f -- '--config $dir/conf --[a]gain $dies'`) eq '';
});
is($node->state($dies), 'stopped', 'and stays stopped');

$node->likes("start $dies", qr/^ok$/);
is({ $node->status($dies) }->{again}, undef, 'who is started begins anew');
$node->inside($dies, 'poweroff', '-f');
within(10, 'who switches it off from inside', sub {
    return $node->state($dies) eq 'stopped' && !-e "$dir/lxc/ct/$dies/run";
});
is(join('', `pgrep -f -- '--config $dir/conf --[a]gain $dies'`), '',
   'wants it to be off');

# --down is obeyed by who waits to be started again
$node->likes("start $dies", qr/^ok$/);
kill 'KILL', $node->init($dies);
within(5, 'killed', sub {
    return $node->slurp('log') =~ /again in 1 s, 1 of 10.*again in 1 s/s;
});


# --- a minute is over ---

my $hung = $node->slurp("hangs.$hangs") // 0;
waitpid $boot, 0;
is($?, 0, '--boot tries again what did not come up in time');
my $log = $node->slurp('log');
like($log, qr/boot: start $hangs: timeout .*boot: start $hangs: ok /s,
     'once, since nothing was in its way');
chomp $hung;
unlike(join('', `ps -o stat= -p $hung`), qr/^[^Z]/,
       'nothing of what was given up lives');
is($node->state($hangs), 'running', 'it runs');
is(scalar(grep { m{ct/$hangs/root } && m{\Q$dir\E} } `cat /proc/mounts`), 1,
   'with one root');

is(($node->program('--down'))[0], 0, '--down');
is($node->state($_), 'stopped', "$_ is stopped") for $hangs, $slow, $dies;

$node->end;
done_testing();
