using System.Text;
using MetaFs.Linux;

namespace MetaFs.Cli.Mounting;

/// <summary>
/// The one message of a starting daemon to the process that waits for it: one byte of <see cref="ExitCode"/>, then
/// text in UTF-8 up to the end of the pipe. No byte at all means that the daemon died.
/// </summary>
internal sealed class ReadyPipe : IDisposable
{
    private readonly SafeFd _write;

    /// <summary>Takes over the inherited descriptor.</summary>
    public ReadyPipe(int fd)
    {
        _write = new SafeFd(fd);

        // Or fusermount3 would inherit it too, and the end of the pipe would wait for it.
        Errno errno = Libc.SetCloseOnExec(_write, true);
        if (errno != Errno.OK)
            throw new CliException(ExitCode.Usage, $"{BackgroundStart.ReadyFdOption} is for metafs itself ({errno})");
    }

    /// <summary>Says how it went and closes the pipe; later calls do nothing.</summary>
    /// <returns>Whether somebody was there to read it.</returns>
    public bool Report(ExitCode code, string message = "")
    {
        if (_write.IsClosed)
            return true;
        byte[] report = [(byte)code, .. Encoding.UTF8.GetBytes(message)];
        ReadOnlySpan<byte> rest = report;
        Errno errno = Errno.OK;
        while (errno == Errno.OK && !rest.IsEmpty)
        {
            errno = Libc.Write(_write, rest, out int written);
            rest = rest[written..];
        }

        _write.Dispose();
        return errno == Errno.OK;
    }

    /// <summary>Waits for the report; null where the pipe ends without one.</summary>
    public static (ExitCode Code, string Message)? ReadReport(SafeFd read)
    {
        using var report = new MemoryStream();
        byte[] part = new byte[4096];
        while (Libc.Read(read, part, out int length) == Errno.OK && length > 0)
            report.Write(part.AsSpan(0, length));
        if (report.Length == 0)
            return null;
        ReadOnlySpan<byte> bytes = report.GetBuffer().AsSpan(0, (int)report.Length);
        return ((ExitCode)bytes[0], Encoding.UTF8.GetString(bytes[1..]));
    }

    public void Dispose() => _write.Dispose();
}
