using System.Text;
using MetaFs.Linux;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Shares;

public sealed class FileSystemFactsTests
{
    [Theory]
    // type, super options: local, stable inodes, stamps late, granularity, handle is identity
    [InlineData("ext4", "rw", true, true, false, 1, false)]
    [InlineData("xfs", "rw", true, true, false, 1, false)]
    [InlineData("btrfs", "rw", true, true, false, 1, false)]
    [InlineData("tmpfs", "rw", true, true, false, 1, false)]
    [InlineData("overlay", "rw", true, true, false, 1, false)]
    [InlineData("nfs", "rw,vers=3", false, true, false, 1, true)]
    [InlineData("nfs4", "rw,vers=4.2", false, true, false, 1, true)]
    [InlineData("cifs", "rw,vers=3.1.1,serverino,soft", false, true, true, 100, false)]
    [InlineData("cifs", "serverino", false, true, true, 100, false)]
    [InlineData("cifs", "rw,vers=3.1.1", false, false, true, 100, false)]
    [InlineData("cifs", "rw,noserverino", false, false, true, 100, false)]
    [InlineData("cifs", "", false, false, true, 100, false)]
    [InlineData("smb3", "rw,serverino", false, true, true, 100, false)]
    [InlineData("vfat", "rw", false, false, false, 2_000_000_000, false)]
    [InlineData("msdos", "rw", false, false, false, 2_000_000_000, false)]
    [InlineData("exfat", "rw", false, false, false, 10_000_000, false)]
    [InlineData("fuse.metafs", "rw", false, true, false, 1, false)]
    [InlineData("fuse.sshfs", "rw", false, false, false, 1, false)]
    [InlineData("fuse", "rw", false, false, false, 1, false)]
    [InlineData("fuseblk", "rw", false, false, false, 1, false)]
    [InlineData("9p", "rw", false, true, false, 1, false)]
    public void A_type_has_its_facts(
        string type, string options, bool local, bool stable, bool late, long granularity, bool handle)
    {
        var expected = new FileSystemFacts(local, stable, late, granularity, handle)
        {
            ListsAllXattrs = local && type != "overlay",
            IsFuse = type.StartsWith("fuse", StringComparison.Ordinal),
            IsFuseDisk = type == "fuseblk",
            FollowsLinks = type == "fuse.sshfs",
            HidesWrites = type is "vfat" or "msdos" or "fuse.sshfs",
            MakesUpBirthTimes = type is "cifs" or "smb3",
            MayLoseNumbers = type is "cifs" or "smb3",
            HasControlXattrs = type is "cifs" or "smb3",
            LacksSymlinks = type is "cifs" or "smb3" or "vfat" or "msdos" or "exfat",
            RemovesAtClose = type is "cifs" or "smb3",
            KeepsOpenNames = type is "cifs" or "smb3" or "nfs" or "nfs4" or "fuse" or "fuseblk" or "fuse.sshfs" or "9p",
            IgnoresCase = type is "cifs" or "smb3" or "vfat" or "msdos" or "exfat",
        };
        Assert.Equal(expected, FileSystemFacts.Of(type, options));
    }

    [Theory]
    [InlineData("fuse", true)]
    [InlineData("fuse.bindfs", true)]
    [InlineData("vfat", false)]
    public void A_fuse_mirror_that_hands_inode_numbers_through_is_stable(string type, bool stable)
    {
        using var directory = new BackingDirectory();
        Assert.Equal(stable, FileSystemFacts.Of(Mount(type, directory.Path, directory.Path)).StableInodes);
    }

    [Theory]
    [InlineData("bindfs", false)]
    [InlineData("/does/not/exist", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    public void A_fuse_mount_that_is_no_mirror_is_not(string source, bool stable)
    {
        using var directory = new BackingDirectory();
        FileSystemFacts facts = FileSystemFacts.Of(Mount("fuse.other", source, directory.Path));
        Assert.Equal((stable, !stable), (facts.StableInodes, facts.StampsLate));
    }

    private static MountEntry Mount(string type, string source, string mountPoint) => new(
        1, 0, 0, 1, "/"u8.ToArray(), Encoding.UTF8.GetBytes(mountPoint), type,
        Encoding.UTF8.GetBytes(source), "rw", "rw");
}
