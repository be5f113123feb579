namespace MetaFs.Mount.Tests.Harness;

/// <summary>An access ACL as the kernel has it in an extended attribute (linux/posix_acl_xattr.h).</summary>
internal static class AccessAcl
{
    public const string Name = "system.posix_acl_access";
    public const ushort UserObj = 1, User = 2, GroupObj = 4, Mask = 0x10, Other = 0x20;

    /// <summary>Version 2 of that form: tag, permissions and id of each entry.</summary>
    public static byte[] Of(params (ushort Tag, ushort Permissions, uint Id)[] entries)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write(2u);
        foreach ((ushort tag, ushort permissions, uint id) in entries)
        {
            writer.Write(tag);
            writer.Write(permissions);
            writer.Write(tag == User ? id : uint.MaxValue);
        }

        return bytes.ToArray();
    }
}
