// chown(2), lchown(2), fchown(2)
namespace MetaFs.Posix.Cases;

internal static class ChownCases
{
    // bindfs 1.14 answers EIO to groups from 2^31 on
    private static readonly (uint Uid, uint Gid)[] s_owners =
        [(1, 2), (65534, 65533), (100_000, 200_000), (uint.MaxValue - 1, int.MaxValue), (0, 0)];

    public static IEnumerable<Case> EveryOwnerReadsBack()
    {
        yield return Of("File", FileMode.S_IFREG, []);
        yield return Of("Directory", FileMode.S_IFDIR, []);
        yield return Of("Symlink", FileMode.S_IFLNK, [Need.Symlink]);
        yield return Of("Fifo", FileMode.S_IFIFO, [Need.Fifo]);
        yield return Of("Socket", FileMode.S_IFSOCK, [Need.Socket]);
        yield return Of("CharacterDevice", FileMode.S_IFCHR, [Need.Device]);
        yield return Of("BlockDevice", FileMode.S_IFBLK, [Need.Device]);

        static Case Of(string name, uint type, Need[] needs) =>
            new($"EveryOwnerReadsBack.{name}", [Need.Root, .. needs], d =>
            {
                d.Make("it", type);
                foreach ((uint uid, uint gid) in s_owners)
                {
                    d.Row = $"{uid}:{gid}";
                    d.Lchown("it", uid, gid).Ok();
                    d.Lstat("it").Owner.Is($"{uid}:{gid}");
                    d.Lstat("it").Type.Is(type);
                }
            });
    }

    [Needs(Need.Root)]
    public static void EachHalfByItself(CaseDirectory d)
    {
        d.File("file");
        d.Chown("file", 42, 43).Ok();
        d.Chown("file", 44, CaseDirectory.Keep).Ok();
        d.Stat("file").Owner.Is("44:43");
        d.Chown("file", CaseDirectory.Keep, 45).Ok();
        d.Stat("file").Owner.Is("44:45");
        d.Chown("file", CaseDirectory.Keep, CaseDirectory.Keep).Ok();
        d.Stat("file").Owner.Is("44:45");
    }

    [Needs(Need.Root)]
    public static void TheSameAgainStays(CaseDirectory d)
    {
        d.File("file");
        for (int i = 0; i < 3; i++)
        {
            d.Chown("file", 42, 43).Ok();
            d.Stat("file").Owner.Is("42:43");
        }
    }

    [Needs(Need.Root)]
    public static void BackToTheFirstOwner(CaseDirectory d)
    {
        d.File("file");
        string first = d.Stat("file").Owner;
        d.Chown("file", 42, 43).Ok();
        d.Chown("file", d.Me).Ok();
        d.Stat("file").Owner.Is(first);
    }

    [Needs(Need.Root)]
    public static void FchownReadsBackBothWays(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Chown(42, 43).Ok();
        fd.Stat().Owner.Is("42:43");
        d.Stat("file").Owner.Is("42:43");
    }

    [Needs(Need.Root)]
    public static void FchownOfADirectory(CaseDirectory d)
    {
        d.Directory("d");
        d.Opened("d", O_RDONLY | O_DIRECTORY).Chown(42, 43).Ok();
        d.Stat("d").Owner.Is("42:43");
    }

    [Needs(Need.Root, Need.Symlink)]
    public static void FollowsASymlink(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Chown("link", 42, 43).Ok();
        d.Stat("file").Owner.Is("42:43");
        d.Lstat("link").Owner.Is(d.Me.Owner);
    }

    [Needs(Need.Root, Need.Symlink)]
    public static void LchownLeavesTheTarget(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Lchown("link", 42, 43).Ok();
        d.Lstat("link").Owner.Is("42:43");
        d.Stat("file").Owner.Is(d.Me.Owner);
        d.Target("link").Is("file");
    }

    [Needs(Need.Root, Need.Symlink)]
    public static void LchownOfADanglingSymlink(CaseDirectory d)
    {
        d.Symlink("nowhere", "link").Ok();
        d.Chown("link", 42, 43).Gives(ENOENT);
        d.Lchown("link", 42, 43).Ok();
        d.Lstat("link").Owner.Is("42:43");
    }

    [Needs(Need.Root, Need.Link, Need.LinkedInodes)]
    public static void ShowsByEveryName(CaseDirectory d)
    {
        d.File("file");
        d.Link("file", "link").Ok();
        d.Chown("file", 42, 43).Ok();
        d.Stat("link").Owner.Is("42:43");
        d.Unlink("file").Ok();
        d.Stat("link").Owner.Is("42:43");
    }

    [Needs(Need.Root)]
    public static void KeepsTheRest(CaseDirectory d)
    {
        d.File("file", "content", 640);
        d.Utimens("file", 1_000_000_001, 1_000_000_002).Ok();
        Status before = d.Stat("file");
        d.Chown("file", 42, 43).Ok();
        Status after = d.Stat("file");
        (after.Mode, after.Size, after.Atime, after.Mtime, after.Ino, after.Nlink)
            .Is((before.Mode, before.Size, before.Atime, before.Mtime, before.Ino, before.Nlink));
    }

    public static void ToOneselfIsAllowed(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file");
        string owner = d.Stat("file").Owner;
        d.Chown("file", d.Ordinary.Uid, CaseDirectory.Keep).Ok();
        d.Chown("file", d.Ordinary.Uid, d.Ordinary.Gid).Ok();
        d.Stat("file").Owner.Is(owner);
    });

    public static void GivingAwayIsEPERM(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file");
        string owner = d.Stat("file").Owner;
        d.Chown("file", 42, CaseDirectory.Keep).Gives(EPERM);
        d.Chown("file", 0, 0).Gives(EPERM);
        d.Chown("file", CaseDirectory.Keep, 42).Gives(EPERM);
        d.Chown("file", d.Ordinary.Uid, 42).Gives(EPERM);
        d.Stat("file").Owner.Is(owner);
    });

    [Needs(Need.Root)]
    public static void OfAnothersFileIsEPERM(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 666, Users.Group);
        foreach (Identity who in (Identity[])[Users.Other, Users.Member, Users.Supplementary])
        {
            d.As(who, () =>
            {
                d.Chown("file", who.Uid, CaseDirectory.Keep).Gives(EPERM);
                d.Chown("file", CaseDirectory.Keep, who.Gid).Gives(EPERM);
                d.Chown("file", Users.Owner.Uid, Users.Group).Gives(EPERM);
            });
        }

        d.Stat("file").Owner.Is($"{Users.Owner.Uid}:{Users.Group}");
    }

    [Needs(Need.Root)]
    public static void FchownOfAnothersFileIsEPERM(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 666);
        SafeFd fd = d.Opened("file", O_RDWR);
        d.As(Users.Other, () => fd.Chown(Users.Other.Uid, Users.Other.Gid).Gives(EPERM));
        d.Stat("file").Owner.Is(Users.Owner.Owner);
    }

    [Needs(Need.Root)]
    public static void TheNewOwnerHasTheRights(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 600);
        d.As(Users.Owner, () => d.Content("file").Is("x"));
        d.As(Users.Other, () => d.Open("file", O_RDONLY).Gives(EACCES));
        d.Chown("file", Users.Other).Ok();
        d.As(Users.Owner, () => d.Open("file", O_RDONLY).Gives(EACCES));
        d.As(Users.Other, () =>
        {
            d.Content("file").Is("x");
            d.Chmod("file", 640).Ok();
        });
    }

    [Needs(Need.Root, Need.Device)]
    public static void OfADeviceKeepsItsNumbers(CaseDirectory d)
    {
        d.Mknod("node", FileMode.S_IFCHR, 600, 1, 7).Ok();
        d.Chown("node", 42, 43).Ok();
        d.Stat("node").Type.Is(FileMode.S_IFCHR);
        d.Stat("node").Device.Is("1,7");
    }
}
