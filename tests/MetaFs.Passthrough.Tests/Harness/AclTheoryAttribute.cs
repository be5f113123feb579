using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A theory that is skipped where there are no ACLs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AclTheoryAttribute : TheoryAttribute
{
    public AclTheoryAttribute()
    {
        using var directory = new BackingDirectory();
        byte[] acl = AclBytes.Of("1:7 4:5 32:0");
        if (Libc.Fsetxattr(directory.Fd, Names.Z("system.posix_acl_access"), acl, 0) != Errno.OK)
            Skip = "the temporary directory's file system has no ACLs";
    }
}
