using System.Diagnostics;
using System.Globalization;
using MetaFs.Mount.Tests.Model;

namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>The whole way with requests over io_uring, which is switched on for these mounts and then as it was.</summary>
public sealed class IoUringTests : MountTest
{
    private static readonly PublishedProgram s_kit = new("tests/MetaFs.Posix", "metafs-posix", "POSIX_KIT");

    public IoUringTests(ITestOutputHelper output)
        : base(output) => Mine(new Switch());

    [RingTheory]
    [Trait("speed", "slow")]
    [InlineData(ShareKind.PlainDirectory)]
    [InlineData(ShareKind.BindfsDeny)]
    public void NothingOfTheConformanceKitFails(ShareKind kind)
    {
        Share share = OverRings(kind);
        string[] lines = Command.Run(null, s_kit.Path, [share.MountPoint, "--share", share.Directory]).MustSucceed()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches("^[0-9]{3,} passed, 0 failed, [0-9]+ skipped$", lines[^1]);
    }

    [RingTheory]
    [Trait("speed", "slow")]
    [InlineData(ShareKind.PlainDirectory, ModelProgram.RecordAll, "")]
    [InlineData(ShareKind.BindfsDeny, "utimens=record", "link,handles,largeids")]
    public void EveryFileShowsWhatItMust(ShareKind kind, string options, string without)
    {
        Share share = OverRings(kind, options);
        ModelProgram.Run(
            Output, share.MountPoint + "/model", "--deviations", "--seconds", "5", "--seed", "7", "--without", without)
            .MustSucceed();
    }

    [RingTheory]
    [Trait("speed", "slow")]
    [InlineData("")]
    [InlineData("no_passthrough")]
    public void AFileHoldsWhatWasWrittenToItByWhateverCall(string options)
    {
        Share share = OverRings(ShareKind.PlainDirectory, options);
        ModelProgram.Run(Output, "io", share.MountPoint, "--seconds", "3", "--seed", "7").MustSucceed();
    }

    [RingFact]
    [Trait("speed", "slow")]
    public void NothingIsLostInTenKills()
    {
        ModelProgram.KillDaemons(Output, Mine(new Workspace()), kills: 10, seed: 7).MustSucceed();
    }

    [RingFact]
    public void AUsersOwnMountHasThemToo()
    {
        Share share = OverRings(ShareKind.ForeignDirectory);
        share.Mounter.Run(() =>
        {
            File.WriteAllText(share.MountPoint + "/file", "text");
            Posix.Chown(share.MountPoint + "/file", 4711, 4712).Ok();
        });
        Assert.Equal("4711:4712\n", Command.Run(share.Mounter, "stat", "-c", "%u:%g", share.MountPoint + "/file").MustSucceed());
    }

    /// <summary>All callers on one processor, so in one queue.</summary>
    [RingFact]
    public void StuckFilesDoNotStopTheOthersOfTheirProcessor()
    {
        const int stuck = 6;
        FaultyShare share = Mine(new FaultyShare());
        AssertOverRings(int.Parse(File.ReadAllText(share.Database + ".lock"), CultureInfo.InvariantCulture));
        for (int i = 0; i < stuck; i++)
            File.WriteAllText(share.Behind($"stuck{i}"), "");
        File.WriteAllText(share.Behind("file"), "text\n");
        share.Fault("hang getattr,lookup on /stuck*");
        Process[] waiting = [.. Enumerable.Range(0, stuck).Select(i => Process.Start(
            "taskset", ["-c", "0", "stat", share.At($"stuck{i}")]))];
        try
        {
            Assert.True(Patience.Until(() => Hanging(share) == stuck), $"{Hanging(share)} hang");
            Assert.Equal("text\n", Command.Run("taskset", "-c", "0", "cat", share.At("file")).MustSucceed());
            Assert.All(waiting, process => Assert.False(process.HasExited));
        }
        finally
        {
            share.Sim.Ctl("resume");
            share.Heal();
            foreach (Process process in waiting)
            {
                Assert.True(process.WaitForExit(Patience.Limit));
                process.Dispose();
            }
        }
    }

    private Share OverRings(ShareKind kind, string options = "")
    {
        Share share = Mine(new Share(kind, options));
        AssertOverRings(share.Mounted!.Pid);
        return share;
    }

    private static int Hanging(FaultyShare share) => share.Sim.Ctl("hanging").Count(
        line => line.Contains("/stuck", StringComparison.Ordinal));

    private static void AssertOverRings(int pid) => Assert.Contains(
        Directory.GetDirectories($"/proc/{pid}/task"),
        task => File.ReadAllText(task + "/comm").StartsWith("fuse-ring", StringComparison.Ordinal));

    private sealed class Switch : IDisposable
    {
        private readonly string _before = File.ReadAllText(NeedsRing.Parameter);

        public Switch() => File.WriteAllText(NeedsRing.Parameter, "Y");

        public void Dispose() => File.WriteAllText(NeedsRing.Parameter, _before);
    }
}

internal static class NeedsRing
{
    public const string Parameter = "/sys/module/fuse/parameters/enable_uring";

    public static string? Reason { get; } = NeedsRoot.Reason ?? OfMachine();

    private static string? OfMachine()
    {
        if (!File.Exists(Parameter))
            return $"this kernel has no FUSE over io_uring (6.14 with CONFIG_FUSE_IO_URING): no {Parameter}";
        if (Environment.ProcessorCount > 7)
            return $"on {Environment.ProcessorCount} processors the 64 threads of the default are too few for a ring each";
        Errno errno = Posix.IoUring();
        return errno == Errno.OK
            ? null
            : $"this system allows no io_uring: io_uring_setup answers {errno} (kernel.io_uring_disabled, seccomp)";
    }
}

/// <summary>A test that root can run on a kernel with FUSE over io_uring; skipped, with the reason, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RingFactAttribute : FactAttribute
{
    public RingFactAttribute() => Skip = NeedsRing.Reason!;
}

/// <summary>A theory of that kind.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RingTheoryAttribute : TheoryAttribute
{
    public RingTheoryAttribute() => Skip = NeedsRing.Reason!;
}
