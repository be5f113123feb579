namespace MetaFs.Mount.Tests.Semantics;

/// <summary>
/// What a file system does with extended attributes and ACLs (Scripts/xattrs.py), as text: on the machine's disk, and over
/// shares that have some of them or none.
/// </summary>
public sealed class XattrOracleTests : MountTest
{
    private const string RecordAll = "chown=record,chmod=record,utimens=record";

    private readonly Workspace _workspace;
    private readonly string _source;
    private readonly string _mountPoint;

    public XattrOracleTests(ITestOutputHelper output)
        : base(output)
    {
        _workspace = Mine(new Workspace());
        _source = _workspace.MakeDirectory("source");
        _mountPoint = _workspace.MakeDirectory("mnt");
        _workspace.MakeDirectory("records", 700);
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("xattrs=auto")]
    [InlineData("xattrs=share")]
    [InlineData("xattrs=overlay")]
    [InlineData("xattrs=overlay," + RecordAll)]
    [InlineData(RecordAll)]
    public void OverADirectoryOfTheDisk(string options) => Compare(_source, options);

    [RootFact]
    [Trait("speed", "slow")]
    public void OverTmpfs()
    {
        string tmpfs = _workspace.MakeDirectory("tmpfs");
        Command.Run("mount", "-t", "tmpfs", "-o", "mode=755", "none", tmpfs).MustSucceed();
        try
        {
            Compare(tmpfs, "");
        }
        finally
        {
            Command.Run("umount", tmpfs).MustSucceed();
        }
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [InlineData("lack xattrs")]
    [InlineData("refuse setxattr,removexattr EACCES")]
    [InlineData("refuse setxattr E2BIG")]
    [InlineData("refuse setxattr,removexattr EPERM on D")]
    public void OverAShareThatRefuses(string fault)
    {
        string share = _workspace.MakeDirectory("share");
        using ShareSimProcess sim = ShareSimProcess.Start(_source, share, "--fault", fault);
        Compare(share, "", without: "tmpfile,fallocate,unknown");
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void OverBindfsWithNoneAtAll()
    {
        string share = _workspace.MakeDirectory("share");
        Command.Run("bindfs", "--xattr-none", "--chown-ignore", "--chmod-ignore", _source, share).MustSucceed();
        try
        {
            Compare(share, "", without: "tmpfile,fallocate");
        }
        finally
        {
            Command.Run("umount", share).MustSucceed();
        }
    }

    private void Compare(string share, string options, string without = "")
    {
        string oracle = _workspace.MakeDirectory("oracle");
        string expected = Script(oracle, "--without", without);
        MountPlan plan = new(share, _mountPoint, _workspace.Path + "/records/metafs.db")
        {
            Options = $"suid,dev{(options.Length > 0 ? "," : "")}{options}",
        };
        string directory = _mountPoint + "/w";
        using (MetaFsMount mount = MetaFsMount.Start(plan))
        {
            Posix.Mkdir(directory, Oct(755)).Ok();
            AssertSame(expected, Script(directory, "--without", without));
            mount.Kill();
        }

        string last = Script(oracle, "--look");
        using MetaFsMount again = MetaFsMount.Start(plan);
        AssertSame(last, Script(directory, "--look"));
        Command.Run("rm", "-r", directory).MustSucceed();
        Assert.Equal("0", Sql(plan.Database, "SELECT count(*) FROM xattr"));
    }

    private static string Script(string directory, params string[] arguments) => Command.Run(
        "/usr/bin/python3", [AppContext.BaseDirectory + "/Scripts/xattrs.py", directory, .. arguments]).MustSucceed();

    private static string Sql(string database, string query) => Command.Python(null, """
        import sqlite3, sys
        print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])
        """, database, query).MustSucceed().Trim();

    // Line by line: the first difference says more than two texts of five hundred lines.
    private static void AssertSame(string expected, string actual)
    {
        string[] wanted = expected.Split('\n'), shown = actual.Split('\n');
        for (int i = 0; i < Math.Min(wanted.Length, shown.Length); i++)
        {
            Assert.True(
                wanted[i] == shown[i],
                $"line {i}:\n  {wanted[i]}\n  {shown[i]}\nafter\n{string.Join('\n', wanted[Math.Max(0, i - 12)..i])}");
        }

        Assert.Equal(wanted.Length, shown.Length);
    }
}
