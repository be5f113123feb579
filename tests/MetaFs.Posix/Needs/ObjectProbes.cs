// Kinds of objects, and forms of rename.
namespace MetaFs.Posix.Needs;

/// <summary>Each answers null where the directory has it, else why not.</summary>
internal static class ObjectProbes
{
    public static string? Symlink(CaseDirectory d) => Reason(d.Symlink("target", "link"));

    public static string? Link(CaseDirectory d)
    {
        d.File("file");
        return Reason(d.Link("file", "link"));
    }

    public static string? Node(CaseDirectory d, uint type) => Reason(d.Mknod("node", type, 644, 1, 3));

    public static string? ZeroDevice(CaseDirectory d)
    {
        string? refused = Reason(d.Mknod("node", FileMode.S_IFCHR, 644, 0, 0));
        return refused ?? (d.Exists("node") ? null : "it is nowhere");
    }

    public static string? Xattr(CaseDirectory d)
    {
        d.File("file");
        return Reason(d.Opened("file", O_RDWR).SetXattr("user.metafs", "value"));
    }

    public static string? Tmpfile(CaseDirectory d) => Reason(d.Open(".", O_RDWR | O_TMPFILE, 600));

    public static string? Noreplace(CaseDirectory d)
    {
        d.File("file");
        return Reason(d.Rename("file", "other", RenameFlags.RENAME_NOREPLACE));
    }

    public static string? Exchange(CaseDirectory d)
    {
        d.File("file");
        d.File("other");
        return Reason(d.Rename("file", "other", RenameFlags.RENAME_EXCHANGE));
    }

    private static string? Reason(Errno errno) => errno == OK ? null : errno.ToString();
}
