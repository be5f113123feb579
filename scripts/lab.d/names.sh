#!/bin/bash
# Names: one file and one record where the share ignores case; what the share cannot store gets its own error and leaves
# no record; what is too long is said to be.
#
#   names.sh
#
# Runs anywhere as root with SHARE, MNT, METAFS, METAFS_DB set and MetaFs mounted over SHARE at MNT; scripts/lab does
# that. Prints "ok NAME", "not ok NAME" or "skip NAME" lines and a sum.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"

ignores_case() {
    local status=0
    : >"$SHARE/probe"
    [[ -e $SHARE/PROBE ]] || status=1
    rm -f "$SHARE/probe"
    return "$status"
}

# gone NAME: within ten seconds. The kernel keeps another spelling than was removed for its entry_timeout, and the share's
# client for as long as it believes itself.
gone() {
    local i
    for ((i = 0; i < 50; i++)); do
        [[ -e $MNT/$1 ]] || return 0
        sleep 0.2
    done
    return 1
}

all_spellings_are_one_file() {
    echo text >"$MNT/file"
    chown 42:43 "$MNT/FILE"
    chmod 4711 "$MNT/File"
    is "$MNT/file" 42:43 4711
    is "$MNT/FILE" 42:43 4711
    [[ $(stat -c '%i %h' "$MNT/file") == $(stat -c '%i %h' "$MNT/FILE") ]]
    mv "$MNT/file" "$MNT/third"
    gone FILE
    mv "$MNT/third" "$MNT/FILE"
    is "$MNT/file" 42:43 4711
    [[ $(ls -A "$MNT") == FILE ]]
    remount
    is "$MNT/FILE" 42:43 4711
    rm "$MNT/file"
    gone FILE
    [[ -z $(ls -A "$MNT") ]]
}

# Both ends answer the same, and what cannot be stored leaves nothing.
the_shares_own_errors() {
    "$python" - "$SHARE" "$MNT" <<'END'
import errno, os, sys
share, mount = map(os.fsencode, sys.argv[1:])

def answer(directory, name, make):
    try:
        make(os.path.join(directory, name))
        return "OK"
    except OSError as e:
        return errno.errorcode[e.errno]

def create(path):
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))

failed = 0
for name in (b"a\\b", b"a:b", b"a*b", b"a ", b"a.", b"con", b"\xff", b"a\x01b", b"x" * 255, b"x" * 256, "\u00e4".encode() * 127):
    for make, undo in ((create, os.unlink), (os.mkdir, os.rmdir)):
        answers = []
        for directory in (share, mount):
            answers.append(answer(directory, name, make))
            if answers[-1] == "OK":
                undo(os.path.join(directory, name))
        if len(name) > 255:
            answers[0] = "ENAMETOOLONG"
        if answers[0] != answers[1]:
            print(name[:12], len(name), make.__name__, *answers)
            failed += 1
sys.exit(failed)
END
    [[ -z $(ls -A "$MNT") ]]
}

records() { "$METAFS" list "$MNT" | grep / || true; }

# What a killed daemon of another part left of removed files stays until it is pruned.
no_record_is_left() {
    "$METAFS" fsck "$MNT" && diff "$work/before" <(records)
}

records >"$work/before"
if ignores_case; then
    check 'all spellings are one file with one record' all_spellings_are_one_file
else
    skip 'all spellings are one file with one record' 'the share tells them apart'
fi
check 'names that the share cannot store get its own errors' the_shares_own_errors
check 'no record is left' no_record_is_left
sum_up
