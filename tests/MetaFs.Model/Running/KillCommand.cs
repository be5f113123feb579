using System.Diagnostics;
using System.Globalization;
using MetaFs.Model.Checks;

namespace MetaFs.Model.Running;

/// <summary><c>metafs-model kill</c>: the daemon dies in the middle of the load, again and again.</summary>
internal sealed class KillCommand
{
    private const int LongestLife = 500; // ms
    private const string Place = "metafs-model";

    private readonly string _program;
    private readonly string _share;
    private readonly string _mount;
    private readonly string _options;
    private readonly int _kills;
    private readonly Random _random;
    private readonly bool _hasFsck;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _done;
    private int _cleanFscks;
    private long _errors;

    private KillCommand(Options options, int seed)
    {
        _program = options.Required("metafs");
        _share = Path.GetFullPath(options.Required("share"));
        _mount = Path.GetFullPath(options.Required("mount"));
        _options = $"db={Path.GetFullPath(options.Required("db"))}"
            + (options.Get("mount-options") is { } more ? "," + more : "");
        _kills = (int)options.Number("kills", 20);
        _random = new Random(seed);
        _hasFsck = Run("--help", out string help) == 0 && help.Contains("fsck", StringComparison.Ordinal);
    }

    private string Directory => Path.Combine(_mount, Place);

    public static int Execute(IReadOnlyList<string> arguments)
    {
        Options options = new(
            arguments,
            ["deviations"],
            ["metafs", "share", "mount", "db", "kills", "seed", "mount-options", "workers", "threads", "without"]);
        options.NoWords();
        int seed = (int)options.Number("seed", Environment.TickCount & 0xFFFFFF);
        return new KillCommand(options, seed).Run(options, seed);
    }

    private int Run(Options options, int seed)
    {
        Daemon daemon = Mount();
        try
        {
            Directories.Prepare(Directory);
            CrewPlan plan = new(Directory, (int)options.Number("workers", 3), (int)options.Number("threads", 2), seed,
            [
                "--without", string.Join(',', RunCommand.Without(options, Directory)), "--may-die",
                "--share", Path.Combine(_share, Place),
            ]);
            using Crew crew = new(plan);
            crew.Do("open");
            try
            {
                while (_done < _kills && crew.Differences == 0 && _errors == 0)
                    daemon = Round(crew, daemon);
            }
            catch (StuckException stuck)
            {
                _errors++;
                Console.WriteLine(stuck.Message);
            }

            Report(crew, seed);
            return crew.Differences == 0 && _errors == 0 ? 0 : 1;
        }
        finally
        {
            daemon.Dispose();
        }
    }

    private Daemon Mount() => Daemon.Mount(_program, _share, _mount, _options);

    /// <summary>Load, kill, mount again, look at everything.</summary>
    private Daemon Round(Crew crew, Daemon daemon)
    {
        crew.Do("go");
        Thread.Sleep(_random.Next(LongestLife));
        if (!daemon.IsRunning)
            Fail($"the daemon ended by itself:\n{daemon.LastWords}");
        long killed = daemon.Kill();
        crew.Do("stop");
        crew.Halts.Clear();
        crew.Do("let-go");
        foreach ((string actor, string errno, long at) in crew.Halts.Where(halt => halt.At < killed))
            Fail($"{actor}: {errno} {(killed - at) / 1_000_000} ms before the kill\n{daemon.LastWords}");
        daemon.Dispose();

        _done++;
        Daemon next = Mount();
        crew.Do("open");
        crew.Do("verify");
        Fsck();
        if (_done % 50 == 0)
            Report(crew, null);
        return next;
    }

    private void Fsck()
    {
        if (!_hasFsck)
            return;
        if (Run("fsck", out string report, _mount) == 0)
            _cleanFscks++;
        else
            Fail("fsck:\n" + report);
    }

    private void Fail(string what)
    {
        _errors++;
        Console.WriteLine($"kill {_done + 1}: {what}");
    }

    private void Report(Crew crew, int? seed)
    {
        string fsck = _hasFsck ? $"{_cleanFscks} times clean" : "not in this program";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_done} kills, {crew.Operations} operations, {crew.Checks} checks: "
            + $"{crew.Count(Harm.Lost)} acknowledged changes lost, {crew.Count(Harm.WrongFile)} records on a wrong file, "
            + $"{crew.Count(Harm.Hidden)} files hidden, {crew.Count(Harm.Errno) + _errors} other errors, "
            + $"{crew.HalfMade} fields of files just being made, fsck {fsck}, {_clock.Elapsed.TotalSeconds:F0} s")
            + (seed is null ? "" : $", seed {seed}"));
    }

    private int Run(string command, out string output, params string[] words)
    {
        ProcessStartInfo start = new(_program, [command, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return process.ExitCode;
    }
}
