#!/bin/bash
# Deletion as POSIX has it: a file that is removed or replaced while it is open is gone from its directory at once, its
# data live until the last close, and nothing is left behind, not even by a daemon that was killed.
#
#   open-files.sh
#
# Runs anywhere as root with SHARE, MNT, METAFS, METAFS_DB set and MetaFs mounted over SHARE at MNT; scripts/lab does
# that. Prints "ok NAME", "not ok NAME" or "skip NAME" lines and a sum.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"

# A close reaches the share by a RELEASE that nobody waits for.
within_seconds() {
    local tries=$(($1 * 10))
    shift
    until "$@"; do
        ((tries-- > 0)) || { echo "still not: $*"; return 1; }
        sleep 0.1
    done
}

nothing_hidden() { [[ -z $(find "$SHARE" -mindepth 2 -path '*/.metafs-*' -print -quit) ]]; }

no_silly_names() {
    [[ -z $(find "$SHARE" '(' -name '.nfs*' -o -name '.fuse_hidden*' ')' -not -path '*/.metafs-*' -print) ]]
}

share_is_empty() { [[ -z $(ls -A "$SHARE") ]]; }

removed_file_is_gone_at_once() {
    mkdir "$MNT/d"
    echo data >"$MNT/d/f"
    chown 42:43 "$MNT/d/f"
    exec 7<>"$MNT/d/f"
    rm "$MNT/d/f"
    [[ ! -e $MNT/d/f && -z $(ls -A "$MNT/d") ]]
    no_silly_names
    echo again >"$MNT/d/f" # the name is free
    rm -r "$MNT/d"
    [[ -z $(ls -A "$MNT") ]]
    [[ $(stat -L -c '%u:%g %h %s' /proc/self/fd/7) == '42:43 0 5' ]]
    echo more >&7
    [[ $(cat /proc/self/fd/7) == $'more' || $(cat /proc/self/fd/7) == $'more\n'* ]]
    exec 7>&-
    within_seconds 5 nothing_hidden
}

open_file_is_replaced() {
    echo old >"$MNT/f"
    chown 42:43 "$MNT/f"
    exec 7<"$MNT/f"
    echo new >"$MNT/new"
    chown 44:45 "$MNT/new"
    mv -f "$MNT/new" "$MNT/f"
    [[ $(<"$MNT/f") == new && $(cat <&7) == old ]]
    is "$MNT/f" 44:45 644
    [[ $(stat -L -c '%u:%g %h' /proc/self/fd/7) == '42:43 0' && $(ls -A "$MNT") == f ]]
    no_silly_names
    exec 7<&-
    within_seconds 5 nothing_hidden
    [[ $(<"$MNT/f") == new ]]
    rm "$MNT/f"
}

another_name_stays() {
    echo text >"$MNT/a"
    chown 42:43 "$MNT/a"
    exec 7<"$MNT/a"
    ln "$MNT/a" "$MNT/b"
    rm "$MNT/a"
    [[ $(ls -A "$MNT") == b && $(stat -c '%u:%g %h' "$MNT/b") == '42:43 1' && $(<"$MNT/b") == text ]]
    rm "$MNT/b"
    [[ -z $(ls -A "$MNT") && $(cat <&7) == text ]]
    exec 7<&-
    within_seconds 5 nothing_hidden
}

# A program that reads a directory while it is removed: the whole of it, and the half.
directories_that_are_read() {
    "$python" - "$MNT" <<'END'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
os.chdir(sys.argv[1])
for files, whole in ((0, True), (500, False)):
    os.makedirs("d/e")
    for i in range(files):
        os.close(os.open("d/e/%050d" % i, os.O_CREAT | os.O_WRONLY))
    fd = os.open("d/e", os.O_RDONLY | os.O_DIRECTORY)
    if whole:
        os.listdir(fd)
    else:
        assert libc.syscall(217, fd, ctypes.create_string_buffer(1024), 1024) > 0
    try:
        os.rmdir("d/e")
        assert files == 0, "a full directory was removed"
    except OSError:
        assert files > 0
        os.lseek(fd, 0, 0)
        assert sum(1 for _ in os.scandir(fd)) == files, "the reader lost its place"
    for i in range(files):
        os.unlink("d/e/%050d" % i)
    if files:
        os.rmdir("d/e")
    os.rmdir("d")
    assert os.listdir(".") == []
    os.close(fd)
END
}

working_directory_goes() {
    mkdir -p "$MNT/d/e"
    (cd "$MNT/d/e" && rm -r "$MNT/d" && [[ -z $(ls -A "$MNT") ]])
}

# FUSE tells of a close(2) later than of the rename after it.
directory_moves_after_closes() {
    local -i left
    for ((left = 8; left > 0; left--)); do
        mkdir -p "$MNT/d/e"
        echo text >"$MNT/d/e/f"
        [[ $(<"$MNT/d/e/f") == text ]]
        mv "$MNT/d" "$MNT/moved"
        [[ $(<"$MNT/moved/e/f") == text ]]
        rm -r "$MNT/moved"
    done
}

# directory_moves_above_open_file DIRECTORY
directory_moves_above_open_file() {
    local status=0
    mkdir -p "$1/d/e"
    echo text >"$1/d/e/f"
    exec 7<"$1/d/e/f"
    mv "$1/d" "$1/moved" || status=$?
    [[ $(cat <&7) == text ]] || status=1
    exec 7<&-
    rm -rf "$1"/{d,moved}
    return "$status"
}

root_does_not_tell() {
    mkdir "$MNT/d"
    echo data >"$MNT/d/f"
    touch -d '2001-02-03 04:05:06' "$MNT"
    local before
    before=$(stat -c '%Y %h' "$MNT")
    exec 7<"$MNT/d/f"
    rm "$MNT/d/f"
    [[ $(stat -c '%Y %h' "$MNT") == "$before" ]]
    exec 7<&-
    remount
    [[ $(stat -c '%Y %h' "$MNT") == "$before" ]]
    rmdir "$MNT/d"
}

# For root's own mount there is one daemon that serves MNT.
kill_daemon() {
    local pid
    grep -lzxF "$MNT" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 | while read -r pid; do
        [[ /proc/$pid/exe -ef $METAFS ]] || continue
        kill -9 "$pid"
        tail --pid="$pid" -f /dev/null
    done
    "$METAFS" umount -l "$MNT" # files of it are still open
}

killed_daemon_leaves_nothing() {
    echo data >"$MNT/f"
    echo data >"$MNT/g"
    echo new >"$MNT/new"
    exec 7<"$MNT/f" 8<"$MNT/g"
    rm "$MNT/f"
    mv -f "$MNT/new" "$MNT/g"
    kill_daemon
    exec 7<&- 8<&-
    mount_metafs
    [[ $(ls -A "$MNT") == g && $(<"$MNT/g") == new && $(ls -A "$SHARE") == g ]]
    rm "$MNT/g"
}

leaves_nothing() {
    "$METAFS" umount "$MNT"
    within_seconds 5 share_is_empty
    mount_metafs
}

check 'a removed open file is gone at once and its data live' removed_file_is_gone_at_once
check 'an open file is replaced' open_file_is_replaced
if share_links_are_one_file; then
    check 'another name of an open file stays' another_name_stays
else
    skip 'another name of an open file stays' "links of the share are no links: $(split_links)"
fi
check 'directories that are read can be removed' directories_that_are_read
check 'a working directory can be removed' working_directory_goes
check 'a directory moves after the last close below it' directory_moves_after_closes
if refusal=$(directory_moves_above_open_file "$SHARE" 2>&1); then
    check 'a directory moves above an open file' directory_moves_above_open_file "$MNT"
else
    skip 'a directory moves above an open file' "the bare share refuses it, without MetaFs: ${refusal%%$'\n'*}"
fi
check 'the root shows nothing of it' root_does_not_tell
check 'a killed daemon leaves nothing' killed_daemon_leaves_nothing
check 'after an unmount nothing is left' leaves_nothing
sum_up
