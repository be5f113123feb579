# shellcheck shell=bash
# What a script needs from the machine. Source it, then for example
#
#     need_programs rsync:rsync fusermount3:fuse3
#     need_fuse_device
#
# Programs are looked for by name (or by absolute path), so this also works where packages have other names;
# only installing asks for Debian's.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# need_programs PROGRAM:PACKAGE...
# Root installs what is missing; anybody else is told what to ask for.
need_programs() {
    local pair program package
    local -a missing=()
    for pair in "$@"; do
        program=${pair%%:*} package=${pair#*:}
        command -v "$program" >/dev/null || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "${0##*/}: missing packages: ${missing[*]} (as root: apt-get install ${missing[*]})" >&2
        return 1
    fi
    echo "${0##*/}: installing ${missing[*]}" >&2
    _apt_install "${missing[@]}" || {
        echo "${0##*/}: could not install ${missing[*]}" >&2
        return 1
    }
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || {
            echo "${0##*/}: package ${pair#*:} is installed, but there is no ${pair%%:*}" >&2
            return 1
        }
    done
}

# A machine whose package lists are older than its mirror, or that has none, fails the first install.
_apt_install() {
    local log
    log=$(mktemp)
    if ! _apt_get install -y --no-install-recommends "$@" >"$log" 2>&1; then
        _apt_get update >>"$log" 2>&1 || true
        if ! _apt_get install -y --no-install-recommends "$@" >>"$log" 2>&1; then
            tail -n 30 "$log" >&2
            rm -f "$log"
            return 1
        fi
    fi
    rm -f "$log"
}

_apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# need_dotnet: the SDK that global.json asks for is the one thing that is not installed here.
need_dotnet() {
    command -v dotnet >/dev/null || {
        echo "${0##*/}: no dotnet: install the .NET 10 SDK (https://dot.net)" >&2
        return 1
    }
}

# need_fuse_device: /dev/fuse exists and everybody may open it, as udev arranges where it runs.
need_fuse_device() {
    if [[ ! -c /dev/fuse ]]; then
        if [[ $(id -u) != 0 ]]; then
            echo "${0##*/}: no /dev/fuse (as root: modprobe fuse)" >&2
            return 1
        fi
        modprobe fuse 2>/dev/null || true
        [[ -c /dev/fuse ]] || mknod /dev/fuse c 10 229
    fi
    [[ $(stat -c %a /dev/fuse) == 666 ]] && return 0
    if [[ $(id -u) == 0 ]]; then
        chmod 0666 /dev/fuse
    elif [[ ! -r /dev/fuse || ! -w /dev/fuse ]]; then
        echo "${0##*/}: /dev/fuse is closed to this user (as root: chmod 0666 /dev/fuse)" >&2
        return 1
    fi
}
