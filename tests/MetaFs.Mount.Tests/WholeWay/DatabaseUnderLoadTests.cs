namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>The database while it is written: by other programs' eyes, and as a power cut would leave it.</summary>
public sealed class DatabaseUnderLoadTests(ITestOutputHelper output) : MountTest(output)
{
    private const string RecordAll = "chown=record,chmod=record,utimens=record";

    [RootFact]
    [Trait("speed", "slow")]
    public void CommandsThatReadItStopNobodyAndGetNoError()
    {
        const int Writers = 16;
        Share share = Mine(new Share(ShareKind.PlainDirectory, RecordAll));
        using ManualResetEventSlim done = new();
        long calls = 0;
        Thread[] writers = [.. Enumerable.Range(0, Writers).Select(number => new Thread(() =>
        {
            string directory = $"{share.MountPoint}/w{number}";
            Posix.Mkdir(directory, Oct(755)).Ok();
            for (uint i = 0; !done.IsSet; i++)
            {
                Posix.CreateFile($"{directory}/f{i}");
                Posix.Chown($"{directory}/f{i}", i, i).Ok();
                Posix.Chmod($"{directory}/f{i}", Oct(4711)).Ok();
                Posix.Utimens($"{directory}/f{i}", i, i).Ok();
                Interlocked.Add(ref calls, 4);
            }
        }))];
        foreach (Thread writer in writers)
            writer.Start();
        try
        {
            for (int i = 0; i < 4; i++)
            {
                MetaFsProgram.Run(null, "list", "--json", "--db", share.Database).MustSucceed();
                MetaFsProgram.Run(null, "show", share.MountPoint).MustSucceed();
                MetaFsProgram.Run(null, "fsck", "--db", share.Database).MustSucceed();
            }
        }
        finally
        {
            done.Set();
            foreach (Thread writer in writers)
                Assert.True(writer.Join(Patience.Limit), "a writer is stuck");
        }

        Output.WriteLine($"{calls} calls");
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void CommandsThatLookAndSixteenUntarsKeepOutOfEachOthersWay()
    {
        const int Untars = 16;
        const int Files = 200;
        Share share = Mine(new Share(ShareKind.BindfsDeny));
        string tree = share.Scratch("tree");
        for (int i = 0; i < Files; i++)
            Posix.CreateFile($"{tree}/{i}", new string('x', i));
        string archive = share.Scratch("archive") + "/tar";
        Command.Run("tar", "-C", tree, "--owner=1234", "--group=4321", "--mode=4711", "--mtime=@1000000000.123456789",
            "--format=posix", "-cf", archive, ".").MustSucceed();
        CommandResult[] results = new CommandResult[Untars];
        Thread[] untars = [.. Enumerable.Range(0, Untars).Select(number => new Thread(() =>
        {
            Posix.Mkdir($"{share.MountPoint}/{number}", Oct(755)).Ok();
            results[number] = Command.Run(
                "tar", "-C", $"{share.MountPoint}/{number}", "--numeric-owner", "-xpf", archive);
        }))];
        foreach (Thread untar in untars)
            untar.Start();
        int rounds = 0;
        try
        {
            do
            {
                MetaFsProgram.Run(null, "fsck", share.MountPoint).MustSucceed();
                MetaFsProgram.Run(null, "list", "--json", share.MountPoint).MustSucceed();
                MetaFsProgram.Run(null, "export", share.MountPoint).MustSucceed();
                rounds++;
            }
            while (untars.Any(static untar => untar.IsAlive));
        }
        finally
        {
            foreach (Thread untar in untars)
                untar.Join();
        }

        Output.WriteLine($"{rounds} rounds");
        Assert.All(results, static result => Assert.Equal(("", ""), (result.MustSucceed(), result.Errors)));
        MetaFsProgram.Run(null, "fsck", share.MountPoint).MustSucceed();
        string looks = Command.Run(
            "find", share.MountPoint, "-type", "f", "-printf", "%U:%G %m %T@\\n").MustSucceed();
        Assert.Equal(
            ["1234:4321 4711 1000000000.1234567890"], looks.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct());
        Assert.Equal(Untars * Files, looks.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        share.Unmount();
    }

    /// <summary>The daemon stands still for the copy, so that both files are of one moment, as on a disk.</summary>
    [RootFact]
    [Trait("speed", "slow")]
    public void ACopyOfAnyMomentOpensAndHasWhatWasSynced()
    {
        const int stop = 19;
        const int goOn = 18;
        const int Copies = 12;
        int seed = 20261121;
        Random random = new(seed);
        Output.WriteLine($"seed {seed}");
        Share share = Mine(new Share(ShareKind.PlainDirectory, RecordAll));
        using ManualResetEventSlim done = new();
        long synced = -1;
        Thread writer = new(() =>
        {
            int fd = Posix.Open(share.MountPoint + "/f", Posix.O_RDWR | Posix.O_CREAT, Oct(644));
            for (uint i = 0; !done.IsSet; i++)
            {
                Posix.Fchown(fd, i, i).Ok();
                Posix.Fsync(fd).Ok();
                Volatile.Write(ref synced, i);
                Posix.CreateFile($"{share.MountPoint}/f{i}");
                Posix.Chown($"{share.MountPoint}/f{i}", i, 7).Ok();
            }

            Posix.Close(fd).Ok();
        });
        writer.Start();
        try
        {
            Assert.True(Patience.Until(() => Volatile.Read(ref synced) >= 0), "nothing was synced");
            long first = new FileInfo(share.Database + "-wal").Length;
            for (int i = 0; i < Copies; i++)
            {
                Thread.Sleep(random.Next(200));
                string copy = share.Scratch("copy" + i, 700) + "/metafs.db";
                Posix.Kill(share.Mounted!.Pid, stop).Ok();
                Thread.Sleep(20); // a thread that is in a system call ends it first
                long atLeast = Volatile.Read(ref synced);
                File.Copy(share.Database, copy);
                File.Copy(share.Database + "-wal", copy + "-wal");
                Posix.Kill(share.Mounted.Pid, goOn).Ok();
                Tear(copy + "-wal", first, random, i);
                CommandResult fsck = MetaFsProgram.Run(null, "fsck", "--db", copy);
                Assert.True(fsck.ExitCode == 0, $"copy {i}: {fsck.Errors}{fsck.Output}");
                RecordRow? row = Records.Of(Identity.Root, copy).FirstOrDefault(one => one.Path == "f");
                bool isTorn = i % 3 == 2;
                Assert.True(isTorn || atLeast < 0 || row?.Uid >= atLeast, $"copy {i}: {row?.Uid}, synced was {atLeast}");
            }
        }
        finally
        {
            done.Set();
            _ = Posix.Kill(share.Mounted!.Pid, goOn);
            writer.Join();
        }
    }

    /// <summary>A third of the copies lose an end of the log, but never the tables, which were synced first.</summary>
    private static void Tear(string log, long first, Random random, int number)
    {
        if (number % 3 != 2)
            return;
        using FileStream file = new(log, FileMode.Open);
        file.SetLength(random.NextInt64(Math.Min(first, file.Length), file.Length + 1));
    }
}
