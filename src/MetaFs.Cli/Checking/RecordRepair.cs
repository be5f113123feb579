// What is done about findings: nothing is lost, records go into quarantine.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Checking;

/// <summary>What became of a finding.</summary>
internal enum RepairOutcome
{
    /// <summary>The record is out of service and kept.</summary>
    Quarantined,

    /// <summary>The record says now what is so: times that were void are gone from it, or its place is the file's.</summary>
    Corrected,

    /// <summary>The record is gone.</summary>
    Dropped,

    /// <summary>Nothing: it is in use, or changed meanwhile.</summary>
    Left,

    /// <summary>Nothing: the database could not be written.</summary>
    Failed,
}

/// <summary>A finding and what became of it.</summary>
internal sealed record Repaired(Finding Finding, RepairOutcome Outcome);

/// <summary>Changes a database, by itself or by its mount.</summary>
internal interface IRecordRepair : IDisposable
{
    /// <summary>Sets one finding right.</summary>
    RepairOutcome Repair(Finding finding);

    /// <summary>Deletes the record of a finding.</summary>
    RepairOutcome Drop(Finding finding);

    /// <summary>Makes what was done survive power loss; before anybody is told that it is done.</summary>
    /// <exception cref="CliException">It may not.</exception>
    void Sync();

    /// <summary>Ends the note of a rename as a person says.</summary>
    RepairOutcome Settle(Finding finding, MoveAnswer answer);
}

/// <summary>A database that is not mounted; nobody mounts it until this is disposed.</summary>
internal sealed class OfflineRepair : IRecordRepair
{
    private readonly OfflineDatabase _database;

    /// <exception cref="OverlayException">It is mounted, or cannot be written.</exception>
    public OfflineRepair(string database)
    {
        OverlayReader.RequireThere(database);
        _database = new OfflineDatabase(database);
    }

    public RepairOutcome Repair(Finding finding)
    {
        InodeKey key = finding.Key!.Value;
        InodeRecord? record = finding.Record;
        if (finding.Kind == FindingKind.MovedFile && finding.Place is { } place)
            return Outcome(_database.Store.Put(key, record! with { Hint = place }), RepairOutcome.Corrected);
        if (finding.Kind == FindingKind.VoidTimes)
        {
            InodeRecord rest = record! with { Atime = null, Mtime = null, Witness = null };
            if (!rest.IsEmpty)
                return Outcome(_database.Store.Put(key, rest), RepairOutcome.Corrected);
        }

        return Outcome(_database.Store.Quarantine(key, finding.Detail, record), RepairOutcome.Quarantined);
    }

    public RepairOutcome Drop(Finding finding) =>
        finding.Record is { } record
            ? Outcome(_database.Store.Remove(finding.Key!.Value, record), RepairOutcome.Dropped)
            : RepairOutcome.Left;

    public void Sync() => _database.Sync();

    public RepairOutcome Settle(Finding finding, MoveAnswer answer)
    {
        if (_database.Store.Settle(finding.Move!, answer, finding.Forms) != OverlayStatus.Ok)
            throw new CliException(ExitCode.Database, "the change could not be written; the note is still there");
        return answer == MoveAnswer.Unknown ? RepairOutcome.Quarantined : RepairOutcome.Corrected;
    }

    public void Dispose() => _database.Dispose();

    private static RepairOutcome Outcome(OverlayStatus status, RepairOutcome done) => status switch
    {
        OverlayStatus.Ok => done,
        OverlayStatus.NotFound => RepairOutcome.Left,
        _ => RepairOutcome.Failed,
    };
}

/// <summary>A live mount: its daemon does it, by a look at the file where that is enough.</summary>
internal sealed class LiveRepair : IRecordRepair
{
    private readonly string _mountPoint;
    private readonly SafeFd _directory;
    private readonly OverlayReader _reader;
    private readonly RecordLookup _records;

    /// <param name="info">The mount.</param>
    /// <param name="given">Its directory as it was given.</param>
    /// <exception cref="CliException">The directory cannot be opened.</exception>
    public LiveRepair(ControlInfo info, string given)
    {
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(given)),
            OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out _directory);
        if (errno != Errno.OK)
            throw CliException.FromErrno(
                ExitCode.Failure, ByteText.ForDisplay(given), errno, "it must be readable to repair its database");
        _mountPoint = info.MountPoint;
        _reader = OverlayReader.Open(info.Database);
        _records = _reader.Lookup();
    }

    public RepairOutcome Repair(Finding finding)
    {
        InodeKey key = finding.Key!.Value;
        if (finding is { Kind: FindingKind.VoidTimes or FindingKind.MovedFile or FindingKind.ReusedInode, Path: { } path })
        {
            // The mount settles by itself what a look at the file shows.
            byte[] full = [.. ByteText.ToBytes(_mountPoint.TrimEnd('/')), (byte)'/', .. path, 0];
            _ = Libc.Statx(
                SafeFd.CurrentDirectory, CString.FromTerminated(full),
                AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_STATX_FORCE_SYNC, StatxMask.STATX_BASIC_STATS, out _);
            InodeRecord? now = _records.Find(key);
            if (now is null || !IsSame(now, finding.Record!))
                return finding.Kind == FindingKind.ReusedInode ? RepairOutcome.Quarantined : RepairOutcome.Corrected;
            if (finding.Kind != FindingKind.ReusedInode)
                return RepairOutcome.Left;
        }

        return Retire(finding, delete: false);
    }

    public RepairOutcome Drop(Finding finding) => Retire(finding, delete: true);

    // fsync(2) of any directory of a mount syncs its database.
    public void Sync()
    {
        Errno errno = Libc.Fsync(_directory);
        if (errno != Errno.OK)
            throw CliException.FromErrno(
                ExitCode.Failure, _mountPoint, errno,
                "what was done may not survive a power failure: see its log, and that the database's disk works");
    }

    // The daemon settles them itself as soon as the share tells; never asked, a database is named for it.
    public RepairOutcome Settle(Finding finding, MoveAnswer answer) => RepairOutcome.Left;

    public void Dispose()
    {
        _records.Dispose();
        _reader.Dispose();
        _directory.Dispose();
    }

    private RepairOutcome Retire(Finding finding, bool delete)
    {
        InodeKey key = finding.Key!.Value;
        var order = new ControlRetire(
            delete, finding.Detail, [new ControlRecord(key.Volume, key.Ino, finding.Record?.SetAt)]);
        Errno errno = ControlClient.Retire(_directory, order, out char[] done);
        return errno switch
        {
            Errno.OK => done[0] switch
            {
                ControlProtocol.RetireDone => delete ? RepairOutcome.Dropped : RepairOutcome.Quarantined,
                ControlProtocol.RetireRewritten => RepairOutcome.Corrected,
                _ => RepairOutcome.Left,
            },
            Errno.EPERM => throw CliException.FromErrno(
                ExitCode.Failure, _mountPoint, errno, "only root and who mounted may change its records"),
            Errno.ENOTTY => throw new CliException(
                ExitCode.Failure, $"{_mountPoint}: ENOTTY: its daemon is of an older version; mount again"),
            _ => throw CliException.FromErrno(ExitCode.Failure, _mountPoint, errno, "the mount does not answer"),
        };
    }

    private static bool IsSame(InodeRecord now, InodeRecord then) =>
        now.SetAt == then.SetAt && now.Witness == then.Witness && now.Hint.Parent == then.Hint.Parent
        && now.Hint.Name.AsSpan().SequenceEqual(then.Hint.Name);
}
