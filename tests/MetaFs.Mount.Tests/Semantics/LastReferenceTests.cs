namespace MetaFs.Mount.Tests.Semantics;

/// <summary>A removed file keeps its attributes for whoever still has it, and leaves no record after that.</summary>
public sealed class LastReferenceTests(ITestOutputHelper output) : MountTest(output)
{
    [RootTheory]
    [MemberData(nameof(ShareKinds.Refusing), MemberType = typeof(ShareKinds))]
    public void ARemovedFileKeepsItsAttributesWhileItIsReferenced(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        share.Mounter.Run(() =>
        {
            string open = Make(share, "open"), path = Make(share, "path"), mapped = Make(share, "mapped");
            ulong[] inodes = [Posix.Stat(open).Ino, Posix.Stat(path).Ino, Posix.Stat(mapped).Ino];
            int openFd = Posix.Open(open, Posix.O_RDWR);
            int pathFd = Posix.Open(path, Posix.O_PATH);
            int mappedFd = Posix.Open(mapped, Posix.O_RDONLY);
            nint mapping = Posix.MapForReading(mappedFd);
            Posix.Close(mappedFd).Ok();
            foreach (string name in (string[])[open, path, mapped])
                Posix.Unlink(name).Ok();

            Assert.Equal(("7:8", Oct(4711)), Shown(openFd));
            Assert.Equal(("7:8", Oct(4711)), Shown(pathFd));
            Posix.Fchmod(openFd, Oct(600)).Ok();
            Posix.Fchown(openFd, 9, 9).Ok();
            Assert.Equal(("9:9", Oct(600)), Shown(openFd));
            Posix.Write(openFd, "more").Ok();

            Posix.Close(openFd).Ok();
            Posix.Close(pathFd).Ok();
            Posix.Unmap(mapping);
            Records.AssertGone(share, inodes);
        });
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.Refusing), MemberType = typeof(ShareKinds))]
    public void ARemovedWorkingDirectoryKeepsItsAttributes(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        ulong ino = 0;
        share.Mounter.Run(() =>
        {
            string directory = share.MountPoint + "/d";
            Posix.Mkdir(directory, Oct(755)).Ok();
            Posix.Chown(directory, 7, 8).Ok();
            Posix.Chmod(directory, Oct(3771)).Ok();
            ino = Posix.Stat(directory).Ino;
            Posix.Chdir(directory).Ok();
            Posix.Rmdir(directory).Ok();
            FileStatus status = Posix.Stat(".");
            Assert.Equal(("7:8", Oct(3771)), (status.Owner, status.Mode));
            Assert.Equal(Errno.ENOENT, Posix.Mkdir("below", Oct(755)));
        }); // the thread ends and its working directory with it
        Records.AssertGone(share, ino);
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.Refusing), MemberType = typeof(ShareKinds))]
    public void NothingIsLeftOfManyRemovedFiles(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string directory = share.MountPoint + "/d";
        share.Mounter.Run(() =>
        {
            Posix.Mkdir(directory, Oct(755)).Ok();
            for (int i = 0; i < 300; i++)
            {
                Posix.CreateFile($"{directory}/f{i}");
                Posix.Chown($"{directory}/f{i}", 7, 8).Ok();
            }
        });
        Assert.Equal(300, Records.Of(share).Count(row => row.Uid == 7));
        Command.Run(share.Mounter, "rm", "-r", directory).MustSucceed();
        share.Unmount(); // all is forgotten
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
        Assert.DoesNotContain(Records.Of(share), row => row.Uid == 7);
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.Refusing), MemberType = typeof(ShareKinds))]
    public void TwoThreadsThatRemoveTheLastTwoNamesLeaveNoRecord(ShareKind kind) => RemoveLastTwoNames(kind, 500);

    [RootFact]
    [Trait("speed", "slow")]
    public void TwoThreadsThatRemoveTheLastTwoNamesTenThousandTimesLeaveNoRecord() =>
        RemoveLastTwoNames(ShareKind.ForeignDirectory, 10_000);

    private void RemoveLastTwoNames(ShareKind kind, int rounds)
    {
        Share share = Mine(new Share(kind));
        string at = share.MountPoint;
        using Barrier together = new(2);
        Thread other = new(() => share.Mounter.Run(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                together.SignalAndWait();
                Posix.Unlink($"{at}/b{round}").Ok();
                together.SignalAndWait();
            }
        }));
        share.Mounter.Run(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                Posix.CreateFile($"{at}/a{round}");
                Posix.Chown($"{at}/a{round}", 7, 8).Ok();
                Posix.Link($"{at}/a{round}", $"{at}/b{round}").Ok();
            }
        });
        other.Start();
        share.Mounter.Run(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                together.SignalAndWait();
                Posix.Unlink($"{at}/a{round}").Ok();
                together.SignalAndWait();
            }
        });
        other.Join();
        share.Unmount();
        Assert.DoesNotContain(Records.Of(share), row => row.Uid == 7);
        Assert.Empty(Directory.EnumerateFileSystemEntries(share.Backing));
    }

    private static string Make(Share share, string name)
    {
        string path = $"{share.MountPoint}/{name}";
        Posix.CreateFile(path, new string('x', 4096));
        Posix.Chown(path, 7, 8).Ok();
        Posix.Chmod(path, Oct(4711)).Ok();
        return path;
    }

    private static (string Owner, uint Mode) Shown(int fd)
    {
        FileStatus status = Posix.Stat(fd);
        return (status.Owner, status.Mode);
    }
}
