// Owner and mode of what is made
namespace MetaFs.Posix.Cases;

internal static class CreateModesCases
{
    private static readonly (string Name, Need[] Needs, Func<CaseDirectory, string, Mode, Errno> Make)[] s_makers =
    [
        ("Creat", [], (d, path, mode) => d.Open(path, O_WRONLY | O_CREAT | O_EXCL, mode)),
        ("Mkdir", [], (d, path, mode) => d.Mkdir(path, mode)),
        ("Mknod", [Need.Mknod], (d, path, mode) => d.Mknod(path, FileMode.S_IFREG, mode)),
        ("Mkfifo", [Need.Fifo], (d, path, mode) => d.Mkfifo(path, mode)),
        ("Socket", [Need.Socket], (d, path, mode) => d.Mknod(path, FileMode.S_IFSOCK, mode)),
    ];

    public static IEnumerable<Case> Umask() =>
        s_makers.Select(maker => new Case($"Umask.{maker.Name}", maker.Needs, d =>
        {
            foreach (int mask in (int[])[0, 22, 27, 77, 137, 777])
            {
                foreach (int mode in (int[])[0, 400, 644, 666, 777])
                {
                    string name = $"m{mask}-{mode}";
                    d.Row = name;
                    d.Umask(mask);
                    maker.Make(d, name, mode).Ok();
                    d.Stat(name).Mode.Is(((Mode)mode).Without(mask));
                }
            }
        }));

    public static IEnumerable<Case> Owner() =>
        s_makers.Select(maker => new Case($"Owner.{maker.Name}", maker.Needs, d => d.AsOrdinary(() =>
        {
            maker.Make(d, "it", 640).Ok();
            d.Lstat("it").Owner.Is(d.Ordinary.Owner);
        })));

    public static IEnumerable<Case> OwnerIsWhoActs() =>
        s_makers.Select(maker => new Case($"OwnerIsWhoActs.{maker.Name}", [Need.Root, .. maker.Needs], d =>
        {
            d.OpenToAll();
            foreach (Identity who in (Identity[])[Users.Owner, Users.Member, Users.Supplementary, Users.Other])
            {
                d.As(who, () => maker.Make(d, $"of{who.Uid}", 600).Ok());
                d.Lstat($"of{who.Uid}").Owner.Is(who.Owner);
            }

            maker.Make(d, "root", 600).Ok();
            d.Lstat("root").Owner.Is(d.Me.Owner);
        }));

    [Needs(Need.Symlink)]
    public static void SymlinkBelongsToItsMaker(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.Symlink("nowhere", "link").Ok();
        d.Lstat("link").Owner.Is(d.Ordinary.Owner);
        d.Lstat("link").Mode.Is(777);
    });

    public static void ADescriptorWritesWhateverTheMode(CaseDirectory d) => d.AsOrdinary(() =>
    {
        foreach (int mode in (int[])[0, 400, 444])
        {
            string name = $"m{mode}";
            SafeFd fd = d.Opened(name, O_RDWR | O_CREAT | O_EXCL, mode);
            fd.Write("content").Ok();
            fd.Pread(7, 0).Is("content");
            fd.Stat().Mode.Is(mode);
            d.Open(name, O_WRONLY).Gives(EACCES);
            fd.Dispose();
            d.Stat(name).Mode.Is(mode);
            d.Stat(name).Size.Is(7);
            d.Unlink(name).Ok();
        }
    });

    public static void SetIdBitsOfNewFiles(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.Open("file", O_WRONLY | O_CREAT, 4711).Ok();
        d.Stat("file").Mode.Is(4711);
        d.Open("sticky", O_WRONLY | O_CREAT, 1600).Ok();
        d.Stat("sticky").Mode.Is(1600);
    });

    public static void MkdirKeepsTheStickyBit(CaseDirectory d)
    {
        d.Mkdir("d", 1777).Ok();
        d.Stat("d").Mode.Is(1755);
    }

    public static void NewFilesAreEmptyAndNew(CaseDirectory d)
    {
        d.Open("file", O_WRONLY | O_CREAT, 600).Ok();
        Status status = d.Stat("file");
        (status.Size, status.Nlink).Is((0, 1));
        status.Mtime.IsNow();
        status.Ctime.IsNow();
    }

    [Needs(Need.PromptAtime)]
    public static void NewFilesWereReadNow(CaseDirectory d)
    {
        d.Open("file", O_WRONLY | O_CREAT, 600).Ok();
        d.Stat("file").Atime.IsNow();
    }

    public static void ARemovedNameIsANewFile(CaseDirectory d)
    {
        d.File("file", "content", 4711);
        d.Utimens("file", 11, 22).Ok();
        d.Unlink("file").Ok();
        d.Open("file", O_WRONLY | O_CREAT | O_EXCL, 640).Ok();
        d.Stat("file").Mode.Is(640);
        d.Stat("file").Size.Is(0);
        d.Stat("file").Mtime.IsNow();
    }

    [Needs(Need.Root)]
    public static void ReusedInodesRememberNobody(CaseDirectory d)
    {
        for (int i = 0; i < 20; i++)
        {
            d.File("file", "", 600);
            d.Stat("file").Owner.Is(d.Me.Owner);
            d.Stat("file").Mode.Is(600);
            d.Chown("file", 42, 43).Ok();
            d.Chmod("file", 4711).Ok();
            d.Unlink("file").Ok();
        }
    }
}
