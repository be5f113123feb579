using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>
/// A LOOKUP or READDIRPLUS that looked before a change may be answered after it. The kernel is told which attributes are
/// not to be taken from such an answer.
/// </summary>
public sealed class OutdatedAttributesTests : IDisposable
{
    private const uint Changer = 1000;
    private const uint Onlooker = 1001;

    private readonly ShareUnderTest _share = new();
    private readonly FakeConnection _kernel = new(default);

    public OutdatedAttributesTests() => _share.Fs.Init(_kernel);

    [Fact]
    public void A_directory_whose_names_change_is_outdated()
    {
        NodeId directory = _share.Mkdir("d");
        NodeId file = _share.Create("f");
        AssertOutdated([directory], () => _share.Create("new", parent: directory), shown: ["d"]);
        AssertOutdated([directory], () => _share.Mkdir("sub", parent: directory), shown: ["d"]);
        AssertOutdated([directory], () => _share.Link(file, "link", directory), shown: ["d"]);
        AssertOutdated([directory], () => _share.Unlink("link", directory), shown: ["d"]);
        AssertOutdated([directory], () => _share.Rmdir("sub", directory), shown: ["d"]);
    }

    [Fact]
    public void A_directory_that_nobody_else_has_asked_for_is_not()
    {
        NodeId directory = _share.Mkdir("d");
        AssertOutdated([], () => _share.Create("1", parent: directory));
        AssertOutdated([], () => As(Changer, () => _share.Create("2", parent: directory)), shown: ["d"], to: Changer);
        AssertOutdated([], () => As(Changer, () => _share.Getattr(directory)));
        AssertOutdated([], () => As(Changer, () => _share.Create("3", parent: directory)));
        As(Onlooker, () => _share.Getattr(directory));
        AssertOutdated([directory], () => As(Changer, () => _share.Create("4", parent: directory)));
        AssertOutdated([], () => As(Changer, () => _share.Create("5", parent: directory)));
    }

    [Fact]
    public void What_is_renamed_and_where_is_outdated()
    {
        NodeId directory = _share.Mkdir("d");
        NodeId moved = _share.Create("f");
        _share.Getattr(directory);
        _share.Getattr(NodeId.Root);
        AssertOutdated([moved, directory, NodeId.Root], () => _share.Rename(NodeId.Root, "f", directory, "f"));
        NodeId exchanged = _share.Create("a");
        NodeId other = _share.Create("b");
        _share.Getattr(NodeId.Root);
        AssertOutdated(
            [exchanged, other, NodeId.Root], () => _share.Rename("a", "b", RenameFlags.RENAME_EXCHANGE));
    }

    [XattrFact]
    public void An_inode_whose_extended_attributes_change_is_outdated()
    {
        NodeId node = _share.Create("f");
        CString Name() => Names.Z("user.test");
        AssertOutdated([node], () => _share.Fs.Setxattr(Daemon, node, Name(), "value"u8, 0, false));
        AssertOutdated([node], () => _share.Fs.Removexattr(Daemon, node, Name()));
    }

    public void Dispose() => _share.Dispose();

    private void AssertOutdated(NodeId[] expected, Action change, string[]? shown = null, uint to = Onlooker)
    {
        As(to, () => Array.ForEach(shown ?? [], name => _share.Lookup(name)));
        _kernel.Invalidated.Clear();
        change();
        Assert.Equal(expected.Order(ById), _kernel.Invalidated.Distinct().Order(ById));
    }

    private static void As(uint client, Action action)
    {
        RequestThread.Client = client;
        action();
        RequestThread.Client = 0;
    }

    private static Comparer<NodeId> ById { get; } = Comparer<NodeId>.Create((a, b) => a.Value.CompareTo(b.Value));
}
