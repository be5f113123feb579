#!/bin/bash
# A CIFS client that meets one directory by two names stops showing the server's inode numbers, for as long as the share is
# mounted. Records stay with their files: at once, after the next mount of MetaFs, and after one of the share.
#
#   server-numbers.sh
#
# Runs anywhere as root with SHARE, MNT, METAFS, METAFS_DB set and MetaFs mounted over SHARE at MNT; scripts/lab does
# that, with the share's kind too, so that the share can be mounted anew. Prints "ok NAME", "not ok NAME" or "skip NAME"
# lines and a sum.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
# shellcheck source=scripts/lib/shares.sh
source "$LAB_LIB/shares.sh"

shows_the_servers() { [[ ,$(findmnt -n -o FS-OPTIONS --mountpoint "$SHARE"), == *,serverino,* ]]; }

# What the client has of inodes goes, so that it numbers them anew.
forget() {
    sync
    echo 3 >/proc/sys/vm/drop_caches
    sleep 1.2 # entry_timeout and attr_timeout
}

make_files() {
    local i
    mkdir -p "$MNT/tree/below"
    for ((i = 0; i < 40; i++)); do
        echo "$i" >"$MNT/tree/below/f$i"
        chown $((1000 + i)):$((2000 + i)) "$MNT/tree/below/f$i"
        chmod 640 "$MNT/tree/below/f$i"
    done
    chown 7:8 "$MNT/tree" "$MNT/tree/below"
}

owners_stand() {
    local i
    for ((i = 0; i < 40; i++)); do is "$MNT/tree/below/f$i" $((1000 + i)):$((2000 + i)) 640 || return 1; done
    is "$MNT/tree" 7:8 755
    is "$MNT/tree/below" 7:8 755
}

# What is open, a working directory and what the kernel knows go on.
loses_them() {
    shows_the_servers
    exec {open}<>"$MNT/tree/below/f3"
    cd "$MNT/tree/below"
    stat "$SHARE/tree" "$SHARE/TREE"
    findmnt -n -o FS-OPTIONS --mountpoint "$SHARE"
    if shows_the_servers; then echo 'the client still shows them'; return 1; fi
    is f1 1001:2001 640
    chown 77:78 "/proc/self/fd/$open"
    is f3 77:78 640
    chown 1003:2003 f3
    exec {open}<&-
    forget
    is f1 1001:2001 640
    cd /
}

# A name and a link of a known inode, new files, a directory that moves.
goes_on() {
    forget
    mv "$MNT/tree/below/f5" "$MNT/tree/moved"
    is "$MNT/tree/moved" 1005:2005 640
    mv "$MNT/tree/moved" "$MNT/tree/below/f5"
    echo new >"$MNT/new"
    chown 91:92 "$MNT/new"
    mkdir "$MNT/newer"
    chown 93:94 "$MNT/newer"
    touch -d @1234567890.5 "$MNT/new"
    mv "$MNT/tree/below" "$MNT/tree/elsewhere"
    forget
    is "$MNT/tree/elsewhere/f7" 1007:2007 640
    mv "$MNT/tree/elsewhere" "$MNT/tree/below"
    new_ones_stand
}

new_ones_stand() {
    is "$MNT/new" 91:92 644
    is "$MNT/newer" 93:94 755
    [[ $(stat -c %.9Y "$MNT/new") == 1234567890.500000000 ]]
}

all_stand() { owners_stand && new_ones_stand; }

after_a_mount() {
    remount
    all_stand
}

after_a_mount_of_the_share() {
    "$METAFS" umount "$MNT"
    umount "$SHARE"
    patiently mount_client "$SHARE_KIND" "$SHARE"
    shows_the_servers
    mount_metafs
    all_stand
}

records_are_sound() { "$METAFS" fsck "$MNT"; }

goes() {
    rm -r "${MNT:?}"/*
    nothing_is_left
}

check "files with owners" make_files
check "the client stops showing the server's numbers" loses_them
check "every file has its owner" owners_stand
check "names, owners and times of before and of now" goes_on
check "after a mount of MetaFs" after_a_mount
check "after a mount of the share" after_a_mount_of_the_share
check "fsck finds nothing" records_are_sound
check "removed files leave nothing" goes
sum_up
