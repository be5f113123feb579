using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Nodes;

public sealed class NodeTableTests : IDisposable
{
    private readonly NodeFixture _nodes = new();
    private readonly Node _root;

    public NodeTableTests() => _root = _nodes.AddRoot();

    [Fact]
    public void All_names_of_an_inode_lead_to_one_node()
    {
        Node directory = _nodes.Directory(3, _root, "d");
        Node first = _nodes.File(10, _root, "a");
        Assert.Same(first, _nodes.File(10, _root, "b"));
        Assert.Same(first, _nodes.File(10, directory, "a"));
        Assert.Same(first, _nodes.File(10, _root, "a"));
        Assert.Equal(3, NamesOf(first).Count);
        Assert.Equal(4ul, first.LookupCount);
        Assert.Equal(3, _nodes.Table.Count);
    }

    [Fact]
    public void Inode_numbers_use_all_64_bits()
    {
        ulong[] numbers = [1ul << 63, ulong.MaxValue, 5, 5 + (1ul << 53), 5 + (1ul << 32), (1ul << 63) + 5];
        Node[] all = [.. numbers.Select(ino => _nodes.File(ino, _root, $"f{ino}"))];
        Assert.Equal(all.Length, all.Select(node => node.Id).Distinct().Count());
        Assert.Equal(numbers, all.Select(node => node.Ino));
        foreach (ulong ino in numbers)
            Assert.Equal(ino, _nodes.Table.Find(_nodes.Volume, Stats.File(ino))!.Ino);
    }

    [Fact]
    public void A_node_lives_until_its_last_lookup_is_given_back()
    {
        Node file = _nodes.File(10, _root, "a");
        _nodes.File(10, _root, "a");
        _nodes.Forget(file);
        Assert.True(_nodes.IsKnown(file.Id));
        _nodes.Forget(file);
        Assert.False(_nodes.IsKnown(file.Id));
        Assert.Equal(1, _nodes.Table.Count);
        Assert.Equal(0, _root.References);
    }

    [Fact]
    public void A_forget_of_too_much_or_of_nothing_does_no_harm()
    {
        Node file = _nodes.File(10, _root, "a");
        _nodes.Forget(file, 1000);
        _nodes.Forget(file, 1);
        _nodes.Table.Forget(new NodeId(77), 1);
        _nodes.Table.Forget(new NodeId(ulong.MaxValue), ulong.MaxValue);
        _nodes.Table.Forget(new NodeId(0), 1);
        _nodes.Table.Forget(NodeId.Root, 1000);
        Assert.True(_nodes.IsKnown(NodeId.Root));
        Assert.Equal(1, _nodes.Table.Count);
    }

    [Fact]
    public void An_open_handle_keeps_a_forgotten_node()
    {
        Node file = _nodes.File(10, _root, "a");
        _nodes.Table.AddReference(file);
        _nodes.Forget(file);
        Assert.True(_nodes.IsKnown(file.Id));
        _nodes.Table.DropReference(file);
        Assert.False(_nodes.IsKnown(file.Id));
    }

    [Fact]
    public void A_directory_lives_as_long_as_a_name_in_it_is_known()
    {
        Node directory = _nodes.Directory(3, _root, "d");
        Node file = _nodes.File(10, directory, "f");
        _nodes.Forget(directory);
        Assert.True(_nodes.IsKnown(directory.Id));
        _nodes.Forget(file);
        Assert.False(_nodes.IsKnown(directory.Id));
        Assert.Equal(1, _nodes.Table.Count);
    }

    [Fact]
    public void The_last_node_of_a_path_5000_directories_deep_takes_them_all_with_it()
    {
        // On a small stack, so that a recursion could not pass.
        var thread = new Thread(ReapDeepPath, 128 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal(1, _nodes.Table.Count);
        Assert.Equal(0, _root.References);
    }

    [Fact]
    public void A_node_with_names_in_many_directories_frees_them_all()
    {
        Node file = null!;
        for (ulong i = 0; i < 100; i++)
        {
            Node outer = _nodes.Directory(1000 + i, _root, $"o{i}");
            Node inner = _nodes.Directory(2000 + i, outer, "inner");
            file = _nodes.File(10, inner, "f");
            _nodes.Forget(outer);
            _nodes.Forget(inner);
        }

        Assert.Equal(202, _nodes.Table.Count);
        _nodes.Forget(file, 100);
        Assert.Equal(1, _nodes.Table.Count);
        Assert.Equal(0, _root.References);
    }

    [Fact]
    public void An_id_is_used_again_with_another_generation()
    {
        var seen = new HashSet<(NodeId, ulong)>();
        var ids = new HashSet<NodeId>();
        for (ulong i = 0; i < 5000; i++)
        {
            Node file = _nodes.File(10 + (i % 3), _root, "a");
            Assert.True(seen.Add((file.Id, file.Generation)));
            ids.Add(file.Id);
            _nodes.Forget(file);
        }

        Assert.Single(ids);
    }

    [Fact]
    public void More_nodes_than_the_table_started_with_are_all_found()
    {
        Node[] files = [.. Enumerable.Range(0, 5000).Select(i => _nodes.File(100 + (ulong)i, _root, $"f{i}"))];
        foreach (Node file in files)
        {
            Assert.True(_nodes.Table.TryGet(file.Id, out Node? found));
            Assert.Same(file, found);
        }

        foreach (Node file in files)
            _nodes.Forget(file);
        Assert.Equal(1, _nodes.Table.Count);
    }

    [Fact]
    public void Another_file_of_the_same_number_is_another_node()
    {
        Node old = _nodes.Lookup(Stats.File(10).Born(1), _root, "a");
        Node young = _nodes.Lookup(Stats.File(10).Born(2), _root, "a");
        Node directory = _nodes.Lookup(Stats.Directory(10).Born(2), _root, "d");
        Assert.NotSame(old, young);
        Assert.NotSame(young, directory);
        Assert.Null(_nodes.Table.Find(_nodes.Volume, Stats.File(10).Born(2)));

        // The kernel forgets the old ones later; that must not take the new one's number.
        _nodes.Forget(old);
        _nodes.Forget(young);
        Assert.Same(directory, _nodes.Table.Find(_nodes.Volume, Stats.Directory(10).Born(2)));
        _nodes.Forget(directory);
        Assert.Equal(1, _nodes.Table.Count);
        Assert.Equal(0, _root.References);
    }

    [Fact]
    public void A_node_that_does_not_match_is_shown_and_left_alone()
    {
        Node old = _nodes.Lookup(Stats.File(10).Born(1), _root, "a");
        Assert.False(_nodes.Table.TryLookup(
            _nodes.Volume, Stats.File(10).Born(2), _root, Names.Z("b"), _root.NamesLost, out Node found));
        Assert.Same(old, found);
        Assert.Equal(1ul, old.LookupCount);
        Assert.Equal(["a"], NamesOf(old));
    }

    [Fact]
    public void A_new_file_never_gets_the_node_of_one_that_is_gone()
    {
        Node old = _nodes.File(10, _root, "a");
        Node made = _nodes.Table.AddNew(_nodes.Volume, Stats.File(10), _root, Names.Z("a"));
        Assert.NotSame(old, made);
        Assert.Same(made, _nodes.Table.Find(_nodes.Volume, Stats.File(10)));
        Assert.Equal(1ul, made.LookupCount);
    }

    [Fact]
    public void A_removed_inode_keeps_its_node_and_gives_up_its_number()
    {
        Node directory = _nodes.Directory(3, _root, "d");
        Node file = _nodes.File(10, directory, "a");
        _nodes.File(10, _root, "b");
        _nodes.Table.Remove(file);
        Assert.True(file.IsRemoved);
        Assert.Null(file.Names);
        Assert.True(_nodes.IsKnown(file.Id));
        Assert.Null(_nodes.Table.Find(_nodes.Volume, Stats.File(10)));
        Assert.NotSame(file, _nodes.File(10, _root, "a"));

        _nodes.Forget(file, 2);
        Assert.False(_nodes.IsKnown(file.Id));
        Assert.NotNull(_nodes.Table.Find(_nodes.Volume, Stats.File(10)));
        Assert.Equal(0, directory.References);
    }

    [Fact]
    public void A_nameless_inode_is_found_again_when_it_has_a_name()
    {
        Node file = _nodes.Table.AddNameless(_nodes.Volume, Stats.File(10));
        Assert.True(file.IsRemoved);
        _nodes.Table.Revive(file);
        _nodes.Table.LookupAs(file, _root, Names.Z("a"));
        Assert.False(file.IsRemoved);
        Assert.Same(file, _nodes.File(10, _root, "a"));
        _nodes.Forget(file, 3);
        Assert.Equal(1, _nodes.Table.Count);
    }

    [Fact]
    public void A_directory_that_was_moved_behind_our_back_has_its_new_name_only()
    {
        Node parent = _nodes.Directory(3, _root, "p");
        Node directory = _nodes.Directory(4, parent, "old");
        Assert.Same(directory, _nodes.Directory(4, _root, "new"));
        Assert.Equal(["new"], NamesOf(directory));
        Assert.Equal(0, parent.References);
        Assert.Same(_root, directory.Names!.Parent);
    }

    [Fact]
    public void A_look_of_before_a_rename_gives_no_name_back()
    {
        Node directory = _nodes.Directory(4, _root, "d");
        uint before = _root.NamesLost;
        _nodes.Table.AddName(directory, _root, Names.Z("e"));
        _nodes.Table.RemoveName(directory, _root, Names.Terminated("d"));
        Assert.False(TryLookup(before));
        Assert.False(TryLookup(null));
        Assert.Equal(["e"], NamesOf(directory));
        Assert.Equal(1ul, directory.LookupCount);
        Assert.True(TryLookup(_root.NamesLost));
        Assert.Equal(["d"], NamesOf(directory));
        Assert.True(TryLookup(before));

        bool TryLookup(uint? namesLost) => _nodes.Table.TryLookup(
            _nodes.Volume, Stats.Directory(4), _root, Names.Z("d"), namesLost, out _);
    }

    [Fact]
    public void A_removal_of_all_names_tells_each_of_their_directories()
    {
        Node directory = _nodes.Directory(4, _root, "d");
        Node file = _nodes.File(10, _root, "a");
        _nodes.File(10, directory, "b");
        (uint, uint) before = (_root.NamesLost, directory.NamesLost);
        _nodes.Table.Remove(file);
        Assert.Equal((before.Item1 + 1, before.Item2 + 1), (_root.NamesLost, directory.NamesLost));
    }

    [Fact]
    public void A_name_is_taken_away_once_and_only_where_it_is()
    {
        Node directory = _nodes.Directory(3, _root, "d");
        Node file = _nodes.File(10, _root, "a");
        _nodes.File(10, directory, "a");
        _nodes.Table.RemoveName(file, _root, Names.Terminated("b"));
        _nodes.Table.RemoveName(file, _root, Names.Terminated("a"));
        _nodes.Table.RemoveName(file, _root, Names.Terminated("a"));
        Assert.Equal(["a"], NamesOf(file));
        Assert.Same(directory, file.Names!.Parent);
        Assert.Equal((1, 1), (_root.References, directory.References));
    }

    [Fact]
    public void All_spellings_of_a_name_go_at_once_where_case_is_ignored()
    {
        var row = new Volume(1, new VolumeIdentity("vfat", "test", 2, 0, ByName: true), default);
        var volume = new ShareVolume(new MemoryStore(), row, Stats.Dev, 0, FileSystemFacts.Of("vfat", ""), keepAccess: false);
        Node root = _nodes.Table.AddRoot(volume, Stats.Directory(2), volume.GuardOf(Stats.Directory(2)));
        Node file = _nodes.Table.AddNew(volume, Stats.File(10), root, Names.Z("f"));
        _nodes.Table.AddName(file, root, Names.Z("F"));
        _nodes.Table.AddName(file, root, Names.Z("g"));
        Assert.False(_nodes.Table.RemoveEntry(file, root, Names.Z("F")));
        Assert.Equal(["g"], NamesOf(file));
        Assert.Null(ShareView.Known(root, volume, Names.Z("f")));
        Assert.Same(file, ShareView.Known(root, volume, Names.Z("G")));
    }

    [Fact]
    public void Names_are_bytes()
    {
        Node file = _nodes.Table.AddNew(_nodes.Volume, Stats.File(10), _root, Names.Z([0xFF]));
        _nodes.Table.AddName(file, _root, Names.Z([0xFE]));
        _nodes.Table.AddName(file, _root, Names.Z([0xFF, (byte)'a']));
        _nodes.Table.RemoveName(file, _root, Names.Terminated([0xFF]));
        Assert.Equal([[0xFF, (byte)'a', 0], [0xFE, 0]], RawNamesOf(file).OrderByDescending(n => n.Length));
    }

    public void Dispose() => _nodes.Dispose();

    private void ReapDeepPath()
    {
        Node current = _root;
        var path = new List<Node>();
        for (ulong depth = 0; depth < 5000; depth++)
            path.Add(current = _nodes.Directory(100 + depth, current, "d"));
        Node file = _nodes.File(10, current, "f");
        foreach (Node directory in path)
            _nodes.Forget(directory);
        Assert.Equal(5002, _nodes.Table.Count);
        _nodes.Forget(file);
    }

    private static List<string> NamesOf(Node node) =>
        [.. RawNamesOf(node).Select(name => System.Text.Encoding.UTF8.GetString(name.AsSpan(..^1)))];

    private static List<byte[]> RawNamesOf(Node node)
    {
        List<byte[]> names = [];
        for (NodeName? name = node.Names; name is not null; name = name.Next)
            names.Add(name.Name);
        return names;
    }
}
