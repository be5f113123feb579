using MetaFs.Cli.Mounting;
using MetaFs.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace MetaFs.Cli.Tests.Mounting;

public sealed class DatabaseOwnersTests
{
    private const uint Root = 0;
    private const uint User = 1000;
    private const uint Other = 1001;
    private const uint Nobody = 65534;

    [Theory]
    [InlineData(Root, Root, "600", null)]
    [InlineData(Root, Root, "644", null)]
    [InlineData(Root, User, "600", "Owner")]
    [InlineData(Root, Nobody, "600", "Owner")]
    [InlineData(Root, Root, "620", "Mode")]
    [InlineData(Root, Root, "602", "Mode")]
    [InlineData(User, User, "600", null)]
    [InlineData(User, Root, "644", null)]
    [InlineData(User, Other, "600", "Owner")]
    [InlineData(User, User, "664", null)] // as cp makes a copy under umask 002; it is made private
    public void A_file_is_the_daemon_s_or_root_s_alone(uint daemon, uint owner, string mode, string? fault) =>
        Assert.Equal(fault, DatabaseOwners.FileFault(Of(owner, "100" + mode), daemon)?.ToString());

    [Fact]
    public void A_link_is_left_to_who_refuses_links() =>
        Assert.Null(DatabaseOwners.FileFault(Of(Root, "120777"), Root));

    [Fact]
    public void What_is_missing_is_nobody_s_fault()
    {
        using TempDirectory temp = new();
        DatabaseOwners.Check(temp.Path + "/none/metafs.db", Libc.Geteuid(), NullLogger.Instance);
        DatabaseOwners.Check(temp.Path + "/metafs.db", Libc.Geteuid(), NullLogger.Instance);
    }

    private static Statx Of(uint owner, string mode) => new() { Uid = owner, Mode = Convert.ToUInt32(mode, 8) };
}
