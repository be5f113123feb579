namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Everything about data, space and locks passes through unchanged.</summary>
public sealed class DataTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void StatfsIsTheShares(Place place) => In(place, venue =>
    {
        Posix.Statfs(venue.Path, out long[] mount).Ok();
        Posix.Statfs(venue.Backing, out long[] share).Ok();
        Assert.Equal(share[1] * share[2], mount[1] * mount[2]); // f_bsize * f_blocks
        Assert.Equal(share[5], mount[5]); // f_files
        Assert.Equal(share[8], mount[8]); // f_namelen
        Assert.InRange(mount[1] * mount[4], 1, mount[1] * mount[2]); // f_bavail
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AppendingDescriptorsDoNotOverwriteEachOther(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], "");
        int a = Posix.Open(venue["f"], Posix.O_WRONLY | Posix.O_APPEND);
        int b = Posix.Open(venue["f"], Posix.O_WRONLY | Posix.O_APPEND);
        Posix.Write(a, "one ").Ok();
        Posix.Write(b, "two ").Ok();
        Posix.Write(a, "three").Ok();
        Posix.Close(a).Ok();
        Posix.Close(b).Ok();
        Assert.Equal("one two three", Posix.ReadFile(venue["f"]));
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void LocksExcludeOneAnother(Place place) => In(place, venue =>
    {
        const int LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8;
        Posix.CreateFile(venue["f"]);
        int a = Posix.Open(venue["f"], Posix.O_RDWR);
        int b = Posix.Open(venue["f"], Posix.O_RDWR);
        Posix.Flock(a, LOCK_EX | LOCK_NB).Ok();
        Assert.Equal(Errno.EAGAIN, Posix.Flock(b, LOCK_EX | LOCK_NB));
        Posix.Flock(a, LOCK_UN).Ok();
        Posix.Flock(b, LOCK_EX | LOCK_NB).Ok();
        Posix.LockFirstByte(a).Ok();
        Assert.Equal(Errno.EAGAIN, Posix.LockFirstByte(b));
        Posix.Close(a).Ok();
        Posix.LockFirstByte(b).Ok();
        Posix.Close(b).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void HolesAreFoundWhereTheShareFindsThem(Place place) => In(place, venue =>
    {
        const int MiB = 1 << 20;
        int fd = Posix.Open(venue["f"], Posix.O_RDWR | Posix.O_CREAT, Oct(644));
        Posix.Ftruncate(fd, 4 * MiB).Ok();
        Posix.Pwrite(fd, "data", 2 * MiB).Ok();
        Posix.Fsync(fd).Ok();
        int bare = Posix.Open(venue.Share is null ? venue["f"] : BareName(venue, "f"), Posix.O_RDONLY);
        foreach (int whence in (int[])[Posix.SEEK_DATA, Posix.SEEK_HOLE])
        {
            foreach (long offset in (long[])[0, 2 * MiB, 3 * MiB, 5 * MiB])
            {
                Errno expected = Posix.Lseek(bare, offset, whence, out long wanted);
                Assert.Equal(expected, Posix.Lseek(fd, offset, whence, out long found));
                Assert.Equal(wanted, found);
            }
        }

        Posix.Close(bare).Ok();
        Posix.Close(fd).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.OfTheKernel), MemberType = typeof(Places))]
    public void FallocateAllocatesAndPunches(Place place) => In(place, venue =>
    {
        const int FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2;
        int fd = Posix.Open(venue["f"], Posix.O_RDWR | Posix.O_CREAT, Oct(644));
        Posix.Fallocate(fd, 0, 0, 65536).Ok();
        Assert.Equal(65536UL, Posix.Stat(fd).Size);
        Posix.Fallocate(fd, FALLOC_FL_KEEP_SIZE, 65536, 65536).Ok();
        Assert.Equal(65536UL, Posix.Stat(fd).Size);
        Posix.Pwrite(fd, "gone", 8192).Ok();
        Posix.Fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 8192, 4096).Ok();
        Posix.Pread(fd, 4, 8192, out string text).Ok();
        Assert.Equal("\0\0\0\0", text);
        Assert.Equal(Errno.EINVAL, Posix.Fallocate(fd, 0, 0, 0));
        Posix.Close(fd).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void CopyFileRangeCopies(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["from"], "0123456789");
        Posix.CreateFile(venue["to"], "");
        int from = Posix.Open(venue["from"], Posix.O_RDONLY);
        int to = Posix.Open(venue["to"], Posix.O_WRONLY);
        Posix.Lseek(from, 4, Posix.SEEK_SET, out _).Ok();
        Posix.CopyFileRange(from, to, 100, out int copied).Ok();
        Assert.Equal(6, copied);
        Posix.CopyFileRange(from, to, 100, out copied).Ok();
        Assert.Equal(0, copied);
        Posix.Close(from).Ok();
        Posix.Close(to).Ok();
        Assert.Equal("456789", Posix.ReadFile(venue["to"]));
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AMappingSeesWritesAndIsSeen(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], new string('a', 4096));
        int fd = Posix.Open(venue["f"], Posix.O_RDWR);
        Posix.WriteByMapping(fd, 1, (byte)'b');
        Posix.Pread(fd, 3, 0, out string text).Ok();
        Assert.Equal("aba", text);
        Posix.Close(fd).Ok();
        Assert.Equal("aba", Posix.ReadFile(venue["f"])[..3]);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ExtendedAttributesOfUsersPassThrough(Place place) => In(place, venue =>
    {
        string bare = venue.Share is null ? venue.Path : venue.Share.Directory;
        if (Posix.Setxattr(bare, "user.probe", [1]) == Errno.EOPNOTSUPP)
            return; // the share itself has none
        Posix.Removexattr(bare, "user.probe").Ok();

        Posix.CreateFile(venue["f"]);
        Assert.Equal(Errno.ENODATA, Posix.Getxattr(venue["f"], "user.colour", out _));
        Posix.Setxattr(venue["f"], "user.colour", "green"u8.ToArray()).Ok();
        Posix.Getxattr(venue["f"], "user.colour", out byte[] value).Ok();
        Assert.Equal("green"u8.ToArray(), value);
        Posix.Listxattr(venue["f"], out string[] names).Ok();
        Assert.Contains("user.colour", names);
        Posix.Removexattr(venue["f"], "user.colour").Ok();
        Assert.Equal(Errno.ENODATA, Posix.Getxattr(venue["f"], "user.colour", out _));
    });

    private static string BareName(Venue venue, string name) =>
        $"{venue.Share!.Directory}/{Path.GetFileName(venue.Path)}/{name}";
}
