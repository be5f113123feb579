namespace MetaFs.Mount.Tests.Faults;

/// <summary>A rename in whose middle the daemon died, on a share that never tells whether it has happened.</summary>
public sealed class SettleTests(ITestOutputHelper output) : MountTest(output)
{
    /// <param name="answer">What a person says.</param>
    /// <param name="owner">What the file shows then.</param>
    [RootTheory]
    [InlineData("renamed", 7)]
    [InlineData("quarantine", 0)]
    public void WhatAPersonSaysEndsIt(string answer, uint owner)
    {
        FaultyShare share = Mine(new FaultyShare(true, "inodes counter", "btime hide", "refuse chown EPERM"));
        (string a, string b) = (share.At("a"), share.At("b"));
        Posix.CreateFile(a);
        Posix.Chown(a, 7, 7).Ok();
        share.Fault("hang rename");
        Thread renamer = new(() => Posix.Rename(a, b));
        renamer.Start();
        share.Sim.WaitUntilHanging("rename /a");
        share.Kill();
        renamer.Join();
        share.Heal();
        if (File.Exists(share.Behind("a")))
            File.Move(share.Behind("a"), share.Behind("b")); // whichever it was: another host makes it so

        share.Fault("refuse lookup EACCES on /a", "refuse chown EPERM");
        share.Mount();
        Assert.Equal(Errno.EIO, Posix.Chmod(b, Oct(600)));
        CommandResult live = MetaFsProgram.Run(null, "fsck", share.MountPoint);
        Assert.Equal(1, live.ExitCode);
        Assert.Contains("problem: unsettled rename: a to b (note 1 of volume 1): a: EACCES", live.Output);
        Assert.Contains("--settle 1=ANSWER", live.Output);
        share.Unmount();

        CommandResult settled = MetaFsProgram.Run(
            null, "fsck", "--db", share.Database, "--share", share.SharePoint, "--settle", $"1={answer}");
        Assert.True(settled.ExitCode == 0, settled.Errors + settled.Output);
        share.Mount();
        Assert.Equal(owner, Posix.Stat(b).Uid);
        Posix.Chown(b, 9, 9).Ok();
        share.Unmount();
        CommandResult after = MetaFsProgram.Run(null, "fsck", "--db", share.Database);
        Assert.Equal(0, after.ExitCode);
        Assert.Equal(answer == "quarantine", after.Output.Contains("1 in quarantine", StringComparison.Ordinal));
    }
}
