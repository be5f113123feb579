using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Cli.Reports;

/// <summary>Why a value is recorded, in words.</summary>
internal static class ReasonText
{
    /// <summary>The words, in the order of <see cref="ReasonKind"/>.</summary>
    public static IReadOnlyList<string> Words { get; } =
        [.. Enum.GetValues<ReasonKind>().Order().Select(NameOf)];

    /// <summary>What a list prints among the reasons for a record with extended attributes.</summary>
    public const string Xattrs = "xattrs";

    /// <summary>What a list prints among the reasons for what the share has a plain file in the place of.</summary>
    public const string Placeholder = "placeholder";

    /// <summary>All that a list prints among the reasons, but for errnos.</summary>
    public static IReadOnlyList<string> Listed { get; } = [.. Words, Placeholder, Xattrs];

    /// <summary>A sentence's worth, for one file.</summary>
    /// <param name="reason">refused, ignored, rounded, created, option or kept.</param>
    /// <param name="errno">The share's errno by its C name, where there is one.</param>
    public static string Explain(string reason, string? errno) => reason switch
    {
        "refused" when Enum.TryParse(errno, out Errno value) =>
            $"the share refused it: {errno} ({ErrnoText.Describe(value)})",
        "refused" => "the share refused it",
        "ignored" => "the share said yes and kept its own value",
        "rounded" => "the share keeps times more coarsely",
        "created" => "the file was made so; the share shows its own value",
        "option" => "a mount option says to record only",
        "kept" => "the share's file keeps a safer mode",
        _ => reason,
    };

    /// <summary>One word, for tables: the errno where there is one.</summary>
    public static string Word(string reason, string? errno) => errno ?? reason;

    /// <summary>The word that JSON and the mount's own answers have.</summary>
    public static string NameOf(ReasonKind kind) => kind switch
    {
        ReasonKind.Refused => "refused",
        ReasonKind.Ignored => "ignored",
        ReasonKind.Rounded => "rounded",
        ReasonKind.Created => "created",
        ReasonKind.Option => "option",
        ReasonKind.Kept => "kept",
        _ => "unknown",
    };

    /// <summary>The errno's C name, or null where there is none.</summary>
    public static string? ErrnoOf(Reason reason) => reason.Errno == 0 ? null : ((Errno)reason.Errno).ToString();
}
