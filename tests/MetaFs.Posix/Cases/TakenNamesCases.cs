// What calls that make a name answer where there is one
namespace MetaFs.Posix.Cases;

internal static class TakenNamesCases
{
    private static readonly (string Name, Need[] Needs, Func<CaseDirectory, Errno> Make)[] s_makers =
    [
        ("creat", [], d => d.Open("taken", O_WRONLY | O_CREAT | O_EXCL, 600)),
        ("mkdir", [], d => d.Mkdir("taken", 755)),
        ("link", [Need.Link], d => d.Link("file", "taken")),
        ("symlink", [Need.Symlink], d => d.Symlink("nowhere", "taken")),
        ("mkfifo", [Need.Fifo], d => d.Mkfifo("taken", 600)),
        ("mknod", [Need.Mknod], d => d.Mknod("taken", FileMode.S_IFREG, 600)),
    ];

    private static readonly (string Name, uint Type, Need[] Needs)[] s_types =
    [
        ("File", FileMode.S_IFREG, []),
        ("Directory", FileMode.S_IFDIR, []),
        ("Symlink", FileMode.S_IFLNK, [Need.Symlink]),
        ("Fifo", FileMode.S_IFIFO, [Need.Fifo]),
        ("Socket", FileMode.S_IFSOCK, [Need.Socket]),
    ];

    public static IEnumerable<Case> AreEEXIST() =>
        from maker in s_makers
        from type in s_types
        select new Case($"{maker.Name}.{type.Name}IsEEXIST", [.. maker.Needs, .. type.Needs], d =>
        {
            d.File("file");
            d.Make("taken", type.Type, 640);
            Status before = d.Lstat("taken");
            maker.Make(d).Gives(EEXIST);
            Status after = d.Lstat("taken");
            (after.Type, after.Mode, after.Ino, after.Nlink).Is((before.Type, before.Mode, before.Ino, before.Nlink));
        });
}
