namespace MetaFs.Mount.Tests.Faults;

/// <summary>Inode numbers that come again, move, or are large.</summary>
public sealed class InodeNumberTests(ITestOutputHelper output) : MountTest(output)
{
    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFileThatAnotherHostMadeUnderAReusedNumberNeverShowsTheOldRecord(bool stopped)
    {
        FaultyShare share = Mine(new FaultyShare("inodes reuse", "refuse chown EPERM"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 7, 7).Ok();
        ulong ino = Posix.Stat(share.On("f")).Ino;
        if (stopped)
            share.Unmount();
        Posix.Unlink(share.Behind("f")).Ok();
        Posix.CreateFile(share.Behind("f"), "another");
        Assert.Equal(ino, Posix.Stat(share.On("f")).Ino);
        if (stopped)
            share.Mount();
        Assert.Equal("0:0", Posix.Stat(share.At("f")).Owner);
        Assert.Equal("another", Posix.ReadFile(share.At("f")));
    }

    [RootFact]
    public void AFileMadeUnderTheNumberOfARemovedOneStartsAnew()
    {
        FaultyShare share = Mine(new FaultyShare("inodes reuse", "btime hide", "refuse chown,chmod,utimens EPERM"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 7, 7).Ok();
        Posix.Chmod(share.At("f"), Oct(4711)).Ok();
        Posix.Utimens(share.At("f"), 1, 2).Ok();
        ulong ino = Posix.Stat(share.At("f")).Ino;
        Posix.Unlink(share.At("f")).Ok();
        Posix.CreateFile(share.At("g"));
        FileStatus status = Posix.Stat(share.At("g"));
        Assert.Equal((ino, "0:0", Oct(644)), (status.Ino, status.Owner, status.Mode));
        Assert.NotEqual(2, status.Mtime);
        Assert.DoesNotContain(share.Records(), row => row.Uid == 7);
    }

    [RootFact]
    public void AnOpenUnlinkedFileKeepsItsValuesAndGivesThemToNobody()
    {
        FaultyShare share = Mine(new FaultyShare("inodes reuse", "refuse chown EPERM"));
        Posix.CreateFile(share.At("f"), "old");
        Posix.Chown(share.At("f"), 7, 7).Ok();
        int fd = Posix.Open(share.At("f"), Posix.O_RDONLY);
        Posix.Unlink(share.At("f")).Ok();
        Posix.CreateFile(share.At("g"), "new");
        Assert.Equal(("7:7", "0:0"), (Posix.Stat(fd).Owner, Posix.Stat(share.At("g")).Owner));
        Posix.Close(fd).Ok();
    }

    [RootFact]
    public void NumbersOfAllSixtyFourBitsAreKeptApartAndKept()
    {
        // Two that a 53-bit or a signed number would mix up, beside two that are just large.
        FaultyShare share = Mine(new FaultyShare(
            "inodes counter", "offset 0x8000000000000000", "offset 0x801fffffffffffff on /b", "refuse chown EPERM"));
        string[] names = ["a", "b", "c"];
        for (int i = 0; i < names.Length; i++)
        {
            Posix.CreateFile(share.At(names[i]));
            Posix.Chown(share.At(names[i]), 70 + (uint)i, 7).Ok();
        }

        Assert.Equal(Posix.Stat(share.On("a")).Ino + (1UL << 53), Posix.Stat(share.On("b")).Ino);
        share.Remount();
        for (int i = 0; i < names.Length; i++)
        {
            FileStatus status = Posix.Stat(share.At(names[i]));
            Assert.Equal($"{70 + i}:7", status.Owner);
            Assert.True(status.Ino >= 1UL << 63, $"{names[i]} has {status.Ino}");
            Assert.Contains(share.Records(), row => row.Ino == status.Ino && row.Path == names[i]);
        }
    }

    [RootTheory]
    [InlineData(true, "btime hide")]
    [InlineData(true, "round 1ns")]
    [InlineData(false, "round 1ns")]
    public void NumbersThatMoveToOtherFilesTakeNoRecordWithThem(bool moving, string births)
    {
        // moving: MetaFs knows that they do. Else the share looks as if it kept them, and only its creation times tell.
        FaultyShare share = Mine(new FaultyShare(moving, "inodes counter", births, "refuse chown EPERM"));
        for (uint i = 0; i < 20; i++)
        {
            Posix.CreateFile(share.At($"f{i}"));
            Posix.Chown(share.At($"f{i}"), 100 + i, 7).Ok();
        }

        foreach (bool remount in new[] { false, true })
        {
            share.Sim.Ctl("renumber again");
            if (remount)
                share.Remount();
            for (int i = 19; i >= 0; i--)
                Assert.Contains(Posix.Stat(share.At($"f{i}")).Owner, new[] { $"{100 + i}:7", "0:0" });
        }
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void AModeThatTheShareKeepsInPartGoesWithTheFile(bool stopped)
    {
        // Nothing but names tells files apart; and another host's chmod is of the file, too.
        FaultyShare share = Mine(new FaultyShare(true, "inodes counter", "btime hide"));
        (string Name, int Mode)[] files = [("a", 451), ("b", 4440), ("c", 404), ("d", 77)];
        foreach ((string name, int mode) in files)
        {
            Posix.CreateFile(share.At(name));
            Posix.Chown(share.At(name), 7, 8).Ok();
            Posix.Chmod(share.At(name), Oct(mode)).Ok();
        }

        if (stopped)
            share.Unmount();
        Posix.Rename(share.Behind("a"), share.Behind("b"), Posix.RENAME_EXCHANGE).Ok();
        Posix.Chmod(share.Behind("c"), Oct(600)).Ok();
        if (stopped)
            share.Mount();
        Assert.Equal((Oct(4640), Oct(651)), (Mode(share.At("a")), Mode(share.At("b"))));
        Assert.Equal((Oct(600), Oct(77)), (Mode(share.At("c")), Mode(share.At("d"))));
        Posix.Chown(share.At("a"), 9, 9).Ok();
        Assert.Equal(Oct(640), Mode(share.At("a")));
    }

    [RootFact]
    public void AKillBetweenTheSharesModeAndOursLeavesOneOfTheTwo()
    {
        FaultyShare share = Mine(new FaultyShare(true, "inodes counter", "btime hide"));
        foreach (string name in (string[])["rehearsal", "f"])
        {
            Posix.CreateFile(share.At(name));
            Posix.Chmod(share.At(name), Oct(451)).Ok();
        }

        string log = share.Backing + ".log";
        share.Sim.Ctl("log " + log);
        Posix.Chmod(share.At("rehearsal"), Oct(440)).Ok();
        share.Sim.Ctl("log off");
        int looks = File.ReadLines(log).Count(line => line.StartsWith("getattr /rehearsal", StringComparison.Ordinal));
        share.Fault($"hang getattr calls {looks} on /f"); // the last one looks what chmod has done
        Thread chmod = new(() => Posix.Chmod(share.At("f"), Oct(440))) { IsBackground = true };
        chmod.Start();
        share.Sim.WaitUntilHanging("getattr /f");
        Assert.Equal(Oct(640), Mode(share.Behind("f")));
        share.Kill();
        Assert.True(chmod.Join(Patience.Limit), "chmod still hangs");
        share.Mount();
        Assert.Equal(Oct(451), Mode(share.At("f")));
    }

    private static uint Mode(string path) => Posix.Stat(path).Mode & Oct(7777);

    [RootFact]
    public void AShareThatComesBackAsAnotherDeviceStillHasItsRecords()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 7, 7).Ok();
        share.Unmount();
        share.Reattach();
        share.Mount();
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
    }

    [RootFact]
    public void LinksWithDifferentNumbersKeepTheirOwnRecords()
    {
        FaultyShare share = Mine(new FaultyShare(true, "inodes name", "refuse chown EPERM"));
        Posix.CreateFile(share.Behind("a"), "data");
        Posix.Link(share.Behind("a"), share.Behind("b")).Ok();
        Posix.Chown(share.At("a"), 7, 7).Ok();
        Posix.Chown(share.At("b"), 8, 8).Ok();
        Assert.Equal(("7:7", "8:8"), (Posix.Stat(share.At("a")).Owner, Posix.Stat(share.At("b")).Owner));
        Posix.Unlink(share.At("a")).Ok();
        Assert.Equal(("8:8", 1u), (Posix.Stat(share.At("b")).Owner, Posix.Stat(share.At("b")).Nlink));
        Assert.Equal("data", Posix.ReadFile(share.At("b")));
    }

    [RootFact]
    public void ALinkWithAnotherNumberCanBeMadeAndBeginsAsItsFile()
    {
        FaultyShare share = Mine(new FaultyShare(true, "inodes name", "refuse chown EPERM"));
        Posix.CreateFile(share.At("a"), "data");
        Posix.Chown(share.At("a"), 7, 7).Ok();
        Posix.Link(share.At("a"), share.At("b")).Ok();
        Assert.Equal(("7:7", "7:7"), (Posix.Stat(share.At("a")).Owner, Posix.Stat(share.At("b")).Owner));
        Assert.Equal("data", Posix.ReadFile(share.At("b")));
        Posix.Unlink(share.At("a")).Ok();
        Assert.Equal(("7:7", "data"), (Posix.Stat(share.At("b")).Owner, Posix.ReadFile(share.At("b"))));
    }

    [RootFact]
    public void ACreationTimeThatFollowsTheOtherTimesCostsNoRecord()
    {
        // Samba on a disk without room for it; the order of tar, where utimens comes last.
        FaultyShare share = Mine(new FaultyShare("btime oldest", "refuse chown EPERM"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 7, 7).Ok();
        Posix.Utimens(share.At("f"), 1_000_000_000, 2_000_000_000).Ok();
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
        share.Remount();
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
    }
}
