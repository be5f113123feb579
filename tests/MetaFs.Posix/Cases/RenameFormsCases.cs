// renameat2(2) with RENAME_NOREPLACE and RENAME_EXCHANGE
namespace MetaFs.Posix.Cases;

internal static class RenameFormsCases
{
    private const RenameFlags Noreplace = RenameFlags.RENAME_NOREPLACE;
    private const RenameFlags Exchange = RenameFlags.RENAME_EXCHANGE;

    [Needs(Need.Noreplace)]
    public static void NoreplaceOfAFreeName(CaseDirectory d)
    {
        d.File("a", "content", 640);
        d.Rename("a", "b", Noreplace).Ok();
        d.Content("b").Is("content");
        d.Stat("b").Mode.Is(640);
        d.Exists("a").Is(false);
    }

    [Needs(Need.Noreplace)]
    public static void NoreplaceOfATakenNameIsEEXIST(CaseDirectory d)
    {
        d.File("a", "a");
        d.File("b", "b");
        d.Directory("d");
        d.Rename("a", "b", Noreplace).Gives(EEXIST);
        d.Rename("a", "d", Noreplace).Gives(EEXIST);
        d.Rename("a", "a", Noreplace).Gives(EEXIST);
        d.Content("a").Is("a");
        d.Content("b").Is("b");
    }

    [Needs(Need.Noreplace, Need.Symlink)]
    public static void NoreplaceOfADanglingSymlinkIsEEXIST(CaseDirectory d)
    {
        d.File("a");
        d.Symlink("nowhere", "link").Ok();
        d.Rename("a", "link", Noreplace).Gives(EEXIST);
    }

    [Needs(Need.Noreplace)]
    public static void NoreplaceMovesADirectory(CaseDirectory d)
    {
        d.Directory("a");
        d.File("a/file", "content");
        d.Directory("b");
        d.Rename("a", "b", Noreplace).Gives(EEXIST);
        d.Rename("a", "b/a", Noreplace).Ok();
        d.Content("b/a/file").Is("content");
    }

    [Needs(Need.Exchange)]
    public static void ExchangeOfFiles(CaseDirectory d)
    {
        d.File("a", "a", 600);
        d.File("b", "b", 4711);
        d.Utimens("a", 11, 22).Ok();
        d.Rename("a", "b", Exchange).Ok();
        d.Content("a").Is("b");
        d.Content("b").Is("a");
        d.Stat("a").Mode.Is(4711);
        d.Stat("b").Mode.Is(600);
        d.Stat("b").Mtime.Is(22);
    }

    [Needs(Need.Exchange)]
    public static void ExchangeOfAFileAndADirectory(CaseDirectory d)
    {
        d.File("a", "content", 640);
        d.Directory("b", 710);
        d.File("b/inside", "inside");
        d.Rename("a", "b", Exchange).Ok();
        d.Content("a/inside").Is("inside");
        d.Stat("a").Mode.Is(710);
        d.Content("b").Is("content");
        d.Stat("b").Mode.Is(640);
    }

    [Needs(Need.Exchange)]
    public static void ExchangeAcrossDirectories(CaseDirectory d)
    {
        d.Directory("x");
        d.Directory("y");
        d.File("x/f", "of x", 600);
        d.File("y/g", "of y", 640);
        d.Rename("x/f", "y/g", Exchange).Ok();
        d.Content("x/f").Is("of y");
        d.Content("y/g").Is("of x");
        d.Stat("x/f").Mode.Is(640);
    }

    [Needs(Need.Exchange)]
    public static void ExchangeWithNothingIsENOENT(CaseDirectory d)
    {
        d.File("a", "content");
        d.Rename("a", "b", Exchange).Gives(ENOENT);
        d.Rename("b", "a", Exchange).Gives(ENOENT);
        d.Content("a").Is("content");
    }

    [Needs(Need.Exchange)]
    public static void ExchangeWithWhatIsAboveIsEINVAL(CaseDirectory d)
    {
        d.Directory("d");
        d.Directory("d/sub");
        d.Rename("d", "d/sub", Exchange).Gives(EINVAL);
        d.Rename("d/sub", "d", Exchange).Gives(EINVAL);
    }

    [Needs(Need.Exchange, Need.Root)]
    public static void ExchangeKeepsOwners(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "a", 600);
        d.FileOf(Users.Other, "b", 640);
        d.Rename("a", "b", Exchange).Ok();
        d.Stat("a").Owner.Is(Users.Other.Owner);
        d.Stat("b").Owner.Is(Users.Owner.Owner);
    }

    public static void BothAtOnceAreEINVAL(CaseDirectory d)
    {
        d.File("a");
        d.File("b");
        d.Rename("a", "b", Noreplace | Exchange).Gives(EINVAL);
    }

    public static void UnknownFlagsAreEINVAL(CaseDirectory d)
    {
        d.File("a");
        d.Rename("a", "b", (RenameFlags)0x100).Gives(EINVAL);
        d.Exists("a").Is(true);
    }
}
