using System.Text;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <summary>
    /// The name as the backing directory has it: on a share that ignores case, of a file whose name differs in case alone.
    /// </summary>
    private CString Actual(SimNode directory, CString name)
    {
        if (!_faults.Lacks(Feature.Case, directory.PathOf(name)))
            return name;
        Errno errno = Libc.Statx(directory.Fd, name, AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_INO, out _);
        return errno == Errno.ENOENT && OtherCase(directory.Fd, name) is { } other
            ? CString.FromTerminated(other)
            : name;
    }

    private static byte[]? OtherCase(SafeFd directory, CString name)
    {
        Errno errno = OpenDot(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, out SafeFd fd);
        if (errno != Errno.OK)
            return null;
        using (fd)
        {
            byte[] buffer = new byte[ListingSize];
            while (Libc.Getdents64(fd, buffer, out int length) == Errno.OK && length > 0)
            {
                foreach (Dirent dirent in new DirentReader(buffer.AsSpan(0, length)))
                {
                    if (Ascii.EqualsIgnoreCase(dirent.Name.Bytes, name.Bytes))
                        return dirent.NameTerminated.ToArray();
                }
            }
        }

        return null;
    }

    private static Errno OpenDot(SafeFd directory, OpenFlags flags, out SafeFd fd) =>
        Libc.Openat(directory, CString.FromTerminated(".\0"u8), flags, 0, out fd);
}
