using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>
/// suid and sgid on a real mount: as a kernel since 5.12 leaves it to us (FUSE_HANDLE_KILLPRIV_V2), and as one before takes
/// them away, by a chmod of its own. A directory without MetaFs says what is right.
/// </summary>
public sealed class KernelKillsSuidTests
{
    // Each is done to a file of mode 6777 as the user, or as root; $1 is the file.
    private const string Script = """
        user() { setpriv --reuid 1000 --regid 1000 --clear-groups bash -c "$1" bash "$2"; }
        one() {
            local f=$1/f
            printf 0123456789 >"$f"
            chown 42:43 "$f"
            chmod 6777 "$f"
            if [[ $2 == user ]]; then user "$3" "$f"; else bash -c "$3" bash "$f"; fi
            echo "$2: $3: $(stat -c '%a %s' "$f")"
            chmod 6777 "$f"
            stat -c %a "$f"
            rm "$f"
        }
        chmod 777 "$1"
        one "$1" user 'printf x >>"$1"'
        one "$1" user 'printf x >"$1"'
        one "$1" user 'truncate -s 3 "$1"'
        one "$1" user 'fallocate -l 20 "$1"'
        one "$1" user 'cat "$1" >/dev/null; touch "$1"'
        one "$1" root 'printf x >>"$1"'
        one "$1" root 'truncate -s 3 "$1"'
        one "$1" root 'chown 44 "$1"'
        one "$1" root 'chgrp 43 "$1"'
        one "$1" root 'chown : "$1"'
        """;

    [RootFact]
    public void They_go_as_on_a_disk_whoever_takes_them()
    {
        using var disk = new BackingDirectory();
        string expected = Run(disk.Path);
        Assert.StartsWith("user: printf x >>\"$1\": 777 11\n6777\n", expected, StringComparison.Ordinal);
        FuseInitFlags older = FuseServerOptions.Implemented & ~FuseInitFlags.FUSE_HANDLE_KILLPRIV_V2;
        foreach (PassthroughOptions options in (PassthroughOptions[])[new(), Recording])
        {
            foreach (FuseInitFlags wanted in (FuseInitFlags[])[FuseServerOptions.Implemented, older])
            {
                using var share = new ShareUnderTest(options);
                Assert.Equal(expected, OnMount(share, new FuseServerOptions { Wanted = wanted }));
            }
        }
    }

    private static string OnMount(ShareUnderTest share, FuseServerOptions options)
    {
        string mountPoint = Directory.CreateTempSubdirectory("metafs-mount-").FullName;
        SafeFd device = FuseMounter.Mount(new FuseMountOptions
        {
            MountPoint = mountPoint,
            Source = "test",
            AllowOther = true,
            DefaultPermissions = true,
        });
        using var server = new FuseServer(device, share.Fs, options, share.Log);
        try
        {
            server.Start();
            Assert.True(server.WaitUntilInitialized(TimeSpan.FromSeconds(60)));
            return Run(mountPoint);
        }
        finally
        {
            Assert.Equal(Errno.OK, FuseMounter.Unmount(mountPoint, lazy: true));
            Assert.True(server.WaitUntilUnmounted(TimeSpan.FromSeconds(60)));
            Directory.Delete(mountPoint);
        }
    }

    private static string Run(string directory)
    {
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["-ec", Script, "bash", directory])
        {
            RedirectStandardOutput = true,
        })!;
        string output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
        return output;
    }
}
