// Which database and which directory a check is about.
using System.Globalization;
using MetaFs.Cli.Mounting;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Checking;

/// <summary>A database, and the share's directory where it can be looked at.</summary>
/// <param name="Database">The file.</param>
/// <param name="Root">The share's directory; null: the database alone.</param>
/// <param name="Name">The share for people; null with <paramref name="Root"/>.</param>
internal sealed record CheckedShare(string Database, SafeFd? Root, string? Name) : IDisposable
{
    /// <summary>Whether somebody named the share's directory; else a mount knows it.</summary>
    public bool IsNamed { get; private init; }

    /// <summary>Of a live mount, by what its daemon says.</summary>
    /// <param name="mountPoint">A mount, or any directory of it.</param>
    /// <param name="command">The command, if it also takes a database; null: it needs a mount.</param>
    /// <exception cref="CliException">No mount, or its share cannot be reached.</exception>
    public static CheckedShare OfMount(string mountPoint, string? command)
    {
        string shown = ByteText.ForDisplay(mountPoint);
        Errno errno = ControlClient.Info(
            CString.FromTerminated(ByteText.ToTerminated(mountPoint)), out ControlInfo? info);
        if (errno != Errno.OK)
            throw errno == Errno.ENOTTY
                ? new CliException(ExitCode.Share, $"{shown}: {MountPlaces.NoMount}")
                : CliException.FromErrno(
                    ExitCode.Share, shown, errno,
                    command is null
                        ? "MOUNTPOINT must be a directory of a mount"
                        : $"name the database itself: metafs {command} --db FILE");

        // The mount may cover the share's path; the daemon's descriptor leads below it.
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{info!.Pid}/fd/{info.RootFd}/.");
        errno = CanonicalPath.OpenDirectory(path, out SafeFd root);
        if (errno == Errno.OK)
            return new CheckedShare(info.Database, root, info.Source);
        root.Dispose();
        throw CliException.FromErrno(
            ExitCode.Share, shown, errno,
            "only root and the mount's owner may look below it"
            + (command is null ? "" : $": metafs {command} --db {info.Database} --share DIR"));
    }

    /// <summary>Of a database, with or without its share.</summary>
    /// <exception cref="CliException">The share cannot be opened.</exception>
    public static CheckedShare OfDatabase(string database, string? share)
    {
        if (share is null)
            return new CheckedShare(database, null, null);
        return new CheckedShare(
            database,
            CanonicalPath.RequireDirectory(share, "DIR must be the share's directory, as it was mounted over"), share)
        {
            IsNamed = true,
        };
    }

    /// <summary>Refuses a directory that was named and that the database does not know: a mount point without mount.</summary>
    /// <param name="isKnown">Whether the database has a volume for it, or for what is mounted in it.</param>
    /// <param name="records">How many records the database has.</param>
    /// <exception cref="CliException">There are some, and they cannot be of that directory.</exception>
    public void RequireKnown(bool isKnown, long records)
    {
        string count = records.ToString(CultureInfo.InvariantCulture);
        if (IsNamed && !isKnown && records > 0)
            throw new CliException(
                ExitCode.Share,
                $"{ByteText.ForDisplay(Name!)}: none of the {count} records is of this directory; "
                + "is the share mounted there?");
    }

    /// <summary>What changes the database: its mount, or we ourselves where it has none.</summary>
    /// <param name="mountPoint">The mount; null: the database was named.</param>
    /// <exception cref="CliException">It cannot be changed.</exception>
    public IRecordRepair OpenRepair(string? mountPoint)
    {
        try
        {
            if (mountPoint is null)
                return new OfflineRepair(Database);
            Errno errno = ControlClient.Info(
                CString.FromTerminated(ByteText.ToTerminated(mountPoint)), out ControlInfo? info);
            return errno == Errno.OK
                ? new LiveRepair(info!, mountPoint)
                : throw new CliException(
                    ExitCode.Share, $"{ByteText.ForDisplay(mountPoint)}: {ControlClient.Explain(errno)}");
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
    }

    public void Dispose() => Root?.Dispose();
}
