namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>A user's own mount, by fusermount3: the user is the overlay's root, and nobody else gets in.</summary>
public sealed class OwnMountTests(ITestOutputHelper output) : MountTest(output)
{
    [RootFact]
    public void TheMounterMayGiveFilesToAnybody()
    {
        Share share = Mine(new Share(ShareKind.ForeignDirectory));
        string f = share.MountPoint + "/f";
        share.Mounter.Run(() => Posix.CreateFile(f));
        foreach (string owner in (string[])["0:0", "12:34"])
        {
            Command.Run(share.Mounter, "chown", owner, f).MustSucceed();
            share.Mounter.Run(() => Assert.Equal(owner, Posix.Stat(f).Owner));
        }

        Command.Run(share.Mounter, "chmod", "4755", f).MustSucceed();
        share.Mounter.Run(() => Assert.Equal(Oct(4755), Posix.Stat(f).Mode));
        share.Remount();
        share.Mounter.Run(() => Assert.Equal(("12:34", Oct(4755)), (Posix.Stat(f).Owner, Posix.Stat(f).Mode)));
    }

    [RootFact]
    public void FilesOfTheSharesOwnerObeyToo()
    {
        // The original report: uid 33 owns everything, the service is in the group, and the kernel answers EPERM.
        Share share = Mine(new Share(ShareKind.ForeignDirectory));
        MakeBackingFile(share, "f", 664);
        string bare = share.Backing + "/f", f = share.MountPoint + "/f";
        share.Mounter.Run(() =>
        {
            Assert.Equal(Errno.EPERM, Posix.Chmod(bare, Oct(600)));
            Assert.Equal(Errno.EPERM, Posix.Chown(bare, 1000, 1000));
            Assert.Equal(Errno.EPERM, Posix.Utimens(bare, 11, 22));

            Assert.Equal("33:33", Posix.Stat(f).Owner);
            Posix.Chmod(f, Oct(600)).Ok();
            Posix.Chown(f, 1000, 1000).Ok();
            Posix.Utimens(f, 11, 22).Ok();
            AssertSet();
        });
        share.Remount();
        share.Mounter.Run(() =>
        {
            AssertSet();
            int fd = Posix.Open(f, Posix.O_WRONLY | Posix.O_APPEND);
            Posix.Write(fd, "more").Ok();
            Posix.Close(fd).Ok();
            Assert.True(Posix.Stat(f).Mtime > 1_000_000_000, "mtime did not move with the data");
            Assert.Equal(("1000:1000", Oct(600)), (Posix.Stat(f).Owner, Posix.Stat(f).Mode));
        });
        FileStatus real = Posix.Stat(bare);
        Assert.Equal(("33:33", Oct(664)), (real.Owner, real.Mode));

        void AssertSet()
        {
            FileStatus status = Posix.Stat(f);
            Assert.Equal(("1000:1000", Oct(600), 11L, 22L), (status.Owner, status.Mode, status.Atime, status.Mtime));
        }
    }

    [RootFact]
    public void TheToolsOfTheReportSucceed()
    {
        Share share = Mine(new Share(ShareKind.ForeignDirectory));
        MakeBackingFile(share, "existing", 664);
        string original = share.Scratch("files", 777) + "/original";
        share.Mounter.Run(() =>
        {
            Posix.CreateFile(original, "text", 640);
            Posix.Utimens(original, 1_000_000_000_123_456_789, 1_000_000_000_123_456_789).Ok();
        });
        string copy2 = "import shutil, sys; shutil.copy2(sys.argv[1], sys.argv[2])";
        Command.Python(share.Mounter, copy2, original, share.Backing + "/existing").MustFail();
        foreach (string name in (string[])["existing", "new"])
        {
            string target = $"{share.MountPoint}/{name}";
            Command.Python(share.Mounter, copy2, original, target).MustSucceed();
            AssertIsCopy(target);
            Command.Run(share.Mounter, "chown", "1000:1000", target).MustSucceed(); // see TreeTests: cp writes an ACL
            Command.Run(share.Mounter, "cp", "-p", original, target).MustSucceed();
            AssertIsCopy(target);
            Command.Run(share.Mounter, "rsync", "-a", "--inplace", "--ignore-times", original, target).MustSucceed();
            AssertIsCopy(target);
        }

        void AssertIsCopy(string path) => share.Mounter.Run(() =>
        {
            FileStatus status = Posix.Stat(path);
            Assert.Equal((1_000_000_000_123_456_789, Oct(640)), (status.Mtime, status.Mode));
        });
    }

    [RootFact]
    public void NobodyElseGetsIn()
    {
        Share share = Mine(new Share(ShareKind.ForeignDirectory));
        Assert.Contains("Permission denied", Command.Run(Identity.Stranger, "ls", share.MountPoint).MustFail());
        Assert.DoesNotContain("allow_other", MountTable.Find(share.MountPoint)!.Options);
    }

    private static void MakeBackingFile(Share share, string name, int mode)
    {
        string path = $"{share.Backing}/{name}";
        Posix.CreateFile(path, "old text");
        Posix.Chown(path, 33, 33).Ok();
        Posix.Chmod(path, Oct(mode)).Ok();
    }
}
