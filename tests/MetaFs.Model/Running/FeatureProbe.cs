using MetaFs.Model.Checks;
using MetaFs.Model.Operations;

namespace MetaFs.Model.Running;

/// <summary>Finds out, before the load, what the directory's file system does not have at all.</summary>
internal static class FeatureProbe
{
    /// <summary>The missing features, and the errno that says so.</summary>
    public static IEnumerable<(string Feature, string Reason)> Missing(string directory)
    {
        using Executor executor = new(Directories.Open(directory), []);
        Operation a = new(OperationKind.Create) { Path = "probe.a", Mode = 0x1B6 };
        Operation b = a with { Path = "probe.b", Handle = 1 };
        Require(executor, a);
        Require(executor, b);
        Require(executor, a with { Path = "probe.x" });
        Require(executor, a with { Path = "probe.m" });
        Require(executor, new(OperationKind.Write) { Path = "probe.m", Length = 10_000, Seed = 1 });
        foreach ((string feature, Operation operation) in Questions)
        {
            Errno errno = executor.Execute(operation, 10_000, out _);
            if (errno != Errno.OK)
                yield return (feature, errno.ToString());
        }

        Require(executor, new(OperationKind.Mkdir) { Path = "probe.d", Mode = 0x1FF });
        Errno stat = Look.Stat(executor.Root, "probe.d", AtFlags.None, out Statx empty);
        if (stat != Errno.OK || empty.Nlink != 2)
            yield return (Features.DirectoryLinks, $"an empty directory has st_nlink {empty.Nlink}");
        foreach (char name in "abclsfkvxm")
            Libc.Unlinkat(executor.Root, ByteString.ToC($"probe.{name}"), AtFlags.None);
        Libc.Unlinkat(executor.Root, ByteString.ToC("probe.d"), AtFlags.AT_REMOVEDIR);
    }

    private static (string Feature, Operation Operation)[] Questions =>
    [
        (Features.Tmpfile, new(OperationKind.Tmpfile) { Path = ".", Mode = 0x180, Handle = 2 }),
        (Features.Mkfifo, new(OperationKind.Mknod) { Path = "probe.f", Mode = FileMode.S_IFIFO | 0x180 }),
        (Features.Socket, new(OperationKind.Mknod) { Path = "probe.k", Mode = FileMode.S_IFSOCK | 0x180 }),
        (Features.Device, new(OperationKind.Mknod) { Path = "probe.v", Mode = FileMode.S_IFCHR | 0x180, Device = 0x103 }),
        (Features.Symlink, new(OperationKind.Symlink) { Path = "probe.s", Other = "target" }),
        (Features.Link, new(OperationKind.Link) { Path = "probe.a", Other = "probe.l" }),
        (Features.NoReplace, Rename("probe.b", "probe.c", RenameFlags.RENAME_NOREPLACE)),
        (Features.Exchange, Rename("probe.a", "probe.x", RenameFlags.RENAME_EXCHANGE)),
        (Features.Allocate, Allocate(0)),
        (Features.PunchHole, Allocate(Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE)),
        (Features.ZeroRange, Allocate(Libc.FALLOC_FL_ZERO_RANGE)),
        (Features.MapWrite, new(OperationKind.MapWrite) { Path = "probe.m", Length = 10, Seed = 1 }),
        (Features.CopyRange, new(OperationKind.CopyRange) { Path = "probe.m", Other = "probe.a", Length = 10 }),
        (Features.Xattr, new(OperationKind.SetXattr) { Path = "probe.a", Other = "user.probe", Seed = 1, Length = 5 }),
        (Features.Acl, new(OperationKind.SetAcl) { Path = "probe.a", Other = State.Acl.Access, Seed = 1 }),
    ];

    private static Operation Rename(string from, string to, RenameFlags flags) =>
        new(OperationKind.Rename) { Path = from, Other = to, Flags = (int)flags };

    private static Operation Allocate(int flags) =>
        new(OperationKind.Fallocate) { Path = "probe.a", Flags = flags, Offset = 100, Length = 5000 };

    private static void Require(Executor executor, Operation operation)
    {
        Errno errno = executor.Execute(operation, 0, out _);
        if (errno != Errno.OK)
            throw new UsageException($"{operation}: {ErrnoText.Describe(errno)}");
    }
}
