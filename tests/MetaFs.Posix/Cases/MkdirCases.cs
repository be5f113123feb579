// mkdir(2)
namespace MetaFs.Posix.Cases;

internal static class MkdirCases
{
    public static void IsEmpty(CaseDirectory d)
    {
        d.Mkdir("d", 755).Ok();
        d.Stat("d").Type.Is(FileMode.S_IFDIR);
        d.Names("d").Length.Is(0);
    }

    [Needs(Need.DirectoryLinks)]
    public static void CountsAsALinkOfTheParent(CaseDirectory d)
    {
        d.Stat(".").Nlink.Is(2);
        d.Mkdir("a", 755).Ok();
        d.Mkdir("b", 755).Ok();
        d.Mkdir("b/c", 755).Ok();
        d.Stat(".").Nlink.Is(4);
        d.Stat("b").Nlink.Is(3);
        d.Stat("a").Nlink.Is(2);
        d.Rmdir("a").Ok();
        d.Stat(".").Nlink.Is(3);
    }

    public static void WithATrailingSlash(CaseDirectory d)
    {
        d.Mkdir("d/", 755).Ok();
        d.Mkdir("d/sub//", 755).Ok();
        d.Stat("d/sub").Type.Is(FileMode.S_IFDIR);
    }

    public static void OfDotsIsEEXIST(CaseDirectory d)
    {
        d.Mkdir(".", 755).Gives(EEXIST);
        d.Mkdir("..", 755).Gives(EEXIST);
    }

    [Needs(Need.Symlink)]
    public static void DoesNotFollowADanglingSymlink(CaseDirectory d)
    {
        d.Symlink("target", "link").Ok();
        d.Mkdir("link", 755).Gives(EEXIST);
        d.Exists("target").Is(false);
    }

    public static void ManyLevels(CaseDirectory d)
    {
        string path = "d";
        for (int i = 0; i < 30; i++, path += "/d")
            d.Mkdir(path, 755).Ok();
        d.File($"{path[..^2]}/file", "deep");
        d.Content($"{path[..^2]}/file").Is("deep");
    }

    public static void WithoutPermissionsCanBeRemoved(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.Mkdir("d", 0).Ok();
        d.Stat("d").Mode.Is(0);
        d.Mkdir("d/sub", 755).Gives(EACCES);
        d.Rmdir("d").Ok();
    });
}
