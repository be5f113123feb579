// truncate(2), ftruncate(2)
namespace MetaFs.Posix.Cases;

internal static class TruncateCases
{
    public static IEnumerable<Case> Both()
    {
        (string Name, Func<CaseDirectory, long, Errno> Cut)[] calls =
        [
            ("Truncate", (d, length) => d.Truncate("file", length)),
            ("Ftruncate", (d, length) => d.Opened("file", O_RDWR).Truncate(length)),
        ];
        foreach ((string name, Func<CaseDirectory, long, Errno> cut) in calls)
        {
            yield return new Case($"{name}.Shrinks", [], d =>
            {
                d.File("file", "0123456789");
                cut(d, 4).Ok();
                d.Content("file").Is("0123");
                cut(d, 0).Ok();
                d.Stat("file").Size.Is(0);
            });
            yield return new Case($"{name}.GrowsWithZeros", [], d =>
            {
                d.File("file", "01");
                cut(d, 5).Ok();
                d.Content("file").Is("01\0\0\0");
                cut(d, 2).Ok();
                cut(d, 3).Ok();
                d.Content("file").Is("01\0");
            });
            yield return new Case($"{name}.ShrinksAndGrowsWithoutOldData", [], d =>
            {
                d.File("file", new string('x', 10_000));
                cut(d, 1).Ok();
                cut(d, 10_000).Ok();
                d.Content("file").Is("x" + new string('\0', 9999));
            });
            yield return new Case($"{name}.ANegativeLengthIsEINVAL", [], d =>
            {
                d.File("file", "content");
                cut(d, -1).Gives(EINVAL);
                d.Stat("file").Size.Is(7);
            });
            yield return new Case($"{name}.Beyond4GiB", [Need.LargeFiles], d =>
            {
                d.File("file", "start");
                cut(d, (5L << 30) + 3).Ok();
                d.Stat("file").Size.Is((5L << 30) + 3);
                cut(d, 5).Ok();
                d.Content("file").Is("start");
            });
        }
    }

    public static void OfADirectoryIsEISDIR(CaseDirectory d)
    {
        d.Directory("d");
        d.Truncate("d", 0).Gives(EISDIR);
    }

    public static void OfAReadOnlyDescriptorIsEINVAL(CaseDirectory d)
    {
        d.File("file", "content");
        d.Opened("file", O_RDONLY).Truncate(0).Gives(EINVAL);
        d.Stat("file").Size.Is(7);
    }

    [Needs(Need.Symlink)]
    public static void FollowsASymlink(CaseDirectory d)
    {
        d.File("file", "content");
        d.Symlink("file", "link").Ok();
        d.Truncate("link", 3).Ok();
        d.Content("file").Is("con");
    }

    public static void NeedsPermissionToWrite(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "content", mode: 444);
        d.Truncate("file", 0).Gives(EACCES);
        d.Stat("file").Size.Is(7);
    });

    public static void ADescriptorNeedsNoPermission(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "content");
        SafeFd fd = d.Opened("file", O_RDWR);
        d.Chmod("file", 0).Ok();
        fd.Truncate(3).Ok();
        fd.Stat().Size.Is(3);
    });

    [Needs(Need.Root)]
    public static void OfAnothersWritableFile(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 622);
        d.As(Users.Other, () => d.Truncate("file", 0).Ok());
        d.Stat("file").Size.Is(0);
        d.Stat("file").Owner.Is(Users.Owner.Owner);
    }

    public static void KeepsModeAndOwner(CaseDirectory d)
    {
        d.File("file", "content", 640);
        string owner = d.Stat("file").Owner;
        d.Truncate("file", 100).Ok();
        d.Stat("file").Mode.Is(640);
        d.Stat("file").Owner.Is(owner);
        d.Stat("file").Mtime.IsNow();
    }

    public static void ShowsByAnOpenDescriptor(CaseDirectory d)
    {
        d.File("file", "content");
        SafeFd fd = d.Opened("file", O_RDONLY);
        d.Truncate("file", 3).Ok();
        fd.Stat().Size.Is(3);
        fd.ReadToEnd().Is("con");
    }
}
