using MetaFs.Model.Checks;
using MetaFs.Model.Operations;
using MetaFs.Model.State;

namespace MetaFs.Model.Running;

internal sealed partial class Actor
{
    private void Check(Operation operation)
    {
        Errno errno = operation.Kind switch
        {
            OperationKind.Peek => Peek(operation),
            OperationKind.Stat => CheckAttributes(operation),
            _ => CheckXattrs(operation),
        };
        if (errno == Errno.OK)
            return;
        if (IsDeath(errno, Errno.OK))
            Halt(operation, 0, errno);
        else
            Lose(operation, Errno.OK, errno);
    }

    private Errno CheckAttributes(Operation operation)
    {
        Errno errno = operation.Path.Length > 0
            ? Look.Stat(_executor!.Root, operation.Path, (AtFlags)operation.Flags, out Statx stat)
            : Look.Stat(_executor![operation.Handle], out stat);
        if (errno == Errno.OK)
            Judge(operation, _tree.TargetOf(operation)!, stat);
        return errno;
    }

    private void Judge(Operation operation, Inode inode, in Statx stat)
    {
        Interlocked.Increment(ref _checks);
        string path = operation.Path.Length > 0 ? operation.Path : $"handle {operation.Handle}";
        List<Difference> found = _comparison.Attributes(_tree, path, inode, stat, Libc.RealtimeNanoseconds());
        if (found.Count == 0)
        {
            _comparison.Pin(inode, stat);
            return;
        }

        foreach (Difference one in found)
            Report(one);
        _comparison.Adopt(inode, stat);
    }

    private void CheckHandles()
    {
        foreach (int handle in _tree.Handles.Keys)
        {
            Operation operation = new(OperationKind.Stat) { Handle = handle };
            Errno errno = CheckAttributes(operation);
            if (errno != Errno.OK)
                Lose(operation, Errno.OK, errno);
        }
    }

    private Errno CheckXattrs(Operation operation)
    {
        Interlocked.Increment(ref _checks);
        Inode inode = _tree.TargetOf(operation)!;
        if (operation.Path.Length == 0)
            return CheckXattrs($"handle {operation.Handle}", inode, _executor![operation.Handle]);
        OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        Errno errno = Libc.Openat(_executor!.Root, ByteString.ToC(operation.Path), flags, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return CheckXattrs(operation.Path, inode, fd);
    }

    private Errno CheckXattrs(string path, Inode inode, SafeFd fd)
    {
        Errno errno = Look.ReadXattrs(fd, out SortedDictionary<string, byte[]> xattrs);
        if (errno == Errno.OK && Comparison.Xattrs(path, inode, xattrs) is { } difference)
            Report(difference);
        return errno;
    }

    /// <summary>Reads what a file, a directory or a link holds. The journal has it, since it moves access times.</summary>
    private Errno Read(Operation operation, Inode? inode)
    {
        Interlocked.Increment(ref _checks);
        SafeFd root = _executor!.Root;
        Errno errno;
        switch (operation.Kind)
        {
            case OperationKind.ReadDirectory:
                errno = Look.ReadDirectory(root, operation.Path, Prefix, out Dictionary<string, Listed> names);
                if (errno == Errno.OK)
                    Comparison.Listing(_tree, operation.Path, inode!, names).ForEach(Report);
                return errno;
            case OperationKind.Readlink:
                errno = Look.Readlink(root, operation.Path, out string target);
                if (errno == Errno.OK && !string.Equals(target, inode!.Target, StringComparison.Ordinal))
                    Report(Difference.Of(operation.Path, inode, "target", inode.Target, target));
                return errno;
            default:
                int size = inode!.Data.Length;
                errno = operation.Path.Length > 0
                    ? Look.ReadAll(root, operation.Path, size, out byte[] data)
                    : Look.ReadAll(_executor[operation.Handle], size, out data);
                string path = operation.Path.Length > 0 ? operation.Path : $"handle {operation.Handle}";
                if (errno == Errno.OK && Comparison.Data(path, inode, data) is { } difference)
                    Report(difference);
                return errno;
        }
    }

    // Looks at others' files while they change them. Nothing is known of them, but that they are there or not.
    private Errno Peek(Operation operation)
    {
        SafeFd root = _executor!.Root;
        Errno errno = Look.ReadDirectory(root, operation.Path, "", out Dictionary<string, Listed> names);
        if (errno != Errno.OK)
            return errno;
        Random random = new(operation.Seed);
        (string Name, Listed Listed)[] others = [.. names.Where(IsOthers).Select(pair => (pair.Key, pair.Value))];
        random.Shuffle(others);
        foreach ((string name, Listed listed) in others.Take(5))
        {
            string path = operation.Path + "/" + name;
            errno = Look.Stat(root, path, AtFlags.None, out _);
            if (errno == Errno.OK && listed.Type == DirentType.DT_REG)
            {
                OpenFlags flags = OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;
                errno = Libc.Openat(root, ByteString.ToC(path), flags, 0, out SafeFd fd);
                fd.Dispose();
            }

            // A symbolic link has taken the name, or a socket, or a device, which nodev forbids.
            if (errno is not (Errno.OK or Errno.ENOENT or Errno.ELOOP or Errno.ENXIO or Errno.EACCES))
                return errno;
        }

        return Errno.OK;
    }

    private bool IsOthers(KeyValuePair<string, Listed> entry) => !entry.Key.StartsWith(Prefix, StringComparison.Ordinal);
}
