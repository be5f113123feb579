namespace MetaFs.Overlay.Tests;

/// <summary>The log of failures is bounded.</summary>
public sealed class FailureLogTests
{
    private readonly List<string> _lines = [];
    private readonly ManualTime _time = new();

    [Fact]
    public void A_text_is_repeated_after_a_minute_with_the_number_left_out()
    {
        FailureLog log = new(_lines.Add, _time);
        for (int i = 0; i < 5; i++)
            log.Report("a");
        log.Report("b");
        Assert.Equal(["a", "b"], _lines);

        _time.Now += 61;
        log.Report("a");
        Assert.Equal(["a", "b", "4 further failures of the database were not reported", "a"], _lines);
    }

    [Fact]
    public void There_are_at_most_a_hundred_texts_a_minute()
    {
        FailureLog log = new(_lines.Add, _time);
        for (int i = 0; i < 1000; i++)
            log.Report($"{i}");
        Assert.Equal(100, _lines.Count);
    }

    [Fact]
    public void Without_a_sink_nothing_happens() => new FailureLog(null, _time).Report("a");

    private sealed class ManualTime : TimeProvider
    {
        public long Now { get; set; } = 1000;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Now;
    }
}
