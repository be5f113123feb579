namespace MetaFs.Overlay;

/// <summary>The ranges that the checks of table record hold (OverlaySchema), for records that reach it later.</summary>
internal static class RecordLimits
{
    private const uint FileTypes = 0xF000;
    private const uint LargestMode = 0xFFF;
    private const int LargestErrno = 4095;

    // (uid_t)-1 is no owner.
    private const uint LargestId = uint.MaxValue - 1;

    /// <summary>Whether the table takes the record, and gives it back as it is.</summary>
    public static bool Hold(InodeRecord record) =>
        record.Guard.FileType <= FileTypes && record.Guard.Kind <= GuardKind.FileHandle
        && (record.Uid is not { } uid || (uid.Value <= LargestId && Hold(uid.Reason)))
        && (record.Gid is not { } gid || (gid.Value <= LargestId && Hold(gid.Reason)))
        && (record.Mode is not { } mode || (mode.Value <= LargestMode && Hold(mode.Reason)))
        && (record.Atime is not { } atime || Hold(atime.Reason))
        && (record.Mtime is not { } mtime || Hold(mtime.Reason))
        && record.SetBy is not > LargestId
        && record.Hint.Name is null or { Length: > 0 and <= OverlaySchema.LongestName }
        && record.Object?.Target is null or { Length: > 0 and <= EmulatedObject.LongestTarget }
        && (record.Xattrs & ~XattrKinds.All) == 0;

    private static bool Hold(in Reason reason) =>
        reason is { Kind: >= ReasonKind.Refused and <= ReasonKind.Kept, Errno: >= 0 and <= LargestErrno }
        && reason.Origin?.SetBy is not > LargestId;
}
