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
        Patience.Until(() => !Directory.EnumerateFileSystemEntries(share.Behind("d")).Any());
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Behind("d")));
        Posix.Rmdir(share.At("d")).Ok();
        Assert.DoesNotContain(share.Records(), row => row.Uid == 7);
    }

    [RootTheory]
    [InlineData("delete silly")]
    [InlineData("delete listed")]
    [InlineData("lack renameflags")]
    public void AnOpenFileThatIsRemovedIsGoneAtOnceAndKeepsDataAndValuesUntilItsClose(string fault)
    {
        FaultyShare share = Mine(new FaultyShare(fault, "refuse chown EPERM"));
        string f = share.At("d/f");
        Posix.Mkdir(share.At("d"), Oct(755)).Ok();
        Posix.CreateFile(f, "data");
        Posix.Chown(f, 7, 7).Ok();
        FileStatus root = Posix.Stat(share.MountPoint);
        int fd = Posix.Open(f, Posix.O_RDWR);
        Posix.Unlink(f).Ok();
        Assert.Equal(Errno.ENOENT, Posix.Lstat(f, out _));
        Posix.CreateFile(f, "young");
        Command.Run("rm", "-r", share.At("d")).MustSucceed();
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.MountPoint));
        Assert.Equal((root.Nlink - 1, Hidden(share).Length), (Posix.Stat(share.MountPoint).Nlink, 1));

        Posix.Pwrite(fd, "more", 4).Ok();
        Posix.Pread(fd, 10, 0, out string text).Ok();
        Assert.Equal(("datamore", "7:7", 0UL), (text, Posix.Stat(fd).Owner, Posix.Stat(fd).Nlink));
        Posix.Fchown(fd, 8, 9).Ok();
        Assert.Equal("8:9", Posix.Stat(fd).Owner);
        Posix.Close(fd).Ok();
        AssertNothingIsHidden(share);
        Assert.DoesNotContain(share.Records(), row => row.Uid is 7 or 8);
        share.Unmount();
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
    }

    [RootTheory]
    [InlineData("delete listed", "replace EACCES")]
    [InlineData("delete silly", "round 1ns")]
    [InlineData("replace EACCES", "lack renameflags")]
    public void AnOpenFileCanBeReplaced(string fault, string other)
    {
        FaultyShare share = Mine(new FaultyShare(fault, other, "refuse chown EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "old");
        Posix.CreateFile(share.At("new"), "new");
        Posix.Chown(f, 7, 7).Ok();
        Posix.Chown(share.At("new"), 8, 8).Ok();
        int fd = Posix.Open(f, Posix.O_RDONLY);
        int source = Posix.Open(share.At("new"), Posix.O_RDONLY);
        Posix.Rename(share.At("new"), f).Ok();
        Assert.Equal(("8:8", "new"), (Posix.Stat(f).Owner, Posix.ReadFile(f)));
        Posix.Pread(fd, 10, 0, out string text).Ok();
        Assert.Equal(("old", "7:7"), (text, Posix.Stat(fd).Owner));
        Assert.Equal(["f"], Directory.EnumerateFileSystemEntries(share.MountPoint).Select(Path.GetFileName));
        Posix.Close(fd).Ok();
        Posix.Close(source).Ok();
        AssertNothingIsHidden(share);
        share.Remount();
        Assert.Equal(["f"], Directory.EnumerateFileSystemEntries(share.Backing).Select(Path.GetFileName));
        Assert.Equal(("8:8", "new"), (Posix.Stat(f).Owner, Posix.ReadFile(f)));
    }

    [RootFact]
    public void WhereOpenFilesCannotBeHiddenARenameFailsAndChangesNothing()
    {
        FaultyShare share = Mine(new FaultyShare("replace EACCES", "refuse chown EPERM", "refuse mkdir EACCES"));
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
    public void ARefusalOfTheRenameGivesTheOpenFileItsNameBack()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "old");
        Posix.CreateFile(share.At("new"), "new");
        int fd = Posix.Open(f, Posix.O_RDONLY);
        share.Fault("refuse rename ENOSPC calls 2");
        Assert.Equal(Errno.ENOSPC, Posix.Rename(share.At("new"), f));
        Assert.Equal(("old", "new"), (Posix.ReadFile(f), Posix.ReadFile(share.At("new"))));
        Posix.Close(fd).Ok();
        AssertNothingIsHidden(share);
        Assert.Equal("old", Posix.ReadFile(f));
    }

    [RootFact]
    public void AFileCanBeMadeWithoutAName()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        Assert.Equal(Errno.OK, Posix.Open(share.MountPoint, Posix.O_RDWR | Posix.O_TMPFILE, Oct(600), out int fd));
        Posix.Write(fd, "data").Ok();
        Posix.Fchown(fd, 7, 7).Ok();
        Posix.LinkDescriptor(fd, share.At("f")).Ok();
        Posix.Close(fd).Ok();
        Assert.Equal(("7:7", "data"), (Posix.Stat(share.At("f")).Owner, Posix.ReadFile(share.At("f"))));
    }

    [RootFact]
    public void OtherNamesAreCountedRightlyWhileAHiddenOneIsRemoved()
    {
        FaultyShare share = Mine(new FaultyShare("delay unlink 50ms"));
        (string f, string g, string h) = (share.At("f"), share.At("g"), share.At("h"));
        for (int round = 0; round < 5; round++)
        {
            Posix.CreateFile(f);
            Posix.Link(f, g).Ok();
            Posix.Link(f, h).Ok();
            int fd = Posix.Open(f, Posix.O_RDONLY);
            Posix.Unlink(f).Ok();
            Assert.Single(Hidden(share));
            Posix.Close(fd).Ok();
            while (Hidden(share).Length > 0)
                Assert.Equal((round, 2u), (round, Posix.Stat(g).Nlink));
            Assert.Equal((round, 2u), (round, Posix.Stat(g).Nlink));
            Posix.Unlink(g).Ok();
            Posix.Unlink(h).Ok();
        }
    }

    [RootTheory]
    [InlineData("delete listed")]
    [InlineData("delete silly")]
    public void TheNextMountClearsWhatAKilledDaemonHasHidden(string fault)
    {
        FaultyShare share = Mine(new FaultyShare(fault, "refuse chown EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "data");
        Posix.Chown(f, 7, 7).Ok();
        int fd = Posix.Open(f, Posix.O_RDONLY);
        Posix.Unlink(f).Ok();
        Assert.Single(Hidden(share));
        share.Kill();
        _ = Posix.Close(fd); // what was passed through stays open on the share until here
        share.Mount();
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.MountPoint));
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
        Assert.DoesNotContain(share.Records(), row => row.Uid == 7);
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void ManyThreadsThatOpenAndRemoveLeaveNothing()
    {
        FaultyShare share = Mine(new FaultyShare("delete listed", "replace EACCES"));
        string directory = share.At("d");
        Posix.Mkdir(directory, Oct(755)).Ok();
        long until = Environment.TickCount64 + 3000;
        var threads = new Thread[6];
        for (int i = 0; i < threads.Length; i++)
        {
            int self = i;
            threads[i] = new Thread(() => OpenAndRemove(directory, self, until));
            threads[i].Start();
        }

        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory));
        Posix.Rmdir(directory).Ok();
        AssertNothingIsHidden(share);
        share.Unmount();
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
    }

    // Two names for all threads, and one of its own for each.
    private static void OpenAndRemove(string directory, int self, long until)
    {
        while (Environment.TickCount64 < until)
        {
            string own = $"{directory}/own{self}";
            Posix.CreateFile(own, "own");
            foreach (string name in (string[])["a", "b"])
            {
                int flags = Posix.O_RDWR | Posix.O_CREAT;
                Errno errno = Posix.Open($"{directory}/{name}", flags, Oct(644), out int fd);
                Assert.True(errno is Errno.OK or Errno.ENOENT or Errno.ESTALE, $"open: {errno}");
                errno = self % 2 == 0 ? Posix.Unlink($"{directory}/{name}") : Posix.Rename(own, $"{directory}/{name}");
                Assert.True(errno is Errno.OK or Errno.ENOENT, $"taking {name}: {errno}");
                if (fd >= 0)
                    Posix.Close(fd).Ok();
            }

            _ = Posix.Unlink(own);
        }

        foreach (string name in (string[])["a", "b", $"own{self}"])
            _ = Posix.Unlink($"{directory}/{name}");
    }

    private static string[] Hidden(FaultyShare share) =>
    [
        .. Directory.EnumerateDirectories(share.Backing, ".metafs-*.unlinked")
            .SelectMany(Directory.EnumerateFileSystemEntries),
    ];

    // The last close may still be on its way: a RELEASE that nobody waits for.
    private static void AssertNothingIsHidden(FaultyShare share)
    {
        Patience.Until(() => Hidden(share).Length == 0);
        Assert.Empty(Hidden(share));
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
        Assert.True(Patience.Until(() => share.Sim.Calls("release") > 0), "the share was told of no close");
        Assert.Equal((1_000_000_001, 3_000_000_003), (Posix.Stat(f).Atime, Posix.Stat(f).Mtime));
        share.Remount();
        Assert.Equal(3_000_000_003, Posix.Stat(f).Mtime);
    }
}
