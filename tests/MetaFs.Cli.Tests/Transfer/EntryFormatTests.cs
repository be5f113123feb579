using System.Diagnostics;
using System.Text;
using MetaFs.Cli.Transfer;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Tests.Transfer;

public sealed class EntryFormatTests
{
    private static readonly byte[] s_anyName =
        [.. Enumerable.Range(1, 255).Where(static c => c != '/').Select(static c => (byte)c)];

    private static readonly byte[] s_acl = AclText.Acl(
        ["user::rwx", "user:1000:r-x", "group::r--", "group:4000000000:-w-", "mask::rwx", "other::---"], 0);

    private static readonly EntryXattr[] s_xattrs =
    [
        new("security.capability", [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        new(EntryXattr.AccessAcl, s_acl),
        new(EntryXattr.DefaultAcl, s_acl),
        new("trusted.100%3D=y\u00FF z", s_anyName),
        new("user.empty", []),
    ];

    private static readonly Entry[] s_tree =
    [
        Named(""u8, FileMode.S_IFDIR, 0x3FF),
        Named("dir"u8, FileMode.S_IFDIR, 0x1F8) with { Xattrs = s_xattrs, Uid = 4_294_967_294 },
        Named("dir/suid file"u8, FileMode.S_IFREG, 0x9ED),
        Named("dir/link"u8, FileMode.S_IFLNK, 0x1FF) with { Target = "../a b#c\\d"u8.ToArray() },
        Named("fifo"u8, FileMode.S_IFIFO, 0x1A4),
        Named("disk"u8, FileMode.S_IFBLK, 0x180) with { Device = (259, 70_000) },
        Named("old"u8, FileMode.S_IFREG, 0x180) with { Mtime = -1_500_000_001, Gid = 4_000_000_000 },
    ];

    public static TheoryData<string> Words => [.. EntryFormats.All.Select(static format => format.Word)];

    [Theory]
    [MemberData(nameof(Words))]
    public void What_a_form_carries_comes_back_as_it_was(string word)
    {
        IEntryFormat format = EntryFormats.Find(word)!;
        List<Entry> left = [];
        List<Entry> read = Read(format, Write(format, s_tree, left));
        Entry[] written = [.. s_tree.Except(word == "rsync" ? [] : left)];
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
            Assert.Equal(Carried(word, was), Told(now.Xattrs));
        }
    }

    [Fact]
    public void A_socket_that_tar_cannot_carry_is_left_out()
    {
        List<Entry> left = [];
        Assert.Empty(Read(EntryFormats.Find("tar")!, Write(
            EntryFormats.Find("tar")!, [s_tree[1] with { Type = FileMode.S_IFSOCK }], left)));
        Assert.Single(left);
    }

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=posix")]
    [InlineData("--format=ustar")]
    [InlineData("--format=v7")]
    [InlineData("--format=gnu", "--sparse")]
    [InlineData("--format=posix", "--sparse")]
    [InlineData("--format=posix", "--pax-option=globexthdr.name=x,comment=global")]
    public void Archives_of_gnu_tar_are_read(params string[] options)
    {
        using var directory = new TempDirectory();
        string tree = directory.Make("tree");
        bool isLong = options[0] is not ("--format=v7" or "--format=ustar");
        string name = isLong ? $"{new string('d', 90)}/{new string('f', 200)}" : "d/f";
        Directory.CreateDirectory(Path.GetDirectoryName($"{tree}/{name}")!);
        using (FileStream file = File.Create($"{tree}/{name}"))
        {
            file.Write(new byte[100_000]);
            file.SetLength(900_000);
        }

        File.SetLastWriteTimeUtc($"{tree}/{name}", DateTime.UnixEpoch.AddSeconds(1_000_000_000));
        File.CreateSymbolicLink($"{tree}/link", isLong ? new string('t', 300) : "t");
        using var tar = Process.Start("tar", ["-C", tree, "-cf", $"{directory.Path}/tar", .. options, "."]);
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
        List<Entry> read = Read(EntryFormats.Find("tar")!, File.ReadAllBytes($"{directory.Path}/tar"));
        Assert.Equal(4, read.Count);
        Entry found = Assert.Single(read, e => Encoding.ASCII.GetString(e.Path) == name);
        Assert.Equal((FileMode.S_IFREG, 1_000_000_000_000_000_000L), (found.Type, found.Mtime));
        Entry link = Assert.Single(read, static e => e.Type == FileMode.S_IFLNK);
        Assert.Equal(isLong ? 300 : 1, link.Target!.Length);
    }

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=posix")]
    [InlineData("--format=ustar")]
    public void Each_hard_link_of_an_archive_has_what_its_file_has(string form)
    {
        using var directory = new TempDirectory();
        string tree = directory.Make("tree");
        File.WriteAllText($"{tree}/a", "text");
        using (var link = Process.Start("ln", [$"{tree}/a", $"{tree}/b"]))
            link.WaitForExit();
        string archive = $"{directory.Path}/tar";
        using var tar = Process.Start("tar", ["-C", tree, "-cf", archive, form, "--owner=:7", "--group=:8", "./a", "./b"]);
        tar.WaitForExit();
        List<Entry> read = Read(EntryFormats.Find("tar")!, File.ReadAllBytes(archive));
        Assert.Equal(["a", "b"], read.Select(static e => Encoding.ASCII.GetString(e.Path)));
        Assert.All(read, e => Assert.Equal((7u, 8u, FileMode.S_IFREG, null), (e.Uid, e.Gid, e.Type, e.LeftOut)));
        Assert.Equal((read[0].Mode, read[0].Mtime), (read[1].Mode, read[1].Mtime));
    }

    [Fact]
    public void A_hard_link_to_what_the_archive_does_not_have_is_left_out_and_said_to_be()
    {
        byte[] archive =
        [
            .. new TarHeader { Type = '1', Name = "b"u8.ToArray(), LinkName = "./a"u8.ToArray(), Uid = 5 }.ToBlock(),
            .. new byte[1024],
        ];
        Entry read = Assert.Single(Read(EntryFormats.Find("tar")!, archive));
        Assert.Equal(("b", null), (Encoding.ASCII.GetString(read.Path), read.Uid));
        Assert.Contains("hard link to a", read.LeftOut, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f", "user::rwx", "user:1000:rw-", "group::r--", "group:1001:r--", "mask::--x", "other::---")]
    [InlineData("g", "user::rw-", "group::r--", "mask::r--", "other::r--")]
    [InlineData("d", "user::rwx", "user:1000:rwx", "group::r-x", "group:4000000000:r--", "mask::r-x", "other::---")]
    public void Acls_of_rsync_are_read(string path, params string[] acl)
    {
        // As rsync 3.5.0 wrote it.
        const string dump =
            """
            # file: f
            user.rsync.%aacl=0x80000000040000000100000080000000e803000006000080e903000004000000
            user.rsync.%stat="100710 0,0 5:6"

            # file: g
            user.rsync.%aacl=0sgAAAAIAAAAAEAAAAgAAAAA==
            user.rsync.%stat="100644 0,0 5:6"

            # file: d
            user.rsync.%aacl=0x80000000800000000500000080000000e80300000700008000286bee04000000
            user.rsync.%dacl=0x07000000050000000700000005000000e8030000070000800700000005000000
            user.rsync.%stat="40750 0,0 5:6"

            """;
        Entry read = Assert.Single(
            Read(EntryFormats.Find("rsync")!, Encoding.ASCII.GetBytes(dump)),
            e => Encoding.ASCII.GetString(e.Path) == path);
        Assert.Equal(acl, AclText.Entries(read.Xattrs.Single(static x => x.Name == EntryXattr.AccessAcl).Value));
        string[] inherited = path != "d" ? []
            : ["user::rwx", "user:1000:rwx", "group::r-x", "group:7:r-x", "mask::rwx", "other::r-x"];
        Assert.Equal(inherited, read.Xattrs.Where(static x => x.Name == EntryXattr.DefaultAcl)
            .SelectMany(static x => AclText.Entries(x.Value)));
        Assert.Null(read.LeftOut);
    }

    [Fact]
    public void A_mask_that_rsync_left_out_is_the_modes_group()
    {
        const string dump = "# file: x\nuser.rsync.%aacl=0x80000000040000008000000080000000e803000006000080\n"
            + "user.rsync.%stat=\"100660 0,0 5:6\"\n";
        Entry read = Assert.Single(Read(EntryFormats.Find("rsync")!, Encoding.ASCII.GetBytes(dump)));
        Assert.Equal(
            ["user::rw-", "user:1000:rw-", "group::r--", "mask::rw-", "other::---"],
            AclText.Entries(Assert.Single(read.Xattrs).Value));
    }

    [Fact]
    public void An_acl_of_rsync_without_a_mode_is_left_out_and_said_to_be()
    {
        const string dump = "# file: x\nuser.rsync.%aacl=0sgAAAAIAAAAAEAAAAgAAAAA==\n";
        Entry read = Assert.Single(Read(EntryFormats.Find("rsync")!, Encoding.ASCII.GetBytes(dump)));
        Assert.Empty(read.Xattrs);
        Assert.Contains("%stat", read.LeftOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Gnu_tar_reads_what_is_written()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes($"{directory.Path}/tar", Write(EntryFormats.Find("tar")!, s_tree, []));
        var start = new ProcessStartInfo("tar", ["-tvvf", $"{directory.Path}/tar", "--xattrs-include=*", "--acls", "--numeric-owner"])
        {
            RedirectStandardOutput = true,
        };
        using Process tar = Process.Start(start)!;
        string[] lines = tar.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
        Assert.Equal(s_tree.Length, lines.Count(static line => line.Contains(" ./", StringComparison.Ordinal)));
        Assert.Contains(lines, static line => line.StartsWith("drwxrwx---", StringComparison.Ordinal)
            && line.Contains("4294967294/3", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("security.capability", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_hundred_thousand_names_come_back_in_their_order(string word)
    {
        var random = new Random(20261121);
        Entry[] entries = [.. Enumerable.Range(0, 100_000).Select(i =>
        {
            byte[] path = [.. Enumerable.Range(0, 12).Select(_ => s_anyName[random.Next(s_anyName.Length)]), (byte)'n'];
            return Named([.. path, .. Encoding.ASCII.GetBytes($"{i}")], FileMode.S_IFREG, (uint)random.Next(0x1000)) with
            {
                Uid = (uint)random.NextInt64(uint.MaxValue),
                Gid = (uint)random.NextInt64(uint.MaxValue),
                Mtime = random.NextInt64(long.MinValue / 2, long.MaxValue / 2),
                Ino = ulong.MaxValue - (ulong)i,
            };
        })];
        IEntryFormat format = EntryFormats.Find(word)!;
        List<Entry> read = Read(format, Write(format, entries, []));
        Assert.Equal(entries.Length, read.Count);
        foreach ((Entry was, Entry now) in entries.Zip(read))
        {
            Assert.True(now.Ino == was.Ino || was.Path.AsSpan().SequenceEqual(now.Path), Convert.ToHexString(was.Path));
            Assert.Equal(
                (was.Uid, was.Gid, was.Mode, was.Mtime), (now.Uid, now.Gid, now.Mode, now.Mtime ?? was.Mtime));
        }
    }

    [Theory]
    [InlineData("mtree")]
    [InlineData("tar")]
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
    [InlineData("mtree", "#mtree\n./x mode=0644\n./x\0y mode=0644\n", 3)]
    [InlineData("mtree", "#mtree\n./x\\000y mode=0644\n", 2)]
    [InlineData("mtree", "#mtree\n./x mode=0644\n./y mode=0644 \\\n    uid=5 \\\n", 3)]
    [InlineData("mtree", "./x uname=there-is-no-such-user\n", 1)]
    [InlineData("mtree", "./x gname=there-is-no-such-group\n", 1)]
    [InlineData("mtree", "./x time=9223372036.854775808\n", 1)]
    [InlineData("mtree", "./x time=-9223372037.0\n", 1)]
    [InlineData("getfacl", "# file: x\\000y\nuser::rwx\n", 1)]
    [InlineData("getfacl", "user::rwx\n", 1)]
    [InlineData("getfacl", "# file: x\nuser::rwz\n", 2)]
    [InlineData("getfacl", "# file: x\n# owner: there-is-no-such-user\n", 2)]
    [InlineData("rsync", "# file: x\nuser.rsync.%stat=\"100644 0,0\"\n", 2)]
    [InlineData("rsync", "# file: a/../../x\n", 1)]
    [InlineData("rsync", "# file: a\nuser.x=0s!\n", 2)]
    [InlineData("rsync", "# file: a\nuser.x\\000y=0sYQ==\n", 2)]
    [InlineData("rsync", "# file: a\nuser.rsync.%aacl=0sgAAA\n", 2)]
    [InlineData("rsync", "# file: a\nuser.rsync.%aacl=0x80000000800000000400000009000000\n", 2)]
    [InlineData("rsync", "# file: a\nuser.rsync.%dacl=0x80000000800000000400000080000000\n", 2)]
    [InlineData("getfacl", "# file: x\nuser:no-such-user:rwx\n", 2)]
    [InlineData("getfacl", "# file: x\nuser:rwx\n", 2)]
    [InlineData("fakeroot", "dev=1,ino=5,mode=100644,uid=0,gid=0,nlink=1,rdev=0\ndev=1,mode=100644\n", 2)]
    [InlineData("fakeroot",
        "dev=1,ino=5,mode=100644,uid=0,gid=0,nlink=1,rdev=0\ndev=1,ino=5,mode=100644,uid=7,gid=0,nlink=1,rdev=0\n", 2)]
    [InlineData("fakeroot", "dev=1,ino=x,mode=100644,uid=0,gid=0,nlink=1,rdev=0\n", 1)]
    public void A_malformed_line_is_named(string word, string text, long line)
    {
        IEntryFormat format = EntryFormats.Find(word)!;
        var e = Assert.Throws<EntryFormatException>(() => Read(format, Encoding.Latin1.GetBytes(text)));
        Assert.Equal(line, e.Line);
    }

    [Fact]
    public void Two_saves_of_fakeroot_in_one_file_are_one()
    {
        const string line = "dev=1,ino=5,mode=100644,uid=7,gid=8,nlink=1,rdev=0\n";
        Entry read = Assert.Single(Read(EntryFormats.Find("fakeroot")!, Encoding.ASCII.GetBytes(line + line)));
        Assert.Equal((5ul, 7u), (read.Ino, read.Uid));
    }

    [Fact]
    public void A_tar_names_no_attribute_with_a_NUL()
    {
        IEntryFormat format = EntryFormats.Find("tar")!;
        byte[] archive = Write(format, [s_tree[2] with { Xattrs = [new("user.a\0b", [1])] }], []);
        Assert.Throws<EntryFormatException>(() => Read(format, archive));
    }

    [Theory]
    [InlineData(9_223_372_036, true)]
    [InlineData(9_223_372_037, false)]
    [InlineData(long.MinValue, false)]
    public void A_time_of_a_plain_tar_header_is_not_moved(long seconds, bool fits)
    {
        byte[] header = new TarHeader { Name = "x"u8.ToArray() }.ToBlock();
        header[136] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(140, 8), seconds);
        if (seconds < 0)
            header.AsSpan(136, 4).Fill(0xFF);
        long sum = (8 * ' ') + header.Where(static (_, i) => i is < 148 or >= 156).Sum(static b => (long)b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        byte[] archive = [.. header, .. new byte[1024]];
        if (fits)
            Assert.Equal(seconds * 1_000_000_000, Assert.Single(Read(EntryFormats.Find("tar")!, archive)).Mtime);
        else
            Assert.Throws<EntryFormatException>(() => Read(EntryFormats.Find("tar")!, archive));
    }

    [Theory]
    [InlineData("mtree")]
    [InlineData("tar")]
    public void The_first_and_the_last_time_come_back(string word)
    {
        IEntryFormat format = EntryFormats.Find(word)!;
        Entry[] entries = [s_tree[2] with { Mtime = long.MaxValue }, s_tree[2] with { Mtime = long.MinValue }];
        IEnumerable<long?> read = Read(format, Write(format, entries, [])).Select(static e => e.Mtime);
        Assert.Equal([long.MaxValue, long.MinValue], read);
    }

    [Fact]
    public void Mtree_has_letters_for_white_space()
    {
        byte[] text = "./a\\sb\\tc\\\\d type=link link=x\\sy\n"u8.ToArray();
        Entry read = Assert.Single(Read(EntryFormats.Find("mtree")!, text));
        Assert.Equal("a b\tc\\d", Encoding.ASCII.GetString(read.Path));
        Assert.Equal("x y", Encoding.ASCII.GetString(read.Target!));
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

    private static string Carried(string word, Entry entry) => Told(word switch
    {
        "tar" => entry.Xattrs,
        "getfacl" => entry.Xattrs.Where(static x => x.Name.StartsWith("system.", StringComparison.Ordinal)),
        "rsync" => entry.Xattrs.Where(static x => !x.Name.StartsWith("system.", StringComparison.Ordinal)),
        _ => [],
    });

    private static string Told(IEnumerable<EntryXattr> xattrs) => string.Join('\n', xattrs
        .OrderBy(static x => x.Name, StringComparer.Ordinal)
        .Select(static x => $"{x.Name}={Convert.ToHexString(x.Value)}"));

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
