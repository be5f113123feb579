namespace MetaFs.Cli.Doctoring;

/// <summary>How something is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Something works less well, or not for everybody.</summary>
    Warn,

    /// <summary>Something does not work.</summary>
    Fail,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, in a word or two; the same for ever.</param>
/// <param name="Health">How it is.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Cure">What to do; null where nothing is to be done.</param>
internal sealed record Diagnosis(string Name, Health Health, string Detail, string? Cure = null)
{
    public static Diagnosis Ok(string name, string detail) => new(name, Health.Ok, detail);

    public static Diagnosis Warn(string name, string detail, string cure) => new(name, Health.Warn, detail, cure);

    public static Diagnosis Fail(string name, string detail, string cure) => new(name, Health.Fail, detail, cure);
}
