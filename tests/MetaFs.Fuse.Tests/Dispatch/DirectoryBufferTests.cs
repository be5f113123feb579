using System.Buffers.Binary;
using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse.Tests.Dispatch;

public sealed class DirectoryBufferTests
{
    [Fact]
    public void An_entry_has_the_kernels_layout_and_zeros_for_padding()
    {
        byte[] room = new byte[64];
        Array.Fill(room, byte.MaxValue);
        var buffer = new DirectoryBuffer(room);

        Assert.True(buffer.TryAdd(0x1122334455667788, 0x99, 8, "abc"u8));

        Assert.Equal(32, buffer.Length);
        ReadOnlySpan<byte> entry = buffer.Written;
        Assert.Equal(0x1122334455667788ul, BinaryPrimitives.ReadUInt64LittleEndian(entry));
        Assert.Equal(0x99ul, BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]));
        Assert.Equal(3u, BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]));
        Assert.Equal(8u, BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]));
        Assert.Equal("abc\0\0\0\0\0"u8, entry[24..]);
        Assert.Equal(byte.MaxValue, room[32]);
    }

    [Fact]
    public void An_entry_with_attributes_has_them_in_front()
    {
        var buffer = new DirectoryBuffer(new byte[160]);
        var entry = new FuseEntryOut { Nodeid = 0x40DE, Attr = new FuseAttr { Ino = 0x1A0 } };
        Assert.True(buffer.TryAddPlus(in entry, 2, 4, "directory"u8[..8]));
        Assert.Equal(160, buffer.Length);
        Assert.Equal(0x40DEul, BinaryPrimitives.ReadUInt64LittleEndian(buffer.Written));
        Assert.Equal(0x1A0ul, BinaryPrimitives.ReadUInt64LittleEndian(buffer.Written[128..]));
        Assert.Equal("director"u8, buffer.Written[152..]);
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(8, 32)]
    [InlineData(9, 40)]
    [InlineData(255, 280)]
    public void Room_is_known_before_and_nothing_is_cut_short(int nameLength, int size)
    {
        byte[] name = new byte[nameLength];
        var exact = new DirectoryBuffer(new byte[size]);
        Assert.True(exact.HasRoomFor(nameLength));
        Assert.True(exact.TryAdd(1, 1, 8, name));
        Assert.False(exact.HasRoomFor(0));

        var small = new DirectoryBuffer(new byte[size - 1]);
        Assert.False(small.HasRoomFor(nameLength));
        Assert.False(small.TryAdd(1, 1, 8, name));
        Assert.Equal(0, small.Length);

        var exactPlus = new DirectoryBuffer(new byte[size + 128]);
        var entry = new FuseEntryOut { Nodeid = 1 };
        Assert.True(exactPlus.HasRoomForPlus(nameLength));
        Assert.True(exactPlus.TryAddPlus(in entry, 1, 8, name));

        var smallPlus = new DirectoryBuffer(new byte[size + 127]);
        Assert.False(smallPlus.HasRoomForPlus(nameLength));
        Assert.False(smallPlus.TryAddPlus(in entry, 1, 8, name));
        Assert.Equal(0, smallPlus.Length);
    }

    [Fact]
    public void Entries_follow_one_another_until_the_room_is_used_up()
    {
        var buffer = new DirectoryBuffer(new byte[4096]);
        int count = 0;
        while (buffer.TryAdd(1, (ulong)count + 1, 8, "name"u8))
            count++;
        Assert.Equal(4096 / 32, count);
        Assert.Equal(4096, buffer.Length);
    }
}
