// What every call answers to paths that lead nowhere
namespace MetaFs.Posix.Cases;

internal static class PathErrorsCases
{
    /// <summary>A call that takes a path.</summary>
    /// <param name="Name">As in C.</param>
    /// <param name="Follows">Whether it follows a symbolic link at the end of the path.</param>
    /// <param name="Makes">Whether it makes the name, so that a missing one is no error.</param>
    /// <param name="Try">The call; "file" can be its other path.</param>
    /// <param name="Needs">What the directory must have for it.</param>
    private sealed record Call(
        string Name, bool Follows, bool Makes, Func<CaseDirectory, string, Errno> Try, params Need[] Needs);

    private static readonly Call[] s_calls =
    [
        new("open", true, false, (d, path) => d.Open(path, O_RDONLY)),
        new("creat", true, true, (d, path) => d.Open(path, O_WRONLY | O_CREAT, 600)),
        new("opendir", true, false, (d, path) => d.Open(path, O_RDONLY | O_DIRECTORY)),
        new("stat", true, false, (d, path) => d.TryStat(path, out _)),
        new("lstat", false, false, (d, path) => d.TryLstat(path, out _)),
        new("access", true, false, (d, path) => d.Access(path, Libc.R_OK)),
        new("mkdir", false, true, (d, path) => d.Mkdir(path, 755)),
        new("rmdir", false, false, (d, path) => d.Rmdir(path)),
        new("unlink", false, false, (d, path) => d.Unlink(path)),
        new("link.from", false, false, (d, path) => d.Link(path, "new"), Need.Link),
        new("link.to", false, true, (d, path) => d.Link("file", path), Need.Link),
        new("symlink", false, true, (d, path) => d.Symlink("nowhere", path), Need.Symlink),
        new("readlink", false, false, (d, path) => d.Readlink(path, out _)),
        new("mkfifo", false, true, (d, path) => d.Mkfifo(path, 600), Need.Fifo),
        new("mknod", false, true, (d, path) => d.Mknod(path, FileMode.S_IFREG, 600), Need.Mknod),
        new("rename.from", false, false, (d, path) => d.Rename(path, "new")),
        new("rename.to", false, true, (d, path) => d.Rename("file", path)),
        new("chmod", true, false, (d, path) => d.Chmod(path, 600)),
        new("chown", true, false, (d, path) => d.Chown(path, d.Ordinary.Uid, CaseDirectory.Keep)),
        new("lchown", false, false, (d, path) => d.Lchown(path, d.Ordinary.Uid, CaseDirectory.Keep)),
        new("utimensat", true, false, (d, path) => d.Utimens(path, 11, 22)),
        new("truncate", true, false, (d, path) => d.Truncate(path, 0)),
    ];

    public static IEnumerable<Case> AFileOnTheWay() => Each("AFileOnTheWay.ENOTDIR", (d, call) =>
    {
        d.File("other");
        call.Try(d, "other/x").Gives(ENOTDIR);
        call.Try(d, "other/.").Gives(ENOTDIR);
    });

    public static IEnumerable<Case> NothingOnTheWay() => Each("NothingOnTheWay.ENOENT", (d, call) =>
        call.Try(d, "none/x").Gives(ENOENT));

    /// <summary>Not of utimensat: its wrapper takes an empty path for the directory itself.</summary>
    public static IEnumerable<Case> NoPath() => Each("NoPath.ENOENT", call => call.Name != "utimensat", [],
        (d, call) => call.Try(d, "").Gives(ENOENT));

    public static IEnumerable<Case> NothingAtTheEnd() => Each("NothingAtTheEnd.ENOENT", call => !call.Makes, [],
        (d, call) =>
        {
            call.Try(d, "none").Gives(ENOENT);
            d.Directory("d");
            call.Try(d, "d/none").Gives(ENOENT);
        });

    public static IEnumerable<Case> ANameOf256Bytes() => Each(
        "ANameOf256Bytes.ENAMETOOLONG", _ => true, [Need.NameLimit], (d, call) =>
        {
            string name = new('n', 256);
            call.Try(d, name).Gives(ENAMETOOLONG);
            call.Try(d, $"{name}/x").Gives(ENAMETOOLONG);
        });

    public static IEnumerable<Case> APathOf4096Bytes() => Each("APathOf4096Bytes.ENAMETOOLONG", (d, call) =>
        call.Try(d, string.Concat(Enumerable.Repeat("./", 2047)) + "xx").Gives(ENAMETOOLONG));

    public static IEnumerable<Case> ALoopOnTheWay() => Each("ALoopOnTheWay.ELOOP", _ => true, [Need.Symlink],
        (d, call) =>
        {
            d.Symlink("b", "a").Ok();
            d.Symlink("a", "b").Ok();
            call.Try(d, "a/x").Gives(ELOOP);
        });

    public static IEnumerable<Case> ALoopAtTheEnd() => Each("ALoopAtTheEnd.ELOOP", call => call.Follows, [Need.Symlink],
        (d, call) =>
        {
            d.Symlink("self", "self").Ok();
            call.Try(d, "self").Gives(ELOOP);
        });

    public static IEnumerable<Case> AClosedDirectory() => Each("AClosedDirectory.EACCES", (d, call) =>
        d.AsOrdinary(() =>
        {
            d.Directory("closed");
            d.File("closed/x");
            d.Chmod("closed", 600).Ok();
            call.Try(d, "closed/x").Gives(EACCES);
            call.Try(d, "closed/none").Gives(EACCES);
            d.Chmod("closed", 700).Ok();
            d.Stat("closed/x").Size.Is(0);
        }));

    public static IEnumerable<Case> AReadOnlyDirectory() => Each("AReadOnlyDirectory.EACCES", call => call.Makes, [],
        (d, call) => d.AsOrdinary(() =>
        {
            d.Directory("d", 555);
            call.Try(d, "d/new").Gives(EACCES);
            d.Exists("d/new").Is(false);
        }));

    private static IEnumerable<Case> Each(string name, Action<CaseDirectory, Call> check) =>
        Each(name, _ => true, [], check);

    private static IEnumerable<Case> Each(
        string name, Func<Call, bool> which, Need[] needs, Action<CaseDirectory, Call> check) =>
        s_calls.Where(which).Select(call => new Case($"{name}.{call.Name}", [.. call.Needs, .. needs], d =>
        {
            d.File("file"); // belongs to whoever may link and rename it
            d.Chown("file", d.Ordinary.Uid, CaseDirectory.Keep).Ok();
            check(d, call);
        }));
}
