namespace MetaFs.Mount.Tests.Semantics;

/// <summary>What was set outlives the mount, and cold caches show what warm ones did.</summary>
public sealed class PersistenceTests(ITestOutputHelper output) : MountTest(output)
{
    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void EveryTypeOfFileKeepsItsAttributes(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string at = share.MountPoint;
        string[] names = ["f", "d", "s", "p", "l", "name with \xff"];
        share.Mounter.Run(() =>
        {
            Posix.CreateFile($"{at}/f");
            Posix.CreateFile($"{at}/name with \xff");
            Posix.Mkdir($"{at}/d", Oct(755)).Ok();
            Posix.Symlink("f", $"{at}/s").Ok();
            Posix.Mknod($"{at}/p", Posix.S_IFIFO | Oct(600)).Ok();
            Posix.Link($"{at}/f", $"{at}/l").Ok();
            foreach (string name in names)
            {
                Posix.Lchown($"{at}/{name}", 42, 43).Ok();
                Posix.Utimens($"{at}/{name}", 1_111_111_111, 2_222_222_222, follow: false).Ok();
            }

            Posix.Chmod($"{at}/f", Oct(4711)).Ok();
            Posix.Chmod($"{at}/d", Oct(3775)).Ok();
            Posix.Chmod($"{at}/p", Oct(622)).Ok();
        });
        string[] before = Describe(share, names);
        share.Remount();
        Assert.Equal(before, Describe(share, names));
        Assert.Contains(before, line => line.StartsWith("f 104711 ", StringComparison.Ordinal));
        Assert.All(before, line => Assert.Contains(" 42:43 ", line));

        // a listing of a cold directory is READDIRPLUS
        share.Remount();
        string found = Command.Run(share.Mounter, "find", at, "-mindepth", "1", "-uid", "42", "-gid", "43").MustSucceed();
        Assert.Equal(names.Length, found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void OneNameOfTwoGoesAndTheOtherKeeps(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string at = share.MountPoint;
        share.Mounter.Run(() =>
        {
            Posix.CreateFile($"{at}/a");
            Posix.Link($"{at}/a", $"{at}/b").Ok();
            Posix.Chown($"{at}/a", 42, 43).Ok();
        });
        share.Remount();
        share.Mounter.Run(() => Assert.Equal("42:43", Posix.Stat($"{at}/b").Owner));
        share.Mounter.Run(() => Posix.Unlink($"{at}/a").Ok());
        share.Remount();
        share.Mounter.Run(() => Assert.Equal("42:43", Posix.Stat($"{at}/b").Owner));
    }

    [RootTheory]
    [InlineData(ShareKind.BindfsDeny)]
    [InlineData(ShareKind.BindfsIgnore)]
    public void AnOwnerThatTheShareHappensToShowIsKeptWhenItShowsAnother(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string at = share.MountPoint;
        Posix.CreateFile($"{at}/ours");
        Posix.Chown($"{at}/ours", 33, 33).Ok(); // what this share shows for every file
        Posix.CreateFile($"{share.Backing}/theirs");
        Posix.Chown($"{at}/theirs", 33, 33).Ok();
        Posix.CreateFile($"{share.Backing}/untouched");
        share.Unmount();
        share.Reattach(forcedOwner: 34);
        share.Mount();
        Assert.Equal("33:33", Posix.Stat($"{at}/ours").Owner);
        Assert.Equal("33:33", Posix.Stat($"{at}/theirs").Owner);
        Assert.Equal("34:34", Posix.Stat($"{at}/untouched").Owner);
    }

    private static string[] Describe(Share share, string[] names) => share.Mounter.Run(() => names.Select(name =>
    {
        FileStatus status = Posix.Stat($"{share.MountPoint}/{name}");
        string mode = Convert.ToString(status.FullMode, 8);
        return $"{name} {mode} {status.Owner} {status.Atime} {status.Mtime} {status.Ctime} {status.Nlink} {status.Ino}";
    }).ToArray());
}
