# shellcheck shell=bash
# The kinds of share that scripts/lab offers, a row each. Used in the guest.
#
#   kind | server and its options | client: mount type and options
#
# Servers: smbd (the words are lines of its share, separated by ';'), nfsd (export options), image (a file system on
# a loop device, made by mkfs.TYPE), none.

share_table() {
    cat <<'TABLE'
cifs             | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775
cifs-noperm      | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775,noperm
cifs-acl         | smbd                                                     | cifs guest,vers=3.1.1,uid=33,gid=33,cifsacl
cifs-noserverino | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775,noserverino
cifs-mfsymlinks  | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775,mfsymlinks
cifs-2.1         | smbd                                                     | cifs guest,vers=2.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775
nfs3             | nfsd rw,all_squash,anonuid=65534,anongid=65534,insecure  | nfs vers=3,nolock,proto=tcp
nfs3-root-squash | nfsd rw,root_squash,anonuid=65534,anongid=65534,insecure | nfs vers=3,nolock,proto=tcp
nfs4             | nfsd rw,all_squash,anonuid=65534,anongid=65534,insecure  | nfs4 vers=4.2,proto=tcp
vfat             | image vfat                                               | vfat uid=33,gid=33,umask=0
ext4             | image ext4                                               | ext4 defaults
tmpfs            | none                                                     | tmpfs mode=755
TABLE
}

share_kinds() { share_table | awk -F'|' '{ print $1 }' | tr -d ' '; }

# share_field KIND NUMBER
share_field() {
    share_table | awk -F'|' -v kind="$1" -v field="$2" '
        { key = $1; gsub(/ /, "", key) }
        key == kind { value = $field; gsub(/^ +| +$/, "", value); print value }'
}

# mount_share KIND DIRECTORY: starts the server it needs and mounts it there with the kernel's own client.
mount_share() {
    start_server "$1"
    mount_client "$1" "$2"
}

# start_server KIND: once for each guest.
start_server() {
    local kind=$1 server server_options
    read -r server server_options <<<"$(share_field "$kind" 2)"
    case $server in
        smbd)
            make_image ext4 /run/export
            start_smbd "$server_options"
            ;;
        nfsd)
            make_image ext4 /run/export
            start_nfsd "$server_options"
            ;;
        image) new_image "$server_options" ;;
        none) ;;
        *) echo "no server '$server' for share '$kind'" >&2 && return 1 ;;
    esac
}

# mount_client KIND DIRECTORY: after an umount it mounts the same share again.
mount_client() {
    local kind=$1 directory=$2 server server_options client client_options
    read -r server server_options <<<"$(share_field "$kind" 2)"
    read -r client client_options <<<"$(share_field "$kind" 3)"
    mkdir -p "$directory"
    case $server in
        smbd) patiently mount -t "$client" -o "$client_options" //127.0.0.1/share "$directory" ;;
        nfsd)
            local exported=/run/export
            if [[ $client == nfs4 ]]; then exported=/; fi # version 4 sees one tree, from fsid=0 down
            patiently mount -t "$client" -o "$client_options" "127.0.0.1:$exported" "$directory"
            ;;
        image) mount -t "$client" -o "loop,$client_options" "/run/$server_options.img" "$directory" ;;
        none) mount -t "$client" -o "$client_options" "lab-$kind" "$directory" ;;
    esac
}

new_image() {
    truncate -s 1G "/run/$1.img"
    "mkfs.$1" "/run/$1.img" >/dev/null
}

# make_image TYPE DIRECTORY: what the servers export. A real disk format, because tmpfs has no user xattrs.
make_image() {
    mkdir -p "$2"
    new_image "$1"
    mount -o loop "/run/$1.img" "$2"
    rmdir "$2/lost+found" 2>/dev/null || true
    chmod 0777 "$2"
}

# A server that has just been started may not answer yet.
patiently() {
    local i
    for ((i = 0; i < 50; i++)); do
        "$@" 2>/run/patiently && return 0
        sleep 0.2
    done
    echo "$*:" >&2
    cat /run/patiently >&2
    return 1
}

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

start_nfsd() {
    mount -t tmpfs nfs-state /var/lib/nfs
    mkdir -p /var/lib/nfs/{rpc_pipefs,sm,sm.bak,nfsdcltrack,v4recovery}
    touch /var/lib/nfs/{etab,rmtab,state}
    mount -t rpc_pipefs sunrpc /var/lib/nfs/rpc_pipefs
    mount -t nfsd nfsd /proc/fs/nfsd
    rpcbind -w 2>/dev/null || rpcbind
    exportfs -o "$1,no_subtree_check,fsid=0" 127.0.0.1:/run/export
    rpc.nfsd 2
    rpc.mountd
    # nobody has opens to reclaim, so version 4 need not wait 90 s for them
    echo Y >/proc/fs/nfsd/v4_end_grace || true
}
