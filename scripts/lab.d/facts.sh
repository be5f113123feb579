#!/bin/bash
# What one share keeps, bare and with MetaFs over it, by `metafs probe` and by plain system calls (measure.py): where the
# two disagree, a check fails. Then the share is unmounted and mounted again, to see whose inode numbers, creation times
# and records are still the same. $LAB_OUT/facts.json gets all of it; scripts/lib/shares-table.py makes docs/shares.md
# of that.
#
# Environment and output as for whole-way.sh.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
# shellcheck source=scripts/lib/shares.sh
source "$here/../lib/shares.sh"
records=8
server=/run/export
if [[ ! -d $server || -d $server/lower ]]; then server=; fi # no server: an image, or a directory of this machine

probe() { "$METAFS" probe "$1" --json --slow --drop-caches >"$work/probe-$2.json"; }

# make_user_directory WHERE: one that the user may write in, whoever the share says its owner is. Fails if there is none.
make_user_directory() {
    (umask 0 && mkdir "$1/.lab-user")
    chown 1000:1000 "$1/.lab-user" 2>/dev/null || true # the share may refuse
    chmod 0777 "$1/.lab-user" 2>/dev/null || true
    # shellcheck disable=SC2016
    if as_user bash -c ': >"$1/file" && rm "$1/file"' bash "$1/.lab-user" 2>/dev/null; then return 0; fi
    rm -r "$1/.lab-user"
    return 1
}

probe_as_user() {
    local status=0
    as_user "$METAFS" probe "$1/.lab-user" --json >"$work/probe-$2_user.json" || status=$?
    rmdir "$1/.lab-user"
    return "$status"
}

measure() { "$python" "$here/measure.py" "$1" >"$work/measure-$2.json"; }

# agree WHERE: probe and system calls, on each fact that both looked at.
agree() {
    local name probed measured
    [[ -s $work/probe-$1.json && -s $work/measure-$1.json ]] || return 0 # a check has failed and said why
    while read -r name probed measured; do
        same "$1: $name: $probed" "$probed" "$measured" 'by system calls it is'
    done < <("$python" "$here/facts.py" compare "$work/probe-$1.json" "$work/measure-$1.json")
}

# promised WHERE: what a mount promises whatever the share does.
promised() {
    local who=$1 name promise said
    [[ -s $work/probe-$who.json ]] || return 0
    while read -r name promise said; do
        same "$who: $name: $promise" "$promise" "$said" 'probe says'
    done < <("$python" "$here/facts.py" promised "$work/probe-$who.json")
}

# same NAME WANTED SAID WHO: a check without processes of its own, since there are many of them.
same() {
    if [[ $2 == "$3" ]]; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        printf 'not ok %s\n#   %s %s\n' "$1" "$4" "$3"
        failed=$((failed + 1))
    fi
}

# On a server's own disk, past the share: what most shares are full of when MetaFs comes. A directory's and a file's
# times move on after they were given an owner.
leave_records_on_the_servers_own() {
    mkdir "$server/.lab-served"
    echo text >"$server/.lab-served/file"
    chmod -R a+rwX "$server/.lab-served"
    sleep 2
    chown 71:72 "$MNT/.lab-served" "$MNT/.lab-served/file"
    is_owned 71:72 "$MNT/.lab-served" "$MNT/.lab-served/file"
    echo new >"$MNT/.lab-served/new"
    echo more >>"$MNT/.lab-served/file"
}

find_records_on_the_servers_own() {
    is_owned 71:72 "$MNT/.lab-served" "$MNT/.lab-served/file"
}

# is_owned OWNER PATH...
is_owned() {
    local owner=$1 path shown
    shift
    for path in "$@"; do
        shown=$(stat -c %u:%g "$path")
        [[ $shown == "$owner" ]] || { echo "$path: $shown, wanted $owner"; return 1; }
    done
}

leave_records() {
    local i
    mkdir "$MNT/.lab-records"
    for ((i = 1; i <= records; i++)); do
        echo "$i" >"$MNT/.lab-records/$i"
        chown "$((7000 + i)):$((8000 + i))" "$MNT/.lab-records/$i"
    done
}

find_records() {
    local i shown kept=0
    for ((i = 1; i <= records; i++)); do
        shown=$(stat -c %u:%g "$MNT/.lab-records/$i")
        if [[ $shown == "$((7000 + i)):$((8000 + i))" ]]; then kept=$((kept + 1)); fi
    done
    echo "$kept" >"$work/kept"
    rm -r "$MNT/.lab-records"
}

remount_share() {
    "$METAFS" umount "$MNT"
    umount "$SHARE"
    mount_client "$SHARE_KIND" "$SHARE"
    "$python" "$here/measure.py" revisit "$SHARE" "$work/planted.json" >"$work/remount.json"
    mount_metafs
}

identity_after_remount() {
    echo '{}' >"$work/remount.json"
    if [[ $SHARE_KIND == *tmpfs ]]; then
        skip 'unmount and mount the share' 'tmpfs keeps nothing'
        return
    fi
    "$python" "$here/measure.py" plant "$SHARE" >"$work/planted.json"
    check 'records for later' leave_records
    if [[ -n $server ]]; then check 'records of what the server made' leave_records_on_the_servers_own; fi
    check 'unmount and mount the share' remount_share
    check 'records looked at' find_records
    if [[ -n $server ]]; then
        check 'records of what the server made are kept' find_records_on_the_servers_own
    fi
    if [[ -n $server ]]; then rm -r "$server/.lab-served"; fi
}

main() {
    hold_caches -x
    check 'probe: the bare share' probe "$SHARE" bare
    check 'system calls: the bare share' measure "$SHARE" bare
    let_go_of_caches
    agree bare
    if make_user_directory "$SHARE"; then
        check 'probe: the bare share, as uid 1000' probe_as_user "$SHARE" bare
    else
        skip 'probe: the bare share, as uid 1000' 'it lets nobody but root make files'
        echo '{"facts": {}}' >"$work/probe-bare_user.json"
    fi
    hold_caches -x
    check 'probe: the mount' probe "$MNT" mount
    check 'system calls: the mount' measure "$MNT" mount
    let_go_of_caches
    agree mount
    promised mount
    check 'a directory for uid 1000 on the mount' make_user_directory "$MNT"
    check 'probe: the mount, as uid 1000' probe_as_user "$MNT" mount
    promised mount_user
    identity_after_remount
    # A table is made of whole answers only.
    ((failed)) || check 'facts.json' "$python" "$here/facts.py" join "$SHARE_KIND" "$work" "$records" "$LAB_OUT/facts.json"
    sum_up
}

main
