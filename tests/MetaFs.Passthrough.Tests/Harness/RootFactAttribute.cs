// Facts about what only root may do.
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A fact that is skipped, with a reason, without the capability it is about.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute(int capability = Capabilities.CAP_SYS_ADMIN)
    {
        if (!Capabilities.Has(capability))
            Skip = $"needs capability {capability}, capabilities(7); run the tests as root";
    }
}

/// <summary>The same for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute(int capability = Capabilities.CAP_SYS_ADMIN)
    {
        if (!Capabilities.Has(capability))
            Skip = $"needs capability {capability}, capabilities(7); run the tests as root";
    }
}
