// Names of extended attributes: to which name space they belong. Pure.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Xattrs;

/// <summary>Name spaces, as xattr(7) has them.</summary>
internal static class XattrName
{
    /// <summary>The ACL that says who may use a file.</summary>
    public static CString AccessAcl => CString.FromTerminated("system.posix_acl_access\0"u8);

    /// <summary>The ACL that new files of a directory begin with.</summary>
    public static CString DefaultAcl => CString.FromTerminated("system.posix_acl_default\0"u8);

    /// <summary>What is known of an inode that lacks this name.</summary>
    public static AbsentXattrs AbsenceOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(AccessAcl.Bytes))
            return AbsentXattrs.AccessAcl;
        if (name.SequenceEqual(Capability.Bytes))
            return AbsentXattrs.Capability;
        return name.SequenceEqual("security.selinux"u8) ? AbsentXattrs.Label : AbsentXattrs.None;
    }

    /// <summary>What is known of an inode whose attributes are these, each name with its NUL.</summary>
    public static AbsentXattrs NotIn(ReadOnlySpan<byte> names)
    {
        if (names.IsEmpty)
            return AbsentXattrs.AccessAcl | AbsentXattrs.Capability | AbsentXattrs.Label | AbsentXattrs.Listed;
        AbsentXattrs absent = AbsentXattrs.AccessAcl | AbsentXattrs.Capability | AbsentXattrs.Label;
        while (names.IndexOf((byte)0) is >= 0 and var end)
        {
            absent &= ~AbsenceOf(names[..end]);
            names = names[(end + 1)..];
        }

        return absent;
    }

    /// <summary>File capabilities, which go with a write.</summary>
    public static CString Capability => CString.FromTerminated("security.capability\0"u8);

    /// <summary>The name space of a name; None: one that ext4 does not know, which is the share's business alone.</summary>
    public static XattrKinds KindOf(ReadOnlySpan<byte> name)
    {
        if (IsBelow(name, "user."u8))
            return XattrKinds.User;
        if (IsBelow(name, "security."u8))
            return XattrKinds.Security;
        if (IsBelow(name, "trusted."u8))
            return XattrKinds.Trusted;
        if (name.SequenceEqual(AccessAcl.Bytes))
            return XattrKinds.AccessAcl;
        return name.SequenceEqual(DefaultAcl.Bytes) ? XattrKinds.DefaultAcl : XattrKinds.None;
    }

    /// <summary>Whether a name is a name space and nothing more, which is EINVAL.</summary>
    public static bool IsBare(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("user."u8) || name.SequenceEqual("security."u8) || name.SequenceEqual("trusted."u8);

    /// <summary>Whether names of this kind are ACLs, of which a file has one of each kind.</summary>
    public static bool IsAcl(XattrKinds kind) => (kind & (XattrKinds.AccessAcl | XattrKinds.DefaultAcl)) != 0;

    /// <summary>Whether an inode of a type can have attributes of a name space: user.* is for files and directories only.</summary>
    public static bool IsAllowed(XattrKinds kind, uint fileType) =>
        kind != XattrKinds.User || fileType is FileMode.S_IFREG or FileMode.S_IFDIR;

    /// <summary>Whether to list a name of the share: system.* but ACLs is about the share and not about the file.</summary>
    public static bool IsListed(ReadOnlySpan<byte> name) =>
        KindOf(name) != XattrKinds.None || !name.StartsWith("system."u8);

    /// <summary>
    /// Whether a name that looks like a program's own is a control of the share's client: user.cifs.creationtime sets the
    /// creation time, by which a record knows its file again (fs/smb/client/xattr.c).
    /// </summary>
    public static bool IsControl(in FileSystemFacts facts, ReadOnlySpan<byte> name) =>
        facts.HasControlXattrs && (name.StartsWith("user.cifs."u8) || name.StartsWith("user.smb3."u8));

    private static bool IsBelow(ReadOnlySpan<byte> name, ReadOnlySpan<byte> space) =>
        name.Length > space.Length && name.StartsWith(space);
}
