using System.Buffers.Binary;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Shares;

/// <summary>Has an SMB server keep the creation time that it shows.</summary>
/// <remarks>
/// Samba keeps one for what was made through it. For everything else (what was on the disk before, or came by NFS) it
/// answers the oldest of the other times, which moves as files are written and directories filled, and a record that it
/// guards would be lost. Once set, even to what it shows already, it stays (user.DOSATTRIB). Windows keeps all of them.
/// </remarks>
internal static class CifsCreationTime
{
    // 1601 to 1970, in 100 ns: the epoch of SMB's times.
    private const long UnixEpoch = 116_444_736_000_000_000;

    /// <summary>Sets a file's creation time to what it is.</summary>
    /// <returns>OK; EOPNOTSUPP: the mount has no such attribute (nouser_xattr).</returns>
    public static Errno Keep(SafeFd fd, in Statx stat)
    {
        // fs/cifs/xattr.c, CIFS_XATTR_CREATETIME: 8 bytes in the machine's order, and both of ours are little-endian.
        Span<byte> value = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(value, (stat.BtimeNs / 100) + UnixEpoch);
        return Libc.Fsetxattr(fd, CString.FromTerminated("user.cifs.creationtime\0"u8), value, 0);
    }
}
