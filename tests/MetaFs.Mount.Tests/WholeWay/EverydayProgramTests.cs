namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>Programs that people run first on a new mount.</summary>
public sealed class EverydayProgramTests(ITestOutputHelper output) : MountTest(output)
{
    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void GitClonesCommitsAndFindsNothingChanged(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string origin = share.Scratch("origin", 777);
        const string Setup = """
            export HOME="$1" GIT_CONFIG_NOSYSTEM=1
            git config --global user.name tester
            git config --global user.email tester@example.org
            git config --global safe.directory '*'
            git config --global init.defaultBranch main
            """;
        Command.Bash(share.Mounter, Setup + """

            git init -q "$1/repo"; cd "$1/repo"
            for i in $(seq 50); do echo $i >file$i; done
            printf '#!/bin/sh\n' >run; chmod 755 run; ln -s run link
            git add -A; git commit -qm first
            """, origin).MustSucceed();
        string clone = share.MountPoint + "/clone";
        Command.Bash(share.Mounter, Setup + """

            git clone -q --no-hardlinks "$1/repo" "$2"; cd "$2"
            echo more >>file1; git commit -qam second; git gc -q
            """, origin, clone).MustSucceed();
        Assert.Equal("", Status());
        share.Remount();
        Assert.Equal("", Status());

        string Status() => Command.Bash(share.Mounter,
            Setup + "\ncd \"$2\"; git status --porcelain; git fsck --no-progress", origin, clone).MustSucceed();
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void DpkgDebUnpacksASetuidFile(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string package = MakePackage(share.Scratch("package"));
        string target = share.MountPoint + "/unpacked";
        Command.Run(share.Mounter, "dpkg-deb", "-x", package, target).MustSucceed();
        AssertUnpacked();
        share.Remount();
        AssertUnpacked();

        void AssertUnpacked() => share.Mounter.Run(() =>
        {
            Assert.Equal(Oct(4755), Posix.Stat(target + "/usr/bin/raise").Mode);
            Assert.Equal(Oct(2755), Posix.Stat(target + "/usr/bin/group").Mode);
            if (share.IsForEverybody) // dpkg-deb's tar asks for owners only when root runs it
                Assert.Equal("12:34", Posix.Stat(target + "/usr/bin/raise").Owner);
            Assert.Equal(1_000_000_000_000_000_000, Posix.Stat(target + "/usr/bin/raise").Mtime);
        });
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void SedInPlaceKeepsOwnerAndMode(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string f = share.MountPoint + "/f";
        share.Mounter.Run(() =>
        {
            Posix.CreateFile(f, "old text\n");
            Posix.Chown(f, 42, 43).Ok();
            Posix.Chmod(f, Oct(640)).Ok();
        });
        Command.Run(share.Mounter, "sed", "-i", "s/old/new/", f).MustSucceed();
        share.Mounter.Run(() =>
        {
            Assert.Equal("new text\n", Posix.ReadFile(f));
            Assert.Equal(("42:43", Oct(640)), (Posix.Stat(f).Owner, Posix.Stat(f).Mode));
        });
    }

    [RootTheory]
    [MemberData(nameof(ShareKinds.All), MemberType = typeof(ShareKinds))]
    public void PythonCopiesAndMovesTrees(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        string source = share.Scratch("source", 777);
        Command.Bash(share.Mounter, """
            cd "$1"; mkdir -p tree/sub; echo a >tree/a; echo b >tree/sub/b
            chmod 4711 tree/a; chmod 2770 tree/sub; ln -s a tree/link
            touch -d '2001-02-03 04:05:06.123456789' tree/a tree/sub/b tree/sub tree
            """, source).MustSucceed();
        Command.Python(share.Mounter, """
            import os, shutil, sys
            source, mount = sys.argv[1] + "/tree", sys.argv[2]
            shutil.copytree(source, mount + "/copied", symlinks=True)
            shutil.move(mount + "/copied", mount + "/moved")
            shutil.move(mount + "/moved", sys.argv[1] + "/back")  # to another file system
            for name in (".", "a", "sub", "sub/b"):
                old, new = (os.lstat(os.path.join(top, name)) for top in (source, sys.argv[1] + "/back"))
                assert (old.st_mode, old.st_mtime_ns) == (new.st_mode, new.st_mtime_ns), (name, old, new)
            """, source, share.MountPoint).MustSucceed();
    }

    private static string MakePackage(string directory)
    {
        Command.Bash(null, """
            cd "$1"; mkdir -p content/DEBIAN content/usr/bin
            printf 'Package: raise\nVersion: 1\nArchitecture: all\nMaintainer: tester\nDescription: test\n' >content/DEBIAN/control
            for name in raise group; do echo program >content/usr/bin/$name; chown 12:34 content/usr/bin/$name; done
            chmod 4755 content/usr/bin/raise; chmod 2755 content/usr/bin/group
            touch -d @1000000000 content/usr/bin/*
            dpkg-deb --build content raise.deb >/dev/null
            """, directory).MustSucceed();
        return directory + "/raise.deb";
    }
}
