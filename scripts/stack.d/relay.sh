# shellcheck shell=bash
#
# Part of scripts/stack: xinetd with virtual-server, and what containers need:
# lxcfs, templates, the key.


relay_start() {
    local key=$base/conf/relay.key

    if [ ! -s "$key" ]; then
        (umask 077; openssl rand -hex 32 > "$key.new")
        chown root:www-data "$key.new"
        chmod 640 "$key.new"
        mv "$key.new" "$key"
    fi

    lxcfs_start
    relay_templates
    relay_programs
    relay_configuration
    relay_warm
    recorder_start

    alive xinetd && return 0

    rm -f "$base/log/xinetd.log"
    spawn xinetd xinetd -dontfork -f "$base/conf/xinetd.conf" \
        -filelog "$base/log/xinetd.log"
}


# The copies below $base are reachable for everyone who may need them, and a
# rebuild replaces them whole while the old ones still run.
relay_programs() {
    local name

    for name in virtual-server virtual-server-hook virtual-server-unpack; do
        [ -x "${set[build]}/$name" ] || die "$name is not built: run make"
        replace "${set[build]}/$name" "$base/bin/$name" 755
    done
}


# replace FROM TO MODE: atomically, and only if it is another file
replace() {
    if cmp -s "$1" "$2"; then
        return 0
    fi

    install -m "$3" "$1" "$2.new"
    mv "$2.new" "$2"
}


relay_templates() {
    local file

    mkdir -p "$base/templates"

    for file in "${set[templates]}"/*.tar.*; do
        [ -f "$file" ] || continue
        [ "$base/templates/${file##*/}" -nt "$file" ] && continue
        cp -p --reflink=auto "$file" "$base/templates/.new"
        mv "$base/templates/.new" "$base/templates/${file##*/}"
        touch "$base/templates/${file##*/}"
    done
}


lxcfs_start() {
    [ "${set[lxcfs]}" = 1 ] && [ -e /dev/fuse ] || { set[lxcfs]=0; return 0; }

    if alive lxcfs && mountpoint -q "$base/lxcfs"; then
        return 0
    fi

    ! mountpoint -q "$base/lxcfs" || umount -l "$base/lxcfs"
    mkdir -p "$base/lxcfs"
    spawn lxcfs lxcfs -f --enable-cfs -p "$base/pid/lxcfs.own" "$base/lxcfs"
    ready lxcfs 10 test -e "$base/lxcfs/proc/meminfo"
}


relay_configuration() {
    local conf=$base/conf/virtual-server.conf lxcfs=none peers= tests=yes

    [ "${set[lxcfs]}" = 0 ] || lxcfs=$base/lxcfs
    # a test's own nginx may be anybody's
    [ "${set[web]}" = 0 ] || { peers="root www-data"; tests=no; }
    install -d -m 711 "$base/lxc"

    cat > "$conf.new" <<CONF
driver = lxc
key_file = $base/conf/relay.key
peers = $peers
test_verbs = $tests
template_dir = $base/templates
log = $base/log/virtual-server.log
ctid_min = ${set[ctids]%-*}
ctid_max = ${set[ctids]#*-}
addresses = ${set[pool]} ${set[addresses]}
lxc_path = $base/lxc
hook = $base/bin/virtual-server-hook
unpack = $base/bin/virtual-server-unpack
run_dir = $base/run
lxcfs = $lxcfs
interface_prefix = ${set[prefix]}
nft_table = ${set[nft_table]}
idmap_base = ${set[idmap_base]}
repositories = $base/conf/repositories.conf
backup_cache = $base/backup-cache
CONF
    mv "$conf.new" "$conf"

    # the service as it is shipped, with this stack's port and paths
    {
        printf 'defaults\n{\n}\n\n'
        awk -v port="${set[daemon_port]}" -v server="$base/bin/virtual-server" \
            -v args="--config $conf" '
            /^[ \t]*(port|type|server|server_args|disable|log_type)[ \t]*\+?=/ {
                next
            }
            /^[ \t]*\}/ {
                printf "    type = UNLISTED\n    port = %s\n", port
                printf "    server = %s\n    server_args = %s\n", server, args
                print "    disable = no"
            }
            { print }' "$top/conf/xinetd.virtual"
    } > "$base/conf/xinetd.conf.new"
    mv "$base/conf/xinetd.conf.new" "$base/conf/xinetd.conf"
}


# Unpack the templates now, so that no order has to wait for it.
relay_warm() {
    "$base/bin/virtual-server" --config "$base/conf/virtual-server.conf" \
        --warm < /dev/null > "$base/log/warm.log" 2>&1 9>&- \
        || { cat "$base/log/warm.log" >&2; die "the templates do not unpack"; }
}


# what containers use is recorded whether anybody watches or not; one that
# runs an older build is replaced
recorder_start() {
    if alive recorder && [[ "$(readlink "/proc/$(cat "$base/pid/recorder")/exe")" \
                             != *'(deleted)' ]]; then
        return 0
    fi

    end recorder TERM 5
    spawn recorder "$base/bin/virtual-server" \
        --config "$base/conf/virtual-server.conf" --record
}


relay_ready() {
    listening xinetd daemon_port relay_start relay_lost
    ready xinetd 10 relay_answers
}


# without its port xinetd stays, with nothing to do
relay_lost() {
    gone xinetd || grep -q 'Service virtual failed to start' \
        "$base/log/xinetd.log"
}


relay_answers() {
    timeout 5 "$top/scripts/verb" "$dir" ping > /dev/null 2>&1
}


# Connections that are open outlive xinetd: they end, too, as on a host that is
# switched off.
relay_end() {
    local pid

    end xinetd TERM 5

    while read -r pid; do
        kill "$pid" 2> /dev/null || true
    done < <(ss -Htnp "( sport = :${set[daemon_port]:-0} )" \
                 | grep -oP '"virtual-server",pid=\K[0-9]+')
}


# Containers end before the host's side of them.
relay_stop() {
    relay_end
    containers_stop
    end recorder TERM 5
    end lxcfs TERM 5
    ! mountpoint -q "$base/lxcfs" || umount -l "$base/lxcfs"
}


# After a stop, or a crash of the host, what should run runs again.
containers_start() {
    [ "$fresh" = 1 ] || return 0

    "$base/bin/virtual-server" --config "$base/conf/virtual-server.conf" \
        --boot < /dev/null 9>&- \
        || echo "stack: not every container starts; see $dir/log" >&2
}


containers_stop() {
    local server=$base/bin/virtual-server conf=$base/conf/virtual-server.conf

    if [ -x "$server" ] && [ -f "$conf" ]; then
        "$server" --config "$conf" --down < /dev/null \
            >> "$base/log/virtual-server.log" 2>&1 9>&- \
            || echo "stack: virtual-server --down failed; see $dir/log" >&2
    fi

    containers_kill
    sweep_cgroups
    sweep_network
}


# the numbers of this stack's containers among the names of a list
own_numbers() {
    awk -v min="${set[ctids]%-*}" -v max="${set[ctids]#*-}" \
        'match($0, /[0-9]+/) {
             n = substr($0, RSTART, RLENGTH) + 0
             if (n >= min && n <= max) print
         }'
}


# What --down could not end: monitors name the configuration of this stack.
containers_kill() {
    local file pid

    while IFS= read -r file; do
        pid=${file#/proc/}
        pid=${pid%/cmdline}
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = vz-monitor ] || continue
        kill_tree "$pid"
        wait_for 5 test ! -s "$file" || true
    done < <(grep -lsaF -e "$base/conf/virtual-server.conf" \
                 /proc/[0-9]*/cmdline)
}


kill_tree() {
    local child

    for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        kill -s KILL "$child" 2>/dev/null || true
    done

    kill -s KILL "$1" 2>/dev/null || true
}


# lxc.payload.ID and the like, once they are empty
sweep_cgroups() {
    wait_for 10 sweep_cgroups_once || true

    # where liblxc parks itself at a container's end; not there when empty
    find /sys/fs/cgroup -maxdepth 2 -type d -name lxc.pivot \
        -exec rmdir {} + 2>/dev/null || true
}


sweep_cgroups_once() {
    local folder left=0

    while IFS= read -r folder; do
        find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
        [ ! -d "$folder" ] || left=1
    done < <(own_cgroups)

    [ $left = 0 ]
}


own_cgroups() {
    find /sys/fs/cgroup -maxdepth 3 -type d \
        -regex '.*/lxc\.\(payload\|monitor\)\.[0-9]+\(-[0-9]+\)?' \
        -printf '%f %p\n' 2>/dev/null | own_numbers | cut -d' ' -f2-
}


sweep_network() {
    local family kind name table

    ip -o link show type veth 2>/dev/null |
    sed -n "s/^[0-9]*: \(${set[prefix]}[0-9][^@:]*\).*/\1/p" | own_numbers |
    while IFS= read -r name; do
        ip link delete "$name" || true
    done

    nft list tables 2>/dev/null | while read -r kind family table; do
        if [ "$table" = "${set[nft_table]}" ]; then
            nft delete "$kind" "$family" "$table" || true
        fi
    done
}
