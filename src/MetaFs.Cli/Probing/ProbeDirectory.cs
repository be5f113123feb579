// The only place that a probe touches: a new directory, entered by descriptor, emptied and removed at the end.
using System.Security.Cryptography;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Probing;

/// <summary>A temporary directory below the one that is probed.</summary>
internal sealed class ProbeDirectory : IDisposable
{
    private const int MaxDepth = 3;

    // An NFS or SMB server may list a removed file until its own last close: a few seconds at most.
    private const int RemovalTries = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly SafeFd _parent;
    private readonly byte[] _name;
    private bool _removed;

    private ProbeDirectory(SafeFd parent, string name, SafeFd directory)
    {
        _parent = parent;
        _name = ByteText.ToTerminated(name);
        Name = name;
        Fd = directory;
    }

    public string Name { get; }

    /// <summary>Open for *at calls and for listing.</summary>
    public SafeFd Fd { get; }

    /// <summary>After Dispose: why the directory is still there; OK if it is not.</summary>
    public Errno RemovalErrno { get; private set; }

    /// <summary>Makes the directory.</summary>
    /// <param name="parent">The directory to probe; must stay open.</param>
    /// <param name="directory">Caller disposes.</param>
    /// <returns>OK, or why it cannot be made.</returns>
    public static Errno Create(SafeFd parent, out ProbeDirectory? directory)
    {
        directory = null;
        string name;
        Errno errno;
        do
        {
            name = ".metafs-probe-" + RandomNumberGenerator.GetHexString(12, lowercase: true);
            errno = Libc.Mkdirat(parent, Terminated(name), FileMode.S_IRWXU);
        }
        while (errno == Errno.EEXIST);
        if (errno != Errno.OK)
            return errno;

        // Whoever may write in the parent may have put another directory in place of ours: one with files is not ours,
        // and from an empty one nothing of anybody can be removed later.
        errno = OpenEmpty(parent, Terminated(name), out SafeFd fd);
        if (errno == Errno.OK)
        {
            directory = new ProbeDirectory(parent, name, fd);
            return Errno.OK;
        }

        fd.Dispose();
        Libc.Unlinkat(parent, Terminated(name), AtFlags.AT_REMOVEDIR);
        return errno;
    }

    /// <summary>The names in a directory, without "." and "..", each with its NUL.</summary>
    public static Errno List(SafeFd directory, out List<byte[]> names)
    {
        names = [];

        // By a descriptor of its own: sshfs does not go back to the start of an open directory. After something was made
        // in it, the second listing is empty, and so is everybody's for 20 s (dcache_dir_timeout).
        Errno errno = OpenDirectory(directory, Terminated("."), out SafeFd listed);
        if (errno != Errno.OK)
            return errno;
        using (listed)
        {
            byte[] buffer = new byte[32 * 1024];
            while (errno == Errno.OK)
            {
                errno = Libc.Getdents64(listed, buffer, out int length);
                if (errno != Errno.OK || length == 0)
                    break;
                foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
                {
                    if (!entry.IsDotOrDotDot)
                        names.Add(entry.NameTerminated.ToArray());
                }
            }
        }

        return errno;
    }

    /// <summary>Opens a directory by its one name, never through a link.</summary>
    public static Errno OpenDirectory(SafeFd parent, CString name, out SafeFd directory) =>
        Libc.Openat(
            parent, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0, out directory);

    /// <summary>Removes the directory and what was made in it.</summary>
    public void Dispose()
    {
        if (_removed)
            return;
        _removed = true;
        using var pause = new ManualResetEventSlim();
        for (int i = 0; i < RemovalTries; i++)
        {
            RemovalErrno = Empty(Fd, 0);
            Errno errno = Libc.Unlinkat(_parent, CString.FromTerminated(_name), AtFlags.AT_REMOVEDIR);
            if (errno is Errno.OK or Errno.ENOENT)
            {
                RemovalErrno = Errno.OK;
                break;
            }

            RemovalErrno = errno;
            if (errno is not (Errno.ENOTEMPTY or Errno.EEXIST or Errno.EBUSY or Errno.EACCES))
                break;
            pause.Wait(s_pause);
        }

        Fd.Dispose();
    }

    private static Errno OpenEmpty(SafeFd parent, CString name, out SafeFd directory)
    {
        Errno errno = OpenDirectory(parent, name, out directory);
        if (errno != Errno.OK)
            return errno;
        errno = List(directory, out List<byte[]> names);
        return errno == Errno.OK && names.Count > 0 ? Errno.EEXIST : errno;
    }

    private static Errno Empty(SafeFd directory, int depth)
    {
        Errno result = List(directory, out List<byte[]> names);
        foreach (byte[] name in names)
        {
            Errno errno = Remove(directory, CString.FromTerminated(name), depth);
            if (errno is not (Errno.OK or Errno.ENOENT))
                result = errno;
        }

        return result;
    }

    private static Errno Remove(SafeFd directory, CString name, int depth)
    {
        Errno errno = Libc.Statx(
            directory, name, AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_TYPE | StatxMask.STATX_MODE, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        if (FileMode.IsDirectory(stat.Mode) && depth < MaxDepth)
        {
            if (OpenForRemoval(directory, name, stat, out SafeFd inner) == Errno.OK)
            {
                using (inner)
                    Empty(inner, depth + 1);
            }

            return Libc.Unlinkat(directory, name, AtFlags.AT_REMOVEDIR);
        }

        errno = Libc.Unlinkat(directory, name, 0);
        if (errno is not (Errno.EACCES or Errno.EPERM) || !FileMode.IsRegular(stat.Mode))
            return errno;

        // SMB: a file without write permission may not be removed.
        Allow(directory, name, FileMode.S_IRUSR | FileMode.S_IWUSR);
        return Libc.Unlinkat(directory, name, 0);
    }

    private static Errno OpenForRemoval(SafeFd directory, CString name, in Statx stat, out SafeFd inner)
    {
        if ((stat.Mode & FileMode.S_IRWXU) != FileMode.S_IRWXU)
            Allow(directory, name, FileMode.S_IRWXU);
        return OpenDirectory(directory, name, out inner);
    }

    private static void Allow(SafeFd directory, CString name, uint mode)
    {
        if (Libc.Openat(directory, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd file) != Errno.OK)
            return;
        using (file)
            Libc.Fchmod(file, mode);
    }

    private static CString Terminated(string name) => CString.FromTerminated(ByteText.ToTerminated(name));
}
