#!/usr/bin/perl
#
# Templates as the world ships them, whose own managers ask DHCP for eth0 and
# take away what nobody gave them: eth0 keeps what the panel gave it, and
# status says what it has.

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use Test::More;
use Time::HiRes qw(sleep time);

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(inside enter pings);

Nets::alone();

my ($one, $two) = (31001, 31002);
my $patience = 60;                      # s for a boot, on a loaded machine
my $minimal = "$Verbs::root/build/templates/debian-12-$Verbs::arch-minimal"
    . '.tar.zst';

# an address to answer to
Nets::run('ip address add 192.0.2.9/32 dev lo');

my $node = $Nets::node = Verbs->new('lxc',
    disk_default => '1G', addresses => '10.74.0.0/16 2001:db8:74::/48');


# template NAME, FROM, FILES: another one with these files, by path
sub template {
    my ($name, $from, %files) = @_;
    my $dir = File::Temp::tempdir(CLEANUP => 1);

    Nets::run("tar -x -f $from -C $dir");

    for my $path (sort keys %files) {
        my $text = $files{$path};

        Nets::run("mkdir -p '$dir/" . File::Basename::dirname($path) . "'");
        if ($text =~ /^-> (.*)/) {
            symlink $1, "$dir/$path" or die "$path: $!\n";
            next;
        }
        open my $out, '>', "$dir/$path" or die "$path: $!\n";
        print $out $text;
        close $out;
        chmod $text =~ /^#!/ ? 0755 : 0644, "$dir/$path";
    }

    Nets::run("tar -c -z -f $node->{dir}/cache/$name.tar.gz -C $dir .");
    return;
}


# made ID, PATH: until it has made that file
sub made {
    my ($id, $path) = @_;
    my $end = time + $patience;

    while (time < $end) {
        return 1 if -e "$node->{dir}/lxc/ct/$id/root/$path";
        sleep 0.05;
    }
    return 0;
}


sub runs {
    my ($id, $template, $address) = @_;

    is(join(' ', map { ($node->ask($_))[0] } "create $id $template",
        "setip $id $address", "start $id"), 'ok ok ok', "$template runs");
    ok(made($id, 'asked'), 'and its own manager did what it does');
    return;
}


# a client of busybox, whose script begins with clearing the interface
template('udhcpc', $Verbs::archive,
    'etc/udhcpc/default.script' => "#!/bin/sh\n"
        . "ip addr flush dev \$interface\nip link set \$interface up\n",
    'etc/init.d/rcS' => "#!/bin/sh\nip link set lo up\n"
        . "udhcpc -n -q -f -t 1 -T 1 -i eth0\n: > /asked\n");
runs($one, 'udhcpc', '10.74.0.5');
like(join(' ', @{[ %{{ $node->status($one) }} ]}), qr/inside 10\.74\.0\.5\b/,
    'status: eth0 has it');
ok(pings(10, '10.74.0.5'), 'and it answers');

# status looks at eth0, and not at what it should have
inside($one, qw(ip address flush dev eth0 scope global));
is({ $node->status($one) }->{inside}, '-', 'what is gone is not said');
is({ $node->status($one) }->{address}, '10.74.0.5', 'what it should have is');
$node->ask("stop $one");
is({ $node->status($one) }->{inside}, '-', 'a stopped one has none');

# systemd-networkd as images.linuxcontainers.org set it up; without udev it only
# begins where /sys can't be written to
SKIP: {
    skip 'no template of Debian here', 7 if !-e $minimal;

    template('networkd', $minimal,
        'etc/systemd/network/eth0.network' =>
            "[Match]\nName=eth0\n\n[Network]\nDHCP=true\n",
        'etc/systemd/system/multi-user.target.wants/systemd-networkd.service'
            => '-> /lib/systemd/system/systemd-networkd.service',
        'etc/systemd/system/closed.service' => "[Unit]\n"
            . "DefaultDependencies=no\nBefore=systemd-networkd.service\n"
            . "\n[Service]\nType=oneshot\n"
            . "ExecStart=/bin/mount --rbind /sys /sys\n"
            . "ExecStart=/bin/mount -o remount,bind,ro /sys\n",
        'etc/systemd/system/systemd-networkd.service.d/closed.conf' =>
            "[Unit]\nRequires=closed.service\n",
        'etc/systemd/system/asked.service' => "[Unit]\n"
            . "After=systemd-networkd.service\n\n[Service]\nType=oneshot\n"
            . "ExecStart=/bin/sh -c 'until grep -qs ADMIN_STATE=configured"
            . " /run/systemd/netif/links/*; do sleep 0.1; done;"
            . " cat /run/systemd/netif/links/* > /asked'\n",
        'etc/systemd/system/multi-user.target.wants/asked.service' =>
            '-> /etc/systemd/system/asked.service');
    runs($two, 'networkd', '10.74.0.6');

    my $asked = '';

    Verbs::wait_for(30, sub {
        $asked = $node->slurp("lxc/ct/$two/root/asked") // '';
        return $asked ne '';
    });
    like($asked, qr/00-vzpanel\.network/, 'by the file that it was given');
    is({ $node->status($two) }->{inside}, '10.74.0.6', 'eth0 has it still');
    ok(pings(10, '10.74.0.6'), 'and answers');
    is(join(' ', map { ($node->ask($_))[0] } "setip $two 10.74.0.7",
        "deleteip $two 10.74.0.6"), 'ok ok', 'it is given another');
    is({ $node->status($two) }->{inside}, '10.74.0.7', 'which it has');
}

done_testing();
