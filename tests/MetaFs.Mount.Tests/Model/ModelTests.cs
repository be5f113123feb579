namespace MetaFs.Mount.Tests.Model;

/// <summary>Many processes and threads do random operations in the same directories; a model knows what each file must show.</summary>
public sealed class ModelTests(ITestOutputHelper output) : MountTest(output)
{
    private const string RecordAll = "chown=record,chmod=record,utimens=record";

    // bindfs gives each name of a file attributes of its own, leaves .fuse_hidden files where open files are unlinked, and
    // answers EIO to ids above INT_MAX.
    private const string NotOnBindfs = "link,handles,largeids";

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData(ShareKind.PlainDirectory, "", "")]
    [InlineData(ShareKind.PlainDirectory, RecordAll + ",identity=name", "")]
    [InlineData(ShareKind.BindfsDeny, "utimens=record", NotOnBindfs)]
    public void EveryFileShowsWhatItMust(ShareKind kind, string options, string without)
    {
        Share share = Mine(new Share(kind, options));
        ModelProgram.Run(
            Output, share.MountPoint + "/model", "--deviations", "--seconds", "5", "--seed", "4", "--without", without)
            .MustSucceed();
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void EveryFileShowsWhatItMustForAMinuteWhereEverythingIsRecorded()
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory, RecordAll));
        ModelProgram.Run(Output, share.MountPoint + "/model", "--deviations", "--seconds", "60", "--seed", "4")
            .MustSucceed();
    }

    /// <summary>What the share lacks is there all the same: the model must not even notice.</summary>
    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData(false, "lack symlinks")]
    [InlineData(false, "lack special")]
    [InlineData(false, "lack xattrs")]
    [InlineData(true, "lack symlinks")]
    [InlineData(true, "lack special")]
    [InlineData(true, "lack xattrs")]
    public void EveryFileShowsWhatItMustWhereTheShareLacksIt(bool moving, string lack)
    {
        FaultyShare share = Mine(new FaultyShare(moving, lack, "refuse chown,chmod EPERM"));
        string report = ModelProgram.Run(
            Output, share.MountPoint + "/model", "--deviations", "--seconds", "7", "--seed", "4")
            .MustSucceed();
        string missing = string.Join('\n', report.Split('\n').Where(line => line.StartsWith("not here", StringComparison.Ordinal)));
        foreach (string feature in (string[])["symlink", "mkfifo", "socket", "device", "xattr", "acl"])
            Assert.DoesNotContain(feature, missing, StringComparison.Ordinal);
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("round 1ns")]
    [InlineData("btime hide")]
    public void EveryFileShowsWhatItMustWhileItsNumberMoves(string births)
    {
        FaultyShare share = Mine(new FaultyShare(
            moving: true, "inodes counter", births, "force uid=33 gid=33 file=777 dir=777", "refuse chown,chmod EPERM"));
        using var ended = new ManualResetEventSlim();
        Thread renumbering = new(() =>
        {
            while (!ended.Wait(200))
                share.Sim.Ctl("renumber");
        });
        renumbering.Start();
        try
        {
            ModelProgram.Run(
                Output, share.MountPoint + "/model", "--deviations", "--seconds", "5", "--seed", "4")
                .MustSucceed();
        }
        finally
        {
            ended.Set();
            renumbering.Join();
        }
    }

    [RootFact]
    public void TheModelHoldsInTheOracle()
    {
        Workspace workspace = Mine(new Workspace());
        ModelProgram.Run(Output, workspace.Path + "/model", "--operations", "2000", "--workers", "2", "--seed", "3")
            .MustSucceed();
    }

    /// <summary>It is no judge if it lets a share pass that forgets what it was told.</summary>
    [RootFact]
    public void TheModelFindsAShareThatIgnoresChown()
    {
        Share share = Mine(new Share(ShareKind.BindfsIgnore));
        string report = ModelProgram.Run(
            Output, share.Directory + "/model", "--operations", "200", "--workers", "1", "--seed", "3").MustFail();
        Assert.Contains(" uid: expected ", report, StringComparison.Ordinal);
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void AnOperationThatIsStuckFailsTheRun()
    {
        const int stop = 19;
        const int goOn = 18;
        Share share = Mine(new Share(ShareKind.PlainDirectory));
        int pid = share.Mounted!.Pid;
        string directory = share.MountPoint + "/model";
        using var ended = new ManualResetEventSlim();
        Thread stopper = new(() =>
        {
            bool isWorking = SpinWait.SpinUntil(
                () => Directory.Exists(share.Backing + "/model/setgid")
                    && Directory.EnumerateFileSystemEntries(share.Backing + "/model/plain", "w*").Any(),
                Patience.Limit);
            if (isWorking)
                Posix.Kill(pid, stop);
            // A request that the daemon has read already keeps its caller unkillable (fs/fuse/dev.c, request_wait_answer),
            // and so the program's output open.
            ended.Wait(Patience.Limit);
            Posix.Kill(pid, goOn);
        });
        stopper.Start();
        try
        {
            CommandResult run = ModelProgram.Run(
                Output, directory, "--deviations", "--seconds", "60", "--workers", "1", "--seed", "4", "--patience", "3");
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("stuck: w0.", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            ended.Set();
            stopper.Join();
        }
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("")]
    [InlineData("no_passthrough")]
    public void AFileHoldsWhatWasWrittenToItByWhateverCall(string options)
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory, options));
        ModelProgram.Run(Output, "io", share.MountPoint, "--seconds", "4", "--seed", "4").MustSucceed();
    }
}
