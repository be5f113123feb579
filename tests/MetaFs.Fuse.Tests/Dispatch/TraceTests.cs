using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Dispatch;

public sealed class TraceTests : IDisposable
{
    private const ulong Unique = RequestBytes.Unique;

    private readonly StringWriter _trace = new();
    private readonly DispatcherUnderTest _dispatcher;

    public TraceTests()
    {
        _dispatcher = new DispatcherUnderTest(options: new FuseServerOptions { Trace = _trace });
        _trace.GetStringBuilder().Clear();
    }

    public void Dispose() => _trace.Dispose();

    public static TheoryData<string> Names => [.. WireCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_request_is_a_line_and_each_reply_is_one(string name)
    {
        WireCase wire = WireCases.All[name];
        _ = _dispatcher.Answer(wire.Request.Build());
        string[] lines = Lines();
        Assert.Equal(wire.PayloadLength < 0 ? 1 : 2, lines.Length);
        Assert.StartsWith($"rx {Unique} {name.Split(' ')[0]} 16606", lines[0], StringComparison.Ordinal);
        if (wire.PayloadLength >= 0)
        {
            Assert.StartsWith($"tx {Unique} OK", lines[1], StringComparison.Ordinal);
            Assert.EndsWith($" {wire.PayloadLength}", lines[1], StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_requests_are_traced_as_far_as_they_go(string name)
    {
        RequestBytes request = WireCases.All[name].Request;
        for (int length = 0; length < request.BodyLength; length++)
            _ = _dispatcher.Answer(request.Build(length));
        Assert.All(Lines(), line => Assert.Matches("^[rt]x ", line));
    }

    [Fact]
    public void Names_are_shown_with_escapes()
    {
        _ = _dispatcher.Answer(new RequestBytes(1).Name("a\n\"\\\xff b").Build());
        Assert.Equal($"""rx {Unique} LOOKUP 16606 "a\x0a\"\\\xff b" """.TrimEnd(), Lines()[0]);
    }

    [Fact]
    public void An_error_is_shown_by_its_name()
    {
        _dispatcher.FileSystem.Result = Errno.ENOTEMPTY;
        _ = _dispatcher.Answer(WireCases.All["RMDIR"].Request.Build());
        Assert.Equal([$"rx {Unique} RMDIR 16606 \"dir\"", $"tx {Unique} ENOTEMPTY"], Lines());
    }

    [Fact]
    public void Arguments_and_results_are_shown()
    {
        _ = _dispatcher.Answer(WireCases.All["CREATE"].Request.Build());
        Assert.Equal(
            [
                $"rx {Unique} CREATE 16606 flags=0x8241 mode=0100666 umask=022 \"new\"",
                $"tx {Unique} OK node=57825 ino=416 size=0 mode=0100644 uid=1821 gid=1565 nlink=0 mtime=0.000000000 "
                + "fh=61937 flags=0x0 144",
            ],
            Lines());
    }

    [Fact]
    public void A_trace_nobody_reads_any_more_does_not_fail_requests()
    {
        _trace.Dispose();
        Assert.Equal(0, _dispatcher.Answer(WireCases.All["LOOKUP"].Request.Build())!.Error);
        Assert.Equal(0, _dispatcher.Answer(WireCases.All["LOOKUP"].Request.Build())!.Error);
    }

    private string[] Lines() => _trace.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
