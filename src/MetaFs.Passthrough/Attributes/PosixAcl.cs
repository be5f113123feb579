// The permission bits inside system.posix_acl_access: setting the attribute is a chmod too (acl(5)).
using System.Buffers.Binary;

namespace MetaFs.Passthrough.Attributes;

/// <summary>Reads an ACL in the form that the kernel gives and takes (linux/posix_acl_xattr.h, version 2).</summary>
internal static class PosixAcl
{
    private const uint Version = 2;
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const ushort ACL_USER_OBJ = 0x01;
    private const ushort ACL_GROUP_OBJ = 0x04;
    private const ushort ACL_MASK = 0x10;
    private const ushort ACL_OTHER = 0x20;

    /// <summary>The mode that an ACL gives a file.</summary>
    /// <param name="value">The attribute's value.</param>
    /// <param name="mode">rwx of owner, group and others; the mask stands for the group where there is one.</param>
    /// <param name="isMinimal">Whether the ACL says no more than the mode does.</param>
    /// <returns>False: not an ACL of that form; the share will say so.</returns>
    public static bool TryReadMode(ReadOnlySpan<byte> value, out uint mode, out bool isMinimal)
    {
        mode = 0;
        isMinimal = true;
        if (value.Length < HeaderSize || (value.Length - HeaderSize) % EntrySize != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(value) != Version)
            return false;
        uint group = 0;
        uint? mask = null;
        for (ReadOnlySpan<byte> rest = value[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            uint permissions = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) & 7u;
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest))
            {
                case ACL_USER_OBJ:
                    mode |= permissions << 6;
                    break;
                case ACL_GROUP_OBJ:
                    group = permissions;
                    break;
                case ACL_MASK:
                    mask = permissions;
                    isMinimal = false;
                    break;
                case ACL_OTHER:
                    mode |= permissions;
                    break;
                default:
                    isMinimal = false;
                    break;
            }
        }

        mode |= (mask ?? group) << 3;
        return true;
    }
}
