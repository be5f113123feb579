#!/bin/bash
# In a machine booted by systemd where the package is installed: what a new user would do, and what a reboot makes of it.
# A service runs this once in each boot; what it prints is the transcript. Ends by powering off.
set -Eeuo pipefail
export LC_ALL=C.UTF-8 HOME=/root
state=/var/lib/new-user

# run COMMAND...: prints the line as it is typed, and what comes of it.
run() {
    printf '# %s\n' "$*"
    eval "$*" 2>&1
}

# is COMMAND EXPECTED
is() {
    local got
    printf '# %s\n' "$1"
    got=$(eval "$1" 2>&1) || true
    printf '%s\n' "$got"
    [[ $got == "$2" ]] || fail "expected: $2"
}

fail() {
    printf 'FAILED: %s\n' "$*"
    systemctl --no-pager status 'srv*.mount' 'metafs@*' 2>&1 | tail -n 60 || true
    journalctl --no-pager -b -o short-monotonic 2>&1 | tail -n 60 || true
    echo failed >"$state/result"
    systemctl --no-block start poweroff.target
    exit 1
}

owners='stat -c "%U:%G %a %Y %n" /srv/nas/* | sort'
in_place='stat -c "%u:%g %a %n" /mnt/media/*'

wanted() {
    printf '%s\n' 'daemon:games 4750 981173106 /srv/nas/tool' 'root:root 644 1000000000 /srv/nas/new' \
        'www-data:backup 640 981173106 /srv/nas/report' | sort
}

first_boot() {
    echo '=== the package is installed; a share that shows www-data to everybody is mounted'
    run 'cat /etc/fstab'
    run 'findmnt -n /mnt/nas'
    is 'chown daemon /mnt/nas/report; stat -c %U /mnt/nas/report' www-data
    echo '=== one line in fstab'
    run "echo '/mnt/nas  /srv/nas  metafs  _netdev,x-systemd.requires-mounts-for=/mnt/nas  0  0' >>/etc/fstab"
    run 'systemctl daemon-reload'
    run 'mount -a'
    run 'findmnt -n /srv/nas'
    run 'chown www-data:backup /srv/nas/report && chmod 640 /srv/nas/report'
    run 'chown daemon:games /srv/nas/tool && chmod 4750 /srv/nas/tool'
    run 'touch -d @981173106 /srv/nas/report /srv/nas/tool'
    run 'echo text >/srv/nas/new && chmod 644 /srv/nas/new && touch -d @1000000000 /srv/nas/new'
    is "$owners" "$(wanted)"
    echo '=== another share, in place, by the service'
    run "mkdir -p /etc/metafs && echo 'OPTIONS=file_mode=0604' >/etc/metafs/mnt-media.conf"
    run 'systemctl enable --now metafs@mnt-media.service'
    run 'findmnt -n /mnt/media'
    run 'chown 1234:2345 /mnt/media/film'
    is "$in_place" '1234:2345 604 /mnt/media/film'
    echo '=== reboot'
    run 'systemctl --no-block start reboot.target'
}

second_boot() {
    echo '=== after the reboot'
    run 'findmnt -n /srv/nas'
    is "$owners" "$(wanted)"
    run 'systemctl start metafs@mnt-media.service'
    is "$in_place" '1234:2345 604 /mnt/media/film'
    is 'systemctl show -P Type -P NotifyAccess -P ActiveState metafs@mnt-media.service' $'notify\nmain\nactive'
    is 'systemctl show -P StatusText metafs@mnt-media.service | cut -d, -f1' '/mnt/media is mounted on /mnt/media'
    crash
    by_hand
    echo '=== all is well'
    echo passed >"$state/result"
    run 'systemctl --no-block start poweroff.target'
}

main_pid() { systemctl show -P MainPID metafs@mnt-media.service; }

state_of() { systemctl show -P ActiveState metafs@mnt-media.service; }

crash() {
    local before i
    echo '=== the daemon is killed'
    before=$(main_pid)
    run 'systemctl kill --kill-whom=main -s KILL metafs@mnt-media.service'
    for ((i = 0; i < 300; i++)); do
        [[ $(main_pid) == "$before" || $(main_pid) == 0 || $(state_of) != active ]] || break
        sleep 0.1
    done
    is "$in_place" '1234:2345 604 /mnt/media/film'
    is 'findmnt -ln -t fuse.metafs -o TARGET | sort' $'/mnt/media\n/srv/nas'
    is 'systemctl show -P NRestarts metafs@mnt-media.service' 1
}

by_hand() {
    echo '=== stopped, wrong, and in the journal'
    run 'systemctl stop metafs@mnt-media.service'
    is 'findmnt -ln -t fuse.metafs -o TARGET' /srv/nas
    is 'stat -c %U /mnt/media/film' www-data
    run "echo 'OPTIONS=fooo' >/etc/metafs/mnt-media.conf"
    is 'systemctl start metafs@mnt-media.service 2>/dev/null || echo "exit status $?"' 'exit status 1'
    run 'journalctl --sync'
    is 'journalctl -q -b -t metafs -p err -o cat | grep -c "unknown option .fooo."' 1
    is 'journalctl -q -b -t metafs -p info..info -o cat | grep -c "mounted on /mnt/media, records in"' 2
    run 'umount /srv/nas'
    run 'mount /srv/nas'
    is "$owners" "$(wanted)"
}

mkdir -p "$state"
trap 'fail "line $LINENO"' ERR
if [[ -e $state/rebooted ]]; then
    second_boot
else
    touch "$state/rebooted"
    first_boot
fi
