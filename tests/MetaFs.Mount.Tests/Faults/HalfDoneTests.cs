namespace MetaFs.Mount.Tests.Faults;

/// <summary>Calls that fail after their first steps on the share have succeeded: they are as if nothing had been asked.</summary>
public sealed class HalfDoneTests(ITestOutputHelper output) : MountTest(output)
{
    /// <param name="look">A call.</param>
    /// <param name="times">The kernel asks twice where a LOOKUP fails (fs/fuse/dir.c, fuse_dentry_revalidate).</param>
    /// <param name="kinds">Without files where the share's own open(2) fails after it has made one.</param>
    [RootTheory]
    [InlineData("lookup", 2, "directory file fifo link")]
    [InlineData("getattr", 1, "directory fifo link")]
    public void WhicheverLookAtANewObjectFailsNothingIsLeft(string look, int times, string kinds)
    {
        const int most = 4;
        FaultyShare share = Mine(new FaultyShare());
        string path = share.At("new");
        foreach (string kind in kinds.Split(' '))
        {
            for (int call = 1; call <= most; call++)
            {
                share.Fault($"refuse {look} EIO calls {call}..{call + times - 1} on /new");
                Errno errno = Make(kind, path);
                share.Heal();
                Output.WriteLine($"{kind}, {look} {call}: {errno}");
                int made = errno == Errno.OK ? 1 : 0;
                Assert.Equal((kind, call, made), (kind, call, Directory.GetFileSystemEntries(share.Backing).Length));
                if (made == 1)
                    Command.Run("rm", "-r", path).MustSucceed();
                Assert.Empty(share.Records());
            }
        }
    }

    [RootFact]
    public void AnEmptyFileOfAnotherHostIsNotTakenForARestOfOurs()
    {
        FaultyShare share = Mine(new FaultyShare("hang mknod", "refuse mknod EIO"));
        Errno errno = Errno.OK;
        Thread maker = new(() => errno = Posix.Mknod(share.At("new"), Posix.S_IFIFO | Oct(644)));
        maker.Start();
        share.Sim.WaitUntilHanging("mknod /new");
        Posix.CreateFile(share.Behind("new"), "");
        share.Sim.Ctl("resume");
        maker.Join();
        Assert.Equal((Errno.EEXIST, 0UL), (errno, Posix.Stat(share.Behind("new")).Size));
    }

    /// <summary>ctime moves by itself on no share that is as coarse as that.</summary>
    [RootTheory]
    [InlineData("lookup", 2)]
    [InlineData("getattr", 1)]
    public void WhicheverLookAtALinkedFileFailsALinkThatIsThereHasMovedItsCtime(string look, int times)
    {
        const int most = 6;
        FaultyShare share = Mine(new FaultyShare("round 3600s"));
        for (int call = 1; call <= most; call++)
        {
            string f = share.At($"f{call}");
            Posix.CreateFile(f);
            long before = Posix.Stat(f).Ctime;
            string fault = share.Sim.Ctl($"refuse {look} EIO calls {call}..{call + times - 1} on *{call}")[^1];
            Errno errno = Posix.Link(f, share.At($"g{call}"));
            share.Sim.Ctl($"clear {fault}");
            Output.WriteLine($"{look} {call}: {errno}");
            bool isThere = errno == Errno.OK;
            Assert.Equal((call, isThere), (call, File.Exists(share.Behind($"g{call}"))));
            Assert.Equal((call, isThere), (call, Posix.Stat(f).Ctime > before));
        }
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARenameWhoseEndCouldNotBeNotedIsNotTakenForWhatHasHappenedSince(bool refused)
    {
        FaultyShare share = Mine(new FaultyShare(true, "inodes counter", "btime hide", "refuse chown EPERM"));
        share.Unmount();
        string records = Path.GetDirectoryName(share.Database)!;
        using var disk = ShareSimProcess.Start(Mine(new Workspace()).MakeDirectory("disk", 700), records);
        share.Mount();
        (string a, string b, string c) = (share.At("a"), share.At("b"), share.At("c"));
        foreach ((string path, uint owner) in ((string, uint)[])[(a, 7), (c, 8)])
        {
            Posix.CreateFile(path);
            Posix.Chown(path, owner, owner).Ok();
        }

        string refusal = share.Sim.Ctl(refused ? "refuse rename EBUSY" : "refuse rename EBUSY on /none")[^1];
        share.Fault("hang rename");
        Errno errno = Errno.OK;
        Thread renamer = new(() => errno = Posix.Rename(a, b));
        renamer.Start();
        share.Sim.WaitUntilHanging("rename /a");
        disk.Ctl("refuse write ENOSPC");
        share.Sim.Ctl("resume");
        renamer.Join();
        disk.Ctl("clear");
        share.Sim.Ctl($"clear {refusal}");
        Assert.Equal(refused ? Errno.EBUSY : Errno.OK, errno);

        // Now the old name goes, and another file gets the new one.
        Posix.Rename(refused ? a : b, share.At("d")).Ok();
        Posix.Rename(c, b).Ok();
        Assert.Equal(("7:7", "8:8"), (Posix.Stat(share.At("d")).Owner, Posix.Stat(b).Owner));
        share.Remount();
        Assert.Equal(("7:7", "8:8"), (Posix.Stat(share.At("d")).Owner, Posix.Stat(b).Owner));
        share.Unmount();
    }

    private static Errno Make(string kind, string path) => kind switch
    {
        "directory" => Posix.Mkdir(path, Oct(755)),
        "file" => Posix.Mknod(path, Posix.S_IFREG | Oct(644)),
        "fifo" => Posix.Mknod(path, Posix.S_IFIFO | Oct(644)),
        _ => Posix.Symlink("target", path),
    };
}
