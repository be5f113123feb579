// Whole files of /proc, which have no size to ask for.
namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Reads a file to its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its bytes; empty on error.</param>
    internal static Errno ReadAllBytes(CString path, out byte[] content)
    {
        content = [];
        Errno errno = Openat(SafeFd.CurrentDirectory, path, OpenFlags.O_RDONLY, 0, out SafeFd fd);
        using (fd)
        {
            if (errno != Errno.OK)
                return errno;
            byte[] buffer = new byte[16 * 1024];
            int length = 0;
            while (true)
            {
                errno = Read(fd, buffer.AsSpan(length), out int count);
                if (errno != Errno.OK)
                    return errno;
                if (count == 0)
                    break;
                length += count;
                if (length == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
            }

            content = buffer[..length];
            return Errno.OK;
        }
    }
}
