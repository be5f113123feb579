namespace MetaFs.Mount.Tests.Semantics;

/// <summary>What chown(2) promises: it reads back, halves are kept, nothing else moves, suid bits fall.</summary>
public sealed class ChownTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ChownReadsBack(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        foreach (string name in (string[])["f", "d"])
        {
            Posix.Chown(venue[name], 42, 43).Ok();
            Assert.Equal("42:43", Posix.Stat(venue[name]).Owner);
        }

        int fd = Posix.Open(venue["f"], Posix.O_RDONLY);
        Posix.Fchown(fd, 7, 8).Ok();
        Assert.Equal("7:8", Posix.Stat(fd).Owner);
        Assert.Equal("7:8", Posix.Stat(venue["f"]).Owner);
        Posix.Close(fd).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void LargestIdsReadBack(Place place) => In(place, venue =>
    {
        // bindfs 1.14 answers EIO for an id above 2^31, and from then on for the whole file
        uint largest = place is Place.OverBindfsDeny or Place.OverBindfsIgnore ? int.MaxValue : uint.MaxValue - 1;
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], largest, largest).Ok();
        Assert.Equal($"{largest}:{largest}", Posix.Stat(venue["f"]).Owner);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void SameChownAgainChangesNothing(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], mode: 640);
        for (int round = 0; round < 3; round++)
        {
            Posix.Chown(venue["f"], 42, 43).Ok();
            Assert.Equal("42:43", Posix.Stat(venue["f"]).Owner);
        }

        Posix.Chown(venue["f"], Posix.Keep, Posix.Keep).Ok();
        Assert.Equal("42:43", Posix.Stat(venue["f"]).Owner);
        Posix.Chmod(venue["f"], Oct(640)).Ok();
        Posix.Chmod(venue["f"], Oct(640)).Ok();
        Assert.Equal("42:43", Posix.Stat(venue["f"]).Owner);
        Assert.Equal(Oct(640), Posix.Stat(venue["f"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void HalfAChownKeepsTheOtherHalf(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 42, 43).Ok();
        Posix.Chown(venue["f"], 44, Posix.Keep).Ok();
        Assert.Equal("44:43", Posix.Stat(venue["f"]).Owner);
        Posix.Chown(venue["f"], Posix.Keep, 45).Ok();
        Assert.Equal("44:45", Posix.Stat(venue["f"]).Owner);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ChangingOneHalfFirstKeepsWhatWasShown(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        uint gid = Posix.Stat(venue["f"]).Gid;
        Posix.Chown(venue["f"], 44, Posix.Keep).Ok();
        Assert.Equal($"44:{gid}", Posix.Stat(venue["f"]).Owner);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ChownClearsSuid(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], mode: 755);
        Posix.Chmod(venue["f"], Oct(6755)).Ok();
        Assert.Equal(Oct(6755), Posix.Stat(venue["f"]).Mode);
        Posix.Chown(venue["f"], 42, 43).Ok();
        Assert.Equal(Oct(755), Posix.Stat(venue["f"]).Mode);

        // to the same owner too, and chmod brings the bits back
        Posix.Chmod(venue["f"], Oct(4755)).Ok();
        Assert.Equal(Oct(4755), Posix.Stat(venue["f"]).Mode);
        Posix.Chown(venue["f"], 42, 43).Ok();
        Assert.Equal(Oct(755), Posix.Stat(venue["f"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void ChownByRootKeepsSgidWithoutGroupExecution(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chmod(venue["f"], Oct(2745)).Ok();
        Posix.Chown(venue["f"], 42, 43).Ok();
        Assert.Equal(Oct(2745), Posix.Stat(venue["f"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ChownOfADirectoryKeepsItsSgid(Place place) => In(place, venue =>
    {
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Posix.Chmod(venue["d"], Oct(3775)).Ok();
        Posix.Chown(venue["d"], 42, 43).Ok();
        Assert.Equal(Oct(3775), Posix.Stat(venue["d"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void ChownToOthersNeedsRoot(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["mine"]);
        Posix.Chown(venue["mine"], 1000, 1000).Ok();
        Posix.CreateFile(venue["other"]);
        Identity.Service.Run(() =>
        {
            Assert.Equal(Errno.EPERM, Posix.Chown(venue["mine"], 2000, Posix.Keep));
            Assert.Equal(Errno.EPERM, Posix.Chown(venue["mine"], Posix.Keep, 2000));
            Assert.Equal(Errno.EPERM, Posix.Chown(venue["other"], 1000, Posix.Keep));
            Posix.Chown(venue["mine"], Posix.Keep, 33).Ok(); // a group of the caller's
        });
        Assert.Equal("1000:33", Posix.Stat(venue["mine"]).Owner);
        Assert.Equal("0:0", Posix.Stat(venue["other"]).Owner);
    });
}
