using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A test that is skipped where there are no user.* attributes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class XattrFactAttribute : FactAttribute
{
    public XattrFactAttribute()
    {
        using var directory = new BackingDirectory();
        if (Libc.Fsetxattr(directory.Fd, Names.Z("user.test"), "x"u8, 0) != Errno.OK)
            Skip = "the temporary directory's file system has no user.* attributes";
    }
}
