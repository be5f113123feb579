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
            string expected = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId};");
            Assert.Contains(expected, _files.OpenFailure(), StringComparison.Ordinal);
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
        Assert.Contains(_files.File, message, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"in use by process {other.Id};"), message, StringComparison.Ordinal);
        Assert.Contains("unmount it first or give db=FILE", message, StringComparison.Ordinal);

        long start = Stopwatch.GetTimestamp();
        Assert.Throws<OverlayException>(() => _files.Open(TimeSpan.FromMilliseconds(200)));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 190, 5000);

        other.Release();
        using SqliteOverlayStore store = _files.Open(TimeSpan.FromSeconds(20));
        Assert.Equal(0, other.WaitForExit());
    }

    [Fact]
    public void Another_process_is_refused_while_this_one_holds_it()
    {
        using SqliteOverlayStore store = _files.Open();

        // Whoever looks at the lock file from this process must not let go of it.
        _ = _files.OpenFailure();
        using ToolProcess other = new(["hold", _files.File]);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"in use by process {Environment.ProcessId};"),
            other.ReadLine(),
            StringComparison.Ordinal);
        Assert.Equal(1, other.WaitForExit());
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_no_obstacle()
    {
        using ToolProcess other = new(["hold", _files.File]);
        Assert.Equal("open", other.ReadLine());
        _ = other.Kill();
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{other.Id}\n"), File.ReadAllText(_files.File + ".lock"));
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.Put(new InodeKey(1, 1), Owner(1)));
    }

    [Fact]
    public void A_lock_file_without_a_number_still_locks()
    {
        using ToolProcess other = new(["hold", _files.File]);
        Assert.Equal("open", other.ReadLine());
        using (StreamWriter text = new(new FileStream(_files.File + ".lock", FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite)))
            text.Write("not a number");
        Assert.Contains("in use by another process", _files.OpenFailure(), StringComparison.Ordinal);
        other.Release();
        Assert.Equal(0, other.WaitForExit());
    }

    [Fact]
    public void A_lock_file_that_cannot_be_made_is_reported()
    {
        Directory.CreateDirectory(_files.File + ".lock");
        Assert.Contains(_files.File + ".lock cannot be locked", _files.OpenFailure(), StringComparison.Ordinal);
    }
}
