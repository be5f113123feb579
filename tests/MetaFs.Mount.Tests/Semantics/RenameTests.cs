namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Attributes belong to the file and move with it; open descriptors keep theirs.</summary>
public sealed class RenameTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AttributesFollowTheFile(Place place) => In(place, venue =>
    {
        Make(venue["a"], 42, 4711);
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Posix.Rename(venue["a"], venue["d/b"]).Ok();
        AssertIs(venue["d/b"], 42, 4711);
        Assert.Equal(Errno.ENOENT, Posix.Lstat(venue["a"], out _));

        Posix.Chown(venue["d"], 7, 8).Ok();
        Posix.Rename(venue["d"], venue["e"]).Ok();
        Assert.Equal("7:8", Posix.Stat(venue["e"]).Owner);
        AssertIs(venue["e/b"], 42, 4711);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ADescriptorOfAReplacedFileKeepsItsValues(Place place) => In(place, venue =>
    {
        // how dpkg replaces its status file
        Make(venue["status"], 1, 600);
        int old = Posix.Open(venue["status"], Posix.O_RDWR);
        Make(venue["status-new"], 2, 644);
        Posix.Rename(venue["status-new"], venue["status"]).Ok();
        Assert.Equal(("1:1", Oct(600), 0u), Shown(Posix.Stat(old)));
        AssertIs(venue["status"], 2, 644);

        Posix.Fchmod(old, Oct(640)).Ok();
        Posix.Fchown(old, 3, 3).Ok();
        Assert.Equal(("3:3", Oct(640), 0u), Shown(Posix.Stat(old)));
        AssertIs(venue["status"], 2, 644);
        Posix.Write(old, "still writable").Ok();
        Posix.Close(old).Ok();
        AssertIs(venue["status"], 2, 644);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void RenamingOneNameOntoAnotherOfTheSameFileDoesNothing(Place place) => In(place, venue =>
    {
        Make(venue["a"], 42, 640);
        Posix.Link(venue["a"], venue["b"]).Ok();
        Posix.Rename(venue["a"], venue["b"]).Ok();
        AssertIs(venue["a"], 42, 640);
        AssertIs(venue["b"], 42, 640);
        Assert.Equal(2u, Posix.Stat(venue["a"]).Nlink);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void NoreplaceAndExchange(Place place) => In(place, venue =>
    {
        string bare = venue.Share is null ? venue.Path : $"{venue.Share.Directory}/{Path.GetFileName(venue.Path)}";
        Posix.CreateFile($"{bare}/x");
        Posix.CreateFile($"{bare}/y");
        if (Posix.Rename($"{bare}/x", $"{bare}/y", Posix.RENAME_EXCHANGE) == Errno.EINVAL)
            return; // the share itself has no RENAME_EXCHANGE

        Make(venue["a"], 1, 600);
        Make(venue["b"], 2, 4755);
        Assert.Equal(Errno.EEXIST, Posix.Rename(venue["a"], venue["b"], Posix.RENAME_NOREPLACE));
        Posix.Rename(venue["a"], venue["b"], Posix.RENAME_EXCHANGE).Ok();
        AssertIs(venue["a"], 2, 4755);
        AssertIs(venue["b"], 1, 600);
        Posix.Rename(venue["a"], venue["c"], Posix.RENAME_NOREPLACE).Ok();
        AssertIs(venue["c"], 2, 4755);

        // a directory and a file change places too
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Posix.Chown(venue["d"], 5, 5).Ok();
        Posix.Rename(venue["d"], venue["c"], Posix.RENAME_EXCHANGE).Ok();
        AssertIs(venue["d"], 2, 4755);
        AssertIs(venue["c"], 5, 755);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ADirectoryReplacesAnEmptyOne(Place place) => In(place, venue =>
    {
        Posix.Mkdir(venue["from"], Oct(755)).Ok();
        Posix.Chown(venue["from"], 1, 1).Ok();
        Make(venue["from/f"], 3, 640);
        Posix.Mkdir(venue["to"], Oct(755)).Ok();
        Posix.Chown(venue["to"], 2, 2).Ok();
        Posix.Rename(venue["from"], venue["to"]).Ok();
        AssertIs(venue["to"], 1, 755);
        AssertIs(venue["to/f"], 3, 640);

        Posix.Mkdir(venue["other"], Oct(755)).Ok();
        Assert.Equal(Errno.ENOTEMPTY, Posix.Rename(venue["other"], venue["to"]));
        Assert.Equal(Errno.EINVAL, Posix.Rename(venue["to"], venue["to/below"]));
        Assert.Equal(Errno.EISDIR, Posix.Rename(venue["to/f"], venue["other"]));
        Assert.Equal(Errno.ENOTDIR, Posix.Rename(venue["other"], venue["to/f"]));
    });

    private static void Make(string path, uint owner, int mode)
    {
        Posix.CreateFile(path);
        Posix.Chown(path, owner, owner).Ok();
        Posix.Chmod(path, Oct(mode)).Ok();
    }

    private static void AssertIs(string path, uint owner, int mode)
    {
        FileStatus status = Posix.Stat(path);
        Assert.Equal((path, $"{owner}:{owner}", Oct(mode)), (path, status.Owner, status.Mode));
    }

    private static (string Owner, uint Mode, uint Nlink) Shown(FileStatus status) =>
        (status.Owner, status.Mode, status.Nlink);
}
