namespace MetaFs.Mount.Tests.Faults;

/// <summary>
/// The database's disk is full, read-only or gone, or another program has its hand on it: calls that would be recorded
/// fail and say so, everything else is served, and the share's files are as they were.
/// </summary>
public sealed class DatabaseTroubleTests : MountTest
{
    private const string RecordAll = "chown=record,chmod=record,utimens=record";

    private readonly Workspace _workspace;
    private readonly string _source;
    private readonly MountPlan _plan;

    public DatabaseTroubleTests(ITestOutputHelper output)
        : base(output)
    {
        _workspace = Mine(new Workspace());
        _source = _workspace.MakeDirectory("source", 777);
        _plan = new(_source, _workspace.MakeDirectory("mnt"), _workspace.MakeDirectory("records", 700) + "/metafs.db")
        {
            Options = RecordAll,
        };
    }

    [RootFact]
    public void AFullDiskFailsWhatCannotBeKeptAndNothingElse()
    {
        using SmallDisk disk = new(Path.GetDirectoryName(_plan.Database)!);
        using MetaFsMount mount = MountWithFiles();
        File.WriteAllBytes(disk.Path + "/filler", []);
        Command.Bash(null, "dd if=/dev/zero of=\"$1\" bs=4k status=none 2>/dev/null || true", disk.Path + "/filler").MustSucceed();

        Assert.Equal(Errno.ENOSPC, Exhaust(At("f0")));
        AssertServed();
        Assert.Equal(Errno.ENOSPC, Identity.Service.Run(() => Posix.Mkdir(At("new"), Oct(700))));
        Assert.Equal(Errno.ENOENT, Posix.Lstat(At("new"), out _));
        Assert.False(Directory.Exists(_source + "/new"));
        string shown = Posix.Stat(At("f0")).Owner;

        File.Delete(disk.Path + "/filler");
        Posix.Chown(At("f1"), 91, 92).Ok();
        mount.Unmount();
        using MetaFsMount again = MetaFsMount.Start(_plan);
        Assert.Equal((shown, "91:92"), (Posix.Stat(At("f0")).Owner, Posix.Stat(At("f1")).Owner));
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("refuse write EROFS", Errno.EIO)]
    [InlineData("refuse write EIO", Errno.EIO)]
    [InlineData("refuse write ENOSPC", Errno.ENOSPC)]
    [InlineData("refuse write EDQUOT", Errno.EIO)]
    public void ADiskThatGoesWrongFailsWhatCannotBeKeptAndNothingElse(string fault, Errno expected)
    {
        string disk = Path.GetDirectoryName(_plan.Database)!;
        using ShareSimProcess sim = ShareSimProcess.Start(_workspace.MakeDirectory("disk", 700), disk);
        using MetaFsMount mount = MountWithFiles();
        sim.Ctl(fault);
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected, Posix.Chown(At("f0"), 91, 92));
        Assert.Equal("7:8", Posix.Stat(At("f0")).Owner);
        AssertServed();
        sim.Ctl("clear");
        Posix.Chown(At("f1"), 93, 94).Ok();
        mount.Unmount();
        using MetaFsMount again = MetaFsMount.Start(_plan);
        Assert.Equal(("7:8", "93:94"), (Posix.Stat(At("f0")).Owner, Posix.Stat(At("f1")).Owner));
        again.Unmount();
    }

    [RootFact]
    public void ADiskThatCannotSyncFailsFsyncAndNothingElse()
    {
        string disk = Path.GetDirectoryName(_plan.Database)!;
        using ShareSimProcess sim = ShareSimProcess.Start(_workspace.MakeDirectory("disk", 700), disk);
        using MetaFsMount mount = MountWithFiles();
        sim.Ctl("refuse fsync EIO");
        int fd = Posix.Open(At("f0"), Posix.O_RDWR);
        Posix.Fchown(fd, 91, 92).Ok();
        Assert.Equal(Errno.EIO, Posix.Fsync(fd));
        Assert.Equal("91:92", Posix.Stat(fd).Owner);
        Posix.Close(fd).Ok();
        AssertServed();
        sim.Ctl("clear");
        mount.Unmount();
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void ALockThatNeverGoesFailsASyncAfterTenSecondsAndStopsNoLook()
    {
        using MetaFsMount mount = MountWithFiles();
        int fd = Posix.Open(At("f0"), Posix.O_RDWR);
        using Interloper interloper = new(_plan.Database, "BEGIN IMMEDIATE");
        Posix.Fchown(fd, 91, 92).Ok();
        Errno synced = Errno.OK;
        Errno changed = Errno.OK;
        Thread changer = new(() =>
        {
            synced = Posix.Fsync(fd);
            changed = Posix.Fchown(fd, 93, 94);
        });
        changer.Start();
        int looks = 0;
        for (AssertServed(); looks < 50 && changer.IsAlive; looks++)
            AssertServed();
        Assert.True(looks >= 10, "looks waited for the lock");
        changer.Join();
        Assert.Equal((Errno.EIO, Errno.EIO), (synced, changed));
        Assert.Equal("91:92", Posix.Stat(fd).Owner);
        interloper.End();
        Posix.Fchown(fd, 95, 96).Ok();
        Posix.Fsync(fd).Ok();
        Posix.Close(fd).Ok();
    }

    [RootFact]
    public void AReaderThatNeverEndsStopsNobody()
    {
        using MetaFsMount mount = MountWithFiles();
        using Interloper interloper = new(_plan.Database, "BEGIN; SELECT count(*) FROM record");
        for (uint i = 0; i < 2000; i++)
            Posix.Chown(At("f0"), i, i).Ok();
        Assert.Equal("1999:1999", Posix.Stat(At("f0")).Owner);
    }

    [RootFact]
    public void ADeletedDatabaseIsNotClaimedToKeepAnything()
    {
        using MetaFsMount mount = MountWithFiles();
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(_plan.Database)!, "metafs.db*"))
        {
            if (!file.EndsWith(".log", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal))
                File.Delete(file);
        }

        Assert.Equal(Errno.EIO, Posix.Chown(At("f0"), 91, 92));
        Assert.Equal("7:8", Posix.Stat(At("f0")).Owner);
        AssertServed();
        Assert.Contains("the file is gone", File.ReadAllText(mount.Log), StringComparison.Ordinal);
    }

    [RootFact]
    public void PagesOverwrittenUnderTheMountNeverEndIt()
    {
        using (MountWithFiles())
        {
        }

        using MetaFsMount mount = MetaFsMount.Start(_plan);
        Command.Bash(null, "size=$(stat -c %s \"$1\"); head -c $((size - 4096)) /dev/urandom | dd of=\"$1\" bs=4096 seek=1 conv=notrunc status=none",
            _plan.Database).MustSucceed();
        for (int i = 0; i < 20; i++)
        {
            Errno errno = Posix.Lstat(At($"f{i}"), out FileStatus status);
            Assert.True(errno == Errno.EIO || (errno == Errno.OK && status.Owner == "7:8"), $"f{i}: {errno} {status.Owner}");
        }

        Assert.False(mount.HasExited);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal("text", File.ReadAllText($"{_source}/f{i}")));
        mount.Kill();
        Assert.NotEqual(0, MetaFsProgram.Run(null, "fsck", "--db", _plan.Database).ExitCode);
    }

    [RootTheory]
    [InlineData("PRAGMA user_version = 99", "newer")]
    [InlineData("PRAGMA application_id = 7", "not a MetaFs database")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE record(x)' WHERE name = 'record'",
        "cannot be used")]
    public void ADatabaseThatIsNoneOfOursAnyMoreIsRefusedInOneLine(string change, string said)
    {
        using (MountWithFiles())
        {
        }

        new Interloper(_plan.Database, change).Dispose();
        CommandResult mount = MetaFsProgram.Run(null, "mount", _source, _plan.MountPoint, "-o", $"db={_plan.Database}");
        Assert.False(MountTable.IsMetaFs(_plan.MountPoint));
        Assert.Contains(said, mount.MustFail(), StringComparison.Ordinal);
        Assert.Single(mount.Errors.TrimEnd('\n').Split('\n'));
        Assert.Contains(_plan.Database, mount.Errors, StringComparison.Ordinal);
        Assert.Equal("text", File.ReadAllText(_source + "/f0"));
    }

    private string At(string name) => $"{_plan.MountPoint}/{name}";

    private MetaFsMount MountWithFiles()
    {
        MetaFsMount mount = Mine(MetaFsMount.Start(_plan));
        for (int i = 0; i < 20; i++)
        {
            Posix.CreateFile(At($"f{i}"), "text");
            Posix.Chown(At($"f{i}"), 7, 8).Ok();
        }

        return mount;
    }

    /// <summary>Looking, reading, writing, listing, renaming and removing need no new record.</summary>
    private void AssertServed()
    {
        Assert.Equal("text", Posix.ReadFile(At("f19")));
        Assert.Equal("7:8", Posix.Stat(At("f19")).Owner);
        Assert.True(Directory.EnumerateFiles(_plan.MountPoint).Count() >= 19);
        int fd = Posix.Open(At("f19"), Posix.O_WRONLY);
        Posix.Write(fd, "text").Ok();
        Posix.Close(fd).Ok();
    }

    /// <summary>Sets another owner each time until that fails, and looks that the last one stands.</summary>
    private static Errno Exhaust(string path)
    {
        for (uint i = 100; i < 100_000; i++)
        {
            Errno errno = Posix.Chown(path, i, i);
            if (errno == Errno.OK)
                continue;
            Assert.Equal(i == 100 ? "7:8" : $"{i - 1}:{i - 1}", Posix.Stat(path).Owner);
            return errno;
        }

        return Errno.OK;
    }

    /// <summary>A tmpfs of half a megabyte in the database's place.</summary>
    private sealed class SmallDisk : IDisposable
    {
        public SmallDisk(string path)
        {
            Path = path;
            Command.Run("mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "metafs-test", path).MustSucceed();
        }

        public string Path { get; }

        public void Dispose() => Command.Run("umount", "-l", Path).MustSucceed();
    }

    /// <summary>Another program that has run some SQL on the database and stays there.</summary>
    private sealed class Interloper : IDisposable
    {
        private readonly System.Diagnostics.Process _process;

        public Interloper(string database, string sql)
        {
            const string Script = """
                import sqlite3, sys
                connection = sqlite3.connect(sys.argv[1], isolation_level=None)
                for statement in sys.argv[2].split(';'):
                    connection.execute(statement).fetchone()
                print('ready', flush=True)
                sys.stdin.read()
                """;
            System.Diagnostics.ProcessStartInfo start = Command.Prepare(null, ["/usr/bin/python3", "-c", Script, database, sql]);
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            _process = System.Diagnostics.Process.Start(start)!;
            Assert.Equal("ready", _process.StandardOutput.ReadLine());
        }

        public void End()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
                End();
            _process.Dispose();
        }
    }
}
