#!/bin/sh
#
# packages.sh: install the Debian packages that a task needs, quietly.
#
#   packages.sh build|run|test|lint ...
#
# Debian starts nginx, mariadb, xinetd and lxcfs when it installs them.  Here
# nothing may run that did not run before, so while apt works a policy-rc.d
# (invoke-rc.d(8)) refuses every start.  A policy-rc.d of the machine's own is
# put back afterwards, whatever happens.

set -eu

build='gcc make nginx nginx-dev libmariadb-dev libpcre2-dev libssl-dev
       libcrypt-dev libjansson-dev libcurl4-openssl-dev lxc-dev
       libarchive-dev pkg-config'
run='nginx mariadb-server mariadb-client xinetd lxc lxcfs btrfs-progs iproute2
     nftables python3-aiosmtpd mmdebstrap busybox-static zstd openssl curl
     uidmap'
test='clang libclang-rt-14-dev llvm libcmocka-dev valgrind chromium sshpass
      openssh-client perl netcat-openbsd nodejs jq'
lint='clang-format cppcheck shellcheck'

policy=/usr/sbin/policy-rc.d


# the packages of the named groups that are not installed yet
missing() {
    for group in "$@"; do
        case $group in
        build) list=$build ;;
        run)   list=$run ;;
        test)  list=$test ;;
        lint)  list=$lint ;;
        *)     echo "packages.sh: no group \"$group\"" >&2; return 2 ;;
        esac

        for package in $list; do
            # another provider of the same command will do (a Node.js of
            # the machine's own, for example)
            case $package in
            nodejs) command -v node >/dev/null && continue ;;
            clang-format) command -v clang-format >/dev/null && continue ;;
            esac

            dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null \
                | grep -qx installed || echo "$package"
        done
    done | sort -u
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

    trap restore_policy EXIT
    trap 'exit 1' HUP INT TERM

    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
}


[ $# -gt 0 ] || { echo "usage: packages.sh build|run|test|lint ..." >&2; exit 2; }

wanted=$(missing "$@")
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "packages.sh: these packages are missing, and only root can install" \
         "them:" $wanted >&2
    exit 1
fi

echo "installing:" $wanted
refuse_starts

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086  # a list of package names
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef install $wanted >/dev/null
