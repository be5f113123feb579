// What the directory lacks, and why.
namespace MetaFs.Posix.Needs;

/// <summary>Preconditions that are not met; found by trying, or as --lacks says.</summary>
internal sealed class Lacks
{
    private const int TimesForChance = 3;

    private readonly Dictionary<Need, string> _reasons = [];

    /// <summary>By word, in the order of the features.</summary>
    public IEnumerable<(string Word, string Reason)> All =>
        _reasons.OrderBy(one => one.Key).Select(one => (Feature.WordOf(one.Key), one.Value));

    /// <summary>Root is the caller's, not the directory's, and not among <see cref="All"/>.</summary>
    public static string NotRoot => "needs root: acts as other users";

    public static Lacks Said(IReadOnlyList<string> words)
    {
        Lacks lacks = new();
        foreach (Feature feature in Feature.All.Where(feature => words.Contains(feature.Word)))
            lacks._reasons.Add(feature.Need, "as --lacks says");
        return lacks;
    }

    /// <summary>Tries everything; what the share has by itself, the directory must have.</summary>
    public static Lacks Find(Identity me, TemporaryTree tree, TemporaryTree? share)
    {
        Lacks lacks = new();
        foreach (Feature feature in Feature.All)
        {
            string? reason = Reason(me, tree, share, feature);
            if (reason is not null)
                lacks._reasons.Add(feature.Need, reason);
        }

        return lacks;
    }

    /// <summary>The reason to skip a case; null where it can run.</summary>
    public string? Of(Case one, Identity me)
    {
        if (one.Needs.Contains(Need.Root) && me.Uid != 0)
            return NotRoot;
        foreach (Need need in one.Needs)
        {
            if (_reasons.TryGetValue(need, out string? reason))
                return $"no {Feature.WordOf(need)}: {reason}";
        }

        return null;
    }

    private static string? Reason(Identity me, TemporaryTree tree, TemporaryTree? share, Feature feature)
    {
        if (feature.IsOfTheMoment)
        {
            string? reason = null;
            for (int i = 0; i < TimesForChance && reason is null; i++)
                reason = Try(me, share ?? tree, feature);
            return reason is null || share is null ? reason : $"the share: {reason}";
        }

        string? own = Try(me, tree, feature);
        if (own is null || share is null)
            return own;
        return Try(me, share, feature) is string bare ? $"the share: {bare}" : null;
    }

    private static string? Try(Identity me, TemporaryTree tree, Feature feature)
    {
        string? reason = null;
        try
        {
            tree.In(me, directory => reason = feature.Probe(directory));
        }
        catch (ExpectationException e)
        {
            reason ??= e.Message;
        }

        return reason;
    }
}
