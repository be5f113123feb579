// metafs probe: what a directory does with owners, modes, times and the rest, found out by trying.
using System.CommandLine;
using System.Runtime.InteropServices;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Probing;
using MetaFs.Cli.Reports;
using MetaFs.Linux;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli;

/// <summary><c>metafs probe DIR</c>.</summary>
internal static class ProbeCommand
{
    private static readonly Argument<string> s_directory = new("DIR")
    {
        Description = "a directory; a temporary directory is made in it and removed",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    private static readonly Option<bool> s_slow = new("--slow")
    {
        Description = "also try what takes seconds: whether mtime moves after close",
    };

    private static readonly Option<bool> s_dropCaches = new("--drop-caches")
    {
        Description = "also empty the machine's caches and look at inode numbers again (root)",
    };

    public static Command Create()
    {
        var command = new Command("probe", "Find out what a directory keeps, and what MetaFs would do about it")
        {
            s_directory, s_json, s_slow, s_dropCaches,
        };
        command.SetAction(static result => (int)Run(
            result.GetValue(s_directory)!, result.GetValue(s_json), result.GetValue(s_slow),
            result.GetValue(s_dropCaches), result.InvocationConfiguration.Output));
        return command;
    }

    private static ExitCode Run(string path, bool json, bool slow, bool dropCaches, TextWriter output)
    {
        string shown = ByteText.ForDisplay(path);
        if (dropCaches && Libc.Geteuid() != 0)
            throw new CliException(ExitCode.Usage, "--drop-caches: only root may empty caches; leave it out");
        Errno errno = CanonicalPath.OpenDirectory(path, out SafeFd parent);
        if (errno != Errno.OK)
            throw Refused(shown, errno);
        using (parent)
        {
            ShareDescription share = Describe(parent, shown);
            using var stop = new CancellationTokenSource();
            using var signals = new Signals(stop);
            ProbeReport report = Probe(parent, path, share, slow, dropCaches, stop.Token);
            output.WriteLine((json ? ProbeJson.Format(report) : ProbeText.Format(report)).TrimEnd('\n'));
        }

        return ExitCode.Ok;
    }

    private static ProbeReport Probe(
        SafeFd parent, string path, ShareDescription share, bool slow, bool dropCaches, CancellationToken stop)
    {
        string shown = ByteText.ForDisplay(path);
        Errno errno = ProbeDirectory.Create(parent, out ProbeDirectory? created);
        if (created is null)
            throw Refused(shown, errno);
        string full = $"{shown.TrimEnd('/')}/{created.Name}";
        ProbeReport? report = null;
        CliException? failure = null;
        using (ProbeDirectory directory = created)
        {
            try
            {
                var site = new ProbeSite(directory.Fd, slow, dropCaches, stop);
                site.NewFile("first").Dispose();
                report = ProbeCatalog.Ask(site, ByteText.ToBytes(path), share);
            }
            catch (OperationCanceledException e)
            {
                failure = new CliException(ExitCode.Failure, $"{full}: interrupted by a signal, and removed", e);
            }
            catch (ProbeStepException e)
            {
                failure = CliException.FromErrno(ExitCode.Share, shown, e.Errno, "no file can be made there");
            }
        }

        if (created.RemovalErrno != Errno.OK)
            throw CliException.FromErrno(ExitCode.Failure, full, created.RemovalErrno, "remove it with rm -r");
        return report ?? throw failure!;
    }

    private static ShareDescription Describe(SafeFd directory, string shown)
    {
        try
        {
            return ShareInfo.Describe(directory);
        }
        catch (ShareException e)
        {
            throw new CliException(ExitCode.Share, $"{shown}: {e.Message}", e);
        }
    }

    private static CliException Refused(string shown, Errno errno) =>
        CliException.FromErrno(ExitCode.Share, shown, errno, errno switch
        {
            Errno.ENOENT => "DIR must be a directory that exists",
            Errno.ENOTDIR => "DIR must be a directory",
            Errno.EROFS => "probing needs a file system that is mounted writable",
            Errno.EACCES or Errno.EPERM => "probing needs a directory that you may write to",
            Errno.ENOSPC or Errno.EDQUOT => "probing needs room for a few files",
            Errno.ENOTCONN => $"a FUSE file system has died there; run: umount {shown}",
            Errno.ESTALE or Errno.EHOSTDOWN or Errno.ETIMEDOUT => "the share does not answer; mount it again first",
            _ => "no directory can be made there",
        });

    // The first signal lets the directory be removed; a second one ends at once.
    private sealed class Signals : IDisposable
    {
        private readonly PosixSignalRegistration[] _registrations;

        public Signals(CancellationTokenSource stop)
        {
            _registrations = Array.ConvertAll(
                new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP },
                signal => PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = !stop.IsCancellationRequested;
                    stop.Cancel();
                }));
        }

        public void Dispose()
        {
            foreach (PosixSignalRegistration registration in _registrations)
                registration.Dispose();
        }
    }
}
