namespace MetaFs.Mount.Tests.Faults;

/// <summary>Which refusals are recorded, and which are the caller's to know.</summary>
public sealed class ErrnoPolicyTests(ITestOutputHelper output) : MountTest(output)
{
    private static readonly string[] s_meansNotOnThisShare = ["EPERM", "EACCES", "EOPNOTSUPP", "ENOSYS", "EINVAL"];

    private static readonly string[] s_meansSomethingElse =
    [
        "EROFS", "EIO", "ESTALE", "ENOSPC", "EDQUOT", "ENOENT", "ELOOP", "EINTR", "ENOMEM", "EBUSY", "ETIMEDOUT",
        "EHOSTDOWN", "ENOTCONN",
    ];

    [RootTheory]
    [InlineData("chown")]
    [InlineData("chmod")]
    [InlineData("utimens")]
    public void ARefusalThatMeansNotOnThisShareIsRecordedAndOutlivesTheMount(string call)
    {
        FaultyShare share = Mine(new FaultyShare());
        foreach (string errno in s_meansNotOnThisShare)
        {
            Posix.CreateFile(share.At(errno));
            share.Fault($"refuse {call} {errno} on /{errno}");
            Assert.Equal((errno, Errno.OK), (errno, Set(call, share.At(errno))));
            Assert.Equal((errno, true, false), (errno, IsSet(call, share.At(errno)), IsSet(call, share.On(errno))));
        }

        share.Remount();
        Assert.All(s_meansNotOnThisShare, errno => Assert.True(IsSet(call, share.At(errno)), errno));
    }

    [RootTheory]
    [InlineData("chown")]
    [InlineData("chmod")]
    [InlineData("utimens")]
    public void AnyOtherErrorIsTheCallersAndLeavesNoRecord(string call)
    {
        FaultyShare share = Mine(new FaultyShare());
        foreach (string errno in s_meansSomethingElse)
        {
            Posix.CreateFile(share.At(errno));
            share.Fault($"refuse {call} {errno} on /{errno}");
            Assert.Equal(errno, Set(call, share.At(errno)).ToString());
            Assert.False(IsSet(call, share.At(errno)), errno);
        }

        Assert.DoesNotContain(share.Records(), row => row.Uid == 42 || row.Mode == Oct(751));
        share.Remount();
        Assert.All(s_meansSomethingElse, errno => Assert.False(IsSet(call, share.At(errno)), errno));
        share.Heal();
        foreach (string errno in s_meansSomethingElse)
        {
            Set(call, share.At(errno)).Ok();
            Assert.Equal((errno, true, true), (errno, IsSet(call, share.At(errno)), IsSet(call, share.On(errno))));
        }
    }

    [RootFact]
    public void ARecordedValueSurvivesALaterErrorOfTheShare()
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        Posix.CreateFile(share.At("f"));
        Posix.Chown(share.At("f"), 7, 7).Ok();
        share.Fault("refuse chown EIO");
        Assert.Equal(Errno.EIO, Posix.Chown(share.At("f"), 8, 8));
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
        share.Remount();
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
    }

    [RootFact]
    public void ExactlyTheCallThatFailsIsTheOneWithoutEffect()
    {
        FaultyShare share = Mine(new FaultyShare());
        for (int i = 1; i <= 40; i++)
            Posix.CreateFile(share.At($"f{i}"));
        share.Fault("refuse chown EPERM calls 1..20", "refuse chown EIO calls 13", "refuse chown ENOSPC calls 33");
        for (int i = 1; i <= 40; i++)
        {
            Errno expected = i switch { 13 => Errno.EIO, 33 => Errno.ENOSPC, _ => Errno.OK };
            Assert.Equal((i, expected), (i, Posix.Chown(share.At($"f{i}"), 7, 7)));
        }

        share.Remount();
        for (int i = 1; i <= 40; i++)
            Assert.Equal((i, i is 13 or 33 ? "0:0" : "7:7"), (i, Posix.Stat(share.At($"f{i}")).Owner));
    }

    [RootFact]
    public void ANewFileWhoseOwnerCannotBeSetIsNotLeftBehind()
    {
        FaultyShare share = Mine(new FaultyShare());
        Posix.Chmod(share.At(""), Oct(777)).Ok();
        foreach (string errno in new[] { "EIO", "ENOSPC", "ESTALE" })
        {
            share.Fault($"refuse chown {errno}");
            Identity.Service.Run(() =>
            {
                int flags = Posix.O_CREAT | Posix.O_WRONLY;
                Assert.Equal(errno, Posix.Open(share.At("f"), flags, Oct(644), out _).ToString());
                Assert.Equal(errno, Posix.Mkdir(share.At("d"), Oct(755)).ToString());
                Assert.Equal(errno, Posix.Symlink("t", share.At("s")).ToString());
                Assert.Equal(errno, Posix.Mknod(share.At("p"), Posix.S_IFIFO | Oct(600)).ToString());
            });
            Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
        }

        Assert.DoesNotContain(share.Records(), row => row.Uid == 1000);
    }

    private static Errno Set(string call, string path) => call switch
    {
        "chown" => Posix.Chown(path, 42, 43),
        "chmod" => Posix.Chmod(path, Oct(751)),
        _ => Posix.Utimens(path, 11_000_000_001, 22_000_000_002),
    };

    private static bool IsSet(string call, string path)
    {
        FileStatus status = Posix.Stat(path);
        return call switch
        {
            "chown" => status.Owner == "42:43",
            "chmod" => status.Mode == Oct(751),
            _ => status.Atime == 11_000_000_001 && status.Mtime == 22_000_000_002,
        };
    }
}
