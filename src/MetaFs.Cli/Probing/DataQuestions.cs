using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>Calls on data and names that programs use where they can.</summary>
internal static class DataQuestions
{
    private const ulong SparseSize = 1024 * 1024;
    private const ulong Reserved = 64 * 1024;

    public static ProbeAnswer Sparse(ProbeSite site)
    {
        using SafeFd file = site.NewFile("sparse");
        ProbeStepException.Check(Libc.Ftruncate(file, SparseSize), "making a file longer");
        ProbeStepException.Check(Libc.Pwrite(file, "x"u8, SparseSize / 2, out _), "writing a file");
        Errno errno = Libc.Lseek(file, 0, Libc.SEEK_HOLE, out long hole);
        return ProbeAnswer.Of(errno, hole == 0, "holes are shown as data");
    }

    public static ProbeAnswer Fallocate(ProbeSite site)
    {
        using SafeFd file = site.NewFile("fallocate");
        Errno errno = Libc.Fallocate(file, 0, 0, Reserved);
        ulong size = ProbeSite.Look(file).Size;
        return ProbeAnswer.Of(errno, size == Reserved, $"shows {size} bytes for {Reserved}");
    }

    public static ProbeAnswer CopyFileRange(ProbeSite site)
    {
        using SafeFd source = site.NewFile("copy-source", "data");
        using SafeFd target = site.NewFile("copy-target");
        ulong from = 0;
        ulong to = 0;
        Errno errno = Libc.CopyFileRange(source, ref from, target, ref to, 4, out ulong copied);
        return ProbeAnswer.Of(errno, copied == 4 && ProbeSite.Content(target) == "data", $"copied {copied} bytes of 4");
    }

    public static ProbeAnswer Tmpfile(ProbeSite site)
    {
        Errno errno = Libc.Openat(
            site.Directory, ProbeSite.Name("."), OpenFlags.O_TMPFILE | OpenFlags.O_RDWR, 0x180, out SafeFd file);
        file.Dispose();
        return ProbeAnswer.Of(errno, holds: true);
    }

    public static ProbeAnswer RenameNoReplace(ProbeSite site)
    {
        site.NewFile("noreplace", "1").Dispose();
        site.NewFile("noreplace-2", "22").Dispose();
        Errno errno = Rename(site, "noreplace", "noreplace-2", RenameFlags.RENAME_NOREPLACE);
        if (errno == Errno.OK)
            return ProbeAnswer.Ignores("it replaced a file");
        return errno == Errno.EEXIST
            ? ProbeAnswer.Of(Rename(site, "noreplace", "noreplace-3", RenameFlags.RENAME_NOREPLACE), holds: true)
            : ProbeAnswer.Refuses(errno);
    }

    public static ProbeAnswer RenameExchange(ProbeSite site)
    {
        site.NewFile("exchange", "1").Dispose();
        site.NewFile("exchange-2", "22").Dispose();
        Errno errno = Rename(site, "exchange", "exchange-2", RenameFlags.RENAME_EXCHANGE);
        if (errno != Errno.OK)
            return ProbeAnswer.Refuses(errno);
        bool holds = site.TryLook("exchange", out Statx first) == Errno.OK && first.Size == 2
            && site.TryLook("exchange-2", out Statx second) == Errno.OK && second.Size == 1;
        return ProbeAnswer.Of(errno, holds, "the names were not exchanged");
    }

    private static Errno Rename(ProbeSite site, string from, string to, RenameFlags flags) =>
        Libc.Renameat2(site.Directory, ProbeSite.Name(from), site.Directory, ProbeSite.Name(to), flags);
}
