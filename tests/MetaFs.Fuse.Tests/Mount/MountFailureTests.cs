using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>What is said when a mount does not come about, and what it is made of when it does.</summary>
public sealed class MountFailureTests
{
    private static readonly FuseMountOptions s_options = new() { MountPoint = "/mnt/x", Source = "//server/a,b\\c" };

    [MountedFact]
    public void A_mount_point_that_is_not_there_is_named()
    {
        FuseMountException exception = Assert.Throws<FuseMountException>(
            () => FuseMounter.Mount(s_options with { MountPoint = "/nowhere/at all" }));
        Assert.Contains("/nowhere/at all", exception.Message, StringComparison.Ordinal);
    }

    [MountedFact(NeedsFusermount = true)]
    public void What_fusermount3_says_is_handed_on()
    {
        FuseMountException exception = Assert.Throws<FuseMountException>(
            () => Fusermount.Mount("/nowhere/at all", FuseMounter.UserOptions(s_options)));
        Assert.Contains("fusermount3", exception.Message, StringComparison.Ordinal);
        Assert.Contains("No such file", exception.Message, StringComparison.Ordinal);
    }

    [MountedFact]
    public void Unmounting_what_is_no_mount_is_EINVAL()
    {
        string directory = Directory.CreateTempSubdirectory("metafs-fuse-").FullName;
        Assert.Equal(Errno.EINVAL, FuseMounter.Unmount(directory, lazy: false));
        Directory.Delete(directory);
    }

    [Fact]
    public void Fusermount3_is_told_everything_with_commas_escaped()
    {
        Assert.Equal(
            """fsname=//server/a\,b\\c,subtype=metafs,rw,max_read=1048576""", FuseMounter.UserOptions(s_options));
        Assert.Equal(
            """fsname=//server/a\,b\\c,subtype=metafs,ro,noexec,allow_other,default_permissions,max_read=65536""",
            FuseMounter.UserOptions(s_options with
            {
                ReadOnly = true,
                NoExec = true,
                AllowOther = true,
                DefaultPermissions = true,
                MaxRead = 65536,
            }));
    }

    [Fact]
    public void The_kernel_is_told_everything()
    {
        Assert.Equal(
            $"fd=9,rootmode=40000,user_id={Libc.Getuid()},group_id={Libc.Getgid()},max_read=1048576",
            FuseMounter.RootData(s_options, 9, FileMode.S_IFDIR));
        Assert.Equal(MountFlags.MS_NOSUID | MountFlags.MS_NODEV, FuseMounter.RootFlags(s_options));
        Assert.Equal(
            MountFlags.MS_RDONLY | MountFlags.MS_NOEXEC,
            FuseMounter.RootFlags(s_options with { Suid = true, Dev = true, ReadOnly = true, NoExec = true }));
    }

    [Theory]
    [InlineData(Errno.ENOENT, "modprobe fuse")]
    [InlineData(Errno.ENODEV, "modprobe fuse")]
    [InlineData(Errno.EACCES, "0666")]
    [InlineData(Errno.EPERM, "0666")]
    [InlineData(Errno.EMFILE, "Too many open files")]
    public void A_device_that_does_not_open_comes_with_its_cure(Errno errno, string cure)
    {
        string message = DeviceErrors.OfOpen(errno);
        Assert.Contains(errno.ToString(), message, StringComparison.Ordinal);
        Assert.Contains(cure, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("option allow_other only allowed if 'user_allow_other' is set in /etc/fuse.conf", "let root add")]
    [InlineData("failed to open /dev/fuse: Permission denied", "0666")]
    [InlineData("fuse device not found, try 'modprobe fuse' first", "modprobe fuse")]
    [InlineData("", "failed to mount /mnt/x")]
    public void What_fusermount3_says_comes_with_its_cure(string words, string cure)
    {
        string message = Fusermount.Explain("/mnt/x", words);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Contains(cure, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.ENOTCONN, "unmount it first")]
    [InlineData(Errno.ENOENT, "make it first")]
    public void A_bad_mount_point_comes_with_its_cure(Errno errno, string cure) =>
        Assert.Contains(cure, DeviceErrors.OfMountPoint("/mnt/x", errno), StringComparison.Ordinal);
}
