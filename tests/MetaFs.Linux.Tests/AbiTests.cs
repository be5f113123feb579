// The structs are the kernel's, byte for byte.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Linux.Tests;

public sealed class AbiTests
{
    [Fact]
    public void StructsHaveTheirCSizes()
    {
        Assert.Equal(256, Unsafe.SizeOf<Statx>());
        Assert.Equal(120, Unsafe.SizeOf<Statfs>());
        Assert.Equal(16, Unsafe.SizeOf<Timespec>());
    }

    [Fact]
    public void StatxFieldsAreAtTheOffsetsOfTheHeader()
    {
        Span<byte> bytes = stackalloc byte[256];
        Put(bytes, 0, 0x11u);
        Put(bytes, 4, 0x12u);
        Put(bytes, 8, 0x13ul);
        Put(bytes, 16, 0x14u);
        Put(bytes, 20, 0x15u);
        Put(bytes, 24, 0x16u);
        Put(bytes, 28, (ushort)0x17);
        Put(bytes, 32, 0x18ul);
        Put(bytes, 40, 0x19ul);
        Put(bytes, 48, 0x1Aul);
        Put(bytes, 56, 0x1Bul);
        PutTime(bytes, 64, 1, 11);
        PutTime(bytes, 80, 2, 12);
        PutTime(bytes, 96, 3, 13);
        PutTime(bytes, 112, -4, 14);
        Put(bytes, 128, 0x1Cu);
        Put(bytes, 132, 0x1Du);
        Put(bytes, 136, 0x1Eu);
        Put(bytes, 140, 0x1Fu);
        Put(bytes, 144, 0x20ul);

        Statx stat = MemoryMarshal.Read<Statx>(bytes);

        Assert.Equal(0x11u, (uint)stat.Mask);
        Assert.Equal(0x12u, stat.BlockSize);
        Assert.Equal(0x13ul, stat.Attributes);
        Assert.Equal(0x14u, stat.Nlink);
        Assert.Equal(0x15u, stat.Uid);
        Assert.Equal(0x16u, stat.Gid);
        Assert.Equal(0x17u, stat.Mode);
        Assert.Equal(0x18ul, stat.Ino);
        Assert.Equal(0x19ul, stat.Size);
        Assert.Equal(0x1Aul, stat.Blocks);
        Assert.Equal(0x1Bul, stat.AttributesMask);
        Assert.Equal(1_000_000_011, stat.AtimeNs);
        Assert.Equal(2_000_000_012, stat.BtimeNs);
        Assert.Equal(3_000_000_013, stat.CtimeNs);
        Assert.Equal(-3_999_999_986, stat.MtimeNs);
        Assert.Equal(0x1Cu, stat.RdevMajor);
        Assert.Equal(0x1Du, stat.RdevMinor);
        Assert.Equal(0x1Eu, stat.DevMajor);
        Assert.Equal(0x1Fu, stat.DevMinor);
        Assert.Equal(0x20ul, stat.MntId);
    }

    [Fact]
    public void StatfsFieldsAreAtTheOffsetsOfTheHeader()
    {
        Span<byte> bytes = stackalloc byte[120];
        for (int i = 0; i < 7; i++)
            Put(bytes, i * 8, (ulong)i + 1);
        Put(bytes, 56, 8u);
        Put(bytes, 60, 9u);
        Put(bytes, 64, 10ul);
        Put(bytes, 72, 11ul);
        Put(bytes, 80, 12ul);

        Statfs statfs = MemoryMarshal.Read<Statfs>(bytes);

        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            new[]
            {
                statfs.Type, statfs.Bsize, (long)statfs.Blocks, (long)statfs.Bfree, (long)statfs.Bavail,
                (long)statfs.Files, (long)statfs.Ffree, statfs.FsidLow, statfs.FsidHigh, statfs.Namelen,
                statfs.Frsize, statfs.Flags,
            });
    }

    [Theory]
    [InlineData(1u, 3u, 0x103u)]
    [InlineData(8u, 0x12345u, 0x12300845u)]
    [InlineData(0xFFFu, 0xFFFFFu, 0xFFFFFFFFu)]
    public void DeviceNumbersOfTheKernelAreTheSameInGlibcsForm(uint major, uint minor, uint encoded)
    {
        Assert.Equal(encoded, DeviceNumber.Encode(major, minor));
        Assert.Equal(encoded, DeviceNumber.Make(major, minor));
    }

    [Fact]
    public void DeviceNumbersComeApartAgain()
    {
        ulong dev = DeviceNumber.Make(0x12345678, 0x9ABCDEF0);
        Assert.Equal(0x12345678u, DeviceNumber.Major(dev));
        Assert.Equal(0x9ABCDEF0u, DeviceNumber.Minor(dev));
    }

    private static void Put<T>(Span<byte> bytes, int offset, T value)
        where T : unmanaged =>
        MemoryMarshal.Write(bytes[offset..], in value);

    private static void PutTime(Span<byte> bytes, int offset, long sec, uint nsec)
    {
        Put(bytes, offset, sec);
        Put(bytes, offset + 8, nsec);
    }
}
