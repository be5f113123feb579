using System.Globalization;
using System.Text.Json;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // An answer is at most 16 KiB (ioctl(2) has 14 bits for its size), and a long-lived mount has more to tell.
    private const int RequestBytes = 10_000;

    private static ReadOnlySpan<byte> OwnDescriptors => "/proc/self/fd\0"u8;

    /// <summary>One part of what was done so far.</summary>
    /// <param name="question">The number of the first opcode as text, ended by NUL; none: the first part.</param>
    private Errno Stats(ReadOnlySpan<byte> question, Span<byte> output, out int length)
    {
        length = 0;
        int end = question.IndexOf((byte)0);
        int first = 0;
        if (end < 0
            || (end > 0 && !int.TryParse(question[..end], NumberStyles.None, CultureInfo.InvariantCulture, out first)))
        {
            return Errno.EINVAL;
        }

        List<OpcodeStatistics> requests = [];
        int? next = null;
        int bytes = 0;
        int number = 0;
        foreach (OpcodeStatistics opcode in _connection?.Statistics.ByOpcode() ?? [])
        {
            if (number++ < first)
                continue;
            bytes += JsonSerializer.SerializeToUtf8Bytes(opcode, ControlJson.Default.OpcodeStatistics).Length;
            if (bytes > RequestBytes && requests.Count > 0)
            {
                next = number - 1;
                break;
            }

            requests.Add(opcode);
        }

        var stats = new ControlStats(
            Libc.RealtimeNanoseconds() - _mountedAt, requests, next, first == 0 ? _volumes.Counters.Read() : [],
            first == 0 ? ReadCounters() : []);
        length = ControlProtocol.Write(stats, output, ControlJson.Default.ControlStats);
        return length > 0 ? Errno.OK : Errno.EOVERFLOW;
    }

    private Dictionary<string, long> ReadCounters()
    {
        FuseStatistics? server = _connection?.Statistics;
        _ = Libc.Getrlimit(Libc.RLIMIT_NOFILE, out ulong limit, out _);
        return new Dictionary<string, long>
        {
            ["nodes"] = _nodes.Count,
            ["open_files"] = _files.Count,
            ["open_directories"] = _openDirectories.Count,
            ["directory_fds"] = _directories.Count,
            ["directory_opens"] = _directories.Opened,
            ["record_hits"] = Interlocked.Read(ref _recordHits),
            ["record_reads"] = Interlocked.Read(ref _recordReads),
            ["commits"] = _store.Commits,
            ["passthrough_opens"] = server?.PassthroughOpens ?? 0,
            ["backing_ids"] = server?.BackingIds ?? 0,
            ["threads"] = server?.Threads ?? 0,
            ["threads_peak"] = server?.PeakThreads ?? 0,
            ["fds"] = CountDescriptors(),
            ["fd_limit"] = (long)Math.Min(limit, long.MaxValue),
            ["memory_resident"] = Environment.WorkingSet,
            ["memory_managed"] = GC.GetTotalMemory(forceFullCollection: false),
            ["cpu_ns"] = (long)Environment.CpuUsage.TotalTime.TotalNanoseconds,
        };
    }

    private static long CountDescriptors()
    {
        long count = 0;
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(OwnDescriptors), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY,
            0, out SafeFd directory);
        using (directory)
        {
            byte[] buffer = new byte[16 * 1024];
            while (errno == Errno.OK)
            {
                errno = Libc.Getdents64(directory, buffer, out int length);
                if (errno != Errno.OK || length == 0)
                    break;
                foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
                    count += entry.IsDotOrDotDot ? 0 : 1;
            }
        }

        return count;
    }
}
