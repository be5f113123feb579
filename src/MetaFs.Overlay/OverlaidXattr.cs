// Extended attributes that a share does not hold.
namespace MetaFs.Overlay;

/// <summary>Name spaces of which a record has extended attributes: the rest costs no query.</summary>
[Flags]
public enum XattrKinds : byte
{
    /// <summary>No attribute.</summary>
    None = 0,

    /// <summary>user.*</summary>
    User = 1,

    /// <summary>trusted.*</summary>
    Trusted = 2,

    /// <summary>security.*, file capabilities among them.</summary>
    Security = 4,

    /// <summary>system.posix_acl_access.</summary>
    AccessAcl = 8,

    /// <summary>system.posix_acl_default.</summary>
    DefaultAcl = 16,

    /// <summary>All that have a name.</summary>
    All = User | Trusted | Security | AccessAcl | DefaultAcl,
}

/// <summary>One attribute of a file.</summary>
/// <param name="Name">With its name space, bytes without terminator.</param>
/// <param name="Size">Of the value, bytes.</param>
/// <param name="Value">Null: not asked for, or <paramref name="IsHidden"/>.</param>
/// <param name="IsHidden">It has no value: the share's attribute of that name was removed, which the share refused.</param>
public readonly record struct OverlaidXattr(byte[] Name, int Size, byte[]? Value, bool IsHidden)
{
    /// <summary>An attribute with a value.</summary>
    public static OverlaidXattr Of(byte[] name, byte[] value) => new(name, value.Length, value, false);

    /// <summary>The share's attribute of that name is not shown.</summary>
    public static OverlaidXattr Hidden(byte[] name) => new(name, 0, null, true);
}

/// <summary>One change of a file's attributes.</summary>
/// <param name="Name">With its name space.</param>
/// <param name="To">What is kept from now on; null: nothing.</param>
public readonly record struct XattrChange(byte[] Name, OverlaidXattr? To)
{
    /// <summary>Keeps a value.</summary>
    public static XattrChange Set(byte[] name, byte[] value) => new(name, OverlaidXattr.Of(name, value));

    /// <summary>Hides the share's attribute.</summary>
    public static XattrChange Hide(byte[] name) => new(name, OverlaidXattr.Hidden(name));

    /// <summary>Keeps nothing of that name.</summary>
    public static XattrChange Delete(byte[] name) => new(name, null);
}

/// <summary>How much one file may have.</summary>
public static class XattrLimits
{
    /// <summary>XATTR_NAME_MAX: longer names never leave the kernel.</summary>
    public const int LongestName = 255;

    /// <summary>XATTR_SIZE_MAX: longer values never leave the kernel.</summary>
    public const int LargestValue = 65536;

    /// <summary>XATTR_LIST_MAX: more names, each with its NUL, cannot be listed.</summary>
    public const int Names = 65536;

    /// <summary>
    /// All values of one file, bytes. A file that is removed while it is open has them in memory, so there is a bound; it is
    /// 256 times what ext4 has room for.
    /// </summary>
    public const int Values = 1 << 20;
}
