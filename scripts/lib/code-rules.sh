# shellcheck shell=bash
# Rules of the code that no compiler knows. Each message says what to do instead.

# check_code_rules ROOT
check_code_rules() {
    local root=$1 bad=0
    _forbid "$root" 'Thread\.Sleep' 'wait for an event: a handle, a poll, a timer' src/ || bad=1
    _forbid "$root" '\basync\b|\bawait\b' 'the way of a request is synchronous, on dedicated threads' \
        src/MetaFs.Passthrough src/MetaFs.Fuse src/MetaFs.Linux src/MetaFs.Overlay || bad=1
    _forbid "$root" 'System\.IO\.(File|Directory)|\b(File|Directory)\.[A-Z][A-Za-z]*\(|\b(File|Directory)Info\b' \
        'use Libc with a directory descriptor and one name: System.IO hides errno and follows links' \
        src/MetaFs.Passthrough src/MetaFs.Fuse/Dispatch || bad=1
    _forbid "$root" '\bunsafe\b|\[(Dll|Library)Import' 'only MetaFs.Linux calls libc; add a wrapper there' \
        src/MetaFs.Fuse src/MetaFs.Overlay src/MetaFs.Passthrough src/MetaFs.Cli || bad=1
    _forbid "$root" 'NotImplementedException|\bTODO\b|\bFIXME\b' 'finish it, or open an issue' src/ tests/ || bad=1
    _short "$root" 400 || bad=1
    _ascii "$root" || bad=1
    return "$bad"
}

# _forbid ROOT REGEX CURE DIRECTORY...: comment lines may talk about it.
_forbid() {
    local root=$1 regex=$2 cure=$3 found
    shift 3
    found=$(cd "$root" && grep -rnE --include='*.cs' --exclude-dir=bin --exclude-dir=obj -- "$regex" "$@" |
        grep -vE '^[^:]*:[0-9]*:\s*//') || return 0
    printf '%s\n  -> %s\n' "$found" "$cure"
    return 1
}

_sources() {
    find "$1/src" "$1/tests" \( -name bin -o -name obj \) -prune -o -name '*.cs' -print
}

_short() {
    local root=$1 limit=$2 file lines bad=0
    while read -r file; do
        lines=$(wc -l <"$file")
        if ((lines > limit)); then
            printf '%s: %d lines\n  -> at most %d: split it by what it is about\n' "${file#"$root"/}" "$lines" "$limit"
            bad=1
        fi
    done < <(_sources "$root" | grep "^$root/src/")
    return "$bad"
}

_ascii() {
    local found
    found=$(_sources "$1" | xargs -d '\n' grep -nP '[^\x00-\x7F]' /dev/null) || return 0
    printf '%s\n  -> write it as an escape\n' "$found"
    return 1
}
