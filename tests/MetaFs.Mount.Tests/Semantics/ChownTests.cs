namespace MetaFs.Mount.Tests.Semantics;

public sealed class ChownTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ChownReadsBack(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 42, 43).Ok();
        Assert.Equal("42:43", Posix.Stat(venue["f"]).Owner);
    });
}
