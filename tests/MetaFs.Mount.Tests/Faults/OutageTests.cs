using System.Diagnostics;

namespace MetaFs.Mount.Tests.Faults;

/// <summary>A share that is away, slow, full or stuck.</summary>
public sealed class OutageTests(ITestOutputHelper output) : MountTest(output)
{
    [RootFact]
    public void AShareThatIsAwayFailsEveryCallAndLosesNoRecord()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown,chmod,utimens EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "data");
        Posix.Chown(f, 7, 7).Ok();
        Posix.Chmod(f, Oct(4711)).Ok();
        Posix.Utimens(f, 1, 2).Ok();
        foreach (Errno errno in new[] { Errno.ENOTCONN, Errno.EHOSTDOWN, Errno.ESTALE, Errno.ETIMEDOUT, Errno.EIO })
        {
            share.Fault($"disconnect {errno}");
            Assert.Equal(errno, Posix.Lstat(f, out _));
            Assert.Equal(errno, Posix.Chown(f, 8, 8));
            Assert.Equal(errno, Posix.Unlink(f));
            Assert.Equal(errno, Posix.Rename(f, share.At("g")));
            Assert.Equal(errno, Posix.Open(f, Posix.O_RDONLY, 0, out _));
            share.Sim.Ctl("connect");
            FileStatus status = Posix.Stat(f);
            Assert.Equal(("7:7", Oct(4711), 1L, 2L), (status.Owner, status.Mode, status.Atime, status.Mtime));
        }

        share.Remount();
        Assert.Equal("7:7", Posix.Stat(f).Owner);
    }

    /// <summary>That a file cannot be seen does not mean that it is gone.</summary>
    [RootTheory]
    [InlineData("ENOTCONN")]
    [InlineData("EHOSTDOWN")]
    [InlineData("ESTALE")]
    [InlineData("ETIMEDOUT")]
    [InlineData("EACCES")]
    public void ARecordWhoseFileCannotBeSeenIsNotPruned(string errno)
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        Posix.Mkdir(share.At("d"), Oct(755)).Ok();
        foreach (string name in new[] { "f", "gone", "d/f" })
        {
            Posix.CreateFile(share.At(name));
            Posix.Chown(share.At(name), 7, 7).Ok();
        }

        File.Delete(share.Behind("gone"));
        share.Fault($"refuse all {errno} on /f", $"refuse all {errno} on /d", $"refuse all {errno} on /d/f");
        Assert.Contains("nothing is deleted", Prune(share), StringComparison.Ordinal);
        share.Fault($"disconnect {errno}");
        Prune(share);
        share.Sim.Ctl("connect");
        share.Heal();
        Assert.Equal(["d/f", "f", "gone"], Owned(share));
        Assert.Equal(("7:7", "7:7"), (Posix.Stat(share.At("f")).Owner, Posix.Stat(share.At("d/f")).Owner));
        Prune(share);
        Assert.Equal(["d/f", "f"], Owned(share));

        static string Prune(FaultyShare share)
        {
            CommandResult prune = MetaFsProgram.Run(null, "prune", "--yes", share.MountPoint);
            return prune.Output + prune.Errors;
        }

        static IEnumerable<string?> Owned(FaultyShare share) =>
            share.Records().Where(row => row.Uid == 7).Select(row => row.Path).Order(StringComparer.Ordinal);
    }

    [RootFact]
    public void AHungFileStopsNoOther()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        Posix.CreateFile(share.At("stuck"));
        Posix.CreateFile(share.At("free"));
        Posix.Mkdir(share.At("d"), Oct(755)).Ok();
        share.Fault("hang all on /stuck");
        Thread[] hung = [.. new Action[]
        {
            () => Posix.Lstat(share.At("stuck"), out _),
            () => Posix.Chown(share.At("stuck"), 7, 7),
            () => Posix.ReadFile(share.At("stuck")),
        }.Select(call => new Thread(() => call()) { IsBackground = true })];
        foreach (Thread thread in hung)
            thread.Start();
        share.Sim.WaitUntilHanging("lookup /stuck");
        Stopwatch watch = Stopwatch.StartNew();
        Posix.Chown(share.At("free"), 8, 8).Ok();
        Assert.Equal("8:8", Posix.Stat(share.At("free")).Owner);
        Assert.Equal("x", Posix.ReadFile(share.At("free")));
        Posix.CreateFile(share.At("d/new"));
        Posix.Rename(share.At("d/new"), share.At("d/newer")).Ok();
        Assert.Equal(8, share.Records().Single(row => row.Path == "free").Uid);
        Output.WriteLine($"others took {watch.Elapsed}");
        Assert.All(hung, thread => Assert.True(thread.IsAlive));
        share.Sim.Ctl("resume");
        Assert.All(hung, thread => Assert.True(thread.Join(Patience.Limit), "it still hangs"));
        Assert.Equal("7:7", Posix.Stat(share.At("stuck")).Owner);
    }

    [RootFact]
    public void AWriteThatFailsPassesItsErrorAndLosesNoRecord()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown,chmod,utimens EPERM"));
        string f = share.At("f");
        Posix.CreateFile(f, "data");
        Posix.Chown(f, 7, 7).Ok();
        Posix.Chmod(f, Oct(640)).Ok();
        Posix.Utimens(f, 1, 2).Ok();
        foreach (string errno in new[] { "ENOSPC", "EDQUOT", "EIO" })
        {
            share.Fault($"refuse write,truncate,fallocate {errno}");
            int fd = Posix.Open(f, Posix.O_WRONLY);
            Assert.Equal(errno, Posix.Write(fd, "new").ToString());
            Assert.Equal(errno, Posix.Ftruncate(fd, 1).ToString());
            Assert.Equal(errno, Posix.Fallocate(fd, 0, 0, 100).ToString());
            Posix.Close(fd).Ok();
            FileStatus status = Posix.Stat(f);
            Assert.Equal(("7:7", Oct(640), 2L), (status.Owner, status.Mode, status.Mtime));
            Assert.Equal("data", Posix.ReadFile(f));
        }

        share.Remount();
        Assert.Equal(("7:7", 2L), (Posix.Stat(f).Owner, Posix.Stat(f).Mtime));
    }

    [RootFact]
    public void ARemovalThatFailsKeepsFileAndRecord()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM", "refuse unlink,rename EBUSY"));
        string f = share.At("f");
        Posix.CreateFile(f, "data");
        Posix.CreateFile(share.At("g"));
        Posix.Chown(f, 7, 7).Ok();
        Assert.Equal(Errno.EBUSY, Posix.Unlink(f));
        Assert.Equal(Errno.EBUSY, Posix.Rename(share.At("g"), f));
        Assert.Equal(("7:7", "data"), (Posix.Stat(f).Owner, Posix.ReadFile(f)));
        share.Remount();
        Assert.Equal("7:7", Posix.Stat(f).Owner);
    }

    [RootFact]
    public void WhatTheShareLacksIsRefusedByItsOwnErrnoAndLeavesNothing()
    {
        FaultyShare share = Mine(new FaultyShare("lack symlinks", "lack special", "lack links", "lack xattrs"));
        share.Unmount();
        share.Mount(",objects=share,xattrs=share");
        Posix.CreateFile(share.At("f"));
        Assert.Equal(Errno.EOPNOTSUPP, Posix.Symlink("f", share.At("new")));
        Assert.Equal(Errno.EPERM, Posix.Mknod(share.At("new"), Posix.S_IFIFO | Oct(600)));
        Assert.Equal(Errno.EPERM, Posix.Link(share.At("f"), share.At("new")));
        Assert.Equal(Errno.EOPNOTSUPP, Posix.Setxattr(share.At("f"), "user.a", [1]));
        Assert.Equal(Errno.ENOENT, Posix.Lstat(share.At("new"), out _));
        Assert.DoesNotContain(share.Records(), row => row.Path == "new");
    }

    [RootFact]
    public void ErrorsOfFsyncAndCloseReachTheirCallers()
    {
        FaultyShare share = Mine(new FaultyShare("refuse fsync,fsyncdir EIO", "refuse flush EDQUOT"));
        int fd = Posix.Open(share.At("f"), Posix.O_CREAT | Posix.O_WRONLY, Oct(644));
        Posix.Write(fd, "data").Ok();
        Assert.Equal(Errno.EIO, Posix.Fsync(fd));
        Assert.Equal(Errno.EDQUOT, Posix.Close(fd));
        int directory = Posix.Open(share.At(""), Posix.O_RDONLY);
        Assert.Equal(Errno.EIO, Posix.Fsync(directory));
        Posix.Close(directory).Ok();
    }

    [RootFact]
    public void AFileThatCannotBeLookedAtIsListedAndHidesNoOther()
    {
        FaultyShare share = Mine(new FaultyShare("refuse lookup,getattr EIO on /bad", "refuse chown EPERM"));
        foreach (string name in new[] { "a", "bad", "c" })
            Posix.CreateFile(share.Behind(name));
        Posix.Chown(share.At("a"), 7, 7).Ok();
        string[] listed = [.. Directory.EnumerateFileSystemEntries(share.MountPoint).Order()];
        Assert.Equal([share.At("a"), share.At("bad"), share.At("c")], listed);
        Assert.Equal(("7:7", "0:0"), (Posix.Stat(share.At("a")).Owner, Posix.Stat(share.At("c")).Owner));
        Assert.Equal(Errno.EIO, Posix.Lstat(share.At("bad"), out _));
    }

    [RootFact]
    public void AnswersThatAreStaleOnceCostNoRecord()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 7, 7).Ok();
        foreach (string call in new[] { "getattr", "lookup", "open" })
        {
            share.Fault($"refuse {call} ESTALE calls 1 on /f");
            Assert.Equal("x", Posix.ReadFile(share.At("f")));
            Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
        }

        share.Remount();
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
    }
}
