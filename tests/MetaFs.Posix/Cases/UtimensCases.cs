// utimensat(2), futimens(3): who may, and which halves
namespace MetaFs.Posix.Cases;

internal static class UtimensCases
{
    private const long Old = 1_000_000_000;
    private static readonly Timespec s_some = Timespec.FromNanoseconds(5);

    public static void OmitKeepsTheOtherTime(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", 11, 22).Ok();
        d.Utimens("file", Timespec.Omit, Timespec.FromNanoseconds(33)).Ok();
        Times(d, "file").Is((11, 33));
        d.Utimens("file", Timespec.FromNanoseconds(44), Timespec.Omit).Ok();
        Times(d, "file").Is((44, 33));
        d.Utimens("file", Timespec.Omit, Timespec.Omit).Ok();
        Times(d, "file").Is((44, 33));
    }

    public static void NowIsNow(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", Old, Old).Ok();
        d.Utimens("file", Timespec.Omit, Timespec.Now).Ok();
        d.Stat("file").Mtime.IsNow();
        d.Utimens("file", Old, Old).Ok();
        d.Utimens("file", Timespec.Now, Timespec.Now).Ok();
        d.Stat("file").Mtime.IsNow();
    }

    [Needs(Need.PromptAtime)]
    public static void NowOfAtimeKeepsMtime(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", Old, Old).Ok();
        d.Utimens("file", Timespec.Now, Timespec.Omit).Ok();
        d.Stat("file").Atime.IsNow();
        d.Stat("file").Mtime.Is(Old);
    }

    /// <summary>The CIFS client shows no atime that is older than mtime, some time after it was set.</summary>
    [Needs(Need.QuietAtime)]
    public static void NowOfMtimeKeepsAtime(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", Old, Old).Ok();
        d.Utimens("file", Timespec.Omit, Timespec.Now).Ok();
        d.Stat("file").Atime.Is(Old);
    }

    public static void ATimeAndNowTogether(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", s_some, Timespec.Now).Ok();
        d.Stat("file").Atime.Is(5);
        d.Stat("file").Mtime.IsNow();
    }

    [Needs(Need.FineAtime)]
    public static void NowAndATimeTogether(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", Timespec.Now, s_some).Ok();
        d.Stat("file").Atime.IsNow();
        d.Stat("file").Mtime.Is(5);
    }

    public static void NanosecondsBeyondASecondAreEINVAL(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", Old, Old).Ok();
        foreach (long wrong in (long[])[-1, 1_000_000_000, long.MaxValue])
            d.Utimens("file", new Timespec(1, wrong), Timespec.Now).Gives(EINVAL);
        Times(d, "file").Is((Old, Old));
    }

    [Needs(Need.Symlink)]
    public static void FollowsASymlink(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Utimens("link", 11, 22).Ok();
        Times(d, "file").Is((11, 22));
        d.Lstat("link").Mtime.IsNow();
    }

    [Needs(Need.Symlink)]
    public static void NofollowSetsTheLink(CaseDirectory d)
    {
        d.File("file");
        d.Symlink("file", "link").Ok();
        d.Utimens("link", 11, 22, AtFlags.AT_SYMLINK_NOFOLLOW).Ok();
        d.Lstat("link").Mtime.Is(22);
        d.Lstat("link").Atime.Is(11);
        d.Stat("file").Mtime.IsNow();
    }

    [Needs(Need.Symlink)]
    public static void OfADanglingSymlink(CaseDirectory d)
    {
        d.Symlink("nowhere", "link").Ok();
        d.Utimens("link", 11, 22).Gives(ENOENT);
        d.Utimens("link", 11, 22, AtFlags.AT_SYMLINK_NOFOLLOW).Ok();
        d.Lstat("link").Mtime.Is(22);
    }

    public static void FutimensBothWays(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Utimens(11, 22).Ok();
        (fd.Stat().Atime, fd.Stat().Mtime).Is((11, 22));
        Times(d, "file").Is((11, 22));
    }

    public static void FutimensOfAReadOnlyDescriptor(CaseDirectory d)
    {
        d.File("file");
        d.Opened("file", O_RDONLY).Utimens(11, 22).Ok();
        Times(d, "file").Is((11, 22));
    }

    public static void FutimensOfADirectory(CaseDirectory d)
    {
        d.Directory("d");
        d.Opened("d", O_RDONLY | O_DIRECTORY).Utimens(11, 22).Ok();
        Times(d, "d").Is((11, 22));
    }

    public static void SetBeforeCloseStands(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_WRONLY | O_CREAT | O_EXCL, 600);
        fd.Write("content").Ok();
        fd.Utimens(11, 22).Ok();
        fd.Chmod(640).Ok();
        fd.Dispose();
        Times(d, "file").Is((11, 22));
        d.Stat("file").Mode.Is(640);
    }

    [Needs(Need.Link, Need.LinkedInodes)]
    public static void ShowsByEveryName(CaseDirectory d)
    {
        d.File("file");
        d.Link("file", "link").Ok();
        d.Utimens("link", 11, 22).Ok();
        Times(d, "file").Is((11, 22));
        Times(d, "link").Is((11, 22));
    }

    public static void OwnerMayWithoutAnyPermission(CaseDirectory d) => d.AsOrdinary(() =>
    {
        d.File("file", "x", mode: 0);
        d.Utimens("file", 11, 22).Ok();
        Times(d, "file").Is((11, 22));
        d.Utimens("file", Timespec.Now, Timespec.Now).Ok();
        d.Stat("file").Mtime.IsNow();
    });

    [Needs(Need.Root)]
    public static void AWriterMaySetNowOnly(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 662, Users.Group);
        foreach (Identity who in (Identity[])[Users.Other, Users.Member, Users.Supplementary])
        {
            d.Row = $"uid {who.Uid}";
            d.Utimens("file", Old, Old).Ok();
            d.As(who, () =>
            {
                d.Utimens("file", 5, 6).Gives(EPERM);
                d.Utimens("file", Timespec.Omit, Timespec.Now).Gives(EPERM);
                d.Utimens("file", Timespec.Now, Timespec.Omit).Gives(EPERM);
                d.Utimens("file", Timespec.Omit, Timespec.Omit).Ok();
                Times(d, "file").Is((Old, Old));
                d.Utimens("file", Timespec.Now, Timespec.Now).Ok();
            });
            d.Stat("file").Mtime.IsNow();
        }
    }

    [Needs(Need.Root)]
    public static void AReaderMayNot(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644);
        d.Utimens("file", Old, Old).Ok();
        d.As(Users.Other, () =>
        {
            d.Utimens("file", Timespec.Now, Timespec.Now).Gives(EACCES);
            d.Utimens("file", 5, 6).Gives(EPERM);
            d.Utimens("file", Timespec.Omit, Timespec.Omit).Ok();
        });
        Times(d, "file").Is((Old, Old));
    }

    [Needs(Need.Root)]
    public static void RootMay(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 0);
        d.Utimens("file", 11, 22).Ok();
        Times(d, "file").Is((11, 22));
        d.Stat("file").Owner.Is(Users.Owner.Owner);
    }

    private static (long Atime, long Mtime) Times(CaseDirectory d, string path) =>
        (d.Stat(path).Atime, d.Stat(path).Mtime);
}
