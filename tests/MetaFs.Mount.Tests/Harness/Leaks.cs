namespace MetaFs.Mount.Tests.Harness;

/// <summary>What a test must not leave behind: mounts, and processes of the program under test.</summary>
internal sealed class Leaks
{
    private static readonly HashSet<string> s_sharedForLater = [];

    private readonly HashSet<string> _before = Snapshot();

    /// <summary>A mount or a daemon that is kept for further tests, by mount point.</summary>
    public static void Expect(string mountPoint)
    {
        lock (s_sharedForLater)
            s_sharedForLater.Add(mountPoint);
    }

    public static void NoLongerExpect(string mountPoint)
    {
        lock (s_sharedForLater)
            s_sharedForLater.Remove(mountPoint);
    }

    /// <summary>Fails when there is anything that was not there at construction.</summary>
    public void Check()
    {
        string[] left = [];
        // A daemon ends a moment after its mount is gone.
        bool isClean = Patience.Until(() =>
        {
            HashSet<string> now = Snapshot();
            now.ExceptWith(_before);
            lock (s_sharedForLater)
                left = [.. now.Where(one => !s_sharedForLater.Any(shared => one.Contains(shared, StringComparison.Ordinal)))];
            return left.Length == 0;
        });
        Assert.True(isClean, "left behind:\n" + string.Join('\n', left));
    }

    private static HashSet<string> Snapshot()
    {
        HashSet<string> all = [.. MountTable.Read()
            .Where(entry => entry.MountPoint.Contains(Workspace.Prefix, StringComparison.Ordinal))
            .Select(entry => $"mount {entry.Source} on {entry.MountPoint} type {entry.Type}")];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(System.IO.Path.GetFileName(directory), out _))
                continue;
            try
            {
                string line = System.IO.File.ReadAllText(directory + "/cmdline").Replace('\0', ' ');
                if (line.Contains(Workspace.Prefix, StringComparison.Ordinal))
                    all.Add($"process {directory[6..]} {line}");
            }
            catch (IOException)
            {
                // ended while we looked
            }
        }

        return all;
    }
}
