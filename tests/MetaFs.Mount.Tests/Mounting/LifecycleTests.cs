namespace MetaFs.Mount.Tests.Mounting;

/// <summary>How a mount begins and ends.</summary>
public sealed class LifecycleTests(ITestOutputHelper output) : MountingTest(output)
{
    private const int SIGINT = 2, SIGKILL = 9, SIGTERM = 15;

    [RootFact]
    public void MountReturnsWhenTheMountAnswersAndFindmntShowsIt()
    {
        MetaFsProgram.Run(null, "mount", Source, MountPoint, "-o", $"db={Database}").MustSucceed();
        Assert.True(MountTable.IsMetaFs(MountPoint));
        Assert.Equal("text", Posix.ReadFile(MountPoint + "/f"));
        string shown = Command.Run("findmnt", "-n", "-o", "FSTYPE,SOURCE", MountPoint).MustSucceed();
        Assert.Equal($"fuse.metafs {Source}", string.Join(' ', shown.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        MetaFsProgram.Run(null, "umount", MountPoint).MustSucceed();
        Assert.False(MountTable.IsMetaFs(MountPoint));
        MetaFsProgram.Run(null, "umount", MountPoint).MustFail();
    }

    [RootFact]
    public void TheBackgroundDaemonHoldsNeitherTerminalNorDirectory()
    {
        MetaFsProgram.Run(null, "mount", Source, MountPoint, "-o", $"db={Database}").MustSucceed();
        try
        {
            int pid = DaemonPid();
            Assert.Equal("/", new FileInfo($"/proc/{pid}/cwd").ResolveLinkTarget(false)!.FullName);
            string[] stat = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
            Assert.Equal(pid.ToString(System.Globalization.CultureInfo.InvariantCulture), stat[3]); // its own session
            Assert.Equal("0", stat[4]); // no terminal
        }
        finally
        {
            MetaFsProgram.Run(null, "umount", MountPoint).MustSucceed();
        }
    }

    [RootFact]
    public void MountsOverItsOwnSource()
    {
        using (MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { MountPoint = Source, Options = "chown=record" })))
        {
            Assert.Equal("text", Posix.ReadFile(Source + "/f"));
            Posix.Chown(Source + "/f", 42, 43).Ok();
            Posix.CreateFile(Source + "/new");
            Assert.Equal("42:43", Posix.Stat(Source + "/f").Owner);
            mount.Unmount();
        }

        Assert.Equal("0:0", Posix.Stat(Source + "/f").Owner);
        Assert.Equal("x", Posix.ReadFile(Source + "/new"));
        using MetaFsMount again = Mine(MetaFsMount.Start(Plan with { MountPoint = Source, Options = "chown=record" }));
        Assert.Equal("42:43", Posix.Stat(Source + "/f").Owner);
    }

    [RootTheory]
    [InlineData(SIGTERM)]
    [InlineData(SIGINT)]
    public void ASignalUnmounts(int signal)
    {
        MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        Posix.Kill(mount.Pid, signal).Ok();
        Assert.Equal(0, mount.WaitForExit());
        Assert.False(MountTable.IsMetaFs(MountPoint));
        MetaFsMount.Start(Plan).Dispose(); // the database is free
    }

    [RootFact]
    public void ASignalUnmountsTheBackgroundDaemonToo()
    {
        MetaFsProgram.Run(null, "mount", Source, MountPoint, "-o", $"db={Database}").MustSucceed();
        Posix.Kill(DaemonPid(), SIGTERM).Ok();
        Assert.True(Patience.Until(() => !MountTable.IsMetaFs(MountPoint)), "still mounted");
    }

    [RootFact]
    public void ABusyMountIsNotTakenAwayByUmount()
    {
        MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        int fd = Posix.Open(MountPoint + "/f", Posix.O_RDONLY);
        Assert.Contains("busy", MetaFsProgram.Run(null, "umount", MountPoint).MustFail());
        Assert.True(MountTable.IsMetaFs(MountPoint));
        Posix.Close(fd).Ok();
        mount.Unmount();
    }

    [RootFact]
    public void AfterKillUmountCleansUpAndTheNextMountNeedsNoRepair()
    {
        MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { Options = "chown=record" }));
        Posix.Chown(MountPoint + "/f", 42, 43).Ok();
        Posix.Kill(mount.Pid, SIGKILL).Ok();
        mount.WaitForExit();
        Assert.Equal(Errno.ENOTCONN, Posix.Lstat(MountPoint + "/f", out _));
        MetaFsProgram.Run(null, "umount", MountPoint).MustSucceed();
        using MetaFsMount again = Mine(MetaFsMount.Start(Plan));
        Assert.Equal("42:43", Posix.Stat(MountPoint + "/f").Owner);
    }

    [RootFact]
    public void MountByFstabsWords()
    {
        // fstab's "SOURCE MOUNTPOINT fuse.metafs db=...,_netdev,nofail 0 0"; mount(8) looks for metafs in its own PATH
        Command.Run("unshare", "--mount", "/bin/bash", "-euc", """
            mount --bind "$1" /usr/local/bin
            mount -t fuse.metafs -o "db=$2,_netdev,nofail" "$3" "$4"
            test "$(findmnt -n -o FSTYPE,SOURCE "$4" | xargs)" = "fuse.metafs $3"
            findmnt -n -o OPTIONS "$4" | grep -qw nosuid
            test "$(cat "$4/f")" = text
            metafs umount "$4"
            """, "bash", Path.GetDirectoryName(MetaFsProgram.Path)!, Database, Source, MountPoint).MustSucceed();
    }

    [RootFact]
    public void AMountOfRootsIsNotAUsersToUnmount()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        CommandResult umount = MetaFsProgram.Run(Identity.Service, "umount", MountPoint);
        Assert.Equal(1, umount.ExitCode);
        Assert.StartsWith($"metafs: {MountPoint}: EPERM (Operation not permitted); only root", umount.Errors);
        mount.Unmount();
    }

    [RootFact]
    public void TheDatabaseIsPrivate()
    {
        MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        mount.Unmount();
        foreach (string file in Directory.EnumerateFiles(Records, "metafs.db*").Where(f => !f.EndsWith(".log", StringComparison.Ordinal)))
            Assert.Equal((file, Oct(600)), (file, Posix.Stat(file).Mode));
    }

    private int DaemonPid()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out int pid) && pid != Environment.ProcessId
                && File.Exists(directory + "/cmdline"))
            {
                string line = File.ReadAllText(directory + "/cmdline");
                if (line.Contains(MountPoint, StringComparison.Ordinal) && line.Contains("metafs\0", StringComparison.Ordinal))
                    return pid;
            }
        }

        throw new InvalidOperationException("no daemon");
    }
}
