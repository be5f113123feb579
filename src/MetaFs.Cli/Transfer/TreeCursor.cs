// From a path in a tree to its directory's descriptor and its name, without following links on the way.
using MetaFs.Linux;

namespace MetaFs.Cli.Transfer;

/// <summary>Finds names of a tree. Keeps the last directory open, since entries come directory by directory.</summary>
internal sealed class TreeCursor(SafeFd root) : IDisposable
{
    private byte[]? _directoryPath;
    private SafeFd _directory = SafeFd.Invalid;

    /// <summary>Takes hold of a name, whatever it is.</summary>
    /// <param name="path">Below the root; empty for the root itself.</param>
    /// <param name="fd">An O_PATH descriptor; the caller's to dispose.</param>
    /// <returns>OK; ENOENT, ENOTDIR: there is no such name; ELOOP: a link is on the way.</returns>
    public Errno Open(ReadOnlySpan<byte> path, out SafeFd fd)
    {
        Errno errno = Find(path, out SafeFd directory, out byte[] name);
        fd = SafeFd.Invalid;
        return errno == Errno.OK
            ? Libc.Openat(
                directory, CString.FromTerminated(name), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out fd)
            : errno;
    }

    /// <summary>The directory of a name. It stays this object's, until the next call.</summary>
    /// <param name="path">Below the root; empty for the root itself.</param>
    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name, with terminator; "." for the root.</param>
    public Errno Find(ReadOnlySpan<byte> path, out SafeFd directory, out byte[] name)
    {
        int slash = path.LastIndexOf((byte)'/');
        name = path.IsEmpty ? [(byte)'.', 0] : [.. path[(slash + 1)..], 0];
        directory = root;
        if (slash < 0)
            return Errno.OK;
        ReadOnlySpan<byte> parent = path[..slash];
        if (_directoryPath is null || !parent.SequenceEqual(_directoryPath))
        {
            Errno errno = Descend(parent, out SafeFd found);
            _directory.Dispose();
            _directory = found;
            _directoryPath = errno == Errno.OK ? parent.ToArray() : null;
            if (errno != Errno.OK)
                return errno;
        }

        directory = _directory;
        return Errno.OK;
    }

    public void Dispose() => _directory.Dispose();

    private Errno Descend(ReadOnlySpan<byte> path, out SafeFd fd)
    {
        Errno errno = Next(root, "."u8, out fd);
        foreach (Range part in path.Split((byte)'/'))
        {
            if (errno != Errno.OK)
                break;
            errno = Next(fd, path[part], out SafeFd next);
            fd.Dispose();
            fd = next;
        }

        return errno;
    }

    private static Errno Next(SafeFd at, ReadOnlySpan<byte> name, out SafeFd fd)
    {
        byte[] terminated = [.. name, 0];
        return Libc.Openat(
            at, CString.FromTerminated(terminated), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0,
            out fd);
    }
}
