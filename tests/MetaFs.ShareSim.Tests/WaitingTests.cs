using System.Diagnostics;
using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>Calls that take their time.</summary>
public sealed class WaitingTests(SimFixture sim) : SimTest(sim)
{
    [RootFact]
    public void ADelayedCallTakesThatLong()
    {
        MakeFile("f");
        Fault("delay chmod 150ms on HERE/f");
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(Errno.OK, Sys.Chmod(At("f"), 0x180));
        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(150), $"{watch.Elapsed} is less than 150 ms");
    }

    [RootFact]
    public void ADelayedCallCanFailInTheEnd()
    {
        MakeFile("f");
        Fault("delay chmod 20ms", "refuse chmod ETIMEDOUT");
        for (int i = 0; i < 20; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Equal(Errno.ETIMEDOUT, Sys.Chmod(At("f"), 0x180));
            Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(20), $"{watch.Elapsed} is less than 20 ms");
        }
    }

    [RootFact]
    public void AHungCallAnswersAfterResumeAndStopsNoOther()
    {
        MakeFile("f");
        MakeFile("g");
        Fault("hang getattr on HERE/f");
        Task<Errno>[] hung = [.. Enumerable.Range(0, 20).Select(_ => Task.Factory.StartNew(
            () => Sys.Stat(At("f"), out var _), TaskCreationOptions.LongRunning))];
        Sim.Process.WaitUntilHanging($"getattr {Directory}/f");
        Assert.Equal(Errno.OK, Sys.Stat(At("g"), out _));
        Assert.Equal(Errno.OK, Sys.Write(At("g"), "x"));
        Assert.All(hung, one => Assert.False(one.IsCompleted));
        Sim.Process.Ctl("resume");
        Assert.True(Task.WaitAll(hung, TimeSpan.FromSeconds(60)));
        Assert.All(hung, one => Assert.Equal(Errno.OK, one.Result));
        Assert.Empty(Sim.Process.Ctl("hanging"));
        Assert.Empty(Sim.Process.Ctl("list"));
    }

    [RootFact]
    public void OnlyTheNumberedCallHangs()
    {
        MakeFile("f");
        Fault("hang chmod calls 2 on HERE/f");
        Assert.Equal(Errno.OK, Sys.Chmod(At("f"), 0x180));
        Task<Errno> second = Task.Run(() => Sys.Chmod(At("f"), 0x180));
        Sim.Process.WaitUntilHanging("chmod ");
        Sim.Process.Ctl("clear");
        Assert.True(second.Wait(TimeSpan.FromSeconds(60)));
    }
}
