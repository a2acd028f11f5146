#!/usr/bin/perl
#
# User data for cloud-init, on a Debian that has it: what it says is done at the
# first boot and never again, its result is told, and the name, the addresses
# and the host keys stay those that the node gave.
#
# The template is built by make build/templates/debian-12-cloud.built.

use strict;
use warnings;

use File::Basename ();
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;

my $here;
BEGIN { $here = File::Basename::dirname(__FILE__) }
use lib "$here/../lib/perl";
use Verbs;

my $id = 31001;
my $t = "debian-12-$Verbs::arch-cloud";
my $archive = "$Verbs::root/build/templates/$t.tar.zst";
my $patience = 240;                     # s for a first boot, on a loaded machine

plan skip_all => 'make build/templates/debian-12-cloud.built' if !-e $archive;

my $node = Verbs->new('lxc', disk_default => '3G');

system('cp', $archive, "$node->{dir}/cache/") == 0 or die "$archive\n";


# says LINE: what a command of the guest's prints
sub says {
    my ($to, $from, $pid) = $node->guest($id, '/bin/sh', '-c', $_[0]);
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text =~ s/\s+\z//r;
}

sub result {
    my (undef, $data) = $node->ask("getuserdata $id");
    my ($head, @text) = @$data;

    return { Verbs::pairs($head), text => join '',
        map { decode_base64(s/^text=//r) } @text };
}

# runs DATA: a new container that starts with it; what came of it
sub runs {
    my ($data) = @_;
    my $result;

    $node->ask("destroy $id");
    $node->likes($_, qr/^ok\b/) for "create $id $t", "setname $id web7",
        "setip $id 10.74.0.9", "setmemoryp $id 512M";
    $node->likes("userdata $id", qr/^ok$/, 'kept',
        { secret => [unpack '(a2000)*', encode_base64($data, '')] });
    $node->likes("start $id", qr/^ok$/);
    Verbs::wait_for($patience, sub {
        $result = result();
        return $result->{state} !~ /waiting|running/;
    });

    return $result;
}


my $result = runs(<<'END');
#cloud-config
hostname: other
users:
  - default
  - name: ana
    shell: /bin/bash
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVhMWVhMWVhMWVhMWVhMWVhMWVhMWVhMWVhMWVhMWVh ana]
write_files:
  - path: /etc/made
    permissions: '0640'
    content: |
      by cloud-init
runcmd:
  - echo ran >> /root/ran
  - [sh, -c, 'echo told; id -u']
END

is("$result->{state} $result->{status}", 'done 0', 'it ended well')
    or diag $result->{text};
like($result->{text}, qr/^status: done$/m, 'as it says itself');
like($result->{text}, qr/^told\n0$/m, 'what its commands print is told');
is(says('stat -c %a /etc/made; cat /etc/made'), "640\nby cloud-init",
    'its file is there');
like(says('cat /home/ana/.ssh/authorized_keys'), qr/^ssh-ed25519 .* ana$/,
    'and its user with a key');
is(says('hostname'), 'web7', 'the name is the node\'s');
like(says('ip -o -4 address show dev eth0'), qr/ 10\.74\.0\.9\//,
    'and so is the address');

my $key = says('cat /etc/ssh/ssh_host_ed25519_key.pub');

like($key, qr/^ssh-ed25519 /, 'it has host keys');

$node->likes("restart $id", qr/^ok/);
ok(Verbs::wait_for($patience, sub {
    says('cloud-init status') eq 'status: done'
}), 'it boots again');
is(says('wc -l < /root/ran'), '1', 'nothing runs twice');
is(says('cat /etc/ssh/ssh_host_ed25519_key.pub'), $key,
    'it is the same for who knows it');
is(result()->{status}, 0, 'the result stays');

$result = runs("#cloud-config\nruncmd:\n  - exit 3\n");
is($result->{state}, 'done', 'commands that fail');
isnt($result->{status}, 0, 'are told');

$result = runs("#cloud-config\nruncmd: [\n");
is($result->{state}, 'done', 'what is no YAML');
isnt($result->{status}, 0, 'is told')
    or diag $result->{text};
like($result->{text}, qr/^Error:/m, 'with what is wrong');
$node->likes("destroy $id", qr/^ok/);
done_testing();
