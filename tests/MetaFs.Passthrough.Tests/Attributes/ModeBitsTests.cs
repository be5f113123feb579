using MetaFs.Passthrough.Attributes;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class ModeBitsTests
{
    [Theory]
    [InlineData(755, 755)]
    [InlineData(4755, 755)]
    [InlineData(2755, 755)]
    [InlineData(6755, 755)]
    [InlineData(6711, 711)]
    [InlineData(2745, 2745)] // no group execute: mandatory locking, not sgid
    [InlineData(6745, 2745)]
    [InlineData(2010, 10)]
    [InlineData(1777, 1777)]
    [InlineData(7777, 1777)]
    [InlineData(0, 0)]
    [InlineData(4000, 0)]
    [InlineData(2000, 2000)]
    public void A_write_takes_suid_and_the_sgid_that_executes(int mode, int left) =>
        Assert.Equal(Oct(left), ModeBits.KillSuidgid(Oct(mode)));

    [Theory]
    [InlineData(777, false)]
    [InlineData(1777, false)]
    [InlineData(2000, true)]
    [InlineData(4000, true)]
    [InlineData(6755, true)]
    public void Suid_and_sgid_are_seen(int mode, bool has) => Assert.Equal(has, ModeBits.HasSuidgid(Oct(mode)));

    [Theory]
    // wanted, directory, keep access, owner is real, group is real: on the share
    [InlineData(6000, false, false, false, false, 0)]
    [InlineData(6000, false, false, true, false, 4000)]
    [InlineData(6000, false, false, false, true, 2000)]
    [InlineData(6000, false, false, true, true, 6000)]
    [InlineData(6000, false, true, false, false, 600)]
    [InlineData(6000, false, true, true, false, 4600)]
    [InlineData(6000, false, true, false, true, 2600)]
    [InlineData(6000, false, true, true, true, 6600)]
    [InlineData(6000, true, false, false, false, 0)]
    [InlineData(6000, true, false, true, false, 4000)]
    [InlineData(6000, true, false, false, true, 2000)]
    [InlineData(6000, true, false, true, true, 6000)]
    [InlineData(6000, true, true, false, false, 700)]
    [InlineData(6000, true, true, true, false, 4700)]
    [InlineData(6000, true, true, false, true, 2700)]
    [InlineData(6000, true, true, true, true, 6700)]
    [InlineData(1444, false, true, false, false, 1644)] // sticky is no identity
    [InlineData(1055, true, true, false, false, 755)] // but a lock: NFS clients check it
    [InlineData(1777, true, true, true, true, 777)]
    [InlineData(1777, true, false, true, true, 1777)]
    [InlineData(111, false, true, true, true, 711)]
    [InlineData(777, false, false, false, false, 777)]
    public void Only_what_is_safe_and_true_stands_on_the_share(
        int wanted, bool isDirectory, bool keepAccess, bool ownerIsReal, bool groupIsReal, int share) =>
        Assert.Equal(
            Oct(share), ModeBits.OnShare(Oct(wanted), isDirectory, keepAccess, ownerIsReal, groupIsReal));

    [Fact]
    public void Every_mode_keeps_its_permission_bits_on_the_share()
    {
        for (uint mode = 0; mode <= ModeBits.All; mode++)
        {
            uint share =
                ModeBits.OnShare(mode | 0x8000, false, keepAccess: true, ownerIsReal: false, groupIsReal: false);
            Assert.Equal((mode & Oct(1777)) | Oct(600), share);
        }
    }
}
