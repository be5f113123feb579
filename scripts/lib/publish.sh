# shellcheck shell=bash
# The program as it is installed. Source it after packages.sh.

# metafs_version ROOT
metafs_version() {
    sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$1/Directory.Build.props"
}

# source_date ROOT FORMAT: the time of the last commit, or $SOURCE_DATE_EPOCH, so that two builds are the same.
source_date() {
    local seconds=${SOURCE_DATE_EPOCH:-}
    if [[ -z $seconds ]]; then seconds=$(git -C "$1" log -1 --format=%ct 2>/dev/null || date +%s); fi
    date -u -d "@$seconds" "$2"
}

# publish_metafs ROOT self-contained|framework-dependent DIRECTORY [RUNTIME]
#
# Self-contained it is one file with the runtime and all code in it: a package system replaces it in one step while mounts
# run from the old one, which would else load parts of the new one.
publish_metafs() {
    local root=$1 form=$2 directory=$3 runtime=${4:-linux-x64} log
    local -a options=()
    if [[ $# -lt 4 && $(uname -m) == aarch64 ]]; then runtime=linux-arm64; fi
    if [[ $form == self-contained ]]; then
        options=(-r "$runtime" --self-contained "-p:RuntimeIdentifiers=$runtime" -p:PublishSingleFile=true
            -p:PublishReadyToRun=true -p:DebugType=none)
    fi
    need_dotnet
    log=$(mktemp)
    if ! dotnet publish "$root/src/MetaFs.Cli" -c Release -o "$directory" -v quiet --nologo "${options[@]}" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        if [[ $form == self-contained ]]; then
            echo "${0##*/}: no self-contained program for $runtime (without its runtime pack: --framework-dependent)" >&2
        fi
        return 1
    fi
    rm -f "$log"
}
