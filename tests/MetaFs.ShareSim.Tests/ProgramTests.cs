using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>The command line.</summary>
public sealed class ProgramTests(SimFixture sim) : IClassFixture<SimFixture>
{
    [Fact]
    public void WrongArgumentsAreNamed()
    {
        Assert.Contains("BACKING and MOUNTPOINT", Fail(sim.Backing));
        Assert.Contains("/nonexistent", Fail("/nonexistent", sim.MountPoint));
        Assert.Contains("'--fualt': one of --control, --fault", Fail("--fualt", "x"));
        Assert.Contains("--fault: its value is missing", Fail(sim.Backing, sim.MountPoint, "--fault"));
    }

    [RootFact]
    public void AWrongFaultIsFoundBeforeAnythingIsMounted()
    {
        Assert.Contains("'chwon'", Fail(sim.Backing, sim.MountPoint, "--fault", "refuse chwon EPERM"));
        Assert.DoesNotContain(sim.MountPoint, Mounts());
    }

    [RootFact]
    public void TypeAndSourceAreAsAskedForAndFaultsHoldFromTheStart()
    {
        string at = Fresh("named");
        using (ShareSimProcess.Start(
            sim.Backing, at, "--subtype", "bindfs", "--source", "somewhere", "--fault", "refuse mkdir EROFS"))
        {
            Assert.Contains($"somewhere {at} fuse.bindfs ", Mounts());
            Assert.Equal(Errno.EROFS, Sys.Mkdir(at + "/d"));
        }

        Assert.DoesNotContain(at, Mounts());
        Assert.False(System.IO.File.Exists(at + ".ctl"));
    }

    [RootFact]
    public void InTheBackgroundItReturnsWhenTheMountAnswersAndEndsWithIt()
    {
        string at = Fresh("background");
        (int status, string output, string errors) = Programs.ShareSim(sim.Backing, at);
        Assert.Equal((0, ""), (status, errors));
        Assert.StartsWith("ready: ", output);
        Assert.Contains($"{sim.Backing} {at} fuse.sharesim ", Mounts());
        Assert.Equal(0, Programs.Run("umount", at).Status);
        for (int i = 0; i < 500 && System.IO.File.Exists(at + ".ctl"); i++)
            Thread.Sleep(10);
        Assert.False(System.IO.File.Exists(at + ".ctl"));
    }

    [RootFact]
    public void ASocketThatNobodyListensOnIsReplacedAndAnyOtherFileIsNot()
    {
        string at = Fresh("stale");
        Assert.Equal(Errno.OK, Sys.Mknod(at + ".ctl", FileMode.S_IFSOCK | 0x180));
        using (ShareSimProcess.Start(sim.Backing, at))
            Assert.Contains("another share's", Fail(sim.Backing, Fresh("second"), "--control", at + ".ctl"));
        System.IO.File.WriteAllText(at + ".ctl", "mine");
        Assert.Contains("no socket", Fail(sim.Backing, at));
        Assert.Equal("mine", System.IO.File.ReadAllText(at + ".ctl"));
    }

    [RootFact]
    public void ATermSignalEndsAShareWhoseCallsHang()
    {
        string at = Fresh("hanging");
        System.IO.File.WriteAllText(sim.Backing + "/f", "x");
        Task<Errno> hung;
        using (ShareSimProcess share = ShareSimProcess.Start(sim.Backing, at, "--fault", "hang getattr on /f"))
        {
            hung = Task.Run(() => Sys.Stat(at + "/f", out var _));
            share.WaitUntilHanging("getattr /f");
        }

        Assert.True(hung.Wait(TimeSpan.FromSeconds(60)));
        Assert.DoesNotContain(at, Mounts());
    }

    private string Fresh(string name) => System.IO.Directory.CreateDirectory($"{sim.Workspace}/{name}").FullName;

    private static string Mounts() => System.IO.File.ReadAllText("/proc/self/mounts");

    private static string Fail(params string[] arguments)
    {
        (int status, _, string errors) = Programs.ShareSim(arguments);
        Assert.Equal(2, status);
        return errors;
    }
}
