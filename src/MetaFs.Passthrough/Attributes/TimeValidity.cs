// When a recorded time still tells the truth. Pure; the one place that decides it.
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Attributes;

/// <summary>What a look at the share says about recorded times.</summary>
internal enum TimeVerdict
{
    /// <summary>The data is as it was: serve the record.</summary>
    Valid,

    /// <summary>The share stamped late, without a change of data: serve the record.</summary>
    LateStamp,

    /// <summary>The data changed: the recorded times are void.</summary>
    Void,
}

/// <summary>Compares a witness with what the share shows now.</summary>
internal static class TimeValidity
{
    /// <summary>
    /// How long after the last close a share may still move mtime by itself, ns. Measured on the Linux 6.1 CIFS client
    /// with Samba 4.17: up to 2 s (deferred close plus the server's delayed write time); one second more for clocks.
    /// </summary>
    public const long LateStampSlack = 3_000_000_000;

    /// <summary>Judges recorded times.</summary>
    /// <param name="witness">The share's state when they were recorded.</param>
    /// <param name="mtime">The share's mtime now, ns.</param>
    /// <param name="size">The share's size now, bytes.</param>
    /// <param name="stampsLate">Whether this share is known to stamp after the last close.</param>
    /// <param name="settledAt">
    /// When the last handle closed, or now while a writable one is open: ns, this machine's clock.
    /// </param>
    /// <remarks>
    /// ctime is no part of it: link, rename and the record's own chmod on the share move it without touching data.
    /// A stamp that lies well before the witness was set by somebody, so it is a change; a little before it lies what the
    /// server stamped for the last write, where the client's own clock was the witness.
    /// </remarks>
    public static TimeVerdict Judge(in TimeWitness witness, long mtime, ulong size, bool stampsLate, long settledAt)
    {
        if (size != witness.Size)
            return TimeVerdict.Void;
        if (mtime == witness.Mtime)
            return TimeVerdict.Valid;
        if (!stampsLate || mtime < witness.Mtime - LateStampSlack)
            return TimeVerdict.Void;
        long limit = Math.Max(witness.TakenAt, settledAt) + LateStampSlack;
        return mtime <= limit ? TimeVerdict.LateStamp : TimeVerdict.Void;
    }
}
