// mknodat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Makes a regular file, fifo, socket or device file.</summary>
    /// <param name="dir">Its parent.</param>
    /// <param name="name">Its name.</param>
    /// <param name="mode">Type and permissions, before the umask.</param>
    /// <param name="dev">For device files: <see cref="DeviceNumber.Make"/>.</param>
    public static Errno Mknodat(SafeFd dir, CString name, uint mode, ulong dev) =>
        Result(mknodat(dir, in name.Start, mode, dev));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int mknodat(SafeFd dirfd, ref readonly byte path, uint mode, ulong dev);
}
