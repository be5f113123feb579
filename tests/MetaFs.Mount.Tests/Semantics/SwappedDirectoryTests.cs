namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Somebody who may write on the share swaps a directory for a symbolic link that leads out of it.</summary>
public sealed class SwappedDirectoryTests(ITestOutputHelper output) : MountTest(output)
{
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(5);

    [RootFact]
    [Trait("speed", "slow")]
    public void WhateverIsSwappedWhenNothingOutsideIsTouched()
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory, "chown=record,chmod=record,utimens=record,attr_timeout=0,entry_timeout=0"));
        string outside = share.Scratch("outside");
        File.WriteAllText(outside + "/f", "untouched");
        string before = Describe(outside);
        Posix.Mkdir(share.Backing + "/d", Oct(755)).Ok();
        Posix.CreateFile(share.Backing + "/d/f", "inside");
        Posix.Symlink(outside, share.Backing + "/swapped").Ok();

        using ManualResetEventSlim done = new();
        long swaps = 0;
        Thread swapper = new(() =>
        {
            for (; !done.IsSet; swaps++)
                Posix.Rename(share.Backing + "/d", share.Backing + "/swapped", Posix.RENAME_EXCHANGE).Ok();
        });
        swapper.Start();
        int succeeded = 0;
        try
        {
            DateTime end = DateTime.UtcNow + s_while;
            while (DateTime.UtcNow < end)
                succeeded += TryAll(share.MountPoint + "/d");
        }
        finally
        {
            done.Set();
            swapper.Join();
        }

        Output.WriteLine($"{swaps} swaps, {succeeded} calls succeeded");
        Assert.True(swaps > 100 && succeeded > 100, $"{swaps} swaps, {succeeded} calls succeeded");
        Assert.Equal(before, Describe(outside));
    }

    // By *at calls below a descriptor that the kernel knows as a directory: paths would be resolved by the kernel itself,
    // which follows the link on its own. O_NOFOLLOW keeps these from that.
    private static int TryAll(string directory)
    {
        int succeeded = 0;
        if (Posix.Open(directory, Posix.O_RDONLY | Posix.O_DIRECTORY | Posix.O_NOFOLLOW, 0, out int fd) != Errno.OK)
            return 0;
        string at = $"/proc/self/fd/{fd}";
        Errno[] results =
        [
            Posix.Chmod(at + "/f", Oct(600)),
            Posix.Lchown(at + "/f", 7, 8),
            Posix.Utimens(at + "/f", 1, 2, follow: false),
            Posix.Truncate(at + "/f", 3),
            Posix.Mkdir(at + "/new", Oct(700)),
            Posix.Rename(at + "/new", at + "/newer"),
            Posix.Rmdir(at + "/newer"),
            Posix.Symlink("x", at + "/link"),
            Posix.Link(at + "/f", at + "/second"),
            Posix.Unlink(at + "/link"),
            Posix.Unlink(at + "/second"),
            Posix.Setxattr(at + "/f", "user.a", [1]),
        ];
        succeeded += results.Count(errno => errno == Errno.OK);
        if (Posix.Open(at + "/f", Posix.O_WRONLY | Posix.O_NOFOLLOW, 0, out int file) == Errno.OK)
        {
            succeeded++;
            _ = Posix.Write(file, "text");
            _ = Posix.Close(file);
        }

        _ = Posix.Close(fd);
        return succeeded;
    }

    private static string Describe(string directory) => string.Join('\n',
        Directory.EnumerateFileSystemEntries(directory).Prepend(directory).Select(path =>
        {
            FileStatus status = Posix.Stat(path);
            return $"{path} {status.FullMode} {status.Owner} {status.Size} {status.Mtime} {status.Ctime} {status.Nlink}";
        })) + File.ReadAllText(directory + "/f");
}
