using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>What becomes of open files that lose their names.</summary>
public sealed class DeleteTests(SimFixture sim) : SimTest(sim)
{
    [RootFact]
    public void AsOnCifsAnOpenFileIsListedUntilItsLastClose()
    {
        Assert.Equal(Errno.OK, Sys.Mkdir(At("d")));
        Assert.Equal(Errno.OK, Sys.Create(At("d/f")));
        Assert.Equal(Errno.OK, Sys.Write(At("d/f"), "data"));
        Fault("delete listed");
        using (SafeFd fd = Sys.Open(At("d/f"), OpenFlags.O_RDONLY))
        {
            Assert.Equal(Errno.OK, Sys.Unlink(At("d/f")));
            Assert.Equal(["f"], Sys.List(At("d")));
            Assert.Equal(Errno.ENOENT, Sys.Stat(At("d/f"), out _));
            Assert.Equal(Errno.ENOENT, Sys.Create(At("d/f")));
            Assert.Equal(Errno.ENOTEMPTY, Sys.Rmdir(At("d")));
            Assert.Equal("data", Sys.ReadText(fd));
        }

        WaitUntilEmpty("d");
        Assert.Equal(Errno.OK, Sys.Rmdir(At("d")));
    }

    [RootFact]
    public void AsOnNfsAnOpenFileIsRenamedUntilItsLastClose()
    {
        Assert.Equal(Errno.OK, Sys.Mkdir(At("d")));
        Assert.Equal(Errno.OK, Sys.Create(At("d/f")));
        Assert.Equal(Errno.OK, Sys.Create(At("d/new")));
        Fault("delete silly");
        using (Sys.Open(At("d/f"), OpenFlags.O_RDONLY))
        {
            Assert.Equal(Errno.OK, Sys.Rename(At("d/new"), At("d/f")));
            string silly = Assert.Single(Sys.List(At("d")), name => name.StartsWith(".nfs", StringComparison.Ordinal));
            Assert.Equal(Errno.EBUSY, Sys.Unlink(At("d/" + silly)));
        }

        for (int i = 0; i < 500 && Sys.List(At("d")).Length > 1; i++)
            Thread.Sleep(10);
        Assert.Equal(["f"], Sys.List(At("d")));
        using (Sys.Open(At("d/f"), OpenFlags.O_RDONLY))
        {
            Assert.Equal(Errno.OK, Sys.Unlink(At("d/f")));
            Assert.StartsWith(".nfs", Assert.Single(Sys.List(At("d"))));
        }

        WaitUntilEmpty("d");
    }

    [RootFact]
    public void ARenameOverAnOpenFileIsRefused()
    {
        MakeFile("a");
        MakeFile("b");
        Fault("replace EACCES");
        using (Sys.Open(At("b"), OpenFlags.O_RDONLY))
            Assert.Equal(Errno.EACCES, Sys.Rename(At("a"), At("b")));
        for (int i = 0; i < 500 && Sim.Process.Calls("release") == 0; i++)
            Thread.Sleep(10);
        Assert.Equal(Errno.OK, Sys.Rename(At("a"), At("b")));
    }

    private void WaitUntilEmpty(string directory)
    {
        for (int i = 0; i < 500 && Sys.List(At(directory)).Length > 0; i++)
            Thread.Sleep(10);
        Assert.Empty(Sys.List(At(directory)));
    }
}
