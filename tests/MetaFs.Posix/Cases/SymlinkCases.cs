// symlink(2), readlink(2)
namespace MetaFs.Posix.Cases;

internal static class SymlinkCases
{
    [Needs(Need.Symlink)]
    public static void KeepsItsTarget(CaseDirectory d) => Keeps(d, "file", ".", "with space", "d//double/");

    [Needs(Need.Symlink, Need.OutwardSymlinks)]
    public static void LeadsOut(CaseDirectory d) => Keeps(d, "../up", "/absolute/path");

    private static void Keeps(CaseDirectory d, params string[] targets)
    {
        foreach (string target in targets)
        {
            d.Symlink(target, "link").Ok();
            d.Target("link").Is(target);
            d.Lstat("link").Size.Is(target.Length);
            d.Unlink("link").Ok();
        }
    }

    [Needs(Need.Symlink)]
    public static void ALongTarget(CaseDirectory d)
    {
        string target = string.Concat(Enumerable.Repeat("directory/", 100));
        d.Symlink(target, "link").Ok();
        d.Target("link").Is(target);
    }

    [Needs(Need.Symlink, Need.AnyBytes)]
    public static void ATargetOfAnyBytes(CaseDirectory d)
    {
        d.Symlink("\xFF\x01\xE4", "link").Ok();
        d.Target("link").Is("\xFF\x01\xE4");
    }

    [Needs(Need.Symlink)]
    public static void AnEmptyTargetIsENOENT(CaseDirectory d) => d.Symlink("", "link").Gives(ENOENT);

    [Needs(Need.Symlink)]
    public static void ATooLongTargetIsENAMETOOLONG(CaseDirectory d) =>
        d.Symlink(new string('t', 4096), "link").Gives(ENAMETOOLONG);

    [Needs(Need.Symlink)]
    public static void IsALink(CaseDirectory d)
    {
        d.Symlink("nowhere", "link").Ok();
        Status status = d.Lstat("link");
        (status.Type, status.Nlink).Is((FileMode.S_IFLNK, 1));
        status.Mtime.IsNow();
        d.TryStat("link", out _).Gives(ENOENT);
    }

    [Needs(Need.Symlink)]
    public static void LeadsThroughDirectories(CaseDirectory d)
    {
        d.Directory("d");
        d.File("d/file", "content");
        d.Symlink("d", "a").Ok();
        d.Symlink("a", "b").Ok();
        d.Content("b/file").Is("content");
        d.Stat("b/").Ino.Is(d.Stat("d").Ino);
        d.Mkdir("b/new", 755).Ok();
        d.Stat("d/new").Type.Is(FileMode.S_IFDIR);
    }

    [Needs(Need.Symlink)]
    public static void LoopsAreELOOP(CaseDirectory d)
    {
        d.Symlink("b", "a").Ok();
        d.Symlink("a", "b").Ok();
        d.Symlink("self", "self").Ok();
        d.TryStat("a", out _).Gives(ELOOP);
        d.Open("self", O_RDONLY).Gives(ELOOP);
        d.Lstat("self").Type.Is(FileMode.S_IFLNK);
    }

    [Needs(Need.Symlink)]
    public static void ReadlinkCutsAtTheBuffer(CaseDirectory d)
    {
        d.Symlink("target", "link").Ok();
        byte[] buffer = new byte[3];
        Libc.Readlinkat(d.Fd, CString.FromTerminated("link\0"u8), buffer, out int length).Ok();
        length.Is(3);
        System.Text.Encoding.Latin1.GetString(buffer).Is("tar");
    }

    public static void ReadlinkOfOthersIsEINVAL(CaseDirectory d)
    {
        d.File("file");
        d.Directory("d");
        d.Readlink("file", out _).Gives(EINVAL);
        d.Readlink("d", out _).Gives(EINVAL);
    }

    [Needs(Need.Symlink)]
    public static void Renames(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Rename("link", "renamed").Ok();
        d.Target("renamed").Is("file");
        d.Rename("renamed", "file").Ok();
        d.Lstat("file").Type.Is(FileMode.S_IFLNK);
    }

    [Needs(Need.Symlink, Need.Root)]
    public static void AnothersLinkIsFollowed(CaseDirectory d)
    {
        d.FileOf(Users.Other, "file", 600);
        d.Symlink("file", "link").Ok();
        d.Lchown("link", Users.Owner.Uid, Users.Owner.Gid).Ok();
        d.As(Users.Other, () => d.Content("link").Is("x"));
        d.As(Users.Owner, () => d.Open("link", O_RDONLY).Gives(EACCES));
    }
}
