#!/bin/bash
#
# again.sh: what `make test` makes of files that fail once, always, or are too
# many, by suites that are made up here.

set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)

# shellcheck source=t/lib/sh/check.sh
. "$top/t/lib/sh/check.sh"

trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/t" "$work/build/test"
cd "$work" || exit 1

# the first two tests of each file pass; a file that has been "flaky" once stops
cat > file <<'END'
my $name = $0 =~ s{.*/}{}r;
my $ok = $name !~ /^(always|flaky)/;
$ok = 1 if $name =~ /^flaky/ && -e "$name.seen";
$ok = 0 if $name =~ /^hangs/ && !-e "$name.seen";
sleep 60 if $name =~ /^hangs/ && -e "$name.seen";
open my $seen, '>', "$name.seen";
print "1..3\nok 1\nok 2\n", $ok ? "ok 3\n" : "not ok 3\n";
print STDERR "#   Failed test 'the moon is full in $name'\n" unless $ok;
exit !$ok;
END

# a runner as scripts/test-browser is one
cat > runner <<'END'
#!/bin/bash
good=1 bad=0
for name; do
    if [ "$name" = always ] || { [ "$name" = flaky ] || [ "$name" = rest ]; } \
        && [ ! -e "$name.seen" ]
    then
        touch "$name.seen"
        echo "not ok 1 - $name is there" > "build/test/two-$name.log"
        printf '# not ok 1 - %s is there\nnot ok - %s: 1 failed in 0 s\n' "$name" "$name"
        bad=$((bad + 1))
    else
        echo "ok - $name: 1 passed in 0 s"
        good=$((good + 1))
    fi
done
echo "$good passed, $bad failed"
exit $bad
END

chmod +x runner
one="suite one 60 count_prove prove --exec '$top/scripts/test-file one' t"


# all COMMAND: run suites; what is said goes to $work/said, the status is ours
all() {
    rm -f ./*.seen ./*.log build/test/*
    bash -uo pipefail -c 'here=$1/scripts logs=$PWD/build/test; . "$here/test-suites"
        alone=([one]=prove [two]=./runner)
        '"$1"'
        again
        sum' all "$top" > said 2>&1
}


fails() {
    ! "$@"
}


# files NAME...: files for prove
files() {
    rm -f t/*
    for name; do
        cp file "t/$name.t"
    done
}


# said WORDS / last WORDS: a line of what was said, the last one
said() {
    grep -qF -e "$1" said || { sed 's/^/# /' said; return 1; }
}

last() {
    [ "$(tail -n 1 said)" = "$1" ] || { sed 's/^/# /' said; return 1; }
}


files calm flaky
check "a file that fails once lets all pass" all "$one"
check "its failure is counted as passed" last "6 passed, 0 failed"
check "it is named, with what it said first" \
    said "unsteady: one t/flaky.t: Failed test 'the moon is full in flaky.t'"
check "what it said is kept" grep -qF 'the moon' build/test/first-one-flaky.log

files calm flaky always
check "a file that fails twice fails" fails all "$one"
check "only that failure is counted" last "8 passed, 1 failed"
check "it is named as one that failed" said "one: Failed test 'the moon is full in always.t'"
check "it is not said to be unsteady" fails grep -q 'unsteady.*always' said

check "a runner of its own names its files, too" \
    all 'suite two 60 count_line ./runner calm flaky'
check "a file of it is named" said "unsteady: two flaky: not ok 1 - flaky is there"
check "what a run leaves behind does not pass alone" \
    fails all 'suite two 60 count_line ./runner calm rest'
check "that failure is counted" last "2 passed, 1 failed"

files flaky1 flaky2 flaky3 flaky4 flaky5 flaky6
check "more than five fail at once" fails all "$one"
check "all of them are counted" last "12 passed, 6 failed"
check "none of them ran again" fails compgen -G "build/test/again-*"

files hangs
export AGAIN_SECONDS=1
check "there is a limit to all that runs again" fails all "$one"
check "what meets it has failed" last "2 passed, 1 failed"
unset AGAIN_SECONDS

check "a suite that names no file fails" \
    fails all 'suite two 60 count_line false'
check "a suite that takes too long fails" \
    fails all 'suite two 1 count_line bash -c "./runner flaky; sleep 9"'
check "its files do not run again" fails compgen -G "build/test/again-*"
tally
