using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>Which names a directory takes, and whether it keeps their bytes.</summary>
internal static class NameQuestions
{
    public static ProbeAnswer CaseSensitive(ProbeSite site)
    {
        site.NewFile("CaseProbe").Dispose();
        return site.TryLook("caseprobe", out _) == Errno.ENOENT
            ? ProbeAnswer.Accepts
            : ProbeAnswer.Ignores("\"A\" is found as \"a\"");
    }

    public static ProbeAnswer Longest(ProbeSite site) => Make(site, "l" + new string('o', 252) + "ng");

    public static ProbeAnswer NotUtf8(ProbeSite site) => Make(site, "byte-\uDCFF");

    public static ProbeAnswer Backslash(ProbeSite site) => Make(site, "back\\slash");

    public static ProbeAnswer Colon(ProbeSite site) => Make(site, "co:lon");

    private static ProbeAnswer Make(ProbeSite site, string name)
    {
        Errno errno = site.CreateFile(name, out SafeFd file);
        file.Dispose();
        return ProbeAnswer.Of(errno, errno == Errno.OK && site.IsListed(name), "is listed by another name");
    }
}
