# shellcheck shell=bash
#
# To be sourced by what has mounts of its own.


# let_go BASE: unmount what containers of others than the stack in BASE have: a
# copy of such a mount would keep their disks in use when they stop.
let_go() {
    local at

    while read -r _ at _; do
        case $at in
        "$1"/*) ;;
        /run/vzpanel-*/lxc/ct/* | /tmp/vz-verbs-*) umount -l "$at" ;;
        esac
    done < <(tac /proc/mounts)
}
