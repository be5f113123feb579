// metafs list: the records of a database, streamed; the mount goes on meanwhile.
using System.CommandLine;
using System.CommandLine.Parsing;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Options;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Selecting;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli;

/// <summary><c>metafs list MOUNTPOINT</c> and <c>metafs list --db FILE</c>, all records or some.</summary>
internal static class ListCommand
{
    private static readonly Argument<string?> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "list the records of this database, mounted or not",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_share = new("--share")
    {
        Description = "with --db: the share's directory, for --valid and --void",
        HelpName = "DIR",
    };

    private static readonly Option<string?> s_path = new("--path")
    {
        Description = "files at or below this path, or that fit a pattern with * ? [] **",
        HelpName = "PATTERN",
    };

    private static readonly Option<string?> s_owner = new("--owner")
    {
        Description = "files of this recorded owner",
        HelpName = "USER",
    };

    private static readonly Option<string?> s_group = new("--group")
    {
        Description = "files of this recorded group",
        HelpName = "GROUP",
    };

    private static readonly Option<string?> s_reason = new("--reason")
    {
        Description = "refused, ignored, rounded, created, option, kept, xattrs, an errno such as EPERM",
        HelpName = "WORD",
    };

    private static readonly Option<string?> s_older = new("--older")
    {
        Description = "last changed longer ago than 30s, 10m, 12h, 2d, 3w, 1y, or before a date",
        HelpName = "AGE",
    };

    private static readonly Option<string?> s_newer = new("--newer")
    {
        Description = "last changed since then",
        HelpName = "AGE",
    };

    private static readonly Option<bool> s_valid = new("--valid")
    {
        Description = "records of which all counts; looks at the share",
    };

    private static readonly Option<bool> s_void = new("--void")
    {
        Description = "records of which something does not count any more; looks at the share",
    };

    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "print a JSON array, one record per line",
    };

    public static Command Create()
    {
        var command = new Command("list", "List the records of a mount or a database")
        {
            s_mountPoint, s_database, s_share, s_path, s_owner, s_group, s_reason, s_older, s_newer, s_valid, s_void,
            s_json,
        };
        command.Validators.Add(Validate);
        command.SetAction(static result =>
        {
            ListRequest request = RequestOf(result);
            return (int)Run(request, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
        });
        return command;
    }

    private static void Validate(CommandResult result)
    {
        bool looks = result.GetValue(s_valid) || result.GetValue(s_void);
        if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
            result.AddError("Give either MOUNTPOINT or --db FILE");
        else if (result.GetValue(s_share) is not null && result.GetValue(s_database) is null)
            result.AddError("--share goes with --db FILE; a mount knows its share");
        else if (result.GetValue(s_valid) && result.GetValue(s_void))
            result.AddError("Give --valid or --void; without them both kinds are listed");
        else if (looks && result.GetValue(s_database) is not null && result.GetValue(s_share) is null)
            result.AddError("--valid and --void look at the share: give MOUNTPOINT, or --share DIR with --db FILE");
    }

    private static ListRequest RequestOf(ParseResult result)
    {
        string? mountPoint = result.GetValue(s_mountPoint);
        bool? wanted = result.GetValue(s_valid) ? true : result.GetValue(s_void) ? false : null;
        long now = Libc.RealtimeNanoseconds();
        var filter = new RecordFilter
        {
            Owner = Id(result.GetValue(s_owner), "--owner", "user", UserNames.TryParseUser),
            Group = Id(result.GetValue(s_group), "--group", "group", UserNames.TryParseGroup),
            Reason = Reason(result.GetValue(s_reason)),
            Before = Moment(result.GetValue(s_older), "--older", now),
            After = Moment(result.GetValue(s_newer), "--newer", now),
        };
        ControlInfo? info = mountPoint is null ? null : InfoOf(mountPoint);
        if (result.GetValue(s_path) is { } path)
            filter = filter with { Path = PathPattern.Parse(BelowMount(path, mountPoint), info?.MountPoint) };
        return new ListRequest(
            info?.Database ?? result.GetValue(s_database)!, mountPoint, result.GetValue(s_share), filter, wanted,
            result.GetValue(s_json));
    }

    // As it was typed behind a relative MOUNTPOINT; "./" in front means the share's root in any case.
    private static string BelowMount(string path, string? mountPoint)
    {
        string above = mountPoint?.TrimEnd('/') ?? "";
        bool isBelow = above is not ("" or ".") && !above.StartsWith('/')
            && (path == above || path.StartsWith(above + "/", StringComparison.Ordinal));
        return isBelow ? CanonicalPath.OfFutureFile(above) + path[above.Length..] : path;
    }

    private static uint? Id(string? text, string option, string what, TryParseId parse)
    {
        if (text is null)
            return null;
        return parse(text, out uint id)
            ? id
            : throw new CliException(
                ExitCode.Usage, $"{option}: there is no {what} '{ByteText.ForDisplay(text)}'; give its number");
    }

    private static string? Reason(string? word)
    {
        if (word is null)
            return null;
        string small = word.ToLowerInvariant();
        if (ReasonText.Listed.Contains(small))
            return small;
        if (small.StartsWith('e') && Enum.TryParse(word, ignoreCase: true, out Errno errno))
            return errno.ToString();
        string nearest = NearestWord.Find(small, ReasonText.Listed) is { } other ? $"did you mean '{other}'?" : "";
        throw new CliException(
            ExitCode.Usage,
            $"--reason: '{ByteText.ForDisplay(word)}' is none; {nearest}".TrimEnd(' ', ';')
            + $" (one of {string.Join(", ", ReasonText.Listed)}, or an errno such as EPERM)");
    }

    private static long? Moment(string? text, string option, long now)
    {
        if (text is null)
            return null;
        return AgeOption.TryParse(text, now, out long moment)
            ? moment
            : throw new CliException(
                ExitCode.Usage, $"{option}: '{ByteText.ForDisplay(text)}' is no time; give {AgeOption.Form}");
    }

    private static ExitCode Run(ListRequest request, TextWriter output, TextWriter error)
    {
        bool complete = true;
        try
        {
            using OverlayReader reader = OverlayReader.Open(request.Database, line =>
            {
                complete = false;
                error.WriteLine($"metafs: {line}");
            });
            using CheckedShare? share = request.Wanted is null ? null : ShareOf(request);
            using RecordJudge? judge = share is null ? null : new RecordJudge(share.Root!, reader);
            share?.RequireKnown(judge!.IsKnown, reader.Counts().Records);
            IEnumerable<OverlayRow> rows = reader.Rows().Where(request.Filter.Matches);
            if (request.Wanted is { } valid)
                rows = rows.Where(row => valid ? judge!.StateOf(row) == RecordState.Valid : judge!.IsVoid(row));
            if (request.Json)
                ListJson.Write(rows, output, judge);
            else
                ListText.Write(rows, output);
            return complete ? ExitCode.Ok : ExitCode.Failure;
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (ShareException e)
        {
            throw new CliException(ExitCode.Share, e.Message, e);
        }
    }

    private static CheckedShare ShareOf(ListRequest request) => request.MountPoint is { } mountPoint
        ? CheckedShare.OfMount(mountPoint, "list")
        : CheckedShare.OfDatabase(request.Database, request.Share);

    private static ControlInfo InfoOf(string mountPoint)
    {
        byte[] path = ByteText.ToTerminated(mountPoint);
        Errno errno = ControlClient.Info(CString.FromTerminated(path), out ControlInfo? info);
        if (errno == Errno.OK)
            return info!;
        string shown = ByteText.ForDisplay(mountPoint);
        throw errno == Errno.ENOTTY
            ? new CliException(ExitCode.Share, $"{shown}: {MountPlaces.NoMount}")
            : CliException.FromErrno(ExitCode.Share, shown, errno, "name the database itself: metafs list --db FILE");
    }

    private delegate bool TryParseId(string text, out uint id);

    private sealed record ListRequest(
        string Database, string? MountPoint, string? Share, RecordFilter Filter, bool? Wanted, bool Json);
}
