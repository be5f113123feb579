using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using Xunit.Abstractions;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class InodeReuseTests(ITestOutputHelper output)
{
    private static readonly RequestContext s_user = User(7, 7);

    [Fact]
    public void A_removal_leaves_the_record_of_the_file_that_got_the_number_meanwhile()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        share.Chown(node, 7, 8);
        InodeKey key = share.KeyOf(share.Share.Stat("f").Ino);
        InodeRecord young = share.RowOf("f")! with { Uid = new IdValue(9, new Reason(ReasonKind.Option)), SetAt = 1 };
        share.Store.BeforeRemove = () => Assert.Equal(OverlayStatus.Ok, share.Store.Put(key, young));
        share.Unlink("f");
        Assert.Equal(9u, share.RowOf(key.Ino)?.Uid?.Value);
    }

    [InodeReuseFact]
    public void A_file_made_on_the_share_gets_nothing_of_the_one_that_had_its_number()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId old = share.Create("f", Oct(600), s_user);
        ulong ino = share.Share.Stat("f").Ino;
        share.Share.Delete("f");
        if (!Make(share, "f", ino))
            return;
        AssertNotInherited(share);
        Assert.NotEqual(old, share.NodeOf("f"));
        Assert.Equal(Errno.ESTALE, share.TryGetattr(old));
        Assert.Equal(Errno.ESTALE, share.TrySetattr(old, new SetattrRequest { Uid = 8 }));
        Assert.Equal(Errno.ESTALE, share.Fs.Open(Daemon, old, OpenFlags.O_RDWR, false, out _));

        // The old node's end does not touch the new one.
        share.Forget(old);
        share.Chown(share.NodeOf("f"), 9, null);
        Assert.Equal(9u, share.RowOf(ino)!.Uid!.Value.Value);
    }

    [InodeReuseFact]
    public void Neither_does_one_that_was_made_while_the_daemon_was_away()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("f", Oct(600), s_user);
        ulong ino = share.Share.Stat("f").Ino;
        share.Share.Delete("f");
        if (!Make(share, "f", ino))
            return;
        share.Remount(Recording);
        AssertNotInherited(share);
    }

    [InodeReuseFact]
    public void Neither_does_one_under_another_name_or_of_another_kind()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("f", Oct(600), s_user);
        ulong ino = share.Share.Stat("f").Ino;
        share.Share.Delete("f");
        if (!Make(share, "elsewhere", ino))
            return;
        Assert.Equal(Libc.Geteuid(), share.Lookup("elsewhere").Attr.Uid);
        Assert.Equal(1, share.Counts().Quarantined);
    }

    [InodeReuseFact]
    public void A_file_made_through_the_mount_gets_nothing_of_one_that_was_removed_there()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId held = share.Create("f", Oct(600), s_user);
        ulong ino = share.Share.Stat("f").Ino;
        share.Unlink("f");
        var others = new List<string>();
        for (int i = 0; i < 2000; i++)
        {
            NodeId young = share.Create($"g{i}");
            others.Add($"g{i}");
            if (share.Share.Stat($"g{i}").Ino != ino)
                continue;
            Assert.Equal(
                (Libc.Geteuid(), FileMode.S_IFREG | Oct(644)), (share.Getattr(young).Uid, share.Getattr(young).Mode));
            Assert.Equal(7u, share.Getattr(held).Uid);
            Assert.Equal(default, share.Counts());
            share.Chown(young, 9, null);
            Assert.Equal((9u, 7u), (share.Getattr(young).Uid, share.Getattr(held).Uid));
            share.Forget(held);
            Assert.Equal(young, share.NodeOf($"g{i}"));
            return;
        }

        output.WriteLine($"inode {ino} did not come back in {others.Count} tries");
    }

    [InodeReuseFact]
    public void A_hard_linked_pair_made_anew_is_another_file()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId old = share.Create("a", Oct(600), s_user);
        share.Link(old, "b");
        ulong ino = share.Share.Stat("a").Ino;
        share.Share.Delete("a");
        share.Share.Delete("b");
        if (!Make(share, "a", ino))
            return;
        share.Share.Link("a", "b");
        Assert.Equal(Libc.Geteuid(), share.Lookup("a").Attr.Uid);
        Assert.Equal(Libc.Geteuid(), share.Lookup("b").Attr.Uid);
        Assert.Equal(share.NodeOf("a"), share.NodeOf("b"));
        Assert.Equal(1, share.Counts().Quarantined);
        Assert.False(share.Store.Volumes()[0].Traits.FalseBirthTimes);
    }

    [InodeReuseFact]
    public void A_look_at_the_file_before_takes_no_record_from_the_one_that_got_its_number()
    {
        using var share = new ShareUnderTest(Recording);
        share.Chown(share.Create("other"), 5, 5);
        share.Share.Write("old", "");
        ulong ino = share.Share.Stat("old").Ino;
        bool came = false;
        share.Store.BeforeGet = () =>
        {
            share.Store.BeforeGet = null;
            share.Share.Delete("old");
            came = Make(share, "young", ino);
            share.Chown(share.NodeOf("young"), 7, 8);
        };
        Errno errno = share.TryLookup("old");
        if (!came || share.Fs.IsByName)
            return;
        Assert.Equal(Errno.ESTALE, errno);
        Assert.Equal(7u, share.RowOf(ino)?.Uid?.Value);
        Assert.Equal(7u, share.Lookup("young").Attr.Uid);
        Assert.Equal(Errno.ENOENT, share.TryLookup("old"));
        Assert.Equal((1, 0), (share.Store.CountOf(StoreCalls.Volume), share.Store.CountOf(StoreCalls.Quarantine)));
    }

    [InodeReuseFact]
    public void Names_that_share_a_number_one_after_the_other_stay_two_files_to_whoever_looks_meanwhile()
    {
        const int rounds = 3000;
        using var share = new ShareUnderTest(Recording);
        bool stop = false;
        var looking = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                foreach (string name in (string[])["a", "b"])
                {
                    if (share.Fs.Lookup(Daemon, NodeId.Root, Names.Z(name), out FuseEntryOut entry) == Errno.OK)
                        share.Fs.Forget(new NodeId(entry.Nodeid), 1);
                }
            }
        });
        looking.Start();
        var wrong = new List<string>();
        for (int i = 0; i < rounds; i++)
        {
            string name = i % 2 == 0 ? "a" : "b";
            Assert.Equal(Errno.OK, share.TryCreate(name, Oct(644), null, null, out FuseEntryOut made, out FuseOpenOut open));
            var node = new NodeId(made.Nodeid);
            share.Chown(node, 100_000 + (uint)i, null);
            FuseEntryOut entry = share.Lookup(name);
            if (entry.Nodeid != made.Nodeid || entry.Attr.Uid != 100_000 + i)
                wrong.Add($"{i}: node {made.Nodeid}, then {entry.Nodeid} with uid {entry.Attr.Uid}");
            share.Release(node, new FileHandle(open.Fh));
            share.Unlink(name);
            share.ForgetAll();
            share.Fs.Forget(node, 1);
        }

        Volatile.Write(ref stop, true);
        looking.Join();
        Assert.Empty(wrong);
        Assert.False(share.Store.Volumes()[0].Traits.FalseBirthTimes);
        Assert.Equal(0, share.Counts().Quarantined);
    }

    [Theory]
    [InlineData(GuardKind.BirthTime, FileMode.S_IFREG, 12345, false)]
    [InlineData(GuardKind.BirthTime, FileMode.S_IFLNK, 0, false)]
    [InlineData(GuardKind.None, FileMode.S_IFDIR, 0, false)]
    [InlineData(GuardKind.None, FileMode.S_IFREG, 0, true)]
    public void A_record_is_served_only_to_what_its_guard_fits(GuardKind kind, uint type, long value, bool isServed)
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.Write("f", "");
        ulong ino = share.Share.Stat("f").Ino;
        var record = new InodeRecord
        {
            Guard = new InodeGuard(type, kind, value),
            Uid = new IdValue(7, new Reason(ReasonKind.Option)),
        };
        Assert.Equal(OverlayStatus.Ok, share.Store.Put(share.KeyOf(ino), record));
        if (!share.Share.Stat("f").HasBtime && kind == GuardKind.BirthTime && type == FileMode.S_IFREG)
            return; // without creation times nothing tells them apart
        Assert.Equal(isServed ? 7u : Libc.Geteuid(), share.Lookup("f").Attr.Uid);
        Assert.Equal(isServed ? 0 : 1, share.Counts().Quarantined);
        Assert.Equal(isServed, share.RowOf(ino) is not null);
        Assert.Equal(isServed, !share.Log.Lines.Any(line => line.Contains("reused", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_quarantine_that_fails_serves_nothing_all_the_same()
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.Write("f", "");
        ulong ino = share.Share.Stat("f").Ino;
        var record = new InodeRecord
        {
            Guard = new InodeGuard(FileMode.S_IFDIR, GuardKind.None, 0),
            Uid = new IdValue(7, new Reason(ReasonKind.Option)),
        };
        Assert.Equal(OverlayStatus.Ok, share.Store.Put(share.KeyOf(ino), record));
        share.Store.Fail(StoreCalls.Writes, OverlayStatus.Full);
        Assert.Equal(Libc.Geteuid(), share.Lookup("f").Attr.Uid);
        Assert.Contains(share.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static void AssertNotInherited(ShareUnderTest share)
    {
        FuseAttr attr = share.Lookup("f").Attr;
        Assert.Equal((Libc.Geteuid(), Libc.Getegid()), (attr.Uid, attr.Gid));
        Assert.Equal(share.Share.Stat("f").Mode, attr.Mode);
        Assert.Null(share.RowOf("f"));
        Assert.Equal(1, share.Counts().Quarantined);
        Assert.Equal(5ul, attr.Size);
    }

    private bool Make(ShareUnderTest share, string name, ulong ino)
    {
        bool came = InodeReuse.Make(share.Share, name, ino);
        if (!came)
            output.WriteLine($"inode {ino} did not come back: another process took it");
        return came;
    }
}
