// Volumes, what was learnt of them, and records taken out of service.
using SQLitePCL;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    private const int LongestReason = 500;

    // Replaced as a whole under _writeGate: this store is the only writer, so the copy in memory is the truth.
    private volatile Volume[] _volumes;

    /// <inheritdoc/>
    public bool HasVolumes => _volumes.Length > 0;

    /// <inheritdoc/>
    public IReadOnlyList<Volume> Volumes() => _volumes;

    /// <inheritdoc/>
    public OverlayStatus FindVolume(in VolumeIdentity identity, out Volume? volume)
    {
        volume = VolumeMatch.Find(_volumes, identity);
        return volume is null ? OverlayStatus.NotFound : OverlayStatus.Ok;
    }

    /// <inheritdoc/>
    public OverlayStatus OpenVolume(in VolumeIdentity identity, out Volume? volume)
    {
        lock (_writeGate)
        {
            volume = null;
            if (_disposed)
                return Closed();
            return VolumeMatch.Find(_volumes, identity) is { } known
                ? UpdateVolume(known, VolumeMatch.Merge(known.Identity, identity), out volume)
                : AddVolume(VolumeMatch.Kept(identity), out volume);
        }
    }

    /// <summary>Lets a volume's records be of another sighting of its share: a person has said that it is the same.</summary>
    /// <returns>NotFound: no such volume.</returns>
    public OverlayStatus Rebind(long volume, in VolumeIdentity identity)
    {
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            int index = Array.FindIndex(_volumes, v => v.Id == volume);
            if (index < 0)
                return OverlayStatus.NotFound;
            using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.RebindVolume);
            statement.Bind(1, volume);
            statement.Bind(2, identity.FileSystem);
            statement.Bind(3, identity.Source);
            statement.Bind(4, identity.RootIno);
            statement.Bind(5, identity.RootBirthTime);
            OverlayStatus status = Finish("rebinding a volume", statement.Run());
            if (status == OverlayStatus.Ok)
                Replace(_volumes[index] with { Identity = identity });
            return status;
        }
    }

    /// <inheritdoc/>
    public OverlayStatus PutTraits(long volume, in VolumeTraits traits)
    {
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            int index = Array.FindIndex(_volumes, v => v.Id == volume);
            if (index < 0)
                return OverlayStatus.NotFound;
            using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.PutTraits);
            statement.Bind(1, volume);
            statement.Bind(2, (long)traits.Chown);
            statement.Bind(3, (long)traits.Chmod);
            statement.Bind(4, (long)traits.Utimens);
            statement.Bind(5, traits.FalseBirthTimes ? 1 : 0);
            statement.Bind(6, (long)traits.Placeholders);
            OverlayStatus status = Finish("writing what was learnt of a share", statement.Run());
            if (status == OverlayStatus.Ok)
                Replace(_volumes[index] with { Traits = traits });
            return status;
        }
    }

    /// <inheritdoc/>
    public OverlayStatus Quarantine(in InodeKey key, string reason, InodeRecord? record = null)
    {
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;

            // All that may throw comes before the transaction.
            using SqliteStatement move = _writer.PrepareForCaller(OverlaySchema.Quarantine);
            move.Bind(3, reason.Length > LongestReason ? reason[..LongestReason] : reason);
            move.Bind(4, Now());
            if (record is not null)
                move.Bind(5, record.SetAt);
            using SqliteStatement trim = _writer.PrepareForCaller(OverlaySchema.TrimQuarantine);
            trim.Bind(1, OverlaySchema.QuarantineRows);

            int result = _begin.Run();
            if (result == raw.SQLITE_DONE)
                result = RunKey(move, key);
            bool hasMoved = raw.sqlite3_changes(_writer.Handle) > 0;
            if (result == raw.SQLITE_DONE)
                result = record is null ? RunKey(_remove, key) : RunRemove(key, record);
            if (result == raw.SQLITE_DONE && hasMoved && _xattrs.MayHaveRows)
                result = _xattrs.Quarantine(key);
            if (result == raw.SQLITE_DONE)
                result = trim.Run();
            return FinishTransaction("quarantining a record", result);
        }
    }

    /// <summary>Deletes what was put out of service before a moment; nobody can put it back then.</summary>
    /// <param name="moment">ns since the epoch, this machine's clock.</param>
    /// <param name="dropped">How many records.</param>
    public OverlayStatus DropQuarantined(long moment, out long dropped)
    {
        dropped = 0;
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            using SqliteStatement xattrs = _writer.PrepareForCaller(OverlaySchema.DropQuarantinedXattrs);
            xattrs.Bind(1, moment);
            using SqliteStatement records = _writer.PrepareForCaller(OverlaySchema.DropQuarantined);
            records.Bind(1, moment);
            int result = _begin.Run();
            if (result == raw.SQLITE_DONE)
                result = xattrs.Run();
            if (result == raw.SQLITE_DONE)
                result = records.Run();
            long count = raw.sqlite3_changes(_writer.Handle);
            OverlayStatus status = FinishTransaction("deleting quarantined records", result);
            dropped = status == OverlayStatus.Ok ? count : 0;
            return status;
        }
    }

    private OverlayStatus UpdateVolume(Volume known, in VolumeIdentity identity, out Volume? volume)
    {
        volume = known;
        if (identity == known.Identity)
            return OverlayStatus.Ok;
        using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.UpdateVolume);
        statement.Bind(1, known.Id);
        statement.Bind(2, identity.Source);
        statement.Bind(3, identity.RootIno);
        statement.Bind(4, identity.RootBirthTime);
        OverlayStatus status = Finish("writing a volume", statement.Run());
        volume = status == OverlayStatus.Ok ? known with { Identity = identity } : null;
        if (volume is not null)
            Replace(volume);
        return status;
    }

    private OverlayStatus AddVolume(in VolumeIdentity identity, out Volume? volume)
    {
        volume = null;
        using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.AddVolume);
        statement.Bind(1, identity.FileSystem);
        statement.Bind(2, identity.Source);
        statement.Bind(3, identity.RootIno);
        statement.Bind(4, identity.RootBirthTime);
        statement.Bind(5, identity.ByName ? 1L : 0L);
        int result = statement.Step();
        long id = result == raw.SQLITE_ROW ? statement.Integer(0) : 0;

        // The row is committed by the step after the last one.
        if (result == raw.SQLITE_ROW)
            result = statement.Step();
        statement.Reset();
        OverlayStatus status = Finish("adding a volume", result);
        if (status == OverlayStatus.Ok)
        {
            volume = new Volume(id, identity, default);
            _volumes = [.. _volumes, volume];
        }

        return status;
    }

    private void Replace(Volume changed) =>
        _volumes = Array.ConvertAll(_volumes, v => v.Id == changed.Id ? changed : v);

    private static long Now() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
}
