using System.IO.Compression;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>A test that mounts; skipped with the reason where this process may not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountedFactAttribute : FactAttribute
{
    private static readonly string? s_reason = Reason();

    public MountedFactAttribute() => Skip = s_reason;

    /// <summary>What only root can show.</summary>
    public bool NeedsRoot
    {
        get => false;
        set
        {
            if (value && Libc.Geteuid() != 0)
                Skip ??= "needs root: run scripts/test as root";
        }
    }

    /// <summary>What goes through fusermount3.</summary>
    public bool NeedsFusermount
    {
        get => false;
        set
        {
            if (value && !File.Exists("/usr/bin/fusermount3"))
                Skip ??= "needs /usr/bin/fusermount3 (package fuse3)";
        }
    }

    /// <summary>What needs FUSE_PASSTHROUGH. Asked of the kernel's version and configuration, not of what a mount agrees on.</summary>
    public bool NeedsPassthrough
    {
        get => false;
        set
        {
            if (value && (Environment.OSVersion.Version < new Version(6, 9) || Lacks("CONFIG_FUSE_PASSTHROUGH")))
                Skip ??= $"Linux {Environment.OSVersion.Version} has no FUSE_PASSTHROUGH (6.9 with CONFIG_FUSE_PASSTHROUGH)";
        }
    }

    // A kernel that does not show its configuration is believed to have all.
    private static bool Lacks(string option)
    {
        const string shown = "/proc/config.gz";
        if (!File.Exists(shown))
            return false;
        using var reader = new StreamReader(new GZipStream(File.OpenRead(shown), CompressionMode.Decompress));
        return !reader.ReadToEnd().Contains(option + "=y", StringComparison.Ordinal);
    }

    private static string? Reason()
    {
        if (!File.Exists("/dev/fuse"))
            return "no /dev/fuse: this kernel has no FUSE, or its module is not loaded (modprobe fuse)";
        // fusermount3 opens the device for its user, whatever the permissions.
        if (Libc.Geteuid() != 0)
            return File.Exists("/usr/bin/fusermount3") ? null : "mounting needs root, or /usr/bin/fusermount3 (package fuse3)";
        return (Capabilities.Effective & (1ul << 21)) != 0 ? null : "root without CAP_SYS_ADMIN may not mount (a container?)";
    }
}
