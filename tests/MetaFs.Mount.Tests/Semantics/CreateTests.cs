namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Owner, group and mode of what is created, from the first reply on.</summary>
public sealed class CreateTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void NewObjectsBelongToTheirMaker(Place place) => In(place, venue =>
    {
        string maker = $"{venue.Mounter.Uid}:{venue.Mounter.Gid}";
        int fd = Posix.Open(venue["f"], Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL, Oct(640));
        Assert.Equal(maker, Posix.Stat(fd).Owner);
        Posix.Close(fd).Ok();
        Posix.Mkdir(venue["d"], Oct(750)).Ok();
        Posix.Symlink("f", venue["s"]).Ok();
        Posix.Mknod(venue["p"], Posix.S_IFIFO | Oct(640)).Ok();
        Posix.Mknod(venue["r"], Posix.S_IFREG | Oct(600)).Ok();
        Posix.Link(venue["f"], venue["l"]).Ok();
        foreach (string name in (string[])["f", "d", "s", "p", "r", "l"])
            Assert.Equal((name, maker), (name, Posix.Stat(venue[name]).Owner));
        Assert.Equal(Posix.S_IFREG | Oct(640), Posix.Stat(venue["f"]).FullMode);
        Assert.Equal(Posix.S_IFDIR | Oct(750), Posix.Stat(venue["d"]).FullMode);
        Assert.Equal(Posix.S_IFIFO | Oct(640), Posix.Stat(venue["p"]).FullMode);
        Assert.Equal(Posix.S_IFREG | Oct(600), Posix.Stat(venue["r"]).FullMode);
        Assert.Equal(Posix.S_IFLNK, Posix.Stat(venue["s"]).Type);

        // find reads READDIRPLUS replies
        string found = Command.Run("find", venue.Path, "-mindepth", "1", "-uid", $"{venue.Mounter.Uid}").MustSucceed();
        Assert.Equal(6, found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void UsersObjectsBelongToTheUser(Place place) => In(place, venue =>
    {
        Posix.Chmod(venue.Path, Oct(777)).Ok();
        Identity.Service.Run(() =>
        {
            Posix.CreateFile(venue["f"]);
            Posix.Mkdir(venue["d"], Oct(755)).Ok();
            Posix.Symlink("f", venue["s"]).Ok();
            Posix.CreateFile(venue["d/inside"]);
        });
        foreach (string name in (string[])["f", "d", "s", "d/inside"])
            Assert.Equal((name, "1000:1000"), (name, Posix.Stat(venue[name]).Owner));
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void UmaskApplies(Place place) => In(place, venue =>
    {
        Posix.Umask(Oct(27));
        Posix.CreateFile(venue["f"], mode: 666);
        Posix.Mkdir(venue["d"], Oct(1777)).Ok();
        Posix.Umask(0);
        Posix.CreateFile(venue["open"], mode: 666);
        Assert.Equal(Oct(640), Posix.Stat(venue["f"]).Mode);
        Assert.Equal(Oct(1750), Posix.Stat(venue["d"]).Mode);
        Assert.Equal(Oct(666), Posix.Stat(venue["open"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ASetgidDirectoryGivesItsGroup(Place place) => In(place, venue =>
    {
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Posix.Chown(venue["d"], Posix.Keep, 77).Ok();
        Posix.Chmod(venue["d"], Oct(2775)).Ok();
        Posix.CreateFile(venue["d/f"]);
        Posix.Mkdir(venue["d/sub"], Oct(755)).Ok();
        Posix.Symlink("f", venue["d/s"]).Ok();
        Posix.CreateFile(venue["d/sub/f"]);
        Assert.Equal(77u, Posix.Stat(venue["d/f"]).Gid);
        Assert.Equal(Oct(644), Posix.Stat(venue["d/f"]).Mode);
        Assert.Equal(77u, Posix.Stat(venue["d/sub"]).Gid);
        Assert.Equal(Oct(2755), Posix.Stat(venue["d/sub"]).Mode);
        Assert.Equal(77u, Posix.Stat(venue["d/s"]).Gid);
        Assert.Equal(77u, Posix.Stat(venue["d/sub/f"]).Gid);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void AFileIsWritableByTheDescriptorThatCreatedIt(Place place) => In(place, venue =>
    {
        Posix.Chmod(venue.Path, Oct(777)).Ok();
        Identity.Service.Run(() =>
        {
            foreach (int mode in (int[])[444, 0])
            {
                string path = venue[$"f{mode}"];
                int fd = Posix.Open(path, Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL, Oct(mode));
                Posix.Write(fd, "data").Ok();
                Assert.Equal(Oct(mode), Posix.Stat(fd).Mode);
                Assert.Equal(Errno.EACCES, Posix.Open(path, Posix.O_WRONLY, 0, out _));
                Posix.Fchmod(fd, Oct(600)).Ok();
                Posix.Close(fd).Ok();
                Assert.Equal("data", Posix.ReadFile(path));
                Posix.Chmod(path, Oct(mode)).Ok();
                Posix.Unlink(path).Ok();
            }
        });
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void OpenFlagsAreKept(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], "12345");
        const int CreateExclusive = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL;
        Assert.Equal(Errno.EEXIST, Posix.Open(venue["f"], CreateExclusive, Oct(644), out _));
        Posix.Symlink("f", venue["s"]).Ok();
        Assert.Equal(Errno.ELOOP, Posix.Open(venue["s"], Posix.O_RDONLY | Posix.O_NOFOLLOW, 0, out _));
        Assert.Equal(Errno.EEXIST, Posix.Open(venue["s"], CreateExclusive, Oct(644), out _));
        Assert.Equal(Errno.ENOTDIR, Posix.Open(venue["f"], Posix.O_RDONLY | Posix.O_DIRECTORY, 0, out _));
        Assert.Equal(Errno.EISDIR, Posix.Open(venue.Path, Posix.O_WRONLY, 0, out _));
        Assert.Equal(Errno.ENOENT, Posix.Open(venue["none"], Posix.O_RDONLY, 0, out _));

        // O_CREAT of what exists keeps its mode
        Posix.Chmod(venue["f"], Oct(600)).Ok();
        Posix.Close(Posix.Open(venue["f"], Posix.O_WRONLY | Posix.O_CREAT, Oct(777))).Ok();
        Assert.Equal(Oct(600), Posix.Stat(venue["f"]).Mode);
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void AnUnnamedFileGetsItsNameWithItsAttributes(Place place) => In(place, venue =>
    {
        Errno errno = Posix.Open(venue.Path, Posix.O_RDWR | Posix.O_TMPFILE, Oct(640), out int fd);
        if (errno == Errno.EOPNOTSUPP && venue.Share?.Kind is ShareKind.BindfsDeny or ShareKind.BindfsIgnore)
            return; // libfuse 3.14 has no TMPFILE, so neither has the share
        errno.Ok();
        Posix.Fchown(fd, 42, 43).Ok();
        Posix.Fchmod(fd, Oct(4750)).Ok();
        Posix.LinkDescriptor(fd, venue["named"]).Ok();
        Posix.Close(fd).Ok();
        FileStatus status = Posix.Stat(venue["named"]);
        Assert.Equal(("42:43", Oct(4750), 1u), (status.Owner, status.Mode, status.Nlink));
    });
}
