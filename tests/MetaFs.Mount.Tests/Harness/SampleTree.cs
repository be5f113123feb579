namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// 2,000 files in 40 directories with varied owners, modes (setuid, setgid and none at all among them), times to the
/// nanosecond, symbolic links and hard links, on a plain directory, and a tar archive of them.
/// </summary>
public sealed class SampleTree : IDisposable
{
    private const int DirectoryCount = 40;
    private const int FilesEach = 50;

    private static readonly uint[] s_owners = [0, 33, 1000, 12, 65534, 2000, 2_000_000_000];

    private static readonly int[] s_fileModes = [644, 600, 755, 4755, 2755, 6711, 444, 0, 640, 1644, 4711, 777];

    private static readonly int[] s_directoryModes = [755, 700, 2775, 1777, 555, 3771];

    private readonly Workspace _workspace = new();

    public SampleTree()
    {
        if (Posix.EffectiveUid != 0)
            return; // every user of it is skipped
        Identity.Root.Run(Make);
        Command.Run("tar", "-C", Root, "--numeric-owner", "--format=posix", "-cf", Archive, ".").MustSucceed();
    }

    /// <summary>The tree's uppermost directory.</summary>
    public string Root => _workspace.Path + "/tree";

    public string Archive => _workspace.Path + "/tree.tar";

    public TreeListing Listing => TreeListing.Of(Root, Identity.Root);

    private void Make()
    {
        _workspace.MakeDirectory("tree", 750, 33, 1000);
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

    private static void MakeFile(string directory, int index, Random random)
    {
        string path = $"{directory}/file {index}";
        Posix.CreateFile(path, new string((char)('a' + index % 26), random.Next(0, 3000)));
        SetAttributes(path, s_fileModes[index % s_fileModes.Length], random);
        if (index % 10 == 7)
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

    public void Dispose() => _workspace.Dispose();
}
