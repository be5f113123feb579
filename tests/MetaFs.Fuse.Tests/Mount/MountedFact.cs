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
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated("/dev/fuse\0"u8), OpenFlags.O_RDWR, 0, out SafeFd device);
        using (device)
        {
            if (errno != Errno.OK)
                return $"/dev/fuse: {errno}";
        }
        if (Libc.Geteuid() == 0)
            return (Capabilities.Effective & (1ul << 21)) != 0 ? null : "root without CAP_SYS_ADMIN";
        return File.Exists("/usr/bin/fusermount3") ? null : "no root, and no /usr/bin/fusermount3";
    }
}
