#!/bin/bash
# All that is to be true on one share, part after part. Each part prints its own closing line; scripts/lab adds them up.
#
#   suite.sh ['PART [ARG...]'...]    all parts unless some are given
#
# Environment as for whole-way.sh. A part must leave MetaFs mounted, and nothing that it made on it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"
status=0

# part NAME [ARG...]
part() {
    local name=$1 ended=0 left
    shift
    [[ -f $here/$name.sh ]] || return 0
    echo "--- $name"
    bash "$here/$name.sh" "$@" 2>&1 | tee "$work/said" || ended=${PIPESTATUS[0]}
    tail -n 1 "$work/said" | grep -qE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' || fail "$name: ended with status $ended"
    ((ended == 0)) || status=1
    left=$(timeout 60 ls -A "$MNT" 2>&1)
    [[ -z $left ]] || fail "$name: leaves behind: $left"
    findmnt -n "$MNT" >/dev/null || {
        fail "$name: leaves the share without MetaFs"
        mount_metafs
    }
}

fail() {
    echo "not ok $1"
    echo '0 passed, 1 failed, 0 skipped'
    status=1
}

if [[ -n ${1:-} ]]; then
    for one in "$@"; do
        read -ra words <<<"$one"
        part "${words[@]}"
    done
    exit "$status"
fi

case $SHARE_KIND in
    cifs | nfs3) part whole-way 2000 ;; # the two that most have
    *) part whole-way 300 ;;
esac
part open-files
part attributes
part posix
part facts
part objects
if [[ $SHARE_KIND == nfs3-root-squash ]]; then part as-caller; fi
if "$METAFS" probe "$SHARE" --json | grep -q '"stable_inodes": false'; then part moving-inodes; fi
exit "$status"
