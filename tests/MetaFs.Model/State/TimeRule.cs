namespace MetaFs.Model.State;

/// <summary>What a time stamp may be: one value, or not older than one, or either. The default is anything.</summary>
/// <param name="Exact">ns since the epoch.</param>
/// <param name="Floor">ns since the epoch; then the stamp is not in the future either.</param>
/// <param name="MayMove">Whether it may still become a later one without a further operation.</param>
internal readonly record struct TimeRule(long? Exact, long? Floor, bool MayMove = false)
{
    /// <summary>
    /// How much clocks may differ. Calls begin by the clock that the kernel stamps with, that of its last tick: a tick comes
    /// late on a busy machine, more than 20 ms have been seen.
    /// </summary>
    public const long Tick = 20_000_000;

    public static TimeRule Unknown => default;

    public static TimeRule At(long time) => new(time, null);

    /// <summary>Stamped by a call that began then.</summary>
    public static TimeRule Since(long start) => new(null, start - Tick);

    /// <summary>Stamped by a call that began then, or left as it was.</summary>
    public TimeRule OrSince(long start) => this == Unknown ? Unknown : new(Exact, Floor ?? (start - Tick), MayMove: true);

    public bool Allows(long time, long now) =>
        this == Unknown || time == Exact || (Floor is { } floor && time >= floor && time <= now + Tick);

    public override string ToString() => (Exact, Floor) switch
    {
        (null, null) => "anything",
        ({ } exact, null) => Text(exact),
        (null, { } floor) => $"not before {Text(floor)}",
        ({ } exact, { } floor) => $"{Text(exact)} or not before {Text(floor)}",
    };

    public static string Text(long time) => Timespec.FromNanoseconds(time).ToString();
}
