using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A theory that is skipped for others than root, and where the share has no attributes or does not list all.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootXattrTheoryAttribute : RootTheoryAttribute
{
    public RootXattrTheoryAttribute()
    {
        if (Skip is not null)
            return;
        using var directory = new BackingDirectory();
        Span<byte> names = stackalloc byte[1000];
        if (Libc.Fsetxattr(directory.Fd, Names.Z("user.test"), "x"u8, 0) != Errno.OK
            || Libc.Fsetxattr(directory.Fd, Names.Z("system.posix_acl_access"), AclBytes.Of("1:7 2:7:0 4:5 16:7 32:0"), 0) != Errno.OK
            || Libc.Flistxattr(directory.Fd, names, out int size) != Errno.OK
            || names[..size].IndexOf("system.posix_acl_access\0"u8) < 0)
            Skip = "the temporary directory's file system has not all attributes, or does not list them";
    }
}
