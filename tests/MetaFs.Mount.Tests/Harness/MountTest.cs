using Xunit.Abstractions;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>Base of all classes here: nothing is left behind, and a failure comes with the daemon's last words.</summary>
public abstract class MountTest(ITestOutputHelper output) : IDisposable
{
    private readonly Leaks _leaks = new();
    private readonly List<IDisposable> _mine = [];
    private readonly List<(string Log, long From)> _logs = [];

    protected ITestOutputHelper Output { get; } = output;

    /// <summary>Disposes it, and prints its daemon's log, when the test is over.</summary>
    protected T Mine<T>(T resource) where T : IDisposable
    {
        _mine.Add(resource);
        if (resource is MetaFsMount mount)
            Watch(mount.Log);
        if (resource is Share share)
            Watch(share.Database + ".log");
        if (resource is FaultyShare faulty)
            Watch(faulty.Database + ".log");
        return resource;
    }

    /// <summary>Shows what this log gains during the test.</summary>
    protected void Watch(string log) =>
        _logs.Add((log, System.IO.File.Exists(log) ? new FileInfo(log).Length : 0));

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        foreach ((string log, long from) in _logs)
            PrintTail(log, from);
        List<Exception> failures = [];
        for (int i = _mine.Count - 1; i >= 0; i--)
        {
            try
            {
                _mine[i].Dispose();
            }
#pragma warning disable CA1031 // the others are disposed too
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
            throw new AggregateException(failures);
        _leaks.Check();
    }

    private void PrintTail(string log, long from)
    {
        const int Most = 12_000;
        if (!System.IO.File.Exists(log))
            return;
        using FileStream stream = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        long start = Math.Max(from, stream.Length - Most);
        stream.Seek(start, SeekOrigin.Begin);
        using StreamReader reader = new(stream);
        Output.WriteLine($"--- {log} from byte {start}");
        Output.WriteLine(reader.ReadToEnd());
    }
}

/// <summary>Base of the classes that use <see cref="SharedMounts"/>.</summary>
[Collection(SharedMounts.Collection)]
public abstract class PosixTest(SharedMounts mounts, ITestOutputHelper output) : MountTest(output)
{
    /// <summary>Runs the check in a fresh directory there, as whoever may do everything.</summary>
    protected void In(Place place, Action<Venue> check)
    {
        Venue venue = mounts.NewVenue(place);
        if (venue.Share is Share share)
            Watch(share.Database + ".log");
        venue.Mounter.Run(() => check(venue));
    }
}
