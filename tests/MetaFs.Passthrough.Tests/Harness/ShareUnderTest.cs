// The file system over a directory of its own, called as the dispatcher calls it.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A share, its overlay and the file system over both; counts the lookups that a kernel would owe.</summary>
internal sealed partial class ShareUnderTest : IDisposable
{
    /// <summary>As a share that keeps nothing: all goes to the record.</summary>
    public static readonly PassthroughOptions Recording = new()
    {
        Chown = SetPolicy.Record,
        Chmod = SetPolicy.Record,
        Utimens = SetPolicy.Record,
    };

    // METAFS_TEST_IDENTITY=name has every test run on a volume kept by name.
    private static readonly IdentityPolicy? s_identity =
        Enum.TryParse(Environment.GetEnvironmentVariable("METAFS_TEST_IDENTITY"), true, out IdentityPolicy asked)
            ? asked
            : null;

    private readonly DirectoryInfo _databaseDirectory = Directory.CreateTempSubdirectory("metafs-passthrough-db-");
    private readonly Dictionary<NodeId, ulong> _lookups = [];
    private readonly string _source;

    public ShareUnderTest(PassthroughOptions? options = null, string? source = null)
    {
        Share = new BackingDirectory();
        _source = source ?? Share.Path;
        (Store, Fs) = Mount(options ?? new PassthroughOptions());
    }

    public BackingDirectory Share { get; }

    public FaultyStore Store { get; private set; }

    public PassthroughFileSystem Fs { get; private set; }

    public ListLogger Log { get; } = new();

    public string Database => Path.Combine(_databaseDirectory.FullName, "overlay.db");

    /// <summary>Who the daemon is: the owner the share gives to what it makes.</summary>
    public static RequestContext Daemon => new(1, Libc.Geteuid(), Libc.Getegid(), 1);

    public static RequestContext User(uint uid, uint gid) => new(1, uid, gid, 1);

    /// <summary>Ends the file system and starts another one on the same share and database.</summary>
    public void Remount(PassthroughOptions options)
    {
        Unmount();
        _lookups.Clear();
        (Store, Fs) = Mount(options);
    }

    /// <summary>The same after a daemon that was killed: nothing was tidied up.</summary>
    /// <param name="options">Of the new mount.</param>
    /// <param name="failing">What its disk refuses from the beginning.</param>
    public void RemountAfterKill(PassthroughOptions options, StoreCalls failing = StoreCalls.None)
    {
        Fs.Dispose();
        Store.Dispose();
        _lookups.Clear();
        (Store, Fs) = Mount(options, failing);
    }

    /// <summary>Takes back every lookup that was counted.</summary>
    public void ForgetAll()
    {
        foreach ((NodeId node, ulong count) in _lookups)
            Fs.Forget(node, count);
        _lookups.Clear();
    }

    /// <summary>Takes back what was counted for one node.</summary>
    public void Forget(NodeId node)
    {
        if (_lookups.Remove(node, out ulong count))
            Fs.Forget(node, count);
    }

    /// <summary>Counts a lookup that a test made on <see cref="Fs"/> itself.</summary>
    public FuseEntryOut Counted(FuseEntryOut entry)
    {
        Assert.NotEqual(0UL, entry.Nodeid);
        var node = new NodeId(entry.Nodeid);
        _lookups[node] = _lookups.GetValueOrDefault(node) + 1;
        return entry;
    }

    public InodeKey KeyOf(ulong ino) => new(Assert.Single(Store.Volumes()).Id, ino);

    /// <summary>The row of an inode, as the database has it.</summary>
    public InodeRecord? RowOf(ulong ino)
    {
        OverlayStatus status = Store.Get(KeyOf(ino), out InodeRecord? record);
        Assert.Equal(record is null ? OverlayStatus.NotFound : OverlayStatus.Ok, status);
        return record;
    }

    /// <summary>The row of what has a name on the share.</summary>
    public InodeRecord? RowOf(string name) => RowOf(Share.Stat(name).Ino);

    /// <summary>Rows by another program's eyes.</summary>
    public OverlayCounts Counts()
    {
        using OverlayReader reader = OverlayReader.Open(Database);
        return reader.Counts();
    }

    /// <summary>All hint paths, sorted.</summary>
    public string[] HintPaths()
    {
        using OverlayReader reader = OverlayReader.Open(Database);
        return
        [
            .. reader.Rows().Select(row => row.Path is { } path ? Latin1(path) : "?").Order(StringComparer.Ordinal),
        ];
    }

    public void Dispose()
    {
        Unmount();
        Share.Dispose();
        _databaseDirectory.Delete(recursive: true);
    }

    private static string Latin1(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private (FaultyStore Store, PassthroughFileSystem Fs) Mount(
        PassthroughOptions options, StoreCalls failing = StoreCalls.None)
    {
        OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
        Assert.Equal(
            Errno.OK, Libc.Openat(SafeFd.CurrentDirectory, Names.Z(_source), flags, 0, out SafeFd root));
        var store = new FaultyStore(SqliteOverlayStore.Open(Database, new OverlayOpenOptions()));
        store.Fail(failing, OverlayStatus.Full);
        options = options with { Source = _source, Database = Database, Identity = s_identity ?? options.Identity };
        return (store, new PassthroughFileSystem(root, options, store, Log));
    }

    private void Unmount()
    {
        Fs.Destroy();
        Fs.Dispose();
        Store.Dispose();
    }
}
