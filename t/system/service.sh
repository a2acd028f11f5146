#!/bin/bash
#
# service.sh DIR: xinetd's service "virtual" as it is shipped, on its own port
# 9006, in a network and with an /etc/services of its own; the daemon and its
# configuration are those of the stack in DIR.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$(dirname "$here")")

if [ "${2:-}" != inside ]; then
    exec unshare --mount --net --kill-child "$0" "$1" inside
fi

dir=$(realpath "$1")
base=$(sed -n 's/^base=//p' "$dir/settings")
work=$(mktemp -d)
xinetd=

# shellcheck source=t/lib/sh/check.sh
. "$top/t/lib/sh/check.sh"
# shellcheck source=t/lib/sh/mounts.sh
. "$top/t/lib/sh/mounts.sh"

let_go "$base"

# shellcheck disable=SC2317  # called by the trap
finish() {
    halt
    rm -rf "$work"
}

trap finish EXIT
trap 'exit 1' HUP INT TERM


halt() {
    [ -z "$xinetd" ] || { kill "$xinetd"; wait "$xinetd"; } 2> /dev/null
    xinetd=
}


# serve SED: xinetd with the shipped file, changed by a command of sed
serve() {
    halt
    {
        printf 'defaults\n{\n}\n'
        sed -e "s|^\( *server *=\).*|\1 $base/bin/virtual-server\n\
    server_args = --config $base/conf/virtual-server.conf|" \
            -e "$1" "$top/conf/xinetd.virtual"
    } > "$work/xinetd.conf"
    xinetd -dontfork -f "$work/xinetd.conf" -filelog "$work/log" \
        > "$work/out" 2>&1 &
    xinetd=$!

    for _ in {1..100}; do
        [ -z "$(ss -Hltn)" ] || break
        sleep 0.05
    done
}


greets() {
    local line

    { exec 3<> "/dev/tcp/$1/9006"; } 2> /dev/null || return 1
    read -r -t 5 line <&3
    exec 3>&-
    [[ $line =~ ^virtual-server\ 3\ [0-9a-f]{64} ]]
}


bound_once() {
    [ "$(ss -Hltn | awk '{ print $4 }')" = 127.0.0.1:9006 ]
}


ip link set lo up
ip address add 192.0.2.9/32 dev lo
mount --make-rprivate /
cp "$top/conf/services" "$work/services"
mount --bind "$work/services" /etc/services

serve ''
check 'the shipped service listens on 127.0.0.1:9006 alone' bound_once
check 'virtual-server greets there' greets 127.0.0.1
check 'nobody answers on another address' eval '! greets 192.0.2.9'

serve '/^ *\(port\|type\) /d'
check 'its port may come from the line in /etc/services' bound_once
check 'virtual-server greets there, too' greets 127.0.0.1

serve '/^ *\(port\|type\) /d; s/^service virtual/service nothing/'
check 'and from there alone' test -z "$(ss -Hltn)"

tally
