using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>A test that mounts over io_uring; skipped with the reason where the kernel cannot.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RingFactAttribute : FactAttribute
{
    /// <summary>What switches it on, for mounts from then on. The tests set it, and set it back.</summary>
    public const string Parameter = "/sys/module/fuse/parameters/enable_uring";

    public RingFactAttribute()
    {
        Skip = new MountedFactAttribute { NeedsRoot = true }.Skip;
        if (!File.Exists(Parameter))
            Skip ??= $"this kernel has no FUSE over io_uring (6.14 with CONFIG_FUSE_IO_URING): no {Parameter}";
        else if (Environment.ProcessorCount > 7)
            Skip ??= $"on {Environment.ProcessorCount} processors the 64 threads of the default are too few for a ring each";
        else if (IoUring.Create(out IoUring? ring) is var errno and not Errno.OK)
            Skip ??= $"this system allows no io_uring: io_uring_setup answers {errno} (kernel.io_uring_disabled, seccomp)";
        else
            ring!.Dispose();
    }
}
