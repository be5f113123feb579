using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Objects;

/// <summary>The bytes are those of struct win_dev of fs/smb/client.</summary>
public sealed class SpecialPlaceholderTests
{
    [Theory]
    [InlineData(FileMode.S_IFCHR, 0x103u, "496E7478434852000100000000000000" + "0300000000000000")]
    [InlineData(FileMode.S_IFBLK, 0x801u, "496E7478424C4B000800000000000000" + "0100000000000000")]
    [InlineData(FileMode.S_IFCHR, 0xFFFFFFFFu, "496E747843485200FF0F000000000000" + "FFFF0F0000000000")]
    [InlineData(FileMode.S_IFIFO, 0u, "4C6E784649464F000000000000000000" + "0000000000000000")]
    [InlineData(FileMode.S_IFSOCK, 0u, "4C6E78534F434B000000000000000000" + "0000000000000000")]
    public void It_is_what_the_kernel_writes(uint type, uint rdev, string hex)
    {
        byte[] content = new byte[SpecialPlaceholder.Size];
        SpecialPlaceholder.Write(type, rdev, content);
        Assert.Equal(hex, Convert.ToHexString(content));
        Assert.True(SpecialPlaceholder.Holds(content, type, rdev));
        Assert.False(SpecialPlaceholder.Holds(content, type, rdev ^ 1));
        Assert.False(SpecialPlaceholder.Holds(content, type == FileMode.S_IFCHR ? FileMode.S_IFBLK : FileMode.S_IFCHR, rdev));
        Assert.False(SpecialPlaceholder.Holds(content.AsSpan(0, 8), type, rdev));
    }

    [Fact]
    public void A_device_is_shown_with_its_number_and_without_a_size()
    {
        var item = new EmulatedObject(FileMode.S_IFBLK, DeviceNumber.Encode(259, 300), null, 0);
        Statx stat = Placeholder.Show(item, Stats.File() with { Mode = FileMode.S_IFREG | 0x1A0, Size = 24, Blocks = 8 });
        Assert.Equal(FileMode.S_IFBLK | 0x1A0u, stat.Mode);
        Assert.Equal((0ul, 0ul, 259u, 300u), (stat.Size, stat.Blocks, stat.RdevMajor, stat.RdevMinor));
    }

    [Fact]
    public void A_link_is_as_long_as_its_target_and_open_to_all()
    {
        var item = new EmulatedObject(FileMode.S_IFLNK, 0, "a/b"u8.ToArray(), 0);
        Statx stat = Placeholder.Show(item, Stats.File() with { Mode = FileMode.S_IFREG | 0x1A0, Size = 1067 });
        Assert.Equal(FileMode.S_IFLNK | 0x1FFu, stat.Mode);
        Assert.Equal(3ul, stat.Size);
    }

    [Theory]
    [InlineData(FileMode.S_IFREG, 1067ul, true)]
    [InlineData(FileMode.S_IFREG, 24ul, true)]
    [InlineData(FileMode.S_IFREG, 0ul, false)]
    [InlineData(FileMode.S_IFREG, 1068ul, false)]
    [InlineData(FileMode.S_IFDIR, 24ul, false)]
    [InlineData(FileMode.S_IFLNK, 24ul, false)]
    public void Only_a_plain_file_of_such_a_size_can_be_one(uint type, ulong size, bool mayBe) =>
        Assert.Equal(mayBe, Placeholder.MayBe(Stats.File() with { Mode = type, Size = size }));
}
