namespace MetaFs.ShareSim.Tests.Harness;

internal static class NeedsRoot
{
    public static string? Reason => Libc.Geteuid() == 0 ? null : "needs root: mounts a share for several users";
}

/// <summary>A test that only root can run; skipped, with that reason, for others.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = NeedsRoot.Reason!;
}

/// <summary>A theory that only root can run; skipped, with that reason, for others.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = NeedsRoot.Reason!;
}
