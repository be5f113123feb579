# shellcheck shell=bash
# docs/shares.md, made of what lab.d/facts.sh left for each kind of share. Used by scripts/lab.

_shares_table() { /usr/bin/python3 "$(dirname "${BASH_SOURCE[0]}")/shares-table.py" "$@"; }

# write_shares_table DIRECTORY FILE: DIRECTORY has KIND/facts.json for all kinds.
write_shares_table() { _shares_table write "$1" "$2"; }

# check_shares_table DIRECTORY FILE: a line "ok", "not ok" or "skip", and what differs. Status 1: FILE says something else
# of the kinds in DIRECTORY; 2: it is about another kernel.
check_shares_table() {
    local said status=0
    said=$(_shares_table compare "$1" "$2" 2>&1) || status=$?
    case $status in
        0) echo "ok $(basename "$2") says what the shares said" ;;
        2) echo "skip $(basename "$2"): $said" && return 2 ;;
        *)
            echo "not ok $(basename "$2") says something else than the shares did (after a look: scripts/lab --table)"
            printf '%s\n' "$said" | sed 's/^/#   /'
            return 1
            ;;
    esac
}
