namespace MetaFs.Mount.Tests.Mounting;

/// <summary>What the words after <c>-o</c> do.</summary>
public sealed class OptionTests(ITestOutputHelper output) : MountingTest(output)
{
    [RootFact]
    public void ReadOnly()
    {
        Mount("ro");
        Assert.Equal("text", Posix.ReadFile(MountPoint + "/f"));
        Assert.Equal(Errno.EROFS, Posix.Chown(MountPoint + "/f", 1, 1));
        Assert.Equal(Errno.EROFS, Posix.Open(MountPoint + "/new", Posix.O_WRONLY | Posix.O_CREAT, Oct(644), out _));
        Assert.Contains("ro", MountTable.Find(MountPoint)!.Options.Split(','));
    }

    [RootFact]
    public void OwnerAndModesForFilesWithoutARecord()
    {
        Posix.Mkdir(Source + "/d", Oct(700)).Ok();
        Mount("uid=1234,gid=2345,file_mode=0640,dir_mode=0750");
        Assert.Equal(("1234:2345", Oct(640)), (Posix.Stat(MountPoint + "/f").Owner, Posix.Stat(MountPoint + "/f").Mode));
        Assert.Equal(("1234:2345", Oct(750)), (Posix.Stat(MountPoint + "/d").Owner, Posix.Stat(MountPoint + "/d").Mode));

        // what is set by name counts more
        Posix.Chown(MountPoint + "/f", 42, 43).Ok();
        Posix.Chmod(MountPoint + "/f", Oct(4711)).Ok();
        Assert.Equal(("42:43", Oct(4711)), (Posix.Stat(MountPoint + "/f").Owner, Posix.Stat(MountPoint + "/f").Mode));
        Posix.CreateFile(MountPoint + "/new", mode: 604);
        Assert.Equal(("0:0", Oct(604)), (Posix.Stat(MountPoint + "/new").Owner, Posix.Stat(MountPoint + "/new").Mode));
    }

    [RootFact]
    public void NopermLeavesChecksToTheShare()
    {
        Posix.Chmod(Source, Oct(777)).Ok();
        Mount("noperm,chmod=record,chown=record");
        Posix.Chmod(MountPoint + "/f", Oct(600)).Ok();
        Assert.Equal("text", Command.Run(Identity.Service, "cat", MountPoint + "/f").MustSucceed().TrimEnd());
        Assert.DoesNotContain("default_permissions", MountTable.Find(MountPoint)!.Options);
    }

    [RootFact]
    public void ACallerWhoMayNotSeeTheDatabaseIsRecordedAllTheSame()
    {
        Posix.Chmod(Source, Oct(1777)).Ok();
        Assert.Equal(Oct(700), Posix.Stat(Path.GetDirectoryName(Database)!).Mode);
        Mount("as=caller,chmod=record,utimens=record");
        Identity.Service.Run(() =>
        {
            Posix.CreateFile(MountPoint + "/mine");
            Posix.Chmod(MountPoint + "/mine", Oct(640)).Ok();
            Posix.Utimens(MountPoint + "/mine", 1, 2).Ok();
        });
        FileStatus mine = Posix.Stat(MountPoint + "/mine");
        Assert.Equal(("1000:1000", Oct(640), 2L), (mine.Owner, mine.Mode, mine.Mtime));
    }

    [RootFact]
    public void SuidAndDevWorkWhenAskedFor()
    {
        Mount("suid,dev");
        string[] options = MountTable.Find(MountPoint)!.Options.Split(',');
        Assert.DoesNotContain("nosuid", options);
        Assert.DoesNotContain("nodev", options);
        File.Copy("/usr/bin/id", MountPoint + "/id");
        Posix.Chown(MountPoint + "/id", 2000, 2000).Ok();
        Posix.Chmod(MountPoint + "/id", Oct(4755)).Ok();
        Assert.Equal("2000", Command.Run(Identity.Service, MountPoint + "/id", "-u").MustSucceed().TrimEnd());
    }

    [RootFact]
    public void SuidIsInertOtherwise()
    {
        Mount("");
        File.Copy("/usr/bin/id", MountPoint + "/id");
        Posix.Chown(MountPoint + "/id", 2000, 2000).Ok();
        Posix.Chmod(MountPoint + "/id", Oct(4755)).Ok();
        Assert.Equal("1000", Command.Run(Identity.Service, MountPoint + "/id", "-u").MustSucceed().TrimEnd());
    }

    [RootFact]
    public void RecordingLeavesTheShareAlone()
    {
        Mount("chown=record,chmod=record,utimens=record");
        FileStatus before = Posix.Stat(Source + "/f");
        Posix.Chown(MountPoint + "/f", 42, 43).Ok();
        Posix.Chmod(MountPoint + "/f", Oct(640)).Ok();
        Posix.Utimens(MountPoint + "/f", 11, 22).Ok();
        FileStatus shown = Posix.Stat(MountPoint + "/f"), real = Posix.Stat(Source + "/f");
        Assert.Equal(("42:43", Oct(640), 11L, 22L), (shown.Owner, shown.Mode, shown.Atime, shown.Mtime));
        Assert.Equal((before.Owner, before.Mode, before.Mtime), (real.Owner, real.Mode, real.Mtime));
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("threads=1")]
    [InlineData("threads=2,no_passthrough")]
    [InlineData("no_io_uring")]
    [InlineData("attr_timeout=0,entry_timeout=0,negative_timeout=0.5")]
    public void TheMountWorksWith(string options)
    {
        Mount(options);
        Posix.Mkdir(MountPoint + "/d", Oct(755)).Ok();
        Command.Bash(null, """
            cd "$1"
            for worker in 1 2 3 4; do
                (for i in $(seq 50); do echo $i >d/$worker.$i; chown 42 d/$worker.$i; cat d/$worker.$i; done) >/dev/null &
            done
            wait
            test "$(find d -type f -uid 42 | wc -l)" = 200
            """, MountPoint).MustSucceed();
    }

    private void Mount(string options) => Mine(MetaFsMount.Start(Plan with { Options = options, Trace = true }));
}
