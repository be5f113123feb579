#!/bin/bash
# What is set on one share stays set, and what the data does moves it: repeated and half changes, times to the
# nanosecond, each way to change data, also from another host, times set before a file is closed, new files that somebody
# looks at while they are made, a share that comes back showing another owner, and a daemon that is killed again and again.
#
#   attributes.sh [PART...]    parts: set, owner, kills, own; all unless given
#
# Environment and output as for whole-way.sh.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=(set owner kills own)
kills=3
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
# shellcheck source=scripts/lib/shares.sh
source "$here/../lib/shares.sh"

# several COMMAND...: attributes.py prints a line for each of its checks, since each process is slow in a guest.
several() {
    local line
    "$@" >"$work/several" 2>&1
    while IFS= read -r line; do
        case $line in
            'ok '*) passed=$((passed + 1)) ;;
            'not ok '*) failed=$((failed + 1)) ;;
            'skip '*) skipped=$((skipped + 1)) ;;
            '#'*) ;;
            *) line="not ok attributes.py: $line" failed=$((failed + 1)) ;;
        esac
        echo "$line"
    done <"$work/several"
}

# The same files where the server keeps them: what is done there, another host does.
find_server() {
    server=$SHARE
    : >"$SHARE/probe"
    case $SHARE_KIND in
        cifs* | nfs*) if [[ -e /run/export/probe ]]; then server=/run/export; fi ;;
        host-bindfs*) if [[ -e /run/export/lower/probe ]]; then server=/run/export/lower; fi ;;
    esac
    rm "$SHARE/probe"
}

# --- the owner that the share happens to show -----------------------------------------------------------------------------

# mount_client of a table in which the forced owner is another
mount_client_for_34() {
    local table
    table=$(share_table | sed -E 's/\b([ug]id)=33\b/\1=34/g; s/^(host-bindfs-[a-z]+ .*bindfs .*)$/\1,force-user=34,force-group=34/')
    (
        # shellcheck disable=SC2317 # mount_client calls it
        share_table() { cat <<<"$table"; }
        mount_client "$SHARE_KIND" "$SHARE"
    )
}

an_owner_like_the_shares_stays() {
    local shown
    : >"$MNT/like"
    shown=$(stat -c %u:%g "$SHARE/like")
    chown "$shown" "$MNT/like"
    "$METAFS" umount "$MNT"
    umount "$SHARE"
    mount_client_for_34
    mount_metafs
    [[ $(stat -c %u:%g "$SHARE/like") == 34:34 ]] || { echo "the share shows $(stat -c %u:%g "$SHARE/like")"; return 1; }
    [[ $(stat -c %u:%g "$MNT/like") == "$shown" ]] || { echo "$(stat -c %u:%g "$MNT/like"), wanted $shown"; return 1; }
    rm "$MNT/like"
    "$METAFS" umount "$MNT"
    umount "$SHARE"
    mount_client "$SHARE_KIND" "$SHARE"
    mount_metafs
}

# Where the share shows the server's owner, another host changes that.
an_owner_like_the_servers_stays() {
    local shown
    : >"$MNT/like"
    shown=$(stat -c %u:%g "$SHARE/like")
    chown "$shown" "$MNT/like"
    remount
    chown 34:34 "$server/like"
    for _ in 1 2 3 4 5 6 7 8; do # an NFS client believes itself for three seconds
        [[ $(stat -c %u:%g "$SHARE/like") != 34:34 ]] || break
        sleep 1
    done
    [[ $(stat -c %u:%g "$SHARE/like") == 34:34 ]]
    [[ $(stat -c %u:%g "$MNT/like") == "$shown" ]]
    rm "$MNT/like"
}

# --- kills -----------------------------------------------------------------------------------------------------------------

# kill_daemon: SIGKILL, and the dead mount away
kill_daemon() {
    local process
    for process in /proc/[0-9]*; do
        [[ $process/exe -ef $METAFS ]] || continue
        grep -qzxF "$MNT" "$process/cmdline" || continue
        kill -9 "${process#/proc/}"
        tail --pid="${process#/proc/}" -f /dev/null
    done
    "$METAFS" umount "$MNT"
}

# Each kill finds the load somewhere else: the pauses differ, and so do the operations that they end in.
killed_in_the_middle() {
    local number load before
    mkdir -p "$MNT/killed"
    : >"$work/journal"
    for ((number = 1; number <= kills; number++)); do
        before=$(wc -l <"$work/journal")
        "$python" "$here/attributes.py" load "$MNT/killed" "$work/journal" &
        load=$!
        while (($(wc -l <"$work/journal") < before + 40)); do
            kill -0 "$load"
            sleep 0.1
        done
        sleep "0.$((RANDOM % 10))"
        kill_daemon
        wait "$load"
        mount_metafs
        "$python" "$here/attributes.py" loaded "$MNT/killed" "$work/journal"
    done
    "$METAFS" fsck "$MNT"
}

# --- a user's own mount ------------------------------------------------------------------------------------------------------

# There the share refuses what it grants root: utimens, on CIFS.
own_mount() {
    mkdir -p /run/own /run/own-records
    chown 1000:1000 /run/own /run/own-records
    chmod 0700 /run/own-records
    as_user "$METAFS" mount "$SHARE" /run/own -o db=/run/own-records/metafs.db
}

own_unmount() {
    as_user rm -rf /run/own/a_time_set_before_the_close_stands
    as_user "$METAFS" umount /run/own
}

own_checks() {
    local bits
    bits=$(stat -c %a "$SHARE")
    chmod a+rwx "$SHARE" || true # the controls are root's
    if ! user_can_fill_directories; then
        skip "a user's own mount" 'on the bare share too the user cannot fill the directories he makes'
        chmod "$bits" "$SHARE" 2>/dev/null || true
        return
    fi
    "$METAFS" umount "$MNT"
    check "a user's own mount" own_mount
    several as_user "$python" "$here/attributes.py" late /run/own "$SHARE" "$SHARE"
    check "a user's own mount ends" own_unmount
    chmod "$bits" "$SHARE" 2>/dev/null || true
    check 'root mounts again' mount_metafs
}

owner_checks() {
    local what='an owner like the shares stays when it shows another'
    case $SHARE_KIND in
        cifs-acl) skip "$what" "it shows the server's" ;;
        cifs* | host-bindfs*) check "$what" an_owner_like_the_shares_stays ;;
        nfs*) check "$what" an_owner_like_the_servers_stays ;;
        *) skip "$what" 'a control, or one whose inode numbers move' ;;
    esac
}

kill_checks() {
    check "nothing is lost in $kills kills" killed_in_the_middle
}

main() {
    local part
    if [[ -n ${1:-} ]]; then parts=("$@"); fi
    find_server
    for part in "${parts[@]}"; do
        case $part in
            set) several "$python" "$here/attributes.py" checks "$MNT" "$SHARE" "$server" ;;
            owner) owner_checks ;;
            kills) kill_checks ;;
            own) own_checks ;;
            *) check "part $part" false ;;
        esac
    done
    find "$MNT" -mindepth 1 -delete
    check 'nothing is left' nothing_is_left
    sum_up
}

main "$@"
