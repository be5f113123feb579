// getdents64(2) and the walk over its records.
using System.Text;
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class DirentReaderTests : IDisposable
{
    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void EveryEntryComesOnceWithItsTypeAndInode()
    {
        for (int i = 0; i < 100; i++)
            _dir.NewFile($"file-{i:D3}-{new string('x', 100)}").Dispose();
        Assert.Equal(Errno.OK, Libc.Mkdirat(_dir.Fd, Z("directory"), 0x1C0));
        Assert.Equal(Errno.OK, Libc.Symlinkat(Z("nowhere"), _dir.Fd, Z("symlink")));

        Dictionary<string, (ulong Ino, byte Type)> seen = ReadAll(new byte[1024]);

        Assert.Equal(102, seen.Count);
        Assert.Equal((_dir.Stat("directory").Ino, DirentType.DT_DIR), seen["directory"]);
        Assert.Equal((_dir.Stat("symlink").Ino, DirentType.DT_LNK), seen["symlink"]);
        string file = $"file-042-{new string('x', 100)}";
        Assert.Equal((_dir.Stat(file).Ino, DirentType.DT_REG), seen[file]);
    }

    [Fact]
    public void TheOffsetOfAnEntryLeadsToTheNext()
    {
        _dir.NewFile("a").Dispose();
        _dir.NewFile("b").Dispose();
        byte[] buffer = new byte[4096];
        Assert.Equal(Errno.OK, Libc.Getdents64(_dir.Fd, buffer, out int length));
        var entries = new List<(string Name, long Off)>();
        int records = 0;
        foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
        {
            entries.Add((Encoding.UTF8.GetString(entry.Name.Bytes), entry.Off));
            records += entry.RecordLength;
        }


        Assert.Equal(4, entries.Count);
        Assert.Equal(length, records);
        Assert.Equal(Errno.OK, Libc.Lseek(_dir.Fd, entries[1].Off, Libc.SEEK_SET, out long position));
        Assert.Equal(entries[1].Off, position);
        Assert.Equal(Errno.OK, Libc.Getdents64(_dir.Fd, buffer, out length));
        DirentReader rest = new(buffer.AsSpan(0, length));
        Assert.True(rest.MoveNext());
        Assert.Equal(entries[2].Name, Encoding.UTF8.GetString(rest.Current.Name.Bytes));
    }

    [Fact]
    public void ErrorsAreTheKernels()
    {
        using SafeFd file = _dir.NewFile("file");
        Assert.Equal(Errno.ENOTDIR, Libc.Getdents64(file, new byte[1024], out _));
        Assert.Equal(Errno.EINVAL, Libc.Getdents64(_dir.Fd, new byte[8], out int length));
        Assert.Equal(0, length);
        Assert.Equal(Errno.EBADF, Libc.Getdents64(SafeFd.Invalid, new byte[1024], out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 24)]
    [InlineData(24, 0)]
    [InlineData(24, 19)]
    [InlineData(24, 25)]
    [InlineData(24, 65535)]
    public void BytesThatAreNoRecordEndTheWalk(int filled, int reclen)
    {
        byte[] bytes = new byte[filled];
        if (filled >= 18)
            BitConverter.TryWriteBytes(bytes.AsSpan(16), (ushort)reclen);
        DirentReader reader = new(bytes);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void ANameWithoutItsEndIsNoRecord()
    {
        byte[] bytes = new byte[24];
        BitConverter.TryWriteBytes(bytes.AsSpan(16), (ushort)24);
        bytes.AsSpan(19).Fill((byte)'x');
        DirentReader reader = new(bytes);
        Assert.False(reader.MoveNext());
    }

    private Dictionary<string, (ulong Ino, byte Type)> ReadAll(byte[] buffer)
    {
        var seen = new Dictionary<string, (ulong Ino, byte Type)>();
        while (true)
        {
            Assert.Equal(Errno.OK, Libc.Getdents64(_dir.Fd, buffer, out int length));
            if (length == 0)
                return seen;
            foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
            {
                if (!entry.IsDotOrDotDot)
                    seen.Add(Encoding.UTF8.GetString(entry.Name.Bytes), (entry.Ino, entry.Type));
            }
        }
    }
}
