using System.Text;

namespace MetaFs.ShareSim.Faults;

/// <summary>
/// A pattern for paths from the share's root: <c>*</c> and <c>?</c> stay within a name, <c>**</c> does not. A pattern
/// without a slash is for the last name alone.
/// </summary>
/// <remarks>Paths and patterns have one Latin-1 character per byte, since names are bytes.</remarks>
internal sealed class PathGlob
{
    /// <summary>Every path.</summary>
    public static readonly PathGlob Any = new("**");

    private readonly string _pattern;
    private readonly bool _nameOnly;

    private PathGlob(string pattern)
    {
        _pattern = pattern;
        _nameOnly = pattern != "**" && !pattern.Contains('/', StringComparison.Ordinal);
    }

    /// <param name="text">As it was typed: its characters mean their UTF-8 bytes.</param>
    public static PathGlob Parse(string text) => new(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));

    public bool Matches(string path) =>
        _nameOnly ? Matches(_pattern, path.AsSpan(path.LastIndexOf('/') + 1)) : Matches(_pattern, path);

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        if (pattern.IsEmpty)
            return path.IsEmpty;
        if (pattern[0] == '*')
        {
            bool deep = pattern is ['*', '*', ..];
            ReadOnlySpan<char> rest = pattern[(deep ? 2 : 1)..];
            for (int taken = 0; ; taken++)
            {
                if (Matches(rest, path[taken..]))
                    return true;
                if (taken == path.Length || (!deep && path[taken] == '/'))
                    return false;
            }
        }

        bool first = !path.IsEmpty && (pattern[0] == '?' ? path[0] != '/' : pattern[0] == path[0]);
        return first && Matches(pattern[1..], path[1..]);
    }
}
