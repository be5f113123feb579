using System.Collections.Concurrent;
using MetaFs.Linux;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Nodes;

public sealed class DirectoryFdsTests : IDisposable
{
    private readonly BackingDirectory _share = new();
    private NodeFixture? _nodes;

    [Fact]
    public void Ten_thousand_directories_need_no_more_descriptors_than_allowed()
    {
        const int capacity = 64;
        NodeFixture nodes = Make(capacity);

        int before = OpenDescriptors();
        for (int i = 0; i < 10_000; i++)
        {
            _share.MakeDirectory($"d{i}");
            Node node = nodes.Lookup(_share, $"d{i}");
            Assert.Equal(Errno.OK, InoThrough(node, out ulong ino));
            Assert.Equal(node.Ino, ino);
            Assert.InRange(nodes.Directories.Count, 1, capacity);
        }

        Assert.InRange(OpenDescriptors() - before, 1, capacity);
        nodes.Directories.Dispose();
        Assert.Equal(0, nodes.Directories.Count);
        Assert.InRange(OpenDescriptors(), 0, before);
    }

    [Fact]
    public void A_lease_in_use_survives_every_eviction()
    {
        NodeFixture nodes = Make(4);
        Node held = MakeDirectory("held");
        Node[] others = MakeDirectories(20);
        Assert.Equal(Errno.OK, nodes.Directories.Lease(held, out DirectoryLease lease));
        using (lease)
        {
            foreach (Node other in others)
                Assert.Equal(Errno.OK, InoThrough(other, out _));
            nodes.Directories.Shrink();
            nodes.Directories.Dispose();
            Assert.Equal(0, nodes.Directories.Count);
            Assert.Equal(Errno.OK, Libc.Fstatx(lease.Fd, ShareVolume.Mask, out Statx stat));
            Assert.Equal(held.Ino, stat.Ino);
        }
    }

    [Fact]
    public void Eight_threads_lease_and_evict_and_never_see_another_directory()
    {
        NodeFixture nodes = Make(4);
        Node[] all = MakeDirectories(24);
        var wrong = new ConcurrentBag<string>();
        Thread[] threads =
            [.. Enumerable.Range(0, 8).Select(seed => new Thread(() => Churn(new Random(seed), all, wrong)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(wrong);
        Assert.InRange(nodes.Directories.Count, 1, 4);
    }

    [Fact]
    public void What_was_used_lately_stays_when_others_come_by_once()
    {
        NodeFixture nodes = Make(8);
        Node hot = MakeDirectory("hot");
        Node[] others = MakeDirectories(100);
        Assert.Equal(Errno.OK, InoThrough(hot, out _));
        DirectoryFd? kept = hot.Directory;
        foreach (Node other in others)
        {
            Assert.Equal(Errno.OK, InoThrough(hot, out _));
            Assert.Equal(Errno.OK, InoThrough(other, out _));
        }

        Assert.NotNull(kept);
        Assert.Same(kept, hot.Directory);
    }

    [Fact]
    public void Shrinking_closes_about_half()
    {
        NodeFixture nodes = Make(16);
        foreach (Node node in MakeDirectories(16))
            Assert.Equal(Errno.OK, InoThrough(node, out _));
        nodes.Directories.Shrink();
        Assert.Equal(8, nodes.Directories.Count);
    }

    [Fact]
    public void A_deep_directory_opens_with_every_descriptor_on_the_way_closed()
    {
        NodeFixture nodes = Make(4);
        _share.MakeDirectory(string.Join('/', Enumerable.Repeat("d", 300)));
        Node current = nodes.Root;
        string path = "";
        for (int depth = 0; depth < 300; depth++)
        {
            path += "d/";
            current = nodes.Lookup(_share.Stat(path[..^1]), current, "d");
        }

        Assert.Equal(Errno.OK, InoThrough(current, out ulong ino));
        Assert.Equal(current.Ino, ino);
        Assert.InRange(nodes.Directories.Count, 1, 4);
    }

    [Fact]
    public void A_forgotten_directory_gives_its_descriptor_back()
    {
        NodeFixture nodes = Make(16);
        Node node = MakeDirectory("d");
        Assert.Equal(Errno.OK, InoThrough(node, out _));
        Assert.Equal(1, nodes.Directories.Count);
        nodes.Forget(node);
        Assert.Equal(0, nodes.Directories.Count);
    }

    [Fact]
    public void A_directory_that_another_one_replaced_is_stale()
    {
        Node node = MakeWithin("d");
        _share.Move("d", "elsewhere");
        _share.MakeDirectory("d");
        Assert.Equal(Errno.ESTALE, InoThrough(node, out _));
    }

    [Fact]
    public void A_directory_that_a_link_to_itself_replaced_is_stale()
    {
        Node node = MakeWithin("d");
        _share.Move("d", "elsewhere");
        _share.Symlink("elsewhere", "d");
        Assert.Equal(Errno.ESTALE, InoThrough(node, out _));
    }

    [Fact]
    public void A_directory_that_a_file_replaced_is_stale()
    {
        Node node = MakeWithin("d");
        _share.DeleteDirectory("d");
        _share.Write("d", "");
        Assert.Equal(Errno.ESTALE, InoThrough(node, out _));
    }

    [Fact]
    public void A_directory_that_was_removed_behind_our_back_is_stale()
    {
        Node node = MakeWithin("d");
        _share.DeleteDirectory("d");
        Assert.Equal(Errno.ESTALE, InoThrough(node, out _));
    }

    [Fact]
    public void A_swapped_parent_makes_everything_below_it_stale()
    {
        NodeFixture nodes = Make(16);
        _share.MakeDirectory("p/c");
        Node parent = nodes.Lookup(_share, "p");
        Node child = nodes.Lookup(_share.Stat("p/c"), parent, "c");
        _share.Move("p", "q");
        _share.MakeDirectory("p/c");
        Assert.Equal(Errno.ESTALE, InoThrough(child, out _));
    }

    [Fact]
    public void A_directory_removed_through_the_mount_is_not_there()
    {
        NodeFixture nodes = Make(16);
        Node node = MakeDirectory("d");
        nodes.Table.Remove(node);
        Assert.Equal(Errno.ENOENT, InoThrough(node, out _));
    }

    [Fact]
    public void A_file_is_no_directory()
    {
        NodeFixture nodes = Make(16);
        _share.Write("f", "");
        Assert.Equal(Errno.ENOTDIR, InoThrough(nodes.Lookup(_share, "f"), out _));
    }

    public void Dispose()
    {
        _nodes?.Dispose();
        _share.Dispose();
    }

    private NodeFixture Make(int capacity) => _nodes = new NodeFixture(_share, capacity);

    private Node MakeWithin(string name)
    {
        Make(16);
        return MakeDirectory(name);
    }

    private Node MakeDirectory(string name)
    {
        _share.MakeDirectory(name);
        return _nodes!.Lookup(_share, name);
    }

    private Node[] MakeDirectories(int count) => [.. Enumerable.Range(0, count).Select(i => MakeDirectory($"n{i}"))];

    // What the directory's descriptor leads to.
    private Errno InoThrough(Node node, out ulong ino)
    {
        ino = 0;
        Errno errno = _nodes!.Directories.Lease(node, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            errno = Libc.Fstatx(lease.Fd, ShareVolume.Mask, out Statx stat);
            ino = stat.Ino;
            return errno;
        }
    }

    private void Churn(Random random, Node[] all, ConcurrentBag<string> wrong)
    {
        for (int i = 0; i < 5000; i++)
        {
            Node node = all[random.Next(all.Length)];
            Errno errno = _nodes!.Directories.Lease(node, out DirectoryLease lease);
            using (lease)
            {
                if (errno != Errno.OK)
                    wrong.Add($"lease: {errno}");
                else if (Libc.Fstatx(lease.Fd, ShareVolume.Mask, out Statx stat) != Errno.OK || stat.Ino != node.Ino)
                    wrong.Add("the lease was closed, or leads to another directory");
            }

            if (i % 100 == 0)
                _nodes.Directories.Shrink();
        }
    }

    // Of this share's directories only: the runtime and other tests open and close files of their own meanwhile.
    private int OpenDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(fd => new FileInfo(fd).LinkTarget?.StartsWith(_share.Path, StringComparison.Ordinal) == true);
}
