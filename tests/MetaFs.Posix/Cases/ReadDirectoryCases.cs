// getdents64(2), lseek(2) on directories
namespace MetaFs.Posix.Cases;

internal static class ReadDirectoryCases
{
    private static readonly (string Name, uint Type, Need[] Needs)[] s_types =
    [
        ("File", FileMode.S_IFREG, []),
        ("Directory", FileMode.S_IFDIR, []),
        ("Symlink", FileMode.S_IFLNK, [Need.Symlink, Need.ListedSymlinks]),
        ("Fifo", FileMode.S_IFIFO, [Need.Fifo]),
        ("Socket", FileMode.S_IFSOCK, [Need.Socket]),
        ("CharacterDevice", FileMode.S_IFCHR, [Need.Device]),
        ("BlockDevice", FileMode.S_IFBLK, [Need.Device]),
    ];

    public static IEnumerable<Case> ShowsTypeAndInode() =>
        s_types.Select(row => new Case(
            $"ShowsTypeAndInode.{row.Name}", row.Needs, d => ShowsTypeAndInode(d, row.Type)));

    internal static void ShowsTypeAndInode(CaseDirectory d, uint type)
    {
        d.Make("it", type);
        Entry entry = All(d, ".").Single(one => one.Name == "it");
        entry.Ino.Is(d.Lstat("it").Ino);
        if (entry.Type != DirentType.DT_UNKNOWN)
            entry.Type.Is(FileMode.ToDirentType(type));
    }

    [Needs(Need.ListedDots)]
    public static void HasTheDots(CaseDirectory d)
    {
        d.Directory("d");
        List<Entry> all = All(d, "d");
        all.Count.Is(2);
        all.Single(one => one.Name == ".").Ino.Is(d.Stat("d").Ino);
        all.Single(one => one.Name == "..").Ino.Is(d.Stat(".").Ino);
    }

    public static void ShowsEveryNameOnce(CaseDirectory d)
    {
        string[] names = [.. Enumerable.Range(0, 150).Select(i => $"a-name-that-fills-buffers-{i:D4}")];
        foreach (string name in names)
            d.Open(name, O_WRONLY | O_CREAT, 600).Ok();
        d.Names().SequenceEqual(names).Holds("every name once");

        // and by pieces of a few entries
        SafeFd fd = d.Opened(".", O_RDONLY | O_DIRECTORY);
        List<Entry> pieces = [];
        for (int before = -1; before != pieces.Count;)
        {
            before = pieces.Count;
            fd.TryEntries(200, pieces).Ok();
        }

        pieces.Select(one => one.Name).Distinct().Count().Is(152);
        pieces.Count.Is(152);
    }

    [Needs(Need.Rewind)]
    public static void RewindShowsNewNames(CaseDirectory d)
    {
        d.File("a");
        SafeFd fd = d.Opened(".", O_RDONLY | O_DIRECTORY);
        fd.Entries().Count.Is(3);
        d.File("b");
        d.Unlink("a").Ok();
        fd.Seek(0, Libc.SEEK_SET);
        string.Join(' ', fd.Entries().Select(one => one.Name).Order(StringComparer.Ordinal)).Is(". .. b");
    }

    public static void SeekResumesAfterAnEntry(CaseDirectory d)
    {
        for (int i = 0; i < 50; i++)
            d.Open($"f{i}", O_WRONLY | O_CREAT, 600).Ok();
        SafeFd fd = d.Opened(".", O_RDONLY | O_DIRECTORY);
        List<Entry> all = fd.Entries();
        all.Count.Is(52);
        foreach (int at in (int[])[0, 1, 20, 50])
        {
            fd.Seek(all[at].Off, Libc.SEEK_SET);
            string.Join(' ', fd.Entries().Select(one => one.Name))
                .Is(string.Join(' ', all.Skip(at + 1).Select(one => one.Name)));
        }
    }

    [Needs(Need.RemovingWhileListing)]
    public static void RemovingMissesNothing(CaseDirectory d)
    {
        for (int i = 0; i < 150; i++)
            d.Open($"a-name-that-fills-buffers-{i:D4}", O_WRONLY | O_CREAT, 600).Ok();
        SafeFd fd = d.Opened(".", O_RDONLY | O_DIRECTORY);
        while (true)
        {
            List<Entry> some = [];
            fd.TryEntries(1000, some).Ok();
            if (some.Count == 0)
                break;
            foreach (Entry entry in some.Where(one => one.Name is not ("." or "..")))
                d.Unlink(entry.Name).Ok();
        }

        d.Names().Length.Is(0);
    }

    public static void AFileIsENOTDIR(CaseDirectory d)
    {
        d.File("file");
        d.Opened("file", O_RDONLY).TryEntries(1000, []).Gives(ENOTDIR);
    }

    public static void TooSmallABufferIsEINVAL(CaseDirectory d) =>
        d.Opened(".", O_RDONLY | O_DIRECTORY).TryEntries(8, []).Gives(EINVAL);

    public static void OfARemovedDirectoryIsENOENT(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d", O_RDONLY | O_DIRECTORY);
        d.Rmdir("d").Ok();
        fd.TryEntries(1000, []).Gives(ENOENT);
    }

    public static void FollowsCreatesAndRenames(CaseDirectory d)
    {
        d.Names().Length.Is(0);
        d.File("a");
        string.Join(' ', d.Names()).Is("a");
        d.Directory("d");
        d.Rename("a", "d/b").Ok();
        string.Join(' ', d.Names()).Is("d");
        string.Join(' ', d.Names("d")).Is("b");
        d.Unlink("d/b").Ok();
        d.Names("d").Length.Is(0);
    }

    private static List<Entry> All(CaseDirectory d, string path) => d.Opened(path, O_RDONLY | O_DIRECTORY).Entries();
}
