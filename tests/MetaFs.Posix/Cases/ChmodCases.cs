// chmod(2), fchmod(2)
namespace MetaFs.Posix.Cases;

internal static class ChmodCases
{
    private static readonly int[] s_modes =
        [0, 111, 222, 400, 444, 600, 640, 644, 700, 755, 1755, 2755, 4755, 6711, 7777];

    public static IEnumerable<Case> EveryModeReadsBack()
    {
        yield return Of("File", FileMode.S_IFREG, []);
        yield return Of("Directory", FileMode.S_IFDIR, []);
        yield return Of("Fifo", FileMode.S_IFIFO, [Need.Fifo]);
        yield return Of("Socket", FileMode.S_IFSOCK, [Need.Socket]);
        yield return Of("CharacterDevice", FileMode.S_IFCHR, [Need.Device]);
        yield return Of("BlockDevice", FileMode.S_IFBLK, [Need.Device]);

        static Case Of(string name, uint type, Need[] needs) => new($"EveryModeReadsBack.{name}", needs, d =>
        {
            d.Make("it", type);
            foreach (int mode in s_modes)
            {
                d.Chmod("it", mode).Ok();
                d.Stat("it").Mode.Is(mode);
                d.Stat("it").Type.Is(type);
            }
        });
    }

    public static void FchmodReadsBackBothWays(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        foreach (int mode in s_modes)
        {
            fd.Chmod(mode).Ok();
            fd.Stat().Mode.Is(mode);
            d.Stat("file").Mode.Is(mode);
        }
    }

    public static void FchmodOfADirectory(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d", O_RDONLY | O_DIRECTORY);
        fd.Chmod(1710).Ok();
        d.Stat("d").Mode.Is(1710);
    }

    [Needs(Need.Symlink)]
    public static void FollowsASymlink(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        Mode before = d.Lstat("link").Mode;
        d.Chmod("link", 604).Ok();
        d.Stat("file").Mode.Is(604);
        d.Lstat("link").Mode.Is(before);
    }

    [Needs(Need.Symlink)]
    public static void OfADanglingSymlinkIsENOENT(CaseDirectory d)
    {
        d.Symlink("nowhere", "link").Ok();
        d.Chmod("link", 604).Gives(ENOENT);
    }

    [Needs(Need.Link, Need.LinkedInodes)]
    public static void ShowsByEveryName(CaseDirectory d)
    {
        d.File("file");
        d.Link("file", "link").Ok();
        d.Chmod("link", 4701).Ok();
        d.Stat("file").Mode.Is(4701);
        d.Stat("link").Mode.Is(4701);
    }

    public static void KeepsTheRest(CaseDirectory d)
    {
        d.File("file", "content");
        d.Utimens("file", 1_000_000_001, 1_000_000_002).Ok();
        Status before = d.Stat("file");
        d.Chmod("file", 640).Ok();
        Status after = d.Stat("file");
        (after.Owner, after.Size, after.Atime, after.Mtime, after.Ino, after.Nlink)
            .Is((before.Owner, before.Size, before.Atime, before.Mtime, before.Ino, before.Nlink));
        d.Content("file").Is("content");
    }

    public static void TheSameAgainStays(CaseDirectory d)
    {
        d.File("file");
        for (int i = 0; i < 3; i++)
        {
            d.Chmod("file", 4750).Ok();
            d.Stat("file").Mode.Is(4750);
        }
    }

    public static void BitsBeyondTheModeAreIgnored(CaseDirectory d)
    {
        d.File("file");
        d.Chmod("file", new Mode(FileMode.S_IFDIR | ((Mode)640).Bits)).Ok();
        d.Stat("file").Type.Is(FileMode.S_IFREG);
        d.Stat("file").Mode.Is(640);
    }

    public static void OwnerMayWithoutAnyPermission(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "x", mode: 0);
        d.Open("file", O_RDONLY).Gives(EACCES);
        d.Chmod("file", 600).Ok();
        d.Content("file").Is("x");
    });

    [Needs(Need.Root)]
    public static void OfAnothersFileIsEPERM(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 666, Users.Group);
        foreach (Identity who in (Identity[])[Users.Other, Users.Member, Users.Supplementary])
            d.As(who, () => d.Chmod("file", 644).Gives(EPERM));
        d.Stat("file").Mode.Is(666);
    }

    [Needs(Need.Root)]
    public static void OfAnothersDirectoryIsEPERM(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 777);
        d.As(Users.Other, () => d.Chmod("d", 700).Gives(EPERM));
        d.Stat("d").Mode.Is(777);
    }

    [Needs(Need.Root)]
    public static void FchmodOfAnothersFileIsEPERM(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 666);
        SafeFd fd = d.Opened("file", O_RDWR);
        d.As(Users.Other, () => fd.Chmod(600).Gives(EPERM));
        d.Stat("file").Mode.Is(666);
    }

    [Needs(Need.Root)]
    public static void RootMay(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 0);
        d.Chmod("file", 4751).Ok();
        d.Stat("file").Mode.Is(4751);
        d.Stat("file").Owner.Is(Users.Owner.Owner);
    }

    [Needs(Need.Root)]
    public static void OwnerOutsideTheGroupGetsNoSetgid(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644, 77);
        d.As(Users.Owner, () => d.Chmod("file", 2755).Ok());
        d.Stat("file").Mode.Is(755);
    }

    [Needs(Need.Root)]
    public static void OwnerOfADirectoryOutsideItsGroupGetsNoSetgid(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 755, 77);
        d.As(Users.Owner, () => d.Chmod("d", 2755).Ok());
        d.Stat("d").Mode.Is(755);
    }

    [Needs(Need.Root)]
    public static void RootKeepsSetgidOfAnyGroup(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644, 77);
        d.Chmod("file", 2755).Ok();
        d.Stat("file").Mode.Is(2755);
    }

    public static void OwnerMaySetuidAndSticky(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file");
        d.Chmod("file", 5711).Ok();
        d.Stat("file").Mode.Is(5711);
    });

    public static void OpenDescriptorsStayAsTheyAre(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "content");
        SafeFd fd = d.Opened("file", O_RDWR);
        d.Chmod("file", 0).Ok();
        fd.Write("C").Ok();
        fd.Pread(7, 0).Is("Content");
        d.Open("file", O_RDONLY).Gives(EACCES);
    });
}
