namespace MetaFs.Model.Operations;

/// <summary>Makes the system calls of operations that change something. One thread's.</summary>
/// <remarks>Paths start at a descriptor of the run's directory: after a kill none leads below the bare mount point.</remarks>
internal sealed class Executor(SafeFd root, HashSet<string> without) : IDisposable
{
    private readonly Dictionary<int, SafeFd> _handles = [];
    private readonly bool _linksAreFresh = !without.Contains(Features.FreshLinks);

    public SafeFd Root { get; } = root;

    public SafeFd this[int handle] => _handles[handle];

    /// <summary>Does it.</summary>
    /// <param name="operation">Not one that only looks.</param>
    /// <param name="size">The size of the file, where the operation maps it.</param>
    /// <param name="count">CopyRange, Write: bytes done.</param>
    public Errno Execute(Operation operation, long size, out long count)
    {
        count = 0;
        if (operation.Uid == 0 || operation.Kind == OperationKind.Chown)
            return ExecuteAsMyself(operation, size, out count);
        Errno errno = ThreadCredentials.Assume(operation.Uid, operation.Gid, []);
        if (errno == Errno.OK)
            errno = ExecuteAsMyself(operation, size, out count);
        Errno restored = ThreadCredentials.Restore();
        return restored == Errno.OK ? errno : throw new InvalidOperationException($"setfsuid back to root: {restored}");
    }

    public void Dispose()
    {
        foreach (SafeFd fd in _handles.Values)
            fd.Dispose();
        _handles.Clear();
        Root.Dispose();
    }

    private Errno ExecuteAsMyself(Operation operation, long size, out long count)
    {
        count = 0;
        return operation.Kind switch
        {
            OperationKind.Write => OnFile(operation, OpenFlags.O_WRONLY, Write, out count),
            OperationKind.CopyRange => CopyRange(operation, out count),
            OperationKind.MapWrite => OnFile(
                operation, OpenFlags.O_RDWR, (fd, it, out done) => MapWrite(fd, it, size, out done), out _),
            OperationKind.Truncate => OnFile(operation, OpenFlags.O_WRONLY, Truncate, out _),
            OperationKind.Fallocate => OnFile(operation, OpenFlags.O_WRONLY, Fallocate, out _),
            OperationKind.Fsync => OnFile(operation, OpenFlags.O_RDONLY, Fsync, out _),
            OperationKind.Chmod => OnFile(operation, OpenFlags.O_PATH, Chmod, out _),
            OperationKind.SetXattr => OnFile(operation, OpenFlags.O_PATH, SetXattr, out _),
            OperationKind.SetAcl => OnFile(operation, OpenFlags.O_PATH, SetAcl, out _),
            OperationKind.RemoveXattr => OnFile(operation, OpenFlags.O_PATH, RemoveXattr, out _),
            OperationKind.Chown or OperationKind.Utimens => OnInode(operation),
            _ => OnNames(operation),
        };
    }

    private Errno OnNames(Operation operation)
    {
        CString path = ByteString.ToC(operation.Path);
        CString other = ByteString.ToC(operation.Other);
        OpenFlags create = OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC;
        OpenFlags open = OpenFlags.O_RDWR | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        return operation.Kind switch
        {
            OperationKind.Create => OpenHandle(operation, create),
            OperationKind.Tmpfile => OpenHandle(operation, OpenFlags.O_RDWR | OpenFlags.O_TMPFILE | OpenFlags.O_CLOEXEC),
            OperationKind.Open => OpenHandle(operation, open),
            OperationKind.OpenTruncate => OpenHandle(operation, open | OpenFlags.O_TRUNC),
            OperationKind.Close => CloseHandle(operation.Handle),
            OperationKind.Mkdir => Libc.Mkdirat(Root, path, operation.Mode),
            OperationKind.Mknod => Libc.Mknodat(Root, path, operation.Mode, operation.Device),
            OperationKind.Symlink => Libc.Symlinkat(other, Root, path),
            OperationKind.Link => Link(path, other),
            OperationKind.LinkHandle =>
                Libc.Linkat(_handles[operation.Handle], CString.Empty, Root, other, AtFlags.AT_EMPTY_PATH),
            OperationKind.Unlink => Libc.Unlinkat(Root, path, AtFlags.None),
            OperationKind.Rmdir => Libc.Unlinkat(Root, path, AtFlags.AT_REMOVEDIR),
            OperationKind.Rename => Libc.Renameat2(Root, path, Root, other, (RenameFlags)operation.Flags),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
    }

    private Errno Link(CString path, CString other)
    {
        if (!_linksAreFresh)
        {
            AtFlags flags = AtFlags.AT_STATX_FORCE_SYNC | AtFlags.AT_SYMLINK_NOFOLLOW;
            Errno errno = Libc.Statx(Root, path, flags, StatxMask.STATX_NLINK, out _);
            if (errno != Errno.OK)
                return errno;
        }

        return Libc.Linkat(Root, path, Root, other, AtFlags.None);
    }

    private Errno OpenHandle(Operation operation, OpenFlags flags)
    {
        CString path = ByteString.ToC(operation.Path);
        Errno errno = Libc.Openat(Root, path, flags, operation.Mode, out SafeFd fd);
        if (errno == Errno.EISDIR && operation.Kind == OperationKind.Open)
            errno = Libc.Openat(Root, path, OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0, out fd);
        if (errno == Errno.OK && operation.Handle >= 0)
            _handles.Add(operation.Handle, fd);
        else if (errno == Errno.OK)
            errno = Close(fd);
        return errno;
    }

    private Errno CloseHandle(int handle)
    {
        _handles.Remove(handle, out SafeFd? fd);
        return Close(fd!);
    }

    private static Errno Close(SafeFd fd)
    {
        fd.Dispose();
        return Errno.OK;
    }

    private delegate Errno FileCall(SafeFd fd, Operation operation, out long count);

    /// <summary>By the handle, or by a descriptor that is opened for this one call.</summary>
    private Errno OnFile(Operation operation, OpenFlags flags, FileCall call, out long count)
    {
        count = 0;
        if (operation.Path.Length == 0)
            return call(_handles[operation.Handle], operation, out count);
        flags |= OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC | new OpenFlags(
            operation.Kind == OperationKind.Write ? operation.Flags : 0);
        Errno errno = Libc.Openat(Root, ByteString.ToC(operation.Path), flags, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return call(fd, operation, out count);
    }

    private Errno OnInode(Operation operation)
    {
        bool byHandle = operation.Path.Length == 0;
        SafeFd start = byHandle ? _handles[operation.Handle] : Root;
        CString path = byHandle ? CString.Empty : ByteString.ToC(operation.Path);
        AtFlags flags = byHandle ? AtFlags.AT_EMPTY_PATH : AtFlags.AT_SYMLINK_NOFOLLOW;
        return operation.Kind == OperationKind.Chown
            ? Libc.Fchownat(start, path, operation.Uid, operation.Gid, flags)
            : Libc.Utimensat(start, path, operation.Atime, operation.Mtime, flags);
    }

    private static Errno Write(SafeFd fd, Operation operation, out long count)
    {
        byte[] bytes = Pattern.Make(operation.Seed, operation.Length);
        int written;
        Errno errno = operation.Flags == OpenFlags.O_APPEND.Value
            ? Libc.Write(fd, bytes, out written)
            : Libc.Pwrite(fd, bytes, (ulong)operation.Offset, out written);
        count = written;
        return errno;
    }

    private static Errno MapWrite(SafeFd fd, Operation operation, long size, out long count)
    {
        count = 0;
        Errno errno = Mapping.Map(fd, size, out Mapping? mapping);
        if (errno != Errno.OK)
            return errno;
        using (mapping)
        {
            errno = mapping!.Write(operation.Offset, Pattern.Make(operation.Seed, operation.Length));
            return errno == Errno.OK ? mapping.Sync() : errno;
        }
    }

    private Errno CopyRange(Operation operation, out long count)
    {
        count = 0;
        Errno errno = Libc.Openat(
            Root, ByteString.ToC(operation.Path), OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC, 0, out SafeFd source);
        if (errno != Errno.OK)
            return errno;
        using (source)
        {
            OpenFlags flags = OpenFlags.O_WRONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
            errno = Libc.Openat(Root, ByteString.ToC(operation.Other), flags, 0, out SafeFd target);
            if (errno != Errno.OK)
                return errno;
            using (target)
            {
                ulong from = (ulong)operation.Source;
                ulong to = (ulong)operation.Offset;
                errno = Libc.CopyFileRange(source, ref from, target, ref to, (ulong)operation.Length, out ulong copied);
                count = (long)copied;
                return errno;
            }
        }
    }

    private static Errno Truncate(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        return Libc.Ftruncate(fd, (ulong)operation.Length);
    }

    private static Errno Fallocate(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        return Libc.Fallocate(fd, operation.Flags, (ulong)operation.Offset, (ulong)operation.Length);
    }

    private static Errno Fsync(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        return Libc.Fsync(fd);
    }

    private static Errno Chmod(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        return Libc.Fchmod(fd, operation.Mode);
    }

    private static Errno SetXattr(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        byte[] value = Pattern.Make(operation.Seed, operation.Length);
        return Libc.Fsetxattr(fd, ByteString.ToC(operation.Other), value, 0);
    }

    private static Errno SetAcl(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        return Libc.Fsetxattr(fd, ByteString.ToC(operation.Other), State.Acl.Make(operation.Seed), 0);
    }

    private static Errno RemoveXattr(SafeFd fd, Operation operation, out long count)
    {
        count = 0;
        return Libc.Fremovexattr(fd, ByteString.ToC(operation.Other));
    }
}
