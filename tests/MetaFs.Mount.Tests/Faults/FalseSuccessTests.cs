namespace MetaFs.Mount.Tests.Faults;

/// <summary>A share that answers success and shows something else.</summary>
public sealed class FalseSuccessTests(ITestOutputHelper output) : MountTest(output)
{
    private const long Second = 1_000_000_000;

    [RootFact]
    public void WhatTheShareIgnoresIsShownAllTheSameHoweverOftenItIsSet()
    {
        FaultyShare share = Mine(new FaultyShare("ignore chown,chmod,utimens"));
        string f = share.At("f");
        Posix.CreateFile(f);
        for (int time = 0; time < 3; time++)
        {
            Posix.Chown(f, 42, 43).Ok();
            Posix.Chown(f, Posix.Keep, Posix.Keep).Ok();
            Posix.Chmod(f, Oct(751)).Ok();
            Posix.Utimens(f, 1, 2).Ok();
            FileStatus status = Posix.Stat(f);
            Assert.Equal(("42:43", Oct(751), 1L, 2L), (status.Owner, status.Mode, status.Atime, status.Mtime));
        }

        share.Remount();
        FileStatus after = Posix.Stat(f);
        Assert.Equal(("42:43", Oct(751), 1L, 2L), (after.Owner, after.Mode, after.Atime, after.Mtime));
    }

    [RootTheory]
    [InlineData("round 2s")]
    [InlineData("round 1s")]
    [InlineData("round 100ns")]
    [InlineData("ignore utimens")]
    public void TimesComeBackToTheNanosecondUntilTheDataChanges(string fault)
    {
        FaultyShare share = Mine(new FaultyShare(fault));
        long[] times = [1, 0, -1, 999_999_999, 1_234_567_891 * Second + 1, 7_258_118_400 * Second + 99];
        for (int i = 0; i < times.Length; i++)
        {
            Posix.CreateFile(share.At($"f{i}"));
            Posix.Utimens(share.At($"f{i}"), times[i], times[^(i + 1)]).Ok();
        }

        share.Remount();
        for (int i = 0; i < times.Length; i++)
        {
            FileStatus status = Posix.Stat(share.At($"f{i}"));
            Assert.Equal((i, times[i], times[^(i + 1)]), (i, status.Atime, status.Mtime));
        }

        int fd = Posix.Open(share.At("f0"), Posix.O_WRONLY);
        Posix.Write(fd, "y").Ok();
        Posix.Close(fd).Ok();
        Assert.NotEqual(times[^1], Posix.Stat(share.At("f0")).Mtime);
        Assert.Equal(Posix.Stat(share.On("f0")).Mtime, Posix.Stat(share.At("f0")).Mtime);
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("stamp close")]
    [InlineData("stamp 1500ms")]
    public void AStampThatComesAfterTheCloseLeavesARecordedTimeAlone(string stamp)
    {
        FaultyShare share = Mine(new FaultyShare(true, stamp, "refuse utimens EPERM"));
        int fd = Posix.Open(share.At("f"), Posix.O_WRONLY | Posix.O_CREAT, Oct(644));
        Posix.Write(fd, "text").Ok();
        Posix.Futimens(fd, Second, 2 * Second).Ok();
        Posix.Close(fd).Ok();
        Thread.Sleep(2500);
        Assert.NotEqual(2 * Second, Posix.Stat(share.On("f")).Mtime);
        Assert.Equal((Second, 2 * Second), (Posix.Stat(share.At("f")).Atime, Posix.Stat(share.At("f")).Mtime));

        File.AppendAllText(share.Backing + "/f", "of another host");
        Assert.NotEqual(2 * Second, Posix.Stat(share.At("f")).Mtime);
    }

    /// <summary>CIFS and Samba would put the older time back when the file is closed.</summary>
    [RootFact]
    public void AChangeOfDataRightAfterATimeWasSetIsStampedAtTheClose()
    {
        FaultyShare share = Mine(new FaultyShare(true, "force uid=33"));
        Posix.CreateFile(share.At("f"));
        Posix.Utimens(share.At("f"), Second, 2 * Second).Ok();
        int fd = Posix.Open(share.At("f"), Posix.O_WRONLY);
        Posix.Write(fd, "y").Ok();
        share.Fault("calls reset");
        Posix.Close(fd).Ok();
        Assert.Equal(1, share.Sim.Calls("utimens"));
        long stamp = Posix.Stat(share.On("f")).Mtime;
        Assert.True(stamp > 2 * Second, $"mtime is {stamp}");
        Assert.Equal(stamp, Posix.Stat(share.At("f")).Mtime);

        // and only where one was set
        Posix.Close(Posix.Open(share.At("f"), Posix.O_WRONLY)).Ok();
        Assert.Equal(1, share.Sim.Calls("utimens"));
    }

    [RootFact]
    public void HalfAChownIsKeptWhenTheShareTakesTheOtherHalf()
    {
        FaultyShare share = Mine(new FaultyShare("force uid=33"));
        string f = share.At("f");
        Posix.CreateFile(f);
        Posix.Chown(f, 42, 43).Ok();
        Assert.Equal(("42:43", "33:43"), (Posix.Stat(f).Owner, Posix.Stat(share.On("f")).Owner));
        Posix.Chown(f, 44, Posix.Keep).Ok();
        Posix.Chown(f, Posix.Keep, 45).Ok();
        Assert.Equal(("44:45", "33:45"), (Posix.Stat(f).Owner, Posix.Stat(share.On("f")).Owner));
    }

    [RootFact]
    public void AnOwnerEqualToTheForcedOneStaysWhenAnotherIsForced()
    {
        FaultyShare share = Mine(new FaultyShare("force uid=33 gid=33"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 33, 33).Ok();
        share.Fault("force uid=34 gid=34");
        Assert.Equal("33:33", Posix.Stat(share.At("f")).Owner);
        share.Remount();
        Assert.Equal(("33:33", "34:34"), (Posix.Stat(share.At("f")).Owner, Posix.Stat(share.On("f")).Owner));
    }

    [RootFact]
    public void NobodyEverSeesANewFileWithTheForcedOwner()
    {
        FaultyShare share = Mine(new FaultyShare(
            "force uid=33 gid=33 file=774 dir=775", "delay chown,chmod,getattr 5ms"));
        using ManualResetEventSlim done = new();
        HashSet<string> seen = [];
        Thread looker = new(() =>
        {
            while (!done.IsSet)
            {
                for (int i = 0; i < 10; i++)
                {
                    if (Posix.Lstat(share.At($"f{i}"), out FileStatus status) == Errno.OK)
                        seen.Add(status.Owner);
                }
            }
        });
        looker.Start();
        for (int i = 0; i < 10; i++)
            Posix.CreateFile(share.At($"f{i}"));
        done.Set();
        looker.Join();
        Assert.All(seen, owner => Assert.Equal("0:0", owner));
        Assert.Equal("33:33", Posix.Stat(share.On("f0")).Owner);
    }

    [RootFact]
    public void ALinkMovesCtimeAlsoWhereTheSharesClockIsBehind()
    {
        FaultyShare share = Mine(new FaultyShare("skew -3600s", "ignore chown"));
        string f = share.At("f");
        Posix.CreateFile(f);
        Posix.Chown(f, 42, 43).Ok(); // recorded, and so is its ctime: by this machine's clock
        long last = Posix.Stat(f).Ctime;
        Func<Errno>[] changes =
        [
            () => Posix.Link(f, share.At("second")),
            () => Posix.Unlink(share.At("second")),
            () => Posix.Link(f, share.At("third")),
            () => Posix.Rename(Made(share.At("other")), share.At("third")),
        ];
        foreach (Func<Errno> change in changes)
        {
            change().Ok();
            FileStatus status = Posix.Stat(f);
            Assert.True(status.Ctime > last, $"ctime went from {last} to {status.Ctime}");
            Assert.Equal("42:43", status.Owner);
            last = status.Ctime;
        }

        Assert.Equal(1u, Posix.Stat(f).Nlink);
    }

    [RootTheory]
    [InlineData("skew 3600s")]
    [InlineData("skew -3600s")]
    public void CtimeNeverGoesBackWhateverTheSharesClock(string skew)
    {
        FaultyShare share = Mine(new FaultyShare(skew, "refuse chmod EPERM calls 1", "ignore chown"));
        string f = share.At("f");
        Posix.CreateFile(f);
        long last = Posix.Stat(f).Ctime;
        for (int i = 0; i < 4; i++)
        {
            (i % 2 == 0 ? Posix.Chmod(f, Oct(640 + i)) : Posix.Chown(f, 40 + (uint)i, 40)).Ok();
            long ctime = Posix.Stat(f).Ctime;
            Assert.True(ctime > last, $"change {i}: ctime went from {last} to {ctime}");
            last = ctime;
        }

        share.Remount();
        Assert.True(Posix.Stat(f).Ctime >= last, "ctime went back over a remount");
    }

    private static string Made(string path)
    {
        Posix.CreateFile(path);
        return path;
    }
}
