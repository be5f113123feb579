using System.Collections.Concurrent;
using MetaFs.Fuse;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Nodes;

public sealed class NodeTableThreadsTests : IDisposable
{
    private const int Threads = 8;
    private const int Rounds = 20_000;

    private readonly NodeFixture _nodes = new();
    private readonly Node _root;
    private readonly ConcurrentQueue<string> _wrong = [];

    public NodeTableThreadsTests() => _root = _nodes.AddRoot();

    [Fact]
    public void Lookups_and_forgets_from_eight_threads_leave_no_node()
    {
        var ids = new ConcurrentDictionary<NodeId, bool>();
        Run(seed => LookUpAndForget(new Random(seed), ids));
        Assert.Empty(_wrong);
        Assert.Equal(1, _nodes.Table.Count);
        Assert.Equal(0, _root.References);
        Assert.DoesNotContain(ids.Keys, _nodes.IsKnown);
    }

    [Fact]
    public void One_inode_looked_up_by_all_is_one_node_at_a_time()
    {
        Run(_ =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Node node = _nodes.File(10, _root, "a");

                // The lookup that is held keeps it.
                if (!_nodes.Table.TryGet(node.Id, out Node? found) || !ReferenceEquals(found, node))
                    _wrong.Enqueue("a node that is looked up was not found by its id");
                _nodes.Forget(node);
            }
        });
        Assert.Empty(_wrong);
        Assert.Equal(1, _nodes.Table.Count);
    }

    [Fact]
    public void Names_that_come_and_go_balance_their_directories()
    {
        Node left = _nodes.Directory(3, _root, "left");
        Node right = _nodes.Directory(4, _root, "right");
        Run(seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < Rounds; i++)
            {
                Node file = _nodes.File(10 + (ulong)random.Next(4), left, "f");
                _nodes.Table.AddName(file, right, Names.Z("g"));
                _nodes.Table.RemoveName(file, left, Names.Terminated("f"));
                _nodes.Forget(file);
            }
        });
        Assert.Empty(_wrong);
        Assert.Equal(3, _nodes.Table.Count);
        Assert.Equal((0, 0), (left.References, right.References));
    }

    public void Dispose() => _nodes.Dispose();

    // Each thread holds some of what it looked up, in directories that others look up and forget at the same time.
    private void LookUpAndForget(Random random, ConcurrentDictionary<NodeId, bool> ids)
    {
        var held = new Queue<Node>();
        for (int i = 0; i < Rounds; i++)
        {
            ulong number = (ulong)random.Next(16);
            Node directory = _nodes.Directory(100 + number, _root, $"d{number}");
            ulong child = (ulong)random.Next(64);
            Node file = _nodes.File(1000 + child, directory, $"f{child}");
            ids[directory.Id] = true;
            ids[file.Id] = true;
            _nodes.Forget(directory);
            held.Enqueue(file);
            if (held.Count > 20)
                GiveBack(held.Dequeue());
        }

        foreach (Node node in held)
            GiveBack(node);
    }

    private void GiveBack(Node node)
    {
        if (!_nodes.Table.TryGet(node.Id, out Node? found) || !ReferenceEquals(found, node))
            _wrong.Enqueue("a node that is looked up was not found by its id");
        _nodes.Forget(node);
    }

    private void Run(Action<int> work)
    {
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() => Guarded(work, i)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
    }

    private void Guarded(Action<int> work, int number)
    {
        try
        {
            work(number);
        }
        catch (Exception e)
        {
            _wrong.Enqueue(e.ToString());
        }
    }
}
