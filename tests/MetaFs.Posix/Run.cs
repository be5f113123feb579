// Runs cases one after another and reports.
using System.Diagnostics;
using System.Reflection;

namespace MetaFs.Posix;

/// <summary>One run of the program.</summary>
internal sealed class Run(Options options)
{
    private static readonly string[] s_loadedAlready = [.. LoadAssemblies()];

    private volatile bool _interrupted;

    /// <returns>The exit status.</returns>
    public int Execute(IReadOnlyList<Case> cases)
    {
        GC.KeepAlive(s_loadedAlready);
        Identity me = new(Libc.Geteuid(), Libc.Getegid());
        Report report = new(options.Json);
        Console.CancelKeyPress += (_, e) => e.Cancel = _interrupted = true;

        string? complaint = TemporaryTree.TryMake(options.Directory, "", out TemporaryTree? tree);
        if (complaint is not null)
            return Refuse(complaint);
        using (tree)
        {
            Lacks? lacks = FindLacks(me, tree!, out complaint);
            if (lacks is null)
                return Refuse(complaint!);
            report.Start(options.Directory, lacks);
            foreach (Case one in cases)
            {
                if (_interrupted)
                    return Refuse("interrupted");
                Try(one, me, tree!, lacks, report);
            }
        }

        return report.Finish();
    }

    private static int Refuse(string complaint)
    {
        Console.Error.WriteLine($"metafs-posix: {complaint}");
        return 2;
    }

    private Lacks? FindLacks(Identity me, TemporaryTree tree, out string? complaint)
    {
        complaint = null;
        if (options.Lacks is not null)
            return Lacks.Said(options.Lacks);
        if (options.Share is null)
            return Lacks.Find(me, tree, null);
        complaint = TemporaryTree.TryMake(options.Share, ".share", out TemporaryTree? share);
        using (share)
            return complaint is null ? Lacks.Find(me, tree, share) : null;
    }

    private static void Try(Case one, Identity me, TemporaryTree tree, Lacks lacks, Report report)
    {
        string? reason = lacks.Of(one, me);
        if (reason is not null)
        {
            report.Skipped(one, reason);
            return;
        }

        string row = "";
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            tree.In(me, directory =>
            {
                try
                {
                    one.Body(directory);
                }
                finally
                {
                    row = directory.Row;
                }
            });
            report.Passed(one, watch.Elapsed);
        }
#pragma warning disable CA1031 // a case that throws anything has failed, and the others still run
        catch (Exception e)
#pragma warning restore CA1031
        {
            string why = e is ExpectationException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            report.Failed(one, Expect.Printable(row.Length == 0 ? why : $"{row}: {why}"));
        }
    }

    /// <summary>
    /// An assembly that is loaded while a thread acts as another user is opened by that user, who may not reach it.
    /// </summary>
    private static IEnumerable<string> LoadAssemblies() =>
        typeof(Run).Assembly.GetReferencedAssemblies().Select(name => Assembly.Load(name).FullName!);
}
