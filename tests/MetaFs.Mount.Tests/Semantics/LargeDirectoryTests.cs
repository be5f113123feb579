namespace MetaFs.Mount.Tests.Semantics;

/// <summary>A directory of ten thousand files with a record each is renamed like any other.</summary>
public sealed class LargeDirectoryTests(ITestOutputHelper output) : MountTest(output)
{
    private const int Files = 10_000;
    private const string RecordAll = "chown=record,chmod=record,utimens=record";

    // Whose names begin with the renamed one's, and sort before and after it with its slash.
    private static readonly string[] s_siblings = ["dir0", "dir.x", "dir-", "di"];

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData(RecordAll)]
    [InlineData(RecordAll + ",identity=name")]
    public void ARenamedDirectoryTakesTenThousandRecordsAlongAndNoneOfItsSiblings(string options)
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory, options));
        string at = share.MountPoint;
        Posix.Mkdir(at + "/dir", Oct(755)).Ok();
        for (int i = 0; i < Files; i++)
            Make($"{at}/dir/f{i}", Owner(i));
        foreach (string sibling in s_siblings)
        {
            Posix.Mkdir($"{at}/{sibling}", Oct(755)).Ok();
            Make($"{at}/{sibling}/f", 7);
        }

        Posix.Rename(at + "/dir", at + "/moved").Ok();
        AssertShown(at);
        RecordRow[] rows = Records.Of(share);
        Assert.Equal(
            Enumerable.Range(0, Files).Select(i => (Path: $"moved/f{i}", Uid: (long?)Owner(i))).Order(),
            rows.Where(row => row.Uid >= 1000).Select(row => (Path: row.Path!, row.Uid)).Order());
        Assert.Equal(
            s_siblings.Select(sibling => sibling + "/f").Order(), rows.Where(row => row.Uid == 7).Select(row => row.Path!).Order());

        share.Remount();
        AssertShown(at);
    }

    private static uint Owner(int file) => 1000 + (uint)file;

    private static void Make(string path, uint owner)
    {
        Posix.CreateFile(path);
        Posix.Chown(path, owner, owner).Ok();
    }

    private static void AssertShown(string at)
    {
        for (int i = 0; i < Files; i++)
            Assert.Equal((i, Owner(i)), (i, Posix.Stat($"{at}/moved/f{i}").Uid));
        Assert.All(s_siblings, sibling => Assert.Equal("7:7", Posix.Stat($"{at}/{sibling}/f").Owner));
    }
}
