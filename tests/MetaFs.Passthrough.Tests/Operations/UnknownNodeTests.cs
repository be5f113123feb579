using MetaFs.Fuse;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Names whose inodes the kernel has forgotten, or that were moved on the share.</summary>
public sealed class UnknownNodeTests
{
    private static readonly RequestContext s_one = User(1001, 1001);
    private static readonly RequestContext s_two = User(1002, 1002);

    [Fact]
    public void A_file_nobody_knew_that_is_renamed_over_takes_its_record_along()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("a", context: s_one);
        share.Create("b", context: s_two);
        ulong replaced = share.Share.Stat("b").Ino;
        share.ForgetAll();
        share.Rename("a", "b");
        Assert.Null(share.RowOf(replaced));
        Assert.Equal(1001u, share.Lookup("b").Attr.Uid);
        Assert.Equal(1, share.Counts().Records);
    }

    [Fact]
    public void The_hint_of_a_file_nobody_knew_follows_its_rename()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("a", context: s_one);
        share.ForgetAll();
        share.Rename("a", "b");
        Assert.Equal(["b"], share.HintPaths());
    }

    [Fact]
    public void A_hint_heals_when_the_file_is_met_under_another_name()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("a", context: s_one);
        share.Share.Move("a", "b");
        share.Remount(Recording);
        Assert.Equal(1001u, share.Lookup("b").Attr.Uid);
        Assert.Equal(["b"], share.HintPaths());
    }
}
