// Finds the cases: the public static methods of the classes in Cases/.
using System.Reflection;

namespace MetaFs.Posix;

/// <summary>All cases, in the order of their sources.</summary>
internal static class Catalog
{
    private const string Suffix = "Cases";

    public static IReadOnlyList<Case> Find(string text) =>
        [.. All().Where(one => one.Name.Contains(text, StringComparison.OrdinalIgnoreCase))];

    private static IEnumerable<Case> All() =>
        typeof(Catalog).Assembly.GetTypes()
            .Where(type => type.Namespace == "MetaFs.Posix.Cases")
            .Where(type => type.Name.EndsWith(Suffix, StringComparison.Ordinal))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .OrderBy(method => method.MetadataToken)
                .SelectMany(Of));

    /// <summary>A method that takes a directory is a case, one that returns cases is a table of them.</summary>
    private static IEnumerable<Case> Of(MethodInfo method)
    {
        string subject = method.DeclaringType!.Name[..^Suffix.Length];
        if (method.ReturnType == typeof(IEnumerable<Case>))
        {
            foreach (Case row in method.CreateDelegate<Func<IEnumerable<Case>>>()())
                yield return row with { Name = $"{subject}.{row.Name}" };
            yield break;
        }

        yield return new Case(
            $"{subject}.{method.Name}",
            method.GetCustomAttribute<NeedsAttribute>()?.All ?? [],
            method.CreateDelegate<Action<CaseDirectory>>());
    }
}
