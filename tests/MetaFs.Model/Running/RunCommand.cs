using System.Diagnostics;
using System.Globalization;
using MetaFs.Model.Operations;

namespace MetaFs.Model.Running;

/// <summary><c>metafs-model DIR</c>: random operations for a time, then a look at everything.</summary>
internal static class RunCommand
{
    private const int MountDied = 3;

    public static int Execute(IReadOnlyList<string> arguments)
    {
        Options options = new(
            arguments,
            ["keep", "deviations"],
            ["seconds", "workers", "threads", "seed", "operations", "without", "journal", "patience"]);
        string directory = Path.GetFullPath(options.Word("directory"));
        int seed = (int)options.Number("seed", Environment.TickCount & 0xFFFFFF);
        long operations = options.Number("operations", 0);
        TimeSpan limit = TimeSpan.FromSeconds(options.Number("seconds", operations > 0 ? int.MaxValue : 60));
        Directories.Prepare(directory);
        List<string> without = [.. Without(options, directory)];
        List<string> words = ["--without", string.Join(',', without), "--operations", $"{operations}"];
        if (options.Get("journal") is { } journal)
            words.AddRange(["--journal", Path.GetFullPath(journal)]);
        CrewPlan plan = new(
            directory, (int)options.Number("workers", 4), (int)options.Number("threads", 2), seed, words)
        {
            Patience = TimeSpan.FromSeconds(options.Number("patience", 60)),
        };

        using Crew crew = new(plan);
        Stopwatch clock = Stopwatch.StartNew();
        bool isStuck = false;
        try
        {
            crew.Do("open");
            crew.Do("go");
            crew.Tell("wait");
            bool ended = crew.Await("wait", limit);
            crew.Tell("stop");
            if (!ended)
                crew.Await("wait", Timeout.InfiniteTimeSpan);
            crew.Await("stop", Timeout.InfiniteTimeSpan);
            if (options.Has("journal") && IsDead(crew))
                return MountDied;
            crew.Do("verify");
        }
        catch (StuckException stuck)
        {
            Console.WriteLine(stuck.Message);
            isStuck = true;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{crew.Operations} operations, {crew.Checks} checks, {crew.Differences} differences, "
            + $"{plan.Workers * plan.Threads} threads in {plan.Workers} processes, "
            + $"{clock.Elapsed.TotalSeconds:F0} s, seed {seed}"));
        bool isClean = crew.Differences == 0 && !isStuck;
        if (isClean && !options.Has("keep") && !options.Has("journal"))
            Clear(directory);
        return isClean ? 0 : 1;
    }

    // With a journal a mount may die: another run of the program tells afterwards what became of the files.
    private static bool IsDead(Crew crew)
    {
        crew.Do("let-go");
        if (crew.Halts.Count > 0)
        {
            string errno = crew.Halts[0].Errno;
            Console.WriteLine($"{crew.Operations} operations; the mount died ({errno}): see metafs-model verify");
            return true;
        }

        crew.Do("open");
        return false;
    }

    /// <summary>What the file system lacks, and what the user leaves out.</summary>
    public static IEnumerable<string> Without(Options options, string directory)
    {
        HashSet<string> without = [.. options.List("without")];
        if (without.Except(Features.All).FirstOrDefault() is { } unknown)
            throw new UsageException($"--without: {unknown} is none of {string.Join(' ', Features.All)}");
        if (options.Has("deviations"))
            without.UnionWith(Features.Deviations);
        foreach ((string feature, string reason) in FeatureProbe.Missing(directory))
        {
            Console.WriteLine($"not here: {feature} ({reason})");
            without.Add(feature);
        }

        return without;
    }

    /// <summary>rm, since .NET cannot name every file.</summary>
    public static void Clear(string directory)
    {
        string[] shared = [.. State.SharedDirectories.All.Select(one => Path.Combine(directory, one.Name))];
        using Process remove = Process.Start("rm", ["-rf", "--one-file-system", .. shared]);
        remove.WaitForExit();
    }
}
