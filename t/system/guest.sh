#!/bin/bash
#
# guest.sh DIR: what a hostile root in a container tries against the node,
# through the daemon of the stack in DIR.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$(dirname "$here")")
dir=$(realpath "$1")
base=$(sed -n 's/^base=//p' "$dir/settings")
last=$(sed -n 's/^ctids=.*-//p' "$dir/settings")
id=$((last - 10))
passed=0
failed=0

trap 'verb destroy $id > /dev/null' EXIT


verb() {
    timeout 60 "$top/scripts/verb" "$dir" "$@"
}


# check TITLE COMMAND...
check() {
    local title=$1 out
    shift

    if out=$("$@" 2>&1 < /dev/null); then
        passed=$((passed + 1))
        echo "ok - $title"
    else
        failed=$((failed + 1))
        echo "not ok - $title"
        printf '%s\n' "$out" | tail -n 20 | sed 's/^/# /'
    fi
}


# guest COMMAND: as its root, in its namespaces and groups
guest() {
    local init payload

    init=$(sed -n 's/^init=\([0-9]*\) .*/\1/p' "$base/lxc/ct/$id/run")
    payload=$(sed -n 's/^memory=//p' "$base/lxc/ct/$id/run")

    (
        for one in "${payload%%/memory/*}"/*/"${payload#*/memory/}"; do
            [ ! -d "$one" ] || echo "$BASHPID" > "$one/cgroup.procs"
        done
        exec nsenter -t "$init" -U -m -p -u -n -i -C -S 0 -G 0 \
            /bin/busybox sh -c "$1"
    ) > /dev/null 2>&1 < /dev/null
}


# at_most SECONDS COMMAND...: show what it says and how long it took; fail
# where that is longer
at_most() {
    local began=$SECONDS limit=$1 status=0
    shift

    "$@" || status=$?
    echo "$*: $((SECONDS - began)) s of $limit"
    [ $status -eq 0 ] && [ $((SECONDS - began)) -le "$limit" ]
}


state() {
    verb status "$id" | sed -n 's/.* state=\([a-z]*\) .*/\1/p'
}


is() {
    [ "$(state)" = "$1" ]
}


fresh() {
    verb destroy "$id" && verb create "$id" "busybox-$(uname -m)-minimal" \
        && verb start "$id"
}


# shellcheck disable=SC2016  # for the shell inside
# its own freezer group, everything into it, and on ice
on_ice() {
    guest 'mkdir -p /tmp/f && mount -t cgroup -o freezer none /tmp/f
           mkdir /tmp/f/ice || exit 1
           for p in $(ls /proc | grep "^[0-9]*$"); do
               echo "$p" > /tmp/f/ice/cgroup.procs
           done
           echo FROZEN > /tmp/f/ice/freezer.state' &
    sleep 1
    at_most 20 verb stop "$id" && is stopped
    local rc=$?
    kill $! 2>/dev/null
    wait $! 2>/dev/null
    return $rc
}


reboots() {
    guest 'printf "::sysinit:/bin/busybox reboot -f\n" > /etc/inittab
           busybox reboot -f'
    sleep 4
    at_most 5 verb stop "$id" && is stopped
}


# as long as it loops, a start either holds or is undone
loops() {
    local said i

    for i in 1 2 3; do
        said=$(at_most 8 verb start "$id") || { echo "$said"; }

        case $said in
        *ok*)  is running || return 1 ;;
        *err*) sleep 2; is stopped || return 1 ;;
        esac

        at_most 8 verb stop "$id" || return 1
    done
}


# what the files are that the daemon writes; a name may go nowhere, but never
# to the host
files() {
    local trap_in_host=$base/tmp/guest-trap i
    mkdir -p "$base/tmp"
    echo host > "$trap_in_host"

    for i in "$trap_in_host" "../../../../../../../../$trap_in_host" \
             /proc/1/root/etc/shadow fifo folder huge; do
        guest "cd /etc && for f in hostname hosts resolv.conf shadow; do
                   rm -rf \$f
                   case $i in
                   fifo)   busybox mkfifo \$f ;;
                   folder) mkdir \$f ;;
                   huge)   busybox truncate -s 4G \$f ;;
                   *)      ln -s '$i' \$f ;;
                   esac
               done"
        at_most 10 verb setname "$id" "a$RANDOM" || true
        at_most 10 verb setdns "$id" 192.0.2.1 || true
        at_most 10 "$top/scripts/verb" "$dir" passwd "$id" <<< guest-trap || true
    done

    [ "$(< "$trap_in_host")" = host ] || return 1
    ! grep -rls guest-trap /etc/shadow
}


# as many as its memory holds, each with another child all the time
# shellcheck disable=SC2016  # for the shell inside
processes() {
    guest 'i=0
           while [ $i -lt 60 ]; do
               (while :; do (:); done) &
               i=$((i + 1))
           done
           wait' &
    sleep 3
    at_most 30 verb list && at_most 55 verb stop "$id" && is stopped
    local rc=$?
    kill $! 2>/dev/null
    wait $! 2>/dev/null
    return $rc
}


memory() {
    verb setmemoryp "$id" 32M || return 1
    guest 'dd if=/dev/zero of=/dev/shm/x bs=1M count=200'
    at_most 15 verb list && at_most 55 verb restart "$id" \
        && is running
}


check "a container to try it on"                               fresh
check "a guest that is on ice by its own hand is stopped"      on_ice

check "another one"                                            fresh
check "a guest that reboots without end is stopped at once"    reboots
check "a start of such a guest holds, or is undone"            loops

check "another one"                                            fresh
check "links, pipes and huge files in /etc lead nowhere"       files

check "another one"                                            fresh
check "a guest full of processes is stopped"                   processes

check "another one"                                            fresh
check "a guest that takes all memory harms only itself"        memory

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
