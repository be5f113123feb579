using System.Buffers.Binary;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Shares;

/// <summary>Marks a file as a "system file" on an SMB server.</summary>
/// <remarks>A Linux client that is mounted with sfu looks for special files among those alone (fs/smb/client/inode.c).</remarks>
internal static class CifsDosAttributes
{
    // MS-FSCC 2.6.
    private const uint FILE_ATTRIBUTE_SYSTEM = 0x4;
    private const uint FILE_ATTRIBUTE_ARCHIVE = 0x20;

    /// <summary>Sets the attribute.</summary>
    /// <returns>OK; EOPNOTSUPP: the mount has no such attribute (nouser_xattr), or the share is no SMB share.</returns>
    public static Errno MarkSystem(SafeFd fd)
    {
        // fs/smb/client/xattr.c, CIFS_XATTR_ATTRIB: 4 bytes in the machine's order, and both of ours are little-endian.
        Span<byte> value = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE);
        return Libc.Fsetxattr(fd, CString.FromTerminated("user.cifs.dosattrib\0"u8), value, 0);
    }
}
