// poll(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; poll(2) has the rest.
    public const short POLLIN = 0x1;
    public const short POLLPRI = 0x2;
    public const short POLLOUT = 0x4;
    public const short POLLERR = 0x8;
    public const short POLLHUP = 0x10;
    public const short POLLNVAL = 0x20;
#pragma warning restore CS1591

    /// <summary>Waits until a descriptor is ready.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="events">POLLIN, POLLPRI, POLLOUT; the others are always reported.</param>
    /// <param name="timeoutMs">Milliseconds; negative waits for ever.</param>
    /// <param name="revents">What happened; 0 when the time was up.</param>
    public static Errno Poll(SafeFd fd, short events, int timeoutMs, out short revents)
    {
        using var reference = new FdReference(fd);
        var entry = new PollEntry { Fd = reference.Number, Events = events };
        long deadline = Environment.TickCount64 + timeoutMs;
        int wait = timeoutMs;
        int result = poll(ref entry, 1, wait);
        while (Interrupted(result))
        {
            // A signal must not start the wait anew: the runtime sends them often enough to make it endless.
            if (timeoutMs >= 0)
                wait = (int)Math.Max(0, deadline - Environment.TickCount64);
            result = poll(ref entry, 1, wait);
        }

        revents = entry.Revents;
        return Result(result);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int poll(ref PollEntry entries, nuint count, int timeout);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 8)]
    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Revents;
    }
}
