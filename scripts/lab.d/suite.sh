#!/bin/bash
# All that is to be true on one share, part after part. Each part prints its own closing line; scripts/lab adds them up.
#
#   suite.sh ['PART [ARG...]'...]    all parts unless some are given
#
# Environment as for whole-way.sh. A part must leave MetaFs mounted, and nothing that it made on it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
status=0

# part NAME [ARG...]
part() {
    local name=$1 ended=0 left
    shift
    [[ -f $here/$name.sh ]] || return 0
    echo "--- $name"
    bash "$here/$name.sh" "$@" 2>&1 | tee "$work/said" || ended=${PIPESTATUS[0]}
    tail -n 1 "$work/said" | grep -qE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' || fail "$name: ended with status $ended"
    ((ended == 0)) || status=1
    left=$(timeout 60 ls -A "$MNT" 2>&1)
    [[ -z $left ]] || fail "$name: leaves behind: $left"
    findmnt -n "$MNT" >/dev/null || {
        fail "$name: leaves the share without MetaFs"
        mount_metafs
    }
}

fail() {
    echo "not ok $1"
    echo '0 passed, 1 failed, 0 skipped'
    status=1
}

# parts 'PART [ARG...]'...
parts() {
    local one
    local -a words
    for one in "$@"; do
        read -ra words <<<"$one"
        part "${words[@]}"
    done
}

if [[ -n ${1:-} ]]; then
    parts "$@"
    exit "$status"
fi

# A guest is slow. So the two kinds that most have get most of it (scripts/test takes larger trees to them), a variant of one
# gets what its option may change, and a control what tells a share's doing from a test's. What a kill may lose depends on
# how a record is found again: by number, handle or name.
whole_way=120 posix='' # as root and as uid 1000
more=()
case $SHARE_KIND in
    cifs) whole_way=500 more=(open-files attributes names xattrs objects server-numbers) ;;
    nfs3) whole_way=500 more=(open-files attributes names xattrs objects) ;;
    cifs-2.1) posix=--root more=(open-files 'attributes set') ;; # other leases
    cifs-noperm) posix=--root ;;                                 # whom the client lets
    cifs-mfsymlinks) posix=--root more=(objects) ;;              # links that the client makes
    cifs-noserverino) posix=--root more=(open-files attributes objects) ;;
    cifs-acl | nfs4 | exfat) posix=--root more=(open-files 'attributes set' objects) ;;
    vfat | host-bindfs-*) more=(open-files attributes objects) ;;
    sshfs) posix=--root more=(open-files 'attributes set' objects) ;; # host-sshfs has both, in a sixth of the time
    ext4 | tmpfs) posix=--root ;;
    host-ext4 | host-tmpfs) ;;
    *) more=(open-files 'attributes set' objects) ;;
esac
moving=150
case $SHARE_KIND in
    nfs3-root-squash) more+=(as-caller) ;;
    vfat | host-*) moving=1000 ;;
esac
if "$METAFS" probe "$SHARE" --json | grep -q '"stable_inodes": false'; then more+=("moving-inodes $moving"); fi
parts "whole-way $whole_way" "posix $posix" facts "${more[@]}"
exit "$status"
