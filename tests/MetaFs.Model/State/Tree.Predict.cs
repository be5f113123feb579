using MetaFs.Model.Operations;

namespace MetaFs.Model.State;

internal sealed partial class Tree
{
    /// <summary>The errno that the operation must have. The order of the checks is Linux's (fs/namei.c).</summary>
    public Errno Predict(Operation operation) => operation.Kind switch
    {
        OperationKind.Create or OperationKind.Mkdir or OperationKind.Mknod or OperationKind.Symlink =>
            Find(operation.Path) is null ? Errno.OK : Errno.EEXIST,
        OperationKind.Link => PredictLink(operation),
        OperationKind.LinkHandle => Find(operation.Other) is null ? Errno.OK : Errno.EEXIST,
        OperationKind.Unlink => Find(operation.Path) switch
        {
            null => Errno.ENOENT,
            { IsDirectory: true } => Errno.EISDIR,
            _ => Errno.OK,
        },
        OperationKind.Rmdir => Find(operation.Path) switch
        {
            null => Errno.ENOENT,
            { IsDirectory: false } => Errno.ENOTDIR,
            { Entries.Count: > 0 } => Errno.ENOTEMPTY,
            _ => Errno.OK,
        },
        OperationKind.Rename => PredictRename(operation),
        OperationKind.RemoveXattr => TargetOf(operation) switch
        {
            null => Errno.ENOENT,
            Inode inode => inode.Xattrs.ContainsKey(operation.Other) ? Errno.OK : Errno.ENODATA,
        },
        _ => operation.Path.Length > 0 && Find(operation.Path) is null ? Errno.ENOENT : Errno.OK,
    };

    private Errno PredictLink(Operation operation)
    {
        Inode? source = Find(operation.Path);
        if (source is null)
            return Errno.ENOENT;
        if (Find(operation.Other) is not null)
            return Errno.EEXIST;
        return source.IsDirectory ? Errno.EPERM : Errno.OK;
    }

    private Errno PredictRename(Operation operation)
    {
        Inode? source = Find(operation.Path);
        Inode? target = Find(operation.Other);
        var flags = (RenameFlags)operation.Flags;
        if (source is null)
            return Errno.ENOENT;
        if (flags.HasFlag(RenameFlags.RENAME_NOREPLACE) && target is not null)
            return Errno.EEXIST;
        if (flags.HasFlag(RenameFlags.RENAME_EXCHANGE))
            return target is null ? Errno.ENOENT : Errno.OK;
        if (target is null || ReferenceEquals(source, target))
            return Errno.OK;
        if (source.IsDirectory != target.IsDirectory)
            return source.IsDirectory ? Errno.ENOTDIR : Errno.EISDIR;
        return target.Entries.Count > 0 ? Errno.ENOTEMPTY : Errno.OK;
    }
}
