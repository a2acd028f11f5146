# shellcheck shell=bash
#
# To be sourced: checks that are counted, and told in TAP.

passed=0
failed=0


# check TITLE COMMAND...
check() {
    local title=$1
    shift

    if "$@"; then
        passed=$((passed + 1))
        echo "ok $((passed + failed)) - $title"
    else
        failed=$((failed + 1))
        echo "not ok $((passed + failed)) - $title"
    fi
}


# within SECONDS COMMAND...: wait until it succeeds
within() {
    local until=$((SECONDS + $1))
    shift

    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.1
    done
}


# told last: how many, and whether all is well
tally() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
