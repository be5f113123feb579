#!/bin/bash
# The guest's first process: it makes a machine of the kernel it is given, goes through the stages of lab-stages.sh and
# powers off.
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
    dmesg | tail -n 5 >/dev/console
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
    mkdir -m 1777 /run/tmp
    mount -t hostfs -o "$1" host /run/lab || return 1
    exec >>/run/lab/log 2>&1

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

    # shellcheck source=scripts/lib/lab-stages.sh
    source "$(dirname "${BASH_SOURCE[0]}")/lab-stages.sh"
    run_stages
    dmesg >/run/lab/dmesg
}

main "$@"
