using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse;

/// <summary>What a server has done so far. Reading it disturbs nobody; the numbers need not be of one moment.</summary>
public sealed class FuseStatistics
{
    private const int Opcodes = 64;

    // The last one of Linux is EHWPOISON, 133. Others are counted at 0.
    private const int Errnos = 134;

    private static readonly string?[] s_names = NamesOfOpcodes();

    // Interlocked only. Opcodes we do not know are counted at 0.
    private readonly long[] _requests = new long[Opcodes];

    // Interlocked only, in rows by opcode.
    private readonly long[] _buckets = new long[Opcodes * LatencyHistogram.Buckets];
    private readonly long[] _errors = new long[Opcodes * Errnos];
    private readonly long[] _total = new long[Opcodes];
    private readonly long[] _longest = new long[Opcodes];
    private long _passthroughOpens;
    private long _backingIds;
    private int _threads;
    private int _peakThreads;
    private int _threadsStarted;

    /// <summary>OPEN, CREATE and TMPFILE answered with FOPEN_PASSTHROUGH.</summary>
    public long PassthroughOpens => Volatile.Read(ref _passthroughOpens);

    /// <summary>Files lent to the kernel now.</summary>
    public long BackingIds => Volatile.Read(ref _backingIds);

    /// <summary>Worker threads now.</summary>
    public int Threads => Volatile.Read(ref _threads);

    /// <summary>Most worker threads at one time.</summary>
    public int PeakThreads => Volatile.Read(ref _peakThreads);

    /// <summary>Worker threads ever started: many more than the peak mean that they come and go.</summary>
    public int ThreadsStarted => Volatile.Read(ref _threadsStarted);

    /// <summary>Requests by opcode, without those that never came; keys are words like "LOOKUP".</summary>
    public Dictionary<string, long> Requests()
    {
        var requests = new Dictionary<string, long>();
        for (int opcode = 0; opcode < Opcodes; opcode++)
        {
            long count = Volatile.Read(ref _requests[opcode]);
            if (count > 0)
                requests.Add(s_names[opcode] ?? "UNKNOWN", count);
        }
        return requests;
    }

    /// <summary>The costs by opcode, without those that never came.</summary>
    public IEnumerable<OpcodeStatistics> ByOpcode()
    {
        for (int opcode = 0; opcode < Opcodes; opcode++)
        {
            long count = Volatile.Read(ref _requests[opcode]);
            if (count == 0)
                continue;
            yield return new OpcodeStatistics(
                s_names[opcode] ?? "UNKNOWN", count, Volatile.Read(ref _total[opcode]),
                Volatile.Read(ref _longest[opcode]), BucketsOf(opcode), ErrorsOf(opcode));
        }
    }

    internal static string NameOf(FuseOpcode opcode) =>
        ((uint)opcode < Opcodes ? s_names[(int)opcode] : null) ?? "UNKNOWN";

    internal void CountRequest(FuseOpcode opcode) => Interlocked.Increment(ref _requests[RowOf(opcode)]);

    /// <summary>One request is through.</summary>
    /// <param name="opcode">Its kind.</param>
    /// <param name="errno">What it was answered.</param>
    /// <param name="nanoseconds">How long that took.</param>
    internal void CountReply(FuseOpcode opcode, Errno errno, long nanoseconds)
    {
        int row = RowOf(opcode);
        Interlocked.Increment(ref _buckets[(row * LatencyHistogram.Buckets) + LatencyHistogram.BucketOf(nanoseconds)]);
        Interlocked.Add(ref _total[row], nanoseconds);
        long longest = Volatile.Read(ref _longest[row]);
        while (nanoseconds > longest)
        {
            long seen = Interlocked.CompareExchange(ref _longest[row], nanoseconds, longest);
            if (seen == longest)
                break;
            longest = seen;
        }

        if (errno != Errno.OK)
            Interlocked.Increment(ref _errors[(row * Errnos) + ((uint)errno < Errnos ? (int)errno : 0)]);
    }

    internal void CountPassthroughOpen() => Interlocked.Increment(ref _passthroughOpens);

    internal void CountBackingIds(int change) => Interlocked.Add(ref _backingIds, change);

    /// <summary>Called under the worker pool's lock.</summary>
    internal void SetThreads(int threads, int started)
    {
        Volatile.Write(ref _threads, threads);
        Volatile.Write(ref _threadsStarted, started);
        if (threads > _peakThreads)
            Volatile.Write(ref _peakThreads, threads);
    }

    private static int RowOf(FuseOpcode opcode) =>
        (uint)opcode < Opcodes && s_names[(int)opcode] is not null ? (int)opcode : 0;

    private long[] BucketsOf(int opcode)
    {
        List<long> pairs = [];
        for (int bucket = 0; bucket < LatencyHistogram.Buckets; bucket++)
        {
            long count = Volatile.Read(ref _buckets[(opcode * LatencyHistogram.Buckets) + bucket]);
            if (count > 0)
                pairs.AddRange([bucket, count]);
        }
        return [.. pairs];
    }

    private Dictionary<string, long> ErrorsOf(int opcode)
    {
        var errors = new Dictionary<string, long>();
        for (int errno = 0; errno < Errnos; errno++)
        {
            long count = Volatile.Read(ref _errors[(opcode * Errnos) + errno]);
            if (count > 0)
                errors.Add(errno == 0 ? "other" : ((Errno)errno).ToString(), count);
        }
        return errors;
    }

    private static string?[] NamesOfOpcodes()
    {
        string?[] names = new string?[Opcodes];
        foreach (FuseOpcode opcode in Enum.GetValues<FuseOpcode>())
            names[(int)opcode] = opcode.ToString()["FUSE_".Length..];
        return names;
    }
}
