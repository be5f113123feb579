namespace MetaFs.Mount.Tests.Semantics;

/// <summary>All names of one file show one set of attributes.</summary>
public sealed class LinkTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AllNamesShowAChangeAtOnce(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["a"]);
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Posix.Link(venue["a"], venue["b"]).Ok();
        Posix.Link(venue["b"], venue["d/c"]).Ok();
        Posix.Stat(venue["b"]);
        Posix.Chown(venue["a"], 42, 43).Ok();
        Assert.Equal("42:43", Posix.Stat(venue["b"]).Owner);
        Posix.Chmod(venue["d/c"], Oct(4711)).Ok();
        Assert.Equal(Oct(4711), Posix.Stat(venue["a"]).Mode);
        Posix.Utimens(venue["b"], 11, 22).Ok();
        Assert.Equal(22, Posix.Stat(venue["d/c"]).Mtime);
        Assert.Equal(3u, Posix.Stat(venue["a"]).Nlink);
        Assert.Equal(Posix.Stat(venue["a"]).Ino, Posix.Stat(venue["d/c"]).Ino);

        Posix.Unlink(venue["a"]).Ok();
        venue.LetHardLinksSettle();
        FileStatus status = Posix.Stat(venue["b"]);
        Assert.Equal(("42:43", Oct(4711), 22L, 2u), (status.Owner, status.Mode, status.Mtime, status.Nlink));
    });

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void TimesStandWhenNamesComeAndGo(Place place) => In(place, venue =>
    {
        // the order of tar: times are set, then the next name of the file comes along
        Posix.CreateFile(venue["a"]);
        Posix.Utimens(venue["a"], 11, 1_689_281_804_239_034_648).Ok();
        Posix.Link(venue["a"], venue["b"]).Ok();
        Posix.Rename(venue["b"], venue["c"]).Ok();
        Posix.Link(venue["c"], venue["d"]).Ok();
        Posix.Unlink(venue["a"]).Ok();
        Thread.Sleep(1100); // nothing is answered from a cache now
        FileStatus status = Posix.Stat(venue["c"]);
        Assert.Equal((11L, 1_689_281_804_239_034_648L, 2u), (status.Atime, status.Mtime, status.Nlink));
        Assert.Equal(1_689_281_804_239_034_648, Posix.Stat(venue["d"]).Mtime);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void LinkErrors(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["a"]);
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Assert.Equal(Errno.EEXIST, Posix.Link(venue["a"], venue["d"]));
        Assert.Equal(Errno.ENOENT, Posix.Link(venue["none"], venue["b"]));
        Assert.Equal(Errno.EPERM, Posix.Link(venue["d"], venue["b"]));
        Assert.Equal(Errno.ENOTDIR, Posix.Link(venue["a"], venue["a/b"]));
        Assert.Equal(Errno.ENOTEMPTY, MakeNotEmpty(venue["d"]));
        Assert.Equal(Errno.EISDIR, Posix.Unlink(venue["d"]));
        Assert.Equal(Errno.ENOTDIR, Posix.Rmdir(venue["a"]));
    });

    private static Errno MakeNotEmpty(string directory)
    {
        Posix.CreateFile(directory + "/f");
        return Posix.Rmdir(directory);
    }
}
