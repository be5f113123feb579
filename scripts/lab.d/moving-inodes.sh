#!/bin/bash
# A record never shows on the wrong file, where inode numbers move (CIFS noserverino, vfat, exfat, sshfs): a thousand
# files with an owner, a group and a mode each; caches are dropped, the share is unmounted and mounted again, and files
# are swapped, replaced, removed and made anew behind the mount's back. Says how many kept their records; those that were
# left alone must have. Their st_ino stays, tar and rsync find nothing to do, directories are renamed, the daemon is killed.
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

# told NAME COMMAND...: a check whose last line is worth one when it passes, too.
told() {
    local before=$failed
    check "$@"
    if ((failed == before)); then tail -n 1 "$work/output" | sed 's/^/#   /'; fi
}

# CIFS holds a closed file for a second, and with it its inode.
drop_caches() {
    local i
    sleep 2.5
    hold_caches -s
    for i in 1 2 3 4; do
        sync
        echo 3 >/proc/sys/vm/drop_caches
    done
    let_go_of_caches
}

keeps_quiet() {
    local said
    said=$(remount 2>&1)
    [[ -z $said ]]
}

same_numbers() {
    moving numbers "$MNT" >"$work/numbers.now"
    cmp "$work/numbers" "$work/numbers.now"
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

back_up() {
    # smbd sets the time of a written file up to two seconds after its close, and nobody has set another one here.
    sleep 3
    rsync -aH --numeric-ids "$MNT/moving/" "$work/copy/"
    nothing_to_do
}

nothing_to_do() {
    local said
    tar --numeric-owner -cf "$work/tree.tar" -C "$MNT" moving
    tar --numeric-owner -df "$work/tree.tar" -C "$MNT"
    said=$(rsync -aHi --numeric-ids "$MNT/moving/" "$work/copy/")
    said+=$(rsync -aHi --numeric-ids "$work/copy/" "$MNT/moving/")
    [[ -z $said ]] || { echo "rsync itemizes: $said"; return 1; }
}

rename_directory() {
    mv "$MNT/moving" "$MNT/elsewhere"
    drop_caches
    mv "$MNT/elsewhere" "$MNT/moving"
    mkdir "$MNT/moving/all"
    mv "$MNT"/moving/d* "$MNT/moving/all"
    remount
    mv "$MNT"/moving/all/d* "$MNT/moving"
    rmdir "$MNT/moving/all"

    # The directory's time has moved.
    back_up
}

kill_while_renaming() {
    local pid
    moving rename "$MNT" &
    sleep 1
    grep -lzxF "$MNT" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 | while read -r pid; do
        [[ /proc/$pid/exe -ef $METAFS ]] || continue
        kill -9 "$pid"
        tail --pid="$pid" -f /dev/null
    done
    wait
    "$METAFS" umount "$MNT"
    mount_metafs
}

is_clean() {
    local said
    said=$("$METAFS" fsck "$MNT")
    echo "$said"
    [[ $said == *': clean: '* && $said != *'reused inode'* && $said != *'note: moved'* ]]
}

# Where numbers and creation times move, the name is all there is.
has_creation_times() { "$METAFS" probe "$SHARE" --json | tr -d ' \n' | grep -q '"btime":{"verdict":"accepts"'; }

main() {
    local stay=--all
    local -a names=()
    if "$METAFS" probe "$SHARE" --json | grep -q '"stable_inodes": false'; then
        stay=--stayed
        has_creation_times || names=(--names)
    fi

    check 'a mount warns of nothing' keeps_quiet
    check "$files files get owner, group and mode" moving make "$MNT" "$files" 20000
    told 'each shows its own' moving check "$MNT" "$SHARE" 20000 --all
    check 'files change behind the mount' moving shuffle "$SHARE" 1
    told 'changed behind the mount: none shows what is not its own' moving check "$MNT" "$SHARE" 20000 "$stay" "${names[@]}"
    drop_caches
    told 'and caches dropped: none shows what is not its own' moving check "$MNT" "$SHARE" 20000 "$stay" "${names[@]}"
    check 'tree removed' rm -r "$MNT/moving"

    check "$files files again" moving make "$MNT" "$files" 30000
    moving numbers "$MNT" >"$work/numbers"
    check 'a copy by rsync; tar and rsync find no difference' back_up
    drop_caches
    told 'caches dropped: each shows its own' moving check "$MNT" "$SHARE" 30000 --all
    check 'caches dropped: st_ino is the same' same_numbers
    check 'directories renamed' rename_directory
    told 'directories renamed: each shows its own' moving check "$MNT" "$SHARE" 30000 --all
    check 'directories renamed: st_ino is the same' same_numbers
    told 'fsck finds no record on another file' is_clean
    if [[ $SHARE_KIND == *tmpfs ]]; then
        skip 'share mounted again' 'tmpfs keeps nothing'
    else
        check 'share mounted again' come_back
        told 'mounted again: each shows its own' moving check "$MNT" "$SHARE" 30000 --all
        check 'mounted again: st_ino is the same' same_numbers
        check 'mounted again: tar and rsync find no difference' nothing_to_do
        check 'the daemon is killed while files are renamed' kill_while_renaming
        told 'killed: each shows its own' moving check "$MNT" "$SHARE" 30000 --all
        told 'killed: fsck finds no record on another file' is_clean
        check 'files change while nothing is mounted' shuffle_while_away
        told 'changed meanwhile: none shows what is not its own' moving check "$MNT" "$SHARE" 30000 "$stay" "${names[@]}"
    fi
    check 'tree removed, too' rm -r "$MNT/moving"
    sum_up
}

main
