#!/bin/bash
# Symbolic links, fifos, sockets and devices on one share, whoever holds them: the share, or a placeholder and its record.
#
# On CIFS a second client without MetaFs (mfsymlinks, sfu) looks at the placeholders, and makes some of its own.
# Environment as for whole-way.sh. Last line: "N passed, N failed, N skipped".
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
place=$MNT/objects

long_target=/$(printf 'd%.0s' {1..250})
long_target=$long_target$long_target$long_target$long_target$long_target$long_target # 1506 bytes

# A share that has links of its own has its own longest target: 1024 bytes for the CIFS client's mfsymlinks.
if ln -s short "$SHARE/try"; then
    ln -sfn "$long_target" "$SHARE/try" || long_target=${long_target:0:1000}
    rm "$SHARE/try"
fi 2>/dev/null

make() { # DIRECTORY
    mkdir "$1"
    ln -s "no/such target" "$1/link"
    ln -s "$long_target" "$1/long"
    ln -s . "$1/here"
    mkfifo -m 640 "$1/fifo"
    mknod -m 600 "$1/null" c 1 3
    mknod -m 640 "$1/disk" b 259 300
    "$python" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$1/socket"
    echo data >"$1/file"
    chown -h 42:43 "$1/link" "$1/fifo" "$1/null"
    touch -h -d '2001-02-03 04:05:06.123456789' "$1/link" "$1/null"
}

# Type, mode, owner, device, size of what is no directory, target.
listing() { (cd "$1" && find . -mindepth 1 -printf '%P %y %m %U:%G %l\n' | sort && stat -c '%n %F %t:%T %s' -- * | sort); }

are_what_they_are() {
    make "$work/tree"
    make "$place"
    diff <(listing "$work/tree") <(listing "$place")
    [[ $(stat -c %y "$place/null") == '2001-02-03 04:05:06.123456789 +0000' ]]
    [[ $(stat -c %y "$place/link") == '2001-02-03 04:05:06.123456789 +0000' ]]
    [[ $("$python" -c 'import os, sys; print(*sorted(e.name for e in os.scandir(sys.argv[1]) if e.is_symlink()))' \
        "$place") == 'here link long' ]]
}

carry_data() {
    (echo through the fifo >"$place/fifo") &
    [[ $(timeout 20 cat "$place/fifo") == 'through the fifo' ]]
    timeout 30 "$python" - "$place/talk" <<'PYTHON'
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
if os.fork() == 0:
    client = socket.socket(socket.AF_UNIX)
    client.connect(sys.argv[1])
    client.sendall(b"through the socket")
    os._exit(0)
assert server.accept()[0].recv(100) == b"through the socket"
os.unlink(sys.argv[1])
PYTHON
}

# Without the option "dev" a device is a name and a number.
open_no_device() { fails "Permission denied" cat "$place/null"; }

obey() {
    cd "$place"
    chmod 606 fifo && chown 7:8 fifo disk && touch -d '2010-01-01' disk
    [[ $(stat -c '%F %a %u:%g' fifo) == 'fifo 606 7:8' ]]
    [[ $(stat -c '%F %t:%T %u:%g %Y' disk) == "block special file 103:12c 7:8 $(date -d 2010-01-01 +%s)" ]]
    fails "File exists" mkdir null
    fails "File exists" ln -s x link
    mkdir directory
    fails "directory" mv -T fifo directory
    fails "directory" mv -T directory link
    rmdir directory
    mv disk other && mv other disk
    ln -sfn elsewhere link && [[ $(readlink link) == elsewhere ]]
    ln file hard 2>/dev/null || true
    if [[ $(stat -c %h file) == 2 ]]; then # sshfs counts no links
        rm hard
        ln null hard
        [[ $(stat -c '%F %t:%T %h' hard) == 'character special file 1:3 2' ]]
        chmod 604 hard
        [[ $(stat -c %a null) == 604 ]]
        rm hard
        [[ $(stat -c %h null) == 1 ]]
    fi
    rm -f hard
    ln -sfn 'no/such target' link && touch -h -d '2001-02-03 04:05:06.123456789' link && chown -h 42:43 link
}

# A CIFS client that lists a directory forgets how many links its files have.
counted_beside_a_lister() {
    local i lister status=0
    cd "$place"
    ln file hard 2>/dev/null || return 0
    if [[ $(stat -c %h file) != 2 ]]; then rm hard && return; fi # sshfs counts no links
    (while :; do ls -U >/dev/null; done) & lister=$!
    for i in {1..20}; do
        ln -s nowhere "one$i" && ln "one$i" "two$i" || status=1
        [[ $(stat -c %h "one$i" "two$i") == $'2\n2' ]] || { echo "pair $i: $(stat -c %h "one$i" "two$i")" && status=1; }
    done
    kill "$lister"
    rm -f hard one* two*
    return "$status"
}

travel() {
    mkdir "$MNT/copies"
    cp -a "$place" "$MNT/copies/cp"
    diff <(listing "$place") <(listing "$MNT/copies/cp")
    rsync -aH --numeric-ids "$place/" "$MNT/copies/rsync"
    [[ -z $(rsync -aHi --numeric-ids "$place/" "$MNT/copies/rsync") ]]
    diff <(listing "$place") <(listing "$MNT/copies/rsync")
    tar -C "$place" --exclude=./socket -cf "$work/objects.tar" .
    mkdir "$MNT/copies/tar"
    tar -C "$MNT/copies/tar" -xpf "$work/objects.tar"
    tar -C "$MNT/copies/tar" -df "$work/objects.tar"
    rm -r "$MNT/copies"
}

# Where the placeholder's server stamps after the close, as on CIFS.
links_do_not_age() {
    local before
    ln -s anywhere "$place/still"
    before=$(stat -c '%z %y' "$place/still")
    sleep 3
    [[ $(stat -c '%z %y' "$place/still") == "$before" ]]
    rm "$place/still"
}

stay() {
    listing "$place" >"$work/before"
    hold_caches -s
    echo 3 >/proc/sys/vm/drop_caches
    let_go_of_caches
    diff "$work/before" <(listing "$place")
    remount
    diff "$work/before" <(listing "$place")
    kill -9 "$(pgrep -f -o "^$METAFS .*$MNT")"
    umount -l "$MNT"
    mount_metafs
    diff "$work/before" <(listing "$place")
    "$METAFS" fsck "$MNT"
}

# What a Linux client without MetaFs makes of it: kernels before 6.10 do not know the form of sockets.
other_client() {
    local source
    source=$(findmnt -n -o SOURCE -M "$SHARE")
    mkdir -p "$work/other"
    mount -t cifs "$source" "$work/other" -o guest,vers=3.1.1,mfsymlinks,sfu
    [[ $(readlink "$work/other/objects/link") == 'no/such target' ]]
    [[ $(stat -c %F "$work/other/objects/fifo") == fifo ]]
    [[ $(stat -c '%F %t:%T' "$work/other/objects/null") == 'character special file 1:3' ]]
    [[ $(stat -c '%F %t:%T' "$work/other/objects/disk") == 'block special file 103:12c' ]]
    [[ $(stat -c '%F %s' "$work/other/objects/long") == 'regular file 1067' ]]
    ln -s "from elsewhere" "$work/other/objects/foreign"
    mknod "$work/other/objects/forged" c 1 3
    umount "$work/other"
}

other_clients_links() {
    [[ $(readlink "$place/foreign") == 'from elsewhere' ]]
    chown -h 5:6 "$place/foreign"
    [[ $(stat -c '%F %s %u:%g' "$place/foreign") == 'symbolic link 14 5:6' ]]
    [[ $(stat -c '%F %s' "$place/forged") == 'regular file 24' ]]
    rm "$place/foreign" "$place/forged"
}

a_change_is_noticed() {
    truncate -s 0 "$SHARE/objects/null"
    echo 'now a file' >>"$SHARE/objects/null" # an SMB server lets nobody open a system file with O_TRUNC (MS-FSA 2.1.5.1.2)
    sleep 2 # what the kernel still has of it
    [[ $(cat "$place/null") == 'now a file' ]]
}

check "objects are what they are" are_what_they_are
check "fifo and socket carry data" carry_data
check "devices are not opened" open_no_device
check "they obey chmod, chown, touch, mv, ln" obey
check "links are counted while somebody lists" counted_beside_a_lister
check "a link's times stand still" links_do_not_age
check "cp, rsync and tar take them, and find nothing to do" travel
check "they stay after a remount and a kill" stay
if [[ -f $SHARE/objects/null ]]; then
    if [[ $SHARE_KIND == cifs ]]; then
        check "a client without MetaFs understands the placeholders" other_client
        check "its links are links here, its devices are not" other_clients_links
    fi
    check "a placeholder that another host changed is a plain file" a_change_is_noticed
else
    skip "placeholders" "the share has devices of its own"
fi
check "they go" rm -r "$place"
sum_up
