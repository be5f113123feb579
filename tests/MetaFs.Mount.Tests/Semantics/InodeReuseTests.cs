namespace MetaFs.Mount.Tests.Semantics;

/// <summary>A record belongs to one file: never to the next one that gets its inode number.</summary>
public sealed class InodeReuseTests(ITestOutputHelper output) : MountTest(output)
{
    /// <summary>Another program on the same file system can be the one that gets the number.</summary>
    private const int Rounds = 100;

    [RootTheory]
    [MemberData(nameof(ShareKinds.Refusing), MemberType = typeof(ShareKinds))]
    public void AFileMadeAfterAnUnlinkStartsAnew(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        share.Mounter.Run(() =>
        {
            string f = share.MountPoint + "/f";
            string again = UntilReused(share, () =>
            {
                Posix.CreateFile(f);
                Posix.Chown(f, 7, 7).Ok();
                Posix.Chmod(f, Oct(4711)).Ok();
                Posix.Utimens(f, 11, 22).Ok();
                ulong ino = Posix.Stat(share.Backing + "/f").Ino;
                Posix.Unlink(f).Ok();
                return ino;
            }, share.MountPoint);
            FileStatus status = Posix.Stat(again);
            Assert.Equal((share.Mounter.Uid, share.Mounter.Gid, Oct(644)), (status.Uid, status.Gid, status.Mode));
            Assert.NotEqual(22, status.Mtime);
        });
    }

    // Not on bindfs: neither creation times nor file handles come through it, so nothing tells the two files apart.
    [RootTheory]
    [InlineData(ShareKind.ForeignDirectory, false)]
    [InlineData(ShareKind.ForeignDirectory, true)]
    public void AFileMadeByAnotherHostIsNotTakenForTheOldOne(ShareKind kind, bool stopped)
    {
        Share share = Mine(new Share(kind));
        string again = UntilReused(share, () =>
        {
            if (!MountTable.IsMetaFs(share.MountPoint))
                share.Mount();
            share.Mounter.Run(() =>
            {
                Posix.CreateFile(share.MountPoint + "/f");
                Posix.Chown(share.MountPoint + "/f", 7, 7).Ok();
            });
            ulong ino = Posix.Stat(share.Backing + "/f").Ino;
            if (stopped)
                share.Unmount();
            Posix.Unlink(share.Backing + "/f").Ok();
            return ino;
        }, share.Backing);
        if (stopped)
            share.Mount();
        share.Mounter.Run(() =>
        {
            FileStatus shown = Posix.Stat($"{share.MountPoint}/{Path.GetFileName(again)}");
            Assert.NotEqual("7:7", shown.Owner);
        });
    }

    [RootTheory]
    [InlineData(ShareKind.ForeignDirectory)]
    [InlineData(ShareKind.BindfsDeny)]
    public void AnotherShareInTheSamePlaceInheritsNothing(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        share.Mounter.Run(() =>
        {
            Posix.CreateFile(share.MountPoint + "/f");
            Posix.Chown(share.MountPoint + "/f", 7, 7).Ok();
        });
        string elsewhere = share.Scratch("elsewhere");
        Posix.CreateFile(elsewhere + "/f");
        Posix.Chmod(elsewhere, Oct(777)).Ok();
        share.Unmount();
        CommandResult foreign = MetaFsProgram.Run(share.Mounter, "mount", elsewhere, share.MountPoint, "-o",
            $"db={share.Database}");
        Assert.Contains("belongs to", foreign.MustFail());
        Assert.False(MountTable.IsMetaFs(share.MountPoint));
    }

    /// <summary>
    /// Makes and removes a file, then makes the next one in a directory, until that has the number of the first; ext4 gives
    /// the lowest free one, so mostly the first round ends it.
    /// </summary>
    /// <param name="share">Where the numbers are looked at.</param>
    /// <param name="makeAndRemove">Returns the number of the file that is gone.</param>
    /// <param name="directory">In which the next is made.</param>
    /// <returns>The path of the next.</returns>
    private static string UntilReused(Share share, Func<ulong> makeAndRemove, string directory)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong ino = makeAndRemove();
            string name = $"new{round}";
            Posix.CreateFile($"{directory}/{name}");
            if (Posix.Stat($"{share.Backing}/{name}").Ino == ino)
                return $"{directory}/{name}";
        }

        throw new InvalidOperationException($"no inode number came again in {Rounds} rounds");
    }
}
