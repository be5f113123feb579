using MetaFs.Model.Operations;

namespace MetaFs.Model.State;

internal sealed partial class Tree
{
    /// <summary>Makes the model what the files must be after the operation has succeeded.</summary>
    /// <param name="operation">What was done.</param>
    /// <param name="start">When it began, ns since the epoch.</param>
    /// <param name="count">CopyRange: how many bytes were copied.</param>
    public void Apply(Operation operation, long start, long count)
    {
        switch (operation.Kind)
        {
            case OperationKind.Create:
                ApplyNew(operation, FileMode.S_IFREG, start);
                break;
            case OperationKind.Tmpfile:
                Inode parent = Find(operation.Path)!;
                Inode unnamed = NewInode(operation, parent, FileMode.S_IFREG, start);
                unnamed.IsLinkable = true;
                _handles.Add(operation.Handle, unnamed.Id);
                break;
            case OperationKind.Mkdir:
                ApplyNew(operation, FileMode.S_IFDIR, start);
                break;
            case OperationKind.Mknod:
                ApplyNew(operation, FileMode.TypeOf(operation.Mode), start);
                break;
            case OperationKind.Symlink:
                ApplyNew(operation, FileMode.S_IFLNK, start);
                break;
            case OperationKind.Link or OperationKind.LinkHandle:
                Inode linked = operation.Kind == OperationKind.Link ? Find(operation.Path)! : OfHandle(operation.Handle);
                AddName(operation.Other, linked, start);
                linked.Names++;
                linked.IsLinkable = false;
                Touch(linked, start);
                break;
            case OperationKind.Unlink or OperationKind.Rmdir:
                RemoveName(operation.Path, start);
                break;
            case OperationKind.Rename:
                ApplyRename(operation, start);
                break;
            case OperationKind.Open:
                _handles.Add(operation.Handle, Find(operation.Path)!.Id);
                break;
            case OperationKind.Close:
                CloseHandle(operation.Handle);
                break;
            default:
                ApplyToInode(operation, start, count);
                break;
        }
    }

    private void ApplyNew(Operation operation, uint type, long start)
    {
        (Inode directory, _) = ParentOf(operation.Path);
        Inode made = NewInode(operation, directory, type, start);
        made.Names = 1;
        AddName(operation.Path, made, start);
        if (operation.Handle >= 0)
            _handles.Add(operation.Handle, made.Id);
    }

    // inode_init_owner() and mode_strip_sgid() of fs/inode.c; mkdir takes no set-id bits (vfs_mkdir). A default ACL takes
    // the umask's place (posix_acl_create).
    private Inode NewInode(Operation operation, Inode directory, uint type, long start)
    {
        byte[]? acl = type == FileMode.S_IFLNK ? null : directory.Xattrs.GetValueOrDefault(Acl.Default);
        uint umask = acl is null ? _rules.Umask : 0;
        bool inherits = (directory.Permissions & FileMode.S_ISGID) != 0;
        uint gid = inherits ? directory.Gid : operation.Gid;
        uint permissions = operation.Mode & FileMode.PermissionMask;
        switch (type)
        {
            case FileMode.S_IFLNK:
                permissions = 0x1FF;
                break;
            case FileMode.S_IFDIR:
                permissions &= 0x3FF & ~umask;
                permissions |= inherits ? FileMode.S_ISGID : 0;
                break;
            default:
                const uint SetGroup = FileMode.S_ISGID | FileMode.S_IXGRP;
                if (inherits && operation.Uid != 0 && operation.Gid != gid && (permissions & SetGroup) == SetGroup)
                    permissions &= ~FileMode.S_ISGID;
                permissions &= ~umask;
                break;
        }

        Inode made = Add(new Inode
        {
            Id = ++_lastId,
            Type = type,
            Device = operation.Device,
            Target = operation.Other,
        });
        if (acl is not null)
            permissions = Inherit(made, acl, permissions);
        made.Permissions = permissions;
        made.Uid = operation.Uid;
        made.Gid = gid;
        made.Given.UnionWith([made.Uid, made.Gid]);
        made.Atime = made.Mtime = TimeRule.Since(start);
        Touch(made, start);
        return made;
    }

    // posix_acl_create_masq()
    private static uint Inherit(Inode made, byte[] acl, uint permissions)
    {
        permissions &= ~0x1FFu | Acl.ModeOf(acl);
        if (!Acl.IsMinimal(acl))
            made.Xattrs[Acl.Access] = Acl.WithMode(acl, permissions);
        if (made.IsDirectory)
            made.Xattrs[Acl.Default] = acl;
        return permissions;
    }

    private void ApplyRename(Operation operation, long start)
    {
        Inode source = Find(operation.Path)!;
        Inode? target = Find(operation.Other);
        if (ReferenceEquals(source, target))
            return;
        (Inode fromDirectory, string from) = ParentOf(operation.Path);
        (Inode toDirectory, string to) = ParentOf(operation.Other);
        if (((RenameFlags)operation.Flags).HasFlag(RenameFlags.RENAME_EXCHANGE))
        {
            fromDirectory.Entries[fromDirectory.IndexOf(from)] = new Entry(from, target!.Id);
            toDirectory.Entries[toDirectory.IndexOf(to)] = new Entry(to, source.Id);
            Touch(target, start);
        }
        else
        {
            if (target is not null)
                RemoveName(operation.Other, start);
            fromDirectory.Entries.RemoveAt(fromDirectory.IndexOf(from));
            toDirectory.Entries.Add(new Entry(to, source.Id));
        }

        Touch(source, start);
        Modify(fromDirectory, start);
        Modify(toDirectory, start);
        _names = null;
    }

    private void AddName(string path, Inode inode, long start)
    {
        (Inode directory, string name) = ParentOf(path);
        directory.Entries.Add(new Entry(name, inode.Id));
        Modify(directory, start);
        _names = null;
    }

    private void RemoveName(string path, long start)
    {
        Inode inode = Find(path)!;
        (Inode directory, string name) = ParentOf(path);
        directory.Entries.RemoveAt(directory.IndexOf(name));
        Modify(directory, start);
        Touch(inode, start);
        if (inode.IsDirectory)
            inode.IsRemoved = true;
        else
            inode.Names--;
        DropIfUnreferenced(inode);
        _names = null;
    }

    private static void Touch(Inode inode, long start) =>
        inode.CtimeFloor = Math.Max(inode.CtimeFloor, start - TimeRule.Tick);

    private void Modify(Inode inode, long start)
    {
        inode.Mtime = TimeRule.Since(start);
        Touch(inode, start);
        DataChanged(inode);
    }

    private void DataChanged(Inode inode)
    {
        if (!_rules.AtimeOutlivesData)
            inode.Atime = TimeRule.Unknown;
    }
}
