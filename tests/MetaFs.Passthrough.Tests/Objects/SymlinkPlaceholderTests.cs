using System.Text;
using MetaFs.Passthrough.Objects;

namespace MetaFs.Passthrough.Tests.Objects;

/// <summary>The bytes are those of fs/smb/client/link.c.</summary>
public sealed class SymlinkPlaceholderTests
{
    [Theory]
    [InlineData("target", "XSym\n0006\n42aefbae01d2dfd981f7da7d823d689e\ntarget\n")]
    [InlineData("gr\u00f6\u00dfe/\u00fcn\u00ef", "XSym\n0013\n194c74606ba923a9bbc8f608129d0b62\ngr\u00f6\u00dfe/\u00fcn\u00ef\n")]
    public void It_is_what_the_kernel_writes(string target, string start)
    {
        byte[] expected = Encoding.UTF8.GetBytes(start);
        byte[] content = Of(target);
        Assert.Equal(1067, content.Length);
        Assert.Equal(expected, content[..expected.Length]);
        Assert.All(content[expected.Length..], b => Assert.Equal((byte)' ', b));
        Assert.True(SymlinkPlaceholder.TryRead(content, out ReadOnlySpan<byte> read));
        Assert.Equal(target, Encoding.UTF8.GetString(read));
    }

    [Theory]
    [InlineData(1023, "c9a34cfc85d982698c6ac89f76071abd", false)]
    [InlineData(1024, "c9a34cfc85d982698c6ac89f76071abd", true)]
    public void The_longest_target_fills_the_file(int length, string digest, bool isThat)
    {
        string target = new('a', length);
        byte[] content = Of(target);
        Assert.Equal(isThat ? (byte)'a' : (byte)'\n', content[^1]);
        Assert.Equal(isThat, Encoding.UTF8.GetString(content, 10, 32) == digest);
        Assert.True(SymlinkPlaceholder.TryRead(content, out ReadOnlySpan<byte> read));
        Assert.Equal(length, read.Length);
    }

    [Theory]
    [InlineData(1025)]
    [InlineData(2000)]
    [InlineData(4095)]
    public void A_longer_one_is_known_again_and_nobody_takes_the_start_for_the_whole(int length)
    {
        byte[] target = Encoding.UTF8.GetBytes(new string('a', length));
        byte[] content = Of(target);
        Assert.Equal(length.ToString("D4", null), Encoding.UTF8.GetString(content, 5, 4));
        Assert.False(SymlinkPlaceholder.TryRead(content, out _));
        Assert.True(SymlinkPlaceholder.Holds(content, target));
        target[^1]++;
        Assert.False(SymlinkPlaceholder.Holds(content, target));
    }

    [Theory]
    [InlineData(0, 'Y')]
    [InlineData(4, ' ')]
    [InlineData(5, '-')]
    [InlineData(8, '7')]
    [InlineData(9, ' ')]
    [InlineData(10, '5')]
    [InlineData(41, 'f')]
    [InlineData(42, ' ')]
    [InlineData(43, 'T')]
    public void One_byte_that_does_not_fit_makes_it_a_plain_file(int offset, char value)
    {
        byte[] content = Of("target");
        content[offset] = (byte)value;
        Assert.False(SymlinkPlaceholder.TryRead(content, out _));
        Assert.False(SymlinkPlaceholder.Holds(content, "target"u8));
    }

    [Fact]
    public void What_comes_after_the_target_does_not_count()
    {
        byte[] content = Of("target");
        content.AsSpan(50).Clear();
        Assert.True(SymlinkPlaceholder.TryRead(content, out ReadOnlySpan<byte> target));
        Assert.True(target.SequenceEqual("target"u8));
    }

    [Fact]
    public void Nothing_and_a_nul_are_no_targets()
    {
        Assert.False(SymlinkPlaceholder.TryRead(Of(""), out _));
        Assert.False(SymlinkPlaceholder.TryRead(Of("a\0b"), out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1066)]
    [InlineData(1068)]
    public void Another_size_is_a_plain_file(int size)
    {
        byte[] content = new byte[size];
        Of("target").AsSpan(0, Math.Min(size, 1067)).CopyTo(content);
        Assert.False(SymlinkPlaceholder.TryRead(content, out _));
        Assert.False(SymlinkPlaceholder.Holds(content, "target"u8));
    }

    private static byte[] Of(string target) => Of(Encoding.UTF8.GetBytes(target));

    private static byte[] Of(byte[] target)
    {
        byte[] content = new byte[SymlinkPlaceholder.Size];
        SymlinkPlaceholder.Write(target, content);
        return content;
    }
}
