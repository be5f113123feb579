// Where every call passes: counted, held up, refused, and at its end written down.
using System.Diagnostics;
using System.Globalization;
using System.IO;
using MetaFs.ShareSim.Faults;

namespace MetaFs.ShareSim;

/// <summary>Counts calls, applies what faults say of them, and keeps the log.</summary>
internal sealed class CallGate(FaultTable faults)
{
    private readonly long[] _counts = new long[Enum.GetValues<Call>().Length];
    private readonly Lock _lock = new();

    // Guarded by _lock: calls that hang now.
    private readonly List<string> _hanging = [];

    // Guarded by _lock.
    private StreamWriter? _log;

    /// <summary>Begins a call; returns when it may go on.</summary>
    /// <param name="call">Which.</param>
    /// <param name="path">Of what, from the share's root.</param>
    /// <param name="other">The other path of rename and link.</param>
    /// <param name="details">Arguments, for the log.</param>
    public PassedCall Enter(Call call, string path, string? other = null, string details = "")
    {
        Interlocked.Increment(ref _counts[(int)call]);
        string?[] words = [Words.Lower(call), path, other, details.TrimEnd()];
        string line = string.Join(' ', words.Where(word => !string.IsNullOrEmpty(word)));
        Concerning concerning = faults.Count(call, path, other);
        if (concerning.Delay is { } delay)
            Wait(delay.Nanoseconds);
        if (concerning.Hang is { } hang)
            Hang(hang, line);
        Errno refused = concerning.Refuse?.Errno ?? LackOf(call, path, other);
        return new PassedCall(this, line, refused, concerning.Ignore is not null);
    }

    /// <summary>How often each call came, those that came at all.</summary>
    public IEnumerable<string> Counts()
    {
        foreach (Call call in Enum.GetValues<Call>())
        {
            long count = Interlocked.Read(ref _counts[(int)call]);
            if (count > 0)
                yield return string.Create(CultureInfo.InvariantCulture, $"{Words.Lower(call)} {count}");
        }
    }

    /// <summary>Counts from 0 again.</summary>
    public void ResetCounts()
    {
        foreach (ref long count in _counts.AsSpan())
            Interlocked.Exchange(ref count, 0);
    }

    /// <summary>The calls that hang now.</summary>
    public string[] Hanging()
    {
        lock (_lock)
            return [.. _hanging];
    }

    /// <summary>Writes a line per call from now on; null: no more.</summary>
    public void LogTo(string? file)
    {
        // Opened first: a path that cannot be written changes nothing.
        StreamWriter? log = file is null ? null : new StreamWriter(file, append: true) { AutoFlush = true };
        lock (_lock)
        {
            _log?.Dispose();
            _log = log;
        }
    }

    /// <summary>Writes a call down.</summary>
    public void Leave(string line, Errno errno)
    {
        lock (_lock)
            _log?.WriteLine($"{line} {errno}");
    }

    private void Hang(HangFault fault, string line)
    {
        lock (_lock)
            _hanging.Add(line);
        fault.Resumed.Wait();
        lock (_lock)
            _hanging.Remove(line);
    }

    /// <summary>Lets at least that much time pass.</summary>
    public static void Wait(long nanoseconds)
    {
        // Again and again: .NET counts a wait by a clock that moves in steps of the kernel's tick, so one wait of 50 ms
        // was seen to take 48.
        long start = Stopwatch.GetTimestamp();
        var whole = TimeSpan.FromMicroseconds(nanoseconds / 1000);
        for (TimeSpan left = whole; left > TimeSpan.Zero; left = whole - Stopwatch.GetElapsedTime(start))
            Thread.Sleep(TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue)));
    }

    // The errnos of the file systems that lack them: vfat's for hard links, the CIFS client's for the others.
    private Errno LackOf(Call call, string path, string? other) => call switch
    {
        Call.Link when faults.Lacks(Feature.Links, path) || faults.Lacks(Feature.Links, other!) => Errno.EPERM,
        Call.Symlink when faults.Lacks(Feature.Symlinks, path) => Errno.EOPNOTSUPP,
        Call.Mknod when faults.Lacks(Feature.Special, path) => Errno.EPERM,
        Call.Tmpfile when faults.Lacks(Feature.Tmpfile, path) => Errno.EOPNOTSUPP,
        Call.Getxattr or Call.Setxattr or Call.Listxattr or Call.Removexattr when faults.Lacks(Feature.Xattrs, path) =>
            Errno.EOPNOTSUPP,
        _ => Errno.OK,
    };
}

/// <summary>A call that is being carried out, or is refused already.</summary>
/// <param name="Gate">Where it passed.</param>
/// <param name="Line">For the log.</param>
/// <param name="Refused">The error it is answered with, whatever happens; OK: carry it out.</param>
/// <param name="IsIgnored">Answer success and do nothing.</param>
internal readonly record struct PassedCall(CallGate Gate, string Line, Errno Refused, bool IsIgnored)
{
    public bool IsRefused => Refused != Errno.OK;

    /// <summary>Ends the call with this answer.</summary>
    public Errno Answer(Errno errno)
    {
        Gate.Leave(Line, errno);
        return errno;
    }

    /// <summary>Ends the call with the error it was refused with.</summary>
    public Errno Refuse() => Answer(Refused);
}
