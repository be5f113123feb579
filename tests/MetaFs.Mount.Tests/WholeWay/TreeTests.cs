namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>The tools that bring whole trees to a share: what they set reads back, now and after a remount.</summary>
public sealed class TreeTests(SampleTrees trees, ITestOutputHelper output) : MountTest(output), IClassFixture<SampleTrees>
{
    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void TarRestoresOwnersModesTimesAndLinks(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        SampleTree tree = trees.For(share);
        string target = MakeTarget(share);
        Untar(share, target);
        AssertNoDifference(share, target);
        tree.Listing.AssertEqual(TreeListing.Of(target, share.Mounter));

        share.Remount();
        tree.Listing.AssertEqual(TreeListing.Of(target, share.Mounter));
        AssertNoDifference(share, target);

        Untar(share, target); // over what is there already
        tree.Listing.AssertEqual(TreeListing.Of(target, share.Mounter));
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void ASecondRsyncHasNothingToDo(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        SampleTree tree = trees.For(share);
        string target = MakeTarget(share);
        string source = tree.Root;
        if (!share.IsForEverybody)
        {
            // The service cannot read others' files on the disk, so its source is on its own mount.
            source = share.MountPoint + "/source";
            share.Mounter.Run(() => Posix.Mkdir(source, Oct(755)).Ok());
            Untar(share, source);
        }

        Rsync(share, source, target).MustSucceed();
        Assert.Equal("", Rsync(share, source, target).MustSucceed());
        tree.Listing.AssertEqual(TreeListing.Of(target, share.Mounter));

        share.Remount();
        Assert.Equal("", Rsync(share, source, target).MustSucceed());
        Assert.Equal("", Rsync(share, source, target, "--checksum").MustSucceed());
        tree.Listing.AssertEqual(TreeListing.Of(target, share.Mounter));
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void CpArchiveEqualsItsSource(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        SampleTree tree = trees.For(share);
        string source = tree.Root;
        if (!share.IsForEverybody)
        {
            source = MakeTarget(share);
            Untar(share, source);
        }

        string target = share.MountPoint + "/copy";
        // Besides chmod, cp of coreutils before 9.2 writes the mode as an ACL, and on a user's own mount Linux since 6.2 lets
        // only the owner do that, by the owner that the mount shows and without asking the file system.
        string kept = share.IsForEverybody ? "all" : "links,ownership,timestamps";
        Command.Run(share.Mounter, "cp", "-dR", "--preserve=" + kept, source, target).MustSucceed();
        AssertCopied();
        share.Remount();
        AssertCopied();
        Command.Run(share.Mounter, "diff", "-r", "--no-dereference", source, target).MustSucceed();

        void AssertCopied()
        {
            TreeListing copy = TreeListing.Of(target, share.Mounter);
            if (share.IsForEverybody)
                tree.Listing.AssertEqual(copy);
            else
                tree.Listing.Without("mode=").AssertEqual(copy.Without("mode="));
        }
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void InstallSetsOwnerAndMode(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string path = share.MountPoint + "/program";
        Command.Run(share.Mounter, "install", "-o", "1000", "-g", "1000", "-m", "4755", "/bin/true", path).MustSucceed();
        AssertInstalled();
        Command.Run(share.Mounter, "install", "-o", "1000", "-g", "1000", "-m", "4755", "/bin/true", path).MustSucceed();
        AssertInstalled();
        share.Remount();
        AssertInstalled();

        void AssertInstalled() => share.Mounter.Run(() =>
        {
            FileStatus status = Posix.Stat(path);
            Assert.Equal(("1000:1000", Posix.S_IFREG | Oct(4755)), (status.Owner, status.FullMode));
        });
    }

    private static string MakeTarget(Share share)
    {
        string target = share.MountPoint + "/target";
        share.Mounter.Run(() => Posix.Mkdir(target, Oct(755)).Ok());
        return target;
    }

    private void Untar(Share share, string target) => Command.Run(share.Mounter,
        "tar", "-C", target, "--same-owner", "--numeric-owner", "-xpf", trees.For(share).Archive).MustSucceed();

    private void AssertNoDifference(Share share, string target)
    {
        CommandResult diff = Command.Run(share.Mounter, "tar", "-C", target, "--numeric-owner", "--diff", "-f", trees.For(share).Archive);
        Assert.Equal("", diff.Output + diff.Errors);
        Assert.Equal(0, diff.ExitCode);
    }

    // --super: the service's own mount lets it chown, and rsync would not try.
    private static CommandResult Rsync(Share share, string source, string target, params string[] more) =>
        Command.Run(share.Mounter, "rsync",
            ["-aH", "--numeric-ids", "--super", "--itemize-changes", .. more, source + "/", target + "/"]);
}
