// The same tree through the mount and on the share, step by step and side by side.
using System.Runtime.InteropServices;
using MetaFs.Linux;
using MetaFs.Passthrough.Shares;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Comparing;

/// <summary>Compares every name of a tree once, in the order of their bytes.</summary>
/// <remarks>Two descriptors for each level that is open, and the names of one directory for each.</remarks>
internal sealed class PairWalk : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Action<Difference> _report;
    private readonly Action<byte[], Errno> _unreadable;
    private readonly Walked _walked;
    private readonly CancellationToken _stop;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<byte> _path = [];
    private readonly Stack<Level> _levels = new();

    /// <param name="report">Receives what differs.</param>
    /// <param name="unreadable">Receives what cannot be looked at.</param>
    /// <param name="walked">Called after each name.</param>
    /// <param name="stop">Ends the walk.</param>
    public PairWalk(
        Action<Difference> report, Action<byte[], Errno> unreadable, Walked walked, CancellationToken stop)
    {
        _report = report;
        _unreadable = unreadable;
        _walked = walked;
        _stop = stop;
    }

    /// <summary>Called with the number of names so far and the last one's path.</summary>
    public delegate void Walked(long names, ReadOnlySpan<byte> path);

    /// <summary>Names met.</summary>
    public long Names { get; private set; }

    /// <summary>Compares a directory and all below it, or one name in it.</summary>
    /// <param name="mount">The directory through the mount, open for reading.</param>
    /// <param name="share">The directory on the share; any descriptor.</param>
    /// <param name="path">Where it is below the mount's root; empty for that.</param>
    /// <param name="name">The one name; empty: the directory.</param>
    /// <exception cref="OperationCanceledException">A signal came.</exception>
    public void Run(SafeFd mount, SafeFd share, ReadOnlySpan<byte> path, CString name)
    {
        _path.AddRange(path);
        if (name.Length > 0)
        {
            CompareNamed(mount, share, name, out bool isDirectory);
            if (!isDirectory)
                return;
        }
        else
        {
            CompareSelf(mount, share);
        }

        Enter(mount, share, name.Length > 0 ? name : CString.FromTerminated(".\0"u8));
        while (_levels.TryPeek(out Level? level))
        {
            _stop.ThrowIfCancellationRequested();
            if (level.Next == level.Names.Count)
            {
                _levels.Pop().Dispose();
                continue;
            }

            _path.RemoveRange(level.PathLength, _path.Count - level.PathLength);
            CString next = CString.FromTerminated(level.Names[level.Next++]);
            CompareNamed(level.Mount, level.Share, next, out bool isDirectory);
            if (isDirectory)
                Enter(level.Mount, level.Share, next);
        }
    }

    public void Dispose()
    {
        foreach (Level level in _levels)
            level.Dispose();
    }

    private void CompareSelf(SafeFd mount, SafeFd share)
    {
        Errno errno = Look(mount, CString.Empty, default, out Statx ours);
        if (errno == Errno.OK)
            errno = Look(share, CString.Empty, default, out Statx theirs) is var looked && looked == Errno.OK
                ? Compare(mount, share, CString.Empty, ours, theirs)
                : looked;
        if (errno != Errno.OK)
            _unreadable(Place(), errno);
        Count();
    }

    // Also extends the path by the name.
    private void CompareNamed(SafeFd mount, SafeFd share, CString name, out bool isDirectory)
    {
        if (_path.Count > 0)
            _path.Add((byte)'/');
        _path.AddRange(name.Bytes);
        Errno ours = Look(mount, name, default, out Statx shown);
        Errno theirs = Look(share, name, default, out Statx kept);
        isDirectory = ours == Errno.OK && theirs == Errno.OK
            && FileMode.IsDirectory(shown.Mode) && FileMode.IsDirectory(kept.Mode);
        if (ours == Errno.OK && theirs == Errno.OK)
            Compare(mount, share, name, shown, kept);
        else if (ours == Errno.OK && theirs == Errno.ENOENT)
            ReportLone(Sides.MountOnly, mount, share, name, shown);
        else if (ours == Errno.ENOENT && theirs == Errno.OK)
            ReportLone(Sides.ShareOnly, mount, share, name, kept);
        else if (ours != Errno.ENOENT || theirs != Errno.ENOENT)
            _unreadable(Place(), ours is Errno.OK or Errno.ENOENT ? theirs : ours);
        Count();
    }

    private Errno Compare(SafeFd mount, SafeFd share, CString name, in Statx shown, in Statx kept)
    {
        if (Difference.Of(CollectionsMarshal.AsSpan(_path), shown, kept) is null)
            return Errno.OK;

        // The kernel may have remembered one side, or both have changed between the two looks.
        AtFlags fresh = AtFlags.AT_STATX_FORCE_SYNC;
        if (Look(mount, name, fresh, out Statx ours) == Errno.OK && Look(share, name, fresh, out Statx theirs) == Errno.OK
            && Difference.Of(Place(), ours, theirs) is { } difference)
        {
            _report(difference);
        }

        return Errno.OK;
    }

    // Made or removed between the two looks: then the other side has caught up by now.
    private void ReportLone(Sides sides, SafeFd mount, SafeFd share, CString name, in Statx stat)
    {
        bool isMount = sides == Sides.MountOnly;
        if (Look(isMount ? share : mount, name, AtFlags.AT_STATX_FORCE_SYNC, out _) == Errno.ENOENT
            && Look(isMount ? mount : share, name, AtFlags.AT_STATX_FORCE_SYNC, out _) == Errno.OK)
        {
            _report(new Difference(Place(), sides, isMount ? stat : default, isMount ? default : stat));
        }
    }

    private void Enter(SafeFd mount, SafeFd share, CString name)
    {
        OpenFlags flags = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
        Errno errno = Libc.Openat(mount, name, flags, 0, out SafeFd ours);
        SafeFd theirs = SafeFd.Invalid;
        if (errno == Errno.OK)
            errno = Libc.Openat(share, name, flags, 0, out theirs);
        var level = new Level(ours, theirs, _path.Count);
        if (errno == Errno.OK)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            errno = Read(ours, names);
            if (errno == Errno.OK)
                errno = Read(theirs, names);
            level.Take(names);
        }

        if (errno == Errno.OK)
        {
            _levels.Push(level);
            return;
        }

        level.Dispose();
        if (errno != Errno.ENOENT)
            _unreadable(Place(), errno);
    }

    // Names as Latin-1 text: one character for each byte, which sorts and compares as the bytes do.
    private Errno Read(SafeFd directory, HashSet<string> names)
    {
        while (true)
        {
            _stop.ThrowIfCancellationRequested();
            Errno errno = Libc.Getdents64(directory, _buffer, out int length);
            if (errno != Errno.OK || length == 0)
                return errno;
            foreach (Dirent entry in new DirentReader(_buffer.AsSpan(0, length)))
            {
                if (!entry.IsDotOrDotDot)
                    names.Add(System.Text.Encoding.Latin1.GetString(entry.Name.Bytes));
            }
        }
    }

    private static Errno Look(SafeFd directory, CString name, AtFlags more, out Statx stat) => Libc.Statx(
        directory, name, AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH | more, ShareVolume.Mask, out stat);

    private byte[] Place() => _path.Count == 0 ? "."u8.ToArray() : _path.ToArray();

    private void Count() => _walked(++Names, CollectionsMarshal.AsSpan(_path));

    private sealed class Level(SafeFd mount, SafeFd share, int pathLength) : IDisposable
    {
        public SafeFd Mount { get; } = mount;

        public SafeFd Share { get; } = share;

        public int PathLength { get; } = pathLength;

        /// <summary>Bytes with terminator.</summary>
        public List<byte[]> Names { get; } = [];

        public int Next { get; set; }

        public void Take(HashSet<string> names)
        {
            foreach (string name in names.Order(StringComparer.Ordinal))
                Names.Add([.. System.Text.Encoding.Latin1.GetBytes(name), 0]);
        }

        public void Dispose()
        {
            Mount.Dispose();
            Share.Dispose();
        }
    }
}
