// Facts about what only root may do.
namespace MetaFs.Linux.Tests;

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
