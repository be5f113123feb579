// What a share answers success to is looked at again.
using System.Buffers;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Xattrs;

/// <summary>Sets attributes on shares that are no file system of this machine.</summary>
/// <remarks>
/// The CIFS client does not look at XATTR_CREATE and XATTR_REPLACE (fs/smb/client/xattr.c); SMB has no attribute without a
/// value: to set an empty one deletes it; and servers take names that differ in case for one.
/// </remarks>
internal static class XattrTrial
{
    /// <summary>Sets an attribute; whether it exists and may is the caller's business.</summary>
    /// <returns>OK: the share shows it; EINVAL: it cannot hold this one, and has none of that name; or its own answer.</returns>
    public static Errno Set(SafeFd fd, CString name, ReadOnlySpan<byte> value, in FileSystemFacts facts)
    {
        if (facts.HasControlXattrs && HasNameOfOtherCase(fd, name.Bytes))
            return Errno.EINVAL;
        Errno errno = Libc.Fsetxattr(fd, name, value, 0);
        if (errno != Errno.OK || Shows(fd, name, value))
            return errno;
        Libc.Fremovexattr(fd, name);
        return Errno.EINVAL;
    }

    private static bool Shows(SafeFd fd, CString name, ReadOnlySpan<byte> value)
    {
        byte[] shown = ArrayPool<byte>.Shared.Rent(XattrLimits.LargestValue);
        try
        {
            return Libc.Fgetxattr(fd, name, shown, out int size) == Errno.OK
                && value.SequenceEqual(shown.AsSpan(0, size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(shown);
        }
    }

    private static bool HasNameOfOtherCase(SafeFd fd, ReadOnlySpan<byte> name)
    {
        byte[] names = ArrayPool<byte>.Shared.Rent(XattrLimits.Names);
        try
        {
            if (Libc.Flistxattr(fd, names, out int size) != Errno.OK)
                return false;
            ReadOnlySpan<byte> rest = names.AsSpan(0, size);
            while (rest.IndexOf((byte)0) is >= 0 and var end)
            {
                ReadOnlySpan<byte> other = rest[..end];
                rest = rest[(end + 1)..];
                if (System.Text.Ascii.EqualsIgnoreCase(other, name) && !other.SequenceEqual(name))
                    return true;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(names);
        }
    }
}
