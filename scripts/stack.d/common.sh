# shellcheck shell=bash
#
# Part of scripts/stack: settings, ports, processes and mounts.  Uses $dir
# (the folder), $base (where it is bound) and the settings in ${set[...]}.


die() {
    echo "stack: $*" >&2
    exit 1
}


need_root() {
    [ "$(id -u)" -eq 0 ] || die "only root can start or stop containers"
}


# one start or stop at a time; the lock ends with this process
lock_stack() {
    exec 9> "$dir/.lock"
    flock -w 300 9 || die "another start or stop of $dir does not end"
}


save_settings() {
    local key

    for key in "${!set[@]}"; do
        printf '%s=%s\n' "$key" "${set[$key]}"
    done | sort > "$dir/settings.new"
    mv "$dir/settings.new" "$dir/settings"
}


load_settings() {
    local key value

    [ -f "$dir/settings" ] || return 1

    while IFS='=' read -r key value; do
        set[$key]=$value
    done < "$dir/settings"

    base=${set[base]:-}
    load_ports
}


load_ports() {
    local key value

    [ -f "$dir/ports" ] || return 0

    while IFS='=' read -r key value; do
        set[$key]=$value
    done < "$dir/ports"
}


# --- the folder below /run ---

fresh=0     # nothing of the stack ran before this start


# The name is kept: configurations of containers hold it.
bind_base() {
    if [ -n "$base" ] && mountpoint -q "$base" && ! is_bound "$base"; then
        base=
    fi

    [ -n "$base" ] || base=$(free_base)
    set[base]=$base

    if ! mountpoint -q "$base"; then
        mkdir -p "$base"
        mount --bind "$dir" "$base"
        mount --make-private "$base"
        fresh=1
    fi

    mkdir -p "$base/conf" "$base/log" "$base/pid" "$base/bin"

    # requests hold links of orders, which are secrets
    chmod 750 "$base/log"
}


is_bound() {
    [ "$(stat -c %d:%i "$1")" = "$(stat -c %d:%i "$dir")" ]
}


free_base() {
    local name=/run/vzpanel-${set[web_port]} n=0 try

    try=$name
    while [ -e "$try" ] && ! { mountpoint -q "$try" && is_bound "$try"; } \
          && ! rmdir "$try" 2>/dev/null
    do
        n=$((n + 1))
        try=$name.$n
    done

    echo "$try"
}


# the kernel lets go of a loop device's file a moment after its mount
unbind_base() {
    local until=$((SECONDS + 5))

    cd /

    while mountpoint -q "$base" && ! umount "$base" 2>/dev/null; do
        [ "$SECONDS" -lt "$until" ] || umount -l "$base"
        sleep 0.1
    done

    rmdir "$base" 2>/dev/null || true
}


# --- ports ---

port_taken() {
    [ -n "$(ss -Hltn "( sport = :$1 )")" ]
}


free_port() {
    local port=$1

    while port_taken "$port"; do
        port=$((port + 1))
        [ "$port" -lt 65536 ] || die "no free port from $1 on"
    done

    echo "$port"
}


# Services that run keep theirs; the others get the next free one.
choose_ports() {
    choose_port xinetd daemon_port
    choose_port aiosmtpd smtp_port

    if [ "${set[web]}" = 1 ]; then
        if alive nginx && [ "$(port_of web_port)" != "${set[web_port]}" ]; then
            end nginx QUIT 5
        fi

        # workers of a master that was killed keep the port
        alive nginx || ! port_taken "${set[web_port]}" || sweep_processes nginx

        alive nginx || ! port_taken "${set[web_port]}" \
            || die "port ${set[web_port]} is taken by somebody else:" \
                   "set VZPANEL_PORT to another one"
    fi

    save_ports
}


# choose_port NAME KEY
choose_port() {
    if alive "$1" && [ -f "$dir/ports" ]; then
        set[$2]=$(port_of "$2")
    else
        set[$2]=$(free_port "${set[$2]}")
    fi
}


save_ports() {
    printf '%s_port=%s\n' web "${set[web_port]}" \
        daemon "${set[daemon_port]}" smtp "${set[smtp_port]}" > "$dir/ports.new"
    mv "$dir/ports.new" "$dir/ports"
}


# listens NAME PORT: it is the service of this stack that has the port
listens() {
    alive "$1" \
        && ss -Hltnp "( sport = :$2 )" | grep -qF "pid=$(< "$base/pid/$1"),"
}


# listening NAME KEY START LOST: wait for the service to have its port.  Where
# somebody else was quicker, which LOST tells, take the next one.
listening() {
    local try

    for try in 1 2 3 4 5; do
        ready "$1" 30 listens_or "$4" "$1" "${set[$2]}"
        listens "$1" "${set[$2]}" && return 0

        end "$1" TERM 5
        set[$2]=$(free_port "$((${set[$2]} + 1))")
        save_ports
        "$3"
    done

    die "$1 gets no port (tried $try)"
}


listens_or() {
    listens "$2" "$3" || "$1"
}


port_of() {
    sed -n "s/^$1=//p" "$dir/ports"
}


# --- processes ---

# spawn NAME COMMAND...: in the background, in a session of its own, with a
# clean environment, no descriptor of ours, its output in log/NAME.log
spawn() {
    local name=$1
    shift

    rm -f "$base/pid/$name"

    # shellcheck disable=SC2016  # for the inner shell
    env -i PATH="$PATH" LC_ALL=C.UTF-8 TZ=UTC HOME=/nonexistent \
        setsid -f bash -c '
            for fd in /proc/self/fd/*; do
                fd=${fd##*/}
                [ "$fd" -le 2 ] || eval "exec $fd>&-"
            done
            echo $$ > "$0"
            exec "$@"' "$base/pid/$name" "$@" \
        < /dev/null >> "$base/log/$name.log" 2>&1

    # from here on it is alive, or it has ended
    wait_for 5 test -s "$base/pid/$name"
}

spawn_env=()


# alive NAME: its pid file names a process of this stack: all of them have
# a path below $base among their arguments (a zombie has none)
alive() {
    local pid

    [ -n "$base" ] && [ -s "$base/pid/$1" ] || return 1
    pid=$(< "$base/pid/$1")
    [ -r "/proc/$pid/cmdline" ] || return 1
    grep -qsaF -e "$base/" "/proc/$pid/cmdline"
}


# end NAME SIGNAL SECONDS: gracefully, and by force after that
end() {
    local name=$1 pid

    if alive "$name"; then
        pid=$(< "$base/pid/$name")
        kill -s "$2" "$pid" 2>/dev/null || true
        wait_for "$3" gone "$name" || kill -s KILL "$pid" 2>/dev/null || true
        wait_for 5 gone "$name" || die "$name (pid $pid) does not end"
    fi

    rm -f "$base/pid/$name"
}


gone() {
    ! alive "$1"
}


# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
    local until=$((SECONDS + $1))
    shift

    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.05
    done
}


# ready NAME SECONDS COMMAND...: the same, and if it does not come, why
ready() {
    local name=$1 seconds=$2
    shift 2

    if ! wait_for "$seconds" "$@"; then
        tail -n 20 "$base/log/$name.log" >&2 || true
        die "$name is not ready after $seconds s; see $dir/log"
    fi
}


# sweep_processes [NAME]: what an ended service left behind (workers of a
# killed nginx, a daemon in the middle of a verb) still has files of ours open.
sweep_processes() {
    local pids

    pids=$(ours "$@")
    [ -n "$pids" ] || return 0

    # shellcheck disable=SC2086  # a list of numbers
    kill -s TERM $pids 2>/dev/null || true
    wait_for 3 none_of_ours "$@" && return 0

    # shellcheck disable=SC2046
    kill -s KILL $(ours "$@") 2>/dev/null || true
    wait_for 5 none_of_ours "$@" || die "processes do not end:" $(ours "$@")
}


# ours [NAME]: the programs of this stack that run, or those of one name
ours() {
    local pid exe

    {
        grep -lsaF -e "$base/" /proc/[0-9]*/cmdline || true
        find /proc/[0-9]*/fd \( -lname "$base/*" -o -lname "$dir/*" \) \
            2>/dev/null || true
    } | cut -d/ -f3 | sort -u |
    while IFS= read -r pid; do
        exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || continue
        exe=${exe% (deleted)}
        [ $# -eq 0 ] || [ "${exe##*/}" = "$1" ] || continue

        case $exe in
        */nginx | */mariadbd | */xinetd | */lxcfs | */virtual-server* | \
        */python3*)
            echo "$pid" ;;
        esac
    done
}


none_of_ours() {
    [ -z "$(ours "$@")" ]
}


# --- mounts and loop devices ---

# every mount below a folder, the deepest first
mounts_below() {
    local where

    for where in "$base" "$dir"; do
        awk -v top="$where/" 'index($5, top) == 1 { print $5 }' \
            /proc/self/mountinfo
    done | sort -ru
}


sweep_mounts() {
    local mount loop

    while IFS= read -r mount; do
        [ -n "$mount" ] || continue
        mount=$(printf '%b' "$mount")
        umount "$mount" 2>/dev/null || umount -l "$mount" || true
    done < <(mounts_below)

    losetup -nlO NAME,BACK-FILE | while read -r loop mount; do
        case $mount in
        "$base"/* | "$dir"/*) losetup -d "$loop" || true ;;
        esac
    done
}
