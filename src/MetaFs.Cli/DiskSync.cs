// Success is claimed only for what is on disk.
using MetaFs.Linux;
using Microsoft.Win32.SafeHandles;

namespace MetaFs.Cli;

/// <summary>fsync(2) for what a command leaves behind; .NET's own answers as if all were well where it fails.</summary>
internal static class DiskSync
{
    /// <summary>What a database gives as <see cref="Overlay.OverlayOpenOptions.Flush"/>.</summary>
    /// <returns>null for success, else what went wrong.</returns>
    public static string? Flush(SafeFileHandle file) => Describe(Libc.Fsync(file));

    /// <summary>Syncs the directory of a file that has just got its name.</summary>
    /// <exception cref="IOException">The name may not survive a power failure.</exception>
    public static void RequireName(string file)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(directory)),
            OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out SafeFd fd);
        using (fd)
        {
            // EACCES: a directory that may be written to and not be read. EINVAL: it has nothing to sync, see fsync(2).
            if (errno == Errno.OK && Libc.Fsync(fd) is var failed and not (Errno.OK or Errno.EINVAL))
                throw new IOException($"it is there, but syncing its directory failed: {Describe(failed)}");
        }
    }

    private static string? Describe(Errno errno) =>
        errno == Errno.OK ? null : $"{errno} ({ErrnoText.Describe(errno)})";
}
