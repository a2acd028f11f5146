# An upgrade: an order that failed because its number was another container's
# must not mean that one.  Without a tag it would.

use strict;
use warnings;
use FindBin qw($Bin);
use lib "$Bin/../lib/perl";
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use Tesis;

my $top = begin();
my $folder = tempdir(CLEANUP => 1);


# all migrations below that number, into a database of its own
sub migrate {
    my ($below) = @_;

    for my $file (glob "$top/sql/[0-9][0-9][0-9]_*.sql") {
        my ($name) = $file =~ m{([^/]+)\z};

        copy($file, "$folder/$name") or die "$name: $!\n"
            if substr($name, 0, 3) < $below;
    }

    return system("$top/sql/migrate", '--quiet', '--database', 'older',
        '--user', 'root', '--socket', socket_file(), '--dir', $folder);
}

# a container from before tags, and its last task
sub made {
    my ($name, $lifecycle, $state, $code, $step) = @_;

    client('older', "INSERT INTO vm (node_id, ctid, user_id, template_id, name,
            hostname, vmguar_barrier_mib, oomguar_barrier_mib,
            privvm_barrier_mib, disk_soft_mib, disk_hard_mib, cpu_units,
            service)
        SELECT 1, COALESCE(MAX(ctid), 100) + 1, 1, 1, '$name', '$name', 1, 1,
            8, 1, 1, 1000, '$lifecycle' FROM vm;
        INSERT INTO task (kind, vm_id, actor, via, state, step, steps,
            error_code)
        SELECT 'order', id, 'ana', 'order', '$state', 2, 8, " . ($code
            ? "'$code'" : 'NULL') . " FROM vm WHERE name = '$name';
        INSERT INTO task_step (task_id, position, name)
        SELECT LAST_INSERT_ID(), 2, '$step'");
}


client('', 'CREATE DATABASE older CHARACTER SET utf8mb4');
is(migrate(15), 0, 'an older schema');
client('older', "INSERT INTO node (name) VALUES ('local');
    INSERT INTO template (name, label) VALUES ('one', 'One');
    INSERT INTO user (account, first_name, email, password)
        VALUES ('ana', 'Ana', 'ana\@example.org', '*')");

made('taken', 'create_failed', 'failed', 'exists', 'create');
made('taken2', 'create_failed', 'failed', 'exists', 'create');
made('undeleted', 'delete_failed', 'failed', 'exists', 'create');
made('address', 'create_failed', 'failed', 'exists', 'network');
made('full', 'create_failed', 'failed', 'nospace', 'create');
made('well', 'ready', 'done', undef, 'create');

is(migrate(1000), 0, 'and the one of today');

my %tag = map { split /\t/, $_, 2 } split /\n/,
    client('older', "SELECT name, COALESCE(tag, '') FROM vm");

like($tag{$_}, qr/^[0-9a-f]{16}\z/, "$_: never had a container")
    for qw(taken taken2 undeleted);
isnt($tag{taken}, $tag{taken2}, 'each has a tag of its own');
is($tag{$_}, '', "$_: has one from before tags") for qw(address full well);

done_testing();
