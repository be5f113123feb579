namespace MetaFs.ShareSim.Faults;

/// <summary>Some of the calls: "chown", "chown,chmod", "all".</summary>
internal readonly record struct CallSet(ulong Bits)
{
    public static readonly CallSet All = new(ulong.MaxValue);

    public bool Has(Call call) => (Bits & (1UL << (int)call)) != 0;

    public bool IsWithin(CallSet other) => (Bits & ~other.Bits) == 0;

    public static CallSet Of(params ReadOnlySpan<Call> calls)
    {
        ulong bits = 0;
        foreach (Call call in calls)
            bits |= 1UL << (int)call;
        return new CallSet(bits);
    }

    /// <summary>Reads a comma-separated list.</summary>
    public static CallSet Parse(string text)
    {
        if (text == "all")
            return All;
        ulong bits = 0;
        foreach (string word in text.Split(','))
            bits |= 1UL << (int)Words.OneOf<Call>(word, "call", "all");
        return new CallSet(bits);
    }
}
