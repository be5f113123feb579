namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Attributes of a symbolic link are its own; what it points to is never touched by mistake.</summary>
public sealed class SymlinkTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void TheLinksOwnAttributes(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["target"]);
        Posix.Chown(venue["target"], 1, 1).Ok();
        Posix.Utimens(venue["target"], 11, 22).Ok();
        Posix.Symlink("target", venue["s"]).Ok();
        Posix.Lchown(venue["s"], 42, 43).Ok();
        Posix.Utimens(venue["s"], 33, 44, follow: false).Ok();
        FileStatus link = Posix.Stat(venue["s"]);
        Assert.Equal((Posix.S_IFLNK, "42:43", 44L), (link.Type, link.Owner, link.Mtime));
        FileStatus target = Posix.Stat(venue["target"]);
        Assert.Equal((Posix.S_IFREG, "1:1", 22L), (target.Type, target.Owner, target.Mtime));
        Assert.Equal("target", Posix.Readlink(venue["s"]));
        Assert.Equal((ulong)"target".Length, link.Size);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void FollowingCallsChangeTheTarget(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["target"]);
        Posix.Symlink("target", venue["s"]).Ok();
        string before = Posix.Stat(venue["s"]).Owner;
        Posix.Chown(venue["s"], 42, 43).Ok();
        Posix.Chmod(venue["s"], Oct(4711)).Ok();
        FileStatus target = Posix.Stat(venue["target"]);
        Assert.Equal(("42:43", Oct(4711)), (target.Owner, target.Mode));
        Assert.Equal(before, Posix.Stat(venue["s"]).Owner);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void DanglingLinksHaveAttributesToo(Place place) => In(place, venue =>
    {
        Posix.Symlink("/nowhere/at all", venue["s"]).Ok();
        Posix.Lchown(venue["s"], 42, 43).Ok();
        Posix.Utimens(venue["s"], 33, 44, follow: false).Ok();
        FileStatus link = Posix.Stat(venue["s"]);
        Assert.Equal(("42:43", 44L), (link.Owner, link.Mtime));
        Assert.Equal(Errno.ENOENT, Posix.Chown(venue["s"], 1, 1));
        Posix.Rename(venue["s"], venue["t"]).Ok();
        Assert.Equal("42:43", Posix.Stat(venue["t"]).Owner);
        Assert.Equal("/nowhere/at all", Posix.Readlink(venue["t"]));
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void LongTargets(Place place) => In(place, venue =>
    {
        string target = new('t', 4095);
        Posix.Symlink(target, venue["s"]).Ok();
        Assert.Equal(target, Posix.Readlink(venue["s"]));
    });
}
