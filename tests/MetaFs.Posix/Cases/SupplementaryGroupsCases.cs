// Groups beyond the first
namespace MetaFs.Posix.Cases;

internal static class SupplementaryGroupsCases
{
    [Needs(Need.Root)]
    public static void Read(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 640, Users.Group);
        d.As(Users.Supplementary, () =>
        {
            d.Content("file").Is("x");
            d.Open("file", O_WRONLY).Gives(EACCES);
        });
    }

    [Needs(Need.Root)]
    public static void Write(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 620, Users.Group);
        d.As(Users.Supplementary, () =>
        {
            d.Append("file", "more").Ok();
            d.Open("file", O_RDONLY).Gives(EACCES);
        });
    }

    [Needs(Need.Root)]
    public static void MakeNames(CaseDirectory d)
    {
        d.DirectoryOf(Users.Owner, "d", 770, Users.Group);
        d.As(Users.Supplementary, () =>
        {
            d.File("d/file");
            d.Rename("d/file", "d/renamed").Ok();
            d.Unlink("d/renamed").Ok();
        });
        d.As(Users.Other, () => d.TryStat("d/x", out _).Gives(EACCES));
    }

    [Needs(Need.Root)]
    public static void TheGroupsClassCountsBeforeOthers(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 606, Users.Group);
        d.As(Users.Supplementary, () => d.Open("file", O_RDONLY).Gives(EACCES));
        d.As(Users.Other, () => d.Open("file", O_RDONLY).Ok());
    }

    [Needs(Need.Root)]
    public static void OwnersGiveFilesToTheirGroups(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644);
        d.As(Users.Owner, () =>
        {
            d.Chown("file", CaseDirectory.Keep, Users.Group).Ok();
            d.Stat("file").Gid.Is(Users.Group);
            d.Chown("file", Users.Owner.Uid, Users.Owner.Gid).Ok();
            d.Chown("file", CaseDirectory.Keep, 3000).Gives(EPERM);
        });
        d.Stat("file").Owner.Is(Users.Owner.Owner);
    }

    [Needs(Need.Root)]
    public static void OwnersInTheGroupKeepSetgid(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644, Users.Group);
        d.As(Users.Owner, () => d.Chmod("file", 2755).Ok());
        d.Stat("file").Mode.Is(2755);
    }

    [Needs(Need.Root)]
    public static void ManyGroups(CaseDirectory d)
    {
        uint[] many = [.. Enumerable.Range(5000, 30).Select(group => (uint)group)];
        d.FileOf(Users.Owner, "last", 640, many[^1]);
        d.FileOf(Users.Owner, "other", 640, 5100);
        d.As(new Identity(2005, 2005, many), () =>
        {
            d.Content("last").Is("x");
            d.Open("other", O_RDONLY).Gives(EACCES);
        });
    }

    public static void OnesOwnGroupsOfTheProcess(CaseDirectory d)
    {
        d.File("file");
        foreach (uint group in Syscalls.Getgroups().Append(d.Me.Gid))
        {
            d.Row = $"group {group}";
            d.Chown("file", CaseDirectory.Keep, group).Ok();
            d.Stat("file").Gid.Is(group);
            d.Chmod("file", 2755).Ok();
            d.Stat("file").Mode.Is(2755);
        }
    }
}
