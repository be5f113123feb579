// link(2), linkat(2)
namespace MetaFs.Posix.Cases;

internal static class LinkCases
{
    [Needs(Need.Link, Need.LinkedInodes, Need.LinkCounts)]
    public static void CountsNames(CaseDirectory d)
    {
        d.File("a", "content");
        d.Link("a", "b").Ok();
        d.Directory("d");
        d.Link("b", "d/c").Ok();
        foreach (string name in (string[])["a", "b", "d/c"])
            d.Stat(name).Nlink.Is(3);
        d.Unlink("a").Ok();
        d.Stat("b").Nlink.Is(2);
        d.Unlink("d/c").Ok();
        d.Stat("b").Nlink.Is(1);
        d.Content("b").Is("content");
    }

    [Needs(Need.Link, Need.LinkedInodes)]
    public static void IsTheSameInode(CaseDirectory d)
    {
        d.File("a");
        d.Link("a", "b").Ok();
        d.Stat("b").Ino.Is(d.Stat("a").Ino);
    }

    [Needs(Need.Link, Need.LinkedInodes)]
    public static void DataIsShared(CaseDirectory d)
    {
        d.File("a", "one");
        d.Link("a", "b").Ok();
        d.Append("a", "two").Ok();
        d.Content("b").Is("onetwo");
        d.Stat("b").Size.Is(6);
        d.Truncate("b", 1).Ok();
        d.Content("a").Is("o");
    }

    [Needs(Need.Link)]
    public static void OfADirectoryIsEPERM(CaseDirectory d)
    {
        d.Directory("d");
        d.Link("d", "link").Gives(EPERM);
        d.Exists("link").Is(false);
    }

    [Needs(Need.Link, Need.LinkedInodes, Need.LinkCounts, Need.Symlink)]
    public static void OfASymlinkIsTheLink(CaseDirectory d)
    {
        d.Symlink("nowhere", "link").Ok();
        d.Link("link", "hard").Ok();
        d.Lstat("hard").Type.Is(FileMode.S_IFLNK);
        d.Target("hard").Is("nowhere");
        d.Lstat("link").Nlink.Is(2);
    }

    [Needs(Need.Link, Need.LinkedInodes, Need.LinkCounts, Need.Symlink)]
    public static void FollowIsTheTarget(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Link("link", "hard", AtFlags.AT_SYMLINK_FOLLOW).Ok();
        d.Lstat("hard").Type.Is(FileMode.S_IFREG);
        d.Stat("file").Nlink.Is(2);
    }

    public static IEnumerable<Case> OfSpecialFiles()
    {
        yield return Of("Fifo", FileMode.S_IFIFO, Need.Fifo);
        yield return Of("Socket", FileMode.S_IFSOCK, Need.Socket);
        yield return Of("CharacterDevice", FileMode.S_IFCHR, Need.Device);
        yield return Of("BlockDevice", FileMode.S_IFBLK, Need.Device);

        static Case Of(string name, uint type, Need need) =>
            new($"OfSpecialFiles.{name}", [Need.Link, Need.LinkedInodes, Need.LinkCounts, need], d =>
            {
                d.Make("it", type);
                d.Link("it", "link").Ok();
                d.Lstat("link").Type.Is(type);
                d.Lstat("it").Nlink.Is(2);
            });
    }

    [Needs(Need.Link)]
    public static void OntoItselfIsEEXIST(CaseDirectory d)
    {
        d.File("file");
        d.Link("file", "file").Gives(EEXIST);
        d.Stat("file").Nlink.Is(1);
    }

    [Needs(Need.Link)]
    public static void ToANameWithASlashIsENOENT(CaseDirectory d)
    {
        d.File("file");
        d.Link("file", "new/").Gives(ENOENT);
    }

    [Needs(Need.Link, Need.Root)]
    public static void KeepsOwnerAndMode(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 4711);
        d.Link("file", "link").Ok();
        d.Stat("link").Owner.Is(Users.Owner.Owner);
        d.Stat("link").Mode.Is(4711);
    }

    [Needs(Need.Link, Need.Root)]
    public static void NeedsWriteOnTheNewParent(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 666);
        d.DirectoryOf(Users.Other, "d", 755);
        d.As(Users.Owner, () => d.Link("file", "d/link").Gives(EACCES));
        d.Stat("file").Nlink.Is(1);
    }

    [Needs(Need.Link)]
    public static void ToADirectorysSelfIsEEXIST(CaseDirectory d)
    {
        d.File("file");
        d.Directory("d");
        d.Link("file", "d/.").Gives(EEXIST);
        d.Link("file", ".").Gives(EEXIST);
        d.Link("file", "d/..").Gives(EEXIST);
    }
}
