namespace MetaFs.Mount.Tests.Semantics;

/// <summary>ctime advances with every change of an attribute or a link and never goes back.</summary>
public sealed class CtimeTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private static readonly Dictionary<string, Action<Venue>> s_changes = new()
    {
        ["chmod"] = venue => Posix.Chmod(venue["f"], Oct(600)).Ok(),
        ["chown"] = venue => Posix.Chown(venue["f"], 42, 43).Ok(),
        ["utimens"] = venue => Posix.Utimens(venue["f"], 11, 22).Ok(),
        ["utimens into the future"] = venue =>
            Posix.Utimens(venue["f"], 4_000_000_000_000_000_000, 4_000_000_000_000_000_000).Ok(),
        ["link"] = venue => Posix.Link(venue["f"], venue["g"]).Ok(),
        ["unlink of another name"] = venue => Posix.Unlink(venue["g"]).Ok(),
        ["chmod again"] = venue => Posix.Chmod(venue["f"], Oct(640)).Ok(),
        ["write"] = venue =>
        {
            int fd = Posix.Open(venue["f"], Posix.O_WRONLY);
            Posix.Write(fd, "new").Ok();
            Posix.Close(fd).Ok();
        },
    };

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void EveryChangeAdvancesCtime(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        long last = Posix.Stat(venue["f"]).Ctime;
        foreach ((string name, Action<Venue> change) in s_changes)
        {
            Thread.Sleep(15); // kernel stamps are as coarse as its tick
            change(venue);
            venue.LetHardLinksSettle();
            long ctime = Posix.Stat(venue["f"]).Ctime;
            Assert.True(ctime > last, $"{name}: ctime was {last} and is {ctime}");
            long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
            Assert.True(ctime < now + 1_000_000_000, $"{name}: ctime {ctime} is later than the clock, {now}");
            last = ctime;
        }
    });
}
