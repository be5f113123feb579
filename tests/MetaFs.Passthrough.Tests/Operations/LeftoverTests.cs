using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>What a daemon that was killed has left in the hidden directory.</summary>
public sealed class LeftoverTests
{
    private static readonly PassthroughOptions s_hiding = Recording with { Unlinked = UnlinkedFiles.Hide };
    private static readonly RequestContext s_user = User(1000, 1001);

    [Fact]
    public void The_next_mount_clears_it()
    {
        using var share = new ShareUnderTest(s_hiding);
        HideOne(share);
        share.RemountAfterKill(s_hiding);
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
    }

    [Fact]
    public void So_does_the_end_of_a_mount_that_was_forced_to_end()
    {
        using var share = new ShareUnderTest(s_hiding);
        HideOne(share);
        share.Remount(s_hiding);
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
    }

    [Fact]
    public void A_record_that_the_daemon_had_not_removed_goes_with_its_file()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.Create("f", Oct(640), s_user);
        ulong ino = share.Share.Stat("f").Ino;
        Assert.NotNull(share.RowOf(ino));
        share.Share.Move("f", $"{hidden}/1.2.3");
        share.RemountAfterKill(s_hiding);
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
        Assert.Null(share.RowOf(ino));
    }

    [Fact]
    public void A_read_only_mount_leaves_it_to_the_next_one()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.RemountAfterKill(s_hiding with { ReadOnly = true });
        Assert.Single(Directory.GetFileSystemEntries(share.Share.At(hidden)));
        Assert.Equal(Errno.ENOENT, share.TryLookup(hidden));
        Assert.DoesNotContain(hidden, Listing.Names(share, NodeId.Root));
        share.RemountAfterKill(s_hiding);
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
    }

    [Fact]
    public void What_cannot_be_removed_stays_and_is_told()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.Share.MakeDirectory($"{hidden}/foreign");
        share.RemountAfterKill(s_hiding);
        Assert.Equal(["foreign"], Directory.GetFileSystemEntries(share.Share.At(hidden)).Select(Path.GetFileName));
        Assert.Contains(share.Log.Lines, line => line.Contains(hidden, StringComparison.Ordinal));
        Assert.Equal(Errno.ENOENT, share.TryLookup(hidden));
        Assert.Equal(2u, share.Getattr(NodeId.Root).Nlink);

        // It does not keep this mount from hiding files.
        HideOne(share);
        share.Share.DeleteDirectory($"{hidden}/foreign");
        share.Remount(s_hiding);
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
    }

    [Fact]
    public void A_file_whose_name_nothing_has_taken_gets_it_back_with_its_record()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        NodeId directory = share.Mkdir("d", context: s_user);
        share.Create("f", Oct(640), s_user, directory);
        share.Share.Write("d/f", "data");
        share.Store.BeginReplacement(Volume(share), "1.2.3", "d/f"u8);
        share.Share.Move("d/f", $"{hidden}/1.2.3");
        share.RemountAfterKill(s_hiding);
        Assert.Equal(["d"], Directory.GetFileSystemEntries(share.Share.Path).Select(Path.GetFileName));
        Assert.Equal("data", share.Share.Read("d/f"));
        Assert.Equal(1000u, share.Lookup("f", share.NodeOf("d")).Attr.Uid);
        Assert.Empty(share.Store.PendingReplacements(Volume(share)));
    }

    [Fact]
    public void A_file_whose_name_another_one_has_goes()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.Share.Write($"{hidden}/1.2.3", "old");
        share.Share.Write("f", "new");
        share.Store.BeginReplacement(Volume(share), "1.2.3", "f"u8);
        share.RemountAfterKill(s_hiding);
        Assert.Equal(["f"], Directory.GetFileSystemEntries(share.Share.Path).Select(Path.GetFileName));
        Assert.Equal("new", share.Share.Read("f"));
        Assert.Empty(share.Store.PendingReplacements(Volume(share)));
    }

    [Fact]
    public void A_file_whose_directory_is_not_found_is_kept_and_told()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.Share.Write($"{hidden}/1.2.3", "old");
        share.Store.BeginReplacement(Volume(share), "1.2.3", "gone/f"u8);
        share.RemountAfterKill(s_hiding);
        Assert.Equal("old", share.Share.Read($"{hidden}/1.2.3"));
        Assert.Contains(share.Log.Lines, line => line.Contains($"{hidden}/1.2.3", StringComparison.Ordinal));
        share.Share.MakeDirectory("gone");
        share.RemountAfterKill(s_hiding);
        Assert.Equal("old", share.Share.Read("gone/f"));
        Assert.False(share.Share.Exists(hidden));
    }

    [Fact]
    public void A_note_of_a_replacement_that_was_not_begun_is_forgotten()
    {
        using var share = new ShareUnderTest(s_hiding);
        HideOne(share);
        share.Share.Write("f", "old");
        share.Store.BeginReplacement(Volume(share), "1.2.3", "f"u8);
        share.RemountAfterKill(s_hiding);
        Assert.Equal("old", share.Share.Read("f"));
        Assert.Empty(share.Store.PendingReplacements(Volume(share)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gone/")]
    public void A_file_that_was_being_replaced_keeps_a_record_that_only_its_name_guards(string directory)
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        NodeId parent = directory.Length > 0 ? share.Mkdir("gone") : NodeId.Root;
        share.Create("f", Oct(640), s_user, parent);
        ulong ino = share.Share.Stat($"{directory}f").Ino;
        InodeRecord record = share.RowOf(ino)!;
        InodeGuard guard = new(record.Guard.FileType, GuardKind.None, 0);
        share.Store.Put(share.KeyOf(ino), record with { Guard = guard });
        share.Store.BeginRemoval(share.KeyOf(ino));
        share.Store.BeginReplacement(Volume(share), $"{ino:x}.2.3.r", Encoding.UTF8.GetBytes($"{directory}f"));
        share.Share.Move($"{directory}f", $"{hidden}/{ino:x}.2.3.r");
        if (directory.Length > 0)
        {
            // It cannot have its name back yet, and waits.
            share.Share.Move("gone", "away");
            share.RemountAfterKill(s_hiding);
            Assert.NotNull(share.RowOf(ino));
            Assert.NotEmpty(share.Store.PendingRemovals(Volume(share)));
            share.Share.Move("away", "gone");
        }

        share.RemountAfterKill(s_hiding);
        Assert.Equal(ino, share.Share.Stat($"{directory}f").Ino);
        Assert.NotNull(share.RowOf(ino));
        Assert.Empty(share.Store.PendingRemovals(Volume(share)));
    }

    [Fact]
    public void A_file_that_was_being_replaced_is_never_removed_without_a_note()
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.Share.Write($"{hidden}/1.2.3.r", "the only copy");
        share.RemountAfterKill(s_hiding);
        Assert.Equal("the only copy", share.Share.Read($"{hidden}/1.2.3.r"));
        Assert.Contains(share.Log.Lines, line => line.Contains($"{hidden}/1.2.3.r", StringComparison.Ordinal));
        share.Remount(s_hiding);
        Assert.Equal("the only copy", share.Share.Read($"{hidden}/1.2.3.r"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_was_replaced_goes_although_its_name_is_nobodys_again(bool isKilled)
    {
        using var share = new ShareUnderTest(s_hiding);
        share.Open("f", Oct(640), s_user);
        share.Create("new", Oct(640), s_user);
        share.Rename("new", "f");
        string hidden = Assert.Single(share.Store.Volumes()).HiddenDirectory!;
        Assert.EndsWith(".r", Assert.Single(Directory.GetFileSystemEntries(share.Share.At(hidden))), StringComparison.Ordinal);
        Assert.Empty(Assert.Single(share.Store.PendingReplacements(Volume(share))).Path);
        share.Unlink("f");
        if (isKilled)
            share.RemountAfterKill(s_hiding);
        else
            share.Remount(s_hiding);
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
        Assert.Empty(share.Store.PendingReplacements(Volume(share)));
    }

    [Fact]
    public void The_note_of_a_replacement_goes_with_the_last_close()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Create("new", Oct(640), s_user);
        share.Rename("new", "f");
        Assert.Single(share.Store.PendingReplacements(Volume(share)));
        share.Release(node, handle);
        Assert.Empty(share.Store.PendingReplacements(Volume(share)));
        string hidden = Assert.Single(share.Store.Volumes()).HiddenDirectory!;
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.At(hidden)));
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("d/../f")]
    [InlineData("./f")]
    [InlineData("d//f")]
    [InlineData("f\0g")]
    public void A_forged_note_leads_nowhere(string path)
    {
        using var share = new ShareUnderTest(s_hiding);
        string hidden = HideOne(share);
        share.Share.MakeDirectory("d");
        share.Share.Write($"{hidden}/1.2.3.r", "data");
        share.Store.BeginReplacement(Volume(share), "1.2.3.r", Encoding.UTF8.GetBytes(path));
        share.RemountAfterKill(s_hiding);
        Assert.Equal("data", share.Share.Read($"{hidden}/1.2.3.r"));
        Assert.Contains(share.Log.Lines, line => line.Contains($"{hidden}/1.2.3.r", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../f")]
    [InlineData("..")]
    public void A_forged_name_gives_nothing_back(string forged)
    {
        using var share = new ShareUnderTest(s_hiding);
        HideOne(share);
        share.Share.Write("f", "data");
        share.Store.BeginReplacement(Volume(share), forged, "g"u8);
        share.RemountAfterKill(s_hiding);
        Assert.Equal("data", share.Share.Read("f"));
        Assert.Empty(share.Store.PendingReplacements(Volume(share)));
    }

    // The handle is never released, as the killed daemon's was not.
    private static string HideOne(ShareUnderTest share)
    {
        share.Open("victim", Oct(640), s_user);
        share.Unlink("victim");
        string hidden = Assert.Single(share.Store.Volumes()).HiddenDirectory!;
        Assert.NotEmpty(Directory.GetFileSystemEntries(share.Share.At(hidden)));
        return hidden;
    }

    private static long Volume(ShareUnderTest share) => Assert.Single(share.Store.Volumes()).Id;
}
