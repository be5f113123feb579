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
    private readonly ShareUnderTest _share = new();
    private readonly FakeConnection _kernel = new(default);

    public OutdatedAttributesTests() => _share.Fs.Init(_kernel);

    [Fact]
    public void A_directory_whose_names_change_is_outdated()
    {
        NodeId directory = _share.Mkdir("d");
        NodeId file = _share.Create("f");
        AssertOutdated([directory], () => _share.Create("new", parent: directory));
        AssertOutdated([directory], () => _share.Mkdir("sub", parent: directory));
        AssertOutdated([directory], () => _share.Link(file, "link", directory));
        AssertOutdated([directory], () => _share.Unlink("link", directory));
        AssertOutdated([directory], () => _share.Rmdir("sub", directory));
    }

    [Fact]
    public void What_is_renamed_and_where_is_outdated()
    {
        NodeId directory = _share.Mkdir("d");
        NodeId moved = _share.Create("f");
        AssertOutdated([moved, directory, NodeId.Root], () => _share.Rename(NodeId.Root, "f", directory, "f"));
        NodeId exchanged = _share.Create("a");
        NodeId other = _share.Create("b");
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

    private void AssertOutdated(NodeId[] expected, Action change)
    {
        _kernel.Invalidated.Clear();
        change();
        Assert.Equal(expected.Order(ById), _kernel.Invalidated.Distinct().Order(ById));
    }

    private static Comparer<NodeId> ById { get; } = Comparer<NodeId>.Create((a, b) => a.Value.CompareTo(b.Value));
}
