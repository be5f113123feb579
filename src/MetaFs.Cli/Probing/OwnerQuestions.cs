using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>chown(2), and whose a new file is.</summary>
internal static class OwnerQuestions
{
    // Ids that every user name space has; two, since a share may show one of them to everybody.
    private const uint FirstId = 1;
    private const uint SecondId = 2;

    public static ProbeAnswer NewFileOwner(ProbeSite site)
    {
        using SafeFd file = site.NewFile("new-owner");
        Statx stat = ProbeSite.Look(file);

        // A set-group-ID directory, or one mounted with bsdgroups, hands its group down.
        bool holds = stat.Uid == site.Uid && (stat.Gid == site.Gid || stat.Gid == ProbeSite.Look(site.Directory).Gid);
        return ProbeAnswer.Of(Errno.OK, holds, $"shows {Text(stat.Uid)}:{Text(stat.Gid)}");
    }

    public static ProbeAnswer ChownUser(ProbeSite site)
    {
        using SafeFd file = site.NewFile("chown-user");
        uint wanted = Other(ProbeSite.Look(file).Uid);
        Errno errno = Chown(file, wanted, uint.MaxValue);
        uint shown = ProbeSite.Look(file).Uid;
        ProbeAnswer answer = ProbeAnswer.Of(errno, shown == wanted, $"{Text(wanted)} shows {Text(shown)}");
        return errno == Errno.EPERM && !site.IsRoot
            ? answer with { Detail = "as a local disk answers anybody but root" }
            : answer;
    }

    public static ProbeAnswer ChownGroup(ProbeSite site)
    {
        using SafeFd file = site.NewFile("chown-group");
        uint before = ProbeSite.Look(file).Gid;
        uint wanted = Other(before);
        if (!site.IsRoot)
        {
            uint[] groups = [site.Gid, .. ProbeSite.SupplementaryGroups()];
            int index = Array.FindIndex(groups, g => g != before);
            if (index < 0)
                return ProbeAnswer.Untried("you are in no other group");
            wanted = groups[index];
        }

        Errno errno = Chown(file, uint.MaxValue, wanted);
        uint shown = ProbeSite.Look(file).Gid;
        return ProbeAnswer.Of(errno, shown == wanted, $"{Text(wanted)} shows {Text(shown)}");
    }

    private static Errno Chown(SafeFd file, uint uid, uint gid) =>
        Libc.Fchownat(file, CString.Empty, uid, gid, AtFlags.AT_EMPTY_PATH);

    // What is shown already proves nothing.
    private static uint Other(uint shown) => shown == FirstId ? SecondId : FirstId;

    private static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
