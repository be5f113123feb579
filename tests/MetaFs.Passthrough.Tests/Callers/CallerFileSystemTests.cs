using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Callers;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Callers;

/// <summary>The share judges each caller: here the local disk, which knows root from others.</summary>
public sealed class CallerFileSystemTests : IDisposable
{
    private static readonly RequestContext s_root = new(1, 0, 0, 0);
    private static readonly RequestContext s_user = new(1, 1000, 1001, 0);
    private static readonly RequestContext s_other = new(1, 1002, 1003, 0);

    private readonly ShareUnderTest _share = new();
    private readonly CallerFileSystem _fs;

    public CallerFileSystemTests()
    {
        _fs = new CallerFileSystem(_share.Fs);
        _share.Share.Chmod(".", Oct(755));
    }

    [RootFact]
    public void What_a_caller_may_not_do_on_the_share_is_refused_as_there()
    {
        _share.Share.Write("f", "root's");
        _share.Share.Chmod("f", Oct(600));
        NodeId file = _share.NodeOf("f");
        Assert.Equal(Errno.EACCES, Create(s_user, NodeId.Root, "new", out _));
        Assert.Equal(Errno.EACCES, _fs.Unlink(s_user, NodeId.Root, Names.Z("f")));
        Assert.Equal(Errno.EACCES, _fs.Mkdir(s_user, NodeId.Root, Names.Z("d"), Oct(755), 0, out _));
        Assert.Equal(Errno.EACCES, _fs.Rename(s_user, NodeId.Root, Names.Z("f"), NodeId.Root, Names.Z("g"), 0));
        Assert.Equal(Errno.EACCES, _fs.Open(s_user, file, OpenFlags.O_RDONLY, false, out _));
        Assert.Equal(Errno.OK, _fs.Getattr(s_user, file, null, out _));
        Assert.Equal(Errno.OK, _fs.Open(s_root, file, OpenFlags.O_RDONLY, false, out _));
        Assert.Equal(Errno.OK, Create(s_root, NodeId.Root, "new", out _));
    }

    [RootFact]
    public void What_a_caller_makes_is_its_own_on_the_share()
    {
        _share.Share.MakeDirectory("d");
        _share.Share.Chmod("d", Oct(777));
        NodeId directory = _share.NodeOf("d");
        Assert.Equal(Errno.OK, Create(s_user, directory, "f", out FuseEntryOut entry));
        Assert.Equal((1000u, 1001u), (entry.Attr.Uid, entry.Attr.Gid));
        Assert.Equal((1000u, 1001u), (_share.Share.Stat("d/f").Uid, _share.Share.Stat("d/f").Gid));
        Assert.Equal(Errno.EACCES, _fs.Open(s_other, new NodeId(entry.Nodeid), OpenFlags.O_WRONLY, false, out _));
        Assert.Equal(Errno.OK, _fs.Open(s_user, new NodeId(entry.Nodeid), OpenFlags.O_WRONLY, false, out _));
    }

    [RootFact]
    public void The_thread_is_the_daemons_again_after_each_request()
    {
        _fs.Getattr(s_user, NodeId.Root, null, out _);
        Create(s_user, NodeId.Root, "refused", out _);
        _share.Share.Write("mine", "");
        Assert.Equal(0u, _share.Share.Stat("mine").Uid);
        Assert.True(Capabilities.Has(Capabilities.CAP_CHOWN));
    }

    [RootFact]
    public void Callers_at_once_are_each_themselves()
    {
        _share.Share.MakeDirectory("d");
        _share.Share.Chmod("d", Oct(777));
        NodeId directory = _share.NodeOf("d");
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(seed => new Thread(() =>
        {
            uint id = 2000 + (uint)seed;
            for (int i = 0; i < 80; i++)
            {
                if (Create(new RequestContext(1, id, id, 0), directory, $"{id}-{i}", out _) != Errno.OK)
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(0, wrong);
        foreach (string path in Directory.EnumerateFiles(_share.Share.At("d")))
        {
            string name = Path.GetFileName(path);
            Assert.Equal(name.Split('-')[0], $"{_share.Share.Stat($"d/{name}").Uid}");
        }
    }

    public void Dispose() => _share.Dispose();

    private Errno Create(RequestContext context, NodeId parent, string name, out FuseEntryOut entry)
    {
        var request = new CreateRequest(
            OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, FileMode.S_IFREG | Oct(600), 0, false);
        Errno errno = _fs.Create(context, parent, Names.Z(name), request, out entry, out FuseOpenOut open);
        if (errno == Errno.OK)
            _fs.Release(context, new NodeId(entry.Nodeid), new FileHandle(open.Fh));
        return errno;
    }
}
