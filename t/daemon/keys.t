#!/usr/bin/perl
#
# Root's SSH keys: between two marks of authorized_keys, so that the guest's own
# lines stay; what a hostile guest puts there leads nowhere else.

use strict;
use warnings;

use File::Basename ();
use File::Temp ();
use Test::More;

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my $id = 31001;
my $dir = File::Temp::tempdir(CLEANUP => 1);

# key TYPE, BITS: the line of a new one
sub key {
    my ($type, @bits) = @_;
    my $file = "$dir/$type.@bits" =~ s/ /-/gr;

    system('ssh-keygen', '-q', '-N', '', '-C', 'ana@laptop', '-t', $type,
        (map { ('-b', $_) } @bits), '-f', $file) == 0
        or die "ssh-keygen: $?\n";
    open my $in, '<', "$file.pub" or die "$file: $!\n";

    return <$in> =~ s/\s+\z//r;
}

my $ed = key('ed25519');
my @others = (key('rsa', 2048), map { key('ecdsa', $_) } 256, 384, 521);


# of SECONDS: what the guest's file holds
sub file_of {
    my ($node) = @_;
    my ($to, $from, $pid) = $node->guest($id, '/bin/busybox', 'cat',
        '/root/.ssh/authorized_keys');
    my $text = do { local $/; <$from> } // '';

    close $_ for $to, $from;
    waitpid $pid, 0;

    return $text;
}

sub guest_does {
    my ($node, $what) = @_;

    return is($node->inside($id, 'sh', '-c', $what), 0, "the guest: $what");
}


my $node = Verbs->new('lxc');

$node->likes("create $id $Verbs::template", qr/^ok$/);
$node->likes("keys $id", qr/^ok$/, 'a stopped one, all kinds',
    [$ed, @others]);
$node->likes("start $id", qr/^ok$/);

is(() = file_of($node) =~ /^(?:ssh|ecdsa)-\S+ \S+ ana\@laptop$/mg, 5,
    'each is a line');

guest_does($node, 'echo "# mine" >> /root/.ssh/authorized_keys');
$node->likes("keys $id", qr/^ok$/, 'one of them, running', [$ed]);
is(() = file_of($node) =~ /ana\@laptop/g, 1, 'the others are gone');
like(file_of($node), qr/^# mine$/m, 'what is the guest\'s stays');

$node->likes("keys $id", qr/^ok$/, 'none');
is(file_of($node), "# mine\n", 'the marks go with them');

# what is no key of ours
for my $bad (['rsa of 1024 bits', key('rsa', 1024)],
             ['another type than inside', 'ssh-rsa ' . (split / /, $ed)[1]],
             ['options', "command=\"id\" $ed"],
             ['cut off', substr $ed, 0, 60],
             ['more than a key', ((split / /, $ed)[0]) . ' '
                 . ((split / /, $ed)[1]) . 'AAAA'],
             ['dsa', 'ssh-dss AAAAB3NzaC1kc3M='])
{
    $node->likes("keys $id", qr/^err range body: line 1: /, $bad->[0],
        [$bad->[1]]);
}

is(file_of($node), "# mine\n", 'nothing of them was written');

# a hostile guest
guest_does($node, 'cd /root/.ssh && rm authorized_keys && mkfifo'
    . ' authorized_keys');
$node->likes("keys $id",
    qr/^err failed \S+: it is no regular file$/, 'a FIFO hangs nobody', [$ed]);

guest_does($node, 'cd /root && rm -r .ssh && touch .ssh');
$node->likes("keys $id", qr/^err failed \S+: there is no folder for it$/,
    'a file in place of the folder', [$ed]);

my $out = '/vz-keys-' . $$;

guest_does($node, "cd /root && rm .ssh && mkdir $out"
    . " && ln -s ../../../../../../../..$out .ssh");
$node->likes("keys $id", qr/^ok$/, 'a link out of its root', [$ed]);
ok(!-e $out, 'leads to nothing of the host');
is($node->inside($id, 'test', '-s', "$out/authorized_keys"), 0,
    'it leads into the guest');

guest_does($node, 'cd /root && rm .ssh && ln -s /proc/1/root/etc .ssh');
$node->likes("keys $id", qr/^err failed /, 'a magic link', [$ed]);
ok(!-e '/etc/authorized_keys', 'leads nowhere');

$node->likes("destroy $id", qr/^ok$/);
$node->end;

done_testing();
