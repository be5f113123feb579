// rename(2)
namespace MetaFs.Posix.Cases;

internal static class RenameCases
{
    public static IEnumerable<Case> KeepsEveryType()
    {
        yield return Of("File", FileMode.S_IFREG);
        yield return Of("Directory", FileMode.S_IFDIR);
        yield return Of("Fifo", FileMode.S_IFIFO, Need.Fifo);
        yield return Of("Socket", FileMode.S_IFSOCK, Need.Socket);
        yield return Of("CharacterDevice", FileMode.S_IFCHR, Need.Device);
        yield return Of("BlockDevice", FileMode.S_IFBLK, Need.Device);

        static Case Of(string name, uint type, params Need[] needs) => new($"KeepsEveryType.{name}", needs, d =>
        {
            d.Make("it", type, 1640);
            d.Utimens("it", 11, 22).Ok();
            Status before = d.Stat("it");
            d.Directory("d");
            d.Rename("it", "renamed").Ok();
            d.Rename("renamed", "d/moved").Ok();
            Status after = d.Stat("d/moved");
            (after.Ino, after.Type, after.Mode, after.Owner, after.Mtime, after.Device)
                .Is((before.Ino, before.Type, before.Mode, before.Owner, before.Mtime, before.Device));
            string.Join(' ', d.Names()).Is("d");
        });
    }

    public static void ReplacesAFile(CaseDirectory d)
    {
        d.File("old", "old", 600);
        d.File("new", "new", 640);
        ulong ino = d.Stat("new").Ino;
        d.Rename("new", "old").Ok();
        d.Content("old").Is("new");
        d.Stat("old").Mode.Is(640);
        d.Stat("old").Ino.Is(ino);
        string.Join(' ', d.Names()).Is("old");
    }

    [Needs(Need.Link)]
    public static void OfTheReplacedFileOtherNamesStay(CaseDirectory d)
    {
        d.File("old", "old");
        d.Link("old", "other").Ok();
        d.File("new", "new");
        d.Rename("new", "old").Ok();
        d.Content("other").Is("old");
        d.Stat("other").Nlink.Is(1);
    }

    [Needs(Need.ReplaceOpen)]
    public static void AnOpenReplacedFileStaysReadable(CaseDirectory d)
    {
        d.File("old", "old", 604);
        d.File("new", "new", 640);
        SafeFd fd = d.Opened("old", O_RDWR);
        d.Rename("new", "old").Ok();
        fd.Pread(3, 0).Is("old");
        fd.Stat().Mode.Is(604);
        d.Content("old").Is("new");
        fd.Chmod(600).Ok();
        d.Stat("old").Mode.Is(640);
    }

    public static void AFileThatWasJustReadIsReplaced(CaseDirectory d)
    {
        d.File("file", "0");
        for (int i = 1; i < 5; i++)
        {
            d.Content("file").Is($"{i - 1}");
            d.File("file.new", $"{i}");
            d.Rename("file.new", "file").Ok();
        }
    }

    public static void ReplacesAnEmptyDirectory(CaseDirectory d)
    {
        d.Directory("old");
        d.Directory("new", 710);
        d.File("new/file", "content");
        d.Rename("new", "old").Ok();
        d.Content("old/file").Is("content");
        d.Stat("old").Mode.Is(710);
        d.Exists("new").Is(false);
    }

    [Needs(Need.NotEmptyError)]
    public static void OverADirectoryThatIsNotEmptyIsENOTEMPTY(CaseDirectory d)
    {
        d.Directory("old");
        d.File("old/file");
        d.Directory("new");
        d.Rename("new", "old").Gives(ENOTEMPTY);
        d.Exists("new").Is(true);
        d.Exists("old/file").Is(true);
    }

    public static void OfADirectoryOverAFileIsENOTDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.File("file", "content");
        d.Rename("d", "file").Gives(ENOTDIR);
        d.Content("file").Is("content");
    }

    public static void OfAFileOverADirectoryIsEISDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.File("file");
        d.Rename("file", "d").Gives(EISDIR);
        d.Exists("file").Is(true);
    }

    public static void IntoItselfIsEINVAL(CaseDirectory d)
    {
        d.Directory("d");
        d.Directory("d/sub");
        d.Rename("d", "d/x").Gives(EINVAL);
        d.Rename("d", "d/sub/x").Gives(EINVAL);
    }

    public static void OverWhatItIsInIsENOTEMPTY(CaseDirectory d)
    {
        d.Directory("d");
        d.Directory("d/sub");
        d.Rename("d/sub", "d").Gives(ENOTEMPTY);
    }

    public static void OntoItselfChangesNothing(CaseDirectory d)
    {
        d.File("file", "content");
        d.Directory("d");
        d.Rename("file", "file").Ok();
        d.Rename("d", "d").Ok();
        d.Content("file").Is("content");
    }

    [Needs(Need.Link, Need.LinkedInodes, Need.LinkCounts)]
    public static void BetweenTwoNamesOfAFileChangesNothing(CaseDirectory d)
    {
        d.File("a", "content");
        d.Link("a", "b").Ok();
        d.Rename("a", "b").Ok();
        string.Join(' ', d.Names()).Is("a b");
        d.Stat("a").Nlink.Is(2);
    }

    public static void OfDotsIsEBUSY(CaseDirectory d)
    {
        d.Directory("d");
        d.Rename("d/.", "x").Gives(EBUSY);
        d.Rename("d/..", "x").Gives(EBUSY);
        d.Rename("d", "d/.").Gives(EBUSY);
    }

    public static void TrailingSlashes(CaseDirectory d)
    {
        d.File("file");
        d.Directory("d");
        d.Rename("file/", "x").Gives(ENOTDIR);
        d.Rename("file", "x/").Gives(ENOTDIR);
        d.Rename("d/", "moved/").Ok();
        d.Stat("moved").Type.Is(FileMode.S_IFDIR);
    }

    public static void MovesADirectoryWithAllBelow(CaseDirectory d)
    {
        d.Directory("a");
        d.Directory("a/sub", 700);
        d.File("a/sub/file", "content", 640);
        d.Utimens("a/sub/file", 11, 22).Ok();
        d.Directory("b");
        d.Rename("a/sub", "b/moved").Ok();
        d.Content("b/moved/file").Is("content");
        d.Stat("b/moved/file").Mode.Is(640);
        d.Stat("b/moved/file").Mtime.Is(22);
        d.Stat("b/moved/..").Ino.Is(d.Stat("b").Ino);
        d.TryStat("a/sub/file", out _).Gives(ENOENT);
    }

    [Needs(Need.DirectoryLinks)]
    public static void AMovedDirectoryCountsAtItsNewParent(CaseDirectory d)
    {
        d.Directory("a");
        d.Directory("a/sub");
        d.Directory("b");
        d.Rename("a/sub", "b/sub").Ok();
        d.Stat("a").Nlink.Is(2);
        d.Stat("b").Nlink.Is(3);
    }

    public static void OpenDescriptorsFollow(CaseDirectory d)
    {
        d.File("file", "content", 640);
        SafeFd fd = d.Opened("file", O_RDONLY);
        d.Rename("file", "renamed").Ok();
        fd.Pread(7, 0).Is("content");
        d.Chmod("renamed", 604).Ok();
        fd.Stat().Mode.Is(604);
        fd.Stat().Nlink.Is(1);
    }

    [Needs(Need.RenameAboveOpen)]
    public static void OpenDirectoriesFollow(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd below = d.Opened("d/file", O_RDWR | O_CREAT, 600);
        SafeFd fd = d.Opened("d", O_RDONLY | O_DIRECTORY);
        d.Rename("d", "moved").Ok();
        below.Write("content").Ok();
        Libc.Mkdirat(fd, CString.FromTerminated("new\0"u8), 0x1ED).Ok();
        string.Join(' ', d.Names("moved")).Is("file new");
        d.Content("moved/file").Is("content");
    }

    [Needs(Need.Symlink)]
    public static void DoesNotFollowSymlinks(CaseDirectory d)
    {
        d.File("file", "content");
        d.File("target", "target");
        d.Symlink("target", "link").Ok();
        d.Rename("file", "link").Ok();
        d.Lstat("link").Type.Is(FileMode.S_IFREG);
        d.Content("target").Is("target");
    }

    [Needs(Need.Root)]
    public static void NeedsWriteOnBothParents(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "mine", 755);
        d.DirectoryOf(Users.Other, "theirs", 755);
        d.FileOf(Users.Owner, "mine/file", 600);
        d.FileOf(Users.Owner, "theirs/file", 600);
        d.As(Users.Owner, () =>
        {
            d.Rename("mine/file", "theirs/x").Gives(EACCES);
            d.Rename("theirs/file", "mine/x").Gives(EACCES);
            d.Rename("mine/file", "mine/x").Ok();
        });
    }

    [Needs(Need.Root)]
    public static void MovingAnothersDirectoryNeedsWriteOnIt(CaseDirectory d)
    {
        d.OpenToAll();
        d.DirectoryOf(Users.Owner, "above", 777);
        d.DirectoryOf(Users.Other, "d", 755);
        d.As(Users.Owner, () =>
        {
            d.Rename("d", "above/d").Gives(EACCES);
            d.Rename("d", "renamed").Ok();
        });
    }

    public static void ManyTimesThereAndBack(CaseDirectory d)
    {
        d.File("a", "content", 640);
        d.Utimens("a", 11, 22).Ok();
        for (int i = 0; i < 20; i++)
        {
            d.Rename("a", "b").Ok();
            d.Stat("b").Mode.Is(640);
            d.TryStat("a", out _).Gives(ENOENT);
            d.Rename("b", "a").Ok();
        }

        d.Stat("a").Mtime.Is(22);
    }
}
