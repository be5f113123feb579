// Which bit of the mode decides for whom
namespace MetaFs.Posix.Cases;

internal static class AccessCases
{
    private static readonly (string Name, Identity Who, int Digit)[] s_classes =
    [
        ("Owner", Users.Owner, 100),
        ("Group", Users.Member, 10),
        ("SupplementaryGroup", Users.Supplementary, 10),
        ("Other", Users.Other, 1),
    ];

    /// <summary>What is tried on "file" or in "d", and the bit that it asks for.</summary>
    private static readonly (string Name, bool OnDirectory, int Bits, Func<CaseDirectory, Errno> Try)[] s_tries =
    [
        ("OpenForReading", false, 4, d => d.Open("file", O_RDONLY)),
        ("OpenForWriting", false, 2, d => d.Open("file", O_WRONLY)),
        ("OpenForBoth", false, 6, d => d.Open("file", O_RDWR)),
        ("OpenTrunc", false, 2, d => d.Open("file", O_WRONLY | O_TRUNC)),
        ("Truncate", false, 2, d => d.Truncate("file", 1)),
        ("AskToRead", false, 4, d => d.Access("file", Libc.R_OK)),
        ("AskToWrite", false, 2, d => d.Access("file", Libc.W_OK)),
        ("AskToExecute", false, 1, d => d.Access("file", Libc.X_OK)),
        ("AskForAll", false, 7, d => d.Access("file", Libc.R_OK | Libc.W_OK | Libc.X_OK)),
        ("List", true, 4, d => d.Open("d", O_RDONLY | O_DIRECTORY)),
        ("Search", true, 1, d => d.TryStat("d/inside", out _)),
        ("OpenInside", true, 1, d => d.Open("d/inside", O_RDONLY)),
        ("MakeAndRemove", true, 3, MakeAndRemove),
        ("AskToSearch", true, 1, d => d.Access("d", Libc.X_OK)),
    ];

    /// <summary>Every digit of one class; the others have the opposite, so only the right one can decide.</summary>
    public static IEnumerable<Case> As() =>
        from one in s_classes
        from attempt in s_tries
        select new Case($"As{one.Name}.{attempt.Name}", [Need.Root], d =>
        {
            string path = attempt.OnDirectory ? "d" : "file";
            if (attempt.OnDirectory)
                PrepareDirectory(d);
            else
                d.FileOf(Users.Owner, "file", 0, Users.Group);
            for (int bits = 0; bits < 8; bits++)
            {
                int mode = (bits * one.Digit) + ((7 - bits) * (111 - one.Digit));
                d.Row = $"mode {(Mode)mode}";
                d.Chmod(path, mode).Ok();
                Errno expected = (bits & attempt.Bits) == attempt.Bits ? OK : EACCES;
                d.As(one.Who, () => attempt.Try(d).Gives(expected, attempt.Name));
            }
        });

    [Needs(Need.Root)]
    public static void RootReadsAndWritesAnything(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 0);
        d.DirectoryOf(Users.Owner, "d", 0);
        d.Open("file", O_RDWR).Ok();
        d.Access("file", Libc.R_OK | Libc.W_OK).Ok();
        d.File("d/new");
        string.Join(' ', d.Names("d")).Is("new");
    }

    [Needs(Need.Root)]
    public static void RootExecutesOnlyWhatSomebodyMay(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 666);
        d.Access("file", Libc.X_OK).Gives(EACCES);
        foreach (int mode in (int[])[100, 10, 1])
        {
            d.Chmod("file", mode).Ok();
            d.Access("file", Libc.X_OK).Ok();
        }

        d.DirectoryOf(Users.Owner, "d", 0);
        d.Access("d", Libc.X_OK).Ok();
    }

    public static void ToAskForExistenceNeedsNoPermission(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "", mode: 0);
        d.Access("file", Libc.F_OK).Ok();
        d.Access("none", Libc.F_OK).Gives(ENOENT);
    });

    public static void OfTheOwnerItself(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file");
        (int Mode, int Asked, Errno Expected)[] rows =
            [(400, 4, OK), (377, 4, EACCES), (200, 2, OK), (577, 2, EACCES), (100, 1, OK), (677, 1, EACCES)];
        foreach ((int mode, int asked, Errno expected) in rows)
        {
            d.Row = $"mode {(Mode)mode}";
            d.Chmod("file", mode).Ok();
            d.Access("file", asked).Gives(expected);
        }
    });

    public static void SearchWithoutReading(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.Directory("d");
        d.File("d/file", "content");
        d.Chmod("d", 300).Ok();
        d.Content("d/file").Is("content");
        d.Open("d", O_RDONLY | O_DIRECTORY).Gives(EACCES);
        d.File("d/new");
        d.Chmod("d", 700).Ok();
    });

    public static void ReadingWithoutSearch(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.Directory("d");
        d.File("d/file", "content");
        d.Chmod("d", 600).Ok();
        string.Join(' ', d.Names("d")).Is("file");
        d.TryStat("d/file", out _).Gives(EACCES);
        d.Open("d/file", O_RDONLY).Gives(EACCES);
        d.Unlink("d/file").Gives(EACCES);
        d.Chmod("d", 700).Ok();
    });

    [Needs(Need.Root)]
    public static void EveryDirectoryOnTheWayIsAsked(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "a", 755);
        d.DirectoryOf(Users.Owner, "a/b", 700);
        d.DirectoryOf(Users.Owner, "a/b/c", 777);
        d.FileOf(Users.Other, "a/b/c/file", 666);
        d.As(Users.Other, () => d.Open("a/b/c/file", O_RDONLY).Gives(EACCES));
        d.Chmod("a/b", 711).Ok();
        d.As(Users.Other, () => d.Content("a/b/c/file").Is("x"));
    }

    [Needs(Need.Root)]
    public static void ADescriptorKeepsItsRights(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 755);
        d.FileOf(Users.Owner, "d/file", 644);
        SafeFd fd = SafeFd.Invalid;
        d.As(Users.Other, () => fd = d.Opened("d/file", O_RDONLY));
        d.Chmod("d/file", 0).Ok();
        d.Chmod("d", 0).Ok();
        d.As(Users.Other, () =>
        {
            fd.Pread(1, 0).Is("x");
            d.Open("d/file", O_RDONLY).Gives(EACCES);
        });
    }

    private static void PrepareDirectory(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 755, Users.Group);
        d.File("d/inside", "x");
    }

    private static Errno MakeAndRemove(CaseDirectory d)
    {
        Errno errno = d.Open("d/new", O_WRONLY | O_CREAT | O_EXCL, 600);
        return errno == OK ? d.Unlink("d/new") : errno;
    }
}
