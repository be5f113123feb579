using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>Inode numbers that are large, false, new or another's.</summary>
public sealed class InodeTests(SimFixture sim) : SimTest(sim)
{
    private ulong Ino(string name) => Sys.Stat(At(name)).Ino;

    [RootFact]
    public void AnOffsetMakesNumbersOfAllSixtyFourBits()
    {
        MakeFile("f");
        Fault("offset 0x8000000000000000");
        Assert.Equal(Sys.Stat(Behind("f")).Ino + 0x8000000000000000, Ino("f"));
        Assert.Equal(Sys.Stat(Sim.Backing).Ino, Sys.Stat(Sim.MountPoint).Ino);
    }

    [RootFact]
    public void ListingsShowTheSameNumbersAsFiles()
    {
        MakeFile("f");
        Fault("inodes counter", "offset 1000000");
        using SafeFd fd = Sys.Open(At("")[..^1], OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        byte[] buffer = new byte[4096];
        Assert.Equal(Errno.OK, Libc.Getdents64(fd, buffer, out int length));
        ulong listed = 0;
        foreach (Dirent dirent in new DirentReader(buffer.AsSpan(0, length)))
            listed = dirent.IsDotOrDotDot ? listed : dirent.Ino;
        Assert.Equal(Ino("f"), listed);
    }

    [RootFact]
    public void CountedNumbersFollowTheOrderOfTheFirstLook()
    {
        MakeFile("a");
        MakeFile("b");
        Fault("inodes counter");
        ulong b = Ino("b");
        ulong a = Ino("a");
        Assert.Equal(b + 1, a);
        Assert.Equal(b, Ino("b"));
        Sim.Process.Ctl("renumber");
        Assert.True(Ino("b") > a, "a number was given twice");

        // The directory on the way has the first number, so "a" gets the second, which was the other file's.
        Sim.Process.Ctl("renumber again");
        Assert.Equal(b, Ino("a"));
    }

    [RootFact]
    public void RenumberingNeedsNumbersOfItsOwn()
    {
        MakeFile("f");
        Assert.NotEqual(0UL, Ino("f"));
        Assert.Contains("inodes counter", Sim.Process.CtlError("renumber"));
    }

    [RootFact]
    public void AFreedNumberIsTheNextFiles()
    {
        Fault("inodes reuse");
        Assert.Equal(Errno.OK, Sys.Create(At("a")));
        Assert.Equal(Errno.OK, Sys.Create(At("b")));
        ulong a = Ino("a");
        Assert.Equal(a + 1, Ino("b"));
        Assert.Equal(Errno.OK, Sys.Unlink(At("a")));
        Assert.Equal(Errno.OK, Sys.Create(At("c")));
        Assert.Equal(a, Ino("c"));
    }

    [RootFact]
    public void ANumberFreedBehindTheShareIsTheNextFiles()
    {
        Fault("inodes reuse");
        Assert.Equal(Errno.OK, Sys.Create(At("a")));
        ulong a = Ino("a");
        Assert.Equal(Errno.OK, Sys.Unlink(Behind("a")));
        MakeFile("b");
        Assert.Equal(a, Ino("b"));
    }

    [RootFact]
    public void AnOpenFileKeepsItsNumberUntilItsLastClose()
    {
        Fault("inodes reuse");
        Assert.Equal(Errno.OK, Sys.Create(At("a")));
        ulong a = Ino("a");
        using (SafeFd fd = Sys.Open(At("a"), OpenFlags.O_RDONLY))
        {
            Assert.Equal(Errno.OK, Sys.Unlink(At("a")));
            Assert.Equal(Errno.OK, Sys.Create(At("b")));
            Assert.NotEqual(a, Ino("b"));
            Assert.Equal(a, Sys.Stat(fd).Ino);
        }

        for (int i = 0; i < 500 && Sim.Process.Calls("release") < 3; i++)
            Thread.Sleep(10);
        Assert.Equal(Errno.OK, Sys.Create(At("c")));
        Assert.Equal(a, Ino("c"));
    }

    [RootFact]
    public void ARenamedFileAndItsDirectoryKeepTheirNumbers()
    {
        Fault("inodes reuse");
        Assert.Equal(Errno.OK, Sys.Mkdir(At("d")));
        Assert.Equal(Errno.OK, Sys.Create(At("d/f")));
        (ulong, ulong) before = (Ino("d"), Ino("d/f"));
        Assert.Equal(Errno.OK, Sys.Rename(At("d"), At("e")));
        Assert.Equal(Errno.OK, Sys.Create(At("g")));
        Assert.Equal(before, (Ino("e"), Ino("e/f")));
    }

    [RootFact]
    public void AForgottenFileHasAnotherNumber()
    {
        MakeFile("f");
        Fault("inodes forget");
        ulong first = Ino("f");
        // Nothing holds it and its timeouts are 0: the kernel forgets it at once, or when its caches are dropped.
        System.IO.File.WriteAllText("/proc/sys/vm/drop_caches", "2");
        Assert.NotEqual(first, Ino("f"));
        using SafeFd held = Sys.Open(At("f"), OpenFlags.O_PATH);
        Assert.Equal(Sys.Stat(held).Ino, Ino("f"));
    }

    [RootFact]
    public void HardLinksShowTheSameNumberUnlessNamesAreNumbered()
    {
        MakeFile("a");
        Assert.Equal(Errno.OK, Sys.Link(At("a"), At("b")));
        Assert.Equal(Ino("a"), Ino("b"));
        Fault("inodes name");
        Assert.NotEqual(Ino("a"), Ino("b"));
        Assert.Equal(2u, Sys.Stat(At("a")).Nlink);
        Assert.Equal(Ino("a"), Ino("a"));
    }
}
