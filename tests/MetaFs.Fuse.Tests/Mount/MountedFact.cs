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
                Skip ??= "needs root";
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

    private static string? Reason()
    {
        if (!File.Exists("/dev/fuse"))
            return "no /dev/fuse";
        // fusermount3 opens the device for its user, whatever the permissions.
        if (Libc.Geteuid() != 0)
            return File.Exists("/usr/bin/fusermount3") ? null : "no root, and no /usr/bin/fusermount3";
        return (Capabilities.Effective & (1ul << 21)) != 0 ? null : "root without CAP_SYS_ADMIN";
    }
}
