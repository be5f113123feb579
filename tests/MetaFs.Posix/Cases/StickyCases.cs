// Directories with the sticky bit: only owners take names away
namespace MetaFs.Posix.Cases;

internal static class StickyCases
{
    private static readonly (string Name, uint Type, Need[] Needs)[] s_types =
    [
        ("File", FileMode.S_IFREG, []),
        ("Directory", FileMode.S_IFDIR, []),
        ("Symlink", FileMode.S_IFLNK, [Need.Symlink]),
        ("Fifo", FileMode.S_IFIFO, [Need.Fifo]),
    ];

    /// <summary>Whoever owns neither the directory nor the object is refused.</summary>
    public static IEnumerable<Case> OthersMayNotRemove() => Table("OthersMayNotRemove", (d, type) =>
    {
        Prepare(d, type, directory: Users.Member, it: Users.Owner);
        d.As(Users.Other, () => d.Remove("d/it", type).Gives(EPERM));
        d.Exists("d/it").Is(true);
    });

    public static IEnumerable<Case> OthersMayNotRename() => Table("OthersMayNotRename", (d, type) =>
    {
        Prepare(d, type, directory: Users.Member, it: Users.Owner);
        d.As(Users.Other, () =>
        {
            d.Rename("d/it", "d/mine").Gives(EPERM);
            d.Rename("d/it", "mine").Gives(EPERM);
        });
        d.Exists("d/it").Is(true);
    });

    public static IEnumerable<Case> OthersMayNotReplace() => Table("OthersMayNotReplace", (d, type) =>
    {
        Prepare(d, type, directory: Users.Member, it: Users.Owner);
        d.As(Users.Other, () =>
        {
            d.Make("d/mine", type);
            d.Rename("d/mine", "d/it").Gives(EPERM);
        });
        d.Lstat("d/it").Uid.Is(Users.Owner.Uid);
    });

    public static IEnumerable<Case> TheOwnerMay() => Table("TheOwnerMay", (d, type) =>
    {
        Prepare(d, type, directory: Users.Member, it: Users.Owner);
        d.As(Users.Owner, () =>
        {
            d.Rename("d/it", "d/renamed").Ok();
            d.Remove("d/renamed", type).Ok();
        });
    });

    public static IEnumerable<Case> TheDirectorysOwnerMay() => Table("TheDirectorysOwnerMay", (d, type) =>
    {
        Prepare(d, type, directory: Users.Other, it: Users.Owner);
        d.As(Users.Other, () =>
        {
            d.Rename("d/it", "d/renamed").Ok();
            d.Remove("d/renamed", type).Ok();
        });
    });

    public static IEnumerable<Case> WithoutTheBitOthersMay() => Table("WithoutTheBitOthersMay", (d, type) =>
    {
        Prepare(d, type, directory: Users.Member, it: Users.Owner);
        d.Chmod("d", 777).Ok();
        d.As(Users.Other, () =>
        {
            d.Rename("d/it", "d/renamed").Ok();
            d.Remove("d/renamed", type).Ok();
        });
    });

    [Needs(Need.Root)]
    public static void RootMay(CaseDirectory d)
    {
        Prepare(d, FileMode.S_IFREG, directory: Users.Member, it: Users.Owner);
        d.Rename("d/it", "d/renamed").Ok();
        d.Unlink("d/renamed").Ok();
    }

    [Needs(Need.Root)]
    public static void ContentIsJudgedByTheFilesMode(CaseDirectory d)
    {
        d.DirectoryOf(Users.Member, "d", 1755);
        d.FileOf(Users.Owner, "d/it", 666);
        d.As(Users.Other, () =>
        {
            d.Append("d/it", "more").Ok();
            d.Truncate("d/it", 0).Ok();
        });
    }

    [Needs(Need.Root, Need.Exchange)]
    public static void ExchangeTakesBothAway(CaseDirectory d)
    {
        Prepare(d, FileMode.S_IFREG, directory: Users.Member, it: Users.Owner);
        d.As(Users.Other, () =>
        {
            d.File("d/mine");
            d.Rename("d/mine", "d/it", RenameFlags.RENAME_EXCHANGE).Gives(EPERM);
            d.Rename("d/it", "d/mine", RenameFlags.RENAME_EXCHANGE).Gives(EPERM);
        });
    }

    private static IEnumerable<Case> Table(string name, Action<CaseDirectory, uint> body) =>
        s_types.Select(row => new Case($"{name}.{row.Name}", [Need.Root, .. row.Needs], d => body(d, row.Type)));

    private static void Prepare(CaseDirectory d, uint type, Identity directory, Identity it)
    {
        d.OpenToAll();
        d.DirectoryOf(directory, "d", 1777);
        d.Make("d/it", type);
        d.Lchown("d/it", it.Uid, it.Gid).Ok();
    }
}
