namespace MetaFs.Cli;

/// <summary>Spellings of a command line that other programs use, turned into the one that the parser reads.</summary>
internal static class ArgumentForms
{
    /// <summary>Marks a mount that mount.fuse3(8) asks for.</summary>
    public const string FromMountFuse = "--from-mount-fuse";

    /// <summary>
    /// mount.fuse3 runs <c>metafs SOURCE MOUNTPOINT -o LIST</c> for the type fuse.metafs (util/mount.fuse.c): two paths
    /// in front mean "mount". And <c>-oLIST</c> means <c>-o LIST</c>, as for mount(8).
    /// </summary>
    public static string[] Normalize(string[] args)
    {
        bool fromMountFuse = args.Length >= 2 && args[0].Contains('/') && !args[0].StartsWith('-');
        if (!fromMountFuse && (args.Length == 0 || args[0] != MountCommand.Name))
            return args;
        return fromMountFuse
            ? [MountCommand.Name, FromMountFuse, .. SplitOptionLists(args)]
            : [args[0], .. SplitOptionLists(args.AsSpan(1))];
    }

    /// <summary>"-oLIST" becomes "-o", "LIST".</summary>
    public static string[] SplitOptionLists(ReadOnlySpan<string> args)
    {
        List<string> normal = [];
        bool options = true;
        foreach (string arg in args)
        {
            options &= arg != "--";
            if (options && arg.Length > 2 && arg.StartsWith("-o", StringComparison.Ordinal))
                normal.AddRange(["-o", arg[2..]]);
            else
                normal.Add(arg);
        }

        return normal.ToArray();
    }
}
