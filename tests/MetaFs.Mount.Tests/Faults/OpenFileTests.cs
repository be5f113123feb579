namespace MetaFs.Mount.Tests.Faults;

/// <summary>Shares that treat open files in their own ways.</summary>
public sealed class OpenFileTests(ITestOutputHelper output) : MountTest(output)
{
    [RootFact]
    public void AClosedFileThatIsRemovedLeavesNoSillyName()
    {
        FaultyShare share = Mine(new FaultyShare("delete silly", "refuse chown EPERM"));
        Posix.Mkdir(share.At("d"), Oct(755)).Ok();
        for (int i = 0; i < 20; i++)
        {
            string f = share.At($"d/f{i}");
            Posix.CreateFile(f);
            Posix.Chown(f, 7, 7).Ok();
            Posix.Unlink(f).Ok();
        }

        // The last close may still be on its way to the share: a RELEASE that nobody waits for.
        for (int attempt = 0; attempt < 100 && Directory.EnumerateFileSystemEntries(share.Behind("d")).Any(); attempt++)
            Thread.Sleep(50);
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Behind("d")));
        Posix.Rmdir(share.At("d")).Ok();
        Assert.DoesNotContain(share.Records(), row => row.Uid == 7);
    }

    [RootTheory]
    [InlineData("delete silly")]
    [InlineData("delete listed")]
    public void AnOpenFileThatIsRemovedKeepsDataAndValuesUntilItsClose(string fault)
    {
        FaultyShare share = Mine(new FaultyShare(fault, "refuse chown EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "data");
        Posix.Chown(f, 7, 7).Ok();
        int fd = Posix.Open(f, Posix.O_RDONLY);
        Posix.Unlink(f).Ok();
        Assert.Equal(Errno.ENOENT, Posix.Lstat(f, out _));
        Posix.Pread(fd, 10, 0, out string text).Ok();
        Assert.Equal(("data", "7:7"), (text, Posix.Stat(fd).Owner));
        Posix.Close(fd).Ok();
        for (int attempt = 0; attempt < 100 && Directory.EnumerateFileSystemEntries(share.Backing).Any(); attempt++)
            Thread.Sleep(50);
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
    }

    [RootFact]
    public void WhereOpenFilesCannotBeReplacedARenameFailsAndChangesNothing()
    {
        FaultyShare share = Mine(new FaultyShare("replace EACCES", "refuse chown EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "old");
        Posix.CreateFile(share.At("new"), "new");
        Posix.Chown(f, 7, 7).Ok();
        Posix.Chown(share.At("new"), 8, 8).Ok();
        int fd = Posix.Open(f, Posix.O_RDONLY);
        Assert.Equal(Errno.EACCES, Posix.Rename(share.At("new"), f));
        Assert.Equal(("7:7", "old"), (Posix.Stat(f).Owner, Posix.ReadFile(f)));
        Assert.Equal(("8:8", "new"), (Posix.Stat(share.At("new")).Owner, Posix.ReadFile(share.At("new"))));
        Posix.Close(fd).Ok();
        share.Remount();
        Posix.Rename(share.At("new"), f).Ok();
        Assert.Equal(("8:8", "new"), (Posix.Stat(f).Owner, Posix.ReadFile(f)));
    }

    [RootFact]
    public void ATimeThatTheShareTookBeforeTheCloseStandsWhereTheShareStampsAtIt()
    {
        FaultyShare share = Mine(new FaultyShare("stamp close", "round 2s"));
        string f = share.At("f");
        int fd = Posix.Open(f, Posix.O_CREAT | Posix.O_WRONLY, Oct(644));
        Posix.Write(fd, "data").Ok();
        Posix.Futimens(fd, 1_000_000_001, 3_000_000_003).Ok();
        Posix.Close(fd).Ok();
        for (int attempt = 0; attempt < 100 && share.Sim.Calls("release") == 0; attempt++)
            Thread.Sleep(20);
        Assert.Equal((1_000_000_001, 3_000_000_003), (Posix.Stat(f).Atime, Posix.Stat(f).Mtime));
        share.Remount();
        Assert.Equal(3_000_000_003, Posix.Stat(f).Mtime);
    }
}
