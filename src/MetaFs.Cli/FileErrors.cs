using MetaFs.Linux;

namespace MetaFs.Cli;

/// <summary>What .NET throws where a file cannot be used, in the words of errno(3).</summary>
internal static class FileErrors
{
    /// <summary>What became of results that could not be written.</summary>
    public static string OfStandardOutput(IOException e) => $"standard output: {Explain(e)}";

    /// <summary>"ERRNO (text)", or the exception's own words where it names no errno.</summary>
    public static string Explain(Exception e)
    {
        // The HResult of other I/O errors is the errno itself (System.Private.CoreLib, Interop.GetExceptionForIoErrno).
        Errno errno = e switch
        {
            UnauthorizedAccessException => e.InnerException is IOException inner ? (Errno)inner.HResult : Errno.EACCES,
            FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
            IOException when e.HResult is > 0 and < 4096 => (Errno)e.HResult,
            _ => Errno.OK,
        };
        return errno == Errno.OK ? e.Message.TrimEnd('.') : $"{errno} ({ErrnoText.Describe(errno)})";
    }
}
