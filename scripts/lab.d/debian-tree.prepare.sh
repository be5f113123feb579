#!/bin/bash
# Makes the Debian root that debian-tree.sh copies, a tar of it, unless there is one that is younger than two weeks. Runs on
# the machine, before the lab: a guest has no network, and the file system through which it sees the machine shows neither
# capabilities nor devices as they are.
#
# Packages are fetched by apt-get download and installed by dpkg; documentation is left out. Two are unpacked only, so that
# "dpkg --configure -a" has something to do.
set -eEuo pipefail
cache=/var/cache/metafs-test
tree=$cache/debian-tree.tar
if [[ -n $(find "$tree" -mtime -14 2>/dev/null) ]]; then exit 0; fi

packages=(base-files base-passwd bash coreutils dash debianutils diffutils dpkg findutils grep sed tar gzip hostname libc6 libc-bin
    libgcc-s1 gcc-12-base libcrypt1 libacl1 libattr1 libselinux1 libsepol2 libpcre2-8-0 libgmp10 liblzma5 libzstd1 zlib1g
    libbz2-1.0 libmd0 libtinfo6 ncurses-base util-linux libpam0g libpam-modules libpam-modules-bin libpam-runtime libaudit1
    libaudit-common libcap-ng0 libcap2 libdb5.3 debconf perl-base login passwd libsemanage2 libsemanage-common
    python3-minimal python3.11-minimal libpython3.11-minimal libexpat1 libssl3 media-types libsystemd0 libudev1 libblkid1
    libmount1 libsmartcols1 libuuid1 libidn2-0 libunistring2 init-system-helpers)
unconfigured=(libcap2-bin iputils-ping)
left_out=(./usr/share/doc ./usr/share/man ./usr/share/locale ./usr/share/info ./usr/share/lintian ./usr/share/bug
    ./usr/share/bash-completion ./usr/lib/x86_64-linux-gnu/gconv ./usr/share/perl5/Debconf/FrontEnd/Kde)

work=$(mktemp -d "${TMPDIR:-/var/tmp}/metafs-debian-tree.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root

fetch_packages() {
    mkdir "$work/packages" "$work/unconfigured"
    (cd "$work/packages" && apt-get -q -o APT::Sandbox::User=root download "${packages[@]}")
    (cd "$work/unconfigured" && apt-get -q -o APT::Sandbox::User=root download "${unconfigured[@]}")
}

# What dpkg's own scripts need is there before dpkg runs: the shell, the C library, and /bin as a link.
lay_out() {
    local name file
    mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/var/lib/dpkg/{info,updates} "$root/dev"
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
    : >"$root/var/lib/dpkg/status"
    for file in "$work"/packages/*.deb; do
        dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --keep-directory-symlink "${left_out[@]/#/--exclude=}"
    done
    cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
    cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
}

install_packages() {
    local -a options=(--root="$root" --force-depends --force-confnew)
    local path
    for path in "${left_out[@]}"; do options+=("--path-exclude=${path#.}/*"); done
    mknod -m 666 "$root/dev/null" c 1 3
    export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
    dpkg "${options[@]}" --unpack "$work"/packages/*.deb
    dpkg "${options[@]}" --configure -a
    dpkg "${options[@]}" --unpack "$work"/unconfigured/*.deb
}

# Whatever a system's own packages have none of.
add_rarities() {
    mknod -m 666 "$root/dev/zero" c 1 5
    mknod -m 666 "$root/dev/tty" c 5 0
    mknod -m 600 "$root/dev/console" c 5 1
    mknod -m 660 "$root/dev/loop300" b 7 300
    mkdir -m 755 "$root/srv/rare"
    cd "$root/srv/rare"
    mkfifo -m 640 fifo
    /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    cp "$root/usr/bin/ping" capable && setcap cap_net_raw+ep capable
    install -m 4711 "$root/usr/bin/id" setuid
    echo first >linked && ln linked linked-again && ln linked ../linked-too
    ln -s /no/such/target dangling
    echo odd >$'latin-\xe4\xf6' && echo odd >'back\slash' && echo odd >'with space '
    echo attributed >attributed
    setfattr -n user.note -v 'a note' attributed
    setfattr -n trusted.note -v 'kept by root' attributed
    setfacl -m u:1000:rw,g:33:r attributed
    mkdir inherited && setfacl -d -m u:2000:rwx inherited && touch inherited/child
    echo hers >owned && chown 2000000000:65533 owned
    mkdir -m 3771 old && touch -d '1999-12-31 23:59:58.987654321' old/file && chown 42:43 old
    touch -h -d '2001-02-03 04:05:06.123456789' old dangling fifo socket "$root/dev/zero"
}

mkdir -p "$cache"
# Not in a condition: that would switch errexit off.
trap 'tail -n 15 "$work/log" >&2; echo "debian-tree: no Debian root; try apt-get update, then again" >&2; exit 1' ERR
{
    fetch_packages
    lay_out
    install_packages
} >"$work/log" 2>&1
trap - ERR
(add_rarities)
tar -C "$root" --xattrs --xattrs-include='*' --acls --numeric-owner -cf "$tree.new" . 2>&1 | grep -v 'socket ignored' >&2 || true
mv "$tree.new" "$tree"
