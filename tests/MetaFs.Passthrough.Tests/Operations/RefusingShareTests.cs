using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Callers;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Shares that really refuse: another one's file, /proc, a read-only mount, an immutable file.</summary>
public sealed class RefusingShareTests
{
    private const ulong FS_IOC_GETFLAGS = 0x80086601;
    private const ulong FS_IOC_SETFLAGS = 0x40086602;
    private const long FS_IMMUTABLE_FL = 0x10;
    private const long FS_APPEND_FL = 0x20;

    [RootFact]
    public void What_the_share_refuses_is_recorded_with_its_answer()
    {
        using ShareUnderTest share = WithAnothersFile();
        NodeId node = share.NodeOf("f");
        FuseAttr attr = SetRefused(share, node, new SetattrRequest { Uid = 42 });
        Assert.Equal((42u, Libc.Getegid()), (attr.Uid, attr.Gid));
        Assert.Equal(
            FileMode.S_IFREG | Oct(600), SetRefused(share, node, new SetattrRequest { Mode = Oct(600) }).Mode);
        attr = SetRefused(share, node, new SetattrRequest { Atime = At(5), Mtime = At(6) });
        Assert.Equal((5, 6), (AtimeOf(attr), MtimeOf(attr)));

        Reason refused = new(ReasonKind.Refused, (int)Errno.EPERM);
        InodeRecord row = share.RowOf("f")!;
        Assert.Equal((42u, refused), (row.Uid!.Value.Value, row.Uid.Value.Reason with { Origin = null }));
        Assert.Null(row.Gid);
        Assert.Equal((Oct(600), refused), (row.Mode!.Value.Value, row.Mode.Value.Reason with { Origin = null }));
        Assert.Equal(new TimeValue(6, refused), row.Mtime);
        Assert.Equal(
            new VolumeTraits(CallTrait.Refuses, CallTrait.Refuses, CallTrait.Refuses), share.Store.Volumes()[0].Traits);
        Assert.Equal((0u, Oct(644)), (share.Share.Stat("f").Uid, share.Share.Stat("f").Mode & Oct(7777)));

        share.Remount(new PassthroughOptions());
        attr = share.Lookup("f").Attr;
        Assert.Equal((42u, FileMode.S_IFREG | Oct(600), 6L), (attr.Uid, attr.Mode, MtimeOf(attr)));
    }

    [RootFact]
    public void A_refusal_of_one_file_does_not_keep_others_from_the_share()
    {
        using ShareUnderTest share = WithAnothersFile();
        SetRefused(share, share.NodeOf("f"), new SetattrRequest { Uid = 42 });
        share.Share.Write("g", "");
        share.Chown(share.NodeOf("g"), 43, null);
        Assert.Equal(43u, share.Share.Stat("g").Uid);
        Assert.Equal(1000u, share.Getattr(share.Create("h", context: User(1000, 1000))).Uid);
    }

    [RootTheory]
    [InlineData(FS_IMMUTABLE_FL)]
    [InlineData(FS_APPEND_FL)]
    public void A_locked_file_answers_as_on_the_share_and_teaches_nothing(long flag)
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "data");
        share.Share.Chmod("f", Oct(4755));
        NodeId node = share.NodeOf("f");
        if (!SetFlag(share, flag, true))
            return; // the temporary directory's file system has no such flag
        try
        {
            Assert.Equal(Errno.EPERM, share.TrySetattr(node, new SetattrRequest { Uid = 42 }));
            Assert.Equal(Errno.EPERM, share.TrySetattr(node, new SetattrRequest { Mode = Oct(600) }));
            Assert.Equal(Errno.EPERM, share.TrySetattr(node, new SetattrRequest { Mtime = At(1) }));
            Assert.Equal(Errno.EPERM, share.Fs.Setxattr(Daemon, node, Names.Z("trusted.a"), "1"u8, 0, false));
            Assert.Equal(Errno.EPERM, share.Fs.Removexattr(Daemon, node, Names.Z("trusted.a")));
            Assert.Equal(default, share.Counts());
            Assert.Equal(default, share.Store.Volumes()[0].Traits);
            share.Create("new", context: User(1000, 1001));
            Assert.Equal((1000u, 1001u), (share.Share.Stat("new").Uid, share.Share.Stat("new").Gid));
        }
        finally
        {
            SetFlag(share, flag, false);
        }
    }

    [RootFact]
    public void An_append_only_file_can_be_written_to_and_loses_suid()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "data");
        share.Share.Chmod("f", Oct(4755));
        NodeId node = share.NodeOf("f");
        if (!SetFlag(share, FS_APPEND_FL, true))
            return;
        try
        {
            FileHandle handle = share.Reopen(node, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
            share.Write(node, handle, 4, "!"u8, kill: true);
            Assert.Equal(Oct(755), share.Getattr(node).Mode & Oct(7777));
            Assert.Equal("data!", share.Share.Read("f"));
            Assert.Equal(default, share.Store.Volumes()[0].Traits);
        }
        finally
        {
            SetFlag(share, FS_APPEND_FL, false);
        }
    }

    [Fact]
    public void A_share_that_refuses_everything_has_it_all_recorded()
    {
        using var share = new ShareUnderTest(source: "/proc");
        NodeId node = share.NodeOf($"{Environment.ProcessId}");
        FuseAttr before = share.Getattr(node);
        share.Chown(node, 42, 43);
        share.Chmod(node, Oct(4711));
        FuseAttr attr = share.Chown(node, null, 44);
        Assert.Equal((42u, 44u, FileMode.S_IFDIR | Oct(4711)), (attr.Uid, attr.Gid, attr.Mode));
        Assert.Equal(before.Ino, attr.Ino);
        Assert.Equal(attr, share.Getattr(node));
        Assert.Equal(1, share.Counts().Records);
        VolumeTraits traits = share.Store.Volumes()[0].Traits;
        Assert.Equal((CallTrait.Refuses, CallTrait.Refuses), (traits.Chown, traits.Chmod));
    }

    [RootFact]
    public void Every_other_answer_goes_back_and_nothing_is_recorded()
    {
        using var mounted = new TmpfsMount(readOnly: true);
        using var share = new ShareUnderTest(source: mounted.Path);
        NodeId node = share.NodeOf("f");
        FuseAttr before = share.Getattr(node);
        Assert.Equal(Errno.EROFS, share.TrySetattr(node, new SetattrRequest { Uid = 42 }));
        Assert.Equal(Errno.EROFS, share.TrySetattr(node, new SetattrRequest { Mode = Oct(600) }));
        Assert.Equal(Errno.EROFS, share.TrySetattr(node, new SetattrRequest { Mtime = At(1) }));
        Assert.Equal(Errno.EROFS, share.TryCreate("new"));
        Assert.Equal(Errno.EROFS, share.Fs.Unlink(Daemon, NodeId.Root, Names.Z("f")));
        Assert.Equal(default, share.Counts());
        Assert.Equal(default, share.Store.Volumes()[0].Traits);
        Assert.Equal(before, share.Getattr(node));
    }

    [RootFact]
    public void A_mount_inside_the_share_is_a_volume_of_its_own()
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.MakeDirectory("mnt");
        using var mounted = new TmpfsMount(readOnly: false, share.Share.At("mnt"));
        NodeId inner = share.NodeOf("mnt");
        NodeId file = share.Create("f", context: User(1000, 1000), parent: inner);
        share.Create("f", context: User(1001, 1001));
        Assert.Equal(2, share.Store.Volumes().Count);
        ulong[] blocks = [.. new[] { NodeId.Root, inner, file }.Select(node => BlocksOf(share, node))];
        Assert.Equal(blocks[1], blocks[2]);
        Assert.NotEqual(blocks[0], blocks[1]);
        Assert.Equal(["f", "f"], share.HintPaths().Select(path => path.Split('/')[^1]));
        Assert.Equal((1000u, 1001u), (share.Getattr(file).Uid, share.Lookup("f").Attr.Uid));
        Assert.NotEqual(share.Share.Stat("mnt/f").Ino, share.Getattr(file).Ino);
        Assert.Equal(Errno.EXDEV, share.Fs.Rename(Daemon, NodeId.Root, Names.Z("f"), inner, Names.Z("g"), 0));
        Assert.Equal(Errno.EXDEV, share.Fs.Link(Daemon, file, NodeId.Root, Names.Z("g"), out _));
        Assert.Equal(Errno.EBUSY, share.Fs.Rmdir(Daemon, NodeId.Root, Names.Z("mnt")));
        share.Unlink("f", inner);
        Assert.Equal(1, share.Counts().Records);
        Assert.Equal(1001u, share.Lookup("f").Attr.Uid);
    }

    private static ulong BlocksOf(ShareUnderTest share, NodeId node)
    {
        Assert.Equal(Errno.OK, share.Fs.Statfs(Daemon, node, out FuseStatfsOut statfs));
        return statfs.St.Blocks;
    }

    // To whom the share refuses all is a daemon that is not the file's owner there. Its threads reach the database all the same.
    private static ShareUnderTest WithAnothersFile()
    {
        var share = new ShareUnderTest();
        share.Share.Write("f", "data");
        share.Share.Chmod("f", Oct(644));
        share.Share.Chmod(".", Oct(755));
        File.SetUnixFileMode(
            Path.GetDirectoryName(share.Database)!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        return share;
    }

    private static FuseAttr SetRefused(ShareUnderTest share, NodeId node, SetattrRequest request)
    {
        var fs = new CallerFileSystem(share.Fs);
        Assert.Equal(Errno.OK, fs.Setattr(User(1000, 1000), node, request, out FuseAttrOut attr));
        return attr.Attr;
    }

    private static bool SetFlag(ShareUnderTest share, long flag, bool on)
    {
        Assert.Equal(Errno.OK, Libc.Openat(share.Share.Fd, Names.Z("f"), OpenFlags.O_RDONLY, 0, out SafeFd fd));
        using (fd)
        {
            long flags = 0;
            if (Libc.Ioctl(fd, FS_IOC_GETFLAGS, ref flags) != Errno.OK)
                return false;
            flags = on ? flags | flag : flags & ~flag;
            return Libc.Ioctl(fd, FS_IOC_SETFLAGS, ref flags) == Errno.OK;
        }
    }
}
