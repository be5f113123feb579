namespace MetaFs.Mount.Tests.Mounting;

/// <summary>mount(8), fstab(5) and umount(8) with the types metafs and fuse.metafs.</summary>
/// <remarks>
/// Each script runs in a mount namespace of its own, where mount.metafs and mount.fuse.metafs lie in /sbin. What it
/// mounts must be unmounted in it: the daemons end with their mounts.
/// </remarks>
public sealed class FstabTests(ITestOutputHelper output) : MountingTest(output)
{
    private const int UsageStatus = 1;
    private const int FailStatus = 32;

    private const string Preamble = """
        program=$1 work=$2 source=$3 mnt=$4 db=$5
        sbin=$(readlink -f /sbin)
        mkdir "$work/upper" "$work/workdir"
        mount -t overlay -o "lowerdir=$sbin,upperdir=$work/upper,workdir=$work/workdir" overlay "$sbin"
        ln -sf "$program" "$sbin/mount.metafs"
        ln -sf "$program" "$sbin/mount.fuse.metafs"
        is() { test "$1" = "$2" || { echo "expected '$2', got '$1'" >&2; exit 1; }; }
        shown() { findmnt -n -o FSTYPE,SOURCE --mountpoint "$1" | tail -n 1 | xargs; }

        """;

    [RootTheory]
    [InlineData("metafs")]
    [InlineData("fuse.metafs")]
    public void MountByType(string type) => Script($$"""
        said=$(mount -v -n -t {{type}} -o "db=$db,chown=record,nofail,_netdev,x-systemd.device-timeout=5" "$source" "$mnt")
        grep -qF "$source mounted on $mnt" <<<"$said"
        is "$(shown "$mnt")" "fuse.metafs $source"
        findmnt -n -o OPTIONS "$mnt" | grep -w nosuid | grep -qw nodev
        chown 42:43 "$mnt/f"
        is "$(stat -c %u:%g "$mnt/f")" 42:43
        umount "$mnt"
        is "$(shown "$mnt")" ''
        """);

    [RootFact]
    public void LinesOfFstab()
    {
        Workspace.MakeDirectory("a,b c");
        Workspace.MakeDirectory("m n");
        Workspace.MakeDirectory("in place");
        Workspace.MakeDirectory("later");
        Posix.CreateFile(Workspace.Path + "/a,b c/x", "text");
        Posix.CreateFile(Workspace.Path + "/in place/y", "text");
        Script("""
            cat >"$work/fstab" <<END
            $work/a,b\040c     $work/m\040n       metafs       db="$work/records/x,y.db",nofail,_netdev,x-systemd.requires-mounts-for=/ 0 0
            $work/in\040place  $work/in\040place  fuse.metafs  db=$work/records/in\,place.db,defaults,noatime,comment=same 0 0
            $source            $work/later        metafs       db=$db,noauto,ro 0 0
            END
            mount -a -T "$work/fstab"
            is "$(shown "$work/m n")" "fuse.metafs $work/a,b c"
            is "$(shown "$work/in place")" "fuse.metafs $work/in place"
            is "$(shown "$work/later")" ''
            is "$(cat "$work/m n/x" "$work/in place/y")" texttext
            test -e "$work/records/x,y.db" -a -e "$work/records/in,place.db"
            is "$(mount -a -T "$work/fstab" 2>&1)" ''
            is "$(findmnt -ln -o TARGET -t fuse.metafs | grep -cF "$work/")" 2
            mount -T "$work/fstab" "$work/later"
            test ! -w "$work/later/f"
            umount "$work/later" "$work/m n" "$work/in place"
            """);
    }

    [RootFact]
    public void AUserMountsWhatFstabLets()
    {
        string share = Workspace.MakeDirectory("share", 755, 1000, 1000);
        string point = Workspace.MakeDirectory("point", 755, 1000, 1000);
        string records = Workspace.MakeDirectory("mine", 700, 1000, 1000);
        Script($"""
            echo "{share} {point} metafs user,noauto,db={records}/m.db 0 0" >"$work/fstab"
            mount --bind "$work/fstab" /etc/fstab
            as_user() {"{"} setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; {"}"}
            as_user mount {point}
            is "$(shown {point})" 'fuse.metafs {share}'
            findmnt -n -o OPTIONS {point} | grep -qw user_id=1000
            as_user touch {point}/f
            as_user chown 42:43 {point}/f
            is "$(as_user stat -c %u:%g {point}/f)" 42:43
            as_user umount {point}
            is "$(shown {point})" ''
            """);
    }

    [RootFact]
    public void FlagsAndExitStatuses() => Script($$"""
        fails() {
            local want=$1 status=0
            shift
            "$@" 2>"$work/said" || status=$?
            is "$status" "$want"
            is "$(wc -l <"$work/said")" 1
        }
        fails {{UsageStatus}} mount -t metafs -o fooo "$source" "$mnt"
        grep -qF "unknown option 'fooo'" "$work/said"
        fails {{UsageStatus}} mount.metafs "$source" "$mnt" -o remount,fooo
        fails {{FailStatus}} mount.metafs "$source" "$mnt" -o remount,ro
        fails {{UsageStatus}} mount.metafs "$source"
        fails {{FailStatus}} mount.metafs "$source" "$work/none"
        fails {{FailStatus}} mount.metafs -f "$source" "$work/none"
        mount.metafs "$source" "$mnt" -sfnv -o "fooo,db=$db"
        test ! -e "$db"
        is "$(shown "$mnt")" ''
        mount.fuse.metafs "$source" "$mnt" -sn -t fuse.metafs -o "fooo=1,db=$db"
        is "$(shown "$mnt")" "fuse.metafs $source"
        umount "$mnt"
        """);

    [RootFact]
    public void Remounted() => Script("""
        echo "$source $mnt metafs db=$db,chown=record 0 0" >"$work/fstab"
        mount --bind "$work/fstab" /etc/fstab
        mount "$mnt"
        options() { findmnt -n -o OPTIONS "$mnt" | tr , '\n' | grep -xE 'r[ow]|no(suid|dev|exec)' | xargs; }
        is "$(options)" 'rw nosuid nodev'
        exec 7>>"$mnt/f"
        ! said=$(mount -o remount,ro "$mnt" 2>&1)
        grep -q "busy; files are open for writing" <<<"$said"
        exec 7>&-
        mount.metafs "$source" "$mnt" -f -o remount,ro
        ! said=$(mount.metafs "$source" "$mnt" -N /proc/1/ns/mnt -o remount,ro 2>&1)
        grep -q 'does not go with -N' <<<"$said"
        is "$(options)" 'rw nosuid nodev'
        mount.metafs -s "$source" "$mnt" -o remount,ro,fooo
        is "$(findmnt -n -o TARGET -t fuse.metafs | grep -cF "$mnt")" 1
        is "$(options)" 'ro nosuid nodev'
        ! chown 42:43 "$mnt/f" 2>"$work/said"
        grep -q 'Read-only file system' "$work/said"
        mount -o remount,rw,noexec,allow_suid "$mnt"
        is "$(options)" 'rw nodev noexec'
        chown 42:43 "$mnt/f"
        is "$(stat -c %u:%g "$mnt/f")" 42:43
        umount "$mnt"
        """);

    [RootFact]
    public void InAnotherMountNamespace() => Script($$"""
        unshare --mount sleep 60 >/dev/null 2>&1 &
        other=$!
        trap 'kill $other' EXIT
        until ! cmp -s <(readlink /proc/$$/ns/mnt) <(readlink /proc/$other/ns/mnt); do :; done
        there() { nsenter --mount=/proc/$other/ns/mnt "$@"; }
        mount -N $other -t metafs -o "db=$db" "$source" "$mnt"
        is "$(shown "$mnt")" ''
        is "$(there findmnt -n -o FSTYPE "$mnt")" fuse.metafs
        there umount "$mnt"
        status=0
        mount.metafs "$source" "$mnt" -f -N /proc/$other/ns/mnt -o "db=$db" 2>"$work/said" || status=$?
        is "$status" {{UsageStatus}}
        grep -q -e '-f does not go with -N' "$work/said"
        is "$(there findmnt -n -o FSTYPE "$mnt" || :)" ''
        cd "$work"
        said=$(mount.metafs "${source#"$work/"}" "${mnt#"$work/"}" -v -N /proc/$other/ns/mnt -o "ro,db=${db#"$work/"}")
        is "$said" "metafs: ${source#"$work/"} mounted on ${mnt#"$work/"}"
        is "$(there findmnt -n -o FSTYPE "$mnt")" fuse.metafs
        is "$(there "$program" stats --json "$mnt" | grep -oF "\"$db\"")" "\"$db\""
        there umount "$mnt"
        """);

    private void Script(string script) => Command.Run(
        "unshare", "--mount", "/bin/bash", "-euo", "pipefail", "-c", Preamble + script, "bash",
        MetaFsProgram.Path, Workspace.Path, Source, MountPoint, Database).MustSucceed();
}
