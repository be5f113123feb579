using MetaFs.Passthrough.Nodes;

namespace MetaFs.Passthrough.Tests.Nodes;

public sealed class MemoryReturnTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Memory_is_returned_once_most_nodes_have_gone()
    {
        using var trimmed = new ManualResetEventSlim();
        using var memory = new MemoryReturn(trimmed.Set);
        memory.Forgot(200_000);
        memory.Forgot(99_000);
        Assert.True(trimmed.Wait(s_patience));
    }

    [Fact]
    public void Few_nodes_and_small_parts_of_many_are_not_worth_it()
    {
        int trims = 0;
        using var again = new ManualResetEventSlim();
        using var memory = new MemoryReturn(() =>
        {
            Interlocked.Increment(ref trims);
            again.Set();
        });
        memory.Forgot(40_000);
        memory.Forgot(0);
        memory.Returned(1_000_000);
        memory.Forgot(600_000);

        // The one that is worth it comes after, and is the only one.
        memory.Returned(1_000_000);
        memory.Forgot(400_000);
        Assert.True(again.Wait(s_patience));
        Assert.Equal(1, Volatile.Read(ref trims));
    }
}
