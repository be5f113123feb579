// Attributes of an inode without a name: like its record they live in memory only.
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Xattrs;

/// <summary>Changes and looks at a set that is replaced as a whole.</summary>
internal static class NamelessXattrs
{
    /// <summary>Looks for a name; null: there is none.</summary>
    public static OverlaidXattr? Find(OverlaidXattr[] xattrs, ReadOnlySpan<byte> name)
    {
        foreach (OverlaidXattr xattr in xattrs)
        {
            if (name.SequenceEqual(xattr.Name))
                return xattr;
        }

        return null;
    }

    /// <summary>The set after some changes; null: more than a file may have.</summary>
    public static OverlaidXattr[]? Apply(OverlaidXattr[] xattrs, ReadOnlySpan<XattrChange> changes)
    {
        List<OverlaidXattr> changed = [.. xattrs];
        foreach (XattrChange change in changes)
        {
            changed.RemoveAll(xattr => xattr.Name.AsSpan().SequenceEqual(change.Name));
            if (change.To is { } kept)
                changed.Add(kept);
        }

        long names = 0;
        long values = 0;
        foreach (OverlaidXattr xattr in changed)
        {
            names += xattr.Name.Length + 1;
            values += xattr.Size;
        }

        return names > XattrLimits.Names || values > XattrLimits.Values ? null : [.. changed];
    }

    /// <summary>The changes that write a whole set.</summary>
    public static XattrChange[] AsChanges(IReadOnlyList<OverlaidXattr> xattrs)
    {
        var changes = new XattrChange[xattrs.Count];
        for (int i = 0; i < changes.Length; i++)
            changes[i] = new XattrChange(xattrs[i].Name, xattrs[i]);
        return changes;
    }
}
