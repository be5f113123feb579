using System.Text;

namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Nobody talks MetaFs into showing what is not so: no name, attribute or control call is a way in.</summary>
public sealed class ControlTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private const uint MetaFsIocShow = (3u << 30) | (8192u << 16) | ('M' << 8) | 2;

    [RootTheory]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void NoExtendedAttributeChangesOwnerOrMode(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chown(venue["f"], 42, 43).Ok();
        Posix.Chmod(venue["f"], Oct(640)).Ok();
        string[] names =
        [
            "user.metafs", "user.metafs.uid", "trusted.metafs", "security.metafs", "user.fuseoverlayfs.override_stat",
            "user.containers.override_stat", "user.virtfs.uid", "system.metafs",
        ];
        foreach (string name in names)
            _ = Posix.Setxattr(venue["f"], name, "0:0:04755"u8.ToArray());
        FileStatus status = Posix.Stat(venue["f"]);
        Assert.Equal(("42:43", Oct(640)), (status.Owner, status.Mode));
    });

    [RootTheory]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void TheControlCallTakesOneName(Place place) => In(place, venue =>
    {
        Posix.Mkdir(venue["d"], Oct(755)).Ok();
        Posix.CreateFile(venue["d/f"]);
        int directory = Posix.Open(venue["d"], Posix.O_RDONLY | Posix.O_DIRECTORY);
        foreach (string name in (string[])["../d/f", "/etc/passwd", "..", "./f", "f/", "none", new('n', 300)])
        {
            byte[] argument = new byte[8192];
            Encoding.Latin1.GetBytes(name, argument);
            Assert.NotEqual((name, Errno.OK), (name, Posix.Ioctl(directory, MetaFsIocShow, argument)));
        }

        byte[] unterminated = new byte[8192];
        Array.Fill(unterminated, (byte)'n');
        Assert.NotEqual(Errno.OK, Posix.Ioctl(directory, MetaFsIocShow, unterminated));

        byte[] right = new byte[8192];
        right[0] = (byte)'f';
        Posix.Ioctl(directory, MetaFsIocShow, right).Ok();
        Assert.StartsWith("{", Encoding.Latin1.GetString(right));
        Posix.Close(directory).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void UnknownControlCallsAreRefused(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        int fd = Posix.Open(venue["f"], Posix.O_RDONLY);
        Assert.NotEqual(Errno.OK, Posix.Ioctl(fd, (2u << 30) | (64u << 16) | ('M' << 8) | 99, new byte[64]));
        Posix.Close(fd).Ok();
    });

    [RootTheory]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void DevicesAndSuidAreInertByDefault(Place place) => In(place, venue =>
    {
        string options = MountTable.Find(venue.Share!.MountPoint)!.Options;
        Assert.Contains("nosuid", options.Split(','));
        Assert.Contains("nodev", options.Split(','));
        if (venue.Mounter.Uid != 0 || venue.Share.Kind is ShareKind.BindfsDeny or ShareKind.BindfsIgnore)
            return; // cannot make devices there
        Posix.Mknod(venue["null"], Posix.S_IFCHR | Oct(666), (1 << 8) | 3).Ok();
        Assert.Equal((1u, 3u), Posix.Stat(venue["null"]).Rdev);
        Assert.Equal(Errno.EACCES, Posix.Open(venue["null"], Posix.O_RDONLY, 0, out _));
    });
}
