namespace MetaFs.Overlay;

/// <summary>Passes failures on, each text once per minute, so that a full disk does not also fill the log.</summary>
/// <remarks>Thread-safe. A failing call costs one look-up; a call that succeeds costs nothing.</remarks>
internal sealed class FailureLog(Action<string>? sink, TimeProvider time)
{
    private const int MostTexts = 100;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    // Guards the three fields below; the sink is called outside of it.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = [];
    private long _windowStart;
    private long _dropped;

    public void Report(string text)
    {
        if (sink is null)
            return;

        long dropped = 0;
        lock (_gate)
        {
            if (_seen.Count == 0 || time.GetElapsedTime(_windowStart) >= s_window)
            {
                (dropped, _dropped) = (_dropped, 0);
                _seen.Clear();
                _windowStart = time.GetTimestamp();
            }

            if (_seen.Count >= MostTexts || !_seen.Add(text))
            {
                _dropped++;
                return;
            }
        }

        if (dropped > 0)
            sink($"{dropped} further failures of the database were not reported");
        sink(text);
    }
}
