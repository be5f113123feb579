namespace MetaFs.Mount.Tests.Model;

/// <summary>The daemon dies in the middle of a mixed load, and nothing that it has acknowledged is lost.</summary>
public sealed class KillTests(ITestOutputHelper output) : MountTest(output)
{
    [RootFact]
    [Trait("speed", "slow")]
    public void NothingIsLostInTwentyKills()
    {
        ModelProgram.KillDaemons(Output, Mine(new Workspace()), kills: 20, seed: 4).MustSucceed();
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void AnotherProcessKnowsFromTheJournalWhatMustBeThere()
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory, ModelProgram.RecordAll));
        string directory = share.MountPoint + "/model";
        string journal = share.Scratch("journal") + "/journal";
        Thread killer = new(() => KillWhenThereIsWork(share, journal));
        killer.Start();
        CommandResult run = ModelProgram.Run(
            Output, directory, "--deviations", "--seconds", "120", "--workers", "2", "--seed", "4", "--journal", journal);
        killer.Join();
        Assert.Equal(3, run.ExitCode);
        share.Mount();
        ModelProgram.Run(Output, "verify", directory, "--journal", journal, "--share", share.Backing + "/model").MustSucceed();

        // and it can see that something is not
        Command.Bash(null, "chown -h 5:5 \"$1\"/plain/w*", directory).MustSucceed();
        ModelProgram.Run(Output, "verify", directory, "--journal", journal).MustFail();
    }

    private static void KillWhenThereIsWork(Share share, string journal)
    {
        FileInfo first = new(journal + ".w0.0");
        bool isWorking = SpinWait.SpinUntil(
            () =>
            {
                Thread.Sleep(20);
                first.Refresh();
                return first.Exists && first.Length > 50_000;
            },
            Patience.Limit);
        if (isWorking)
            share.Mounted!.Kill();
    }
}
