using MetaFs.Cli.Transfer;
using MetaFs.Linux;

namespace MetaFs.Cli.Rebinding;

/// <summary>Compares files with those of the share as it was, byte by byte. One thread.</summary>
internal sealed class ContentCheck(SafeFd before) : IDisposable
{
    private const int ChunkSize = 256 * 1024;

    private readonly TreeCursor _cursor = new(before);
    private readonly byte[] _then = new byte[ChunkSize];
    private readonly byte[] _now = new byte[ChunkSize];

    /// <summary>Whether a file is another one now.</summary>
    /// <param name="path">Where it was.</param>
    /// <param name="directory">Where it is now.</param>
    /// <param name="name">Its name there.</param>
    /// <returns>What is wrong, for people; null: every byte is the same.</returns>
    public string? Differs(byte[] path, SafeFd directory, CString name)
    {
        OpenFlags flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
        SafeFd then = SafeFd.Invalid;
        Errno errno = _cursor.Find(path, out SafeFd at, out byte[] was);
        if (errno == Errno.OK)
            errno = Libc.Openat(at, CString.FromTerminated(was), flags, 0, out then);
        using (then)
        {
            if (errno != Errno.OK)
                return $"as it was, it cannot be read: {errno} ({ErrnoText.Describe(errno)})";
            errno = Libc.Openat(directory, name, flags, 0, out SafeFd now);
            using (now)
                return errno == Errno.OK ? Compare(then, now) : Unreadable(errno);
        }
    }

    public void Dispose() => _cursor.Dispose();

    private string? Compare(SafeFd then, SafeFd now)
    {
        for (ulong offset = 0; ;)
        {
            Errno errno = Fill(then, _then, offset, out int length);
            int other = 0;
            if (errno == Errno.OK)
                errno = Fill(now, _now, offset, out other);
            if (errno != Errno.OK)
                return Unreadable(errno);
            if (!_then.AsSpan(0, length).SequenceEqual(_now.AsSpan(0, other)))
                return "its content is another one";
            if (length == 0)
                return null;
            offset += (ulong)length;
        }
    }

    private static string Unreadable(Errno errno) => $"it cannot be read: {errno} ({ErrnoText.Describe(errno)})";

    private static Errno Fill(SafeFd file, byte[] buffer, ulong offset, out int length)
    {
        length = 0;
        while (length < buffer.Length)
        {
            Errno errno = Libc.Pread(file, buffer.AsSpan(length), offset + (ulong)length, out int read);
            if (errno != Errno.OK || read == 0)
                return errno;
            length += read;
        }

        return Errno.OK;
    }
}
