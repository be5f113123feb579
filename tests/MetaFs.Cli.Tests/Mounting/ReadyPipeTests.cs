using MetaFs.Cli.Mounting;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Cli.Tests.Mounting;

public sealed class ReadyPipeTests
{
    [Theory]
    [InlineData((int)ExitCode.Ok, "")]
    [InlineData((int)ExitCode.Database, "/x.db: is in use\nby \u00e4 process")]
    public void A_report_comes_through(int code, string message)
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd read, out SafeFd write));
        using (read)
        {
            using (var ready = new ReadyPipe(Duplicate(write)))
            {
                Assert.True(ready.Report((ExitCode)code, message));

                // The first word counts: an error after the mount was ready is the log's.
                Assert.True(ready.Report(ExitCode.Failure, "late"));
            }

            Assert.Equal(((ExitCode)code, message), ReadyPipe.ReadReport(read));
        }
    }

    [Fact]
    public void An_end_without_a_word_is_no_report()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd read, out SafeFd write));
        write.Dispose();
        using (read)
            Assert.Null(ReadyPipe.ReadReport(read));
    }

    [Fact]
    public void Nobody_there_to_read_is_noticed()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd read, out SafeFd write));
        read.Dispose();
        using var ready = new ReadyPipe(Duplicate(write));
        Assert.False(ready.Report(ExitCode.Ok));
    }

    [Fact]
    public void Warnings_before_the_mount_is_ready_reach_the_caller_once()
    {
        var log = new LineLogger(background: true);
        CliLog.Mounted(log, "/share", "/mnt", "/x.db");
        CliLog.UnstableInodes(log, "/share", "vfat");
        Assert.StartsWith("warning: /share (vfat) does not keep", log.TakeEarlyWarnings(), StringComparison.Ordinal);
        CliLog.UnstableInodes(log, "/share", "vfat");
        Assert.Equal("", log.TakeEarlyWarnings());
        Assert.False(log.IsEnabled(LogLevel.Debug));
    }

    // The pipe takes its descriptor over by number, as an inherited one.
    private static int Duplicate(SafeFd write)
    {
        using (write)
        {
            Assert.Equal(Errno.OK, Libc.Dup(write, out SafeFd copy));
            int number = copy.Value;
            copy.SetHandleAsInvalid();
            return number;
        }
    }
}
