using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Shares;

public sealed class ShareVolumeTests : IDisposable
{
    private readonly FaultyStore _store = new(new MemoryStore());

    [Fact]
    public void What_is_learnt_is_kept_once()
    {
        ShareVolume volume = Make("cifs", default);
        for (int i = 0; i < 3; i++)
            volume.Learn(ShareCall.Chown, CallTrait.Ignores);
        volume.Learn(ShareCall.Chmod, CallTrait.Unknown);
        Assert.Equal(1, _store.CountOf(StoreCalls.Volume) - 1);
        Assert.Equal(
            new VolumeTraits(CallTrait.Ignores, CallTrait.Unknown, CallTrait.Unknown), _store.Volumes()[0].Traits);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("listed", true)]
    [InlineData("listed unlisted", false)]
    [InlineData("unlisted listed", false)]
    public void Labels_that_a_security_module_makes_up_are_always_asked_for(string seen, bool lists)
    {
        ShareVolume volume = Make("ext4", default);
        foreach (string word in seen.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            volume.LearnLabels(areListed: word == "listed");
        Assert.Equal(lists, volume.ListsLabels);
    }

    [Theory]
    // left by an earlier mount, seen now in this order: what stands
    [InlineData(CallTrait.Refuses, new[] { CallTrait.Accepts }, CallTrait.Accepts)]
    [InlineData(CallTrait.Accepts, new[] { CallTrait.Refuses }, CallTrait.Refuses)]
    [InlineData(CallTrait.Unknown, new[] { CallTrait.Refuses, CallTrait.Accepts }, CallTrait.Refuses)]
    [InlineData(CallTrait.Unknown, new[] { CallTrait.Accepts, CallTrait.Ignores }, CallTrait.Ignores)]
    [InlineData(CallTrait.Unknown, new[] { CallTrait.Ignores, CallTrait.Accepts }, CallTrait.Ignores)]
    [InlineData(CallTrait.Ignores, new[] { CallTrait.Unknown }, CallTrait.Ignores)]
    [InlineData(
        CallTrait.Accepts, new[] { CallTrait.Accepts, CallTrait.Refuses, CallTrait.Accepts }, CallTrait.Refuses)]
    public void What_this_mount_sees_outweighs_what_an_earlier_one_left(
        CallTrait left, CallTrait[] seen, CallTrait stands)
    {
        ShareVolume volume = Make("cifs", new VolumeTraits(CallTrait.Unknown, CallTrait.Unknown, left));
        foreach (CallTrait trait in seen)
            volume.Learn(ShareCall.Utimens, trait);
        Assert.Equal(stands, volume.Trait(ShareCall.Utimens));
    }

    [Theory]
    [InlineData("cifs", CallTrait.Unknown, true, false)]
    [InlineData("cifs", CallTrait.Accepts, false, false)]
    [InlineData("cifs", CallTrait.Refuses, true, true)]
    [InlineData("cifs", CallTrait.Ignores, true, true)]
    [InlineData("ext4", CallTrait.Unknown, false, false)]
    [InlineData("ext4", CallTrait.Refuses, false, true)]
    public void A_share_that_never_accepted_may_show_its_own(string type, CallTrait chown, bool own, bool vain)
    {
        ShareVolume volume = Make(type, new VolumeTraits(chown, CallTrait.Unknown, CallTrait.Unknown));
        Assert.Equal((own, vain), (volume.ShowsItsOwn(ShareCall.Chown), volume.IsInVain(ShareCall.Chown)));
    }

    [Fact]
    public void The_guard_is_the_birth_time_or_nothing_but_the_type()
    {
        ShareVolume volume = Make("ext4", default);
        Assert.Equal(new InodeGuard(FileMode.S_IFREG, GuardKind.None, 0), volume.GuardOf(Stats.File()));
        Assert.Equal(
            new InodeGuard(FileMode.S_IFDIR, GuardKind.BirthTime, -7), volume.GuardOf(Stats.Directory().Born(-7)));
    }

    [Fact]
    public void Made_up_birth_times_are_no_guard_and_that_is_remembered()
    {
        ShareVolume volume = Make("cifs", new VolumeTraits(CallTrait.Ignores, CallTrait.Unknown, CallTrait.Unknown));
        volume.DistrustBirthTimes();
        volume.DistrustBirthTimes();
        Assert.Equal(GuardKind.None, volume.GuardOf(Stats.File().Born(1)).Kind);

        VolumeTraits kept = _store.Volumes()[0].Traits;
        Assert.True(kept.FalseBirthTimes);
        Assert.Equal(CallTrait.Ignores, kept.Chown);
        Assert.Equal(GuardKind.None, Make("cifs", kept).GuardOf(Stats.File().Born(1)).Kind);
    }

    [Fact]
    public void A_handle_is_asked_for_only_where_it_is_an_identity()
    {
        using var directory = new BackingDirectory();
        directory.Write("a", "");
        directory.Write("b", "");
        Statx stat = Stats.File();

        Assert.Equal(GuardKind.None, GuardOf("ext4", directory, stat, "a").Kind);
        InodeGuard first = GuardOf("nfs", directory, stat, "a");
        if (first.Kind == GuardKind.None)
            return; // the temporary directory's file system has no file handles

        Assert.Equal(GuardKind.FileHandle, first.Kind);
        Assert.Equal(first, GuardOf("nfs", directory, stat, "a"));
        Assert.NotEqual(first, GuardOf("nfs", directory, stat, "b"));
        Assert.Equal(GuardKind.BirthTime, GuardOf("nfs", directory, stat.Born(1), "a").Kind);
    }

    [Fact]
    public void Inode_numbers_of_a_second_volume_are_moved_aside()
    {
        ShareVolume root = Make("ext4", default);
        ShareVolume inner = Make("ext4", default, ordinal: 1);
        Assert.Equal(ulong.MaxValue, root.ShownIno(ulong.MaxValue));
        Assert.Equal(2ul | (1ul << 56), inner.ShownIno(2));
        Assert.NotEqual(root.ShownIno(2), inner.ShownIno(2));
    }

    // Samba keeps what it is told here, and makes up what it is not: the file's own disk just shows what was told.
    [Theory]
    [InlineData("cifs", "rw,serverino", false, true)]
    [InlineData("smb3", "rw,serverino", false, true)]
    [InlineData("cifs", "rw,serverino", true, false)]
    [InlineData("cifs", "rw", false, false)]
    [InlineData("ext4", "rw", false, false)]
    public void A_creation_time_that_a_server_may_make_up_is_set_before_it_guards(
        string type, string options, bool falseBirthTimes, bool isSet)
    {
        using var directory = new BackingDirectory();
        directory.Write("file", "text");
        ShareVolume volume = Make(type, new VolumeTraits(default, default, default, falseBirthTimes), options: options);
        Assert.Equal(
            Errno.OK, Libc.Openat(directory.Fd, Names.Z("file"), OpenFlags.O_PATH, 0, out SafeFd file));
        using (file)
        {
            // 2020-01-02 03:04:05.678901200 as SMB counts it: 100 ns since 1601.
            volume.KeepBirthTime(file, Stats.File().Born(1_577_934_245_678_901_200));
            byte[] value = new byte[16];
            Errno errno = Libc.Fgetxattr(file, Names.Z("user.cifs.creationtime"), value, out int size);
            if (errno == Errno.EOPNOTSUPP)
                return; // the temporary directory's file system has no user attributes
            Assert.Equal(isSet ? Errno.OK : Errno.ENODATA, errno);
            Assert.Equal(isSet ? BitConverter.GetBytes(132_224_078_456_789_012) : [], value[..size]);
        }

        volume.KeepBirthTime(SafeFd.Invalid, Stats.File().Born(1)); // refused: nobody is told
    }

    public void Dispose() => _store.Dispose();

    private InodeGuard GuardOf(string type, BackingDirectory directory, in Statx stat, string name) =>
        Make(type, default).GuardOf(stat, directory.Fd, Names.Z(name));

    private ShareVolume Make(string type, VolumeTraits traits, int ordinal = 0, string options = "")
    {
        Assert.Equal(OverlayStatus.Ok, _store.OpenVolume(new VolumeIdentity(type, "test", 2, 0), out Volume? row));
        return new ShareVolume(
            _store, row! with { Traits = traits }, Stats.Dev, ordinal, FileSystemFacts.Of(type, options), false);
    }
}
