#!/bin/bash
#
# kill.sh DIR [N [TEMPLATE]]: N orders on the stack in DIR, and in the middle
# of each one process dies by kill -9: an nginx worker, the daemon at work,
# mariadbd or xinetd, in turn, at a random moment.  What a service manager
# would do (start again what it looks after) is done by "stack start".  Each
# order must end in one running container and one mail.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$(dirname "$here")")
dir=$(realpath "$1")
n=${2:-20}
template=${3:-debian-12-x86_64-minimal}
victims=(worker daemon mariadbd xinetd)
base=$(sed -n 's/^base=//p' "$dir/settings")
port=$(sed -n 's/^web_port=//p' "$dir/ports")
api=http://127.0.0.1:$port/api
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
passed=0
failed=0


# wait until some daemon is in the middle of create: its lock says so
creating() {
    local until=$((SECONDS + 5))

    until grep -qsh '^create' "$base/run$base"/lxc/lock/*; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.002
    done
}


# the process to kill, by what the stack or the lock wrote down
victim() {
    case $1 in
    worker) pgrep -P "$(< "$base/pid/nginx")" | shuf -n 1 ;;
    daemon) sed -n 's/^create.*, pid \([0-9]*\),.*/\1/p' "$base/run$base"/lxc/lock/* ;;
    *)      cat "$base/pid/$1" ;;
    esac 2>/dev/null
}


order() {
    curl -sS -m 5 -H 'Content-Type: application/json' \
        -H "Idempotency-Key: kill-$$-$1" "$api/orders" -d "{
            \"first_name\": \"K\", \"last_name\": \"Ill\", \"dni\": \"K$$N$1\",
            \"email\": \"kill.$$.$1@example.org\", \"plan\": \"Básico\",
            \"template\": \"$template\"}"
}


# follow LINK: the order's state at its end, "late" after 90 s
follow() {
    local until=$((SECONDS + 90)) state=

    while [ "$SECONDS" -lt "$until" ]; do
        state=$(curl -sS -m 5 "$api/orders/$1" 2>/dev/null \
                | jq -r '.state // empty' 2>/dev/null) || true

        case $state in
        done | failed) echo "$state"; return ;;
        esac

        sleep 0.1
    done

    echo "late (${state:-no answer})"
}


# how many running containers have the address
running() {
    "$top/scripts/verb" "$dir" list \
        | grep -cE "state=running .*address=$1 " || true
}


mails() {
    grep -rlF "kill.$$.$1@example.org" "$dir/mail/new" 2>/dev/null | wc -l
}


i=0
hits=0

while [ "$hits" -lt "$n" ] && [ "$i" -lt $((n * 4)) ]; do
    i=$((i + 1))
    what=${victims[$((hits % 4))]}
    moment=$(printf '0.%03d' $((RANDOM % 40)))

    # looked up before, as that takes longer than create does
    [ "$what" = daemon ] || pid=$(victim "$what" || true)

    order "$i" > "$answer" &
    creating || true
    [ "$what" != daemon ] || pid=$(victim daemon || true)
    sleep "$moment"

    # create takes a tenth of a second: who comes too late kills nobody
    still=after

    if [ -n "$pid" ] && grep -qsh '^create' "$base/run$base"/lxc/lock/*; then
        still=in
        kill -KILL "$pid" 2>/dev/null || true
    fi

    [ $still = after ] || hits=$((hits + 1))
    wait
    link=$(jq -r '.order // empty' "$answer")
    case $still-$what in
    in-mariadbd | in-xinetd) "$top/scripts/stack" start "$dir" > /dev/null 2>&1 ;;
    esac

    # an answer that was cut off is asked for again, under the same key
    if [ -z "$link" ]; then
        link=$(order "$i" | jq -r '.order // empty')
    fi

    began=$(date +%s%N)
    state=$(follow "$link")
    took=$((($(date +%s%N) - began) / 1000000))
    address=$(curl -sS "$api/orders/$link" | jq -r '.address // empty')
    runs=no
    [ -z "$address" ] || [ "$(running "$address")" != 1 ] || runs=yes
    mails=$(mails "$i")

    if [ "$state" = "done" ] && [ "$runs" = yes ] && [ "$mails" = 1 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi

    printf '%2d  %-16s %s ms in create: %s in %d ms, %s %s, %s mail\n' "$i" \
        "$([ $still = in ] && echo "kill -9 $what" || echo 'killed nobody')" \
        "${moment#0.}" "$state" "$took" "${address:--}" \
        "$([ $runs = yes ] && echo running || echo 'not running')" "$mails"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
