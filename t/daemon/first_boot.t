#!/usr/bin/perl
#
# User data of a first boot: a script runs once inside the guest, as its root,
# and nothing that it does or prints holds the daemon; what is for cloud-init
# is laid where that looks for it.

use strict;
use warnings;

use File::Basename ();
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;
use Time::HiRes ();

use lib File::Basename::dirname(__FILE__) . '/../lib/perl';
use Verbs;

my $id = 31001;
my $t = $Verbs::template;
my $node = Verbs->new('lxc', user_data_time => 3);


# lines TEXT: the body of userdata
sub lines { return { secret => [unpack '(a2000)*', encode_base64($_[0], '')] } }

# made ID: a container that was never started
sub made {
    $node->ask("destroy $id");
    return $node->likes("create $id $t", qr/^ok$/);
}

# result ID: its pairs, and what it printed
sub result {
    my (undef, $data) = $node->ask("getuserdata $id");
    my ($head, @text) = @$data;

    return { Verbs::pairs($head), text => join '',
        map { decode_base64(s/^text=//r) } @text };
}

# ended ID: its result once it has one
sub ended {
    my ($seconds) = @_;
    my $result = result();

    Verbs::wait_for($seconds // 15, sub {
        $result = result();
        return $result->{state} !~ /waiting|running/;
    });

    return $result;
}

# runs SCRIPT: a new container whose first start runs it; what came of it
sub runs {
    my ($script, $seconds) = @_;

    made();
    $node->likes("userdata $id", qr/^ok$/, 'kept', lines($script));

    my $start = Time::HiRes::time();
    $node->likes("start $id", qr/^ok$/);
    cmp_ok(Time::HiRes::time() - $start, '<', 8, 'the start waits for nothing');

    return ended($seconds);
}

# sleeps SECONDS: whether a program of the guest sleeps that long
sub sleeps {
    my ($seconds) = @_;

    for my $file (glob '/proc/[0-9]*/cmdline') {
        open my $in, '<', $file or next;
        return 1 if (<$in> // '') =~ /\bsleep\x00$seconds\x00/;
    }

    return 0;
}

sub inside { return $node->inside($id, 'sh', '-c', $_[0]) }


# --- a script ---

made();
is(result()->{state}, 'none', 'nothing waits');

my $result = runs(<<'END');
#!/bin/sh
echo "I am $(id -u) in $(pwd) of $(hostname)"
echo err >&2
echo $$ >> /root/ran
exit 3
END

is($result->{state}, 'done', 'it ended');
is($result->{status}, 3, 'with its exit status');
like($result->{text}, qr{^I am 0 in /root of \S+\nerr\n\z},
    'what it printed is told');
is(inside('test -s /var/log/first-boot.log'), 0, 'and is in the guest');
is(inside('test -x /root/.first-boot'), 0, 'as the script is');
ok(!-e "$node->{dir}/lxc/ct/$id/user-data", 'the node keeps it no longer');

$node->likes("restart $id", qr/^ok/);
$node->likes("stop $id", qr/^ok/);
$node->likes("start $id", qr/^ok/);
is(inside('test $(wc -l < /root/ran) = 1'), 0, 'it ran once');
$node->likes("userdata $id", qr/^err state it was started already/,
    'and none runs later', lines("#!/bin/sh\n"));
is(result()->{status}, 3, 'its result stays');


# --- what is refused ---

made();
$node->likes("userdata $id", qr/^err range user data begin with #!/,
    'no script', lines("echo hello\n"));
$node->likes("userdata $id", qr/^err range /, 'a NUL',
    lines("#!/bin/sh\n\0"));
$node->likes("userdata $id", qr/^err range /, 'too much',
    lines("#!/bin/sh\n" . '#' x 32759));
$node->likes("userdata $id", qr/^ok$/, 'as much as may be',
    lines("#!/bin/sh\n" . '#' x 32758));
$node->likes("userdata $id", qr/^err range /, 'no base64',
    { secret => ['#!/bin/sh'] });
$node->likes("userdata $id", qr/^err unsupported this system has no cloud-init/,
    'cloud-init is not there', lines("#cloud-config\n{}\n"));
is(result()->{state}, 'waiting', 'what was kept before is');
ok(!-e "$node->{dir}/lxc/ct/$id/user-data.result", 'nothing ran');
unlike($node->slurp('log') // '', qr/####/, 'no log has a script');


# --- scripts that mean no good ---

$result = runs("#!/bin/sh\necho begun\nsleep 310011\n");
is($result->{state}, 'timeout', 'one that never ends is killed');
cmp_ok($result->{seconds}, '<=', 5, 'in time');
is($result->{text}, "begun\n", 'what it printed is told');
ok(!sleeps(310011), 'nothing of it is left');

$result = runs("#!/bin/sh\ntrap '' TERM HUP INT\nyes hostile | head -c 3000000\n"
    . "printf '\\033]0;x\\007\\n'\nexit 0\n");
is($result->{state}, 'done', 'one that prints three megabytes');
cmp_ok(length $result->{text}, '<=', 4224, 'is told in part');
like($result->{text}, qr/^hostile\nhostile\n.*\n\[29\d{5} bytes\]\n.*\]0;x\n\z/s,
    'the first and the last, and how much is between');
unlike($result->{text}, qr/[^\n -~]/, 'without its control characters');

$result = runs("#!/bin/sh\nbomb() { bomb | bomb & }; (bomb) &\n"
    . "while :; do :; done\n", 30);
is($result->{state}, 'timeout', 'one that forks without end');
$node->likes("poweroff $id", qr/^ok/, 'does not keep its container from ending');

$result = runs("#!/no/such/thing\n");
is($result->{status}, 127, 'an interpreter that is not there');
like($result->{text}, qr{^#!/no/such/thing: No such file}, 'is named');

$result = runs("#!/bin/sh\n(sleep 310012; echo) & exit 0\n");
is($result->{state}, 'done', 'one that leaves something running');
ok(sleeps(310012), 'leaves it');

$result = runs("#!/bin/sh\nrm /var/log/first-boot.log\n"
    . "mkfifo /var/log/first-boot.log\nexit 0\n");
is($result->{state}, 'done', 'one that puts a pipe in the place of its output');

# the container ends before it does
made();
$node->likes("userdata $id", qr/^ok$/, 'kept',
    lines("#!/bin/sh\necho begun\nsleep 310013\n"));
$node->likes("start $id", qr/^ok$/);
ok(Verbs::wait_for(10, sub { sleeps(310013) }), 'it runs');
$node->likes("poweroff $id", qr/^ok/);
is(ended()->{state}, 'stopped', 'it ended with its container');

# whatever watches over it is killed
made();
$node->likes("userdata $id", qr/^ok$/, 'kept',
    lines("#!/bin/sh\nsleep 310014\n"));
$node->likes("start $id", qr/^ok$/);

my ($watch) = Verbs::wait_for(10, sub { result()->{state} eq 'running' })
    ? ($node->slurp("lxc/ct/$id/user-data.result") // '')
      =~ /^\d+ \d+ \d+ (\d+) / : ();
ok($watch && kill('KILL', $watch), 'its watcher is killed');
is(ended()->{state}, 'stopped', 'so nobody knows what came of it');
$node->likes("restart $id", qr/^ok/);
is(ended()->{state}, 'stopped', 'and it runs no second time');


# --- another system ---

$node->likes("reinstall $id $t", qr/^ok/);
is(result()->{state}, 'none', 'another system has none');
$node->likes("userdata $id", qr/^ok$/, 'but may get some',
    lines("#!/bin/sh\necho anew\n"));
$node->likes("start $id", qr/^ok$/);
is(ended()->{text}, "anew\n", 'which run at its first start');
$node->likes("destroy $id", qr/^ok/);


# --- a rescue system that is booted first ---

made();
$node->likes("userdata $id", qr/^ok$/, 'kept', lines("#!/bin/sh\nexit 7\n"));
$node->likes("rescue $id", qr/^ok$/);
$node->likes("start $id", qr/^ok$/, 'which starts');
is(result()->{state}, 'waiting', 'is not what they are for');
$node->likes("unrescue $id", qr/^ok$/);
$node->likes("start $id", qr/^ok$/);
is(ended()->{status}, 7, 'they run in its own system');
$node->likes("destroy $id", qr/^ok/);


# --- cloud-init: a template with a program of that name, which tells what it
# finds where cloud-init looks

my $made = "$node->{dir}/cloudy";

mkdir $made or die "$made: $!\n";
system('tar', '-xzf', $Verbs::archive, '-C', $made) == 0 or die "tar\n";
system('mkdir', '-p', "$made/usr/bin");
open my $out, '>', "$made/usr/bin/cloud-init" or die "cloud-init: $!\n";
print $out "#!/bin/sh\necho \"asked: \$*\"\ncd /var/lib/cloud/seed/nocloud\n"
    . "cat user-data meta-data\ncat /etc/cloud/cloud.cfg.d/99-panel.cfg\n"
    . "exit 2\n";
close $out or die "cloud-init: $!\n";
chmod 0755, "$made/usr/bin/cloud-init";
system('tar', '-czf', "$node->{dir}/cache/cloudy.tar.gz", '-C', $made, '.')
    == 0 or die "tar\n";

my $told = sub {
    my (undef, $data) = $node->ask('templates');
    return join "\n", @$data;
};

like($told->(), qr/^name=cloudy .* cloud_init=-$/m,
    'of a template that is not unpacked nobody knows');
like($told->(), qr/^name=\Q$t\E .* cloud_init=no$/m, 'the small one has none');
$node->likes("create $id cloudy", qr/^ok$/);
like($told->(), qr/^name=cloudy .* cloud_init=yes$/m, 'this one has it');
$node->likes("setname $id cloudy.example.org", qr/^ok$/);
$node->likes("userdata $id", qr/^ok$/, 'so it takes a cloud-config',
    lines("#cloud-config\npackages: [nginx]\n"));
$node->likes("start $id", qr/^ok$/);
$result = ended();
is($result->{status}, 2, 'which ended as cloud-init did');
like($result->{text}, qr/^asked: status --wait --long\n#cloud-config\npackages:/,
    'it was waited for, and finds the user data');
like($result->{text}, qr/^instance-id: $id-\d+\nlocal-hostname: cloudy\.ex/m,
    'and whose they are');
like($result->{text}, qr/^network: \{config: disabled\}$/m,
    'the network is not its own');
$node->likes("destroy $id", qr/^ok/);

done_testing();
