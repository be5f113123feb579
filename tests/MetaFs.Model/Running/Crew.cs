using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MetaFs.Model.Checks;

namespace MetaFs.Model.Running;

/// <summary>How a crew is set up.</summary>
/// <param name="Directory">The run's directory.</param>
/// <param name="Workers">Processes.</param>
/// <param name="Threads">Of each.</param>
/// <param name="Seed">Of all random choices.</param>
/// <param name="Arguments">Further words for the worker processes.</param>
internal sealed record CrewPlan(string Directory, int Workers, int Threads, int Seed, IReadOnlyList<string> Arguments)
{
    /// <summary>How long an operation may take before it counts as stuck.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>All worker processes of a run, and the watchdog over them.</summary>
internal sealed class Crew : IDisposable
{
    private readonly CrewPlan _plan;
    private readonly Process[] _processes;
    private readonly BlockingCollection<(int Worker, string Line)> _lines = [];
    private readonly Dictionary<string, (long Operations, long Checks, int HalfMade, string Current, long Since)> _beats =
        new(StringComparer.Ordinal);
    private readonly Dictionary<Harm, long> _harms = [];
    private readonly HashSet<(int Worker, string Line)> _done = [];

    public Crew(CrewPlan plan)
    {
        _plan = plan;
        _processes = [.. Enumerable.Range(0, plan.Workers).Select(Start)];
    }

    public long Operations => _beats.Values.Sum(beat => beat.Operations);

    public long Checks => _beats.Values.Sum(beat => beat.Checks);

    public int HalfMade => _beats.Values.Sum(beat => beat.HalfMade);

    public long Differences => _harms.Values.Sum();

    /// <summary>How and when actors met the dead mount, ns since the epoch.</summary>
    public List<(string Actor, string Errno, long At)> Halts { get; } = [];

    public long Count(Harm harm) => _harms.GetValueOrDefault(harm);

    /// <summary>Tells all workers, without waiting.</summary>
    public void Tell(string command)
    {
        foreach (Process process in _processes)
            process.StandardInput.WriteLine(command);
    }

    /// <summary>Tells all workers and waits until all have done it.</summary>
    public void Do(string command)
    {
        Tell(command);
        Await(command, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits until all have done what they were told, or for a time.</summary>
    /// <returns>Whether all have.</returns>
    public bool Await(string command, TimeSpan limit)
    {
        string done = "done " + command;
        Stopwatch waited = Stopwatch.StartNew();
        foreach (string actor in _beats.Keys)
            _beats[actor] = _beats[actor] with { Since = Stopwatch.GetTimestamp() };
        while (_done.Count(one => one.Line == done) < _processes.Length)
        {
            if (limit >= TimeSpan.Zero && waited.Elapsed >= limit)
                return false;
            if (_lines.TryTake(out (int Worker, string Line) said, 100))
                Hear(said.Worker, said.Line);
            Watch();
        }

        _done.RemoveWhere(one => one.Line == done);
        return true;
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(5000))
                process.Kill();
            process.Dispose();
        }

        _lines.Dispose();
    }

    private Process Start(int index)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        string[] words = ["worker", "--directory", _plan.Directory, "--index", Text(index), "--threads", Text(_plan.Threads),
            "--seed", Text(_plan.Seed), .. _plan.Arguments];
        foreach (string word in words)
            start.ArgumentList.Add(word);
        Process process = Process.Start(start)!;
        Thread reader = new(() => Read(index, process)) { IsBackground = true };
        reader.Start();
        return process;
    }

    private void Read(int index, Process process)
    {
        while (process.StandardOutput.ReadLine() is { } line)
            _lines.Add((index, line));
        if (!_lines.IsAddingCompleted)
            _lines.Add((index, "ended"));
    }

    private void Hear(int worker, string line)
    {
        string[] words = line.Split(' ', 6);
        switch (words[0])
        {
            case "beat":
                long operations = long.Parse(words[2], CultureInfo.InvariantCulture);
                long checks = long.Parse(words[3], CultureInfo.InvariantCulture);
                _beats.TryGetValue(words[1], out var before);
                bool moved = operations != before.Operations || checks != before.Checks || words[5].Length == 0;
                long since = moved || before.Since == 0 ? Stopwatch.GetTimestamp() : before.Since;
                _beats[words[1]] =
                    (operations, checks, int.Parse(words[4], CultureInfo.InvariantCulture), words[5], since);
                break;
            case "done":
                _done.Add((worker, line));
                break;
            case "halted":
                Halts.Add((words[1], words[2], long.Parse(words[3], CultureInfo.InvariantCulture)));
                break;
            case "difference":
                Harm harm = Enum.Parse<Harm>(words[1]);
                _harms[harm] = Count(harm) + 1;
                if (Differences <= 20)
                    Console.WriteLine(ByteString.Unescape(line[(words[0].Length + words[1].Length + 2)..]));
                break;
            case "ended":
                throw new InvalidOperationException($"worker {worker} ended by itself; its errors are above");
            default:
                throw new InvalidOperationException($"worker {worker} said: {line}");
        }
    }

    private void Watch()
    {
        string[] stuck = [.. _beats.Where(beat => beat.Value.Current.Length > 0
            && Stopwatch.GetElapsedTime(beat.Value.Since) > _plan.Patience)
            .Select(beat => string.Create(
                CultureInfo.InvariantCulture,
                $"stuck: {beat.Key} {Stopwatch.GetElapsedTime(beat.Value.Since).TotalSeconds:F0} s in {beat.Value.Current}"))];
        if (stuck.Length > 0)
            throw new StuckException(string.Join('\n', stuck));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A worker makes no progress.</summary>
internal sealed class StuckException(string message) : Exception(message);
