#!/bin/bash
# clean-chroot.sh PACKAGE: in a minimal root, as root: installs, uses, removes and purges the package, and looks for what
# is left of it.
set -Eeuo pipefail
export LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
package=$1
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND"' ERR

# What the package system itself writes is no trace of a package.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log \
        -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -printf '%p %y %m %U:%G %l\n' | sort
}

use() {
    metafs version
    echo '/srv/share  /srv/view  metafs  nofail,chown=record  0  0' >/etc/fstab
    mkdir -p /srv/share /srv/view
    echo text >/srv/share/file
    mount -a
    findmnt -n /srv/view
    chown 12:34 /srv/view/file
    [[ $(stat -c %u:%g /srv/view/file) == 12:34 && $(stat -c %u:%g /srv/share/file) == 0:0 ]]
    metafs show /srv/view/file >/dev/null
    metafs umount /srv/view
    rm -r /srv/share /srv/view
    : >/etc/fstab
}

if command -v dotnet; then exit 1; fi
touch /etc/fstab
apt-get install -q -y --no-install-recommends "$package" | tail -n 3
dpkg -V metafs
use
dpkg -r metafs >/dev/null
[[ -d /var/lib/metafs ]] # an upgrade, or a mistake, must not lose owners
dpkg -P metafs 2>&1 | tee /tmp/said
rm -r /var/lib/metafs
files >/tmp/before

dpkg -i "$package" >/dev/null
use
dpkg -P metafs 2>&1 | tee /tmp/said
grep -q 'records are left in /var/lib/metafs' /tmp/said
rm -r /var/lib/metafs
files >/tmp/after
diff /tmp/before /tmp/after
left=$(find / -xdev \( -path /proc -o -path /tmp \) -prune -o -iname '*metafs*' -print)
[[ -z $left ]] || { echo "left: $left"; exit 1; }
echo "nothing is left of $(basename "$package")"
