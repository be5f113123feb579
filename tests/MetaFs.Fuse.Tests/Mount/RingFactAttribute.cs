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
            Skip ??= $"no {Parameter}: Linux 6.14 with CONFIG_FUSE_IO_URING";
        else if (Environment.ProcessorCount > 7)
            Skip ??= $"64 threads are too few for {Environment.ProcessorCount} processors";
        else if (IoUring.Create(out IoUring? ring) is var errno and not Errno.OK)
            Skip ??= $"io_uring_setup: {errno}";
        else
            ring!.Dispose();
    }
}
