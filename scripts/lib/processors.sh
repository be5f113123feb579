# shellcheck shell=bash
# Which processor a user-mode Linux gets. It has one of its own, and its kernel and its programs wait for each other at every
# system call (ptrace): on two of ours each of these is a wake-up of the other one. A guest over NFS took 230 s so, and 75
# on one; two guests at once 315 and 145.

# list_processors: those that this process may run on, a line each, from a different one on in each run.
list_processors() {
    local range first
    local -a ranges all=()
    IFS=, read -ra ranges < <(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)
    for range in "${ranges[@]}"; do
        mapfile -t -O ${#all[@]} all < <(seq "${range%-*}" "${range#*-}")
    done
    first=$(($$ % ${#all[@]}))
    printf '%s\n' "${all[@]:first}" "${all[@]:0:first}" | sed '/^$/d'
}

# least_used PROCESSORS USED: the processor of a list that stands least often in another; both are words.
least_used() {
    local one times least='' fewest=''
    for one in $1; do
        times=$(tr ' ' '\n' <<<"$2" | grep -cx "$one") || true
        if [[ -z $least ]] || ((times < fewest)); then least=$one fewest=$times; fi
    done
    echo "$least"
}
