#!/bin/bash
# What only goes wrong when nothing pauses: the kernel's CIFS client closes files late, and so does FUSE (a RELEASE comes
# when close(2) is long over), and a share may refuse by one name what it has open by another.
#
# Environment and output as for whole-way.sh.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
mkdir "$work/home"

both_names_open_at_once() {
    local i
    mkdir "$MNT/names"
    cd "$MNT/names"
    for i in 1 2 3 4 5 6 7 8 9 10; do
        echo $i >"a$i"
        ln "a$i" "b$i"
        [[ $(cat "b$i") == "$i" ]]
        [[ $(cat "a$i") == "$i" ]]
    done
}

replacing_a_file_just_read() {
    local i
    mkdir "$MNT/replaced"
    cd "$MNT/replaced"
    echo 0 >file
    for i in $(seq 100); do
        cat file >/dev/null
        echo "$i" >file.lock
        mv file.lock file
        [[ $(cat file) == "$i" ]]
    done
}

git_six_times() {
    local i
    for i in 1 2 3 4 5 6; do git_works "$MNT/clone$i"; done
}

rsync_at_once() {
    local i said
    mkdir "$work/source"
    for i in 1 2 3; do
        mkdir "$work/source/d$i"
        (cd "$work/source/d$i" && for f in $(seq 40); do echo "$f" >"f$f"; done && ln f1 h1 && ln f2 h2)
    done
    for i in 1 2 3 4 5 6; do
        rsync -aH "$work/source/" "$MNT/rsync$i/"
        sleep 0.3
        said=$(rsync -aHi "$work/source/" "$MNT/rsync$i/")
        [[ -z $said ]] || { echo "$i: $said"; return 1; }
    done
}

check 'both names of a file open at once' both_names_open_at_once
check 'a file just read is replaced' replacing_a_file_just_read
check 'git, six times' git_six_times
check 'rsync twice, six times' rsync_at_once
sum_up
