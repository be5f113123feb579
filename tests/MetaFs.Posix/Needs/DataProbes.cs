// What is asked of data.
namespace MetaFs.Posix.Needs;

/// <summary>Each answers null where the directory has it, else why not.</summary>
internal static class DataProbes
{
    public static string? Fallocate(CaseDirectory d)
    {
        Errno errno = Libc.Fallocate(d.Opened("file", O_RDWR | O_CREAT, 600), 0, 0, 8192);
        return errno == OK ? null : errno.ToString();
    }

    public static string? CopyFileRange(CaseDirectory d)
    {
        d.File("file", "content");
        SafeFd target = d.Opened("target", O_RDWR | O_CREAT, 600);
        ulong from = 0, to = 0;
        Errno errno = Libc.CopyFileRange(d.Opened("file", O_RDONLY), ref from, target, ref to, 7, out _);
        return errno == OK ? null : errno.ToString();
    }

    public static string? LargeFiles(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        Errno errno = fd.Truncate(5L << 30);
        return errno == OK ? null : errno.ToString();
    }

    public static string? Holes(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        const int Megabyte = 1 << 20;
        fd.Pwrite("end", 8 * Megabyte).Ok();
        if (fd.Stat().Blocks * 512 > 4 * Megabyte)
            return "a hole takes room";
        Errno errno = Libc.Lseek(fd, 0, Libc.SEEK_DATA, out long data);
        return errno != OK ? errno.ToString() : data == 0 ? "SEEK_DATA takes a hole for data" : null;
    }
}
