// realpath(3) by way of an open descriptor: what is checked is what was opened.
using System.Text;
using MetaFs.Linux;

namespace MetaFs.Cli.Mounting;

/// <summary>Absolute paths without symlinks or "..".</summary>
internal static class CanonicalPath
{
    private const int PathMax = 4096;

    /// <summary>Opens a directory for *at calls, following links; O_DIRECTORY also triggers automounts.</summary>
    public static Errno OpenDirectory(string path, out SafeFd directory) =>
        Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(path)),
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out directory);

    /// <summary>The same for a directory that was named on the command line.</summary>
    /// <param name="path">As it was given.</param>
    /// <param name="cure">What it should be, for people.</param>
    /// <exception cref="CliException">It cannot be opened.</exception>
    public static SafeFd RequireDirectory(string path, string cure)
    {
        Errno errno = OpenDirectory(path, out SafeFd directory);
        if (errno == Errno.OK)
            return directory;
        directory.Dispose();
        throw CliException.FromErrno(ExitCode.Share, ByteText.ForDisplay(path), errno, cure);
    }

    /// <summary>The path by which the kernel knows an open file now, as bytes.</summary>
    public static Errno OfDescriptor(SafeFd file, out byte[] path)
    {
        byte[] buffer = new byte[PathMax];
        byte[] link = Encoding.ASCII.GetBytes($"/proc/self/fd/{file.Value}\0");
        Errno errno = Libc.Readlinkat(SafeFd.CurrentDirectory, CString.FromTerminated(link), buffer, out int length);
        path = errno == Errno.OK ? buffer[..length] : [];
        return errno;
    }

    /// <summary>
    /// The canonical path of a file that need not exist: that of the longest part that does, and the rest as given.
    /// </summary>
    public static string OfFutureFile(string path)
    {
        string existing = path.StartsWith('/') ? path : $"{Environment.CurrentDirectory}/{path}";
        string rest = "";
        while (true)
        {
            Errno errno = Libc.Openat(
                SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(existing)), OpenFlags.O_PATH, 0,
                out SafeFd file);
            using (file)
            {
                if (errno == Errno.OK && OfDescriptor(file, out byte[] canonical) == Errno.OK)
                    return ByteText.FromBytes(canonical).TrimEnd('/') + rest;
            }

            int slash = existing.LastIndexOf('/');
            if (slash <= 0)
                return existing + rest;
            rest = existing[slash..] + rest;
            existing = existing[..slash];
        }
    }

    /// <summary>Whether a canonical path is another one or below it.</summary>
    public static bool IsAtOrBelow(string path, string ancestor) =>
        path == ancestor || path.StartsWith(ancestor.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>The path's directory, that one's directory, and so on to "/".</summary>
    public static IEnumerable<string> Ancestors(string path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
        if (path != "/")
            yield return "/";
    }
}
