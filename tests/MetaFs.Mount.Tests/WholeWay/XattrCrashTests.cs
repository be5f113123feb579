using System.Collections.Concurrent;
using System.Text;

namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>A setxattr that answered 0 survives the daemon's sudden death, and so does one that was taken back.</summary>
public sealed class XattrCrashTests(ITestOutputHelper output) : MountTest(output)
{
    private const int Rounds = 3;

    private sealed record Acknowledged(string Path, string Name, string? Value);

    [RootFact]
    public void EverythingAcknowledgedIsThereAfterKill()
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory, "xattrs=overlay"));
        Random random = new(1);
        for (int round = 0; round < Rounds; round++)
        {
            string directory = $"{share.MountPoint}/round{round}";
            Posix.Mkdir(directory, Oct(755)).Ok();
            ConcurrentQueue<Acknowledged> log = [];
            Thread driver = new(() => Drive(directory, log));
            driver.Start();
            SpinWait.SpinUntil(() => log.Count > 100 + random.Next(900), Patience.Limit);
            share.Mounted!.Kill();
            driver.Join();
            Assert.True(log.Count > 100, $"only {log.Count} calls were acknowledged before the kill");
            share.Mount();
            foreach ((string path, string name, string? value) in log.GroupBy(entry => entry.Path + entry.Name)
                .Select(entries => entries.Last()))
            {
                Errno errno = Posix.Getxattr(path, name, out byte[] found);

                // The call in flight at the end may have gone one step further than what was acknowledged.
                bool isLast = ReferenceEquals(path, log.Last().Path);
                string? shown = errno == Errno.OK ? Encoding.ASCII.GetString(found) : null;
                Assert.True(shown == value || isLast, $"{path} {name}: {shown ?? errno.ToString()}, not {value}");
            }

            Output.WriteLine($"round {round}: {log.Count} acknowledged calls");
        }
    }

    // Until the daemon dies: sets, replaces, removes.
    private static void Drive(string directory, ConcurrentQueue<Acknowledged> log)
    {
        for (int number = 0; number < 100_000; number++)
        {
            string path = $"{directory}/f{number % 50}";
            if (number < 50)
            {
                if (Posix.Open(path, Posix.O_WRONLY | Posix.O_CREAT, Oct(600), out int fd) != Errno.OK)
                    return;
                _ = Posix.Close(fd);
            }

            string name = $"{(number % 3 == 0 ? "trusted" : "user")}.n{number % 7}";
            string? value = number % 5 == 4 ? null : "v" + number;
            Errno errno = value is null
                ? Posix.Removexattr(path, name)
                : Posix.Setxattr(path, name, Encoding.ASCII.GetBytes(value));
            if (errno is not (Errno.OK or Errno.ENODATA))
                return;
            log.Enqueue(new(path, name, value));
        }
    }
}
