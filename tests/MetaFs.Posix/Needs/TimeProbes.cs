// Which calls move which times at all.
namespace MetaFs.Posix.Needs;

/// <summary>Each answers null where the directory has it, else why not.</summary>
internal static class TimeProbes
{
    /// <summary>A network client that has the data needs no server to read it, and only servers keep atime.</summary>
    public static string? CachedRead(CaseDirectory d)
    {
        d.File("cached", "content");
        d.Content("cached").Is("content");
        d.Utimens("cached", new Timespec(1, 0), Timespec.Omit).Ok();
        d.Content("cached").Is("content");
        return d.Stat("cached").Atime != 1_000_000_000 ? null : "reading what is cached moves no atime";
    }

    public static string? FineAtime(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", Timespec.Now, Timespec.Now).Ok();
        long behind = Libc.RealtimeNanoseconds() - d.Stat("file").Atime;
        return behind < 3_000_000_000 ? null : $"{behind / 1_000_000_000} s behind";
    }

    public static string? FineCtime(CaseDirectory d)
    {
        for (int i = 0; i < 3; i++)
        {
            d.File($"file{i}");
            long before = d.Stat($"file{i}").Ctime;
            d.Tick();
            d.Append($"file{i}", "more").Ok();
            if (d.Stat($"file{i}").Ctime == before)
                return "ctime has coarse steps";
        }

        return null;
    }

    public static string? RenameMovesCtime(CaseDirectory d)
    {
        d.File("file");
        long before = d.Stat("file").Ctime;
        d.Tick();
        d.Rename("file", "renamed").Ok();
        return d.Stat("renamed").Ctime != before ? null : "rename moves no ctime";
    }

    public static string? LinkMovesCtime(CaseDirectory d)
    {
        d.File("file");
        long before = d.Stat("file").Ctime;
        d.Tick();
        Errno errno = d.Link("file", "link");
        if (errno != OK)
            return errno.ToString();
        return d.Stat("file").Ctime != before ? null : "link moves no ctime";
    }
}
