using System.Collections.Concurrent;

namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>A reply of 0 survives the daemon's sudden death.</summary>
public sealed class CrashTests(SampleTrees trees, ITestOutputHelper output) : MountTest(output), IClassFixture<SampleTrees>
{
    private const int Rounds = 4;
    private const long When = 1_000_000_000_000_000_000;

    private sealed record Acknowledged(string Path, int Number, string Field);

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void EverythingAcknowledgedIsThereAfterKill(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string archive = trees.For(share).Archive;
        Random random = new((int)kind);
        for (int round = 0; round < Rounds; round++)
        {
            string directory = $"{share.MountPoint}/round{round}";
            share.Mounter.Run(() =>
            {
                Posix.Mkdir(directory, Oct(755)).Ok();
                Posix.Mkdir(directory + "/tar", Oct(755)).Ok();
            });
            ConcurrentQueue<Acknowledged> log = [];
            Thread driver = new(() => share.Mounter.Run(() => Drive(directory, log)));
            Thread untar = new(() => Command.Run(share.Mounter,
                "tar", "-C", directory + "/tar", "--same-owner", "-xpf", archive));
            driver.Start();
            untar.Start();
            SpinWait.SpinUntil(() => log.Count > 100 + random.Next(400), Patience.Limit);
            share.Mounted!.Kill();
            driver.Join();
            untar.Join();
            Assert.True(log.Count > 100, $"only {log.Count} calls were acknowledged before the kill");
            share.Mount();
            share.Mounter.Run(() => Check(share.Mounter, log));
            Output.WriteLine($"round {round}: {log.Count} acknowledged calls");
        }
    }

    /// <summary>Until the daemon dies: create, write, chown, chmod and set times, noting each call that answered 0.</summary>
    private static void Drive(string directory, ConcurrentQueue<Acknowledged> log)
    {
        for (int number = 0; number < 100_000; number++)
        {
            string path = $"{directory}/f{number}";
            if (Posix.Open(path, Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL, Oct(600), out int fd) != Errno.OK)
                return;
            log.Enqueue(new(path, number, "made"));
            bool alive = Note("written", Posix.Write(fd, "data"))
                && Note("owner", Posix.Fchown(fd, Owner(number), Owner(number)))
                && Note("mode", Posix.Fchmod(fd, Mode(number)))
                && Note("mtime", Posix.Futimens(fd, When, When + number));
            _ = Posix.Close(fd);
            if (!alive)
                return;

            bool Note(string field, Errno errno)
            {
                if (errno == Errno.OK)
                    log.Enqueue(new(path, number, field));
                return errno == Errno.OK;
            }
        }
    }

    private static void Check(Identity maker, IEnumerable<Acknowledged> log)
    {
        foreach ((string path, int number, string field) in log)
        {
            FileStatus status = Posix.Stat(path);
            switch (field)
            {
                case "made": // with no other file's owner
                    Assert.Contains(status.Uid, (uint[])[maker.Uid, Owner(number)]);
                    break;
                case "written":
                    Assert.Equal(4UL, status.Size);
                    break;
                case "owner":
                    Assert.Equal((path, $"{Owner(number)}:{Owner(number)}"), (path, status.Owner));
                    break;
                case "mode":
                    Assert.Equal((path, Mode(number)), (path, status.Mode));
                    break;
                case "mtime":
                    Assert.Equal((path, When + number), (path, status.Mtime));
                    break;
            }
        }
    }

    private static uint Owner(int number) => 100_000 + (uint)number;

    private static uint Mode(int number) => number % 2 == 0 ? Oct(4711) : Oct(640);
}
