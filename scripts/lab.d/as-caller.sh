#!/bin/bash
# Root's mount with as=caller on a share that decides per user: NFSv3 with root_squash, where root is nobody. What is
# true is seen on the server's own disk, /run/export.
#
# as-caller.sh [ROUNDS]: of 64 processes of two users that make files at once. Environment and output as for whole-way.sh.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rounds=${1:-3}
processes=64
when='2001-02-03 04:05:06.123456789'
server=/run/export/callers
mount=$MNT/callers
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"

one() { setpriv --reuid=1000 --regid=1000 --groups=5001 "$@"; }
other() { setpriv --reuid=2000 --regid=2000 --groups=5002 "$@"; }

# new_directory NAME OWNER MODE: on the server, where alone root is root.
new_directory() {
    mkdir -p "$server/$1"
    chown "$2" "$server/$1"
    chmod "$3" "$server/$1"
}

prepare() {
    new_directory . 0:0 755
    new_directory home 1000:1000 755
    new_directory private 1000:1000 700
    new_directory everybody 0:0 1777
    new_directory group-5001 0:5001 770
    new_directory group-5002 0:5002 770
    new_directory inherits 0:5001 2775
}

mount_as_caller() {
    "$METAFS" umount "$MNT"
    "$METAFS" mount "$SHARE" "$MNT" -o "db=$METAFS_DB-caller,as=caller"
}

mount_as_before() {
    "$METAFS" umount "$MNT"
    rm -f "$METAFS_DB-caller"*
    rm -r "$server"
    mount_metafs
}

owner_creates() {
    # shellcheck disable=SC2016
    one bash -c 'umask 022; echo text >"$1/file"; mkdir "$1/directory"; ln -s file "$1/link"; ln "$1/file" "$1/hard"; mkfifo "$1/fifo"' \
        bash "$mount/home"
    [[ $(<"$server/home/file") == text ]]
    is "$server/home/file" 1000:1000 644
    is "$server/home/directory" 1000:1000 755
    is "$server/home/link" 1000:1000 777
    is "$server/home/fifo" 1000:1000 644
    is "$mount/home/file" 1000:1000 644
    [[ $server/home/file -ef $server/home/hard ]]
}

others_cannot() {
    local call
    for call in 'touch new' 'mkdir new' 'ln -s x new' 'rm file' 'mv file moved' 'rmdir directory' 'truncate -s 0 file'; do
        # shellcheck disable=SC2086
        (cd "$mount/home" && fails 'Permission denied' other $call)
    done
    [[ $(<"$server/home/file") == text ]]
    [[ ! -e $server/home/new ]]
    [[ $(other cat "$mount/home/file") == text ]]
}

private_is_private() {
    # shellcheck disable=SC2016
    one bash -c 'echo secret >"$1/secret"' bash "$mount/private"
    [[ $(one cat "$mount/private/secret") == secret ]]
    fails 'Permission denied' other cat "$mount/private/secret"
    fails 'Permission denied' cat "$mount/private/secret" # the mount would let root in, the share does not
}

root_is_nobody() {
    fails 'Permission denied' touch "$mount/home/of-root"
    fails 'Permission denied' rm "$mount/home/file"
    (umask 022 && : >"$mount/everybody/of-root")
    is "$server/everybody/of-root" 65534:65534 644
    is "$mount/everybody/of-root" 0:0 644
}

owner_sets() {
    one chmod 640 "$mount/home/file"
    is "$server/home/file" 1000:1000 640
    one chgrp 5001 "$mount/home/file"
    is "$server/home/file" 1000:5001 640
    one touch -d "$when" "$mount/home/file"
    is "$server/home/file" 1000:5001 640 "$when"
    is "$mount/home/file" 1000:5001 640 "$when"
    fails 'Operation not permitted' one chown 2000 "$mount/home/file"
    fails 'Operation not permitted' one chgrp 5002 "$mount/home/file"
    is "$mount/home/file" 1000:5001 640 "$when"
}

others_do_not_set() {
    fails 'Operation not permitted' other chmod 666 "$mount/home/file"
    fails 'Operation not permitted' other chown 2000 "$mount/home/file"
    fails 'Operation not permitted' other chgrp 5002 "$mount/home/file"
    fails 'Operation not permitted' setpriv --reuid=2000 --regid=2000 --groups=5001 touch -c -d "$when" "$mount/home/hard"
    fails 'Permission denied' other touch "$mount/home/file"
    is "$server/home/file" 1000:5001 640 "$when"
}

# The share refuses root like anybody else: so what root sets is recorded, and the server keeps its own.
root_sets() {
    chown 3000:3001 "$mount/home/file"
    chmod 604 "$mount/home/file"
    touch -d '2010-01-01' "$mount/home/file"
    is "$mount/home/file" 3000:3001 604 2010-01-01
    is "$server/home/file" 1000:5001 640 "$when"
}

groups_are_the_callers() {
    one touch "$mount/group-5001/mine"
    is "$server/group-5001/mine" 1000:1000 644
    one touch "$mount/inherits/mine"
    is "$server/inherits/mine" 1000:5001 644
    is "$mount/inherits/mine" 1000:5001 644
    fails 'Permission denied' other touch "$mount/group-5001/theirs"
    fails 'Permission denied' one ls "$mount/group-5002"
}

# owners_are_makers EXPECTED COMMAND DIRECTORY...: each name ends with its maker's id; COMMAND runs find as somebody.
owners_are_makers() {
    local expected=$1 who=$2 seen
    shift 2
    "$who" find "$@" -maxdepth 1 -name '*-of-*' -printf '%f %U:%G %m\n' >"$work/made"
    seen=$(wc -l <"$work/made")
    [[ $seen == "$expected" ]] || { echo "$*: $seen names, wanted $expected"; return 1; }
    ! grep -vE '^[0-9-]+-of-([12]000) \1:\1 640$|^[0-9-]+-of-([12]000)\.d \2:\2 750$' "$work/made"
}

# Each process makes a file and a directory four times in everybody/ and in its group's.
crowd() {
    local turn
    umask 022
    for ((turn = 1; turn <= rounds; turn++)); do
        "$python" "$here/callers.py" "$mount" "$turn" "$processes"
        owners_are_makers $((turn * processes * 16)) env "$server/everybody" "$server/group-5001" "$server/group-5002"
        owners_are_makers $((turn * processes * 8)) one "$mount/everybody"
        owners_are_makers $((turn * processes * 4)) one "$mount/group-5001"
        owners_are_makers $((turn * processes * 4)) other "$mount/group-5002"
    done
}

main() {
    check 'a tree on the server' prepare
    check 'mount with as=caller' mount_as_caller
    check 'uid 1000 creates in its own directory' owner_creates
    check 'uid 2000 cannot' others_cannot
    check 'what is private stays private, to root too' private_is_private
    check 'root is nobody' root_is_nobody
    check 'chmod, chgrp, utimens of the owner reach the share' owner_sets
    check 'those of others do nothing' others_do_not_set
    check 'those of root are recorded' root_sets
    check 'supplementary groups and set-group-ID directories' groups_are_the_callers
    check "$processes processes of two users, $rounds times" crowd
    check 'mounted as before' mount_as_before
    sum_up
}

main
