#!/bin/bash
# The whole way on one share: what tar, rsync, cp, install, copy2, dpkg-deb, git and sed set through MetaFs reads back,
# now and after a remount, for root, for a user on root's mount and for a user's own mount.
#
#   whole-way.sh [FILES]        FILES: size of the tree, 2000 unless given
#
# Runs anywhere as root with SHARE, MNT, METAFS, METAFS_DB set and MetaFs mounted over SHARE at MNT; scripts/lab does
# that. Prints "ok NAME", "not ok NAME" or "skip NAME" lines and a sum.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
files=${1:-2000}
when='2001-02-03 04:05:06.123456789'
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
seconds_of "$when"

# sshfs makes links that lead up or out, but does not show where they lead
keeps_symlink() {
    local status=0
    ln -s "$1" "$SHARE/probe" 2>/dev/null || return 1
    [[ $(readlink "$SHARE/probe") == "$1" ]] || status=1
    rm "$SHARE/probe"
    return "$status"
}

prepare() {
    local -a options=(--owners)
    if keeps_symlink ../nowhere; then :; elif keeps_symlink nowhere; then options+=(--plain-symlinks); else options+=(--no-symlinks); fi
    : >"$SHARE/probe"
    # without serverino CIFS makes links, but shows them as files of their own
    if ! ln "$SHARE/probe" "$SHARE/probe2" 2>/dev/null || [[ ! $SHARE/probe -ef $SHARE/probe2 ]]; then options+=(--no-links); fi
    rm -f "$SHARE/probe" "$SHARE/probe2"
    "$python" "$here/tree.py" make "$work/tree" "$files" "${options[@]}"
    tar -C "$work/tree" --numeric-owner --format=posix -cf "$work/tree.tar" .
    "$python" "$here/tree.py" list "$work/tree" >"$work/listing"
    mkdir "$work/home"
    echo 'from home' >"$work/home/original"
    chown -R 1000:1000 "$work/home"
    chmod 4751 "$work/home/original"
    touch -d "$when" "$work/home/original"
}

same_as_tree() {
    "$python" "$here/tree.py" list "$1" >"$work/now" && diff "$work/listing" "$work/now"
}

# --- the bare share ---------------------------------------------------------------------------------------------------

bare_share_keeps_no_owner() {
    echo bare >"$SHARE/bare"
    chown 12:34 "$SHARE/bare" || true
    local shown
    shown=$(stat -c %u:%g "$SHARE/bare")
    rm "$SHARE/bare"
    [[ $shown != 12:34 ]]
}

# --- as root ----------------------------------------------------------------------------------------------------------

untar() {
    mkdir "$MNT/tar"
    tar -C "$MNT/tar" --same-owner --numeric-owner -xpf "$work/tree.tar"
}

tar_finds_no_difference() {
    local said
    said=$(tar -C "$MNT/tar" --numeric-owner --diff -f "$work/tree.tar" 2>&1) || { echo "$said"; return 1; }
    [[ -z $said ]]
}

rsync_twice() {
    rsync -aH --numeric-ids "$work/tree/" "$MNT/rsync/"
    second_rsync
}

second_rsync() {
    local said
    said=$(rsync -aHi --numeric-ids "$work/tree/" "$MNT/rsync/")
    [[ -z $said ]] || { echo "$said"; return 1; }
}

install_sets_owner_and_mode() {
    install -o 1000 -g 1000 -m 4755 /bin/true "$MNT/installed"
    is "$MNT/installed" 1000:1000 4755
}

dpkg_deb_unpacks() {
    mkdir -p "$work/package/DEBIAN" "$work/package/usr/bin"
    printf 'Package: raise\nVersion: 1\nArchitecture: all\nMaintainer: lab\nDescription: lab\n' >"$work/package/DEBIAN/control"
    echo program >"$work/package/usr/bin/raise"
    chown 12:34 "$work/package/usr/bin/raise"
    chmod 4755 "$work/package/usr/bin/raise"
    touch -d 2001-02-03 "$work/package/usr/bin/raise"
    dpkg-deb --build "$work/package" "$work/raise.deb"
    dpkg-deb -x "$work/raise.deb" "$MNT/unpacked"
    is "$MNT/unpacked/usr/bin/raise" 12:34 4755 2001-02-03
}

sed_in_place() {
    echo old >"$MNT/text"
    chown 42:43 "$MNT/text"
    chmod 640 "$MNT/text"
    sed -i s/old/new/ "$MNT/text"
    [[ $(<"$MNT/text") == new ]]
    is "$MNT/text" 42:43 640
}

times_stand_after_late_stamps() {
    sleep 3
    same_as_tree "$MNT/tar"
    is "$MNT/unpacked/usr/bin/raise" 12:34 4755 2001-02-03
}

# Also where the share shows each name as a file of its own.
a_hard_link_is_its_file() {
    echo text >"$MNT/name"
    chown 42:43 "$MNT/name"
    chmod 4711 "$MNT/name"
    touch -d "$when" "$MNT/name"
    ln "$MNT/name" "$MNT/name2"
    [[ $(<"$MNT/name2") == text ]]
    is "$MNT/name2" 42:43 4711 "$when"
    rm "$MNT/name"
    [[ $(<"$MNT/name2") == text ]]
    is "$MNT/name2" 42:43 4711 "$when"
    rm "$MNT/name2"
}

data_moves_mtime() {
    echo text >"$MNT/old"
    touch -d "$when" "$MNT/old"
    echo more >>"$MNT/old"
    [[ $(stat -c %Y "$MNT/old") -gt 1000000000 ]]
}

removed_trees_leave_nothing() {
    rm -r "$MNT/rsync"
    [[ ! -e $SHARE/rsync ]]
    [[ -z $(find "$SHARE" -name '.nfs*' -o -name '.fuse_hidden*') ]]
}

# --- as uid 1000 on root's mount ----------------------------------------------------------------------------------------

user_copies() {
    rm -rf "$MNT/user"
    mkdir "$MNT/user"
    chown 1000:1000 "$MNT/user"
    as_user cp -p "$work/home/original" "$MNT/user/cp"
    as_user "$python" -c 'import shutil, sys; shutil.copy2(sys.argv[1], sys.argv[2])' "$work/home/original" "$MNT/user/copy2"
    as_user rsync -a "$work/home/original" "$MNT/user/rsync"
    # shellcheck disable=SC2016
    as_user bash -c 'echo text >"$1"; touch -d "$2" "$1"' bash "$MNT/user/touched" "$when"
    user_copies_read_back
}

user_copies_read_back() {
    local name
    for name in cp copy2 rsync; do is "$MNT/user/$name" 1000:1000 4751 "$when"; done
    is "$MNT/user/touched" 1000:1000 644 "$when"
}

others_files_do_not_obey() {
    echo secret >"$MNT/secret"
    chown 2000:2000 "$MNT/secret"
    chmod 600 "$MNT/secret"
    fails 'Permission denied' as_user cat "$MNT/secret"
    fails 'Operation not permitted' as_user chmod 666 "$MNT/secret"
    fails 'Operation not permitted' as_user chown 2000 "$MNT/user/cp"
    is "$MNT/secret" 2000:2000 600
    is "$MNT/user/cp" 1000:1000 4751
}

# --- after a kill, and as uid 1000's own mount --------------------------------------------------------------------------

kill_loses_nothing() {
    local pid i
    mkdir "$MNT/killed"
    for i in 1 2 3 4 5 6 7 8 9 10; do
        echo $i >"$MNT/killed/$i"
        chown "$i:$i" "$MNT/killed/$i"
    done
    chmod 4711 "$MNT"/killed/*
    touch -d "$when" "$MNT"/killed/*
    grep -lzxF "$MNT" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 | while read -r pid; do
        [[ /proc/$pid/exe -ef $METAFS ]] || continue
        kill -9 "$pid"
        tail --pid="$pid" -f /dev/null
    done
    fails connect ls "$MNT/killed"
    "$METAFS" umount "$MNT"
    mount_metafs
    for i in 1 2 3 4 5 6 7 8 9 10; do
        [[ $(<"$MNT/killed/$i") == "$i" ]]
        is "$MNT/killed/$i" "$i:$i" 4711 "$when"
    done
}

own_mount() {
    mkdir -p /run/own /run/own-records
    chown 1000:1000 /run/own /run/own-records
    chmod 0700 /run/own-records
    chmod a+rwx "$SHARE" || true # the controls are root's
    as_user "$METAFS" mount "$SHARE" /run/own -o db=/run/own-records/metafs.db
    fails 'Permission denied' stat /run/own
    as_user bash -c 'echo text >/run/own/own'
    own_chown
}

own_chown() {
    local owner
    for owner in 0:0 12:34; do
        as_user chown "$owner" /run/own/own
        [[ $(as_user stat -c %u:%g /run/own/own) == "$owner" ]]
    done
    as_user chmod 4755 /run/own/own
    as_user touch -d "$when" /run/own/own
    [[ $(as_user stat -c '%u:%g %a %.Y' /run/own/own) == "12:34 4755 $seconds" ]]
}

own_copies() {
    local name shown
    # over a file of the share's owner, as in the original report
    (umask 0 && echo old >"$SHARE/theirs") # some shares refuse the chmod, and some do not ask for the mode here
    chmod a+rw "$SHARE/theirs" || true
    as_user "$python" -c 'import shutil, sys; shutil.copy2(sys.argv[1], sys.argv[2])' "$work/home/original" /run/own/theirs
    as_user cp -p "$work/home/original" /run/own/new
    for name in theirs new; do
        shown=$(as_user stat -c '%a %.Y' "/run/own/$name")
        [[ $shown == "4751 $seconds" ]] || { echo "$name: $shown"; return 1; }
    done
}

own_untar() {
    as_user mkdir /run/own/own-tar
    as_user tar -C /run/own/own-tar --same-owner --numeric-owner -xpf "$work/tree.tar"
    as_user tar -C /run/own/own-tar --numeric-owner --diff -f "$work/tree.tar"
}

own_unmount() {
    as_user rm -rf /run/own/{own,own-tar,new} # root may be nobody on the share
    as_user "$METAFS" umount /run/own
    ! findmnt -n /run/own
}

bare_checks() {
    case ${SHARE_KIND:-} in
        *ext4 | *tmpfs | *fuse-overlayfs) skip 'the bare share keeps no owner' 'a control: it does' ;;
        *) check 'the bare share keeps no owner' bare_share_keeps_no_owner ;;
    esac
}

root_checks() {
    check 'root: tar restores a tree' untar
    check 'root: the tree reads back' same_as_tree "$MNT/tar"
    check 'root: tar finds no difference' tar_finds_no_difference
    check 'root: a second rsync has nothing to do' rsync_twice
    check 'root: cp -a' cp -a "$work/tree" "$MNT/cp"
    check 'root: the copy reads back' same_as_tree "$MNT/cp"
    check 'root: install sets owner and mode' install_sets_owner_and_mode
    check 'root: dpkg-deb unpacks a setuid file' dpkg_deb_unpacks
    check 'root: git clone, commit, status' git_works "$MNT/clone"
    check 'root: sed -i keeps owner and mode' sed_in_place
    if share_has_links; then
        check 'root: a hard link is its file' a_hard_link_is_its_file
    else
        skip 'root: a hard link is its file' 'the share has none'
    fi
    check 'root: writing moves a time that was set' data_moves_mtime
    check 'root: times stand after the share stamps late' times_stand_after_late_stamps
}

user_checks() {
    check 'user: cp -p, copy2, rsync -a, touch -d' user_copies
    check 'user: others files do not obey' others_files_do_not_obey
    check 'user: git clone, commit, status' git_works "$MNT/user/clone" as_user
}

again_checks() {
    check 'unmount and mount' remount
    check 'again: the tree reads back' same_as_tree "$MNT/tar"
    check 'again: tar finds no difference' tar_finds_no_difference
    check 'again: rsync has nothing to do' second_rsync
    check 'again: the copy reads back' same_as_tree "$MNT/cp"
    check 'again: install reads back' is "$MNT/installed" 1000:1000 4755
    check 'again: the users copies read back' user_copies_read_back
    check 'a killed daemon loses nothing' kill_loses_nothing
    check 'removed trees leave nothing' removed_trees_leave_nothing
}

own_mount_checks() {
    local mode
    mode=$(stat -c %a "$SHARE")
    check 'root unmounts' "$METAFS" umount "$MNT"
    check 'own mount: chown to anybody, chmod, touch' own_mount
    check 'own mount: copy2 and cp -p' own_copies
    if user_can_fill_directories; then
        check 'own mount: tar restores a tree' own_untar
    else
        skip 'own mount: tar restores a tree' 'on the bare share too the user cannot fill the directories he makes'
    fi
    check 'own mount: unmounts' own_unmount
    chmod "$mode" "$SHARE" 2>/dev/null || true
    check 'root mounts again' mount_metafs
}

leave_nothing() {
    find "$MNT" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
    nothing_is_left
}

main() {
    prepare || exit 1
    bare_checks
    root_checks
    user_checks
    again_checks
    own_mount_checks
    check 'nothing is left' leave_nothing
    sum_up
}

main
