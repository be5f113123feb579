namespace MetaFs.Cli.Reports;

/// <summary>When and by whom something was recorded.</summary>
internal static class OriginText
{
    /// <summary>"3 minutes ago by alice (1000)".</summary>
    public static string Describe(long? setAtNs, uint? setBy, long now)
    {
        string when = setAtNs is { } at ? AgeText.Describe(at, now) : "at an unknown time";
        return setBy is { } user ? $"{when} by {FieldText.User(user)}" : when;
    }
}
