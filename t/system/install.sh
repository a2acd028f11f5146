#!/bin/bash
#
# install.sh DIR: docs/install.md to the letter, beside the stack in DIR: what
# is written lands in an overlay of the machine's folders, and servers run in
# namespaces of their own.  It ends in an order by TLS, a container, a mail;
# then all of it is taken away.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$(dirname "$here")")
dir=$(realpath "$1")
work=$dir/install

if [ "${2:-}" != inside ]; then
    status=0
    rm -rf "$work"
    unshare --mount --net --pid --fork --kill-child --mount-proc \
        "$0" "$dir" inside || status=$?
    rm -rf "$work"
    exit $status
fi

ctids=$(sed -n 's/^ctids=//p' "$dir/settings")
api=https://panel.example.org/api
cd "$top" || exit 1

# shellcheck source=t/lib/sh/check.sh
. "$top/t/lib/sh/check.sh"
# shellcheck source=t/lib/sh/mounts.sh
. "$top/t/lib/sh/mounts.sh"

let_go "$dir"


# quiet COMMAND...: heard only where it fails
quiet() {
    "$@" > "$work/said" 2>&1 < /dev/null && return 0
    sed 's/^/# /' "$work/said"
    return 1
}


# guide N: the commands of the Nth block among the steps
guide() {
    awk -v want="$1" '/^   ```/ { inside = !inside; n += inside; next }
        inside && n == want { print substr($0, 4) }' docs/install.md \
        > "$work/guide$1"
    quiet bash -eu "$work/guide$1"
}


# call METHOD PATH [BODY]
call() {
    curl -sSk -m 120 -X "$1" -b "$work/jar" -c "$work/jar" \
        --resolve panel.example.org:443:127.0.0.1 \
        -H 'Content-Type: application/json' -H 'Prefer: wait=90' \
        ${3:+-d "$3"} "$api/$2"
}


is() {
    local said

    said=$(call "${@:2}")
    [ -n "$said" ] && jq -e "$1" <<< "$said" > /dev/null && return 0
    echo "# $said"
    return 1
}


answers() {
    call GET plans > "$work/said" 2>&1
}


# --- a machine: its folders, a MariaDB and a mail server ---

ip link set lo up
ip address add 192.0.2.9/32 dev lo
mkdir -p "$work"/{db,lib,mail/{new,cur,tmp}}

for folder in etc usr var; do
    mkdir -p "$work/$folder" "$work/.$folder"
    mount -t overlay overlay "/$folder" -o \
        "lowerdir=/$folder,upperdir=$work/$folder,workdir=$work/.$folder"
done

rm -rf /etc/vzpanel /etc/xinetd.d/virtual /var/lib/vzpanel
mkdir /var/lib/vzpanel
mount --bind "$work/lib" /var/lib/vzpanel
mount -t tmpfs tmpfs /run
install -d -o mysql /run/mysqld "$work/db"

mariadb-install-db --no-defaults --user=mysql --datadir="$work/db" \
    --auth-root-authentication-method=socket > "$work/db.log" 2>&1
mariadbd --no-defaults --user=mysql --datadir="$work/db" --skip-networking \
    --socket=/run/mysqld/mysqld.sock >> "$work/db.log" 2>&1 &
/usr/bin/python3 -B -m aiosmtpd -n -c aiosmtpd.handlers.Mailbox -l 127.0.0.1:25 \
    "$work/mail" > "$work/mail.log" 2>&1 &


# --- the guide ---

check 'make install' quiet make --no-print-directory install
check 'the database is up' within 60 \
    eval 'mariadb-admin ping > /dev/null 2>&1'
check 'step 1, a key' guide 1
check 'step 2, the database and an administrator' guide 2
password=$(sed -n 's/^password=//p' "$work/said")

mkdir -p /var/lib/vzpanel/template/cache
cp build/templates/busybox-*.tar.gz /var/lib/vzpanel/template/cache
printf '%s\n' "ctid_min = ${ctids%-*}" "ctid_max = ${ctids#*-}" \
    'lxcfs = none' "log = $work/daemon.log" \
    'interface_prefix = vi' >> /etc/vzpanel/virtual-server.conf
check 'step 4, addresses are missing, and it is said' eval \
    '{ virtual-server --check || true; } | grep "^missing  addresses: "'
printf '%s\n' 'addresses = 198.51.100.0/28' >> /etc/vzpanel/virtual-server.conf
check 'step 4, nothing is missing' quiet virtual-server --check
check 'the template unpacks' quiet virtual-server --warm
xinetd -dontfork > "$work/xinetd.log" 2>&1 &

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=panel.example.org \
    -keyout /etc/ssl/private/panel.example.org.key \
    -out /etc/ssl/certs/panel.example.org.pem 2> /dev/null
check 'step 5, nginx has what it needs' guide 3
check 'it takes the example' quiet nginx -t
nginx -g 'daemon off;' > "$work/nginx.log" 2>&1 &
check 'it answers' within 10 answers

template=busybox-$(uname -m)-minimal
check 'step 6, the administrator signs in' is '.user.role == "admin"' \
    POST session "{\"account\": \"admin\", \"password\": \"$password\"}"
check 'a node' is '.answers' POST admin/nodes "{\"name\": \"local\",
    \"ctid_min\": ${ctids%-*}, \"ctid_max\": ${ctids#*-}}"
check 'a template' is '.nodes == ["local"]' POST admin/templates \
    "{\"name\": \"$template\", \"label\": \"BusyBox\"}"
check 'a pool' is '.free == 14' POST admin/addresses \
    '{"name": "first", "cidr": "198.51.100.0/28"}'
check 'an order ends in a container' is '.state == "done"' POST orders "{
    \"first_name\": \"Ana\", \"last_name\": \"Paz\", \"dni\": \"12345678\",
    \"email\": \"ana@example.org\", \"plan\": \"Básico\",
    \"template\": \"$template\"}"
check 'that runs' is '.items[0].state == "running"' GET vms
check 'and in a mail' grep -qrF ana@example.org "$work/mail/new"

for _ in {1..8}; do
    call POST orders '{}' > /dev/null
done
check 'orders without end are refused' test "$(call POST orders '{}' \
    | grep -c '429')" = 1

cp /etc/vzpanel/backup.conf.example /etc/vzpanel/backup.conf
(umask 077; openssl rand -hex 24 > /etc/vzpanel/backup.password)
echo "repository = $work/repository" >> /etc/vzpanel/backup.conf
check 'docs/backup.md, a repository' quiet vzpanel-backup init
check 'a backup' quiet vzpanel-backup
check 'a monitor hears of it' quiet vzpanel-backup --check
mariadb -e 'CREATE DATABASE again'
check 'it comes back' quiet vzpanel-backup restore --into again \
    --files "$work/restored"
check 'with its rows' test "$(mariadb -BNe 'SELECT hostname FROM again.vm')" \
    = "$(mariadb -BNe 'SELECT hostname FROM vzpanel.vm')"
check 'and files' cmp /etc/vzpanel/relay.key "$work/restored/etc/vzpanel/relay.key"

echo '# mine' >> /etc/xinetd.d/virtual
check 'an upgrade leaves what was changed' eval 'quiet make \
    --no-print-directory install && grep -q mine /etc/xinetd.d/virtual'
check 'and the database' quiet /usr/lib/vzpanel/migrate --database vzpanel
check 'nothing runs on' quiet virtual-server --down
check 'make uninstall' quiet make --no-print-directory uninstall
check 'leaves configuration' test "$(cd "$work" && find etc usr -type f \
    -path '*v[zi]*' | grep -E 'vzpanel|virtual' | sort | xargs)" = \
    'etc/nginx/conf.d/vzpanel.conf etc/nginx/modules-enabled/60-vzpanel.conf'\
' etc/vzpanel/backup.conf etc/vzpanel/backup.conf.example'\
' etc/vzpanel/backup.password'\
' etc/vzpanel/database.password etc/vzpanel/nginx.conf.example'\
' etc/vzpanel/relay.key etc/vzpanel/virtual-server.conf etc/xinetd.d/virtual'

tally
