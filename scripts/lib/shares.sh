# shellcheck shell=bash
# The kinds of share that scripts/lab offers, a row each, those first whose scripts take longest. Used where the share is
# to come up: in a guest, or for host-* in a namespace of the machine itself.
#
#   kind | what is behind it and its options | client: mount type or program, and its options
#
# Behind it: smbd (the words are lines of its share, separated by ';'), nfsd (export options), sshd, image (a file
# system on a loop device, made by mkfs.TYPE), disk (a directory of ext4), none.

# shellcheck source=scripts/lib/servers.sh
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

share_table() {
    cat <<'TABLE'
cifs                | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775
cifs-noserverino    | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775,noserverino
sshfs               | sshd                                                     | sshfs allow_other
nfs3-root-squash    | nfsd rw,root_squash,anonuid=65534,anongid=65534,insecure | nfs vers=3,nolock,proto=tcp
cifs-acl            | smbd                                                     | cifs guest,vers=3.1.1,uid=33,gid=33,cifsacl
nfs3                | nfsd rw,all_squash,anonuid=65534,anongid=65534,insecure  | nfs vers=3,nolock,proto=tcp
vfat                | image vfat                                               | vfat uid=33,gid=33,umask=0
exfat               | image exfat                                              | exfat-fuse uid=33,gid=33,umask=0
nfs4                | nfsd rw,all_squash,anonuid=65534,anongid=65534,insecure  | nfs4 vers=4.2,proto=tcp
cifs-2.1            | smbd                                                     | cifs guest,vers=2.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775
cifs-mfsymlinks     | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775,mfsymlinks
cifs-noperm         | smbd                                                     | cifs guest,vers=3.1.1,uid=33,forceuid,gid=33,forcegid,file_mode=0774,dir_mode=0775,noperm
host-fuse-overlayfs | disk                                                     | fuse-overlayfs allow_other
host-sshfs          | sshd                                                     | sshfs allow_other
host-bindfs-deny    | disk                                                     | bindfs chown-deny,chmod-deny
host-bindfs-ignore  | disk                                                     | bindfs chown-ignore,chmod-ignore
ext4                | image ext4                                               | ext4 defaults
tmpfs               | none                                                     | tmpfs mode=755
host-ext4           | image ext4                                               | ext4 defaults
host-tmpfs          | none                                                     | tmpfs mode=755
TABLE
}

share_kinds() { share_table | awk -F'|' '{ print $1 }' | tr -d ' '; }

# share_field KIND NUMBER
share_field() {
    share_table | awk -F'|' -v kind="$1" -v field="$2" '
        { key = $1; gsub(/ /, "", key) }
        key == kind { value = $field; gsub(/^ +| +$/, "", value); print value }'
}

is_host_kind() { [[ $1 == host-* ]]; }

# share_programs KIND: what it needs of the machine, as need_programs wants it, one a line.
share_programs() {
    is_host_kind "$1" || printf '%s\n' linux.uml:user-mode-linux modprobe:kmod
    case "$(share_field "$1" 2) " in
        'smbd '*) printf '%s\n' smbd:samba mount.cifs:cifs-utils ;;
        'nfsd '*) printf '%s\n' exportfs:nfs-kernel-server rpcbind:rpcbind ;;
        'sshd '*) printf '%s\n' sshd:openssh-server ssh:openssh-client ;;
        'image vfat '*) echo mkfs.vfat:dosfstools ;;
        'image exfat '*) echo mkfs.exfat:exfatprogs ;;
    esac
    case $(share_field "$1" 3) in
        'sshfs '*) echo sshfs:sshfs ;;
        'exfat-fuse '*) echo mount.exfat-fuse:exfat-fuse ;;
        'bindfs '*) echo bindfs:bindfs ;;
        'fuse-overlayfs '*) echo fuse-overlayfs:fuse-overlayfs ;;
    esac
}

# mount_share KIND DIRECTORY: starts what is behind it and mounts it there with its own client.
mount_share() {
    start_server "$1" && mount_client "$1" "$2"
}

# start_server KIND: once for each guest or namespace.
start_server() {
    local kind=$1 server server_options
    read -r server server_options <<<"$(share_field "$kind" 2)"
    case $server in
        smbd | nfsd | sshd) make_image ext4 /run/export && "start_$server" "$server_options" ;;
        disk) make_image ext4 /run/export && mkdir -m 0777 /run/export/{lower,upper,work} ;;
        image) new_image "$server_options" ;;
        none) ;;
        *) echo "nothing known as '$server' for share '$kind'" >&2 && return 1 ;;
    esac
}

# mount_client KIND DIRECTORY: after an umount it mounts the same share again.
mount_client() {
    local kind=$1 directory=$2 client options image
    read -r client options <<<"$(share_field "$kind" 3)"
    image=/run/$(share_field "$kind" 2 | cut -d' ' -f2).img
    mkdir -p "$directory"
    case $client in
        cifs) patiently mount -t cifs -o "$options" //127.0.0.1/share "$directory" ;;
        nfs) patiently mount -t nfs -o "$options" 127.0.0.1:/run/export "$directory" ;;
        nfs4) patiently mount -t nfs4 -o "$options" 127.0.0.1:/ "$directory" ;; # one tree, from fsid=0 down
        sshfs) mount_sshfs "$options" "$directory" ;;
        exfat-fuse) mount.exfat-fuse -o "$options" "$(losetup --find --show --nooverlap "$image")" "$directory" ;;
        bindfs) bindfs -o "$options" /run/export/lower "$directory" ;;
        fuse-overlayfs)
            options+=,lowerdir=/run/export/lower,upperdir=/run/export/upper,workdir=/run/export/work
            fuse-overlayfs -o "$options" "$directory"
            ;;
        tmpfs) mount -t tmpfs -o "$options" "lab-$kind" "$directory" ;;
        *) mount -t "$client" -o "loop,$options" "$image" "$directory" ;;
    esac
}

new_image() {
    truncate -s 1G "/run/$1.img"
    "mkfs.$1" "/run/$1.img" >/dev/null
}

# make_image TYPE DIRECTORY: what the servers export. A real disk format, because tmpfs has no user xattrs.
make_image() {
    mkdir -p "$2"
    new_image "$1" || return 1
    mount -o loop "/run/$1.img" "$2" || return 1
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
