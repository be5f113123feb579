namespace MetaFs.Mount.Tests.Faults;

/// <summary>A disk that answers fsync with EIO: no command claims that what it changed there is kept.</summary>
public sealed class UnsyncedCommandTests(ITestOutputHelper output) : MountTest(output)
{
    [RootTheory]
    [InlineData("fsck", "--repair", "--db", "DB", "--share", "SHARE")]
    [InlineData("fsck", "--repair", "--json", "--db", "DB", "--share", "SHARE")]
    [InlineData("fsck", "--repair", "MOUNT")]
    [InlineData("prune", "--yes", "--db", "DB", "--share", "SHARE")]
    [InlineData("prune", "--yes", "--json", "--db", "DB", "--share", "SHARE")]
    [InlineData("prune", "--quarantine", "--yes", "--db", "QUARANTINE")]
    [InlineData("rebind", "--by-path", "--force", "COPY", "--db", "DB")]
    [InlineData("backup", "--db", "DB", "DISK/copy.db")]
    [InlineData("export", "--db", "DB", "-o", "DISK/export")]
    [InlineData("import", "EXPORT", "--db", "DISK/new.db")]
    public void NothingIsClaimedThatIsNotSynced(params string[] words)
    {
        using Workspace workspace = new();
        string disk = workspace.MakeDirectory("records", 700);
        string source = workspace.MakeDirectory("source");
        MountPlan plan = new(source, workspace.MakeDirectory("mnt"), disk + "/metafs.db")
        {
            Options = "chown=record,chmod=record,utimens=record",
        };
        string old = disk + "/old.db";
        string export = workspace.Path + "/export";
        string copy = workspace.MakeDirectory("copy");
        using ShareSimProcess sim = ShareSimProcess.Start(workspace.MakeDirectory("disk", 700), disk);
        using MetaFsMount mount = Mine(MetaFsMount.Start(plan));
        Posix.CreateFile(plan.MountPoint + "/stays", "text");
        Posix.CreateFile(plan.MountPoint + "/gone", "text");
        foreach (string name in (string[])["stays", "gone"])
            Posix.Chown($"{plan.MountPoint}/{name}", 7, 8).Ok();
        MetaFsProgram.Run(null, "backup", plan.MountPoint, old).MustSucceed();
        MetaFsProgram.Run(null, "export", plan.MountPoint, "-o", export).MustSucceed();
        if (!words.Contains("MOUNT"))
            mount.Unmount();
        Posix.Unlink(source + "/gone").Ok();
        Command.Run("cp", "-a", source + "/.", copy).MustSucceed();
        MetaFsProgram.Run(null, "fsck", "--repair", "--db", old, "--share", source).MustSucceed();

        sim.Ctl("refuse fsync EIO");
        string[] arguments = [.. words.Select(word => word switch
        {
            "DB" => plan.Database,
            "SHARE" => source,
            "MOUNT" => plan.MountPoint,
            "QUARANTINE" => old,
            "COPY" => copy,
            "EXPORT" => export,
            _ => word.Replace("DISK", disk, StringComparison.Ordinal),
        })];
        CommandResult run = MetaFsProgram.Run(null, arguments);
        sim.Ctl("clear");
        Output.WriteLine($"{run.ExitCode}: {run.Output}{run.Errors}");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Matches("^metafs: .*(EIO|disk I/O error).*\n$", run.Errors);
        Assert.DoesNotMatch("quarantined|moved to|deleted|dropped|imported|records,| set,", run.Output);
        if (words.Contains("MOUNT"))
            mount.Unmount();
    }
}
