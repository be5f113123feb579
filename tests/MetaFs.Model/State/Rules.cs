using MetaFs.Model.Operations;

namespace MetaFs.Model.State;

/// <summary>Where file systems may differ without being wrong.</summary>
/// <param name="Umask">Of the process.</param>
/// <param name="Without">Words of <see cref="Features"/>.</param>
internal sealed record Rules(uint Umask, HashSet<string> Without)
{
    public bool AtimeOutlivesData { get; } = !Without.Contains(Features.StrictAtime);
}
