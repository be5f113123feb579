// Everything below a directory, without path strings on the way: a tree may be deeper than PATH_MAX.
using System.Runtime.InteropServices;
using MetaFs.Linux;
using MetaFs.Passthrough.Shares;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Checking;

/// <summary>A name met on the walk.</summary>
/// <param name="directory">The directory that it is in; for the root itself the root, with an empty name.</param>
/// <param name="parent">That directory's inode number, as the visit of it told.</param>
/// <param name="parentDev">Its st_dev.</param>
/// <param name="name">The name.</param>
/// <param name="stat">What the share shows of it.</param>
/// <param name="path">Below the root; valid during the visit.</param>
internal readonly ref struct WalkedName(
    SafeFd directory, ulong parent, ulong parentDev, CString name, Statx stat, ReadOnlySpan<byte> path)
{
    public SafeFd Directory { get; } = directory;

    public ulong Parent { get; } = parent;

    /// <summary>Whether this is the root of its file system: what is walked, or a mount below it.</summary>
    public bool IsRoot { get; } = name.Length == 0 || parentDev != stat.Dev;

    public CString Name { get; } = name;

    public Statx Stat { get; } = stat;

    public ReadOnlySpan<byte> Path { get; } = path;
}

/// <summary>Visits every name of a tree once; symbolic links are names, not ways.</summary>
/// <remarks>One descriptor for each level that is open, and the names of its subdirectories.</remarks>
internal sealed class ShareWalk(ShareWalk.Visit visit, ShareWalk.Unreadable unreadable, CancellationToken stop)
    : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<byte> _path = [];
    private readonly Stack<Level> _levels = new();

    /// <summary>Called for each name.</summary>
    /// <returns>The number by which the names in it, if it is a directory, are to know it.</returns>
    public delegate ulong Visit(in WalkedName name);

    /// <summary>Called for what cannot be entered or looked at.</summary>
    public delegate void Unreadable(byte[] path, Errno errno);

    /// <summary>Walks the tree.</summary>
    /// <exception cref="OperationCanceledException">A signal came.</exception>
    public void Run(SafeFd root)
    {
        Errno errno = Libc.Fstatx(root, ShareVolume.Mask, out Statx stat);
        if (errno != Errno.OK)
        {
            unreadable("."u8.ToArray(), errno);
            return;
        }

        ulong number = visit(new WalkedName(root, stat.Ino, stat.Dev, CString.Empty, stat, "."u8));
        Enter(root, CString.FromTerminated(".\0"u8), number, stat.Dev);
        while (_levels.TryPeek(out Level? level))
        {
            if (level.Next == level.Directories.Count)
            {
                _levels.Pop().Fd.Dispose();
                continue;
            }

            _path.RemoveRange(level.PathLength, _path.Count - level.PathLength);
            (byte[] name, ulong ino, ulong dev) = level.Directories[level.Next++];
            Append(name.AsSpan(..^1));
            Enter(level.Fd, CString.FromTerminated(name), ino, dev);
        }
    }

    public void Dispose()
    {
        foreach (Level level in _levels)
            level.Fd.Dispose();
    }

    private void Enter(SafeFd parent, CString name, ulong ino, ulong dev)
    {
        const int noFollow = 0;
        OpenFlags flags = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
        Errno errno = Libc.Openat(parent, name, flags, noFollow, out SafeFd fd);
        if (errno != Errno.OK)
        {
            fd.Dispose();
            Report(errno);
            return;
        }

        var level = new Level(fd, _path.Count);
        _levels.Push(level);
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            errno = Libc.Getdents64(fd, _buffer, out int length);
            if (errno != Errno.OK || length == 0)
                break;
            foreach (Dirent entry in new DirentReader(_buffer.AsSpan(0, length)))
            {
                if (!entry.IsDotOrDotDot)
                    Look(level, ino, dev, entry.Name);
            }
        }

        if (errno is not (Errno.OK or Errno.ENOENT))
            Report(errno);
    }

    private void Look(Level level, ulong parent, ulong parentDev, CString name)
    {
        Append(name.Bytes);
        Errno errno = Libc.Statx(level.Fd, name, AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out Statx stat);
        if (errno == Errno.OK)
        {
            ulong number = visit(
                new WalkedName(level.Fd, parent, parentDev, name, stat, CollectionsMarshal.AsSpan(_path)));
            if (FileMode.IsDirectory(stat.Mode))
                level.Directories.Add((name.Terminated.ToArray(), number, stat.Dev));
        }
        else
        {
            Report(errno);
        }

        _path.RemoveRange(level.PathLength, _path.Count - level.PathLength);
    }

    // A name that is gone a moment later was removed, which is no failure.
    private void Report(Errno errno)
    {
        if (errno != Errno.ENOENT)
            unreadable(_path.Count == 0 ? "."u8.ToArray() : _path.ToArray(), errno);
    }

    private void Append(ReadOnlySpan<byte> name)
    {
        if (_path.Count > 0)
            _path.Add((byte)'/');
        _path.AddRange(name);
    }

    private sealed class Level(SafeFd fd, int pathLength)
    {
        public SafeFd Fd { get; } = fd;

        public int PathLength { get; } = pathLength;

        public List<(byte[] Name, ulong Ino, ulong Dev)> Directories { get; } = [];

        public int Next { get; set; }
    }
}
