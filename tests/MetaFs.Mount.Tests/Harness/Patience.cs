using System.Diagnostics;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// Waits for what comes by itself: a RELEASE or FORGET that nobody waits for, the end of an attribute timeout, the end of
/// a process. The limit is for a machine with other work, and costs a test that passes nothing.
/// </summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether the condition came to hold within the limit.</summary>
    public static bool Until(Func<bool> condition)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > Limit)
                return false;
            Thread.Sleep(s_pause);
        }

        return true;
    }

    /// <summary>Repeats a check until it passes; fails as its last repetition failed.</summary>
    public static void UntilPasses(Action check)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                check();
                return;
            }
            catch (Xunit.Sdk.XunitException) when (waited.Elapsed < Limit)
            {
                Thread.Sleep(s_pause);
            }
        }
    }
}
