using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse;

/// <summary>What a server has done so far. Reading it disturbs nobody; the numbers need not be of one moment.</summary>
public sealed class FuseStatistics
{
    private const int Opcodes = 64;

    private static readonly string?[] s_names = NamesOfOpcodes();

    // Interlocked only. Opcodes we do not know are counted at 0.
    private readonly long[] _requests = new long[Opcodes];
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

    internal static string NameOf(FuseOpcode opcode) =>
        ((uint)opcode < Opcodes ? s_names[(int)opcode] : null) ?? "UNKNOWN";

    internal void CountRequest(FuseOpcode opcode)
    {
        bool known = (uint)opcode < Opcodes && s_names[(int)opcode] is not null;
        Interlocked.Increment(ref _requests[known ? (int)opcode : 0]);
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

    private static string?[] NamesOfOpcodes()
    {
        string?[] names = new string?[Opcodes];
        foreach (FuseOpcode opcode in Enum.GetValues<FuseOpcode>())
            names[(int)opcode] = opcode.ToString()["FUSE_".Length..];
        return names;
    }
}
