# shellcheck shell=bash
# What the scripts of the lab have in common. Source it; "work" is then a temporary directory that everybody can read.

# shellcheck disable=SC2034 # for the scripts
python=/usr/bin/python3
passed=0 failed=0 skipped=0
work=$(mktemp -d)
chmod 0755 "$work"
trap 'rm -rf "$work"' EXIT

# check NAME COMMAND...: passes when the command succeeds; in a function, every command of it.
check() {
    local name=$1 started=$SECONDS
    shift
    (set -e; "$@") >"$work/output" 2>&1 # not in a condition: that would switch errexit off
    # shellcheck disable=SC2181
    if (($? == 0)); then
        echo "ok $name ($((SECONDS - started)) s)"
        passed=$((passed + 1))
    else
        echo "not ok $name"
        head -n 12 "$work/output" | cut -c1-200 | sed 's/^/#   /'
        failed=$((failed + 1))
    fi
}

skip() {
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

# Kinds on the machine's own kernel share its caches. Who asks whether inode numbers stay while the caches keep them (-x)
# and who drops the caches (-s) wait for each other; in a guest nobody else is there.
hold_caches() {
    exec {caches}<"${BASH_SOURCE[0]}"
    flock "$1" "$caches"
}

let_go_of_caches() { exec {caches}<&-; }

as_user() { setpriv --reuid=1000 --regid=1000 --groups=33 "$@"; }

mount_metafs() { "$METAFS" mount "$SHARE" "$MNT" -o "db=$METAFS_DB${METAFS_OPTIONS:+,$METAFS_OPTIONS}"; }

remount() { "$METAFS" umount "$MNT" && mount_metafs; }

declare -A _seconds=() # processes are slow in a guest

# seconds_of TIME: sets $seconds to what stat shows of it, ns and all.
seconds_of() {
    seconds=${_seconds[$1]:=$(date -d "$1" +%s.%9N)}
}

# is PATH OWNER MODE [MTIME]
is() {
    local shown wanted="$2 $3" seconds
    if [[ -n ${4:-} ]]; then
        seconds_of "$4"
        shown=$(stat -c '%u:%g %a %.Y' "$1")
        wanted+=" $seconds"
    else
        shown=$(stat -c '%u:%g %a' "$1")
    fi
    [[ $shown == "$wanted" ]] || { echo "$1: $shown, wanted $wanted"; return 1; }
}

# fails WORD COMMAND...: the command must fail and say that word.
fails() {
    local word=$1 said
    shift
    if said=$("$@" 2>&1); then echo "$*: succeeded"; return 1; fi
    [[ $said == *"$word"* ]] || { echo "$*: $said"; return 1; }
}

# git_works DIRECTORY [PREFIX...]
git_works() {
    local directory=$1
    shift
    # shellcheck disable=SC2016
    GIT_CONFIG_NOSYSTEM=1 "$@" env HOME="$work/home" bash -ec '
        git config --global user.name lab; git config --global user.email lab@example.org
        git config --global safe.directory "*"; git config --global core.symlinks false
        origin=$(mktemp -d); git init -q "$origin"; cd "$origin"
        for i in 1 2 3 4 5 6 7 8 9 10; do echo $i >file$i; done; chmod 755 file1
        git add -A; git commit -qm first
        git clone -q --no-hardlinks "$origin" "$2"; rm -rf "$origin"; cd "$2"
        echo more >>file2; git commit -qam second
        test -z "$(git status --porcelain)"; git fsck --no-progress' bash "$work/home" "$directory"
}

# A share that keeps modes but not owners may make a directory that its maker cannot fill.
user_can_fill_directories() {
    local status=0
    # shellcheck disable=SC2016
    as_user bash -c 'mkdir "$1" && : >"$1/file"' bash "$SHARE/filled" 2>/dev/null || status=1
    as_user rm -rf "$SHARE/filled"
    return "$status"
}

share_has_links() {
    local status=0
    : >"$SHARE/probe"
    ln "$SHARE/probe" "$SHARE/probe2" 2>/dev/null || status=1
    rm -f "$SHARE/probe" "$SHARE/probe2"
    return "$status"
}

# Why two names of the bare share are not one file there, in its own words; nothing where they are.
split_links() {
    : >"$SHARE/probe"
    if ln "$SHARE/probe" "$SHARE/probe2" 2>&1; then
        [[ $SHARE/probe -ef $SHARE/probe2 ]] || stat -c 'the bare share shows %n as inode %i with %h links' "$SHARE"/probe*
    fi | paste -sd ';'
    rm -f "$SHARE/probe" "$SHARE/probe2"
}

share_links_are_one_file() { [[ -z $(split_links) ]]; }

# Nothing on the mount, and on the share only the directory of removed open files, which goes when the mount does.
nothing_is_left() {
    local left
    left=$(ls -A "$MNT" && find "$SHARE" -mindepth 1 -not -path '*/.metafs-*.unlinked*')
    [[ -z $left ]] || { echo "$left"; return 1; }
}

# The closing line; fails if a check did.
sum_up() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}
