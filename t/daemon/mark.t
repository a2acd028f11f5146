#!/usr/bin/perl
#
# A number is not an identity: containers with tags on both drivers, what is
# remembered of them over the processes of the daemon, and hands other than
# ours.

use strict;
use warnings;

use File::Basename ();
use IO::Socket::INET ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my @drivers = split / /, $ENV{VERBS_DRIVERS} // 'vzctl lxc';
my $t = $Verbs::template;
my ($one, $two, $three) = ('a' x 16, 'b' x 16, 'c' x 16);
my $other = 'err noent no container 31001 has this tag';


# verb NODE LINE WANT TITLE
sub verb {
    my ($node, $line, $want, $title) = @_;
    my ($answer) = $node->ask($line);

    return is($answer, $want, "$node->{driver}: " . ($title // $line));
}


# tags NODE: of all that it lists
sub tags {
    my ($node) = @_;
    my (undef, $data) = $node->ask('list');

    return join ' ', sort map { my %ct = Verbs::pairs($_); "$ct{id}:$ct{tag}" }
                          @$data;
}


for my $driver (@drivers) {
    my $node = Verbs->new($driver);

    verb($node, "fence=1 id=1.1 tag=$one create 31001 $t", 'ok');
    verb($node, "fence=1 id=1.1 tag=$one create 31001 $t", 'ok already done');
    verb($node, "tag=$one create 31001 $t", 'ok already');
    verb($node, "create 31002 $t", 'ok');
    is(tags($node), "31001:$one 31002:-", "$driver: list tells the tags");

    # a container that runs is not stopped, changed or removed by who means
    # another
    verb($node, "fence=2 id=2.1 tag=$one start 31001", 'ok');
    verb($node, "tag=$two $_", $other)
        for 'stop 31001', 'restart 31001', 'setcpu 31001 2000',
            'setname 31001 web', "adopt 31001 $three";
    verb($node, $_, $other) for 'stop 31001', "adopt 31001 $three";
    verb($node, "tag=$two create 31001 $t",
         'err exists container 31001 exists with another tag');
    verb($node, "tag=$two destroy 31001", 'ok already');
    verb($node, 'destroy 31001', 'ok already');
    verb($node, "tag=$two status 31001", $other);
    is({ $node->status(31001) }->{state}, 'running', "$driver: it runs on");

    # who was followed by another, and who asks again
    verb($node, "fence=2 id=2.1 tag=$one restart 31001", 'ok already done');
    verb($node, "fence=3 id=3.1 tag=$one setcpu 31001 1500", 'ok');
    verb($node, "fence=2 id=2.2 tag=$one destroy 31001",
         'err stale 3 is the newest fence that was seen of container 31001');
    verb($node, "fence=3 id=3.1 tag=$one setcpu 31001 2000",
         'ok already done');
    is({ $node->status(31001) }->{cpu_units} < 1600, 1,
       "$driver: nothing is done");

    # from before tags
    verb($node, 'setcpu 31002 1500', 'ok');
    verb($node, "tag=$one start 31002",
         'err noent no container 31002 has this tag');
    verb($node, "adopt 31002 $three", 'ok');
    verb($node, "adopt 31002 $three", 'ok already');
    verb($node, 'setcpu 31002 1000',
         'err noent no container 31002 has this tag');
    verb($node, "tag=$three setcpu 31002 1000", 'ok');

    verb($node, "fence=4 tag=$one destroy 31001", 'ok');
    verb($node, "fence=4 tag=$one create 31001 $t",
         'err noent that container was destroyed');
    verb($node, "tag=$two create 31001 $t",
         'err noent that container was destroyed',
         'a destroyed container is not made later under that tag');
    verb($node, "fence=1 tag=" . 'd' x 16 . " create 31001 $t", 'ok',
         'the number itself is free');

    was_there($node);
    by_hand($node) if $driver eq 'vzctl';
    broken($node) if $driver eq 'lxc';
    script($node);
    $node->end;
}


# from before the panel, and running: told as it is, touched by nobody who means
# a container of his, and like any other once it is adopted
sub was_there {
    my ($node) = @_;
    my $tag = '7' x 16;
    my $id = 31004;

    if ($node->{driver} eq 'vzctl') {
        my $vzctl = "$node->{dir}/node/sbin/vzctl --quiet";

        system "$vzctl create $id --ostemplate=$t;"
            . " $vzctl set $id --hostname=old.example.org"
            . ' --ipadd=192.0.2.4 --save; ' . "$vzctl start $id";
    } else {
        verb($node, "create $id $t", 'ok', 'as before tags');
        verb($node, "setname $id old.example.org", 'ok');
        verb($node, "start $id", 'ok');
    }

    my (undef, $data) = $node->ask('list');
    my ($ct) = grep { $_->{id} == $id } map { { Verbs::pairs($_) } } @$data;

    is("$ct->{state} $ct->{hostname} $ct->{tag}", 'running old.example.org -',
       "$node->{driver}: it is listed as it is");

    verb($node, "tag=$tag $_", "err noent no container $id has this tag")
        for "start $id", "stop $id", "restart $id", "setcpu $id 2000",
            "setname $id mine", "status $id";
    verb($node, "tag=$tag create $id $t",
         "err exists container $id exists with another tag");
    verb($node, 'tag=' . '8' x 16 . " destroy $id", 'ok already',
         'a destroy with another tag removes nothing');
    is({ $node->status($id) }->{state}, 'running',
       "$node->{driver}: it runs on");

    verb($node, "fence=1 id=9.1 adopt $id $tag", 'ok');
    is({ $node->status($id) }->{state}, 'running',
       "$node->{driver}: adopted, it runs on");
    verb($node, "stop $id",
         "err noent no container $id has this tag");

    for my $verb ('stop', 'start', 'stop') {
        my ($answer) = $node->ask("fence=2 tag=$tag $verb $id");

        like($answer, qr/^ok\b/, "$node->{driver}: $verb");
    }

    verb($node, "fence=3 tag=$tag destroy $id", 'ok');
    is((grep { /\bid=$id\b/ } @{ ($node->ask('list'))[1] }), 0,
       "$node->{driver}: the container is destroyed");
    return;
}


# somebody else's hand on an OpenVZ node
sub by_hand {
    my ($node) = @_;
    my $vzctl = "$node->{dir}/node/sbin/vzctl --quiet";
    my $conf = 'node/etc/vz/conf/31003.conf';
    my $tag = 'e' x 16;

    # destroyed and made again under the same number: nobody's
    verb($node, "tag=$tag create 31003 $t", 'ok');
    like($node->slurp($conf), qr/^DESCRIPTION="vzpanel:$tag"$/m,
         'the container has the tag');
    system "$vzctl destroy 31003; $vzctl create 31003 --ostemplate=$t";
    verb($node, "tag=$tag $_",
         'err noent no container 31003 has this tag')
        for 'start 31003', 'setcpu 31003 2000';
    verb($node, "tag=$tag destroy 31003", 'ok already');
    ok(-d "$node->{dir}/node/vz/private/31003", 'the container is left alone');

    # adopted, with what is written there; what a shell would run is refused
    system "$vzctl set 31003 --description='Ana, desde 2019 (ñ)' --save";
    verb($node, "adopt 31003 $one", 'err noent that container was destroyed');
    verb($node, "adopt 31003 f1f1f1f1f1f1f1f1", 'ok');
    like($node->slurp($conf),
         qr/^DESCRIPTION="vzpanel:(?:f1){8} Ana, desde 2019 \(ñ\)"$/m,
         'a description stays behind the tag');
    verb($node, "tag=f1f1f1f1f1f1f1f1 adopt 31003 f2f2f2f2f2f2f2f2", 'ok');
    like($node->slurp($conf),
         qr/^DESCRIPTION="vzpanel:(?:f2){8} Ana, desde 2019 \(ñ\)"$/m,
         'it stays behind another tag, too');
    verb($node, 'tag=f2f2f2f2f2f2f2f2 setcpu 31003 1500', 'ok');

    half_made($node);

    system "$vzctl set 31003 --description='x \$(id)' --save";
    like(($node->ask('adopt 31003 f3f3f3f3f3f3f3f3'))[0],
         qr/^err state the description of container 31003 /,
         'a description that a shell would read is refused');
    system "$vzctl set 31003 --description='vzpanel:F2F2F2F2F2F2F2F2' --save";
    is({ $node->status(31003) }->{tag}, '-', 'a malformed tag counts as none');
    verb($node, 'destroy 31003', 'ok');
    return;
}


# daemon and vzctl die in the middle of a create: what is there has its tag
sub half_made {
    my ($node) = @_;
    my $tag = '5' x 16;

    Setup::knob("$node->{dir}/node", 'create', 30);
    my ($handle, $daemon) = $node->connect_to;
    Verbs::say_to($handle, "fence=2 tag=$tag create 31005 $t");

    my $vzctl = Setup::creating("$node->{dir}/node", 31005);

    kill 'KILL', $daemon, $vzctl;
    waitpid $daemon, 0;
    close $handle;
    Setup::knob("$node->{dir}/node", 'create', undef);

    is({ $node->status(31005) }->{tag}, $tag,
        'a half-made container has its tag');
    verb($node, "fence=2 tag=$_->[0] create 31005 $t", $_->[1])
        for [$two, 'err noent that container was destroyed'],
            ['6' x 16, 'err exists container 31005 exists with another tag'];
    verb($node, "fence=1 tag=$tag create 31005 $t",
         'err stale 2 is the newest fence that was seen of container 31005');
    verb($node, "fence=2 tag=$tag create 31005 $t", 'ok');
    verb($node, "tag=$tag destroy 31005", 'ok');
    return;
}


# a record that is cut off still says whose it is, or is for who names nobody
sub broken {
    my ($node) = @_;
    my $tag = 'e' x 16;
    my $conf = 'lxc/ct/31003/ct.conf';

    verb($node, "tag=$tag create 31003 $t", 'ok');
    $node->spew($conf, substr $node->slurp($conf), 0, 60);
    verb($node, "tag=$two destroy 31003", 'ok already');
    ok(-d "$node->{dir}/lxc/ct/31003",
        'lxc: a destroy with another tag does not remove it');
    verb($node, "tag=$tag destroy 31003", 'ok');

    verb($node, 'tag=f1f1f1f1f1f1f1f1 create 31003 ' . $t, 'ok');
    $node->spew($conf, '');
    verb($node, 'tag=f1f1f1f1f1f1f1f1 destroy 31003',
         'err internal the record of container 31003 is broken');
    verb($node, 'destroy 31003', 'ok');
    return;
}


# scripts/verb by TCP, as a person uses it
sub script {
    my ($node) = @_;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        Listen => 4) // die "listen: $!\n";
    my $server = fork // die "fork: $!\n";

    if ($server == 0) {
        local $SIG{CHLD} = 'IGNORE';

        while (my $client = $listener->accept) {
            next if fork;
            open STDIN, '<&', $client;
            open STDOUT, '>&', $client;
            exec "$Verbs::build/virtual-server", '--config',
                "$node->{dir}/conf";
        }
    }

    $node->spew('ports', 'daemon_port=' . $listener->sockport . "\n");
    $node->spew('relay.key', 'k' x 32);

    my $say = sub {
        return (`$Verbs::root/scripts/verb $node->{dir} @_ </dev/null`)[-1];
    };

    is($say->('ping'), "ok\n", 'scripts/verb');
    is($say->('setcpu 31001 1500'), "ok\n",
        'scripts/verb looks up the tag of a number');
    is($say->("tag=$two setcpu 31001 1500"), "$other\n",
       'it sends the tag that it is given');
    is($say->('fence=2 id=9.1 setcpu 31001 1500'), "ok\n",
       'other marks are not tags');
    is($say->('id=9.1 setcpu 31001 1500'), "ok already done\n",
       'they are sent as they are');
    is($say->("create 31004 $t"), "ok\n",
        'a container that it makes has no tag');
    is($say->('setcpu 31004 1500'), "ok\n", 'it is changed without a tag');
    is($say->('destroy 31001'), "ok\n", 'destroy');
    is($say->('destroy 31001'), "ok already\n", 'destroy again');

    kill 'TERM', $server;
    waitpid $server, 0;
    return;
}


done_testing();
