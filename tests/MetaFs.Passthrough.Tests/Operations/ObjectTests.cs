using System.Text;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Symbolic links and special files that plain files of the share stand for.</summary>
public sealed class ObjectTests : IDisposable
{
    private const uint Rdev = 0x10307;

    private static readonly PassthroughOptions s_emulating = new() { Objects = ObjectPolicy.Emulate };
    private readonly ShareUnderTest _share = new(s_emulating);

    public static TheoryData<uint> Special =>
        [FileMode.S_IFIFO, FileMode.S_IFSOCK, FileMode.S_IFCHR, FileMode.S_IFBLK];

    public static TheoryData<uint> All =>
        [FileMode.S_IFLNK, FileMode.S_IFIFO, FileMode.S_IFSOCK, FileMode.S_IFCHR, FileMode.S_IFBLK];

    public void Dispose() => _share.Dispose();

    [Theory]
    [MemberData(nameof(Special))]
    public void A_special_file_is_one_now_and_after_a_restart(uint type)
    {
        AssertSpecial(type, Oct(640), _share.Getattr(Make("x", type)));
        Assert.Equal(FileMode.S_IFREG, FileMode.TypeOf(_share.Share.Stat("x").Mode));
        Assert.Equal(24UL, _share.Share.Stat("x").Size);
        _share.Remount(new PassthroughOptions());
        AssertSpecial(type, Oct(640), _share.Lookup("x").Attr);
        _share.Remount(new PassthroughOptions { Objects = ObjectPolicy.Share });
        AssertSpecial(type, Oct(640), _share.Lookup("x").Attr);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(4095)]
    public void A_link_says_where_it_leads_now_and_after_a_restart(int length)
    {
        string target = new('t', length);
        AssertLink(target, MakeLink("l", target));
        Assert.Equal(1067UL, _share.Share.Stat("l").Size);
        _share.Remount(new PassthroughOptions());
        AssertLink(target, _share.NodeOf("l"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Owner_mode_and_times_leave_it_what_it_is(uint type)
    {
        NodeId node = MakeAny("x", type);
        FuseAttr before = _share.Getattr(node);
        _share.Chown(node, 7, 8);
        _share.Utimens(node, 1, 2_000_000_003);
        bool isLink = type == FileMode.S_IFLNK;
        Assert.Equal(
            isLink ? Errno.EOPNOTSUPP : Errno.OK, _share.TrySetattr(node, new SetattrRequest { Mode = Oct(4604) }));
        _share.Remount(s_emulating);
        FuseAttr after = _share.Lookup("x").Attr;
        Assert.Equal(type | Oct(isLink ? 777 : 4604), after.Mode);
        Assert.Equal((7u, 8u, before.Rdev, before.Size), (after.Uid, after.Gid, after.Rdev, after.Size));
        Assert.Equal((1L, 2_000_000_003L), (AtimeOf(after), MtimeOf(after)));
    }

    /// <summary>The mount itself reads the placeholder to see what it is, at any moment.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Its_access_time_is_not_its_placeholders(uint type)
    {
        foreach ((string name, long? atime) in ((string, long?)[])[("set", 1), ("left", null)])
        {
            NodeId node = MakeAny(name, type);
            long expected = atime ?? AtimeOf(_share.Getattr(node));
            _share.Utimens(node, atime, 2_000_000_003);
            Assert.Equal(
                Errno.OK,
                Libc.Utimensat(_share.Share.Fd, Names.Z(name), Timespec.Now, Timespec.Omit, AtFlags.AT_SYMLINK_NOFOLLOW));
            Assert.Equal((expected, 2_000_000_003), (AtimeOf(_share.Getattr(node)), MtimeOf(_share.Getattr(node))));
            _share.Remount(s_emulating);
            Assert.Equal(expected, AtimeOf(_share.Lookup(name).Attr));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_listing_has_its_type(uint type)
    {
        MakeAny("x", type);
        _share.Create("file");
        _share.Remount(new PassthroughOptions());
        foreach (bool plus in (bool[])[false, true])
        {
            List<Listing.Entry> entries = Listing.Read(_share, NodeId.Root, plus, 4096);
            Assert.Equal(FileMode.ToDirentType(type), entries.Single(e => e.Name == "x").Type);
            Assert.Equal(FileMode.ToDirentType(FileMode.S_IFREG), entries.Single(e => e.Name == "file").Type);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Its_names_come_and_go(uint type)
    {
        NodeId node = MakeAny("x", type);
        Assert.Equal(2u, _share.Link(node, "y").Attr.Nlink);
        Assert.Equal(node, _share.NodeOf("y"));
        _share.Rename("x", "z");
        _share.Unlink("y");
        Assert.Equal((type, 1u), (FileMode.TypeOf(_share.Getattr(node).Mode), _share.Getattr(node).Nlink));
        ulong ino = _share.Share.Stat("z").Ino;
        _share.Unlink("z");
        Assert.Equal((type, 0u), (FileMode.TypeOf(_share.Getattr(node).Mode), _share.Getattr(node).Nlink));
        Assert.Null(_share.RowOf(ino));
        if (type == FileMode.S_IFLNK)
            Assert.Equal("target", Readlink(node));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_data_reaches_its_placeholder(uint type)
    {
        NodeId node = MakeAny("x", type);
        byte[] before = File.ReadAllBytes(_share.Share.At("x"));
        Assert.Equal(Errno.EOPNOTSUPP, _share.Fs.Open(Daemon, node, OpenFlags.O_RDWR, false, out _));
        Assert.Equal(
            Errno.EOPNOTSUPP, _share.Fs.Open(Daemon, node, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, false, out _));
        Assert.Equal(Errno.EINVAL, _share.TrySetattr(node, new SetattrRequest { Size = 0 }));
        Assert.Equal(before, File.ReadAllBytes(_share.Share.At("x")));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void One_that_another_host_wrote_to_is_a_plain_file(uint type)
    {
        MakeAny("x", type);
        byte[] content = File.ReadAllBytes(_share.Share.At("x"));
        content[6]++;
        File.WriteAllBytes(_share.Share.At("x"), content);
        Assert.Equal(FileMode.S_IFREG, FileMode.TypeOf(_share.Lookup("x").Attr.Mode));
        Assert.Equal(1, _share.Counts().Quarantined);
        Assert.Contains(_share.Log.Lines, line => line.Contains("replaced or changed", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void One_that_was_only_touched_stays_what_it_is(uint type)
    {
        NodeId node = MakeAny("x", type);
        _share.Share.SetMtime("x", 1_000_000_007);
        Assert.Equal(type, FileMode.TypeOf(_share.Getattr(node).Mode));
        Assert.Equal(1_000_000_007, MtimeOf(_share.Lookup("x").Attr));
        Assert.Equal(0, _share.Counts().Quarantined);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void That_its_content_is_looked_at_is_no_access(uint type)
    {
        NodeId node = MakeAny("x", type);
        long atime = AtimeOf(_share.Getattr(node));

        // A read moves an atime that is older than mtime (mount(8), relatime).
        _share.Share.SetMtime("x", atime + 1_000_000_000);
        Assert.Equal(atime, AtimeOf(_share.Lookup("x").Attr));
        Assert.Equal(atime, _share.Share.Stat("x").AtimeNs);
    }

    [Fact]
    public void A_link_of_another_host_is_believed_where_links_are_emulated()
    {
        byte[] content = new byte[SymlinkPlaceholder.Size];
        SymlinkPlaceholder.Write("a/b"u8, content);
        File.WriteAllBytes(_share.Share.At("foreign"), content);
        NodeId node = _share.NodeOf("foreign");
        AssertLink("a/b", node);
        Assert.Equal(0, _share.Counts().Records);
        _share.Chown(node, 7, 8);
        _share.Remount(s_emulating);
        AssertLink("a/b", _share.NodeOf("foreign"));
        Assert.Equal(7u, _share.Lookup("foreign").Attr.Uid);

        // It leads elsewhere as soon as that host says so.
        SymlinkPlaceholder.Write("c"u8, content);
        File.WriteAllBytes(_share.Share.At("foreign"), content);
        AssertLink("c", _share.NodeOf("foreign"));

        // On a share with links of its own it is a file, unless such placeholders were made there.
        using var plain = new ShareUnderTest();
        File.WriteAllBytes(plain.Share.At("foreign"), content);
        Assert.Equal(FileMode.S_IFREG, FileMode.TypeOf(plain.Lookup("foreign").Attr.Mode));
    }

    [Fact]
    public void A_device_without_a_record_is_a_plain_file()
    {
        Make("x", FileMode.S_IFCHR);
        File.Copy(_share.Share.At("x"), _share.Share.At("forged"));
        Assert.Equal(FileMode.S_IFREG | 24, FileMode.TypeOf(_share.Lookup("forged").Attr.Mode) | (uint)_share.Lookup("forged").Attr.Size);
    }

    [Fact]
    public void A_file_with_a_record_is_a_file_whatever_it_contains()
    {
        byte[] content = new byte[SymlinkPlaceholder.Size];
        SymlinkPlaceholder.Write("a/b"u8, content);
        _share.Remount(Recording with { Objects = ObjectPolicy.Emulate });
        _share.Chown(_share.Create("f"), 7, 8);
        File.WriteAllBytes(_share.Share.At("f"), content);
        Assert.Equal(FileMode.S_IFREG, FileMode.TypeOf(_share.Lookup("f").Attr.Mode));
        Assert.Equal(7u, _share.Lookup("f").Attr.Uid);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Without_a_record_nothing_is_made(uint type)
    {
        _share.Store.Fail(StoreCalls.Put, OverlayStatus.Full);
        Assert.Equal(Errno.ENOSPC, TryMake("x", type));
        Assert.False(_share.Share.Exists("x"));
        _share.Store.Heal();
        Assert.Equal(Errno.OK, TryMake("x", type));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_name_that_is_there_is_not_touched(uint type)
    {
        _share.Share.Write("x", "mine");
        Assert.Equal(Errno.EEXIST, TryMake("x", type));
        Assert.Equal("mine", _share.Share.Read("x"));
    }

    [Fact]
    public void Mknod_of_a_file_makes_a_file()
    {
        Assert.Equal(
            Errno.OK,
            _share.Fs.Mknod(Daemon, NodeId.Root, Names.Z("f"), FileMode.S_IFREG | Oct(604), 0, 0, out FuseEntryOut entry));
        Assert.Equal(FileMode.S_IFREG | Oct(604), _share.Counted(entry).Attr.Mode);
        Assert.Equal(0UL, entry.Attr.Size);
    }

    private NodeId MakeAny(string name, uint type) =>
        type == FileMode.S_IFLNK ? MakeLink(name, "target") : Make(name, type);

    private NodeId Make(string name, uint type)
    {
        Assert.Equal(
            Errno.OK,
            _share.Fs.Mknod(Daemon, NodeId.Root, Names.Z(name), type | Oct(666), Rdev, Oct(26), out FuseEntryOut entry));
        AssertSpecial(type, Oct(640), entry.Attr);
        return new NodeId(_share.Counted(entry).Nodeid);
    }

    private NodeId MakeLink(string name, string target)
    {
        Assert.Equal(
            Errno.OK, _share.Fs.Symlink(Daemon, NodeId.Root, Names.Z(name), Names.Z(target), out FuseEntryOut entry));
        return new NodeId(_share.Counted(entry).Nodeid);
    }

    private Errno TryMake(string name, uint type) => type == FileMode.S_IFLNK
        ? _share.Fs.Symlink(Daemon, NodeId.Root, Names.Z(name), Names.Z("target"), out _)
        : _share.Fs.Mknod(Daemon, NodeId.Root, Names.Z(name), type | Oct(666), Rdev, 0, out _);

    private string Readlink(NodeId node)
    {
        byte[] target = new byte[4096];
        Assert.Equal(Errno.OK, _share.Fs.Readlink(Daemon, node, target, out int length));
        return Encoding.UTF8.GetString(target, 0, length);
    }

    private void AssertLink(string target, NodeId node)
    {
        FuseAttr attr = _share.Getattr(node);
        Assert.Equal(FileMode.S_IFLNK | Oct(777), attr.Mode);
        Assert.Equal((ulong)target.Length, attr.Size);
        Assert.Equal(target, Readlink(node));
    }

    private static void AssertSpecial(uint type, uint permissions, in FuseAttr attr)
    {
        Assert.Equal(type | permissions, attr.Mode);
        Assert.Equal(type is FileMode.S_IFCHR or FileMode.S_IFBLK ? Rdev : 0, attr.Rdev);
        Assert.Equal((0UL, 1u), (attr.Size, attr.Nlink));
    }
}
