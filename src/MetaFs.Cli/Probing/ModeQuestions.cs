using MetaFs.Cli.Reports;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Probing;

/// <summary>chmod(2), and files that nobody may open.</summary>
internal static class ModeQuestions
{
    private const uint Rw = FileMode.S_IRUSR | FileMode.S_IWUSR;
    private const uint All = FileMode.S_IRWXU | FileMode.S_IRWXG | FileMode.S_IRWXO;

    public static ProbeAnswer NewFileMode(ProbeSite site)
    {
        // 0600 is what no usual umask changes.
        using SafeFd file = site.NewFile("new-mode");
        uint shown = FileMode.PermissionsOf(ProbeSite.Look(file).Mode);
        return ProbeAnswer.Of(Errno.OK, shown == Rw, $"0600 shows {FieldText.Octal(shown)}");
    }

    public static ProbeAnswer ChmodFile(ProbeSite site)
    {
        using SafeFd file = site.NewFile("chmod-file");
        return Change(
            file, Rw, Rw | FileMode.S_IRGRP, Rw | FileMode.S_IXOTH, All, FileMode.S_IRUSR | FileMode.S_IRGRP);
    }

    public static ProbeAnswer ChmodDirectory(ProbeSite site)
    {
        using SafeFd directory = site.NewDirectory("chmod-directory");
        return Change(
            directory, FileMode.S_IRWXU, FileMode.S_IRWXU | FileMode.S_IRGRP | FileMode.S_IXGRP,
            FileMode.S_IRWXU | FileMode.S_IXOTH, All, FileMode.S_IRUSR | FileMode.S_IXUSR);
    }

    public static ProbeAnswer SetUserId(ProbeSite site)
    {
        using SafeFd file = site.NewFile("suid");
        return Change(file, Rw, FileMode.S_ISUID | FileMode.S_IRWXU);
    }

    public static ProbeAnswer SetGroupId(ProbeSite site)
    {
        using SafeFd file = site.NewFile("sgid");
        return Change(file, Rw, FileMode.S_ISGID | FileMode.S_IRWXU | FileMode.S_IXGRP);
    }

    public static ProbeAnswer SetGroupIdDirectory(ProbeSite site)
    {
        using SafeFd directory = site.NewDirectory("sgid-directory");
        return Change(directory, FileMode.S_IRWXU, FileMode.S_ISGID | FileMode.S_IRWXU);
    }

    public static ProbeAnswer Sticky(ProbeSite site)
    {
        using SafeFd directory = site.NewDirectory("sticky");
        return Change(directory, FileMode.S_IRWXU, FileMode.S_ISVTX | FileMode.S_IRWXU);
    }

    public static ProbeAnswer ModeZero(ProbeSite site)
    {
        const string Name = "mode-0";
        using SafeFd file = site.NewFile(Name);
        Errno errno = Libc.Fchmod(file, 0);
        if (errno != Errno.OK)
            return ProbeAnswer.Absent($"chmod 0 is refused: {errno}");
        uint shown = FileMode.PermissionsOf(ProbeSite.Look(file).Mode);

        // Not with the flags of the first open, whose handle CIFS would give out again without asking the server.
        errno = Libc.Openat(
            site.Directory, ProbeSite.Name(Name), OpenFlags.O_WRONLY | OpenFlags.O_NOFOLLOW, 0, out SafeFd again);
        again.Dispose();
        Libc.Fchmod(file, Rw);
        if (errno == Errno.OK && shown != 0)
            return ProbeAnswer.Absent($"chmod 0 shows {FieldText.Octal(shown)}");
        return ProbeAnswer.Of(errno, holds: true);
    }

    private static ProbeAnswer Change(SafeFd file, uint afterwards, params uint[] modes)
    {
        var answers = new List<ProbeAnswer>();
        foreach (uint mode in modes)
        {
            Errno errno = Libc.Fchmod(file, mode);
            uint shown = FileMode.PermissionsOf(ProbeSite.Look(file).Mode);
            answers.Add(JudgeMode(errno, mode, shown));
        }

        // SMB makes a file without write permission one that cannot be removed.
        Libc.Fchmod(file, afterwards);
        return ProbeAnswer.Sum(answers);
    }

    internal static ProbeAnswer JudgeMode(Errno errno, uint wanted, uint shown) =>
        errno != Errno.OK
            ? ProbeAnswer.Refuses(errno, $"{FieldText.Octal(wanted)}: {errno}")
            : ProbeAnswer.Of(Errno.OK, shown == wanted, $"{FieldText.Octal(wanted)} shows {FieldText.Octal(shown)}");
}
