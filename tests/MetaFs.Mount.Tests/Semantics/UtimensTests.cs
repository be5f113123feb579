namespace MetaFs.Mount.Tests.Semantics;

/// <summary>What utimensat(2) promises: to the nanosecond, for whom it is allowed, and each half by itself.</summary>
public sealed class UtimensTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private const long Second = 1_000_000_000;

    /// <summary>1 ns after 1970, 1970 itself, 1969, an ordinary one, and 2200-01-01 with every digit used.</summary>
    private static readonly long[] s_times =
        [1, 0, -1, -(86_400 * Second) + 5, 981_173_106 * Second + 123_456_789, 7_258_118_400 * Second + 999_999_999];

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void TimesReadBackToTheNanosecond(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        foreach (long time in s_times)
        {
            foreach (string name in (string[])["f", "d"])
            {
                Posix.Utimens(venue[name], time + 7, time).Ok();
                Assert.Equal(time, Posix.Stat(venue[name]).Mtime);
                Assert.Equal(time + 7, Posix.Stat(venue[name]).Atime);
            }
        }
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void OmitKeepsTheOtherTime(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Utimens(venue["f"], 11, 22).Ok();
        Posix.Utimens(venue["f"], FileTime.Omit, 33).Ok();
        Assert.Equal((11, 33), Times(venue["f"]));
        Posix.Utimens(venue["f"], 44, FileTime.Omit).Ok();
        Assert.Equal((44, 33), Times(venue["f"]));
        Posix.Utimens(venue["f"], FileTime.Omit, FileTime.Omit).Ok();
        Assert.Equal((44, 33), Times(venue["f"]));
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void NowEndsAnOlderTime(Place place) => In(place, venue =>
    {
        long before = RealTime() - Second;
        Posix.CreateFile(venue["f"]);
        Posix.Utimens(venue["f"], 11, 22).Ok();
        Posix.Utimens(venue["f"], FileTime.Omit, FileTime.Now).Ok();
        Assert.Equal(11, Posix.Stat(venue["f"]).Atime);
        Assert.InRange(Posix.Stat(venue["f"]).Mtime, before, RealTime() + Second);
        Posix.Touch(venue["f"]).Ok();
        Assert.InRange(Posix.Stat(venue["f"]).Atime, before, RealTime() + Second);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void TimesSetBeforeCloseStand(Place place) => In(place, venue =>
    {
        // the order of tar and install: write, times, owner, mode, close
        int fd = Posix.Open(venue["f"], Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL, Oct(600));
        Posix.Write(fd, "data").Ok();
        Posix.Futimens(fd, 111, 222).Ok();
        Posix.Fchown(fd, 42, 43).Ok();
        Posix.Fchmod(fd, Oct(4755)).Ok();
        Posix.Close(fd).Ok();
        FileStatus status = Posix.Stat(venue["f"]);
        Assert.Equal((111L, 222L, "42:43", Oct(4755)), (status.Atime, status.Mtime, status.Owner, status.Mode));

        // reading is no reason to lose it
        Assert.Equal("data", Posix.ReadFile(venue["f"]));
        Assert.Equal(222, Posix.Stat(venue["f"]).Mtime);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void AGroupWriterMayTouchButNotChooseTheTime(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 33, 33).Ok();
        Posix.Chmod(venue["f"], Oct(664)).Ok();
        Posix.Utimens(venue["f"], 11, 22).Ok();
        Identity.Service.Run(() =>
        {
            Assert.Equal(Errno.EPERM, Posix.Utimens(venue["f"], 5, 6));
            Assert.Equal(Errno.EPERM, Posix.Utimens(venue["f"], FileTime.Omit, FileTime.Now));
            Posix.Utimens(venue["f"], FileTime.Omit, FileTime.Omit).Ok();
            Assert.Equal((11, 22), Times(venue["f"]));
            Posix.Touch(venue["f"]).Ok();
        });
        Assert.InRange(Posix.Stat(venue["f"]).Mtime, RealTime() - 60 * Second, RealTime() + Second);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void AUserSetsTimesOfAFileJustCreated(Place place) => In(place, venue =>
    {
        Posix.Chmod(venue.Path, Oct(777)).Ok();
        Identity.Service.Run(() =>
        {
            Posix.CreateFile(venue["f"]);
            Posix.Utimens(venue["f"], 11, 22).Ok();
            Posix.Chmod(venue["f"], Oct(600)).Ok();
        });
        FileStatus status = Posix.Stat(venue["f"]);
        Assert.Equal((11L, 22L, Oct(600), "1000:1000"), (status.Atime, status.Mtime, status.Mode, status.Owner));
    });

    private static (long Atime, long Mtime) Times(string path)
    {
        FileStatus status = Posix.Stat(path);
        return (status.Atime, status.Mtime);
    }

    private static long RealTime() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
