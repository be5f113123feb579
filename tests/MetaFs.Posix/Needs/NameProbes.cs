// What is asked of names and directories.
namespace MetaFs.Posix.Needs;

/// <summary>Each answers null where the directory has it, else why not.</summary>
internal static class NameProbes
{
    public static string? CaseSensitive(CaseDirectory d)
    {
        d.File("name");
        return d.Exists("NAME") ? "'name' is found as 'NAME'" : null;
    }

    /// <summary>Whether files of these names can be made and are listed by the same names.</summary>
    public static string? Keeps(CaseDirectory d, params string[] names)
    {
        foreach (string name in names)
        {
            Errno errno = d.Open(name, O_WRONLY | O_CREAT | O_EXCL, 600);
            if (errno != OK)
                return errno.ToString();
            if (!d.Names().Contains(name))
                return "listed by another name";
            d.Unlink(name).Ok();
        }

        return null;
    }

    public static string? NameLimit(CaseDirectory d)
    {
        string name = new('n', 256);
        Errno errno = d.TryStat(name, out _);
        if (errno == ENAMETOOLONG)
            errno = d.Mkdir($"{name}/x", 755);
        return errno == ENAMETOOLONG ? null : errno.ToString();
    }

    public static string? DeepTrees(CaseDirectory d)
    {
        string name = new('d', 200);
        SafeFd fd = d.Fd;
        List<SafeFd> opened = [];
        Errno errno = OK;
        for (int i = 0; i < 24 && errno == OK; i++)
        {
            CString terminated = CString.FromTerminated(CaseDirectory.Terminated(name));
            errno = Libc.Mkdirat(fd, terminated, 0x1ED);
            if (errno == OK)
                errno = Libc.Openat(fd, terminated, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, out fd);
            opened.Add(fd);
        }

        opened.ForEach(one => one.Dispose());
        return errno == OK ? null : errno.ToString();
    }

    public static string? DirectoryLinks(CaseDirectory d)
    {
        d.Directory("d");
        int without = d.Stat("d").Nlink;
        d.Directory("d/sub");
        int with = d.Stat("d").Nlink;
        return (without, with) == (2, 3) ? null : $"{without}, and {with} with a subdirectory";
    }

    public static string? LinkCounts(CaseDirectory d)
    {
        d.File("file");
        Errno errno = d.Link("file", "link");
        if (errno != OK)
            return errno.ToString();
        int links = d.Stat("file").Nlink;
        return links == 2 ? null : $"a file with two names shows {links}";
    }

    public static string? LinkedInodes(CaseDirectory d)
    {
        d.File("file");
        Errno errno = d.Link("file", "link");
        if (errno != OK)
            return errno.ToString();
        return d.Stat("file").Ino == d.Stat("link").Ino ? null : "two names show two inode numbers";
    }
}
