using System.Text;
using MetaFs.Cli.Transfer;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Tests.Transfer;

public sealed class EntryFormatTests
{
    private static readonly byte[] s_anyName = [.. Enumerable.Range(1, 255).Where(static c => c != '/').Select(static c => (byte)c)];

    private static readonly Entry[] s_tree =
    [
        Named(""u8, FileMode.S_IFDIR, 0x3FF),
        Named("dir"u8, FileMode.S_IFDIR, 0x1C0),
        Named("dir/suid file"u8, FileMode.S_IFREG, 0x9ED),
        Named("dir/link"u8, FileMode.S_IFLNK, 0x1FF) with { Target = "../a b#c\\d"u8.ToArray() },
        Named("fifo"u8, FileMode.S_IFIFO, 0x1A4),
        Named("disk"u8, FileMode.S_IFBLK, 0x180) with { Device = (259, 70_000) },
    ];

    public static TheoryData<string> Words => [.. EntryFormats.All.Select(static format => format.Word)];

    [Theory]
    [MemberData(nameof(Words))]
    public void What_a_form_carries_comes_back_as_it_was(string word)
    {
        IEntryFormat format = EntryFormats.Find(word)!;
        List<Entry> left = [];
        List<Entry> read = Read(format, Write(format, s_tree, left));
        Entry[] written = [.. s_tree.Except(left)];
        Assert.Equal(written.Length, read.Count);
        foreach ((Entry was, Entry now) in written.Zip(read))
        {
            Assert.True(now.Ino is not null || was.Path.AsSpan().SequenceEqual(now.Path), Encoding.UTF8.GetString(now.Path));
            Assert.True(now.Ino is null || now.Ino == was.Ino);
            Assert.Equal((was.Uid, was.Gid, was.Mode), (now.Uid, now.Gid, now.Mode));
            Assert.Equal(was.Type, now.Type ?? was.Type);
            Assert.Equal(was.Mtime, now.Mtime ?? was.Mtime);
            Assert.Equal(was.Atime, now.Atime ?? was.Atime);
            Assert.Equal(now.Device ?? was.Device, was.Device);
            Assert.True(now.Target is null || was.Target.AsSpan().SequenceEqual(now.Target));
        }
    }

    [Fact]
    public void An_owner_that_tar_cannot_carry_is_left_out()
    {
        List<Entry> left = [];
        Write(EntryFormats.Find("tar")!, [s_tree[1] with { Uid = 4_000_000_000 }], left);
        Assert.Single(left);
    }

    [Theory]
    [InlineData("mtree")]
    [InlineData("getfacl")]
    [InlineData("rsync")]
    public void Names_of_any_bytes_come_back(string word)
    {
        IEntryFormat format = EntryFormats.Find(word)!;
        Entry read = Assert.Single(Read(format, Write(format, [Named(s_anyName, FileMode.S_IFREG, 0x1FF)], [])));
        Assert.Equal(s_anyName, read.Path);
    }

    [Theory]
    [InlineData("mtree", "#mtree\n./x type=file mode=0644\n./y mode=08\n", 3)]
    [InlineData("mtree", "#mtree\n./x time=12.x\n", 2)]
    [InlineData("mtree", "#mtree\n../x mode=0644\n", 2)]
    [InlineData("mtree", "#mtree\n..\n", 2)]
    [InlineData("getfacl", "user::rwx\n", 1)]
    [InlineData("getfacl", "# file: x\nuser::rwz\n", 2)]
    [InlineData("getfacl", "# file: x\n# owner: there-is-no-such-user\n", 2)]
    [InlineData("rsync", "# file: x\nuser.rsync.%stat=\"100644 0,0\"\n", 2)]
    [InlineData("rsync", "# file: a/../../x\n", 1)]
    [InlineData("fakeroot", "dev=1,ino=5,mode=100644,uid=0,gid=0,nlink=1,rdev=0\ndev=1,mode=100644\n", 2)]
    [InlineData("fakeroot", "dev=1,ino=x,mode=100644,uid=0,gid=0,nlink=1,rdev=0\n", 1)]
    public void A_malformed_line_is_named(string word, string text, long line)
    {
        IEntryFormat format = EntryFormats.Find(word)!;
        var e = Assert.Throws<EntryFormatException>(() => Read(format, Encoding.Latin1.GetBytes(text)));
        Assert.Equal(line, e.Line);
    }

    [Fact]
    public void What_is_no_archive_is_no_tar()
    {
        byte[] noise = new byte[2048];
        new Random(5).NextBytes(noise);
        Assert.Throws<EntryFormatException>(() => Read(EntryFormats.Find("tar")!, noise));
    }

    [Fact]
    public void Mtree_has_defaults_directories_and_continued_lines()
    {
        const string text =
            """
            #mtree
            /set type=file uid=5 gid=6 mode=0644
            .            type=dir mode=0755
                a\040b   time=1.5 \
                         uid=7
                sub      type=dir
                    c    gname=root
                ..
                d
            ..
            """;
        List<Entry> read = Read(EntryFormats.Find("mtree")!, Encoding.ASCII.GetBytes(text + "\n"));
        Assert.Equal(["", "a b", "sub", "sub/c", "d"], read.Select(static e => Encoding.ASCII.GetString(e.Path)));
        Assert.Equal((7u, 6u, 0x1A4u, 1_000_000_005L), (read[1].Uid, read[1].Gid, read[1].Mode, read[1].Mtime));
        Assert.Equal((5u, 6u), (read[3].Uid, read[3].Gid));
    }

    private static Entry Named(ReadOnlySpan<byte> path, uint type, uint mode) => new()
    {
        Path = path.ToArray(),
        Type = type,
        Mode = mode,
        Uid = 2_000_000_000,
        Gid = (uint)path.Length,
        Atime = -1_500_000_000,
        Mtime = 1_700_000_000_123_456_789,
        Ino = ((ulong)path.Length << 32) + type,
    };

    private static byte[] Write(IEntryFormat format, Entry[] entries, List<Entry> left)
    {
        using var stream = new MemoryStream();
        format.Write(entries, stream, (entry, _) => left.Add(entry));
        return stream.ToArray();
    }

    private static List<Entry> Read(IEntryFormat format, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return [.. format.Read(stream)];
    }
}
