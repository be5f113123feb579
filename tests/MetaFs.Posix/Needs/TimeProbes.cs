// Which calls move which times at all.
namespace MetaFs.Posix.Needs;

/// <summary>Each answers null where the directory has it, else why not.</summary>
internal static class TimeProbes
{
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
