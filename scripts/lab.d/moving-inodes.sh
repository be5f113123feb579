#!/bin/bash
# A record never shows on the wrong file, where inode numbers move (CIFS noserverino, vfat, exfat, sshfs): a thousand
# files with an owner, a group and a mode each; caches are dropped, the share is unmounted and mounted again, and files
# are swapped, replaced, removed and made anew behind the mount's back. Says how many kept their records. On a share
# whose numbers stay, those of the files that stayed must be kept.
#
# moving-inodes.sh [FILES]. Environment and output as for whole-way.sh.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
files=${1:-1000}
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
# shellcheck source=scripts/lib/shares.sh
source "$here/../lib/shares.sh"

moving() { "$python" "$here/moving.py" "$@"; }

# told NAME COMMAND...: a check whose output is worth a line when it passes, too.
told() {
    local before=$failed
    check "$@"
    if ((failed == before)); then sed 's/^/#   /' "$work/output"; fi
}

# CIFS holds a closed file for a second, and with it its inode.
drop_caches() {
    local i
    sleep 2.5
    for i in 1 2 3 4; do
        sync
        echo 3 >/proc/sys/vm/drop_caches
    done
}

warns() {
    local said
    said=$(remount 2>&1)
    echo "$said"
    [[ $said == *'does not keep the inode numbers'* ]] || return 1
    "$METAFS" probe "$SHARE" | grep 'Inode numbers are not stable here'
}

keeps_quiet() {
    local said
    said=$(remount 2>&1)
    [[ -z $said ]]
}

unmount_both() {
    "$METAFS" umount "$MNT"
    umount "$SHARE"
}

# The files of a server are changed on it, those of a loop device by its one mount.
shuffle_while_away() {
    unmount_both
    if [[ -d /run/export/moving ]]; then moving shuffle /run/export 2; fi
    mount_client "$SHARE_KIND" "$SHARE"
    if [[ ! -d /run/export/moving ]]; then moving shuffle "$SHARE" 2; fi
    moving touch "$SHARE"
    mount_metafs
}

come_back() {
    unmount_both
    mount_client "$SHARE_KIND" "$SHARE"
    moving touch "$SHARE"
    mount_metafs
}

main() {
    local -a all=()
    if "$METAFS" probe "$SHARE" --json | grep -q '"stable_inodes": true'; then
        all=(--all)
        check 'a mount over stable inode numbers warns of nothing' keeps_quiet
    else
        told 'mount and probe warn that inode numbers move' warns
    fi

    check "$files files get owner, group and mode" moving make "$MNT" "$files" 20000
    told 'each shows its own' moving check "$MNT" "$SHARE" 20000 --all
    check 'files change behind the mount' moving shuffle "$SHARE" 1
    told 'changed behind the mount: none shows what is not its own' moving check "$MNT" "$SHARE" 20000 "${all[@]}"
    drop_caches
    told 'and caches dropped: none shows what is not its own' moving check "$MNT" "$SHARE" 20000 "${all[@]}"
    check 'tree removed' rm -r "$MNT/moving"

    check "$files files again" moving make "$MNT" "$files" 30000
    drop_caches
    told 'caches dropped: none shows what is not its own' moving check "$MNT" "$SHARE" 30000 "${all[@]}"
    if [[ $SHARE_KIND == *tmpfs ]]; then
        skip 'share mounted again' 'tmpfs keeps nothing'
    else
        check 'share mounted again' come_back
        told 'mounted again: none shows what is not its own' moving check "$MNT" "$SHARE" 30000 "${all[@]}"
        check 'files change while nothing is mounted' shuffle_while_away
        told 'changed meanwhile: none shows what is not its own' moving check "$MNT" "$SHARE" 30000 "${all[@]}"
    fi
    check 'tree removed, too' rm -r "$MNT/moving"
    sum_up
}

main
