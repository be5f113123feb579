using System.Globalization;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>Everything that a faithful copy has in common with its original, one line per name.</summary>
public sealed class TreeListing
{
    private readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    private TreeListing()
    {
    }

    public int Count => _lines.Count;

    public static TreeListing Of(string root, Identity who) => who.Run(() =>
    {
        TreeListing listing = new();
        Dictionary<ulong, string> firstNames = [];
        listing.Add(root, ".", firstNames);
        return listing;
    });

    /// <summary>Fails with the first differing names.</summary>
    public void AssertEqual(TreeListing copy)
    {
        string[] differences = [.. _lines.Keys.Union(copy._lines.Keys)
            .Where(name => _lines.GetValueOrDefault(name) != copy._lines.GetValueOrDefault(name))
            .Select(name => $"{name}\n  original: {_lines.GetValueOrDefault(name)}\n  copy:     {copy._lines.GetValueOrDefault(name)}")];
        Assert.True(differences.Length == 0,
            $"{differences.Length} of {Count} names differ\n{string.Join('\n', differences.Take(10))}");
    }

    /// <summary>The same without what chosen fields say, for tools that do not promise them.</summary>
    public TreeListing Without(string field)
    {
        TreeListing other = new();
        foreach ((string name, string line) in _lines)
            other._lines[name] = string.Join(' ', line.Split(' ').Where(word => !word.StartsWith(field, StringComparison.Ordinal)));
        return other;
    }

    private void Add(string path, string name, Dictionary<ulong, string> firstNames)
    {
        FileStatus status = Posix.Stat(path);
        string sameAs = "";
        if (status.Type != Posix.S_IFDIR && status.Nlink > 1)
        {
            // which name is met first must not depend on the order of the directory
            firstNames.TryAdd(status.Ino, name);
            sameAs = " same-as=" + firstNames[status.Ino];
        }

        string size = status.Type == Posix.S_IFDIR ? "" : " size=" + status.Size.ToString(CultureInfo.InvariantCulture);
        string target = status.Type == Posix.S_IFLNK ? " target=" + Posix.Readlink(path).Replace(' ', '_') : "";
        string links = status.Type == Posix.S_IFDIR ? "" : " nlink=" + status.Nlink;
        string mode = Convert.ToString(status.FullMode, 8);
        _lines[name] = $"mode={mode} owner={status.Owner} mtime={status.Mtime}{size}{links}{sameAs}{target}";
        if (status.Type != Posix.S_IFDIR)
            return;
        foreach (string child in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
            Add(child, $"{name}/{System.IO.Path.GetFileName(child)}", firstNames);
    }
}
