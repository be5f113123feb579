using System.Diagnostics;
using System.Globalization;
using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>One mount per database.</summary>
public sealed class LockTests : IDisposable
{
    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_second_store_in_this_process_is_refused()
    {
        using (SqliteOverlayStore first = _files.Open())
        {
            AssertSays(UsedBy(Environment.ProcessId), _files.OpenFailure());
            AssertOk(first.Put(new InodeKey(1, 1), Owner(1)));
        }

        using SqliteOverlayStore second = _files.Open();
        Assert.NotNull(Read(second, new InodeKey(1, 1)));
    }

    [Fact]
    public void A_store_of_another_process_is_named_and_waited_for()
    {
        using ToolProcess other = new(["hold", _files.File]);
        Assert.Equal("open", other.ReadLine());

        string message = _files.OpenFailure();
        AssertSays(_files.File, message);
        AssertSays(UsedBy(other.Id), message);
        AssertSays("unmount it first or give db=FILE", message);

        long start = Stopwatch.GetTimestamp();
        Assert.Throws<OverlayException>(() => _files.Open(TimeSpan.FromMilliseconds(200)));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 190);

        other.Release();
        using SqliteOverlayStore store = _files.Open(TimeSpan.FromSeconds(60));
        Assert.Equal(0, other.WaitForExit());
    }

    [Fact]
    public void Another_process_is_refused_while_this_one_holds_it()
    {
        using SqliteOverlayStore store = _files.Open();

        // Whoever looks at the lock file from this process must not let go of it.
        _ = _files.OpenFailure();
        using ToolProcess other = new(["hold", _files.File]);
        AssertSays(UsedBy(Environment.ProcessId), other.ReadLine());
        Assert.Equal(1, other.WaitForExit());
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_no_obstacle()
    {
        using ToolProcess other = new(["hold", _files.File]);
        Assert.Equal("open", other.ReadLine());
        _ = other.Kill();
        string holder = File.ReadAllText(_files.File + ".lock");
        Assert.Equal(other.Id, int.Parse(holder.TrimEnd('\n'), CultureInfo.InvariantCulture));
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.Put(new InodeKey(1, 1), Owner(1)));
    }

    [Fact]
    public void A_lock_file_without_a_number_still_locks()
    {
        using ToolProcess other = new(["hold", _files.File]);
        Assert.Equal("open", other.ReadLine());
        using (FileStream text = new(_files.File + ".lock", FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
            text.Write("not a number"u8);
        AssertSays("in use by another process", _files.OpenFailure());
        other.Release();
        Assert.Equal(0, other.WaitForExit());
    }

    [Fact]
    public void A_lock_file_that_cannot_be_made_is_reported()
    {
        Directory.CreateDirectory(_files.File + ".lock");
        AssertSays(_files.File + ".lock cannot be locked", _files.OpenFailure());
    }

    private static string UsedBy(int process) =>
        string.Create(CultureInfo.InvariantCulture, $"in use by process {process};");
}
