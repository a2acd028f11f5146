#!/usr/bin/perl
#
# Templates that can't be used are found before somebody orders them: by
# templates, by --check and in the log, each with the reason; on each driver
# what that unpacks.

use strict;
use warnings;

use File::Basename ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my @drivers = split ' ', $ENV{VERBS_DRIVERS} // 'vzctl lxc';
my $t = $Verbs::template;
my $node;

END { my $status = $?; $node->end if $node; $? = $status }


# packed NAME, PATH...: an archive with these files, in the cache
sub packed {
    my ($name, @paths) = @_;
    my $dir = "$node->{dir}/pack";

    system 'rm', '-rf', $dir;

    for my $path (@paths) {
        system 'mkdir', '-p', File::Basename::dirname("$dir/$path");
        open my $file, '>', "$dir/$path" or die "$path: $!\n";
        print $file "#!/bin/false\n";
        close $file;
        chmod 0755, "$dir/$path";
    }

    system('tar', '-C', $dir, '-czf', "$node->{dir}/cache/$name.tar.gz", '.')
        == 0 or die "tar\n";
    return;
}


# templates: the names that are on offer
sub templates {
    my ($answer, $data) = $node->ask('templates');

    is($answer, 'ok', 'templates');
    return join ' ', sort map { /^name=(\S+)/ } @$data;
}


SKIP: {
    skip 'not this driver', 1 if !grep { $_ eq 'lxc' } @drivers;

    $node = Verbs->new('lxc');

    packed('inner', qw(metadata.yaml rootfs/sbin/init rootfs/bin/sh));
    packed('metadata', qw(metadata.yaml templates/hosts.tpl));
    packed('folder', qw(system/sbin/init system/bin/sh));
    packed('no-init', qw(etc/passwd bin/sh));
    symlink "$t.tar.gz", "$node->{dir}/cache/link.tar.gz";
    symlink $Verbs::archive, "$node->{dir}/cache/Upper.tar.gz";
    system 'touch', "$node->{dir}/cache/old.tar.bz2";

    is(templates(), "$t inner", 'only what can be started is on offer');
    is(templates(), "$t inner", 'and again');

    my ($status, $said) = $node->program('--check');

    for ([ metadata => 'is only the metadata of an image' ],
         [ folder => 'has its system below system/: pack it from inside' ],
         [ 'no-init' => 'has no /sbin/init' ])
    {
        my ($name, $why) = @$_;

        like($said, qr/^missing  template $name \Q$why\E/m, "--check: $name");
        like(($node->ask("create 31001 $name"))[0],
             qr/^err failed $name \Q$why\E/, "create: $name");

        my $times = () = $node->slurp('log') =~ /: template $name \Q$why\E/g;
        is($times, 1, "the log has it once: $name");
    }

    for ([ 'link.tar.gz' => 'it must be a file and no link to one' ],
         [ 'Upper.tar.gz' => 'its name must be 1 to 64 lower-case letters' ],
         [ 'old.tar.bz2' => 'its name must end in one of .tar.zst .tar.gz' ])
    {
        my ($file, $why) = @$_;

        like($said, qr/^missing  template file \Q$file\E: .*\Q$why\E/m,
             "--check: $file");

        my $times = () = $node->slurp('log')
                         =~ /\Q$file\E is not a template: .*\Q$why\E/g;
        is($times, 1, "the log has it once: $file");
    }

    like($said, qr/^ok       template inner: /m, '--check: a good one');
    like(($node->ask('create 31001 inner'))[0], qr/^ok/, 'which is created');
    ok(-e "$node->{dir}/lxc/template/" . (map { s{.*/}{}r } grep { m{/inner@} }
        glob "$node->{dir}/lxc/template/*")[0] . '/sbin/init',
       'with the inner root as its own');
    $node->end;
    undef $node;
}

SKIP: {
    skip 'not this driver', 1 if !grep { $_ eq 'vzctl' } @drivers;

    $node = Verbs->new('vzctl');

    my $cache = "$node->{dir}/node/vz/template/cache";

    system 'touch', map { "$cache/$_" } qw(a.tar b.tar.bz2 c.tar.xz d.tar.zst);
    symlink "$t.tar.gz", "$cache/link.tar.gz";

    my $names = templates();

    like($names, qr/^a b (?:\S+ )?c (?:\S+ )*link\b/, 'vzctl: what vzctl unpacks');
    unlike($names, qr/\bd\b/, 'and nothing else');
    like(($node->program('--check'))[1],
         qr/^missing  template file d\.tar\.zst: its name must end in one of/m,
         '--check says why');
    $node->end;
    undef $node;
}

done_testing();
