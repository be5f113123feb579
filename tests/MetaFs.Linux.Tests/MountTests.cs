// mount(2), the mount table and its escapes.
using System.Text;
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class MountTests
{
    [Fact]
    public void ALineIsTakenApart()
    {
        MountEntry entry = Assert.Single(MountInfo.Parse(
            "36 35 98:7 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"u8));
        Assert.Equal((36, 35, 98u, 7u), (entry.Id, entry.Parent, entry.Major, entry.Minor));
        Assert.Equal("/mnt1"u8, entry.Root);
        Assert.Equal("/mnt2"u8, entry.MountPoint);
        Assert.Equal("/dev/root"u8, entry.Source);
        Assert.Equal("ext3", entry.Type);
        Assert.Equal(("rw,noatime", "rw,errors=continue"), (entry.MountOptions, entry.SuperOptions));
        Assert.Equal(DeviceNumber.Make(98, 7), entry.Dev);
    }

    [Fact]
    public void OptionalFieldsMayBeAbsentAndOptionsEmpty()
    {
        MountEntry entry = Assert.Single(MountInfo.Parse("1 0 0:1 / / rw - rootfs  rw"u8));
        Assert.Empty(entry.Source);
        Assert.Equal("rw", entry.SuperOptions);
    }

    [Fact]
    public void EscapesAreUndone()
    {
        byte[] line =
        [
            .. @"40 1 0:9 / /mnt/a\040b\011c\012d\134e\043"u8, 0xFF,
            .. @" rw - cifs //server/my\040share rw,vers=3.0,x=a\054b"u8, (byte)'\n',
        ];
        MountEntry entry = Assert.Single(MountInfo.Parse(line));
        Assert.Equal([.. "/mnt/a b\tc\nd\\e#"u8, 0xFF], entry.MountPoint);
        Assert.Equal("//server/my share"u8, entry.Source);
        Assert.Equal("rw,vers=3.0,x=a,b", entry.SuperOptions);
    }

    [Theory]
    [InlineData(@"\", @"\")]
    [InlineData(@"\04", @"\04")]
    [InlineData(@"\049", @"\049")]
    [InlineData(@"\040", " ")]
    [InlineData(@"\134040", @"\040")]
    public void OnlyThreeOctalDigitsAreAnEscape(string text, string expected) =>
        Assert.Equal(Encoding.ASCII.GetBytes(expected), MountInfo.Unescape(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void LinesThatAreNoneAreLeftOut() =>
        Assert.Empty(MountInfo.Parse("\nnonsense\n36 35 98 /mnt1 /mnt2 rw - ext3 x rw\n1 x 0:1 / / rw - a b c\n"u8));

    [Fact]
    public void TheTableOfTheProcessHasItsRoot()
    {
        Assert.Contains(MountInfo.Read(), mount => mount.MountPoint.AsSpan().SequenceEqual("/"u8));
        Assert.Null(MountInfo.Find(ulong.MaxValue));
    }

    [RootFact]
    public void FilesystemsAreMountedAndUnmounted()
    {
        using var dir = new TempDirectory();
        string point = dir.Path + "/mount point";
        Directory.CreateDirectory(point);
        Assert.Equal(
            Errno.OK,
            Libc.Mount(
                Z("my source"),
                Z(point),
                Z("tmpfs"),
                MountFlags.MS_NOSUID | MountFlags.MS_NODEV,
                Z("size=64k")));
        try
        {
            MountEntry entry = MountInfo.Read().Single(
                mount => Encoding.UTF8.GetString(mount.MountPoint) == point);
            Assert.Equal("my source"u8, entry.Source);
            Assert.Equal("tmpfs", entry.Type);
            Assert.Contains("nosuid", entry.MountOptions, StringComparison.Ordinal);
            Assert.Contains("size=64k", entry.SuperOptions, StringComparison.Ordinal);
        }
        finally
        {
            Assert.Equal(Errno.OK, Libc.Umount2(Z(point), MountFlags.UMOUNT_NOFOLLOW));
        }

        Assert.Equal(Errno.EINVAL, Libc.Umount2(Z(point), MountFlags.UMOUNT_NOFOLLOW));
        Assert.Equal(Errno.ENODEV, Libc.Mount(Z("x"), Z(point), Z("no such type"), 0, default));
    }
}
