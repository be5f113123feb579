namespace MetaFs.Mount.Tests.Faults;

/// <summary>Symbolic links, fifos, sockets and devices on a share that refuses them.</summary>
public sealed class ObjectTests(ITestOutputHelper output) : MountTest(output)
{
    private const string Make =
        """
        mkdir "$1"; cd "$1"
        ln -s 'no/such target' link
        ln -s . here
        mkfifo -m 640 fifo
        mknod -m 600 null c 1 3
        mknod -m 660 disk b 259 300
        python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
        echo data >file
        chown -h 42:43 link fifo null socket
        touch -h -d '2001-02-03 04:05:06.123456789' link null
        """;

    // Type by readdir and by stat, permissions, owner, device, size of what has data, target, time where it was set.
    private const string List =
        """
        cd "$1"
        python3 - <<'PYTHON'
        import os, stat
        for entry in sorted(os.scandir("."), key=lambda e: e.name):
            s = entry.stat(follow_symlinks=False)
            print(entry.name, entry.is_symlink(), entry.is_file(follow_symlinks=False), stat.filemode(s.st_mode), s.st_uid,
                  s.st_gid, s.st_rdev, s.st_size, os.readlink(entry.name) if entry.is_symlink() else "",
                  s.st_mtime_ns if s.st_mtime < 1e9 else "")
        PYTHON
        """;

    private static readonly string[] s_lacking = ["lack symlinks", "lack special"];

    [RootFact]
    public void TheyAreWhatTheyAreNowAndAfterARestart()
    {
        FaultyShare share = Mine(new FaultyShare(s_lacking));
        string plain = Mine(new Workspace()).Path;
        Command.Bash(null, Make, plain + "/d").MustSucceed();
        string wanted = Command.Bash(null, List, plain + "/d").MustSucceed();
        Command.Bash(null, Make, share.At("d")).MustSucceed();
        Assert.Equal(wanted, Command.Bash(null, List, share.At("d")).MustSucceed());
        Assert.Equal((Posix.S_IFREG, 1067UL), (Posix.Stat(share.On("d/link")).Type, Posix.Stat(share.On("d/link")).Size));
        Assert.Equal((Posix.S_IFREG, 24UL), (Posix.Stat(share.On("d/null")).Type, Posix.Stat(share.On("d/null")).Size));
        share.Remount();
        Assert.Equal(wanted, Command.Bash(null, List, share.At("d")).MustSucceed());
        Assert.Contains(": clean: ", MetaFsProgram.Run(null, "fsck", share.MountPoint).MustSucceed());
    }

    [RootFact]
    public void TreesGoThereAndBackAndTheSecondTimeFindsNothing()
    {
        FaultyShare share = Mine(new FaultyShare(s_lacking));
        string plain = Mine(new Workspace()).Path;
        Command.Bash(null, Make, plain + "/d").MustSucceed();
        string wanted = Command.Bash(null, List, plain + "/d").MustSucceed();
        Command.Bash(
            null,
            """
            rsync -aH --numeric-ids "$1/d/" "$2/rsync"
            test -z "$(rsync -aHi --numeric-ids "$1/d/" "$2/rsync")"
            cp -a "$1/d" "$2/cp"
            mkdir "$2/tar"
            tar -C "$1/d" --exclude ./socket -cf - . | tar -C "$2/tar" -xpf -
            tar -C "$1/d" --exclude ./socket -cf - . | tar -C "$2/tar" -df -
            cp -a "$2/rsync" "$1/back"
            test -z "$(rsync -aHi --numeric-ids "$1/d/" "$1/back")"
            """,
            plain, share.MountPoint).MustSucceed();
        Assert.Equal(wanted, Command.Bash(null, List, share.At("rsync")).MustSucceed());
        Assert.Equal(wanted, Command.Bash(null, List, share.At("cp")).MustSucceed());
        Assert.Equal(wanted, Command.Bash(null, List, plain + "/back").MustSucceed());
        Command.Bash(null, "rm -r \"$1\"/*", share.MountPoint).MustSucceed();
        Assert.Empty(share.Records());
    }

    [RootFact]
    public void AFifoAndASocketCarryData() => Command.Python(
        null,
        """
        import os, socket, sys
        os.chdir(sys.argv[1])
        os.mkfifo("fifo")
        server = socket.socket(socket.AF_UNIX)
        server.bind("socket")
        server.listen()
        if os.fork() == 0:
            with open("fifo", "w") as f:
                f.write("through the fifo")
            client = socket.socket(socket.AF_UNIX)
            client.connect("socket")
            client.sendall(b"through the socket")
            os._exit(0)
        with open("fifo") as f:
            assert f.read() == "through the fifo"
        assert server.accept()[0].recv(100) == b"through the socket"
        """,
        Mine(new FaultyShare(s_lacking)).MountPoint).MustSucceed();

    [RootFact]
    public void WhatTheShareHoldsItselfIsNoPlaceholder()
    {
        FaultyShare share = Mine(new FaultyShare("refuse mknod EPERM on *device*"));
        Posix.Mknod(share.At("fifo"), Posix.S_IFIFO | Oct(600)).Ok();
        Posix.Mknod(share.At("device"), Posix.S_IFCHR | Oct(600), 0x103).Ok();
        Posix.Symlink("target", share.At("link")).Ok();
        Assert.Equal(Posix.S_IFIFO, Posix.Stat(share.On("fifo")).Type);
        Assert.Equal(Posix.S_IFLNK, Posix.Stat(share.On("link")).Type);
        Assert.Equal(Posix.S_IFREG, Posix.Stat(share.On("device")).Type);
        FileStatus device = Posix.Stat(share.At("device"));
        Assert.Equal((Posix.S_IFCHR, (1u, 3u)), (device.Type, device.Rdev));
        Assert.Equal(Errno.EACCES, Posix.Open(share.At("device"), Posix.O_RDONLY, 0, out _));
    }

    [RootFact]
    public void AFailureThatIsNoRefusalIsPassedOn()
    {
        FaultyShare share = Mine(new FaultyShare("refuse symlink ENOSPC", "refuse mknod EROFS"));
        Assert.Equal(Errno.ENOSPC, Posix.Symlink("target", share.At("link")));
        Assert.Equal(Errno.EROFS, Posix.Mknod(share.At("fifo"), Posix.S_IFIFO | Oct(600)));
        share.Heal();
        share.Fault("refuse symlink EPERM", "refuse write ENOSPC");
        Assert.Equal(Errno.ENOSPC, Posix.Symlink("target", share.At("link")));
        Assert.Empty(Directory.GetFileSystemEntries(share.Backing));
    }

    [RootFact]
    public void WhereNumbersMoveTheyAreKnownByTheirNames()
    {
        FaultyShare share = Mine(new FaultyShare(true, ["inodes counter", .. s_lacking]));
        Posix.Symlink("target", share.At("link")).Ok();
        Posix.Mknod(share.At("a"), Posix.S_IFCHR | Oct(600), 0x101).Ok();
        Posix.Mknod(share.At("b"), Posix.S_IFCHR | Oct(600), 0x102).Ok();
        share.Unmount();
        share.Fault("renumber again");
        share.Mount();
        Assert.Equal("target", Posix.Readlink(share.At("link")));
        foreach (string name in (string[])["a", "b"])
        {
            FileStatus status = Posix.Stat(share.At(name));
            Assert.Equal((Posix.S_IFCHR, (1u, name == "a" ? 1u : 2u)), (status.Type, status.Rdev));
        }
    }
}
