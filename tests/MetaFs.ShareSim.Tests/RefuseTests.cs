using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>Calls that answer an error.</summary>
public sealed class RefuseTests(SimFixture sim) : SimTest(sim)
{
    private static readonly Dictionary<string, Func<string, Errno>> s_calls = new()
    {
        ["lookup"] = at => Sys.Stat(at + "/f", out _),
        ["getattr"] = at => Sys.Stat(at + "/f", out _),
        ["chown"] = at => Sys.Chown(at + "/f", 7, 7),
        ["chmod"] = at => Sys.Chmod(at + "/f", 0x180),
        ["utimens"] = at => Sys.Utimens(at + "/f", 1, 2),
        ["truncate"] = at => Sys.Truncate(at + "/f", 1),
        ["readlink"] = at => Sys.Readlink(at + "/s"),
        ["symlink"] = at => Sys.Symlink("t", at + "/new"),
        ["mknod"] = at => Sys.Mknod(at + "/new", FileMode.S_IFIFO | 0x180),
        ["mkdir"] = at => Sys.Mkdir(at + "/new"),
        ["unlink"] = at => Sys.Unlink(at + "/f"),
        ["rmdir"] = at => Sys.Rmdir(at + "/d"),
        ["rename"] = at => Sys.Rename(at + "/f", at + "/new"),
        ["link"] = at => Sys.Link(at + "/f", at + "/new"),
        ["open"] = at => Sys.Read(at + "/f"),
        ["create"] = at => Sys.Create(at + "/new"),
        ["tmpfile"] = Sys.Tmpfile,
        ["read"] = at => Sys.Read(at + "/f"),
        ["write"] = at => Sys.Write(at + "/f", "x"),
        ["fsync"] = at => Sys.On(at + "/f", OpenFlags.O_WRONLY, Libc.Fsync),
        ["opendir"] = Sys.Readdir,
        ["readdir"] = Sys.Readdir,
        ["fsyncdir"] = at => Sys.On(at, OpenFlags.O_RDONLY, Libc.Fsync),
        ["statfs"] = Sys.Statfs,
        ["getxattr"] = at => Sys.Getxattr(at + "/f"),
        ["setxattr"] = at => Sys.Setxattr(at + "/f"),
        ["listxattr"] = at => Sys.Listxattr(at + "/f"),
        ["removexattr"] = at => Sys.Removexattr(at + "/f"),
        ["fallocate"] = at => Sys.On(at + "/f", OpenFlags.O_WRONLY, fd => Libc.Fallocate(fd, 0, 0, 10)),
        ["lseek"] = at => Sys.On(at + "/f", OpenFlags.O_RDONLY, fd => Libc.Lseek(fd, 0, Libc.SEEK_DATA, out _)),
        ["copy"] = Copy,
    };

    public static TheoryData<string> Calls => [.. s_calls.Keys];

    [RootTheory]
    [MemberData(nameof(Calls))]
    public void ARefusedCallAnswersItsErrnoAndAnotherTimeWorks(string call)
    {
        MakeFile("f");
        Assert.Equal(Errno.OK, Sys.Symlink("t", Behind("s")));
        Assert.Equal(Errno.OK, Sys.Mkdir(Behind("d")));
        Assert.Equal(Errno.OK, Sys.Setxattr(Behind("f")));
        string at = At("")[..^1];
        Fault($"refuse {call} ENETRESET on HERE*", $"refuse {call} ENETRESET on HERE/**");
        Assert.Equal(Errno.ENETRESET, s_calls[call](at));
        Assert.NotEqual(0, Sim.Process.Calls(call));
        Sim.Process.Ctl("clear");
        Assert.Equal(Errno.OK, s_calls[call](at));
    }

    [RootFact]
    public void AFlushThatIsRefusedFailsTheClose()
    {
        MakeFile("f");
        Fault("refuse flush EDQUOT on HERE/f");
        using SafeFd fd = Sys.Open(At("f"), OpenFlags.O_WRONLY);
        Assert.Equal(Errno.EDQUOT, Libc.CloseDuplicate(fd));
    }

    [RootTheory]
    [InlineData("calls 2", "OK EIO OK OK")]
    [InlineData("calls 2..3", "OK EIO EIO OK")]
    [InlineData("calls 3..", "OK OK EIO EIO")]
    public void OnlyTheCallsOfARangeAreRefused(string range, string answers)
    {
        MakeFile("f");
        Fault($"refuse chmod EIO {range} on HERE/f");
        Assert.Equal(answers, string.Join(' ', Enumerable.Range(0, 4).Select(_ => Sys.Chmod(At("f"), 0x180))));
    }

    [RootFact]
    public void OnlyThePathsOfAPatternAreRefused()
    {
        MakeFile("a.txt");
        MakeFile("a.bin");
        Fault("refuse chmod EACCES on HERE/*.txt");
        Assert.Equal(Errno.EACCES, Sys.Chmod(At("a.txt"), 0x180));
        Assert.Equal(Errno.OK, Sys.Chmod(At("a.bin"), 0x180));
    }

    [RootFact]
    public void TheNewestFaultThatMatchesCounts()
    {
        MakeFile("f");
        Fault("refuse chmod EACCES", "refuse chmod EIO on f");
        Assert.Equal(Errno.EIO, Sys.Chmod(At("f"), 0x180));
    }

    [RootTheory]
    [InlineData("disconnect", Errno.ENOTCONN)]
    [InlineData("disconnect EHOSTDOWN", Errno.EHOSTDOWN)]
    public void AShareGoesAwayAndComesBack(string command, Errno errno)
    {
        MakeFile("f");
        Assert.Equal(Errno.OK, Sys.Stat(At("f"), out _));
        Sim.Process.Ctl(command);
        Assert.Equal(errno, Sys.Stat(At("f"), out _));
        Assert.Equal(errno, Sys.Create(At("new")));
        Assert.Equal(errno, Sys.Statfs(Sim.MountPoint));
        Sim.Process.Ctl("connect");
        Assert.Equal(Errno.OK, Sys.Stat(At("f"), out _));
        Assert.Empty(Sim.Process.Ctl("list"));
    }

    private static Errno Copy(string at)
    {
        using SafeFd from = Sys.Open(at + "/f", OpenFlags.O_RDONLY);
        ulong fromOffset = 0, toOffset = 10;
        return Sys.On(at + "/f", OpenFlags.O_WRONLY, to =>
            Libc.CopyFileRange(from, ref fromOffset, to, ref toOffset, 2, out _));
    }
}
