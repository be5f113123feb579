using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Probing;

/// <summary>A fact about a mount of its own; skipped, with the reason, where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    private static readonly string[] s_directories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <param name="fileSystem">What the kernel must know, as in /proc/filesystems.</param>
    /// <param name="program">What must be installed, if anything.</param>
    public RootFactAttribute(string fileSystem, string? program = null)
    {
        if (!Capabilities.Has(Capabilities.CAP_SYS_ADMIN))
            Skip = "needs root, to mount";
        else if (!File.ReadLines("/proc/filesystems").Any(l => l.EndsWith("\t" + fileSystem, StringComparison.Ordinal)))
            Skip = $"this kernel has no {fileSystem} (/proc/filesystems); scripts/lab asks the same in a guest that has it";
        else if (program is not null && !Exists(program))
            Skip = $"{program} is not installed";
    }

    private static bool Exists(string program) =>
        Array.Exists(s_directories, directory => File.Exists($"{directory}/{program}"));
}
