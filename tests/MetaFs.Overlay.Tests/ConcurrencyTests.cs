using System.Diagnostics;
using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Threads of the mount and readers of other commands at once.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private const int Threads = 16;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(3);

    private readonly TempDatabase _files = new();

    public void Dispose()
    {
        Assert.Empty(_files.Log);
        _files.Dispose();
    }

    [Fact]
    public void Sixteen_threads_and_two_readers_see_only_whole_records()
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        long start = Stopwatch.GetTimestamp();
        bool IsTime() => Stopwatch.GetElapsedTime(start) < s_time;

        List<Thread> threads = [];
        List<Exception> failures = [];
        for (int t = 0; t < Threads; t++)
        {
            uint number = (uint)t;
            Start(() => Work(store, number, IsTime));
        }

        Start(() => ReadAll(IsTime));
        Start(() => ReadAll(IsTime));
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(failures);

        void Start(Action action)
        {
            Thread thread = new(() =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    lock (failures)
                        failures.Add(e);
                }
            });
            threads.Add(thread);
            thread.Start();
        }
    }

    // Own keys are read back as written; shared keys hold what some thread wrote, with all fields of one write.
    private static void Work(SqliteOverlayStore store, uint thread, Func<bool> isTime)
    {
        for (uint i = 0; isTime(); i++)
        {
            InodeKey own = new(1, ((ulong)thread << 32) + (i % 100));
            InodeKey shared = new(2, i % 10);
            InodeRecord record = Whole((thread << 24) + (i & 0xFFFFFF));
            AssertOk(store.Put(own, record));
            AssertSame(record, Read(store, own));
            AssertOk(store.Apply([new(shared, record), new(shared with { Volume = 3 }, record)]));
            AssertWhole(Read(store, shared));
            AssertOk(store.PutDirectory(own, new PathHint(2, "d"u8.ToArray())));
            if (i % 3 == 0)
                AssertOk(store.Remove(own));
            if (i % 50 == 0)
                AssertOk(store.Sync());
        }
    }

    private void ReadAll(Func<bool> isTime)
    {
        while (isTime())
        {
            using OverlayReader reader = OverlayReader.Open(_files.File);
            List<OverlayRow> rows = [.. reader.Rows()];
            Assert.All(rows, row => AssertWhole(row.Record));

            // Both rows of each transaction, or none.
            Assert.Equal(
                rows.Where(row => row.Key.Volume == 2).Select(row => (row.Key.Ino, row.Record.Uid!.Value.Value)),
                rows.Where(row => row.Key.Volume == 3).Select(row => (row.Key.Ino, row.Record.Uid!.Value.Value)));
        }
    }

    private static InodeRecord Whole(uint number) => Full() with
    {
        Uid = new IdValue(number, Refused),
        Gid = new IdValue(number, Refused),
        Ctime = number,
        Hint = new PathHint(number, BitConverter.GetBytes(number)),
    };

    private static void AssertWhole(InodeRecord? record) => AssertSame(Whole(record!.Uid!.Value.Value), record);
}
