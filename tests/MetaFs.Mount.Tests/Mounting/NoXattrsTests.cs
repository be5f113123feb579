using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>xattrs=none</c>: the kernel asks once and never again, and all that needs no attributes works.</summary>
public sealed class NoXattrsTests(ITestOutputHelper output) : MountingTest(output)
{
    private const string None = "xattrs=none,suid";

    [RootFact]
    public void NothingIsAskedAfterTheFirstTime()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { Options = None }));
        Command.Bash(null, """
            cd "$1"
            mkdir from && cd from && umask 027 && mkdir -p d/e && umask 022
            for i in $(seq 20); do echo $i >d/e/$i; chown $i:$((i + 1)) d/e/$i; chmod 4$((700 + i % 8)) d/e/$i; done
            ln d/e/1 d/hard; ln -s e/2 d/soft; touch -d 2001-02-03T04:05:06.789 d/e/3 d/e
            cd .. && tar -C from --format=posix -cf "$2/tree.tar" . && mkdir unpacked && tar -C unpacked --same-owner -xpf "$2/tree.tar"
            cp -a from copied && rsync -aH --modify-window=-1 from/ synced
            list() { (cd "$1" && find . -printf '%P %y %m %U:%G %n %s %T@ %l\n' | sort | sed '/ d /s/ [0-9]* \([0-9.]* \)$/ \1/'); }
            for copy in unpacked copied synced; do diff <(list from) <(list $copy); diff -r from $copy; done
            ls -lR >/dev/null; ! getfattr -d from/d/e/1 2>/dev/null; rm -r unpacked
            """, MountPoint, Records).MustSucceed();
        string stats = MetaFsProgram.Run(null, "stats", "--json", MountPoint).MustSucceed();
        JsonElement requests = JsonDocument.Parse(stats).RootElement.GetProperty("requests");
        foreach (string word in (string[])["GETXATTR", "LISTXATTR", "SETXATTR", "REMOVEXATTR"])
        {
            int count = requests.TryGetProperty(word, out JsonElement asked) ? asked.GetProperty("count").GetInt32() : 0;
            Assert.InRange(count, 0, 1);
        }

        mount.Unmount();
    }

    [RootFact]
    public void ThereAreNoneAndWhatWasKeptStays()
    {
        byte[] acl = Acl(mask: 6);
        string file = MountPoint + "/f";
        using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = "xattrs=overlay" }))
        {
            Posix.Setxattr(file, "user.kept", [1, 2]).Ok();
            Posix.Setxattr(file, AccessAcl.Name, acl).Ok();
            mount.Unmount();
        }

        using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = None }))
        {
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(Errno.EOPNOTSUPP, Posix.Getxattr(file, "user.kept", out _));
                // The kernel's own answer once it asks no more (fs/fuse/acl.c, __fuse_get_acl: no ACL is no error).
                Assert.Contains(
                    Posix.Getxattr(file, AccessAcl.Name, out _), (Errno[])[Errno.EOPNOTSUPP, Errno.ENODATA]);
                Assert.Equal(Errno.EOPNOTSUPP, Posix.Setxattr(file, "user.kept", [3]));
                Assert.Equal(Errno.EOPNOTSUPP, Posix.Setxattr(file, AccessAcl.Name, acl));
                Assert.Equal(Errno.EOPNOTSUPP, Posix.Removexattr(file, "user.kept"));
                Assert.Equal(Errno.EOPNOTSUPP, Posix.Listxattr(file, out _));
            }

            Assert.Equal(Oct(660), Posix.Stat(file).Mode);
            Posix.Chmod(file, Oct(640)).Ok();
            Posix.Chown(file, 42, 43).Ok();
            Assert.Contains("user.kept", MetaFsProgram.Run(null, "show", file).MustSucceed());
            mount.Unmount();
        }

        using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = "xattrs=overlay" }))
        {
            Posix.Getxattr(file, "user.kept", out byte[] value).Ok();
            Assert.Equal([1, 2], value);
            Posix.Getxattr(file, AccessAcl.Name, out byte[] shown).Ok();
            Assert.Equal(Acl(mask: 4), shown);
            Assert.Equal(("42:43", Oct(640)), (Posix.Stat(file).Owner, Posix.Stat(file).Mode));
            mount.Unmount();
        }
    }

    [RootFact]
    public void RecordedCapabilitiesEndWithTheData()
    {
        string program = MountPoint + "/id";
        using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = "suid,xattrs=overlay" }))
        {
            File.Copy("/usr/bin/id", program);
            Command.Run("setcap", "cap_setuid+ep", program).MustSucceed();
            mount.Unmount();
        }

        using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = None + ",no_passthrough" }))
        {
            Command.Bash(null, "echo >>\"$1\"", program).MustSucceed();
            mount.Unmount();
        }

        using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = "suid,xattrs=overlay" }))
        {
            Assert.Equal(Errno.ENODATA, Posix.Getxattr(program, "security.capability", out _));
            mount.Unmount();
        }
    }

    [RootFact]
    public void UmaskAndTheSharesDefaultAclGiveNewFilesTheirMode()
    {
        const string make = "umask 027; cd \"$1\"; echo >f; mkdir d; touch d/g; umask 0; (umask 077; echo >h); mkfifo p";
        const string acl = "cd \"$1\"; setfacl -d -m u:1000:rwx,g::r,o::- .";
        const string look = "cd \"$1\" && getfacl -nR . && find . -mindepth 1 -printf '%P %y %m\\n' | sort";
        string expected = Workspace.MakeDirectory("oracle");
        foreach (string first in (string[])["plain", "acl"])
        {
            foreach (string place in (string[])[expected, Source])
            {
                Posix.Mkdir($"{place}/{first}", Oct(755)).Ok();
                if (first == "acl")
                    Command.Bash(null, acl, $"{place}/{first}").MustSucceed();
            }

            Command.Bash(null, make, $"{expected}/{first}").MustSucceed();
            using (MetaFsMount mount = MetaFsMount.Start(Plan with { Options = None }))
            {
                Command.Bash(null, make, $"{MountPoint}/{first}").MustSucceed();
                mount.Unmount();
            }

            Assert.Equal(
                Command.Bash(null, look, $"{expected}/{first}").MustSucceed(),
                Command.Bash(null, look, $"{Source}/{first}").MustSucceed());
        }
    }

    private static byte[] Acl(ushort mask) => AccessAcl.Of(
        (AccessAcl.UserObj, 6, 0), (AccessAcl.User, 6, 1000), (AccessAcl.GroupObj, 0, 0), (AccessAcl.Mask, mask, 0),
        (AccessAcl.Other, 0, 0));
}
