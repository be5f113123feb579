// Paths are bytes, so patterns are matched on bytes.
namespace MetaFs.Cli.Selecting;

/// <summary>
/// A path below a share's root. Without special characters: that path and all below it. With them: <c>*</c> and
/// <c>?</c> for anything but a slash, <c>**</c> also for slashes, <c>[a-z]</c> and <c>[!a-z]</c>, <c>\</c> before what
/// is meant literally.
/// </summary>
internal sealed class PathPattern
{
    private readonly byte[] _pattern;
    private readonly bool _isGlob;

    private PathPattern(byte[] pattern)
    {
        _pattern = pattern;
        _isGlob = pattern.AsSpan().IndexOfAny("*?[\\"u8) >= 0;
    }

    /// <summary>Reads a pattern as it was typed.</summary>
    /// <param name="text">Relative to the root; a slash or "./" in front says nothing.</param>
    /// <param name="mountPoint">Where the share is mounted: a path below it means the same; null: not known.</param>
    public static PathPattern Parse(string text, string? mountPoint)
    {
        ReadOnlySpan<byte> pattern = ByteText.ToBytes(text);
        ReadOnlySpan<byte> above = mountPoint is null ? default : ByteText.ToBytes(mountPoint.TrimEnd('/'));
        if (above.Length > 0 && pattern.StartsWith(above) && (pattern.Length == above.Length || pattern[above.Length] == '/'))
            pattern = pattern[above.Length..];
        if (pattern.StartsWith("./"u8))
            pattern = pattern[1..];
        pattern = pattern.Trim((byte)'/');
        return new PathPattern((pattern.SequenceEqual("."u8) ? default : pattern).ToArray());
    }

    /// <summary>Whether a path, without a leading slash and "." for the root, is meant.</summary>
    public bool Matches(ReadOnlySpan<byte> path)
    {
        if (_isGlob)
            return Glob(_pattern, path);
        return _pattern.Length == 0
            || (path.StartsWith(_pattern) && (path.Length == _pattern.Length || path[_pattern.Length] == '/'));
    }

    // One place to come back to for each kind of star: what a later star takes, an earlier one need not give back, but
    // "*" must not take the slash that "**" before it may.
    private static bool Glob(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> path)
    {
        int p = 0, s = 0;
        (int Pattern, int Path) star = (-1, 0), deep = (-1, 0);
        while (true)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                bool isDeep = p + 1 < pattern.Length && pattern[p + 1] == '*';
                p += isDeep ? 2 : 1;
                if (isDeep)
                    (deep, star) = ((p, s), (-1, 0));
                else
                    star = (p, s);
                continue;
            }

            if (s == path.Length && p == pattern.Length)
                return true;
            if (s < path.Length && MatchesOne(pattern, ref p, path[s]))
            {
                s++;
                continue;
            }

            if (star.Pattern >= 0 && star.Path < path.Length && path[star.Path] != '/')
                star.Path++;
            else if (deep.Pattern >= 0 && deep.Path < path.Length)
                (deep.Path, star) = (deep.Path + 1, (-1, 0));
            else
                return false;
            (p, s) = star.Pattern >= 0 ? star : deep;
        }
    }

    // Moves on in the pattern if the byte fits its next element.
    private static bool MatchesOne(ReadOnlySpan<byte> pattern, ref int p, byte value)
    {
        if (p == pattern.Length)
            return false;
        switch (pattern[p])
        {
            case (byte)'?':
                if (value == '/')
                    return false;
                p++;
                return true;
            case (byte)'[' when TrySet(pattern[p..], value, out bool isIn, out int length):
                if (!isIn || value == '/')
                    return false;
                p += length;
                return true;
            case (byte)'\\' when p + 1 < pattern.Length:
                if (pattern[p + 1] != value)
                    return false;
                p += 2;
                return true;
            default:
                if (pattern[p] != value)
                    return false;
                p++;
                return true;
        }
    }

    // A "[" that nothing closes is itself.
    private static bool TrySet(ReadOnlySpan<byte> pattern, byte value, out bool isIn, out int length)
    {
        int i = 1;
        bool negated = i < pattern.Length && pattern[i] is (byte)'!' or (byte)'^';
        if (negated)
            i++;
        int first = i;
        bool found = false;
        for (; i < pattern.Length && (pattern[i] != ']' || i == first); i++)
        {
            bool isRange = i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']';
            byte last = isRange ? pattern[i + 2] : pattern[i];
            found |= value >= pattern[i] && value <= last;
            i += isRange ? 2 : 0;
        }

        isIn = found != negated;
        length = i + 1;
        return i < pattern.Length;
    }
}
