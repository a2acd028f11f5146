#!/bin/bash
#
# hardware.sh DIR: the hardware of a Debian container of the stack in DIR is
# changed by the administrator over the API while it runs, and what came of it
# is measured inside, by ssh; again after a stop and a start.  Its last line
# counts the checks.

set -uo pipefail

dir=$(realpath "$1")
arch=$(uname -m)
port=$(sed -n 's/^web_port=//p' "$dir/ports")
api=http://127.0.0.1:$port/api
mark=$$.$RANDOM
work=$(mktemp -d)
vm=
name=
SSHPASS=
export SSHPASS

# shellcheck source=t/lib/sh/check.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/sh/check.sh"

# shellcheck disable=SC2317  # called by the trap
finish() {
    [ -z "$vm" ] || call DELETE "vms/$vm" \
        "{\"name\": \"$name\", \"for_good\": true}" > /dev/null
    rm -rf "$work"
}

trap finish EXIT
trap 'exit 1' HUP INT TERM


# call METHOD PATH [BODY [HEADER...]]: as the administrator, once signed in
call() {
    local method=$1 path=$2 body=${3:-}
    shift 2
    [ $# -eq 0 ] || shift

    curl -sS -m 120 -X "$method" -b "$work/jar" -c "$work/jar" \
        -H 'Content-Type: application/json' -H 'Prefer: wait=90' \
        ${body:+-d "$body"} "${@/#/-H}" "$api/$path"
}


# one field of the container, with what its node says now
field() {
    call GET "vms/$vm?live=1" | jq -r "$1"
}


etag() {
    curl -sS -m 20 -b "$work/jar" -o /dev/null -D - "$api/vms/$vm" \
        | sed -nE 's/^ETag: *(.*[^\r])\r?$/\1/Ip'
}


# change GROUP BODY: whether it is done, and the node says so
change() {
    local task

    task=$(call PATCH "vms/$vm/$1" "$2" "If-Match: $(etag)")
    jq -e '.state == "done"' <<< "$task" > /dev/null && return 0
    echo "# $task"
    return 1
}


# power WHAT: start or stop, to its end
power() {
    call POST "vms/$vm/$1" '{}' | jq -e '.state == "done"' > /dev/null
}


# inside ADDRESS COMMAND
inside() {
    sshpass -e ssh -o StrictHostKeyChecking=no -o ConnectTimeout=5 \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
        -o PreferredAuthentications=password -o ConnectionAttempts="${3:-1}" \
        "root@$1" "$2" < /dev/null
}


here() {
    inside "$address" "$@"
}


# --- what is measured inside ---

# took MIB: whether a process inside gets that much; how it ended is told
took() {
    local status=0

    here "perl -e '\$x = chr(120) x (1 << 20); \$y .= \$x for 1 .. $1;
        exit(length(\$y) != $1 << 20)'; exit \$?" > "$work/out" 2>&1 || status=$?
    sed 's/^/# /' "$work/out"
    echo "# a process of $1 MiB ended with $status$(
        [ $status -ne 137 ] || echo ', killed')"
    return $status
}


# killed MIB: the kernel ends it, and nothing else of the container
killed() {
    took "$1"
    [ $? -eq 137 ] && here true
}


root_mib() {
    here 'df -m /' | awk 'NR == 2 { print $2 }'
}


# The ratio of CPU time to wall clock of a loop of 3 s, in per cent
cpu_share() {
    here "perl -MTime::HiRes=time -e '
        my \$end = (my \$begun = time) + 3;
        1 while time < \$end;
        my (\$user, \$system) = times;
        printf qq(%d\n), 100 * (\$user + \$system) / (time - \$begun)'"
}


# In how many of its periods the kernel held it back since it started
periods_held() {
    find /sys/fs/cgroup -maxdepth 6 -path "*/lxc.payload.$ctid/cpu.stat" \
        -exec sed -n 's/^nr_throttled //p' {} + 2> /dev/null | sort -n | tail -n 1
}


# spin: how much of a CPU it gets, and in how many periods it was held back
spin() {
    local before

    before=$(periods_held)
    share=$(cpu_share)
    held=$(($(periods_held) - before))
    echo "# a loop of 3 s had $share % of a CPU, held back in $held periods" \
        "(load $(cut -d' ' -f1 /proc/loadavg), $(nproc) CPUs)"
}


# What a busy machine leaves is not the container's limit: that nobody else
# holds it back is the kernel's to say.
throttled() {
    spin
    [ "$held" -gt 0 ] && [ "$share" -le 24 ]
}


unthrottled() {
    spin
    [ "$held" -eq 0 ]
}


disk_is() {
    local mib

    mib=$(root_mib)
    echo "# df -m / says $mib MiB"
    [ "$mib" = "$1" ]
}


names_are() {
    local host servers

    host=$(here hostname)
    servers=$(here "sed -n 's/^nameserver //p' /etc/resolv.conf" | xargs)
    echo "# hostname $host, name servers $servers"
    [ "$host" = "$1" ] && [ "$servers" = "$2" ]
}


answers() {
    local began
    began=$(date +%s%N)

    [ "$(inside "$1" 'ip -o addr' "${2:-1}" 2> /dev/null \
        | grep -cF " $1/")" = 1 ] || return 1
    echo "# $1 answered after $((($(date +%s%N) - began) / 1000000)) ms"
}


silent() {
    ! inside "$1" true 2> /dev/null \
        && [ "$(here 'ip -o addr' | grep -cF " $1/")" = 0 ]
}


unrestarted() {
    [ "$(here "cut -d' ' -f22 /proc/1/stat")" = "$born" ]
}


# everything that was set below, and nothing else
all_in_force() {
    check "$1: within the memory limit a process runs" took 48
    check "$1: over the memory limit the kernel kills" killed 128
    check "$1: the disk has its size" disk_is 1536
    check "$1: the CPU is throttled to 20 %" throttled
    check "$1: host name and name servers" names_are "$hostname" \
        '192.0.2.53 192.0.2.54'
    check "$1: the second address answers ssh" answers "$second" 20
}


# --- a container ---

value() {
    sed -nE "s/^ *($1): +([^ ]+).*/\2/p" <<< "$mail"
}


# shellcheck source=/dev/null
. "$dir/credentials"
check 'the administrator signs in' test "$(call POST session \
    "{\"account\": \"${account:?}\", \"password\": \"${password:?}\"}" \
    | jq -r .user.role)" = admin

order=$(call POST orders "{\"first_name\": \"Hard\", \"last_name\": \"Ware\",
    \"dni\": \"H${mark//./}\", \"email\": \"hw.$mark@example.org\",
    \"plan\": \"Básico\", \"template\": \"debian-12-$arch-minimal\"}")
vm=$(jq -r '.vm.id // empty' <<< "$order")
name=$(jq -r '.vm.name // empty' <<< "$order")
address=$(jq -r '.address // empty' <<< "$order")

mail=$(grep -rlF "hw.$mark@example.org" "$dir/mail/new" | head -n 1 | xargs \
    python3 -c 'import email, email.policy, sys
print(email.message_from_file(open(sys.argv[1]),
      policy=email.policy.default).get_content())')
SSHPASS=$(value 'Contraseña|Password')
check 'a Debian container is made and answers ssh' here true 30

if [ "$failed" -gt 0 ]; then
    echo "# $order"
    tally
    exit 1
fi

ctid=$(field .ctid)
born=$(here "cut -d' ' -f22 /proc/1/stat")
hostname=changed.example.org


# --- each group, while it runs ---

check 'memory limit raised to 192 MiB' change memory \
    '{"privvmpages": {"barrier_mib": 192, "limit_mib": 192}}'
check 'a process of 128 MiB is given them' took 128
check 'memory limit lowered to 96 MiB' change memory \
    '{"privvmpages": {"barrier_mib": 96, "limit_mib": 96}}'
check 'the same process is killed by the kernel' killed 128

echo "# df -m / says $(root_mib) MiB"
check 'disk grown to 1536 MiB' change disk \
    '{"soft_mib": 1536, "hard_mib": 1536}'
check 'df sees it' disk_is 1536

check 'without a limit a loop has what the machine can spare' unthrottled
check 'CPU limited to 20 %' change cpu '{"limit_percent": 20}'
check 'the loop is throttled' throttled

pool=$(call GET admin/addresses | jq -r '.items[0].id')
second=$(call GET "admin/addresses/$pool/addresses?state=free&limit=200" \
    | jq -r '.items[-1].address')
check "a second address, $second, and names" change network "{
    \"addresses\": [\"$address\", \"$second\"], \"hostname\": \"$hostname\",
    \"dns\": [\"192.0.2.53\", \"192.0.2.54\"]}"
check 'the second address answers ssh at once' answers "$second"
check 'nothing was restarted' unrestarted

all_in_force 'before the stop'
check 'the container stops' power stop
check 'the container starts' power start
check 'ssh answers again' here true 30
all_in_force 'after stop and start'

check 'the node says the same' test "$(field '.in_force | [.hostname,
    (.dns | join(",")), .memory.limit_bytes, .disk.hard_mib,
    .cpu.limit_percent, (.addresses | length)] | map(tostring)
    | join(" ")')" = \
    "$hostname 192.0.2.53,192.0.2.54 $((96 << 20)) 1536 20 2"
check 'the second address is taken away' change network \
    "{\"addresses\": [\"$address\"]}"
check 'it does not answer any more' silent "$second"
check 'the first one still does' answers "$address"

tally
