// rmdir(2)
namespace MetaFs.Posix.Cases;

internal static class RmdirCases
{
    public static IEnumerable<Case> NotEmptyIsENOTEMPTY()
    {
        yield return Of("File", FileMode.S_IFREG);
        yield return Of("Directory", FileMode.S_IFDIR);
        yield return Of("Symlink", FileMode.S_IFLNK, Need.Symlink);
        yield return Of("Fifo", FileMode.S_IFIFO, Need.Fifo);
        yield return Of("Socket", FileMode.S_IFSOCK, Need.Socket);

        static Case Of(string name, uint type, params Need[] needs) => new($"NotEmptyIsENOTEMPTY.{name}", needs, d =>
        {
            d.Directory("d");
            d.Make("d/it", type);
            d.Rmdir("d").Gives(ENOTEMPTY);
            d.Remove("d/it", type).Ok();
            d.Rmdir("d").Ok();
            d.TryStat("d", out _).Gives(ENOENT);
        });
    }

    public static void OfAFileIsENOTDIR(CaseDirectory d)
    {
        d.File("file");
        d.Rmdir("file").Gives(ENOTDIR);
        d.Exists("file").Is(true);
    }

    [Needs(Need.Fifo)]
    public static void OfAFifoIsENOTDIR(CaseDirectory d)
    {
        d.Mkfifo("fifo", 600).Ok();
        d.Rmdir("fifo").Gives(ENOTDIR);
    }

    [Needs(Need.Symlink)]
    public static void OfASymlinkToADirectoryIsENOTDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.Symlink("d", "link").Ok();
        d.Rmdir("link").Gives(ENOTDIR);
        d.Rmdir("link/").Gives(ENOTDIR);
        d.Stat("d").Type.Is(FileMode.S_IFDIR);
    }

    public static void OfDotIsEINVAL(CaseDirectory d)
    {
        d.Directory("d");
        d.Rmdir("d/.").Gives(EINVAL);
        d.Rmdir(".").Gives(EINVAL);
    }

    public static void OfDotDotIsENOTEMPTY(CaseDirectory d)
    {
        d.Directory("d");
        d.Rmdir("d/..").Gives(ENOTEMPTY);
    }

    public static void WithATrailingSlash(CaseDirectory d)
    {
        d.Directory("d");
        d.Rmdir("d/").Ok();
        d.Exists("d").Is(false);
    }

    public static void TwiceIsENOENT(CaseDirectory d)
    {
        d.Directory("d");
        d.Rmdir("d").Ok();
        d.Rmdir("d").Gives(ENOENT);
    }

    [Needs(Need.Root)]
    public static void InAnothersDirectoryIsEACCES(CaseDirectory d)
    {
        d.DirectoryOf(Users.Other, "d", 755);
        d.DirectoryOf(Users.Owner, "d/sub", 755);
        d.As(Users.Owner, () => d.Rmdir("d/sub").Gives(EACCES));
        d.As(Users.Other, () => d.Rmdir("d/sub").Ok());
    }

    public static void OfAnOpenDirectory(CaseDirectory d)
    {
        d.Directory("d", 710);
        SafeFd fd = d.Opened("d", O_RDONLY | O_DIRECTORY);
        d.Rmdir("d").Ok();
        d.Exists("d").Is(false);
        fd.Stat().Mode.Is(710);
    }

    public static void NothingCanBeMadeInARemovedDirectory(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d", O_RDONLY | O_DIRECTORY);
        d.Rmdir("d").Ok();
        CString name = CString.FromTerminated("new\0"u8);
        Libc.Mkdirat(fd, name, 0x1ED).Gives(ENOENT);
        Libc.Openat(fd, name, O_WRONLY | O_CREAT, 0x1A4, out _).Gives(ENOENT);
    }
}
