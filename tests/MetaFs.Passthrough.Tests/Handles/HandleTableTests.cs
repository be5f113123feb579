using System.Collections.Concurrent;
using MetaFs.Fuse;
using MetaFs.Passthrough.Handles;

namespace MetaFs.Passthrough.Tests.Handles;

public sealed class HandleTableTests
{
    private readonly HandleTable<string> _table = new();

    [Fact]
    public void A_handle_leads_to_its_value_until_it_is_removed()
    {
        FileHandle first = _table.Add("first");
        FileHandle second = _table.Add("second");
        Assert.NotEqual(first, second);
        Assert.Equal(2, _table.Count);
        Assert.True(_table.TryGet(first, out string? value));
        Assert.Equal("first", value);

        Assert.True(_table.TryRemove(first, out value));
        Assert.Equal("first", value);
        Assert.False(_table.TryGet(first, out _));
        Assert.False(_table.TryRemove(first, out _));
        Assert.True(_table.TryGet(second, out _));
        Assert.Equal(1, _table.Count);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(63ul)]
    [InlineData(64ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 32)]
    [InlineData(1ul << 63)]
    public void A_number_that_was_never_given_out_leads_nowhere(ulong number)
    {
        var handle = new FileHandle(number);
        Assert.False(_table.TryGet(handle, out _));
        Assert.False(_table.TryRemove(handle, out _));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void The_table_grows_and_keeps_what_it_has()
    {
        FileHandle[] handles = [.. Enumerable.Range(0, 1000).Select(i => _table.Add($"{i}"))];
        Assert.Equal(1000, handles.Distinct().Count());
        for (int i = 0; i < handles.Length; i++)
        {
            Assert.True(_table.TryGet(handles[i], out string? value));
            Assert.Equal($"{i}", value);
        }
    }

    [Fact]
    public void Freed_numbers_are_used_again_so_the_table_stays_small()
    {
        for (int i = 0; i < 10_000; i++)
        {
            FileHandle handle = _table.Add("x");
            Assert.True(handle.Value < 64);
            Assert.True(_table.TryRemove(handle, out _));
        }
    }

    [Fact]
    public void Eight_threads_never_get_each_others_values()
    {
        var wrong = new ConcurrentBag<string>();
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(number => new Thread(() => Churn($"{number}", wrong)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(wrong);
        Assert.Equal(0, _table.Count);
    }

    private void Churn(string mine, ConcurrentBag<string> wrong)
    {
        var open = new Queue<FileHandle>();
        for (int i = 0; i < 5000; i++)
        {
            open.Enqueue(_table.Add(mine));
            if (open.Count < 40)
                continue;
            FileHandle oldest = open.Dequeue();
            if (!_table.TryGet(oldest, out string? seen) || seen != mine)
                wrong.Add($"{mine} got {seen}");
            if (!_table.TryRemove(oldest, out seen) || seen != mine)
                wrong.Add($"{mine} removed {seen}");
        }

        foreach (FileHandle handle in open)
        {
            if (!_table.TryRemove(handle, out string? seen) || seen != mine)
                wrong.Add($"{mine} removed {seen}");
        }
    }
}
