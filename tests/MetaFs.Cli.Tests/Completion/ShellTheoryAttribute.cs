namespace MetaFs.Cli.Tests.Completion;

/// <summary>A theory that runs a shell; skipped, with that reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShellTheoryAttribute : TheoryAttribute
{
    public ShellTheoryAttribute(string shell)
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!Array.Exists(path, d => File.Exists(Path.Combine(d, shell))))
            Skip = $"no {shell} (Debian: apt-get install {shell})";
    }
}
