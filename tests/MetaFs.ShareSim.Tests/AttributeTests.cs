using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>Owners, modes and times that are not what was set.</summary>
public sealed class AttributeTests(SimFixture sim) : SimTest(sim)
{
    private const long Second = 1_000_000_000;

    [RootFact]
    public void WithoutFaultsEverythingIsAsItWasSet()
    {
        Assert.Equal(Errno.OK, Sys.Create(At("f")));
        Assert.Equal(Errno.OK, Sys.Chown(At("f"), 42, 43));
        Assert.Equal(Errno.OK, Sys.Chmod(At("f"), 0x9C0));
        Assert.Equal(Errno.OK, Sys.Utimens(At("f"), -1_000_000_001, 123_456_789_123));
        Statx shown = Sys.Stat(At("f"));
        Statx behind = Sys.Stat(Behind("f"));
        Assert.Equal((42u, 43u, FileMode.S_IFREG | 0x9C0u), (shown.Uid, shown.Gid, shown.Mode));
        Assert.Equal((-1_000_000_001, 123_456_789_123), (shown.AtimeNs, shown.MtimeNs));
        Assert.Equal((behind.Ino, behind.BtimeNs, behind.CtimeNs), (shown.Ino, shown.BtimeNs, shown.CtimeNs));
    }

    [RootFact]
    public void AnIgnoredCallAnswersSuccessAndChangesNothing()
    {
        MakeFile("f");
        Statx before = Sys.Stat(At("f"));
        Fault("ignore chown,chmod,utimens on HERE/f");
        Assert.Equal(Errno.OK, Sys.Chown(At("f"), 42, 43));
        Assert.Equal(Errno.OK, Sys.Chmod(At("f"), 0x9C0));
        Assert.Equal(Errno.OK, Sys.Utimens(At("f"), 1, 2));
        Statx after = Sys.Stat(At("f"));
        Assert.Equal(
            (before.Uid, before.Mode, before.MtimeNs, before.CtimeNs),
            (after.Uid, after.Mode, after.MtimeNs, after.CtimeNs));
    }

    [RootTheory]
    [InlineData("2s", 3_999_999_999, 2 * Second)]
    [InlineData("1s", 3_999_999_999, 3 * Second)]
    [InlineData("100ns", 1_234, 1_200)]
    [InlineData("2s", -1, -2 * Second)]
    public void TimesAreRoundedDown(string unit, long set, long shown)
    {
        MakeFile("f");
        Fault($"round {unit}");
        Assert.Equal(Errno.OK, Sys.Utimens(At("f"), set, set));
        Statx stat = Sys.Stat(At("f"));
        Assert.Equal((shown, shown), (stat.AtimeNs, stat.MtimeNs));
    }

    [RootFact]
    public void WhatTheKernelKeepsIsNotAskedForAgain()
    {
        MakeFile("f");
        MakeFile("g");
        Fault("cache 60s on HERE/f");
        Statx before = Sys.Stat(At("f"));
        Assert.Equal(Errno.OK, Sys.Chmod(Behind("f"), 0x100));
        Assert.Equal(Errno.OK, Sys.Chmod(Behind("g"), 0x100));
        Assert.Equal((before.Mode, FileMode.S_IFREG | 0x100), (Sys.KeptMode(At("f")), Sys.KeptMode(At("g"))));
    }

    [RootFact]
    public void ASkewedClockMovesTimesOfTheShareAndNotTimesThatAreSet()
    {
        Fault("skew 3600s");
        MakeFile("f");
        long now = Libc.RealtimeNanoseconds();
        Assert.InRange(Sys.Stat(At("f")).MtimeNs - now, 3590 * Second, 3610 * Second);
        Assert.Equal(Errno.OK, Sys.Utimens(At("f"), 11 * Second, 22 * Second));
        Statx stat = Sys.Stat(At("f"));
        Assert.Equal((11 * Second, 22 * Second), (stat.AtimeNs, stat.MtimeNs));
        Assert.Equal(Errno.OK, Sys.Touch(At("f")));
        Assert.InRange(Sys.Stat(At("f")).MtimeNs - now, 3590 * Second, 3610 * Second);
        Assert.InRange(Sys.Stat(At("f")).CtimeNs - now, 3590 * Second, 3610 * Second);
    }

    [RootFact]
    public void ForcedOwnersAndModesAreShownForAll()
    {
        MakeFile("f");
        Fault("force uid=33 gid=34 file=774 dir=775");
        Assert.Equal(Errno.OK, Sys.Mkdir(At("d")));
        Assert.Equal(Errno.OK, Sys.Chown(At("f"), 1, 1));
        Statx file = Sys.Stat(At("f"));
        Statx directory = Sys.Stat(At("d"));
        Assert.Equal((33u, 34u, FileMode.S_IFREG | 0x1FCu), (file.Uid, file.Gid, file.Mode));
        Assert.Equal((33u, 34u, FileMode.S_IFDIR | 0x1FDu), (directory.Uid, directory.Gid, directory.Mode));
        Fault("force gid=7 on HERE/f");
        Assert.Equal((1u, 7u), (Sys.Stat(At("f")).Uid, Sys.Stat(At("f")).Gid));
    }

    [RootTheory]
    [InlineData("close")]
    [InlineData("100ms")]
    public void AWrittenFileIsStampedAfterItsClose(string when)
    {
        MakeFile("f");
        Fault($"stamp {when}");
        long set = Stamped(fd => Sys.Write(fd, "x"), refuse: false);
        Assert.True(WaitForStamp(set) > set, "no stamp after a write");
    }

    [RootFact]
    public void ATimeThatWasSetAfterTheWriteIsNotStampedOver()
    {
        MakeFile("f");
        Fault("stamp close");
        Stamped(fd => Sys.Write(fd, "x"), refuse: false, utimensAfter: true);
        SettleRelease();
        Assert.Equal(22, Sys.Stat(At("f")).MtimeNs);
    }

    [RootFact]
    public void ATimeThatWasRefusedAfterTheWriteIsStampedOver()
    {
        MakeFile("f");
        Fault("stamp close");
        long set = Stamped(fd => Sys.Write(fd, "x"), refuse: true, utimensAfter: true);
        Assert.True(WaitForStamp(set) > set, "no stamp after a refused utimens");
    }

    [RootFact]
    public void AFileThatWasOnlyReadIsNotStamped()
    {
        MakeFile("f");
        Fault("stamp close");
        long set = Stamped(fd => Libc.Pread(fd, new byte[1], 0, out _), refuse: false);
        SettleRelease();
        Assert.Equal(set, Sys.Stat(At("f")).MtimeNs);
    }

    [RootTheory]
    [InlineData("hide")]
    [InlineData("name")]
    [InlineData("move")]
    public void CreationTimesAreMissingOrFalse(string kind)
    {
        MakeFile("f");
        Assert.Equal(Errno.OK, Sys.Link(Behind("f"), Behind("g")));
        Fault($"btime {kind} on HERE/*", "inodes name");
        Statx first = Sys.Stat(At("f"));
        Statx again = Sys.Stat(At("f"));
        Statx other = Sys.Stat(At("g"));
        Assert.Equal(kind != "hide", first.HasBtime);
        Assert.Equal(kind != "move", first.BtimeNs == again.BtimeNs);
        Assert.Equal(kind == "hide", first.BtimeNs == other.BtimeNs);
    }

    [RootFact]
    public void ACreationTimeCanFollowTheOldestOfTheOthers()
    {
        MakeFile("f");
        Fault("btime oldest");
        Assert.Equal(Errno.OK, Sys.Utimens(At("f"), 11 * Second, 22 * Second));
        Assert.Equal(11 * Second, Sys.Stat(At("f")).BtimeNs);
    }

    // Its mtime while the file is still open, long after it was made.
    private long Stamped(Func<SafeFd, Errno> use, bool refuse, bool utimensAfter = false)
    {
        using SafeFd fd = Sys.Open(At("f"), OpenFlags.O_RDWR);
        Assert.Equal(Errno.OK, use(fd));
        if (refuse)
            Fault("refuse utimens EPERM");
        if (utimensAfter)
            Assert.Equal(refuse ? Errno.EPERM : Errno.OK, Sys.Utimens(At("f"), 11, 22));
        return Sys.Stat(fd).MtimeNs;
    }

    // FUSE tells of a close by a RELEASE that nobody waits for.
    private void SettleRelease()
    {
        for (int i = 0; i < 500 && Sim.Process.Calls("release") == 0; i++)
            Thread.Sleep(10);
        Assert.NotEqual(0, Sim.Process.Calls("release"));
    }

    private long WaitForStamp(long before)
    {
        for (int i = 0; i < 500 && Sys.Stat(At("f")).MtimeNs == before; i++)
            Thread.Sleep(10);
        return Sys.Stat(At("f")).MtimeNs;
    }
}
