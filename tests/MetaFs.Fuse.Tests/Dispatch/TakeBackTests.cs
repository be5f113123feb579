using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Dispatch;

/// <summary>The kernel answers ENOENT to a reply nobody waits for any more.</summary>
public sealed class TakeBackTests
{
    private readonly DispatcherUnderTest _dispatcher = new();

    public TakeBackTests() => _dispatcher.Channel.WriteResult = Errno.ENOENT;

    [Theory]
    [InlineData("LOOKUP")]
    [InlineData("MKNOD")]
    [InlineData("MKDIR")]
    [InlineData("SYMLINK")]
    [InlineData("LINK")]
    public void A_lookup_that_was_not_taken_is_forgotten(string name) =>
        Assert.Equal(["Forget e1e1 1"], CallsAfter(name));

    [Theory]
    [InlineData("CREATE")]
    [InlineData("TMPFILE")]
    public void A_created_file_that_was_not_taken_is_released_and_forgotten(string name) =>
        Assert.Equal(["Release e1e1 fh=f1f1", "Forget e1e1 1"], CallsAfter(name));

    [Fact]
    public void An_open_file_that_was_not_taken_is_released() =>
        Assert.Equal(["Release 40de fh=f1f1"], CallsAfter("OPEN"));

    [Fact]
    public void An_open_directory_that_was_not_taken_is_released() =>
        Assert.Equal(["Releasedir 40de fh=f1f1"], CallsAfter("OPENDIR"));

    [Fact]
    public void Each_listed_entry_that_counts_is_forgotten() =>
        Assert.Equal(["Forget e1e2 1", "Forget e1e3 1"], CallsAfter("READDIRPLUS"));

    [Theory]
    [InlineData("GETATTR")]
    [InlineData("READDIR")]
    [InlineData("READ")]
    [InlineData("RELEASE")]
    [InlineData("IOCTL")]
    public void What_gave_nothing_away_is_left_alone(string name) => Assert.Empty(CallsAfter(name));

    [Theory]
    [InlineData("LOOKUP")]
    [InlineData("CREATE")]
    [InlineData("OPENDIR")]
    public void An_error_gave_nothing_away(string name)
    {
        _dispatcher.FileSystem.Result = Errno.EACCES;
        Assert.Empty(CallsAfter(name));
    }

    [Fact]
    public void An_exception_while_taking_back_is_logged()
    {
        _dispatcher.Channel.OnWrite = _ => _dispatcher.FileSystem.Failure = new InvalidOperationException("on purpose");
        Assert.Single(CallsAfter("LOOKUP"));
        Assert.Contains(_dispatcher.Log.Lines, line => line.EndsWith("on purpose", StringComparison.Ordinal));
    }

    private List<string> CallsAfter(string name)
    {
        _dispatcher.Dispatch(WireCases.All[name].Request.Build());
        List<string> calls = _dispatcher.FileSystem.Calls;
        calls.RemoveAt(0);
        return calls;
    }
}
