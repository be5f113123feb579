namespace MetaFs.Model.Checks;

/// <summary>One entry as readdir has it.</summary>
internal readonly record struct Listed(byte Type, ulong Ino, int Times);

/// <summary>System calls that only look.</summary>
internal static class Look
{
    private static readonly OpenFlags s_read = OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;

    public static Errno Stat(SafeFd root, string path, AtFlags flags, out Statx stat) => Libc.Statx(
        root, ByteString.ToC(path), flags | AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_BASIC_STATS, out stat);

    public static Errno Stat(SafeFd handle, out Statx stat) =>
        Libc.Fstatx(handle, StatxMask.STATX_BASIC_STATS, out stat);

    /// <summary>All bytes of a file; a little more than it should have, to see what is too much.</summary>
    public static Errno ReadAll(SafeFd root, string path, int expected, out byte[] data)
    {
        data = [];
        Errno errno = Libc.Openat(root, ByteString.ToC(path), s_read, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return ReadAll(fd, expected, out data);
    }

    public static Errno ReadAll(SafeFd fd, int expected, out byte[] data)
    {
        byte[] buffer = new byte[expected + 4096];
        int done = 0;
        Errno errno;
        int count;
        do
        {
            errno = Libc.Pread(fd, buffer.AsSpan(done), (ulong)done, out count);
            done += count;
        }
        while (errno == Errno.OK && count > 0 && done < buffer.Length);
        data = buffer[..done];
        return errno;
    }

    /// <summary>The names of a directory that begin with the prefix.</summary>
    public static Errno ReadDirectory(SafeFd root, string path, string prefix, out Dictionary<string, Listed> names)
    {
        names = new(StringComparer.Ordinal);
        Errno errno = Libc.Openat(root, ByteString.ToC(path), s_read | OpenFlags.O_DIRECTORY, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
        {
            byte[] buffer = new byte[8192];
            while (true)
            {
                errno = Libc.Getdents64(fd, buffer, out int length);
                if (errno != Errno.OK || length == 0)
                    return errno;
                foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
                {
                    string name = ByteString.From(entry.Name.Bytes);
                    if (entry.IsDotOrDotDot || !name.StartsWith(prefix, StringComparison.Ordinal))
                        continue;
                    int times = names.TryGetValue(name, out Listed before) ? before.Times + 1 : 1;
                    names[name] = new Listed(entry.Type, entry.Ino, times);
                }
            }
        }
    }

    public static Errno Readlink(SafeFd root, string path, out string target)
    {
        byte[] buffer = new byte[256];
        Errno errno = Libc.Readlinkat(root, ByteString.ToC(path), buffer, out int length);
        target = ByteString.From(buffer.AsSpan(0, length));
        return errno;
    }

    /// <summary>The user.* attributes of a file or directory, and its ACLs.</summary>
    public static Errno ReadXattrs(SafeFd fd, out SortedDictionary<string, byte[]> xattrs)
    {
        xattrs = new(StringComparer.Ordinal);
        byte[] buffer = new byte[4096];
        Errno errno = Libc.Flistxattr(fd, buffer, out int size);
        if (errno != Errno.OK)
            return errno;
        foreach (string name in ByteString.From(buffer.AsSpan(0, size)).Split('\0'))
        {
            if (!name.StartsWith("user.", StringComparison.Ordinal) && !State.Acl.IsAcl(name))
                continue;
            byte[] value = new byte[4096];
            errno = Libc.Fgetxattr(fd, ByteString.ToC(name), value, out int length);
            if (errno != Errno.OK)
                return errno;
            xattrs.Add(name, value[..length]);
        }

        return Errno.OK;
    }
}
