using System.Diagnostics;
using System.Globalization;
using MetaFs.Model.Running;

namespace MetaFs.Model.InputOutput;

/// <summary><c>metafs-model io DIR</c>: every way of reading and writing one file, against a buffer in memory.</summary>
internal static class IoCommand
{
    public static int Execute(IReadOnlyList<string> arguments)
    {
        Options options = new(arguments, [], ["seconds", "workers", "seed", "without", "operations"]);
        string directory = Path.GetFullPath(options.Word("directory"));
        int workers = (int)options.Number("workers", 2);
        int seed = (int)options.Number("seed", Environment.TickCount & 0xFFFFFF);
        long most = options.Number("operations", 0);
        TimeSpan limit = TimeSpan.FromSeconds(options.Number("seconds", most > 0 ? int.MaxValue : 10));
        HashSet<string> without = [.. options.List("without")];
        Stopwatch clock = Stopwatch.StartNew();
        ReferenceFile[] files = [.. Enumerable.Range(0, workers).Select(
            index => new ReferenceFile(directory, $"io.{index}", seed + index, without))];
        Thread[] threads = [.. files.Select(file => new Thread(() => file.Run(() => clock.Elapsed < limit, most)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        int failed = 0;
        foreach (ReferenceFile file in files)
        {
            if (file.Failure is { } failure)
            {
                failed++;
                Console.WriteLine(failure);
            }

            file.Dispose();
        }

        string lacking = string.Join(' ', files.SelectMany(file => file.Lacking).Distinct().Order(StringComparer.Ordinal));
        if (lacking.Length > 0)
            Console.WriteLine($"not here: {lacking}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{files.Sum(file => file.Operations)} operations, {failed} differences, {workers} files, "
            + $"{clock.Elapsed.TotalSeconds:F0} s, seed {seed}"));
        return failed == 0 ? 0 : 1;
    }
}
