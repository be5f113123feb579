namespace MetaFs.Mount.Tests.Semantics;

/// <summary>
/// The conformance kit, tests/MetaFs.Posix, in every place: the oracle must pass all of it, a mount all but what its
/// share lacks by itself.
/// </summary>
public sealed class ConformanceTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private static readonly PublishedProgram s_kit = new("tests/MetaFs.Posix", "metafs-posix", "POSIX_KIT");

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(Default), MemberType = typeof(ConformanceTests))]
    public void NothingFails(Place place) => In(place, venue =>
    {
        CommandResult result = Command.Run(null, s_kit.Path, [venue.Path, .. ShareOf(venue)]);
        string[] lines = result.MustSucceed().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Output.WriteLine(string.Join('\n', lines.Where(line => !line.StartsWith("ok ", StringComparison.Ordinal))));
        Assert.Matches("^[0-9]{3,} passed, 0 failed, [0-9]+ skipped$", lines[^1]);
        if (place is Place.Oracle or Place.OverPlainDirectory)
            Assert.EndsWith(" 0 skipped", lines[^1], StringComparison.Ordinal);
    });

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData(Place.Oracle)]
    [InlineData(Place.OverBindfsDeny)]
    public void NothingFailsForAnOrdinaryUser(Place place) => In(place, venue =>
    {
        Posix.Chown(venue.Path, Identity.Service.Uid, Identity.Service.Gid).Ok();
        string output = Command.Run(Identity.Service, s_kit.Path, [venue.Path]).MustSucceed();
        Assert.Matches("\n[0-9]{3,} passed, 0 failed, [0-9]+ skipped\n$", output);
    });

    /// <summary>A case that cannot fail proves nothing: bindfs without MetaFs ignores what it is told.</summary>
    [RootFact]
    [Trait("speed", "slow")]
    public void WhereOwnersAndModesAreIgnoredCasesFail()
    {
        Share share = Mine(new Share(ShareKind.BindfsIgnore));
        share.Unmount();
        CommandResult result = Command.Run(null, s_kit.Path, [share.Directory, "--filter", "Ch"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\nnot ok Chown.EveryOwnerReadsBack.File\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nnot ok Chmod.EveryModeReadsBack.File\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("d.Stat(\"it\").Mode: expected 0000, got ", result.Output, StringComparison.Ordinal);
    }

    /// <summary>Root's mounts with the default options; a user's own mount is root to itself and knows no others.</summary>
    public static TheoryData<Place> Default =>
        [Place.Oracle, Place.OverPlainDirectory, Place.OverTmpfs, Place.OverBindfsDeny, Place.OverBindfsIgnore];

    private static string[] ShareOf(Venue venue) => venue.Share is Share share ? ["--share", share.Directory] : [];
}
