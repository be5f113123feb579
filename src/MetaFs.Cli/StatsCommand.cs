// metafs stats: what a mount has done, once or again and again.
using System.CommandLine;
using System.Globalization;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Statistics;
using MetaFs.Cli.Terminals;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli;

/// <summary><c>metafs stats MOUNTPOINT</c>.</summary>
internal static class StatsCommand
{
    private static readonly TimeSpan s_defaultInterval = TimeSpan.FromSeconds(2);

    // Counting reads the whole database: not at every look.
    private static readonly long s_countEvery = 10_000;

    private static readonly Argument<string> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
    };

    private static readonly Option<string?> s_watch = new("--watch", "-w")
    {
        Description = "again every SECONDS (2), until ^C: what happened in between, per second",
        HelpName = "SECONDS",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "print one JSON object in one line; with --watch one for each look",
    };

    private static readonly Option<bool> s_prometheus = new("--prometheus")
    {
        Description = "print Prometheus text, for node_exporter's textfile collector",
    };

    public static Command Create()
    {
        var command = new Command("stats", "Show what a mount has done, and how quickly")
        {
            s_mountPoint, s_watch, s_json, s_prometheus,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_json) && result.GetValue(s_prometheus))
                result.AddError("Give --json or --prometheus");
            else if (result.GetResult(s_watch) is not null && result.GetValue(s_prometheus))
                result.AddError("--prometheus is for one look; let a timer run it");
            else if (result.GetResult(s_watch) is not null && Interval(result.GetValue(s_watch)) is null)
                result.AddError("--watch takes a number of seconds, 0.1 to 86400");
        });
        command.SetAction(static result =>
        {
            TextWriter output = result.InvocationConfiguration.Output;
            string mountPoint = result.GetValue(s_mountPoint)!;
            if (result.GetResult(s_watch) is not null)
                return (int)Watch(mountPoint, Interval(result.GetValue(s_watch))!.Value, result.GetValue(s_json), output);
            MountStatistics stats = Read(mountPoint, count: true);
            output.Write(
                result.GetValue(s_json) ? StatsJson.Format(stats) + "\n"
                : result.GetValue(s_prometheus) ? StatsPrometheus.Format(stats)
                : StatsText.Format(stats, null, Ink.For(output)));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static TimeSpan? Interval(string? text)
    {
        if (text is null)
            return s_defaultInterval;
        bool isNumber = double.TryParse(
            text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
        return isNumber && seconds is >= 0.1 and <= 86400 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static ExitCode Watch(string mountPoint, TimeSpan interval, bool json, TextWriter output)
    {
        using var interrupt = new Interrupt();
        bool redraw = !json && Terminal.IsTerminal(output);
        MountStatistics last = Read(mountPoint, count: true);
        long countedAt = Environment.TickCount64;
        MountStatistics? change = null;
        while (true)
        {
            string text = json ? StatsJson.Format(last) + "\n" : StatsText.Format(last, change, Ink.For(output));

            // From the top, each line to its end, and nothing of the last look below: without a flicker.
            output.Write(redraw
                ? "\e[H" + text.Replace("\n", "\e[K\n", StringComparison.Ordinal) + "\e[J"
                : change is null || json ? text : "\n" + text);
            output.Flush();
            if (interrupt.Token.WaitHandle.WaitOne(interval))
                return ExitCode.Ok;
            bool count = Environment.TickCount64 - countedAt >= s_countEvery;
            MountStatistics now = Read(mountPoint, count);
            if (count)
                countedAt = Environment.TickCount64;
            else
                now = now with { Rows = last.Rows };
            change = now.Since(last);
            last = now;
        }
    }

    private static MountStatistics Read(string mountPoint, bool count)
    {
        CString path = CString.FromTerminated(ByteText.ToTerminated(mountPoint));
        ControlStats? stats = null;
        Errno errno = ControlClient.Info(path, out ControlInfo? info);
        if (errno == Errno.OK)
            errno = ControlClient.Stats(path, out stats);
        if (errno != Errno.OK)
            throw new CliException(
                ExitCode.Share,
                $"{ByteText.ForDisplay(mountPoint)}: {ControlClient.Explain(info is null ? errno : Errno.EPROTO)}");
        return new MountStatistics(info!, stats!, count ? Count(info!.Database) : null);
    }

    // Who may look at the mount may not be allowed to look into the database.
    private static OverlayCounts? Count(string database)
    {
        try
        {
            using OverlayReader reader = OverlayReader.Open(database);
            return reader.Counts();
        }
        catch (OverlayException)
        {
            return null;
        }
    }
}
