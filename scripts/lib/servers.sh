# shellcheck shell=bash
# The servers of shares.sh, each on the loopback of a guest or of a namespace: nothing of them is seen outside. They serve
# /run/export.

# start_smbd LINE;LINE...
start_smbd() {
    local state=/run/smbd
    mkdir -p "$state/private" "$state/ncalrpc"
    cat >/run/smb.conf <<CONF
[global]
    server role = standalone server
    map to guest = bad user
    guest account = root
    interfaces = 127.0.0.1/8
    bind interfaces only = yes
    smb ports = 445
    disable netbios = yes
    load printers = no
    printing = bsd
    disable spoolss = yes
    usershare path =
    log level = 0
    log file = $state/log
    private dir = $state/private
    lock directory = $state
    state directory = $state
    cache directory = $state
    pid directory = $state
    ncalrpc dir = $state/ncalrpc
[share]
    path = /run/export
    guest ok = yes
    force user = root
    writable = yes
    $(tr ';' '\n' <<<"$1")
CONF
    smbd -D -s /run/smb.conf
}

# start_nfsd EXPORT-OPTIONS
start_nfsd() {
    mount -t tmpfs nfs-state /var/lib/nfs
    mkdir -p /var/lib/nfs/{rpc_pipefs,sm,sm.bak,nfsdcltrack,v4recovery}
    touch /var/lib/nfs/{etab,rmtab,state}
    mount -t rpc_pipefs sunrpc /var/lib/nfs/rpc_pipefs
    mount -t nfsd nfsd /proc/fs/nfsd
    rpcbind -w 2>/dev/null || rpcbind
    exportfs -o "$1,no_subtree_check,fsid=0" 127.0.0.1:/run/export
    rpc.nfsd 2
    # Debian's configuration has manage-gids: the groups of a uid are those of the server's own accounts. Without it they
    # are those that the client sends, as is NFS's own default.
    mount --bind /dev/null /etc/nfs.conf
    rpc.mountd
    # nobody has opens to reclaim, so version 4 need not wait 90 s for them
    echo Y >/proc/fs/nfsd/v4_end_grace || true
}

# start_sshd: serves sftp to the account "share", which is uid 33, with uid 1000's key.
start_sshd() {
    local state=/run/ssh
    mkdir -p "$state" /run/sshd # the latter is where its unprivileged half lives
    edit_privately /etc/passwd
    # Two names of one uid are fine; a second uid 1000 would not be, and ssh asks for the name of its user.
    echo 'share:*:33:33::/run/export:/bin/sh' >>/etc/passwd
    getent passwd 1000 >/dev/null || echo 'lab:*:1000:1000::/run/tmp:/bin/sh' >>/etc/passwd
    ssh-keygen -q -t ed25519 -N '' -f "$state/host" && ssh-keygen -q -t ed25519 -N '' -f "$state/key" || return 1
    chown 1000 "$state/key"
    cat >"$state/config" <<CONF
ListenAddress 127.0.0.1
Port 2222
PidFile none
HostKey $state/host
AuthorizedKeysFile $state/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
CONF
    "$(command -v sshd)" -f "$state/config" -E "$state/log"
}

# mount_sshfs OPTIONS DIRECTORY: as uid 1000 does it.
mount_sshfs() {
    if ! grep -qx user_allow_other /etc/fuse.conf; then
        edit_privately /etc/fuse.conf
        echo user_allow_other >>/etc/fuse.conf
    fi
    chown 1000:1000 "$2"
    printf '127.0.0.1 %s\n' "$(cut -d' ' -f1,2 /run/ssh/host.pub)" | sed 's/^127.0.0.1/[&]:2222/' >/run/ssh/known_hosts
    setpriv --reuid=1000 --regid=1000 --groups=33 sshfs share@127.0.0.1:/run/export "$2" -p 2222 -F /dev/null \
        -o "$1,IdentityFile=/run/ssh/key,UserKnownHostsFile=/run/ssh/known_hosts,BatchMode=yes" || {
        cat /run/ssh/log >&2
        return 1
    }
}

# edit_privately FILE: a copy of the machine's file in its place, which may be changed.
edit_privately() {
    local copy=/run/private$1
    mkdir -p "$(dirname "$copy")"
    cp -p "$1" "$copy" && mount --bind "$copy" "$1"
}
