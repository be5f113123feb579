using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>Files that lose their name while they are open.</summary>
internal static class OpenFileQuestions
{
    private const string Victim = "victim";

    /// <summary>The name is gone at once, and the data is still there for who has it open.</summary>
    public static ProbeAnswer Unlink(ProbeSite site)
    {
        using SafeFd directory = site.NewDirectory("unlink-open");
        using SafeFd file = site.NewFile(Victim, "data", directory);
        Errno errno = Libc.Unlinkat(directory, ProbeSite.Name(Victim), AtFlags.None);
        if (errno != Errno.OK)
            return ProbeAnswer.Refuses(errno);
        if (site.IsListed(Victim, directory))
            return ProbeAnswer.Ignores("the name stays until the last close");
        return ProbeAnswer.Of(Errno.OK, ProbeSite.Content(file) == "data", "its data cannot be read any more");
    }

    /// <summary>.nfs* and .smb* files, .fuse_hidden* ones, or the name itself.</summary>
    public static ProbeAnswer Leftover(ProbeSite site)
    {
        using SafeFd directory = site.NewDirectory("unlink-leftover");
        using SafeFd file = site.NewFile(Victim, "data", directory);
        Errno errno = Libc.Unlinkat(directory, ProbeSite.Name(Victim), AtFlags.None);
        if (errno != Errno.OK)
            return ProbeAnswer.Untried($"unlink is refused: {errno}");
        List<byte[]> left = site.Names(directory);
        return left.Count == 0
            ? ProbeAnswer.Accepts
            : ProbeAnswer.Ignores(ByteText.ForDisplay(left[0].AsSpan(0, left[0].Length - 1)));
    }

    public static ProbeAnswer RemoveParent(ProbeSite site)
    {
        const string Name = "unlink-rmdir";
        using SafeFd directory = site.NewDirectory(Name);
        using SafeFd file = site.NewFile(Victim, "data", directory);
        Errno errno = Libc.Unlinkat(directory, ProbeSite.Name(Victim), AtFlags.None);
        return errno == Errno.OK
            ? ProbeAnswer.Of(
                Libc.Unlinkat(site.Directory, ProbeSite.Name(Name), AtFlags.AT_REMOVEDIR), holds: true)
            : ProbeAnswer.Untried($"unlink is refused: {errno}");
    }

    public static ProbeAnswer RenameOver(ProbeSite site)
    {
        using SafeFd target = site.NewFile("rename-target", "old");
        site.NewFile("rename-source", "new").Dispose();
        Errno errno = Libc.Renameat2(
            site.Directory, ProbeSite.Name("rename-source"), site.Directory, ProbeSite.Name("rename-target"),
            RenameFlags.None);
        return ProbeAnswer.Of(errno, ProbeSite.Content(target) == "old", "the old data cannot be read any more");
    }
}
