// What the share can be told to do wrong. One type per command; PROPERTIES hold its words.
namespace MetaFs.ShareSim.Faults;

/// <summary>One fault.</summary>
/// <param name="Text">The command that made it.</param>
/// <param name="On">The paths it concerns.</param>
internal abstract record Fault(string Text, PathGlob On);

/// <summary>A fault of some calls, and of some of these by their number.</summary>
internal abstract record CallFault(string Text, PathGlob On, CallSet Calls, CallRange Range) : Fault(Text, On)
{
    private long _seen;

    /// <summary>Counts a call if it is one of these.</summary>
    /// <returns>Whether the fault concerns it.</returns>
    public bool Count(Call call, string path, string? other) =>
        Calls.Has(call) && (On.Matches(path) || (other is not null && On.Matches(other)))
        && Range.Has(Interlocked.Increment(ref _seen));
}

/// <summary>Answers an error and does nothing.</summary>
internal sealed record RefuseFault(string Text, PathGlob On, CallSet Calls, CallRange Range, Errno Errno)
    : CallFault(Text, On, Calls, Range)
{
    /// <summary>Made by "disconnect", and ended by "connect".</summary>
    public bool IsDisconnection { get; init; }
}

/// <summary>Answers success and does nothing.</summary>
internal sealed record IgnoreFault(string Text, PathGlob On, CallSet Calls, CallRange Range)
    : CallFault(Text, On, Calls, Range)
{
    /// <summary>What can be ignored without telling a lie about the answer's content.</summary>
    public static readonly CallSet Possible = CallSet.Of(Call.Chown, Call.Chmod, Call.Utimens);
}

/// <summary>Does it later.</summary>
internal sealed record DelayFault(string Text, PathGlob On, CallSet Calls, CallRange Range, long Nanoseconds)
    : CallFault(Text, On, Calls, Range);

/// <summary>Does not answer until it is told to.</summary>
internal sealed record HangFault(string Text, PathGlob On, CallSet Calls, CallRange Range)
    : CallFault(Text, On, Calls, Range)
{
    /// <summary>Set when the fault ends.</summary>
    public ManualResetEventSlim Resumed { get; } = new();
}

/// <summary>Every time that is shown is a multiple of this.</summary>
internal sealed record RoundFault(string Text, PathGlob On, long Nanoseconds) : Fault(Text, On);

/// <summary>A file that was written gets a new mtime this long after its close.</summary>
internal sealed record StampFault(string Text, PathGlob On, long Nanoseconds) : Fault(Text, On);

/// <summary>The share's clock is that far ahead.</summary>
internal sealed record SkewFault(string Text, PathGlob On, long Nanoseconds) : Fault(Text, On);

/// <summary>Names and attributes are kept for so long by the kernel that asked, as network clients keep them.</summary>
internal sealed record CacheFault(string Text, PathGlob On, long Nanoseconds) : Fault(Text, On);

/// <summary>Shows the same owner and mode for all; null: the true one.</summary>
internal sealed record ForceFault(string Text, PathGlob On, uint? Uid, uint? Gid, uint? FileMode, uint? DirMode)
    : Fault(Text, On);

/// <summary>Where inode numbers come from.</summary>
internal enum InodeSource
{
    /// <summary>The backing directory's own.</summary>
    Backing,

    /// <summary>Counted in the order of the first look.</summary>
    Counter,

    /// <summary>The lowest number that no file has.</summary>
    Reuse,

    /// <summary>Counted, anew after each time the kernel has forgotten the file.</summary>
    Forget,

    /// <summary>Counted per path: each link has its own, and a renamed file gets another.</summary>
    Name,
}

/// <summary>Numbers inodes otherwise.</summary>
internal sealed record InodesFault(string Text, InodeSource Source) : Fault(Text, PathGlob.Any);

/// <summary>Adds to each inode number but the root's.</summary>
internal sealed record OffsetFault(string Text, PathGlob On, ulong Offset) : Fault(Text, On);

/// <summary>What becomes of creation times.</summary>
internal enum BirthTimes
{
    /// <summary>There are none.</summary>
    Hide,

    /// <summary>Each name of a file shows another.</summary>
    Name,

    /// <summary>The oldest of the other times, as a Samba server makes one up where its disk has none.</summary>
    Oldest,

    /// <summary>Each look shows another.</summary>
    Move,
}

/// <summary>Creation times that are missing or false.</summary>
internal sealed record BirthFault(string Text, PathGlob On, BirthTimes Kind) : Fault(Text, On);

/// <summary>What removing an open file's name does.</summary>
internal enum DeleteWay
{
    /// <summary>As on CIFS: it cannot be reached any more, but is listed until the last close.</summary>
    Listed,

    /// <summary>As on NFS: it is renamed to .nfsXXXX until the last close.</summary>
    Silly,
}

/// <summary>Open files do not just lose their names.</summary>
internal sealed record DeleteFault(string Text, PathGlob On, DeleteWay Way) : Fault(Text, On);

/// <summary>A rename over an open file is refused.</summary>
internal sealed record ReplaceFault(string Text, PathGlob On, Errno Errno) : Fault(Text, On);

/// <summary>What a share may not have.</summary>
internal enum Feature
{
    Links,
    Symlinks,
    Special,
    Xattrs,
    Tmpfile,
    Renameflags,
    Case,
}

/// <summary>Something that this share has not.</summary>
internal sealed record LackFault(string Text, PathGlob On, Feature Feature) : Fault(Text, On);
