using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Attributes;

/// <summary>One file of the local disk, taken for a file of other kinds of share.</summary>
public sealed class AttributeChangeTests : IDisposable
{
    private static readonly PassthroughOptions s_try = new();

    private readonly BackingDirectory _share = new();
    private readonly MemoryStore _store = new();
    private readonly SafeFd _fd;
    private Statx _stat;

    public AttributeChangeTests()
    {
        _share.Write("f", "data");
        _share.Chmod("f", Oct(644));
        Assert.Equal(Errno.OK, Libc.Openat(_share.Fd, Names.Z("f"), OpenFlags.O_PATH, 0, out _fd));
    }

    [Theory]
    // type, wanted ns: whether the share is trusted with it
    [InlineData("ext4", 1L, true)]
    [InlineData("cifs", 1_000_000_100L, true)]
    [InlineData("cifs", 1_000_000_101L, false)]
    [InlineData("cifs", -1L, false)]
    [InlineData("vfat", 4_000_000_000L, true)]
    [InlineData("vfat", 3_000_000_000L, false)]
    [InlineData("exfat", 10_000_000L, true)]
    [InlineData("exfat", 1_000_000L, false)]
    [InlineData("nfs", 1L, true)]
    public void A_share_that_rounds_is_not_believed_when_it_shows_the_exact_time(string type, long time, bool isTrusted)
    {
        Node node = NodeOn(type);
        AttributeChange change = Begin(node, s_try);
        var request = new TimeRequest(time, Now: false);
        Assert.Equal(Errno.OK, change.Utimens(request, request));
        Assert.Equal(time, _share.Stat("f").MtimeNs);
        TimeValue? expected = isTrusted ? null : new TimeValue(time, new Reason(ReasonKind.Rounded));
        Assert.Equal((expected, expected), (change.Draft.Atime, change.Draft.Mtime));
        Assert.Equal(CallTrait.Accepts, node.Volume.Trait(ShareCall.Utimens));
    }

    [Theory]
    // type, what is known of it: whether an owner that it shows already is recorded
    [InlineData("ext4", CallTrait.Unknown, false)]
    [InlineData("cifs", CallTrait.Unknown, true)]
    [InlineData("cifs", CallTrait.Ignores, true)]
    [InlineData("cifs", CallTrait.Accepts, false)]
    public void An_owner_the_share_shows_to_everybody_is_no_proof(string type, CallTrait known, bool isRecorded)
    {
        Node node = NodeOn(type, new VolumeTraits(known, known, known));
        AttributeChange change = Begin(node, s_try);
        Assert.Equal(Errno.OK, change.Chown(Libc.Geteuid(), null));
        Assert.Equal(Errno.OK, change.Chmod(Oct(644)));
        Assert.Equal(isRecorded, change.Draft.Uid is not null);
        Assert.Equal(isRecorded, change.Draft.Mode is not null);
        Assert.Null(change.Draft.Gid);
        Assert.Equal(isRecorded, change.Draft.IsRecorded);
        Assert.Equal(known, node.Volume.Trait(ShareCall.Chown));
    }

    [Theory]
    [InlineData(0, 600, true)]
    [InlineData(444, 644, true)]
    [InlineData(600, 600, false)]
    [InlineData(755, 755, false)]
    [InlineData(4055, 4655, true)]
    public void The_daemons_access_stays_on_the_share_and_the_exact_mode_in_the_record(
        int wanted, int share, bool isRecorded)
    {
        AttributeChange change = Begin(NodeOn("ext4", keepAccess: true), s_try);
        Assert.Equal(Errno.OK, change.Chmod(Oct(wanted)));
        Assert.Equal(Oct(share), _share.Stat("f").Mode & Oct(7777));
        ModeValue? expected = isRecorded ? new ModeValue(Oct(wanted), new Reason(ReasonKind.Kept)) : null;
        Assert.Equal(expected, change.Draft.Mode);
    }

    [Fact]
    public void What_nothing_leads_to_any_more_is_changed_in_the_record_alone()
    {
        var change = new AttributeChange(NodeOn("ext4"), s_try, null, _share.Stat("f"));
        Assert.Equal(Errno.OK, change.Chown(42, 43));
        Assert.Equal(Errno.OK, change.Chmod(Oct(4711)));
        Assert.Equal(Errno.OK, change.KillSuidgid());
        Assert.Equal(Errno.OK, change.Utimens(null, new TimeRequest(5, Now: false)));
        Assert.Equal(Errno.OK, change.Restat());
        RecordDraft draft = change.Draft;
        Assert.Equal((42u, 43u, Oct(711)), (draft.Uid!.Value.Value, draft.Gid!.Value.Value, draft.Mode!.Value.Value));
        Assert.Equal((null, 5), (draft.Atime, draft.Mtime!.Value.Nanoseconds));
        Assert.Equal(Oct(644), _share.Stat("f").Mode & Oct(7777));
    }

    [Fact]
    public void A_witness_is_what_the_share_shows_when_all_is_done()
    {
        AttributeChange change = Begin(NodeOn("ext4"), s_try with { Utimens = SetPolicy.Record });
        Assert.Equal(Errno.OK, change.Utimens(null, new TimeRequest(5, Now: false)));
        Assert.Equal(Errno.OK, change.Chmod(Oct(600)));
        change.Witness(77);
        Statx share = _share.Stat("f");
        Assert.Equal(new TimeWitness(share.MtimeNs, share.CtimeNs, share.Size, 77, 77), change.Draft.Witness);
        change.VoidTimes();
        change.Witness(78);
        Assert.Equal((null, null, false), (change.Draft.Mtime, change.Draft.Witness, change.Draft.HasTimes));
    }

    [Theory]
    // type, whether the share is told of a link's time
    [InlineData("nfs", true)]
    [InlineData("fuse.sshfs", false)]
    public void A_link_is_not_changed_where_that_changes_what_it_leads_to(string type, bool isTold)
    {
        _share.Symlink("f", "link");
        Assert.Equal(
            Errno.OK,
            Libc.Openat(_share.Fd, Names.Z("link"), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd link));
        using (link)
        {
            Statx before = _share.Stat("link");
            var change = new AttributeChange(NodeOn(type, file: "link"), s_try, link, before);
            Assert.Equal(Errno.OK, change.Chown(42, 43));
            Assert.Equal(Errno.OK, change.Utimens(null, new TimeRequest(5, Now: false)));
            Assert.Equal(isTold, _share.Stat("link").MtimeNs == 5);
            Assert.Equal(isTold, _share.Stat("link").CtimeNs != before.CtimeNs);
            Assert.Equal(isTold ? (long?)null : 5, change.Draft.Mtime?.Nanoseconds);
        }
    }

    [Fact]
    public void A_time_that_the_share_moved_along_is_recorded_though_nothing_else_is()
    {
        // sshfs has set both: before, the other one was another.
        const long before = 4_000_000_000;
        Node node = NodeOn("fuse.sshfs");
        TimeRequest wanted = new(5_000_000_000, Now: false);
        var change = new AttributeChange(node, s_try, _fd, _share.Stat("f") with { MtimeNs = before });
        Assert.Equal(Errno.OK, change.Utimens(wanted, null));
        Assert.Equal((null, before, true), (change.Draft.Atime, change.Draft.Mtime?.Nanoseconds, change.Draft.IsRecorded));
        change = new AttributeChange(node, s_try, _fd, _share.Stat("f") with { AtimeNs = before });
        Assert.Equal(Errno.OK, change.Utimens(null, wanted));
        Assert.Equal((before, null, true), (change.Draft.Atime?.Nanoseconds, change.Draft.Mtime, change.Draft.IsRecorded));
    }

    public void Dispose()
    {
        _fd.Dispose();
        _store.Dispose();
        _share.Dispose();
    }

    private AttributeChange Begin(Node node, PassthroughOptions options)
    {
        _stat = _share.Stat("f");
        return new AttributeChange(node, options, _fd, _stat);
    }

    private Node NodeOn(string type, VolumeTraits traits = default, bool keepAccess = false, string file = "f")
    {
        Statx stat = _share.Stat(file);
        Assert.Equal(OverlayStatus.Ok, _store.OpenVolume(new VolumeIdentity(type, "test", 2, 0), out Volume? row));
        var volume = new ShareVolume(
            _store, row! with { Traits = traits }, stat.Dev, 0, FileSystemFacts.Of(type, "serverino"), keepAccess);
        return new Node(2, 1, volume, stat.Ino, volume.GuardOf(stat));
    }
}
