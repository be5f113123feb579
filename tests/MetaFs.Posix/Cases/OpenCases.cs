// open(2) of what exists
namespace MetaFs.Posix.Cases;

internal static class OpenCases
{
    public static void ExclusiveOfAnExistingFileIsEEXIST(CaseDirectory d)
    {
        d.File("file", "content");
        d.Open("file", O_WRONLY | O_CREAT | O_EXCL, 600).Gives(EEXIST);
        d.Open("file", O_RDONLY | O_CREAT | O_EXCL, 600).Gives(EEXIST);
        d.Content("file").Is("content");
    }

    [Needs(Need.Symlink)]
    public static void ExclusiveOfASymlinkIsEEXIST(CaseDirectory d)
    {
        d.Symlink("nowhere", "link").Ok();
        d.Open("link", O_WRONLY | O_CREAT | O_EXCL, 600).Gives(EEXIST);
        d.Exists("nowhere").Is(false);
    }

    [Needs(Need.Symlink)]
    public static void CreatThroughADanglingSymlinkMakesTheTarget(CaseDirectory d)
    {
        d.Symlink("target", "link").Ok();
        d.Open("link", O_WRONLY | O_CREAT, 640).Ok();
        d.Lstat("target").Mode.Is(640);
        d.Lstat("link").Type.Is(FileMode.S_IFLNK);
    }

    [Needs(Need.Symlink)]
    public static void NofollowOfASymlinkIsELOOP(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Open("link", O_RDONLY | O_NOFOLLOW).Gives(ELOOP);
        d.Open("file", O_RDONLY | O_NOFOLLOW).Ok();
        d.Open("link", O_PATH | O_NOFOLLOW).Ok();
    }

    public static void DirectoryOfAFileIsENOTDIR(CaseDirectory d)
    {
        d.File("file");
        d.Open("file", O_RDONLY | O_DIRECTORY).Gives(ENOTDIR);
    }

    public static void ADirectoryForWritingIsEISDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.Open("d", O_WRONLY).Gives(EISDIR);
        d.Open("d", O_RDWR).Gives(EISDIR);
        d.Open("d", O_RDONLY | O_TRUNC).Gives(EISDIR);
        d.Open("d", O_WRONLY | O_CREAT, 600).Gives(EISDIR);
        d.Open("d", O_RDONLY).Ok();
    }

    public static void TruncEmptiesAndKeepsTheRest(CaseDirectory d)
    {
        d.File("file", "content", 640);
        string owner = d.Stat("file").Owner;
        d.Open("file", O_WRONLY | O_TRUNC).Ok();
        d.Stat("file").Size.Is(0);
        d.Stat("file").Mode.Is(640);
        d.Stat("file").Owner.Is(owner);
    }

    public static void TruncEmptiesWhatIsOpenedForReading(CaseDirectory d)
    {
        d.File("file", "content", 640);
        d.Open("file", O_RDONLY | O_TRUNC).Ok();
        d.Stat("file").Size.Is(0);
        d.Open("made", O_RDONLY | O_CREAT | O_TRUNC, 600).Ok();
        d.Stat("made").Size.Is(0);
    }

    public static void CreatOfAnExistingFileKeepsItsMode(CaseDirectory d)
    {
        d.File("file", "content", 600);
        d.Open("file", O_WRONLY | O_CREAT, 777).Ok();
        d.Stat("file").Mode.Is(600);
        d.Content("file").Is("content");
    }

    public static void ReadingAWriteOnlyDescriptorIsEBADF(CaseDirectory d)
    {
        d.File("file", "content");
        d.Opened("file", O_WRONLY).TryRead(1, out _).Gives(EBADF);
    }

    public static void WritingAReadOnlyDescriptorIsEBADF(CaseDirectory d)
    {
        d.File("file", "content");
        d.Opened("file", O_RDONLY).Write("x").Gives(EBADF);
        d.Content("file").Is("content");
    }

    public static void ReadingADirectoryIsEISDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.Opened("d", O_RDONLY | O_DIRECTORY).TryRead(1, out _).Gives(EISDIR);
    }

    public static void APathDescriptorOnlyNames(CaseDirectory d)
    {
        d.File("file", "content", 640);
        SafeFd fd = d.Opened("file", O_PATH);
        fd.Stat().Mode.Is(640);
        fd.TryRead(1, out _).Gives(EBADF);
        fd.Write("x").Gives(EBADF);
    }

    [Needs(Need.Fifo)]
    public static void AFifoWithoutReaderIsENXIO(CaseDirectory d)
    {
        d.Mkfifo("fifo", 600).Ok();
        d.Open("fifo", O_WRONLY | O_NONBLOCK).Gives(ENXIO);
    }

    [Needs(Need.Fifo)]
    public static void AFifoCarriesBytes(CaseDirectory d)
    {
        d.Mkfifo("fifo", 600).Ok();
        SafeFd reader = d.Opened("fifo", O_RDONLY | O_NONBLOCK);
        SafeFd writer = d.Opened("fifo", O_WRONLY | O_NONBLOCK);
        writer.Write("through").Ok();
        reader.TryRead(10, out string text).Ok();
        text.Is("through");
    }

    [Needs(Need.Socket)]
    public static void ASocketIsENXIO(CaseDirectory d)
    {
        d.Mknod("socket", FileMode.S_IFSOCK, 600).Ok();
        d.Open("socket", O_RDONLY).Gives(ENXIO);
        d.Open("socket", O_WRONLY).Gives(ENXIO);
    }

    public static void ATrailingSlashOnAFileIsENOTDIR(CaseDirectory d)
    {
        d.File("file");
        d.Open("file/", O_RDONLY).Gives(ENOTDIR);
    }

    public static void CreatOfANameWithASlashIsEISDIR(CaseDirectory d)
    {
        d.Open("new/", O_WRONLY | O_CREAT, 600).Gives(EISDIR);
        d.Exists("new").Is(false);
    }

    public static void DotsNameWhatTheyShould(CaseDirectory d)
    {
        d.Directory("d");
        d.File("file", "content");
        d.Content("./file").Is("content");
        d.Content("d/../file").Is("content");
        d.Content("d//../d/./../file").Is("content");
        d.Stat("d/..").Ino.Is(d.Stat(".").Ino);
    }

    [Needs(Need.Root)]
    public static void NoatimeOfAnothersFileIsEPERM(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644);
        d.As(Users.Owner, () => d.Open("file", O_RDONLY | O_NOATIME).Ok());
        d.As(Users.Other, () => d.Open("file", O_RDONLY | O_NOATIME).Gives(EPERM));
    }

    [Needs(Need.Root)]
    public static void TruncNeedsPermissionToWrite(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644);
        d.As(Users.Other, () =>
        {
            d.Open("file", O_RDONLY | O_TRUNC).Gives(EACCES);
            d.Open("file", O_WRONLY | O_TRUNC).Gives(EACCES);
        });
        d.Content("file").Is("x");
    }

    [Needs(Need.Root)]
    public static void CreatInADirectoryWithoutPermissionIsEACCES(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 755);
        d.As(Users.Other, () => d.Open("d/new", O_WRONLY | O_CREAT, 600).Gives(EACCES));
        d.Exists("d/new").Is(false);
    }

    [Needs(Need.Root)]
    public static void CreatOfAnExistingFileNeedsNoPermissionAbove(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 755);
        d.FileOf(Users.Other, "d/file", 600);
        d.As(Users.Other, () => d.Open("d/file", O_RDWR | O_CREAT, 600).Ok());
    }

    [Needs(Need.Tmpfile)]
    public static void AnUnnamedFileIsNowhere(CaseDirectory d)
    {
        SafeFd fd = d.Opened(".", O_RDWR | O_TMPFILE, 640);
        fd.Write("content").Ok();
        fd.Stat().Nlink.Is(0);
        fd.Stat().Mode.Is(640);
        d.Names().Length.Is(0);
        fd.Pread(7, 0).Is("content");
    }

    [Needs(Need.Tmpfile, Need.Link)]
    public static void AnUnnamedFileGetsAName(CaseDirectory d)
    {
        SafeFd fd = d.Opened(".", O_RDWR | O_TMPFILE, 600);
        fd.Write("content").Ok();
        fd.Chmod(4750).Ok();
        fd.Utimens(11, 22).Ok();
        d.Link(fd, "named").Ok();
        fd.Dispose();
        Status status = d.Stat("named");
        (status.Mode, status.Nlink, status.Mtime, status.Size).Is(((Mode)4750, 1, 22, 7));
    }

    [Needs(Need.Tmpfile, Need.Link)]
    public static void AnExclusiveUnnamedFileGetsNoName(CaseDirectory d)
    {
        SafeFd fd = d.Opened(".", O_RDWR | O_TMPFILE | O_EXCL, 600);
        d.Link(fd, "named").Gives(ENOENT);
    }
}
