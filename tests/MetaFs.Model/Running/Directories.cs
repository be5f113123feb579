using MetaFs.Model.State;

namespace MetaFs.Model.Running;

/// <summary>The run's directory and what all actors share in it.</summary>
internal static class Directories
{
    /// <summary>A descriptor of the directory; of a new one for every mount.</summary>
    public static SafeFd Open(string path)
    {
        OpenFlags flags = OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;
        Errno errno = Libc.Openat(SafeFd.CurrentDirectory, ByteString.ArgumentToC(path), flags, 0, out SafeFd fd);
        return errno == Errno.OK ? fd : throw new UsageException($"{path}: {ErrnoText.Describe(errno)}");
    }

    /// <summary>Makes the directory, which must be new or empty, and the shared ones in it.</summary>
    public static void Prepare(string path)
    {
        Errno errno = Libc.Mkdirat(SafeFd.CurrentDirectory, ByteString.ArgumentToC(path), 0x1FF);
        if (errno is not (Errno.OK or Errno.EEXIST))
            throw new UsageException($"{path}: {ErrnoText.Describe(errno)}");
        using SafeFd directory = Open(path);
        errno = Libc.Fchmod(directory, 0x1FF);
        foreach ((string name, uint permissions, uint gid) in SharedDirectories.All)
        {
            if (errno == Errno.OK)
                errno = Libc.Mkdirat(directory, ByteString.ToC(name), 0x1FF);
            if (errno == Errno.EEXIST)
                throw new UsageException($"{path}: has the files of another run; take them away or name another directory");
            if (errno == Errno.OK)
                errno = Libc.Fchownat(directory, ByteString.ToC(name), 0, gid, AtFlags.None);
            if (errno == Errno.OK)
                errno = Chmod(directory, name, permissions);
            if (errno != Errno.OK)
                throw new UsageException($"{path}/{name}: {ErrnoText.Describe(errno)}");
        }
    }

    private static Errno Chmod(SafeFd directory, string name, uint permissions)
    {
        Errno errno = Libc.Openat(directory, ByteString.ToC(name), OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0, out SafeFd fd);
        using (fd)
            return errno == Errno.OK ? Libc.Fchmod(fd, permissions) : errno;
    }
}
