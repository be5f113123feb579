using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>
/// Volumes kept by name, and a look that a change overtakes: the kernel asks again for names that it knows without the
/// directory's lock (fs/fuse/dir.c, fuse_dentry_revalidate).
/// </summary>
public sealed class RacingNameTests
{
    private static readonly PassthroughOptions s_byName = Recording with { Identity = IdentityPolicy.Name };

    [Fact]
    public void A_look_at_the_file_before_takes_no_name_from_what_was_renamed_over_it()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Chown(share.Create("h"), 7, null);
        share.Remount(s_byName);
        share.Share.Write("f", "");
        NodeId renamed = default;
        BeforeNextFindName(share, () =>
        {
            renamed = share.NodeOf("h");
            share.Rename("h", "f");
        });
        Assert.Equal(Errno.OK, share.TryLookup("f"));
        Assert.NotEqual(default, renamed);
        Assert.Equal((renamed.Value, 7u), (share.Lookup("f").Nodeid, share.Lookup("f").Attr.Uid));
        share.ForgetAll();
        Assert.Equal(7u, share.Lookup("f").Attr.Uid);
        share.Remount(s_byName);
        Assert.Equal(7u, share.Lookup("f").Attr.Uid);
        Assert.Equal(0, share.Counts().Quarantined);
    }

    [Fact]
    public void A_name_that_is_renamed_over_is_nobodys_at_no_moment()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Chown(share.Create("f"), 6, null);
        NodeId node = share.Create("h");
        share.Chown(node, 7, null);
        FuseEntryOut seen = default;
        var looking = new Thread(() => share.Fs.Lookup(Daemon, NodeId.Root, Names.Z("f"), out seen));
        share.Store.BeforeApply = () =>
        {
            // Until it has its answer, or waits for the rename.
            share.Store.BeforeApply = null;
            looking.Start();
            SpinWait.SpinUntil(() => (looking.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0);
        };
        share.Rename("h", "f");
        looking.Join();
        Assert.Equal((node.Value, 7u), (seen.Nodeid, seen.Attr.Uid));
        share.Counted(seen);
    }

    [Fact]
    public void What_was_renamed_over_a_name_keeps_it_whoever_looks_meanwhile()
    {
        using var share = new ShareUnderTest(s_byName);
        var wrong = new List<string>();
        share.Create("f");
        WhileLooking(share, ["f", "h"], 1000, i =>
        {
            NodeId node = share.Create("h");
            share.Chown(node, 100_000 + (uint)i, null);
            share.Rename("h", "f");
            FuseEntryOut entry = share.Lookup("f");
            if (entry.Nodeid != node.Value || entry.Attr.Uid != 100_000 + i)
                wrong.Add($"{i}: node {node.Value}, then {entry.Nodeid} with uid {entry.Attr.Uid}");
            share.ForgetAll();
            if (share.Lookup("f").Attr.Uid is var kept && kept != 100_000 + i)
                wrong.Add($"{i}: uid {kept} afterwards");
        });
        Assert.Empty(wrong);
        Assert.Equal(0, share.Counts().Quarantined);
        share.Remount(s_byName);
        Assert.Equal(100_999u, share.Lookup("f").Attr.Uid);
    }

    [Fact]
    public void Two_names_that_are_exchanged_keep_their_records_whoever_looks_meanwhile()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Chown(share.Create("f"), 7, null);
        share.Chown(share.Create("g"), 8, null);
        WhileLooking(share, ["f", "g"], 2000, _ => share.Rename("f", "g", RenameFlags.RENAME_EXCHANGE));
        Assert.Equal((7u, 8u), (share.Lookup("f").Attr.Uid, share.Lookup("g").Attr.Uid));
        Assert.Equal(0, share.Counts().Quarantined);
        share.Remount(s_byName);
        Assert.Equal((7u, 8u), (share.Lookup("f").Attr.Uid, share.Lookup("g").Attr.Uid));
    }

    [Fact]
    public void A_name_that_was_missed_is_not_taken_from_the_file_made_meanwhile()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Create("other", context: User(5, 5));
        var falseBirthTimes = new VolumeTraits(default, default, default, FalseBirthTimes: true);
        Assert.Equal(OverlayStatus.Ok, share.Store.PutTraits(share.Store.Volumes()[0].Id, falseBirthTimes));
        share.Remount(s_byName);
        BeforeNextFindName(share, () => share.Create("f", context: User(7, 7)));
        Assert.Equal(Errno.ENOENT, share.TryLookup("f"));
        Assert.Equal(7u, share.Lookup("f").Attr.Uid);
        share.Remount(s_byName);
        Assert.Equal(7u, share.Lookup("f").Attr.Uid);
    }

    private static void BeforeNextFindName(ShareUnderTest share, Action other) => share.Store.BeforeFindName = () =>
    {
        share.Store.BeforeFindName = null;
        other();
    };

    private static void WhileLooking(ShareUnderTest share, string[] names, int rounds, Action<int> change)
    {
        bool stop = false;
        var looking = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                foreach (string name in names)
                {
                    if (share.Fs.Lookup(Daemon, NodeId.Root, Names.Z(name), out FuseEntryOut entry) == Errno.OK)
                        share.Fs.Forget(new NodeId(entry.Nodeid), 1);
                }
            }
        });
        looking.Start();
        try
        {
            for (int i = 0; i < rounds; i++)
                change(i);
        }
        finally
        {
            Volatile.Write(ref stop, true);
            looking.Join();
        }
    }
}
