namespace MetaFs.Cli.Tests;

/// <summary>packaging/metafs@.service: takes away what a mount does not need, and nothing that it does.</summary>
public sealed class ServiceUnitTests
{
    private static readonly string[] s_lines =
        File.ReadAllLines(Path.Combine(Checkout.Directory, "packaging", "metafs@.service"));

    [Theory]
    [InlineData("NoNewPrivileges=yes")]
    [InlineData("RestrictAddressFamilies=AF_UNIX")]
    [InlineData("SystemCallArchitectures=native")]
    [InlineData("LockPersonality=yes")]
    [InlineData("RestrictRealtime=yes")]
    [InlineData("RestrictNamespaces=yes")]
    public void What_a_mount_does_not_need_is_off(string line) => Assert.Contains(line, s_lines);

    /// <remarks>
    /// systemd.exec(5): the first line are those that make a mount name space, in which nobody else would see the mount; of the
    /// others one each: the JIT compiler, chmod u+s on the share, /dev/fuse, referrals of CIFS and NFS.
    /// </remarks>
    [Theory]
    [InlineData("Protect Private ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths BindPaths BindReadOnlyPaths "
        + "TemporaryFileSystem MountFlags MountAPIVFS MountImages RootDirectory RootImage ProcSubset DynamicUser ExtensionImages")]
    [InlineData("MemoryDenyWriteExecute")]
    [InlineData("RestrictSUIDSGID")]
    [InlineData("DeviceAllow DevicePolicy")]
    [InlineData("IPAddressDeny")]
    public void What_would_break_a_mount_is_not_there(string directives)
    {
        foreach (string directive in directives.Split(' '))
            Assert.DoesNotContain(s_lines, line => line.StartsWith(directive, StringComparison.Ordinal));
    }

    [Fact]
    public void The_capabilities_of_a_file_server_stay()
    {
        string[] taken = [.. s_lines.Where(line => line.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal))
            .SelectMany(line =>
            {
                Assert.StartsWith("CapabilityBoundingSet=~", line, StringComparison.Ordinal);
                return line["CapabilityBoundingSet=~".Length..].Split(' ');
            })];
        Assert.Contains("CAP_SYS_MODULE", taken);
        Assert.Contains("CAP_NET_ADMIN", taken);
        const string needed = "SYS_ADMIN DAC_OVERRIDE DAC_READ_SEARCH CHOWN FOWNER FSETID MKNOD SETUID SETGID SETPCAP SETFCAP "
            + "LINUX_IMMUTABLE LEASE KILL SYS_CHROOT SYS_NICE SYS_RESOURCE SYS_PTRACE IPC_LOCK MAC_ADMIN MAC_OVERRIDE";
        Assert.Empty(taken.Intersect(needed.Split(' ').Select(name => "CAP_" + name)));
        Assert.Equal(taken.Distinct(), taken);
    }
}
