#!/bin/sh
#
# times.sh URL [N [TEMPLATE]]: order N containers one after another and say
# how long it took from the request to state running: median, and that of
# every step.

set -eu

api=$1/api
n=${2:-10}
template=${3:-debian-12-x86_64-minimal}
all=$(mktemp)
trap 'rm -f "$all"' EXIT
run=$(date +%s%N | tail -c 8)

i=0
while [ "$i" -lt "$n" ]; do
    i=$((i + 1))
    body=$(printf '{"first_name":"T","last_name":"Imes","dni":"T%s%03d",
        "email":"t%s.%d@example.org","plan":"Básico","template":"%s"}' \
        "$run" "$i" "$run" "$i" "$template")

    start=$(date +%s%N)
    task=$(curl -sS --fail-with-body -H 'Content-Type: application/json' \
               -H 'Prefer: wait=60' "$api/orders" -d "$body")
    end=$(date +%s%N)

    echo "$task" | jq -e '.state == "done"' >/dev/null || {
        echo "order $i: $task" >&2
        exit 1
    }

    echo "$task" | jq -c --argjson ms $(((end - start) / 1000000)) \
        '{ms: $ms, steps: [.steps[] | {name, seconds}]}' >> "$all"
done

jq -rs 'def median: sort | .[length / 2 | floor];
    "\(length) orders, request to mail sent: median \(map(.ms) | median) ms,"
    + " least \(map(.ms) | min), most \(map(.ms) | max)",
    (.[0].steps | to_entries[] | .key) as $k
    | "  \(.[0].steps[$k].name): median"
    + " \([.[].steps[$k].seconds // 0] | median) s"' "$all"
