namespace MetaFs.Mount.Tests.Semantics;

/// <summary>What chmod(2) promises, and that the mode shown is the mode enforced.</summary>
public sealed class ChmodTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void EveryModeReadsBack(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        foreach (int mode in (int[])[600, 644, 4755, 1777, 755, 0, 6711, 444, 111, 1644, 700])
        {
            foreach (string name in (string[])["f", "d"])
            {
                Posix.Chmod(venue[name], Oct(mode)).Ok();
                Assert.Equal(Oct(mode), Posix.Stat(venue[name]).Mode);
            }
        }
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void FchmodReadsBackByDescriptorAndByName(Place place) => In(place, venue =>
    {
        int fd = Posix.Open(venue["f"], Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL, Oct(600));
        Posix.Fchmod(fd, Oct(4711)).Ok();
        Assert.Equal(Oct(4711), Posix.Stat(fd).Mode);
        Assert.Equal(Oct(4711), Posix.Stat(venue["f"]).Mode);
        Posix.Close(fd).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ChmodKeepsOwnerAndTimes(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 42, 43).Ok();
        Posix.Utimens(venue["f"], 1_000_000_001, 2_000_000_002).Ok();
        Posix.Chmod(venue["f"], Oct(640)).Ok();
        FileStatus status = Posix.Stat(venue["f"]);
        Assert.Equal("42:43", status.Owner);
        Assert.Equal(1_000_000_001, status.Atime);
        Assert.Equal(2_000_000_002, status.Mtime);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void TheModeShownIsTheModeEnforced(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["secret"]);
        Posix.Chown(venue["secret"], 2000, 2000).Ok();
        Posix.Chmod(venue["secret"], Oct(600)).Ok();
        Posix.CreateFile(venue["ours"]);
        Posix.Chown(venue["ours"], 2000, 33).Ok();
        Posix.Chmod(venue["ours"], Oct(640)).Ok();
        Posix.Mkdir(venue["closed"], Oct(755)).Ok();
        Posix.CreateFile(venue["closed/f"]);
        Posix.Chown(venue["closed"], 2000, 2000).Ok();
        Posix.Chmod(venue["closed"], Oct(700)).Ok();
        Identity.Service.Run(() =>
        {
            Assert.Equal(Errno.EACCES, Posix.Open(venue["secret"], Posix.O_RDONLY, 0, out _));
            Assert.Equal(Errno.EACCES, Posix.Access(venue["secret"], 4));
            Assert.Equal(Errno.EACCES, Posix.Lstat(venue["closed/f"], out _));
            Assert.Equal("x", Posix.ReadFile(venue["ours"])); // by a supplementary group
            Assert.Equal(Errno.EACCES, Posix.Open(venue["ours"], Posix.O_WRONLY, 0, out _));
        });
        Identity.Stranger.Run(() =>
        {
            Assert.Equal("x", Posix.ReadFile(venue["secret"]));
            Posix.Chmod(venue["secret"], 0).Ok();
            Assert.Equal(Errno.EACCES, Posix.Open(venue["secret"], Posix.O_RDONLY, 0, out _));
            Posix.Chmod(venue["secret"], Oct(600)).Ok();
            Assert.Equal("x", Posix.ReadFile(venue["secret"]));
        });
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void ChmodOfAnothersFileNeedsRoot(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 2000, 33).Ok();
        Posix.Chmod(venue["f"], Oct(664)).Ok();
        Identity.Service.Run(() => Assert.Equal(Errno.EPERM, Posix.Chmod(venue["f"], Oct(666))));
        Assert.Equal(Oct(664), Posix.Stat(venue["f"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void StickyDirectoryProtectsOthersNames(Place place) => In(place, venue =>
    {
        Posix.Mkdir(venue["tmp"], Oct(755)).Ok();
        Posix.Chmod(venue["tmp"], Oct(1777)).Ok();
        Identity.Stranger.Run(() => Posix.CreateFile(venue["tmp/theirs"]));
        Identity.Service.Run(() =>
        {
            Assert.Equal(Errno.EPERM, Posix.Unlink(venue["tmp/theirs"]));
            Assert.Equal(Errno.EPERM, Posix.Rename(venue["tmp/theirs"], venue["tmp/mine"]));
            Posix.CreateFile(venue["tmp/mine"]);
            Posix.Unlink(venue["tmp/mine"]).Ok();
        });
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void WritingClearsSuidUnlessByRoot(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 1000, 1000).Ok();
        Posix.Chmod(venue["f"], Oct(6777)).Ok();
        AppendTo(venue["f"]);
        Assert.Equal(Oct(6777), Posix.Stat(venue["f"]).Mode);

        Identity.Service.Run(() => AppendTo(venue["f"]));
        Assert.Equal(Oct(777), Posix.Stat(venue["f"]).Mode);

        Posix.Chmod(venue["f"], Oct(4777)).Ok();
        Identity.Service.Run(() => Posix.Truncate(venue["f"], 0).Ok());
        Assert.Equal(Oct(777), Posix.Stat(venue["f"]).Mode);

        Posix.Chmod(venue["f"], Oct(4777)).Ok();
        Identity.Stranger.Run(() =>
            Posix.Close(Posix.Open(venue["f"], Posix.O_WRONLY | Posix.O_TRUNC)).Ok());
        Assert.Equal(Oct(777), Posix.Stat(venue["f"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void ChmodBySomebodyOutsideTheGroupDropsSgid(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 1000, 77).Ok();
        Identity.Service.Run(() => Posix.Chmod(venue["f"], Oct(2755)).Ok());
        Assert.Equal(Oct(755), Posix.Stat(venue["f"]).Mode);
    });

    private static void AppendTo(string path)
    {
        int fd = Posix.Open(path, Posix.O_WRONLY | Posix.O_APPEND);
        Posix.Write(fd, "more").Ok();
        Posix.Close(fd).Ok();
    }
}
