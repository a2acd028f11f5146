#!/bin/sh
#
# packages.sh: install the Debian packages that a task needs, quietly.
#
#   packages.sh build|pages|run|test|lint|nginx|vm|openvz ...
#
# Debian starts nginx, mariadb, xinetd and lxcfs when it installs them.  Here
# nothing may run that did not run before, so while apt works a policy-rc.d
# (invoke-rc.d(8)) refuses every start.  A policy-rc.d of the machine's own is
# put back afterwards, whatever happens.

set -eu

build='gcc make nginx nginx-dev libmariadb-dev libpcre2-dev libssl-dev
       libcrypt-dev libjansson-dev libcurl4-openssl-dev lxc-dev
       libarchive-dev liboath-dev libqrencode-dev pkg-config'
pages='nodejs npm'
run='nginx perl libcryptx-perl mariadb-server mariadb-client xinetd lxc lxcfs btrfs-progs iproute2
     nftables python3-aiosmtpd mmdebstrap busybox-static zstd openssl curl
     uidmap restic rsync fuse3'
test='clang libclang-rt-14-dev llvm libcmocka-dev valgrind strace chromium sshpass
      openssh-client perl libio-socket-ssl-perl netcat-openbsd nodejs npm jq xfsprogs oathtool
      pdns-server pdns-backend-mysql bind9-dnsutils
      rclone openssh-server acl attr libcap2-bin'
lint='clang-format cppcheck shellcheck nodejs npm'

# what a Test::Nginx that is not ours is made of
nginx='libtest-base-perl libtest-longstring-perl liblist-moreutils-perl libwww-perl'

# a virtual machine of Debian
vm='qemu-system-x86 mmdebstrap e2fsprogs'

# a daemon for nodes of OpenVZ; dpkg-dev unpacks the sources it is made of
openvz='musl-tools dpkg-dev autoconf automake libtool libltdl-dev perl'

policy=/usr/sbin/policy-rc.d


# the packages of the named groups that are not installed yet
missing() {
    for group in "$@"; do
        case $group in
        build) list=$build ;;
        pages) list=$pages ;;
        run)   list=$run ;;
        test)  list=$test ;;
        lint)  list=$lint ;;
        nginx) list=$nginx ;;
        vm)    list=$vm ;;
        openvz) list=$openvz ;;
        *)     echo "packages.sh: no group \"$group\"" >&2; return 2 ;;
        esac

        for package in $list; do
            # another provider of the same command will do (a Node.js of
            # the machine's own, for example)
            case $package in
            nodejs)  command -v node >/dev/null && continue ;;
            npm)     command -v npm >/dev/null && continue ;;
            clang-format | shellcheck)
                     command -v "$package" >/dev/null && continue ;;
            esac

            echo "$package"
        done
    done > "$work/names"

    sort -u "$work/names" > "$work/wanted"

    # shellcheck disable=SC2046  # a list of package names
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' \
        $(cat "$work/wanted") 2>/dev/null \
        | sed -n 's/ installed$//p' | sort -u > "$work/installed"

    comm -23 "$work/wanted" "$work/installed"
}


# what would start with the machine: systemd's and init's links
enabled_units() {
    find /etc/systemd/system -path '*.wants/*' -type l 2>/dev/null
    find /etc/init.d -type f 2>/dev/null
}


# Installing enables what a package brings; nothing of it is ours to leave.
disable_new_units() {
    enabled_units | sort > "$work/units-after"

    comm -13 "$work/units-before" "$work/units-after" |
    while IFS= read -r link; do
        case $link in
        /etc/init.d/*)
            update-rc.d "${link##*/}" disable >/dev/null 2>&1 || true ;;
        *)
            systemctl disable "${link##*/}" >/dev/null 2>&1 || rm -f "$link" ;;
        esac
    done
}


restore_policy() {
    if [ -e "$policy.vzpanel-saved" ]; then
        mv -f "$policy.vzpanel-saved" "$policy"
    else
        rm -f "$policy"
    fi
}


refuse_starts() {
    if [ -e "$policy" ] && [ ! -e "$policy.vzpanel-saved" ]; then
        mv "$policy" "$policy.vzpanel-saved"
    fi

    refused=1

    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
}


# what apt says is of interest where it fails
apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" \
        < /dev/null > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}


tidy() {
    rm -rf "$work"
    [ -z "$refused" ] || restore_policy
}


[ $# -gt 0 ] || { echo "usage: packages.sh build|run|test|lint|nginx ..." >&2; exit 2; }

refused=
work=$(mktemp -d)
trap tidy EXIT
trap 'exit 1' HUP INT TERM

wanted=$(missing "$@")
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "packages.sh: these packages are missing, and only root can install" \
         "them:" "$wanted" >&2
    exit 1
fi

echo "installing: $(echo "$wanted" | tr '\n' ' ')"
enabled_units | sort > "$work/units-before"
refuse_starts
apt_get update
# shellcheck disable=SC2086  # a list of package names
apt_get -y --no-install-recommends -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef install $wanted

disable_new_units
