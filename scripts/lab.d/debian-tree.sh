#!/bin/bash
# A Debian root, devices, file capabilities and ACLs included, taken by rsync -aHAX onto a mount and back; and then lived in
# by chroot. By itself only, some minutes: scripts/lab --share host-sshfs scripts/lab.d/debian-tree.sh. The tree is
# debian-tree.prepare.sh's, which scripts/lab runs before.
#
# Environment as for whole-way.sh. Last line: "N passed, N failed, N skipped".
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
# shellcheck source=scripts/lib/shares.sh
source "$LAB_LIB/shares.sh"
disk=/run/disk
tree=$MNT/tree
spare=/run/spare.img
: >/run/not-here

links=-H
copy() { rsync -aAX ${links:+"$links"} --numeric-ids --exclude-from=/run/not-here "$@"; }

unpack() {
    mkdir -p "$disk"
    truncate -s 1500M /run/disk.img
    mkfs.ext4 -q /run/disk.img
    mount -o loop /run/disk.img "$disk"
    mkdir "$disk/source"
    tar -C "$disk/source" --xattrs --xattrs-include='*' --acls --numeric-owner -xpf /var/cache/metafs-test/debian-tree.tar
    # tar takes no sockets, and to make one is a change of its directory
    "$python" - "$disk/source/srv/rare" <<'PYTHON'
import os, socket, sys
os.chdir(sys.argv[1])
before = os.stat(".")
socket.socket(socket.AF_UNIX).bind("socket")
os.chmod("socket", 0o640)
os.chown("socket", 42, 43)
os.utime("socket", ns=(0, 1234567890987654321)) # rsync takes no note of what is within the same second
os.utime(".", ns=(before.st_atime_ns, before.st_mtime_ns))
PYTHON
}

# To the nanosecond.
nothing_to_do() {
    copy --modify-window=-1 -i "$disk/source/" "$tree" >"$work/itemized"
    [[ ! -s $work/itemized ]] || { head -n 12 "$work/itemized"; return 1; }
}

# Something else takes the numbers that the share's device had.
mounted_anew() {
    local before
    before=$(stat -c %d "$SHARE")
    "$METAFS" umount "$MNT"
    umount "$SHARE"
    mkdir -p /run/placeholder
    mount -t tmpfs placeholder /run/placeholder
    truncate -s 1M "$spare"
    losetup --find "$spare"
    patiently mount_client "$SHARE_KIND" "$SHARE"
    [[ $(stat -c %d "$SHARE") != "$before" ]] || { echo "st_dev is still $before"; return 1; }
    # A disk is known by its device, which has another name now.
    if [[ $(share_field "$SHARE_KIND" 2) == image* ]]; then "$METAFS" rebind "$SHARE" --db "$METAFS_DB"; fi
    mount_metafs
    nothing_to_do
}

comes_back() {
    mkdir "$disk/back"
    copy "$tree/" "$disk/back"
    copy "$disk/source/" "$disk/wanted"
    diff <("$python" "$here/system_tree.py" "$listed" "$disk/wanted") <("$python" "$here/system_tree.py" "$listed" "$disk/back")
}

in_tree() { timeout 300 chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root \
    DEBIAN_FRONTEND=noninteractive "$@"; }

with_programs() {
    "$METAFS" umount "$MNT"
    METAFS_OPTIONS=${METAFS_OPTIONS:+$METAFS_OPTIONS,}suid,dev,exec mount_metafs
}

configures() {
    in_tree dpkg --force-depends --configure -a
    # shellcheck disable=SC2016 # for dpkg-query
    [[ $(in_tree dpkg-query -W -f '${Status}' iputils-ping) == 'install ok installed' ]]
}

changes_user() {
    [[ $(in_tree su -s /bin/sh daemon -c 'id -un') == daemon ]]
    [[ $(in_tree su -s /bin/sh daemon -c '/srv/rare/setuid -u') == 0 ]]
}

has_capabilities() {
    in_tree setpriv --reuid=1 --regid=1 --clear-groups /srv/rare/capable -c 1 -W 5 127.0.0.1
    [[ $(getcap "$tree/srv/rare/capable") == *cap_net_raw=ep ]]
}

opens_things() {
    in_tree sh -c 'echo gone >/dev/null && head -c 5 /dev/zero | wc -c' | grep -qx 5
    in_tree python3 - <<'PYTHON'
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind("/tmp/talk")
server.listen()
os.mkfifo("/tmp/pipe")
if os.fork() == 0:
    client = socket.socket(socket.AF_UNIX)
    client.connect("/tmp/talk")
    client.sendall(b"through the socket")
    with open("/tmp/pipe", "wb") as pipe:
        pipe.write(b"through the fifo")
    os._exit(0)
assert server.accept()[0].recv(100) == b"through the socket"
with open("/tmp/pipe", "rb") as pipe:
    assert pipe.read() == b"through the fifo"
os.unlink("/tmp/talk")
os.unlink("/tmp/pipe")
PYTHON
}

check "a Debian root is unpacked on ext4" unpack
"$python" "$here/system_tree.py" unstorable "$disk/source" "$SHARE" >/run/not-here
if [[ -s /run/not-here ]]; then
    skip "$(wc -l </run/not-here) names" "the bare share refuses them, without MetaFs: $(head -n 3 /run/not-here | xargs -d '\n')"
fi
listed=list
if ! share_links_are_one_file; then
    listed=list-names
    skip "hard links come back" "links of the share are no links: $(split_links)"
    if ! share_has_links; then links=; fi
fi
check "rsync -a${links#-}AX takes it" copy "$disk/source/" "$tree"
check "a second run has nothing to do" nothing_to_do
check "nor after a remount of both, with another st_dev" mounted_anew
check "copied back to ext4 it is what it was" comes_back
check "mounted with suid, dev, exec" with_programs
if grep -q '^/var/lib/dpkg/' /run/not-here; then
    skip "dpkg --configure -a" "dpkg cannot do without $(grep -c '^/var/lib/dpkg/' /run/not-here) of its files, whose names the bare share refuses: $(grep -m 1 '^/var/lib/dpkg/' /run/not-here)"
else
    check "chroot: dpkg --configure -a" configures
fi
check "chroot: su, and a setuid program" changes_user
check "chroot: a program with a capability" has_capabilities
check "chroot: devices; Python opens a socket and a fifo" opens_things
sum_up
