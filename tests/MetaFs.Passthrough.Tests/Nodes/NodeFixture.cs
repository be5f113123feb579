using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Nodes;

/// <summary>A node table with its directories' descriptors, over no share or over a real one.</summary>
internal sealed class NodeFixture : IDisposable
{
    public NodeFixture(int capacity = 16)
    {
        Directories = new DirectoryFds(capacity);
        Table = new NodeTable(Directories);
        Volume = MakeVolume(Stats.Dev);
    }

    public NodeFixture(BackingDirectory share, int capacity)
        : this(capacity)
    {
        Statx root = share.Stat(".");
        Volume = MakeVolume(root.Dev);
        Root = Table.AddRoot(Volume, root, Volume.GuardOf(root));
        Assert.Equal(
            Errno.OK,
            Libc.Openat(share.Fd, Names.Z("."), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out SafeFd fd));
        DirectoryFds.SetRoot(Root, fd);
    }

    public DirectoryFds Directories { get; }

    public NodeTable Table { get; }

    public ShareVolume Volume { get; }

    public Node Root { get; private set; } = null!;

    public Node AddRoot() => Root = Table.AddRoot(Volume, Stats.Directory(2), Volume.GuardOf(Stats.Directory(2)));

    public Node File(ulong ino, Node parent, string name) =>
        Lookup(Stats.File(ino), parent, name);

    public Node Directory(ulong ino, Node parent, string name) =>
        Lookup(Stats.Directory(ino), parent, name);

    /// <summary>Looks a name of the share up, as it is there now.</summary>
    public Node Lookup(BackingDirectory share, string name) => Lookup(share.Stat(name), Root, name);

    /// <summary>One lookup more; an inode number that another file had is that file's no longer.</summary>
    public Node Lookup(in Statx stat, Node parent, string name)
    {
        Node node;
        while (!Table.TryLookup(Volume, stat, parent, Names.Z(name), parent.NamesLost, out node))
            Table.ReleaseKey(node);
        return node;
    }

    public void Forget(Node node, ulong count = 1) => Table.Forget(node.Id, count);

    public bool IsKnown(NodeId id) => Table.TryGet(id, out _);

    public void Dispose()
    {
        Directories.Dispose();
        Root?.Directory?.EndUse();
    }

    private static ShareVolume MakeVolume(ulong dev)
    {
        var row = new Volume(1, new VolumeIdentity("ext4", "test", 2, 0), default);
        return new ShareVolume(new MemoryStore(), row, dev, 0, FileSystemFacts.Of("ext4", ""), keepAccess: false);
    }
}
