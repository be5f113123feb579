// unlink(2)
namespace MetaFs.Posix.Cases;

internal static class UnlinkCases
{
    public static IEnumerable<Case> RemovesEveryType()
    {
        yield return Of("File", FileMode.S_IFREG);
        yield return Of("Symlink", FileMode.S_IFLNK, Need.Symlink);
        yield return Of("Fifo", FileMode.S_IFIFO, Need.Fifo);
        yield return Of("Socket", FileMode.S_IFSOCK, Need.Socket);
        yield return Of("CharacterDevice", FileMode.S_IFCHR, Need.Device);
        yield return Of("BlockDevice", FileMode.S_IFBLK, Need.Device);

        static Case Of(string name, uint type, params Need[] needs) => new($"RemovesEveryType.{name}", needs, d =>
        {
            d.Make("it", type);
            d.Unlink("it").Ok();
            d.TryLstat("it", out _).Gives(ENOENT);
            d.Unlink("it").Gives(ENOENT);
            d.Names().Length.Is(0);
        });
    }

    public static void OfADirectoryIsEISDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.Unlink("d").Gives(EISDIR);
        d.Stat("d").Type.Is(FileMode.S_IFDIR);
    }

    public static void OfDotsIsEISDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.Unlink("d/.").Gives(EISDIR);
        d.Unlink("d/..").Gives(EISDIR);
    }

    public static void WithATrailingSlashIsENOTDIR(CaseDirectory d)
    {
        d.File("file");
        d.Unlink("file/").Gives(ENOTDIR);
        d.Exists("file").Is(true);
    }

    [Needs(Need.Symlink)]
    public static void LeavesASymlinksTarget(CaseDirectory d)
    {
        d.File("file");
        d.Directory("d");
        d.Symlink("file", "to-file").Ok();
        d.Symlink("d", "to-directory").Ok();
        d.Unlink("to-file").Ok();
        d.Unlink("to-directory").Ok();
        string.Join(' ', d.Names()).Is("d file");
    }

    public static void NeedsNoPermissionOnTheFile(CaseDirectory d) => d.AsOrdinary(() =>
    {
        foreach (int mode in (int[])[0, 400, 444])
        {
            d.File($"m{mode}", "x", mode);
            d.Unlink($"m{mode}").Ok();
        }
    });

    [Needs(Need.Root)]
    public static void OfAnothersFileInOnesDirectory(CaseDirectory d)
    {
        d.DirectoryOf(Users.Other, "d", 755);
        d.FileOf(Users.Owner, "d/file", 600);
        d.As(Users.Other, () => d.Unlink("d/file").Ok());
    }

    [Needs(Need.Root)]
    public static void OfOnesFileInAnothersDirectoryIsEACCES(CaseDirectory d)
    {
        d.DirectoryOf(Users.Other, "d", 755);
        d.FileOf(Users.Owner, "d/file", 600);
        d.As(Users.Owner, () => d.Unlink("d/file").Gives(EACCES));
        d.Exists("d/file").Is(true);
    }

    [Needs(Need.Root)]
    public static void RootMayAnywhere(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 500);
        d.FileOf(Users.Owner, "d/file", 0);
        d.Unlink("d/file").Ok();
    }
}
