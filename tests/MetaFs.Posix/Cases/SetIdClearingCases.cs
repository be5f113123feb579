// Which calls take the setuid and setgid bits away
namespace MetaFs.Posix.Cases;

internal static class SetIdClearingCases
{
    private static readonly (string Name, Need[] Needs, Action<CaseDirectory> Change)[] s_changes =
    [
        ("Write", [], d => d.Append("file", "more").Ok()),
        ("Pwrite", [], d => With(d, fd => fd.Pwrite("X", 0).Ok())),
        ("Truncate", [], d => d.Truncate("file", 0).Ok()),
        ("TruncateGrows", [], d => d.Truncate("file", 100).Ok()),
        ("Ftruncate", [], d => With(d, fd => fd.Truncate(0).Ok())),
        ("OpenTrunc", [], d => d.Open("file", O_WRONLY | O_TRUNC).Ok()),
        ("OpenTruncForReading", [], d => d.Open("file", O_RDONLY | O_TRUNC).Ok()),
        ("OpenTruncOfReadAndWrite", [], d => d.Open("file", O_RDWR | O_TRUNC).Ok()),
        ("Fallocate", [Need.Fallocate], d => With(d, fd => Libc.Fallocate(fd, 0, 0, 9000).Ok())),
        ("CopyFileRange", [Need.CopyFileRange], d => With(d, CopyInto)),
    ];

    private static readonly (string Name, Action<CaseDirectory> Look)[] s_looks =
    [
        ("Read", d => d.Content("file").Is("content")),
        ("OpenForWriting", d => d.Open("file", O_RDWR).Ok()),
        ("EmptyWrite", d => d.Append("file", "").Ok()),
        ("Utimens", d => d.Utimens("file", 11, 22).Ok()),
        ("Rename", d => d.Rename("file", "file").Ok()),
        ("Fsync", d => With(d, fd => Libc.Fsync(fd).Ok())),
    ];

    private static readonly (int Before, int After)[] s_byOthers =
        [(4777, 777), (6777, 777), (2777, 777), (4666, 666), (1777, 1777)];

    private static readonly (int Before, int After)[] s_byChown =
        [(6755, 755), (4711, 711), (2755, 755), (6644, 2644), (1755, 1755)];

    public static IEnumerable<Case> ByAnotherUser() => s_changes.Select(change =>
        new Case($"ByAnotherUser.{change.Name}", [Need.Root, .. change.Needs], d =>
        {
            foreach ((int before, int after) in s_byOthers)
            {
                d.Row = $"mode {before}";
                Prepare(d, before);
                d.As(Users.Other, () => change.Change(d));
                d.Stat("file").Mode.Is(after);
                d.Unlink("file").Ok();
            }
        }));

    public static IEnumerable<Case> ByTheOwner() => s_changes.Select(change =>
        new Case($"ByTheOwner.{change.Name}", change.Needs, d => d.AsOrdinary(() =>
        {
            d.File("file", "content", 4755);
            change.Change(d);
            d.Stat("file").Mode.Is(755);
        })));

    /// <summary>Root has CAP_FSETID.</summary>
    public static IEnumerable<Case> NotByRoot() => s_changes.Select(change =>
        new Case($"NotByRoot.{change.Name}", [Need.Root, .. change.Needs], d =>
        {
            Prepare(d, 6755);
            change.Change(d);
            d.Stat("file").Mode.Is(6755);
        }));

    public static IEnumerable<Case> NotByLooking() => s_looks.Select(look =>
        new Case($"NotByLooking.{look.Name}", [], d => d.AsOrdinary(() =>
        {
            d.File("file", "content", 4755);
            look.Look(d);
            d.Stat("file").Mode.Is(4755);
        })));

    [Needs(Need.Root)]
    public static void SetgidWithoutGroupExecuteStays(CaseDirectory d)
    {
        // mandatory locking's mark of old, not a program that changes groups; outside the group it goes all the same
        d.FileOf(Users.Owner, "file", 2666, Users.Group);
        d.As(Users.Member, () => d.Append("file", "more").Ok());
        d.Stat("file").Mode.Is(2666);
    }

    [Needs(Need.Root)]
    public static void ByChownOfRoot(CaseDirectory d)
    {
        foreach ((int before, int after) in s_byChown)
        {
            d.Row = $"mode {before}";
            Prepare(d, before);
            d.Chown("file", 42, 43).Ok();
            d.Stat("file").Mode.Is(after);
            d.Unlink("file").Ok();
        }
    }

    [Needs(Need.Root)]
    public static void ByChownToTheSame(CaseDirectory d)
    {
        Prepare(d, 6755);
        d.Chown("file", Users.Owner).Ok();
        d.Stat("file").Mode.Is(755);
    }

    public static void ByChownOfTheOwner(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "x", 4755);
        d.Chown("file", CaseDirectory.Keep, d.Ordinary.Gid).Ok();
        d.Stat("file").Mode.Is(755);
    });

    [Needs(Need.Root)]
    public static void FchownToo(CaseDirectory d)
    {
        Prepare(d, 6755);
        d.Opened("file", O_RDONLY).Chown(42, 43).Ok();
        d.Stat("file").Mode.Is(755);
    }

    [Needs(Need.Root)]
    public static void ChmodAfterChownBringsThemBack(CaseDirectory d)
    {
        Prepare(d, 6755);
        d.Chown("file", 42, 43).Ok();
        d.Chmod("file", 6755).Ok();
        d.Stat("file").Mode.Is(6755);
        d.Stat("file").Owner.Is("42:43");
    }

    private static void Prepare(CaseDirectory d, int mode) => d.FileOf(Users.Owner, "file", mode, content: "content");

    private static void With(CaseDirectory d, Action<SafeFd> act)
    {
        using SafeFd fd = d.Opened("file", O_RDWR);
        act(fd);
    }

    private static void CopyInto(SafeFd fd)
    {
        ulong from = 0, to = 2;
        Libc.CopyFileRange(fd, ref from, fd, ref to, 1, out _).Ok();
    }
}
