namespace MetaFs.Mount.Tests.Mounting;

/// <summary>A workspace with a plain share, a mount point and a place for records; each test mounts by itself.</summary>
public abstract class MountingTest : MountTest
{
    protected MountingTest(ITestOutputHelper output)
        : base(output)
    {
        Workspace = Mine(new Workspace());
        Source = Workspace.MakeDirectory("source");
        MountPoint = Workspace.MakeDirectory("mnt");
        Records = Workspace.MakeDirectory("records", 700);
        Posix.CreateFile(Source + "/f", "text");
    }

    protected Workspace Workspace { get; }

    protected string Source { get; }

    protected string MountPoint { get; }

    protected string Records { get; }

    protected string Database => Records + "/metafs.db";

    protected MountPlan Plan => new(Source, MountPoint, Database);

    /// <summary><c>metafs mount</c> that has to fail: returns what it said, and nothing may be mounted.</summary>
    protected string MustNotMount(string source, string mountPoint, string options)
    {
        CommandResult result = MetaFsProgram.Run(null, "mount", source, mountPoint, "-o", options);
        try
        {
            string said = result.MustFail();
            Assert.DoesNotContain("   at ", said, StringComparison.Ordinal); // no stack trace
            Assert.False(MountTable.IsMetaFs(mountPoint));
            Output.WriteLine(said);
            return said;
        }
        finally
        {
            if (MountTable.IsMetaFs(mountPoint))
                MetaFsProgram.Run(null, "umount", mountPoint);
        }
    }
}
