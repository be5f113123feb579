using MetaFs.Model.Operations;

namespace MetaFs.Model.State;

internal sealed partial class Tree
{
    private void ApplyToInode(Operation operation, long start, long count)
    {
        Inode inode = TargetOf(operation)!;
        switch (operation.Kind)
        {
            case OperationKind.Chown:
                ApplyChown(inode, operation, start);
                break;
            case OperationKind.Chmod:
                inode.Permissions = operation.Mode & FileMode.PermissionMask;
                if (inode.Xattrs.TryGetValue(Acl.Access, out byte[]? acl))
                    inode.Xattrs[Acl.Access] = Acl.WithMode(acl, operation.Mode);
                Touch(inode, start);
                break;
            case OperationKind.Utimens:
                ApplyUtimens(inode, operation, start);
                break;
            case OperationKind.Write or OperationKind.MapWrite:
                ApplyWrite(inode, operation, start);
                break;
            case OperationKind.Truncate or OperationKind.OpenTruncate:
                inode.Data = Resized(inode.Data, operation.Length);
                Modify(inode, start);
                break;
            case OperationKind.Fallocate:
                ApplyFallocate(inode, operation, start);
                break;
            case OperationKind.CopyRange:
                Inode target = Find(operation.Other)!;
                ReadOnlySpan<byte> copied = inode.Data.AsSpan((int)operation.Source, (int)count);
                target.Data = Overwritten(target.Data, operation.Offset, copied);
                Modify(target, start);
                inode.Atime = TimeRule.Unknown;
                break;
            case OperationKind.SetXattr:
                ApplySetXattr(inode, operation.Other, Pattern.Make(operation.Seed, operation.Length), start);
                break;
            case OperationKind.SetAcl:
                ApplySetAcl(inode, operation, start);
                break;
            case OperationKind.RemoveXattr:
                inode.Xattrs.Remove(operation.Other);
                Touch(inode, start);
                break;
            case OperationKind.ReadData or OperationKind.ReadDirectory or OperationKind.Readlink:
                // relatime, noatime, and records that outweigh a read: nobody promises anything
                inode.Atime = TimeRule.Unknown;
                break;
        }
    }

    // ext4 leaves ctime where the value is the one of before (ext4_xattr_set_handle); two empty ones meet once in an hour.
    private static void ApplySetXattr(Inode inode, string name, byte[] value, long start)
    {
        bool isSame = inode.Xattrs.TryGetValue(name, out byte[]? old) && old.AsSpan().SequenceEqual(value);
        inode.Xattrs[name] = value;
        if (!isSame)
            Touch(inode, start);
    }

    // An access ACL sets the mode, and one that says no more than a mode is none (posix_acl_update_mode).
    private static void ApplySetAcl(Inode inode, Operation operation, long start)
    {
        byte[] acl = Acl.Make(operation.Seed);
        if (operation.Other == Acl.Default)
        {
            ApplySetXattr(inode, Acl.Default, acl, start);
            return;
        }

        uint permissions = (inode.Permissions & ~0x1FFu) | Acl.ModeOf(acl);
        bool wasSet = inode.Xattrs.Remove(Acl.Access);
        if (!Acl.IsMinimal(acl))
            inode.Xattrs[Acl.Access] = acl;
        if (wasSet || !Acl.IsMinimal(acl) || permissions != inode.Permissions)
            Touch(inode, start);
        inode.Permissions = permissions;
    }

    // chown_common() of fs/open.c: whatever is not a directory loses suid, and sgid where the group may execute.
    private static void ApplyChown(Inode inode, Operation operation, long start)
    {
        if (operation.Uid != uint.MaxValue)
            inode.Uid = operation.Uid;
        if (operation.Gid != uint.MaxValue)
            inode.Gid = operation.Gid;
        inode.Given.UnionWith([inode.Uid, inode.Gid]);
        if (!inode.IsDirectory)
            KillSuidgid(inode, keepsPlainSgid: true);
        if (operation.Uid != uint.MaxValue || operation.Gid != uint.MaxValue)
            Touch(inode, start);
    }

    private static void KillSuidgid(Inode inode, bool keepsPlainSgid)
    {
        inode.Permissions &= ~FileMode.S_ISUID;
        if ((inode.Permissions & FileMode.S_IXGRP) != 0 || !keepsPlainSgid)
            inode.Permissions &= ~FileMode.S_ISGID;
    }

    private static void ApplyUtimens(Inode inode, Operation operation, long start)
    {
        if (operation.Atime == Timespec.Omit && operation.Mtime == Timespec.Omit)
            return;
        inode.Atime = Become(inode.Atime, operation.Atime, start);
        inode.Mtime = Become(inode.Mtime, operation.Mtime, start);
        Touch(inode, start);
    }

    private static TimeRule Become(TimeRule before, Timespec wanted, long start)
    {
        if (wanted == Timespec.Omit)
            return before;
        return wanted == Timespec.Now ? TimeRule.Since(start) : TimeRule.At(wanted.ToNanoseconds());
    }

    private void ApplyWrite(Inode inode, Operation operation, long start)
    {
        bool appends = operation.Flags == OpenFlags.O_APPEND.Value;
        byte[] bytes = Pattern.Make(operation.Seed, operation.Length);
        inode.Data = Overwritten(inode.Data, appends ? inode.Data.Length : operation.Offset, bytes);
        Modify(inode, start);

        // file_remove_privs() of fs/inode.c: a writer without CAP_FSETID
        if (operation.Uid != 0)
            KillSuidgid(inode, keepsPlainSgid: operation.Gid == inode.Gid);
        if (operation.Kind == OperationKind.MapWrite)
            inode.Atime = TimeRule.Unknown; // mmap(2) itself counts as a read
    }

    private void ApplyFallocate(Inode inode, Operation operation, long start)
    {
        long end = operation.Offset + operation.Length;
        bool keepsSize = (operation.Flags & Libc.FALLOC_FL_KEEP_SIZE) != 0;
        bool zeroes = (operation.Flags & (Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_ZERO_RANGE)) != 0;
        byte[] data = Resized(inode.Data, keepsSize ? inode.Data.Length : Math.Max(end, inode.Data.Length));
        if (zeroes && operation.Offset < data.Length)
            data.AsSpan((int)operation.Offset, (int)Math.Min(operation.Length, data.Length - operation.Offset)).Clear();
        inode.Data = data;

        // ext4 stamps every fallocate, tmpfs only those that change what can be read.
        inode.Mtime = inode.Mtime.OrSince(start);
        DataChanged(inode);
    }

    private static byte[] Resized(byte[] data, long length)
    {
        byte[] copy = new byte[length];
        data.AsSpan(0, (int)Math.Min(data.Length, length)).CopyTo(copy);
        return copy;
    }

    private static byte[] Overwritten(byte[] data, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = Resized(data, Math.Max(data.Length, offset + bytes.Length));
        bytes.CopyTo(copy.AsSpan((int)offset));
        return copy;
    }
}
