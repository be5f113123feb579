// One thing that must hold.
namespace MetaFs.Posix;

/// <summary>A case of the kit.</summary>
/// <param name="Name">Subject, dot, what is tried; as in the source.</param>
/// <param name="Needs">What the directory or the caller must have for it.</param>
/// <param name="Body">Throws <see cref="ExpectationException"/> where the directory answers otherwise.</param>
internal sealed record Case(string Name, IReadOnlyList<Need> Needs, Action<CaseDirectory> Body);

/// <summary>The directory did not answer as it must.</summary>
internal sealed class ExpectationException(string why) : Exception(why);
