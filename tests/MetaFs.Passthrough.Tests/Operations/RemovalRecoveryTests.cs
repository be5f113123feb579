using System.Text;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Shares that show neither creation time nor handle: a removal that was cut short must not leave its record to
/// the file that gets the inode number next.</summary>
public sealed class RemovalRecoveryTests
{
    private static readonly RequestContext s_user = User(1000, 1001);

    [Fact]
    public void A_file_that_is_still_there_keeps_its_record()
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Store.BeginRemoval(share.KeyOf(ino));
        share.Remount(Recording);
        Assert.NotNull(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void A_file_in_a_directory_is_found_there()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId outer = share.Mkdir("outer", context: s_user);
        NodeId inner = share.Mkdir("inner", context: s_user, parent: outer);
        share.Create("kept", context: s_user, parent: inner);
        share.Create("gone", context: s_user, parent: inner);
        ulong kept = share.Share.Stat("outer/inner/kept").Ino;
        ulong gone = share.Share.Stat("outer/inner/gone").Ino;
        share.Store.BeginRemoval(share.KeyOf(kept));
        share.Store.BeginRemoval(share.KeyOf(gone));
        File.Delete(share.Share.At("outer/inner/gone"));
        share.Remount(Recording);
        Assert.NotNull(share.RowOf(kept));
        Assert.Null(share.RowOf(gone));
        Assert.Empty(Pending(share));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_record_of_a_file_that_is_gone_goes(bool nameIsTaken)
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Store.BeginRemoval(share.KeyOf(ino));
        if (nameIsTaken)
        {
            share.Share.Write("other", "");
            File.Move(share.Share.At("other"), share.Share.At("f"), overwrite: true);
        }
        else
        {
            File.Delete(share.Share.At("f"));
        }

        share.Remount(Recording);
        Assert.Null(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void Only_records_without_a_guard_are_noted_and_only_at_their_last_name()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("guarded", context: s_user);
        share.Unlink("guarded");
        Assert.Equal(0, share.Store.CountOf(StoreCalls.Removal));

        ulong ino = MakeUnguarded(share, "f");
        share.Link(share.NodeOf("f"), "second");
        share.Unlink("f");
        Assert.Equal(0, share.Store.CountOf(StoreCalls.Removal));
        share.Unlink("second");
        Assert.Equal(2, share.Store.CountOf(StoreCalls.Removal));
        Assert.Null(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void What_a_rename_replaces_is_noted_too()
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Create("new", context: s_user);
        Assert.Equal(Errno.OK, share.Fs.Rename(s_user, NodeId.Root, Names.Z("new"), NodeId.Root, Names.Z("f"), 0));
        Assert.Equal(2, share.Store.CountOf(StoreCalls.Removal));
        Assert.Null(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void A_note_that_cannot_be_written_keeps_nobody_from_removing()
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Store.Fail(StoreCalls.Removal, OverlayStatus.Full);
        share.Unlink("f");
        Assert.Null(share.RowOf(ino));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_several_kept_names_the_missing_one_goes_alone(bool hasOther)
    {
        PassthroughOptions byName = Recording with { Identity = IdentityPolicy.Name };
        using var share = new ShareUnderTest(byName);
        NodeId file = share.Create("a", context: s_user);
        share.Link(file, "b");
        ulong number = share.Getattr(file).Ino;
        Unguard(share, number);

        // As on sshfs, which counts one link whatever there is.
        share.Store.BeginRemoval(share.KeyOf(number));
        share.Share.Delete("a");
        if (!hasOther)
            share.Share.Delete("b");
        share.RemountAfterKill(byName);
        Assert.Empty(Pending(share));
        Assert.Equal(0ul, Named(share, "a"));
        Assert.Equal(hasOther ? number : 0, Named(share, "b"));
        Assert.Equal(hasOther ? "b" : null, share.RowOf(number) is { } row ? Encoding.UTF8.GetString(row.Hint.Name!) : null);
        if (hasOther)
            Assert.Equal(1000u, share.Lookup("b").Attr.Uid);
    }

    [Fact]
    public void A_missing_name_of_a_file_without_a_record_leads_to_it_no_more()
    {
        PassthroughOptions byName = Recording with { Identity = IdentityPolicy.Name };
        using var share = new ShareUnderTest(byName);
        NodeId above = share.Mkdir("above", context: s_user);
        share.Create("below", context: s_user, parent: above);
        NodeId file = share.Create("a", context: s_user);
        share.Link(file, "b");
        ulong number = share.Getattr(file).Ino;
        ulong directory = share.Getattr(above).Ino;
        share.Store.Remove(share.KeyOf(number));
        share.Store.Remove(share.KeyOf(directory));
        share.RemountAfterKill(byName);
        share.Share.Delete("a");
        share.Share.Move("above", "aside");
        Assert.Equal(Errno.ENOENT, share.TryLookup("a"));
        Assert.Equal(Errno.ENOENT, share.TryLookup("above"));
        Assert.Equal((0ul, number, directory), (Named(share, "a"), Named(share, "b"), Named(share, "above")));
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_mount_inside_the_share_is_looked_at_too(bool isThere)
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.MakeDirectory("mnt");
        using var mounted = new TmpfsMount(readOnly: false, share.Share.At("mnt"));
        share.Create("f", context: s_user, parent: share.NodeOf("mnt"));
        InodeKey key = new(share.Store.Volumes()[1].Id, share.Share.Stat("mnt/f").Ino);
        Assert.Equal(OverlayStatus.Ok, share.Store.Get(key, out InodeRecord? record));
        InodeGuard guard = new(record!.Guard.FileType, GuardKind.None, 0);
        share.Store.Put(key, record with { Guard = guard });
        share.Store.BeginRemoval(key);
        if (!isThere)
            share.Share.Delete("mnt/f");
        share.RemountAfterKill(Recording);
        NodeId top = share.NodeOf("mnt");
        Assert.Equal(isThere ? OverlayStatus.Ok : OverlayStatus.NotFound, share.Store.Get(key, out _));
        Assert.Empty(share.Store.PendingRemovals(key.Volume));
        if (isThere)
            Assert.Equal(1000u, share.Lookup("f", top).Attr.Uid);
    }

    [Fact]
    public void A_file_that_gets_its_first_name_later_has_no_record_of_an_earlier_one()
    {
        var options = new PassthroughOptions();
        using var share = new ShareUnderTest(options);
        long volume = Assert.Single(share.Store.Volumes()).Id;
        share.Store.PutTraits(volume, new VolumeTraits(default, default, default, FalseBirthTimes: true));
        share.Remount(options);
        var request = new CreateRequest(OpenFlags.O_RDWR, FileMode.S_IFREG | Octal.Oct(600), 0, false);
        Errno errno = share.Fs.Tmpfile(Daemon, NodeId.Root, request, out FuseEntryOut entry, out FuseOpenOut open);
        if (errno == Errno.EOPNOTSUPP)
            return;
        Assert.Equal(Errno.OK, errno);
        var node = new NodeId(share.Counted(entry).Nodeid);
        ulong ino = entry.Attr.Ino;
        InodeRecord stale = new()
        {
            Guard = new InodeGuard(FileMode.S_IFREG, GuardKind.None, 0),
            Uid = new IdValue(1000, new Reason(ReasonKind.Created)),
            SetAt = 1,
        };
        share.Store.Put(share.KeyOf(ino), stale);
        share.Link(node, "f");
        share.Release(node, new FileHandle(open.Fh));
        Assert.Null(share.RowOf(ino));
        share.RemountAfterKill(options);
        Assert.Equal(Daemon.Uid, share.Lookup("f").Attr.Uid);
    }

    private static ulong Named(ShareUnderTest share, string name)
    {
        long volume = Assert.Single(share.Store.Volumes()).Id;
        share.Store.FindName(volume, VolumeIdentity.RootByName, Encoding.UTF8.GetBytes(name), out ulong number);
        return number;
    }

    private static IReadOnlyList<PendingRemoval> Pending(ShareUnderTest share) =>
        share.Store.PendingRemovals(Assert.Single(share.Store.Volumes()).Id);

    // As on bindfs: the record knows nothing of its file but the type.
    private static ulong MakeUnguarded(ShareUnderTest share, string name)
    {
        share.Create(name, context: s_user);
        ulong ino = share.Share.Stat(name).Ino;
        Unguard(share, ino);
        share.Remount(Recording);
        return ino;
    }

    private static void Unguard(ShareUnderTest share, ulong ino)
    {
        InodeRecord record = share.RowOf(ino)!;
        InodeGuard guard = new(record.Guard.FileType, GuardKind.None, 0);
        Assert.Equal(OverlayStatus.Ok, share.Store.Put(share.KeyOf(ino), record with { Guard = guard }));
    }
}
