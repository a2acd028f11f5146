#!/usr/bin/perl
#
# Which addresses a node gives, and that it takes them back: whatever the
# panel asks for, and whatever a guest did with its end of the wire.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;
use Nets qw(inside enter pings netns);

Nets::alone();

my ($one, $two) = (31001, 31002);
my $given = '10.74.0.0/16 192.0.2.64/26 203.0.113.0/24 2001:db8:74::/48'
    . ' 2001:db8::/32 9.9.9.0/24 10.0.0.0/8';

my $node;


# says LINE, PATTERN, NAME: the answer of a verb
sub says {
    my ($line, $pattern, $name) = @_;

    return like(($node->ask($line))[0], $pattern, $name // $line);
}


# ours ADDRESS: what the node still has of it, in words
sub ours {
    my ($address) = @_;
    my $family = $address =~ /:/ ? '-6' : '-4';
    my $whole = $address =~ s/:/\\:/gr;
    my @left;

    push @left, 'route' if `ip $family route show $address` =~ /\S/;
    push @left, 'neighbour'
        if `ip $family neighbour show $address` =~ /\S/;
    push @left, 'proxy'
        if `ip $family neighbour show proxy $address` =~ /\S/;
    push @left, 'rule' if grep { / \. \Q$address\E\b/ }
        `nft list table inet vzverbs`;
    return join ' ', @left;
}


sub fresh {
    $node = $Nets::node = Verbs->new('lxc', uplink => 'up0',
        addresses => $given, @_);

    for my $id ($one, $two) {
        is(join(' ', map { ($node->ask($_))[0] }
            "create $id $Verbs::template", "start $id"), 'ok ok', "$id runs");
    }
    return;
}


# what the configuration names, and what the node needs itself
sub permitted {
    says("setip $one 10.74.0.9", qr/^ok$/, 'an address of its prefixes');
    says("setip $one 2001:db8:74::9", qr/^ok$/, 'and of IPv6');
    says("setip $one 8.8.8.8", qr/^err range address: 8\.8\.8\.8 is in no prefix of /,
        'one of no prefix is refused');
    says("setip $one 2001:dead::1", qr/^err range /, 'nor one of IPv6');
    says("setip $one 192.0.2.65", qr/^err exists the node has that address$/,
        'nor the own one of the node');
    says("setip $one 192.0.2.255", qr/^err (range|exists) /,
        'nor a broadcast');
    says("setip $one 203.0.113.1",
        qr/^err exists 203\.0\.113\.1 is a gateway of the node: /,
        'nor its gateway');
    says("setip $one 2001:db8:1::1", qr/^err exists .* is a gateway of /,
        'nor that of IPv6');
    says("setip $one 10.9.0.5", qr{^err exists .* 10\.9\.0\.5 as part of a /24 of mg0: },
        'nor a host of another of its links');
    says("setip $one 192.0.2.77", qr/^ok$/,
        'a part of a link that was named is given');
    says("deleteip $one 192.0.2.77", qr/^ok$/);

    my ($server) = map { /^nameserver\s+(\d\S+)/ ? $1 : () }
        do { open my $in, '<', '/etc/resolv.conf' or die; <$in> };
    SKIP: {
        skip 'no name server of IPv4', 1 if !$server;
        $node->spew('conf', $node->slurp('conf')
            =~ s/^(addresses = .*)/$1 $server\/32/mr);
        says("setip $one $server", qr/^err exists .* is a name server of /,
            'nor its name server');
    }
    return;
}


# a route that is there and leads elsewhere
sub elsewhere {
    my $address = '10.74.0.77';

    for my $way ([ 'blackhole', '' ], [ '', 'dev mg0' ],
        [ '', 'dev mg0 metric 7' ])
    {
        my $route = "$way->[0] $address/32 $way->[1]";

        Nets::run("ip route add $route");
        says("setip $one $address", qr/^err exists /, "$route: exists");
        like(`ip route show $address`, qr/blackhole|mg0/, 'it stays');
        Nets::run("ip route delete $address/32");
        unlike({ $node->status($one) }->{address}, qr/\Q$address\E/,
            'and nothing of it is kept');
        is(ours($address), '', 'nor on the node');
    }

    # what is left of another container's is replaced
    Nets::run("ip route add $address/32 dev vx$two.0");
    says("setip $one $address", qr/^ok$/, 'a route of ours is taken over');
    like(`ip route show $address`, qr/dev vx$one\.0/, 'to the right one');
    says("deleteip $one $address", qr/^ok$/);

    # stopped it was given, started it shows
    says("stop $two", qr/^ok/);
    says("setip $two $address", qr/^ok$/);
    Nets::run("ip route add blackhole $address/32");
    says("start $two", qr/^err failed .* leads \Q$address\E to nowhere/,
        'a start says it, too');
    Nets::run("ip route delete blackhole $address/32");
    says("start $two", qr/^ok$/);
    says("deleteip $two", qr/^ok$/);
    return;
}


# both ends know each other's hardware address for ever
sub neighbours {
    my @hw = map { sprintf '%02x', $_ } 2, 0x7a, unpack 'C4', pack 'N', $one;
    my ($host) = `ip -o link show vx$one.0` =~ m{link/ether (\S+)};

    for my $address ('10.74.0.9', '2001:db8:74::9') {
        like(`ip neighbour show $address dev vx$one.0`,
            qr/lladdr @{[ join ':', @hw ]} PERMANENT/, "$address, to it");
    }

    for my $hop ('169.254.0.1', 'fe80::1') {
        my $inside = join ' ', enter($one);

        like(`$inside ip neighbour show $hop dev eth0`,
            qr/lladdr \Q$host\E PERMANENT/, "$hop, from it");
    }
    return;
}


# what a guest does with its end is its own business
sub refusing {
    my ($v4, $v6) = ('10.74.0.9', '2001:db8:74::9');

    inside($one, 'ip', 'link', 'set', 'eth0', 'down');
    inside($one, 'ip', 'link', 'set', 'eth0', 'name', 'evil0');
    inside($one, 'ip', 'link', 'set', 'evil0', 'up');
    says("setip $one 10.74.0.10", qr/^ok$/, 'renamed: it is found');
    says("deleteip $one $v4", qr/^ok$/, 'renamed: it gives back');
    is(ours($v4), '', 'nothing of it is left');
    unlike({ $node->status($one) }->{address}, qr/\Q$v4\E\b/, 'nor kept');
    says("setip $two $v4", qr/^ok$/, 'the next one has it');
    says("setgateway $one 10.74.0.1", qr/^ok/, 'renamed: a gateway');
    says("deleteip $two $v4", qr/^ok$/);

    inside($one, 'ip', 'link', 'delete', 'evil0');
    says("setip $one $v4", qr/^ok stored, but not applied inside: .* has no interface/,
        'deleted: kept for its next start');
    says("deleteip $one $v6", qr/^ok/, 'deleted: it gives back');
    says("setgateway $one 10.74.0.2", qr/^ok stored, but not applied inside: /,
        'deleted: a gateway');
    is(ours($v6), '', 'nothing of it is left');
    is({ $node->status($one) }->{address}, "10.74.0.10,$v4", 'nor kept');
    says("restart $one", qr/^ok/);
    ok(pings(10, $v4), 'what was kept is in force then');

    # moved into another network of its own, where no verb follows
    says("setip $one $v6", qr/^ok$/);
    open my $held, '-|', enter($one), 'unshare', '--net', 'sh', '-c',
        'echo $$; exec sleep 60' or die "$!\n";
    chomp(my $holder = <$held>);
    inside($one, 'ip', 'link', 'set', 'eth0', 'netns', $holder);
    says("deleteip $one $_", qr/^ok/,
        "moved away: $_ is given back") for $v6, $v4;
    is(ours($_), '', "nothing of $_ is left") for $v6, $v4;
    is({ $node->status($one) }->{address}, '10.74.0.10', 'nor kept');
    kill 'KILL', $holder;
    return;
}


netns('world', 'up0', [ '192.0.2.65/24', '203.0.113.9/24', '2001:db8:1::2/64' ],
    [ '203.0.113.1/24', '2001:db8:1::1/64' ]);
netns('mgmt', 'mg0', [ '10.9.0.1/24' ], [ '10.9.0.5/24' ]);
Nets::run('ip route add default via 203.0.113.1');
Nets::run('ip route add default via 2001:db8:1::1');

fresh();
permitted();
neighbours();
elsewhere();
refusing();
$node->ask("destroy $_") for $one, $two;
$node->end;

# without the key: nothing, and it is said what to do
fresh(addresses => '');
says("setip $one 10.74.0.9", qr/^err range .* no addresses yet: set addresses = /,
    'no prefix is named');
like(($node->program('--check'))[1], qr/^missing  addresses: containers get none /m,
    '--check says so');

# what an upgrade finds: containers that have theirs, and keep them
my $empty = $node->slurp('conf');
$node->spew('conf', $empty =~ s/^addresses =.*/addresses = $given/mr);
says("setip $one $_", qr/^ok$/) for '10.74.0.9', '2001:db8:74::9';
$node->spew('conf', $empty =~ s/^addresses =.*\n//mr);
like(($node->program('--check'))[1],
    qr{^missing  addresses: .* addresses = 10\.74\.0\.0/24 2001:db8:74::/64$}m,
    '--check proposes what they have');
says("setip $one 10.74.0.9", qr/^ok already$/, 'what one has it keeps');
says("restart $one", qr/^ok/, 'and starts with');

done_testing();
