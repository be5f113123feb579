namespace MetaFs.Mount.Tests.Harness;

/// <summary>The sample trees of the classes that copy whole trees, made once.</summary>
public sealed class SampleTrees : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly Lazy<SampleTree> _forRoot;
    private readonly Lazy<SampleTree> _forUsers;

    public SampleTrees()
    {
        _forRoot = new(() => new SampleTree(_workspace, "tree", linksToSuid: true));
        _forUsers = new(() => new SampleTree(_workspace, "tree-for-users", linksToSuid: false));
    }

    /// <summary>
    /// The tree that this share's mounter can extract. Where fs.protected_hardlinks is set the kernel lets nobody but
    /// root link to a set-id file that, as the mount shows it, belongs to somebody else.
    /// </summary>
    public SampleTree For(Share share) => share.IsForEverybody ? _forRoot.Value : _forUsers.Value;

    public void Dispose() => _workspace.Dispose();
}

/// <summary>
/// 2,000 files in 40 directories with varied owners, modes (setuid, setgid and none at all among them), times to the
/// nanosecond, symbolic links and hard links, on a plain directory, and a tar archive of them.
/// </summary>
public sealed class SampleTree
{
    private const int DirectoryCount = 40;
    private const int FilesEach = 50;

    private static readonly uint[] s_owners = [0, 33, 1000, 12, 65534, 2000, 2_000_000_000];

    private static readonly int[] s_fileModes = [644, 600, 755, 4755, 2755, 6711, 444, 0, 640, 1644, 4711, 777];

    private static readonly int[] s_directoryModes = [755, 700, 2775, 1777, 555, 3771];

    private readonly bool _linksToSuid;

    internal SampleTree(Workspace workspace, string name, bool linksToSuid)
    {
        _linksToSuid = linksToSuid;
        Root = workspace.MakeDirectory(name, 750, 33, 1000);
        Archive = Root + ".tar";
        Identity.Root.Run(Make);
        Command.Run("tar", "-C", Root, "--numeric-owner", "--format=posix", "-cf", Archive, ".").MustSucceed();
        Listing = TreeListing.Of(Root, Identity.Root);
    }

    /// <summary>The tree's uppermost directory.</summary>
    public string Root { get; }

    public string Archive { get; }

    public TreeListing Listing { get; }

    private void Make()
    {
        Random random = new(1);
        List<string> directories = [];
        for (int d = 0; d < DirectoryCount; d++)
        {
            string directory = d % 4 == 3 ? $"{directories[d / 2]}/sub{d}" : $"{Root}/d{d}";
            directories.Add(directory);
            Posix.Mkdir(directory, Oct(755)).Ok();
            for (int f = 0; f < FilesEach; f++)
                MakeFile(directory, f, random);
        }

        for (int d = directories.Count - 1; d >= 0; d--) // a parent's time is set after its children's
            SetAttributes(directories[d], s_directoryModes[d % s_directoryModes.Length], random);
        SetAttributes(Root, 2750, random);
    }

    private void MakeFile(string directory, int index, Random random)
    {
        string path = $"{directory}/file {index}";
        Posix.CreateFile(path, new string((char)('a' + index % 26), random.Next(0, 3000)));
        int mode = s_fileModes[index % s_fileModes.Length];
        SetAttributes(path, mode, random);
        if (index % 10 == 7 && (_linksToSuid || mode < 2000))
            Posix.Link(path, $"{directory}/hard{index}").Ok();
        if (index % 12 != 5)
            return;
        string link = $"{directory}/soft{index}";
        Posix.Symlink(index % 24 == 5 ? path : "../nowhere", link).Ok();
        Posix.Lchown(link, 42, 43).Ok();
        Posix.Utimens(link, Time(random), Time(random), follow: false).Ok();
    }

    private static void SetAttributes(string path, int mode, Random random)
    {
        Posix.Chown(path, s_owners[random.Next(s_owners.Length)], s_owners[random.Next(s_owners.Length)]).Ok();
        Posix.Chmod(path, Oct(mode)).Ok();
        Posix.Utimens(path, Time(random), Time(random)).Ok();
    }

    private static long Time(Random random) => random.NextInt64(1, 1_700_000_000_000_000_000);
}
