#!/bin/bash
#
# pairs.sh DIR [PAIRS [RACES]]: orders at the same instant on the stack in
# DIR.  PAIRS times two of them, of which none gets what another has; then
# RACES times four for the pool's last address, of which one gets it and
# nothing is left of the others.  The containers, of BusyBox, are destroyed
# at the end.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$(dirname "$here")")
dir=$(realpath "$1")
pairs=${2:-50}
races=${3:-5}
base=$(sed -n 's/^base=//p' "$dir/settings")
api=http://127.0.0.1:$(sed -n 's/^web_port=//p' "$dir/ports")/api
mark=pair.$RANDOM$RANDOM
work=$(mktemp -d)

# shellcheck source=t/lib/sh/check.sh
. "$top/t/lib/sh/check.sh"

# shellcheck disable=SC2317  # called by the trap
finish() {
    open_pool
    destroyed > /dev/null
    rm -rf "$work"
}

trap finish EXIT
trap 'exit 1' HUP INT TERM


sql() {
    mariadb --no-defaults --socket="$base/db.sock.d/mysqld.sock" --user=root \
        --batch --skip-column-names --default-character-set=utf8mb4 vzpanel \
        -e "$1"
}


# same A B: two lists, of PAIRS orders
same() {
    diff <(sort "$1") <(sort "$2") > "$work/diff" \
        && [ "$(wc -l < "$2")" = $((2 * pairs)) ] && return 0
    sed 's/^/# /' "$work/diff" | head -n 20
    return 1
}


distinct() {
    [ "$(sort -u "$1" | wc -l)" = $((2 * pairs)) ]
}


# together NAME...: an order of each, by as many processes, which wait for
# their bodies and get them at once.  What comes back is in NAME.json, its
# status in NAME.status.
together() {
    local name fd fds=()

    for name in "$@"; do
        mkfifo "$work/$name"
        curl -sS -m 60 -o "$work/$name.json" -w '%{http_code}\n' \
            -H 'Content-Type: application/json' -d @- "$api/orders" \
            < "$work/$name" > "$work/$name.status" &
    done

    for name in "$@"; do
        exec {fd}> "$work/$name"
        fds+=("$fd")
        printf '{"first_name": "Pa", "last_name": "Ir", "dni": "%s",
            "email": "%s@example.org", "plan": "Básico",
            "template": "busybox-%s-minimal"}' "${name//./}" "$name" \
            "$(uname -m)" >&"$fd"
    done

    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done

    wait
    rm "${@/#/"$work/"}"
}


# how many rows TABLE has of what was ordered here, the condition AND more
count() {
    sql "SELECT COUNT(*) FROM $1 WHERE user_id IN
         (SELECT id FROM user WHERE email LIKE '$mark.%') ${2:-}"
}


ended() {
    [ "$(count task "AND state IN ('queued', 'running')")" = 0 ] \
        && [ "$(count mail "AND state IN ('held', 'queued')")" = 0 ]
}


# e-mail, number and address of each container
ordered() {
    sql "SELECT u.email, v.ctid, a.address FROM user u
         JOIN vm v ON v.user_id = u.id JOIN address a ON a.vm_id = v.id
         WHERE u.email LIKE '$mark.%'"
}


# number and address of those of them that run, as the node says
running() {
    "$top/scripts/verb" "$dir" list | sed -nE \
        's/^= id=([0-9]+) state=running .* address=([0-9.]+) .*/\1\t\2/p' |
    grep -E "^($(ordered | cut -f 2 | paste -sd '|'))$(printf '\t')"
}


# e-mail and address of each that was mailed
mailed() {
    grep -rlF "$mark." "$dir/mail/new" | python3 -c '
import email, email.policy, re, sys
for name in sys.stdin:
    mail = email.message_from_file(open(name.strip()),
                                   policy=email.policy.default)
    address = re.search(r"^ *Dirección: +(\S+)", mail.get_content(), re.M)
    print(mail["To"].strip("<>"), address and address[1], sep="\t")'
}


# all of them, by the administrator; whether none is left
destroyed() {
    local id name

    while IFS=$'\t' read -r id name; do
        curl -sS -m 120 -o /dev/null -X DELETE -b "$work/jar" \
            -H 'Content-Type: application/json' -H 'Prefer: wait=90' \
            -d "{\"name\": \"$name\", \"for_good\": true}" "$api/vms/$id" &
        [ "$(jobs -rp | wc -l)" -lt 8 ] || wait -n
    done < <(sql "SELECT v.id, v.name FROM vm v JOIN user u ON u.id = v.user_id
                  WHERE u.email LIKE '$mark.%'")

    wait
    [ "$(count vm)" = 0 ]
}


# the pool with only its last free address, until it is opened
close_pool() {
    sql 'SELECT MAX(id) INTO @last FROM address
             WHERE vm_id IS NULL AND reserved = 0;
         UPDATE address SET reserved = 2
             WHERE vm_id IS NULL AND reserved = 0 AND id != @last'
}


open_pool() {
    sql 'UPDATE address SET reserved = 0 WHERE reserved = 2'
}


# all that an order makes, counted
made() {
    sql 'SELECT (SELECT COUNT(*) FROM user), (SELECT COUNT(*) FROM vm),
                (SELECT COUNT(*) FROM address WHERE vm_id IS NOT NULL),
                (SELECT COUNT(*) FROM task), (SELECT COUNT(*) FROM mail)'
    find "$base/lxc/ct" -mindepth 1 -maxdepth 1 | wc -l
}


# race NUMBER: one has the address and all that an order makes, once; the
# others have the answer and nothing else
race() {
    local name=$mark.r$1 all said

    all=("$name"a "$name"b "$name"c "$name"d)
    made | xargs -n 1 > "$work/before"
    together "${all[@]}"
    said=$(cd "$work" && sort "${all[@]/%/.status}" | uniq -c | xargs)
    said+=" $(cd "$work" && jq -r '.code // empty' "${all[@]/%/.json}" | xargs)"
    within 30 ended
    made | xargs -n 1 > "$work/after"

    echo "# $said"
    [ "$said" = '1 202 3 409 no_address no_address no_address' ] \
        && [ "$(paste "$work/before" "$work/after" | awk '{ print $2 - $1 }' \
            | xargs)" = '1 1 1 1 1 1' ] \
        && [ "$(running | wc -l)" = 1 ] && destroyed
}


# shellcheck source=/dev/null
. "$dir/credentials"
check 'the administrator signs in' curl -sSf -c "$work/jar" -o /dev/null \
    -H 'Content-Type: application/json' "$api/session" \
    -d "{\"account\": \"${account:?}\", \"password\": \"${password:?}\"}"

began=$SECONDS

for i in $(seq -w "$pairs"); do
    together "$mark.${i}a" "$mark.${i}b"
done

check "$pairs times two orders at once are taken" test \
    "$(cat "$work/$mark".*.status | sort | uniq -c | xargs)" = "$((2 * pairs)) 202"
check 'all of them end' within 60 ended
echo "# after $((SECONDS - began)) s"

ordered > "$work/ordered"
running > "$work/running"
mailed > "$work/mailed"
check 'each has a number and an address of its own, and runs on the node' \
    same <(cut -f 2,3 "$work/ordered") "$work/running"
check 'no number is there twice' distinct <(cut -f 1 "$work/running")
check 'no address is there twice' distinct <(cut -f 2 "$work/running")
check 'each has one mail, with the address of its own container' \
    same <(cut -f 1,3 "$work/ordered") "$work/mailed"
check 'all of them are destroyed' destroyed

close_pool

for i in $(seq "$races"); do
    check "the last address, wanted by four: one gets it ($i)" race "$i"
done

tally
