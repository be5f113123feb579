#!/bin/bash
# lab-host.sh DIRECTORY: what lab-guest.sh is to a guest, on the machine's own kernel. scripts/lab starts it as the first
# process of namespaces of its own (mounts, processes, network): when it ends, all that it started ends with it.
#
# The machine's root file system is read-only here. /run is memory, and TMPDIR lies in it; what is written below /run/lab
# reaches DIRECTORY.
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/tmp LC_ALL=C.UTF-8 TZ=UTC TMPDIR=/run/tmp
trap 'exit 143' TERM # the first process of a namespace gets no signal that it does not ask for

fail() {
    echo "lab: $*" >>/run/lab/out
    echo 125 >/run/lab/status
    exit 125
}

# A copy of somebody's FUSE mount would keep its daemon alive after he has unmounted it.
drop_copies() {
    local target
    while read -r target; do umount -l "$target"; done < <(findmnt -rn -o TARGET,FSTYPE | awk '$2 ~ /^fuse/ { print $1 }' | tac)
}

set_up_namespace() {
    drop_copies
    mount -t tmpfs -o mode=755 run /run || return 1
    mkdir -p /run/lab /run/lock
    mkdir -m 1777 /run/tmp
    mount --bind "$1" /run/lab || return 1
    exec >>/run/lab/log 2>&1
    mount -o remount,bind,ro / || return 1
    ip link set lo up
}

main() {
    if ! set_up_namespace "$1"; then
        echo "lab: no namespace of its own" >>"$1/out"
        echo 125 >"$1/status"
        exit 125
    fi
    # shellcheck source=scripts/lib/lab-stages.sh
    source "$(dirname "${BASH_SOURCE[0]}")/lab-stages.sh"
    run_stages
}

main "$@"
