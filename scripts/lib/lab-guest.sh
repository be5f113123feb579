#!/bin/bash
# The guest's first process: it makes a machine of the kernel it is given, brings up one share, mounts MetaFs over it,
# runs the script and powers off. Everything it says to the host it writes below /run/lab: out, status, stage.
#
# The root is an overlay: the machine's own files below, memory above. Nothing that happens here reaches the machine,
# but what is written below /run/lab.
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TZ=UTC

power_off() {
    sync
    echo o >/proc/sysrq-trigger
    sleep 60
}

fail() {
    echo "lab: $*" | tee -a /run/lab/out >/dev/console
    echo 125 >/run/lab/status
    power_off
}

enter_overlay() {
    mount -t proc proc /proc
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/upper /run/work /run/root
    insmod "/usr/lib/uml/modules/$(uname -r)/kernel/fs/overlayfs/overlay.ko" || true
    mount -t overlay -o "lowerdir=/,upperdir=/run/upper,workdir=/run/work" overlay /run/root || return 1
    mount -t proc proc /run/root/proc
    exec chroot /run/root "$0" "$1" inside
}

set_up_machine() {
    local module
    mount -t sysfs sys /sys
    mount -t devtmpfs dev /dev
    mkdir -p /dev/shm /dev/pts
    mount -t tmpfs -o mode=1777 shm /dev/shm
    mount -t devpts devpts /dev/pts
    ln -sf /proc/self/fd /dev/fd
    mount -t tmpfs -o mode=755 run /run
    mkdir -p /run/lab /run/lock
    mount -t hostfs -o "$1" host /run/lab || return 1
    exec >>/run/lab/guest.log 2>&1

    ip link set lo up
    hostname lab
    printf '127.0.0.1 localhost lab\n' >/etc/hosts
    mkdir -p /lib/modules
    ln -sfn "/usr/lib/uml/modules/$(uname -r)" "/lib/modules/$(uname -r)"
    # the client asks for ciphers by name long after its own module is in
    for module in sha512_generic sha256_generic hmac cmac aes_generic ccm gcm ecb md5 \
        fuse loop ext4 vfat cifs nfs nfsv3 nfsv4 nfsd; do
        modprobe "$module" || echo "no module $module"
    done
    [[ -c /dev/fuse ]] || mknod /dev/fuse c 10 229
    chmod 0666 /dev/fuse
}

main() {
    local work=$1
    if [[ ${2:-} != inside ]]; then
        enter_overlay "$work"
        echo "lab: no overlay root" >/dev/console
        mount -t sysfs sys /sys
        power_off
    fi
    trap power_off EXIT
    set_up_machine "$work" || fail "the guest did not come up"

    # shellcheck source=/dev/null
    source /run/lab/settings
    # shellcheck source=scripts/lib/shares.sh
    source "$LAB_LIB/shares.sh"
    export SHARE=/run/share MNT=/run/mnt METAFS METAFS_DB=/run/records/metafs.db SHARE_KIND DOTNET_ROOT
    export DOTNET_TieredCompilation=1 DOTNET_gcServer=0
    echo share >/run/lab/stage
    mount_share "$SHARE_KIND" "$SHARE" || fail "share $SHARE_KIND could not be mounted: $(dmesg | tail -n 5)"
    mkdir -p "$MNT"
    mkdir -m 0700 /run/records
    if [[ $MOUNT_METAFS == yes ]]; then
        echo mount >/run/lab/stage
        "$METAFS" mount "$SHARE" "$MNT" -o "db=$METAFS_DB${METAFS_OPTIONS:+,$METAFS_OPTIONS}" >>/run/lab/out 2>&1 ||
            fail "MetaFs could not be mounted over $SHARE_KIND"
    fi

    echo script >/run/lab/stage
    (
        cd /run || exit 1
        if [[ -x $SCRIPT ]]; then exec "$SCRIPT" "${ARGUMENTS[@]}"; else exec bash "$SCRIPT" "${ARGUMENTS[@]}"; fi
    ) >>/run/lab/out 2>&1 </dev/null
    echo $? >/run/lab/status
    dmesg >/run/lab/dmesg
    if findmnt -n "$MNT" >/dev/null; then
        "$METAFS" umount "$MNT" >>/run/lab/out 2>&1 || "$METAFS" umount -l "$MNT"
    fi
}

main "$@"
