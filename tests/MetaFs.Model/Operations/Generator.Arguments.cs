using MetaFs.Model.State;

namespace MetaFs.Model.Operations;

internal sealed partial class Generator
{
    // 0644 0600 0755 0444 0 4755 2755 2750 6777 1777 0111
    private static readonly uint[] s_usualModes =
        [0x1A4, 0x180, 0x1ED, 0x124, 0, 0x9ED, 0x5ED, 0x5E8, 0xDFF, 0x3FF, 0x049];

    private Operation? MakeNew(OperationKind kind)
    {
        string directory = PickDirectory();
        string path = directory + "/" + NewName();
        if (Rarely && Tree.Find(directory)!.Entries is { Count: > 0 } entries)
            path = directory + "/" + entries[_random.Next(entries.Count)].Name;
        Operation made = As(new Operation(kind) { Path = path, Mode = AnyMode() }, directory);
        if (kind == OperationKind.Symlink)
            return made with { Mode = 0, Other = "target" + new string('t', _random.Next(40)) };
        bool opens = kind == OperationKind.Create && Has(Features.Handles) && Tree.Handles.Count < MostHandles
            && _random.Next(4) == 0;
        return opens ? made with { Handle = ++_lastHandle } : made;
    }

    // Only root makes devices (mknod(2), CAP_MKNOD); of these numbers none has a driver, should one be opened.
    private Operation? MakeSpecial()
    {
        (string Feature, uint Type)[] types =
        [
            (Features.Mkfifo, FileMode.S_IFIFO), (Features.Socket, FileMode.S_IFSOCK),
            (Features.Device, FileMode.S_IFCHR), (Features.Device, FileMode.S_IFBLK),
        ];
        (string feature, uint type) = types[_random.Next(types.Length)];
        if (!Has(feature) || MakeNew(OperationKind.Mknod) is not { } made)
            return null;
        made = made with { Mode = made.Mode | type };
        uint device = DeviceNumber.Encode(1000 + (uint)_random.Next(3000), (uint)_random.Next(0x100000));
        return FileMode.IsDevice(type) ? made with { Uid = 0, Gid = 0, Device = device } : made;
    }

    private Operation? MakeTmpfile()
    {
        if (Tree.Handles.Count >= MostHandles)
            return null;
        string directory = PickDirectory();
        return As(
            new Operation(OperationKind.Tmpfile) { Path = directory, Mode = AnyMode(), Handle = ++_lastHandle }, directory);
    }

    // Whoever does not own an own directory may not be allowed to write there; in the shared ones everybody may.
    private Operation As(Operation operation, string directory)
    {
        if (!Has(Features.Callers) || !Tree.Find(directory)!.IsShared || _random.Next(2) == 0)
            return operation;
        uint gid = _random.Next(8) == 0 ? SharedDirectories.Group : OwnId();
        return operation with { Uid = OwnId(), Gid = gid };
    }

    private Operation? MakeLink()
    {
        if (Pick(inode => Rarely ? inode.IsDirectory : !inode.IsDirectory) is not { } path)
            return null;
        return new Operation(OperationKind.Link) { Path = path, Other = PickDirectory() + "/" + NewName() };
    }

    // linkat(2) gives an open file a name again only if it was made by O_TMPFILE: st_nlink 0 is ENOENT otherwise.
    private Operation? MakeLinkHandle()
    {
        int? handle = PickHandle(static inode => inode.IsLinkable);
        return handle is null
            ? null
            : new Operation(OperationKind.LinkHandle) { Handle = handle.Value, Other = PickDirectory() + "/" + NewName() };
    }

    private Operation? MakeRename()
    {
        if (Pick(static _ => true) is not { } path)
            return null;
        int choice = _random.Next(10);
        string? other = choice < 5 ? PickDirectory() + "/" + NewName() : Pick(static _ => true);
        RenameFlags flags = choice switch
        {
            0 or 9 when Has(Features.NoReplace) => RenameFlags.RENAME_NOREPLACE,
            7 or 8 when Has(Features.Exchange) => RenameFlags.RENAME_EXCHANGE,
            _ => RenameFlags.None,
        };

        // One below the other is EINVAL or ENOTEMPTY, by rules of its own.
        if (other is null || IsBelow(other, path) || IsBelow(path, other))
            return null;
        return new Operation(OperationKind.Rename) { Path = path, Other = other, Flags = (int)flags };
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory + "/", StringComparison.Ordinal);

    private Operation? MakeOpen()
    {
        if (Tree.Handles.Count >= MostHandles)
            return null;
        string? path = Pick(static inode => inode.IsRegular || inode.IsDirectory);
        return path is null ? null : new Operation(OperationKind.Open) { Path = path, Handle = ++_lastHandle };
    }

    private Operation? MakeCopyRange()
    {
        string? source = Pick(static inode => inode.Data.Length > 0);
        string? target = Pick(static inode => inode.IsRegular);
        if (source is null || target is null || ReferenceEquals(Tree.Find(source), Tree.Find(target)))
            return null;
        int size = Tree.Find(source)!.Data.Length;
        int from = _random.Next(size);
        return new Operation(OperationKind.CopyRange)
        {
            Path = source,
            Other = target,
            Source = from,
            Length = 1 + _random.Next(size - from),
            Offset = _random.Next(Largest),
        };
    }

    private Operation WithArguments(Operation operation, Inode inode) => operation.Kind switch
    {
        OperationKind.Chown => operation with { Uid = MaybeKept(), Gid = MaybeKept() },
        OperationKind.Chmod => operation with { Mode = AnyMode() },
        OperationKind.Utimens => operation with { Atime = AnyTime(), Mtime = AnyTime() },
        OperationKind.Write => WithWriter(operation, inode),
        OperationKind.MapWrite => WithRange(operation, inode.Data.Length),
        OperationKind.Truncate => operation with
        {
            Length = _random.Next(3) == 0 ? inode.Data.Length : _random.Next(Largest),
        },
        OperationKind.Fallocate => WithRange(operation, Largest) with { Flags = AnyFallocate() },
        OperationKind.SetXattr => operation with
        {
            Other = "user." + (char)('a' + _random.Next(4)),
            Seed = _random.Next(),
            Length = _random.Next(100),
        },
        OperationKind.SetAcl => operation with
        {
            Other = inode.IsDirectory && _random.Next(2) == 0 ? Acl.Default : Acl.Access,
            Seed = _random.Next(),
        },
        OperationKind.RemoveXattr => operation with
        {
            Other = inode.Xattrs.Count == 0 || (Rarely && inode.IsRegular)
                ? "user.none"
                : inode.Xattrs.Keys.ElementAt(_random.Next(inode.Xattrs.Count)),
        },
        OperationKind.Stat => operation with { Flags = Rarely ? (int)AtFlags.AT_STATX_FORCE_SYNC : 0 },
        _ => operation,
    };

    private Operation WithWriter(Operation operation, Inode inode)
    {
        operation = WithRange(operation, Largest);
        bool appends = inode.Data.Length < Largest && _random.Next(4) == 0 && operation.Path.Length > 0;
        if (appends)
            operation = operation with { Flags = OpenFlags.O_APPEND.Value, Offset = 0 };
        bool mayBeOwner = Has(Features.Callers) && inode.Uid != 0 && (inode.Permissions & FileMode.S_IWUSR) != 0
            && operation.Path.AsSpan().Count('/') == 1;
        if (!mayBeOwner || _random.Next(2) == 0)
            return operation;

        // FUSE does not tell whether a writer is in the group: sgid without group execute outlives any writer there.
        bool isInGroup = _random.Next(2) == 0
            || (inode.Permissions & (FileMode.S_ISGID | FileMode.S_IXGRP)) == FileMode.S_ISGID;
        return operation with { Uid = inode.Uid, Gid = isInGroup ? inode.Gid : OwnId() };
    }

    private Operation WithRange(Operation operation, int size)
    {
        int offset = _random.Next(size);
        int most = _random.Next(2) == 0 ? 100 : size;
        return operation with
        {
            Offset = offset,
            Length = 1 + _random.Next(Math.Min(most, size - offset)),
            Seed = _random.Next(),
        };
    }

    private int AnyFallocate()
    {
        int flags = _random.Next(5) switch
        {
            0 => Libc.FALLOC_FL_KEEP_SIZE,
            1 when Has(Features.PunchHole) => Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE,
            2 when Has(Features.ZeroRange) => Libc.FALLOC_FL_ZERO_RANGE,
            3 when Has(Features.ZeroRange) => Libc.FALLOC_FL_ZERO_RANGE | Libc.FALLOC_FL_KEEP_SIZE,
            _ => 0,
        };
        return flags;
    }

    private uint MaybeKept() => _random.Next(4) == 0 ? uint.MaxValue : NextId();

    private uint AnyMode() =>
        _random.Next(2) == 0 ? s_usualModes[_random.Next(s_usualModes.Length)] : (uint)_random.Next(0x1000);

    private Timespec AnyTime() => _random.Next(8) switch
    {
        0 => Timespec.Now,
        1 or 2 => Timespec.Omit,
        3 => new Timespec(_random.NextInt64(int.MinValue, 0), _random.Next(1_000_000_000)),
        4 => new Timespec(_random.NextInt64(0, 7_258_118_400), 0), // 2200-01-01
        _ => new Timespec(_random.NextInt64(0, 7_258_118_400), _random.Next(1_000_000_000)),
    };
}
