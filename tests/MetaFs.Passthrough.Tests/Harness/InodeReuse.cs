// Whether, and how, the temporary directory's file system gives an inode number out again.
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>Makes files on the share until one has a wanted inode number.</summary>
internal static class InodeReuse
{
    private const int Tries = 2000;

    private static readonly Lazy<bool> s_happens = new(Probe);

    /// <summary>Whether a number comes back soon after it was freed: on ext4 at once, on btrfs never.</summary>
    public static bool Happens => s_happens.Value;

    /// <summary>Makes the file again and again; those of other numbers are kept aside until the right one is.</summary>
    /// <returns>Whether it came.</returns>
    public static bool Make(BackingDirectory share, string name, ulong ino)
    {
        var others = new List<string>();
        bool found = false;
        for (int i = 0; i < Tries && !found; i++)
        {
            share.Write(name, "young");
            found = share.Stat(name).Ino == ino;
            if (found)
                continue;

            // Of all free numbers the lowest is the next one: what came instead must stay out of the way for a while.
            string other = $".other{i}";
            share.Move(name, other);
            others.Add(other);
        }

        others.ForEach(share.Delete);
        return found;
    }

    private static bool Probe()
    {
        using var directory = new BackingDirectory();
        directory.Write("f", "");
        Statx old = directory.Stat("f");
        directory.Delete("f");
        return old.HasBtime && Make(directory, "f", old.Ino);
    }
}

/// <summary>A fact that is skipped where inode numbers do not come back.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InodeReuseFactAttribute : FactAttribute
{
    public InodeReuseFactAttribute()
    {
        if (!InodeReuse.Happens)
            Skip = $"needs a file system that gives inode numbers out again, to nobody else: {Path.GetTempPath()} did not in "
                + "2000 tries; run it again with TMPDIR on ext4 where no other program makes files";
    }
}
