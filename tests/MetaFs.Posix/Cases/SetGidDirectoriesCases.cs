// Directories with the setgid bit: what is made in them gets their group
namespace MetaFs.Posix.Cases;

internal static class SetGidDirectoriesCases
{
    private const uint Foreign = 77;

    private static readonly (string Name, Need[] Needs, Action<CaseDirectory, string> Make)[] s_makers =
    [
        ("Creat", [], (d, path) => d.Open(path, O_WRONLY | O_CREAT | O_EXCL, 640).Ok()),
        ("Mkdir", [], (d, path) => d.Mkdir(path, 750).Ok()),
        ("Symlink", [Need.Symlink], (d, path) => d.Symlink("nowhere", path).Ok()),
        ("Mkfifo", [Need.Fifo], (d, path) => d.Mkfifo(path, 640).Ok()),
        ("Mknod", [Need.Mknod], (d, path) => d.Mknod(path, FileMode.S_IFREG, 640).Ok()),
    ];

    public static IEnumerable<Case> GiveTheirGroup() =>
        s_makers.Select(maker => new Case($"GiveTheirGroup.{maker.Name}", [Need.Root, .. maker.Needs], d =>
        {
            d.DirectoryOf(Users.Member, "d", 2777, Foreign);
            maker.Make(d, "d/root");
            d.Lstat("d/root").Owner.Is($"0:{Foreign}");
            d.As(Users.Owner, () => maker.Make(d, "d/owner"));
            d.Lstat("d/owner").Owner.Is($"{Users.Owner.Uid}:{Foreign}");
        }));

    public static IEnumerable<Case> WithoutTheBitTheMakersGroup() =>
        s_makers.Select(maker => new Case($"WithoutTheBitTheMakersGroup.{maker.Name}", [Need.Root, .. maker.Needs], d =>
        {
            d.DirectoryOf(Users.Member, "d", 777, Foreign);
            d.As(Users.Owner, () => maker.Make(d, "d/owner"));
            d.Lstat("d/owner").Owner.Is(Users.Owner.Owner);
        }));

    [Needs(Need.Root)]
    public static void SubdirectoriesGetTheBit(CaseDirectory d)
    {
        d.DirectoryOf(Users.Member, "d", 2777, Foreign);
        d.As(Users.Owner, () =>
        {
            d.Mkdir("d/sub", 755).Ok();
            d.Mkdir("d/sub/sub", 700).Ok();
        });
        d.Stat("d/sub").Mode.Is(2755);
        d.Stat("d/sub/sub").Mode.Is(2700);
        d.Stat("d/sub/sub").Gid.Is(Foreign);
    }

    [Needs(Need.Root)]
    public static void FilesDoNotGetTheBit(CaseDirectory d)
    {
        d.DirectoryOf(Users.Member, "d", 2777, Foreign);
        d.File("d/file", "", 644);
        d.Open("d/other", O_WRONLY | O_CREAT, 755).Ok();
        d.Stat("d/file").Mode.Is(644);
        d.Stat("d/other").Mode.Is(755);
    }

    [Needs(Need.Root)]
    public static void ANewSetgidFileOfSomebodyOutsideTheGroupLosesTheBit(CaseDirectory d)
    {
        d.DirectoryOf(Users.Member, "d", 2777, Foreign);
        d.As(Users.Owner, () => d.Open("d/file", O_WRONLY | O_CREAT, 2755).Ok());
        d.Stat("d/file").Mode.Is(755);
    }

    [Needs(Need.Root)]
    public static void AMemberMakesSetgidFiles(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 2777, Users.Group);
        d.As(Users.Supplementary, () => d.Open("d/file", O_WRONLY | O_CREAT, 2755).Ok());
        d.Stat("d/file").Mode.Is(2755);
        d.Stat("d/file").Gid.Is(Users.Group);
    }

    [Needs(Need.Root)]
    public static void WhatIsMovedInKeepsItsGroup(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 2777, Foreign);
        d.FileOf(Users.Owner, "file", 644);
        d.DirectoryOf(Users.Owner, "sub", 755);
        d.Rename("file", "d/file").Ok();
        d.Rename("sub", "d/sub").Ok();
        d.Stat("d/file").Owner.Is(Users.Owner.Owner);
        d.Stat("d/sub").Owner.Is(Users.Owner.Owner);
        d.Stat("d/sub").Mode.Is(755);
    }

    [Needs(Need.Root)]
    public static void TheGroupOfTheMomentCounts(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 2777, Foreign);
        d.File("d/first");
        d.Chown("d", CaseDirectory.Keep, Foreign + 1).Ok();
        d.Chmod("d", 2777).Ok();
        d.File("d/second");
        d.Stat("d/first").Gid.Is(Foreign);
        d.Stat("d/second").Gid.Is(Foreign + 1);
    }

    [Needs(Need.Root)]
    public static void ChownOfADirectoryKeepsTheBit(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 2755, Foreign);
        d.Chown("d", 42, 43).Ok();
        d.Stat("d").Mode.Is(2755);
    }

    [Needs(Need.Root, Need.Tmpfile, Need.Link)]
    public static void UnnamedFilesGetTheGroup(CaseDirectory d)
    {
        d.DirectoryOf(Users.Member, "d", 2777, Foreign);
        d.As(Users.Owner, () => d.Link(d.Opened("d", O_RDWR | O_TMPFILE, 640), "d/file").Ok());
        d.Stat("d/file").Owner.Is($"{Users.Owner.Uid}:{Foreign}");
    }
}
