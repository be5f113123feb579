// What a mount over the directory does about each fact. Pure. At most 33 characters, for a table of 80 columns.
using MetaFs.Linux;
using MetaFs.Passthrough.Attributes;

namespace MetaFs.Cli.Probing;

/// <summary>From facts to what MetaFs makes of them.</summary>
internal static class Consequences
{
    public const int MaxLength = 33;

    private const string Stored = "stored on the share";
    private const string Recorded = "kept in the overlay";
    private const string AsShare = "as the share has it";

    public static string Of(ProbeQuestion question, ProbeAnswer answer, ProbeContext context)
    {
        if (answer.Verdict == ProbeVerdict.Untried)
            return question.Section == ProbeSection.Attributes ? "found out when first needed" : "";
        return question.Section switch
        {
            ProbeSection.Attributes => OfAttribute(question.Name, answer, context),
            ProbeSection.Objects => OfObject(question.Name, answer),
            ProbeSection.Xattrs => OfXattr(answer),
            ProbeSection.Names when question.Name == "case_sensitive" =>
                answer.Verdict == ProbeVerdict.Accepts ? "works" : "one record for all spellings",
            ProbeSection.OpenFiles when context.HidesOpenFiles && answer.Verdict != ProbeVerdict.Accepts =>
                "hidden until the last close",
            ProbeSection.Identity => OfIdentity(question.Name, answer, context),
            _ => Passes(answer, "works", null),
        };
    }

    private static string OfAttribute(string name, ProbeAnswer answer, ProbeContext context) => name switch
    {
        "mtime_after_close" when answer.Verdict == ProbeVerdict.Accepts => "nothing to do",
        "mtime_after_close" => context.StampsLate ? "late stamps are told apart" : "voids times set before: see below",
        "mode_0" when context.IsLocal && context.IsRoot => Stored,
        "mode_0" => "owner keeps rw; 0 in the overlay",
        _ => OfSet(answer, name is "suid" or "sgid" or "sgid_directory"),
    };

    private static string OfObject(string name, ProbeAnswer answer)
    {
        bool isLink = name.StartsWith("link", StringComparison.Ordinal);
        return answer.Verdict == ProbeVerdict.Refuses && !isLink && Evidence.IsRefusal(answer.Errno)
            ? "a plain file stands for it"
            : Passes(answer, "works", null);
    }

    private static string OfSet(ProbeAnswer answer, bool isSetId) => answer.Verdict switch
    {
        ProbeVerdict.Accepts when isSetId => "stored where the owner is real",
        ProbeVerdict.Accepts => Stored,
        ProbeVerdict.Rounds => "exact time kept in the overlay",
        ProbeVerdict.Refuses when !Evidence.IsRefusal(answer.Errno) => $"{answer.Errno} passes through",
        _ => Recorded,
    };

    private static string OfIdentity(string name, ProbeAnswer answer, ProbeContext context)
    {
        bool holds = answer.Verdict == ProbeVerdict.Accepts;
        return name switch
        {
            "inode_reopen" or "inode_drop_caches" when holds && context.StableInodes => "records find their files",
            "inode_reopen" or "inode_drop_caches" =>
                context.StableInodes ? "records end with the mount" : "records find their files by name",
            "link_inode" when answer.Verdict == ProbeVerdict.Absent => "",
            "link_inode" => holds ? "one record for all names" : "a record for each name",
            "btime" when holds => "guards records",
            "btime" => context.HandleIsIdentity ? "file handles guard records" : "only the type guards records",
            "file_handle" when !context.HandleIsIdentity => "not needed",
            "file_handle" => holds ? "guards records without btime" : "cannot guard records",
            _ when answer.Verdict == ProbeVerdict.Absent => "",
            "link_btime" => holds ? "guards records" : "creation times do not count",
            _ => holds ? "guards records" : "loses the record: see below",
        };
    }

    private static string OfXattr(ProbeAnswer answer) => answer.Verdict switch
    {
        ProbeVerdict.Refuses when !Evidence.IsRefusal(answer.Errno) => $"{answer.Errno} passes through",
        ProbeVerdict.Accepts => Stored,
        _ => Recorded,
    };

    private static string Passes(ProbeAnswer answer, string works, string? prefix) => answer.Verdict switch
    {
        ProbeVerdict.Accepts => works,
        ProbeVerdict.Refuses => prefix is null ? $"{answer.Errno} passes through" : prefix + answer.Errno,
        _ => AsShare,
    };
}
