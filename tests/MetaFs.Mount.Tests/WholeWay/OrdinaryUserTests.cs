namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>Uid 1000 on root's mount: its own files obey it, other people's do not.</summary>
public sealed class OrdinaryUserTests(ITestOutputHelper output) : MountTest(output)
{
    private const string When = "2001-02-03 04:05:06.123456789";
    private const long WhenNanoseconds = 981_173_106_123_456_789;

    [RootTheory]
    [MemberData(nameof(ShareKinds.ForEverybody), MemberType = typeof(ShareKinds))]
    public void CopiesKeepModeAndTimes(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string home = MakeHome(share);
        string original = share.Scratch("files", 777) + "/original";
        Identity.Service.Run(() =>
        {
            Posix.CreateFile(original, "text", 751);
            Posix.Chmod(original, Oct(4751)).Ok();
            Posix.Utimens(original, WhenNanoseconds, WhenNanoseconds).Ok();
        });

        Command.Run(Identity.Service, "cp", "-p", original, home + "/cp").MustSucceed();
        Command.Python(Identity.Service, "import shutil, sys; shutil.copy2(sys.argv[1], sys.argv[2])", original, home + "/copy2")
            .MustSucceed();
        Command.Run(Identity.Service, "rsync", "-a", original, home + "/rsync").MustSucceed();
        Command.Bash(Identity.Service, "tar -C \"$1\" --format=posix -cf - original | tar -C \"$2\" -xpf -", Path.GetDirectoryName(original)!, home)
            .MustSucceed();
        Command.Run(Identity.Service, "install", "-p", "-m", "4751", original, home + "/install").MustSucceed();
        AssertCopies();
        share.Remount();
        AssertCopies();

        void AssertCopies()
        {
            foreach (string name in (string[])["cp", "copy2", "rsync", "original", "install"])
            {
                FileStatus status = Posix.Stat($"{home}/{name}");
                Assert.Equal((name, "1000:1000", Oct(4751), WhenNanoseconds), (name, status.Owner, status.Mode, status.Mtime));
            }
        }
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.ForEverybody), MemberType = typeof(ShareKinds))]
    public void OwnFilesObey(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string home = MakeHome(share);
        Command.Bash(Identity.Service,
            "cd \"$1\"; umask 022; echo text >f; touch -d \"$2\" f; chmod 600 f; chgrp 33 f; mkdir -m 2770 d; mv f d/g", home, When)
            .MustSucceed();
        FileStatus status = Posix.Stat(home + "/d/g");
        Assert.Equal(("1000:33", Oct(600), WhenNanoseconds), (status.Owner, status.Mode, status.Mtime));
        status = Posix.Stat(home + "/d");
        Assert.Equal(("1000:1000", Oct(2770)), (status.Owner, status.Mode));
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.ForEverybody), MemberType = typeof(ShareKinds))]
    public void OthersFilesDoNot(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string home = MakeHome(share);
        string others = share.MountPoint + "/others";
        Posix.CreateFile(others);
        Posix.Chown(others, 2000, 2000).Ok();
        Posix.Chmod(others, Oct(600)).Ok();
        Identity.Service.Run(() => Posix.CreateFile(home + "/mine"));

        Assert.Contains("Operation not permitted", Command.Run(Identity.Service, "chown", "2000", home + "/mine").MustFail());
        Assert.Contains("Operation not permitted", Command.Run(Identity.Service, "chmod", "666", others).MustFail());
        Assert.Contains("Permission denied", Command.Run(Identity.Service, "cat", others).MustFail());
        Assert.Contains("Permission denied", Command.Run(Identity.Service, "touch", others).MustFail());
        Assert.Equal("x", Command.Run(Identity.Stranger, "cat", others).MustSucceed().TrimEnd());
        Assert.Equal("1000:1000", Posix.Stat(home + "/mine").Owner);
        Assert.Equal(("2000:2000", Oct(600)), (Posix.Stat(others).Owner, Posix.Stat(others).Mode));
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.ForEverybody), MemberType = typeof(ShareKinds))]
    public void ADirectoryClosedToAUserIsClosed(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string directory = share.MountPoint + "/private";
        Posix.Mkdir(directory, Oct(700)).Ok();
        Posix.CreateFile(directory + "/f");
        Assert.Contains("Permission denied", Command.Run(Identity.Service, "ls", directory).MustFail());
        Assert.Contains("Permission denied", Command.Run(Identity.Service, "cat", directory + "/f").MustFail());
    }

    private static string MakeHome(Share share)
    {
        string home = share.MountPoint + "/home";
        Posix.Mkdir(home, Oct(755)).Ok();
        Posix.Chown(home, 1000, 1000).Ok();
        return home;
    }
}
