package State;

# What vzpanel-backup remembers between runs, and that one runs at a time.

use strict;
use warnings;

use Exporter qw(import);
use Fcntl qw(:flock);
use File::Path qw(make_path);
use IO::Handle;
use Say;
use Settings;

our @EXPORT = qw(recall remember only_one check);


# recall: began, good, ended (seconds), bytes, failed (words); what is not known
# is left out
sub recall {
    my %state;

    open my $in, '<', "$set{state_dir}/last" or return;

    while (<$in>) {
        $state{$1} = $2 if /^(\w+) = (.+)$/;
    }

    return %state;
}


# remember KEY => VALUE...: beside what is known; an empty value forgets it
sub remember {
    my (%new) = @_;
    my %state = (recall(), %new);
    my $file = "$set{state_dir}/last";

    open my $out, '>', "$file.new" or die "$file.new: $!\n";
    print $out map { "$_ = $state{$_}\n" } grep { $state{$_} ne '' }
        sort keys %state;
    $out->flush && $out->sync && close $out && rename "$file.new", $file
        or die "$file: $!\n";
    return;
}


# only_one: a lock that ends with this process, or nothing
sub only_one {
    make_path($set{state_dir}, { mode => 0700, error => \my $errors });
    fail("$set{state_dir}: ", values %{ $errors->[0] }) if @$errors;

    open my $lock, '>>', "$set{state_dir}/lock"
        or fail("$set{state_dir}/lock: $!");

    return flock($lock, LOCK_EX | LOCK_NB) ? $lock : undef;
}


# check: says when the last good backup was; 0, 1 or 2 for a monitor
sub check {
    my %last = recall();
    my $tried = defined $last{failed}
        ? '; the last try, ' . when($last{ended}) . ", failed: $last{failed}"
        : '';

    if (!defined $last{good}) {
        print "there is no good backup yet$tried\n";
        return 2;
    }

    my $age = time - $last{good};
    my $bad = $age < -3600 ? ', which is to come: see who set the clock'
        : $age > 3600 * $set{max_age} ? ", more than $set{max_age} hours"
        : '';

    printf "the last good backup is of %s, %.0f hours ago, %s of SQL%s%s\n",
        when($last{good}), $age / 3600, size($last{bytes}), $bad, $tried;

    return $bad ? 2 : defined $last{failed} ? 1 : 0;
}


1;
