# shellcheck shell=bash
# What a guest (lab-guest.sh) and a namespace of the machine (lab-host.sh) do alike, once each has made itself at home:
# bring up one share, mount MetaFs over it, run the script. What it says to scripts/lab it writes below /run/lab: kernel,
# stage, out, status.

# run_stages: with SHARE_KIND, METAFS, SCRIPT ... from /run/lab/settings; "fail" is the caller's.
run_stages() {
    # shellcheck source=/dev/null
    source /run/lab/settings
    # shellcheck source=scripts/lib/shares.sh
    source "$LAB_LIB/shares.sh"
    uname -r >/run/lab/kernel
    export SHARE=/run/share MNT=/run/mnt METAFS METAFS_DB=/run/records/metafs.db METAFS_OPTIONS SHARE_KIND POSIX_KIT
    export LAB_LIB LAB_OUT=/run/lab DOTNET_ROOT DOTNET_TieredCompilation=1 DOTNET_gcServer=0
    echo share >/run/lab/stage
    mount_share "$SHARE_KIND" "$SHARE" || fail "share $SHARE_KIND could not be mounted"
    mkdir -p "$MNT"
    mkdir -m 0700 /run/records
    if [[ $MOUNT_METAFS == yes ]]; then
        echo mount >/run/lab/stage
        # shellcheck source=scripts/lab.d/checks.sh
        (source "$LAB_LIB/../lab.d/checks.sh" && mount_metafs) >>/run/lab/out 2>&1 ||
            fail "MetaFs could not be mounted over $SHARE_KIND"
    fi

    echo script >/run/lab/stage
    (
        cd /run || exit 1
        if [[ -x $SCRIPT ]]; then exec "$SCRIPT" "${ARGUMENTS[@]}"; else exec bash "$SCRIPT" "${ARGUMENTS[@]}"; fi
    ) >>/run/lab/out 2>&1 </dev/null
    echo $? >/run/lab/status
    if findmnt -n "$MNT" >/dev/null; then
        "$METAFS" umount "$MNT" >>/run/lab/out 2>&1 || "$METAFS" umount -l "$MNT"
    fi
}
