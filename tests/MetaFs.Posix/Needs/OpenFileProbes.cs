// What may be done around files that are open.
namespace MetaFs.Posix.Needs;

/// <summary>Each answers null where the directory has it, else why not.</summary>
internal static class OpenFileProbes
{
    public static string? UnlinkedName(CaseDirectory d)
    {
        SafeFd fd = d.Opened("taken", O_RDWR | O_CREAT, 600);
        d.Unlink("taken").Ok();
        Errno errno = d.Open("taken", O_WRONLY | O_CREAT | O_EXCL, 600);
        fd.Dispose();
        return errno == OK ? null : $"create by the name of an unlinked open file: {errno}";
    }

    public static string? UnlinkedChmod(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        d.Unlink("file").Ok();
        Errno errno = fd.Chmod(640);
        return errno is ENOENT or ESTALE ? $"fchmod of an unlinked open file: {errno}" : null;
    }

    public static string? UnlinkedEntry(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d/file", O_RDWR | O_CREAT, 600);
        Errno errno = d.Unlink("d/file");
        if (errno != OK)
            return $"unlink of an open file: {errno}";
        string left = string.Join(' ', d.Names("d"));
        if (left.Length != 0)
            return $"an unlinked open file stays as {left}";
        errno = d.Rmdir("d");
        fd.Dispose();
        return errno == OK ? null : $"rmdir above an unlinked open file: {errno}";
    }

    public static string? ReplaceOpen(CaseDirectory d)
    {
        d.File("new", "new");
        SafeFd old = d.Opened("old", O_RDWR | O_CREAT, 600);
        Errno errno = d.Rename("new", "old");
        old.Dispose();
        return errno == OK ? null : errno.ToString();
    }

    public static string? RenameAboveOpen(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d/file", O_RDWR | O_CREAT, 600);
        Errno errno = d.Rename("d", "moved");
        fd.Dispose();
        return errno == OK ? null : errno.ToString();
    }
}
