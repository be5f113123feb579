#!/bin/bash
# The conformance kit on MetaFs over one share: as root, then as uid 1000 in a directory of its own.
#
#   posix.sh [--root] [FILTER]      --root: not as uid 1000
#
# Runs anywhere as root with SHARE, MNT and POSIX_KIT (the published tests/MetaFs.Posix) set and MetaFs mounted over SHARE
# at MNT; scripts/lab does that. Only what the bare share lacks by itself is skipped. Prints what failed and, by reason,
# what was skipped; all lines go to the files posix-root and posix-user in $LAB_OUT, if that is set.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab.d/checks.sh
source "$here/checks.sh"

if [[ ! -x ${POSIX_KIT:-} ]]; then
    echo "posix.sh: no conformance kit '${POSIX_KIT:-}': dotnet publish tests/MetaFs.Posix -o DIR, POSIX_KIT=DIR/metafs-posix" >&2
    exit 2
fi
only_root=no
if [[ ${1:-} == --root ]]; then only_root=yes && shift; fi
filter=(--filter "${1:-}")
out=${LAB_OUT:-$work}

# skips_by_reason FILE: "skip N cases: REASON (FIRST, ...)"
skips_by_reason() {
    sed -n 's/^skip \([^:]*\): /\1\t/p' "$1" | awk -F'\t' '
        !($2 in count) { order[++reasons] = $2 }
        { if (++count[$2] <= 3) first[$2] = first[$2] (count[$2] > 1 ? ", " : "") $1 }
        END {
            for (i = 1; i <= reasons; i++) {
                reason = order[i]
                printf("skip %d cases: %s (%s%s)\n", count[reason], reason, first[reason], (count[reason] > 3 ? ", ..." : ""))
            }
        }'
}

# run WHO COMMAND...: one run of the kit; adds its closing line to the counts.
run() {
    local who=$1 status=0 started=$SECONDS closing
    shift
    "$@" "${filter[@]}" >"$out/posix-$who" 2>"$work/errors" || status=$?
    grep -a -A1 '^not ok ' "$out/posix-$who" | grep -v '^--$' | sed "s/^not ok /not ok $who: /" || true
    skips_by_reason "$out/posix-$who" | sed "s/^skip /skip $who: /"
    cat "$work/errors"
    closing=$(tail -n 1 "$out/posix-$who")
    if [[ $closing =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] && ((status <= 1)); then
        echo "# as $who: $closing, $((SECONDS - started)) s"
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + BASH_REMATCH[3]))
    else
        echo "not ok the kit as $who: exit status $status, last line '$closing'"
        failed=$((failed + 1))
    fi
}

run root "$POSIX_KIT" "$MNT" --share "$SHARE"

if [[ $only_root == yes ]]; then
    sum_up
    exit
fi
# the user may not write to the bare share, so what root found lacking counts
lacking=$(sed -n 's/^# lacks \([^:]*\):.*/\1/p' "$out/posix-root" | paste -sd,)
mkdir "$MNT/posix-user"
chown 1000:1000 "$MNT/posix-user"
run user as_user "$POSIX_KIT" "$MNT/posix-user" --lacks "device,$lacking"
rmdir "$MNT/posix-user"
sum_up
