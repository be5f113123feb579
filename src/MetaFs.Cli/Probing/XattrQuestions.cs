using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>Extended attributes and access control lists.</summary>
internal static class XattrQuestions
{
    // posix_acl_xattr.h: version 2, then tag, permissions, id: user:: rw, user:1 r, group:: r, mask:: r, other:: none.
    private static readonly byte[] s_acl =
    [
        2, 0, 0, 0,
        0x01, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        0x02, 0, 4, 0, 1, 0, 0, 0,
        0x04, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        0x10, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        0x20, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    public static ProbeAnswer User(ProbeSite site) => Set(site, "user-xattr", "user.metafs-probe", "value"u8.ToArray());

    public static ProbeAnswer Trusted(ProbeSite site) =>
        IfPrivileged(site, "trusted-xattr", "trusted.metafs-probe");

    public static ProbeAnswer Security(ProbeSite site) =>
        IfPrivileged(site, "security-xattr", "security.metafs-probe");

    public static ProbeAnswer PosixAcl(ProbeSite site) => Set(site, "posix-acl", "system.posix_acl_access", s_acl);

    private static ProbeAnswer IfPrivileged(ProbeSite site, string file, string name) =>
        Capabilities.Has(Capabilities.CAP_SYS_ADMIN)
            ? Set(site, file, name, "value"u8.ToArray())
            : ProbeAnswer.Untried("only root may set them");

    private static ProbeAnswer Set(ProbeSite site, string fileName, string name, byte[] value)
    {
        using SafeFd file = site.NewFile(fileName);
        Errno errno = Libc.Fsetxattr(file, ProbeSite.Name(name), value, 0);
        if (errno != Errno.OK)
            return ProbeAnswer.Refuses(errno);
        byte[] shown = new byte[256];
        errno = Libc.Fgetxattr(file, ProbeSite.Name(name), shown, out int size);
        return ProbeAnswer.Of(
            Errno.OK, errno == Errno.OK && shown.AsSpan(0, size).SequenceEqual(value),
            errno == Errno.OK ? "shows another value" : $"reading it back: {errno}");
    }
}
