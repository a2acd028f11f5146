#!/usr/bin/perl
#
# A record that can't be read: what its container has stays taken, and it can
# be seen, stopped and removed.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

if (($ENV{VERBS_DRIVERS} // 'lxc') !~ /\blxc\b/) {
    plan skip_all => 'the records of vzctl are its own';
}

my $node = Verbs->new('lxc', stop_timeout => 2);

END { my $status = $?; $node->end if $node; $? = $status }

my $t = $Verbs::template;
my $tag = 'a' x 16;


sub record {
    my ($id) = @_;

    return "lxc/ct/$id/ct.conf";
}


# cut ID, BYTES: its record ends there; what it was
sub cut {
    my ($id, $bytes) = @_;
    my $whole = $node->slurp(record($id));

    $node->spew(record($id), substr $whole, 0, $bytes);
    return $whole;
}


# listed ID: its line
sub listed {
    my ($id) = @_;

    my (undef, $data) = $node->ask('list');
    return (grep { /^id=$id / } @$data)[0] // '';
}


sub idmap {
    my ($id) = @_;

    return ($node->slurp(record($id)) =~ /^idmap=(\d+)$/m)[0];
}


$node->likes("create 31001 $t", qr/^ok/);
$node->likes('setip 31001 10.74.9.1', qr/^ok/);
$node->likes('start 31001', qr/^ok/);

my $ids = idmap(31001);
my $whole = cut(31001, 40);

like(listed(31001), qr/ state=running .* broken=1$/, 'it is listed');
$node->likes("create 31001 $t", qr/^err /);
$node->likes("create 31002 $t", qr/^ok/);
isnt(idmap(31002), $ids, 'its ids are not given again');

# the address is before what is broken
$node->spew(record(31001), $whole =~ s/^cpuunits=\K\d+/x/mr);
like(listed(31001), qr/ address=10\.74\.9\.1 /, 'its address is known');
$node->likes('setip 31002 10.74.9.1', qr/^err exists container 31001 /);

cut(31001, 5);
$node->likes('setname 31001 web', qr/^err internal the record of .* is broken/);
$node->likes('stop 31001', qr/^ok/);
like(listed(31001), qr/ state=stopped /, 'it has stopped');
ok(!-e "$node->{dir}/lxc/ct/31001/run", 'and nothing of it runs');

# --down
$node->spew(record(31001), $whole);
$node->likes('start 31001', qr/^ok/);
my ($monitor) = $node->slurp('lxc/ct/31001/run') =~ /^monitor=(\d+)/m;
cut(31001, 0);
is(($node->program('--down'))[0], 0, '--down');
unlike(join('', `ps -o stat= -p $monitor`), qr/^[^Z]/, 'stops it, too');
$node->likes('destroy 31001', qr/^ok$/);
is(listed(31001), '', 'and it can be removed');

# who has a tag is known by its marks
$node->likes("fence=3 tag=$tag create 31003 $t", qr/^ok/);
$node->likes("tag=$tag start 31003", qr/^ok/);
cut(31003, 5);
$node->likes('tag=' . 'b' x 16 . ' stop 31003', qr/^err noent /);
$node->likes("fence=2 tag=$tag stop 31003", qr/^err stale /);
$node->likes("tag=$tag stop 31003", qr/^ok/);
$node->likes('tag=' . 'b' x 16 . ' destroy 31003', qr/^ok already/);
like(listed(31003), qr/ state=stopped /, 'another is not it');
$node->likes("tag=$tag destroy 31003", qr/^ok$/);
is(listed(31003), '', 'and it is gone');

done_testing();
