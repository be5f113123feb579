// By what a record could find its file again: inode number, creation time, file handle.
using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>Whether files keep their identity.</summary>
internal static class IdentityQuestions
{
    // Enough that numbers that are counted anew do not meet by chance.
    private const int Files = 24;

    private const int Rounds = 4;

    public static ProbeAnswer InodeAfterReopen(ProbeSite site)
    {
        ulong[] before = Make(site, "reopen");
        int moved = 0;
        for (int i = 0; i < Files; i++)
        {
            Errno errno = Libc.Openat(
                site.Directory, ProbeSite.Name(FileName("reopen", i)), OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, 0,
                out SafeFd file);
            ProbeStepException.Check(errno, "opening a file");
            using (file)
                moved += ProbeSite.Look(file).Ino == before[i] ? 0 : 1;
        }

        return Moved(moved);
    }

    public static ProbeAnswer InodeAfterDroppedCaches(ProbeSite site)
    {
        if (!site.DropsCaches)
            return ProbeAnswer.Untried("empties the machine's caches; use --drop-caches");
        ulong[] before = Make(site, "dropped");

        // CIFS keeps a file open for a second after its last close (closetimeo), and with it the inode.
        if (site.IsSlow)
            site.Stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(2));

        // What is not on the share yet stays in memory, and what was used of late is spared the first time. syncfs(2)
        // would not reach the share below a FUSE mount (fc->sync_fs, fs/fuse/inode.c: virtiofs only).
        for (int i = 0; i < Rounds; i++)
        {
            Libc.Sync();
            ProbeStepException.Check(DropCaches(), "writing /proc/sys/vm/drop_caches");
        }

        int moved = 0;
        for (int i = 0; i < Files; i++)
            moved += site.Look(FileName("dropped", i)).Ino == before[i] ? 0 : 1;
        return Moved(moved);
    }

    public static ProbeAnswer CreationTime(ProbeSite site)
    {
        using SafeFd file = site.NewFile("birth");
        return HasBirth(ProbeSite.Look(file)) ? ProbeAnswer.Accepts : ProbeAnswer.Absent();
    }

    /// <summary>Some systems move the creation time with an mtime that lies before it.</summary>
    public static ProbeAnswer CreationTimeAfterUtimens(ProbeSite site)
    {
        using SafeFd file = site.NewFile("birth-utimens");
        Statx before = ProbeSite.Look(file);
        if (!HasBirth(before))
            return ProbeAnswer.Absent();
        var past = new Timespec(1_000_000_000, 0);
        Errno errno = Libc.Utimensat(file, CString.Empty, past, past, AtFlags.None);
        return errno == Errno.OK
            ? ProbeAnswer.Of(errno, ProbeSite.Look(file).BtimeNs == before.BtimeNs, "it moves")
            : ProbeAnswer.Untried($"utimens is refused: {errno}");
    }

    public static ProbeAnswer CreationTimeAfterRename(ProbeSite site)
    {
        site.NewFile("birth-rename", "data").Dispose();
        Statx before = site.Look("birth-rename");
        if (!HasBirth(before))
            return ProbeAnswer.Absent();
        ProbeStepException.Check(
            Libc.Renameat2(
                site.Directory, ProbeSite.Name("birth-rename"), site.Directory, ProbeSite.Name("birth-renamed"),
                RenameFlags.None),
            "renaming");
        return ProbeAnswer.Of(Errno.OK, site.Look("birth-renamed").BtimeNs == before.BtimeNs, "it moves");
    }

    public static ProbeAnswer FileHandle(ProbeSite site)
    {
        using SafeFd file = site.NewFile("handle");
        Span<byte> handle = stackalloc byte[Libc.MaxHandleSize];
        return ProbeAnswer.Of(Libc.NameToHandleAt(file, handle, out _, out _), holds: true);
    }

    internal static bool HasBirth(in Statx stat) => stat.HasBtime && stat.BtimeNs != 0;

    private static ulong[] Make(ProbeSite site, string name)
    {
        ulong[] numbers = new ulong[Files];
        for (int i = 0; i < Files; i++)
        {
            using SafeFd file = site.NewFile(FileName(name, i), "data");
            numbers[i] = ProbeSite.Look(file).Ino;
        }

        return numbers;
    }

    private static ProbeAnswer Moved(int count) =>
        ProbeAnswer.Of(
            Errno.OK, count == 0,
            string.Create(CultureInfo.InvariantCulture, $"{count} of {Files} files show another number"));

    private static string FileName(string name, int index) =>
        name + "-" + index.ToString(CultureInfo.InvariantCulture);

    // proc_sys_vm(5): 3 lets go of names and inodes that nobody uses, and of data; an inode with cached data stays
    // (mapping_shrinkable(), fs/inode.c), so 2 alone would show nothing.
    private static Errno DropCaches()
    {
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, ProbeSite.Name("/proc/sys/vm/drop_caches"), OpenFlags.O_WRONLY, 0,
            out SafeFd control);
        using (control)
            return errno == Errno.OK ? Libc.Write(control, "3\n"u8, out _) : errno;
    }
}
