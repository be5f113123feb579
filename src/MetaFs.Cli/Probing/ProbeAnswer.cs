using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>How a directory took what was tried on it.</summary>
internal enum ProbeVerdict
{
    /// <summary>As a local disk would: the call succeeds and its effect shows.</summary>
    Accepts,

    /// <summary>The call fails with an errno.</summary>
    Refuses,

    /// <summary>The call succeeds, and its effect does not show, or not all of it.</summary>
    Ignores,

    /// <summary>A time is kept, but more coarsely than it was given.</summary>
    Rounds,

    /// <summary>The file system has no such thing at all.</summary>
    Absent,

    /// <summary>It was not tried; the detail says why.</summary>
    Untried,
}

/// <summary>One answer of a directory.</summary>
/// <param name="Verdict">What it did.</param>
/// <param name="Errno">With <see cref="ProbeVerdict.Refuses"/>: the errno.</param>
/// <param name="RoundsToNs">With <see cref="ProbeVerdict.Rounds"/>: the unit, ns.</param>
/// <param name="Detail">What else was seen, for people.</param>
internal sealed record ProbeAnswer(
    ProbeVerdict Verdict, Errno Errno = Errno.OK, long RoundsToNs = 0, string? Detail = null)
{
    public static ProbeAnswer Accepts { get; } = new(ProbeVerdict.Accepts);

    public static ProbeAnswer Refuses(Errno errno, string? detail = null) =>
        new(ProbeVerdict.Refuses, errno, Detail: detail);

    public static ProbeAnswer Ignores(string? detail = null) => new(ProbeVerdict.Ignores, Detail: detail);

    public static ProbeAnswer Absent(string? detail = null) => new(ProbeVerdict.Absent, Detail: detail);

    public static ProbeAnswer Untried(string why) => new(ProbeVerdict.Untried, Detail: why);

    /// <summary>The rule for calls that either fail or show their effect.</summary>
    /// <param name="errno">Of the call.</param>
    /// <param name="holds">Whether the effect showed afterwards.</param>
    /// <param name="shown">What showed instead, for people.</param>
    public static ProbeAnswer Of(Errno errno, bool holds, string? shown = null)
    {
        if (errno != Errno.OK)
            return Refuses(errno);
        return holds ? Accepts : Ignores(shown);
    }

    /// <summary>
    /// One answer for the same call with several arguments: a refusal outweighs a change that did not show, and that
    /// outweighs success.
    /// </summary>
    public static ProbeAnswer Sum(IReadOnlyList<ProbeAnswer> answers)
    {
        ProbeAnswer? worst = answers.FirstOrDefault(static a => a.Verdict == ProbeVerdict.Refuses)
            ?? answers.FirstOrDefault(static a => a.Verdict == ProbeVerdict.Ignores);
        if (worst is null)
            return Accepts;

        // All of them refused alike: the errno says it all.
        if (answers.All(a => a.Verdict == ProbeVerdict.Refuses && a.Errno == worst.Errno))
            return worst with { Detail = null };
        string detail = string.Join(
            "; ", answers.Where(static a => a.Detail is not null).Select(static a => a.Detail));
        return worst with { Detail = detail.Length == 0 ? null : detail };
    }
}
