namespace MetaFs.Mount.Tests.Semantics;

/// <summary>A record belongs to one file: never to the next one that gets its inode number.</summary>
public sealed class InodeReuseTests(ITestOutputHelper output) : MountTest(output)
{
    private const int Attempts = 500;

    [RootTheory]
    [MemberData(nameof(ShareKinds.Refusing), MemberType = typeof(ShareKinds))]
    public void AFileMadeAfterAnUnlinkStartsAnew(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        share.Mounter.Run(() =>
        {
            string f = share.MountPoint + "/f";
            Posix.CreateFile(f);
            Posix.Chown(f, 7, 7).Ok();
            Posix.Chmod(f, Oct(4711)).Ok();
            Posix.Utimens(f, 11, 22).Ok();
            ulong ino = Posix.Stat(f).Ino;
            Posix.Unlink(f).Ok();
            string again = CreateUntil(ino, name => $"{share.MountPoint}/{name}", share.Backing);
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
        string f = share.MountPoint + "/f";
        share.Mounter.Run(() =>
        {
            Posix.CreateFile(f);
            Posix.Chown(f, 7, 7).Ok();
        });
        ulong ino = Posix.Stat(share.Backing + "/f").Ino;
        if (stopped)
            share.Unmount();
        Posix.Unlink(share.Backing + "/f").Ok();
        string again = CreateUntil(ino, name => $"{share.Backing}/{name}", share.Backing);
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

    /// <summary>Creates files until one has that inode number; ext4 gives the lowest free one, so mostly the first has.</summary>
    private static string CreateUntil(ulong ino, Func<string, string> path, string backing)
    {
        for (int i = 0; i < Attempts; i++)
        {
            string name = $"new{i}";
            Posix.CreateFile(path(name));
            if (Posix.Stat($"{backing}/{name}").Ino == ino)
                return path(name);
        }

        throw new InvalidOperationException($"inode {ino} did not come again in {Attempts} files");
    }
}
