#!/bin/bash
# Extended attributes and POSIX ACLs over a share that lacks some of them: the same program here and on ext4 must print the
# same text (tests/MetaFs.Mount.Tests/Scripts/xattrs.py), and after the daemon was killed the same files must be there.
#
# Environment as for whole-way.sh.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=$here/../../tests/MetaFs.Mount.Tests/Scripts/xattrs.py
disk=$(mktemp -d)
directory=$MNT/xattrs
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"

make_disk() {
    truncate -s 64M "$disk/image"
    mkfs.ext4 -q -b 4096 "$disk/image"
    mkdir "$disk/mnt"
    mount -o loop "$disk/image" "$disk/mnt"
    mkdir -m 0755 "$disk/mnt/xattrs"
}

mount_with_suid_and_dev() {
    "$METAFS" umount "$MNT"
    "$METAFS" mount "$SHARE" "$MNT" -o "db=$METAFS_DB-xattrs,suid,dev"
}

# What the share has not, and MetaFs does not make up: kinds of objects, calls on data.
lacking() {
    local words=unknown
    mkfifo "$directory.try" 2>"$work/said" && mknod "$directory.try2" c 1 3 2>"$work/said" || words+=,special
    rm -f "$directory.try" "$directory.try2"
    "$python" -c 'import os, sys; os.close(os.open(sys.argv[1], os.O_TMPFILE | os.O_RDWR, 0o600))' "$MNT" 2>"$work/said" \
        || words+=,tmpfile
    fallocate -l 1000 "$directory.try" 2>"$work/said" || words+=,fallocate
    rm -f "$directory.try"
    echo "$words"
}

same() {
    "$python" "$script" "$disk/mnt/xattrs" "$@" >"$work/wanted" 2>&1
    "$python" "$script" "$directory" "$@" >"$work/shown" 2>&1 || tail -n 3 "$work/shown" # it stops where it is surprised
    diff "$work/wanted" "$work/shown"
}

survives_a_kill() {
    kill -9 "$(<"$METAFS_DB-xattrs.lock")"
    umount -l "$MNT"
    "$METAFS" mount "$SHARE" "$MNT" -o "db=$METAFS_DB-xattrs,suid,dev"
    same --look
}

leaves_no_row() {
    local rows
    rm -r "$directory"
    rows=$("$python" -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM xattr").fetchone()[0])' "$METAFS_DB-xattrs")
    [[ $rows == 0 ]] || { echo "$rows rows are left"; return 1; }
}

check 'a disk to compare with' make_disk
check 'mount with suid and dev' mount_with_suid_and_dev
chmod 0755 "$MNT"
mkdir -m 0755 "$directory"
without=$(lacking)
echo "# without: $without"
check 'as on ext4' same --without "$without"
check 'as on ext4 after kill -9 and another mount' survives_a_kill
check 'nothing is left in the database' leaves_no_row
umount "$disk/mnt"
rm -rf "$disk"
remount
sum_up
