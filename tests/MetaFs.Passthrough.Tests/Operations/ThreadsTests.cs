using System.Collections.Concurrent;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Eight workers at once; one at a time changes or looks up names in a directory: as in the kernel.</summary>
public sealed class ThreadsTests : IDisposable
{
    private const int Threads = 8;
    private const int Rounds = 1500;

    private static readonly CreateRequest s_request = new(
        OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, FileMode.S_IFREG | Oct(640), 0, false);

    private readonly ShareUnderTest _share = new(Recording);
    private readonly NodeId[] _directories;
    private readonly Lock[] _locks = [new(), new(), new()];
    private readonly ConcurrentQueue<string> _wrong = [];

    public ThreadsTests() => _directories = [_share.Mkdir("d0"), _share.Mkdir("d1"), _share.Mkdir("d2")];

    [Fact]
    public void Names_that_come_go_and_move_leave_nothing_behind()
    {
        Run(Churn);
        Assert.Empty(_wrong);
        foreach (NodeId directory in _directories)
        {
            foreach (string name in Listing.Names(_share, directory).Where(name => name[0] != '.'))
                _share.Unlink(name, directory);
        }

        foreach (string name in (string[])["d0", "d1", "d2"])
            _share.Rmdir(name);
        _share.ForgetAll();
        Assert.Equal((1, 0), (_share.Fs.LiveNodes, _share.Fs.OpenHandles));
        Assert.Equal(default, _share.Counts());
        Assert.DoesNotContain(_share.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void Owners_of_files_made_at_once_never_mix()
    {
        Run(seed =>
        {
            for (int i = 0; i < 120; i++)
            {
                uint owner = 1000 + (uint)seed;
                string name = $"{seed}-{i}";
                Errno errno;
                FuseEntryOut entry;
                FuseOpenOut open;
                lock (_locks[0])
                    errno = _share.Fs.Create(
                        User(owner, owner), _directories[0], Names.Z(name), s_request, out entry, out open);
                if (errno != Errno.OK || entry.Attr.Uid != owner || entry.Attr.Gid != owner)
                    _wrong.Enqueue($"{name}: {errno}, {entry.Attr.Uid}:{entry.Attr.Gid}");
                _share.Fs.Release(Daemon, new NodeId(entry.Nodeid), new FileHandle(open.Fh));
                _share.Fs.Forget(new NodeId(entry.Nodeid), 1);
            }
        });
        Assert.Empty(_wrong);
        _share.Remount(Recording);
        NodeId directory = _share.NodeOf("d0");
        foreach (string name in Listing.Names(_share, directory).Where(name => name[0] != '.'))
            Assert.Equal($"{_share.Lookup(name, directory).Attr.Uid - 1000}", name.Split('-')[0]);
    }

    [Fact]
    public void Changes_of_one_file_by_all_never_show_a_mixture()
    {
        NodeId node = _share.Create("f");
        Run(seed =>
        {
            uint id = 1000 + (uint)seed;
            for (int i = 0; i < 300; i++)
            {
                Errno errno = _share.Fs.Setattr(
                    Daemon, node, new SetattrRequest { Uid = id, Gid = id, Mode = Oct(600) | (id & 7) },
                    out FuseAttrOut attr);
                Check(errno, attr.Attr);
                errno = _share.Fs.Getattr(Daemon, node, null, out attr);
                Check(errno, attr.Attr);
            }
        });
        Assert.Empty(_wrong);
    }

    public void Dispose() => _share.Dispose();

    private void Check(Errno errno, in FuseAttr attr)
    {
        if (errno != Errno.OK || attr.Uid != attr.Gid || (attr.Mode & 7) != (attr.Uid & 7))
            _wrong.Enqueue($"{errno}, {attr.Uid}:{attr.Gid} {attr.Mode:x}");
    }

    private void Churn(int seed)
    {
        var random = new Random(seed);
        RequestContext user = User(1000 + (uint)seed, 1000);
        for (int i = 0; i < Rounds; i++)
        {
            int where = random.Next(3);
            byte[] name = Names.Terminated($"n{random.Next(8)}");
            Errno errno = random.Next(6) switch
            {
                0 => Create(user, where, name),
                1 => Unlink(where, name),
                2 => Rename(random, where, name),
                3 => Link(random, where, name),
                _ => Look(random, where, name),
            };
            if (errno is not (Errno.OK or Errno.ENOENT or Errno.EEXIST or Errno.ESTALE))
                _wrong.Enqueue($"{errno}");
        }
    }

    private Errno Create(RequestContext user, int where, byte[] name)
    {
        Errno errno;
        FuseEntryOut entry;
        FuseOpenOut open;
        lock (_locks[where])
            errno = _share.Fs.Create(
                user, _directories[where], CString.FromTerminated(name), s_request, out entry, out open);
        if (errno != Errno.OK)
            return errno;
        if (entry.Attr.Uid != user.Uid)
            _wrong.Enqueue($"made by {user.Uid}, belongs to {entry.Attr.Uid}");
        var node = new NodeId(entry.Nodeid);
        var handle = new FileHandle(open.Fh);
        errno = _share.Fs.Write(user, node, handle, new WriteRequest(0, false, true), "data"u8, out _);
        _share.Fs.Release(user, node, handle);
        _share.Fs.Forget(node, 1);
        return errno;
    }

    // The kernel looks names up again when it has the directory's lock (fs/namei.c).
    private Errno Unlink(int where, byte[] name)
    {
        lock (_locks[where])
            return Known(where, name, _ => _share.Fs.Unlink(Daemon, _directories[where], CString.FromTerminated(name)));
    }

    private Errno Rename(Random random, int where, byte[] name)
    {
        int to = random.Next(3);
        byte[] newName = Names.Terminated($"n{random.Next(8)}");
        RenameFlags flags = random.Next(4) == 0 ? RenameFlags.RENAME_EXCHANGE : 0;
        Errno Move() => _share.Fs.Rename(
            Daemon, _directories[where], CString.FromTerminated(name), _directories[to],
            CString.FromTerminated(newName), flags);
        lock (_locks[Math.Min(where, to)])
        {
            lock (_locks[Math.Max(where, to)])
            {
                return Known(where, name, source =>
                {
                    // Two names of one inode are nothing to move: the kernel does not ask.
                    Errno errno = Known(to, newName, target => target == source ? Errno.OK : Move(), out bool isThere);
                    return isThere ? errno : Move();
                });
            }
        }
    }

    private Errno Link(Random random, int where, byte[] name) => Known(where, name, node =>
    {
        int to = random.Next(3);
        Errno errno;
        FuseEntryOut entry;
        lock (_locks[to])
            errno = _share.Fs.Link(Daemon, node, _directories[to], Names.Z($"n{random.Next(8)}"), out entry);
        if (errno == Errno.OK)
            _share.Fs.Forget(new NodeId(entry.Nodeid), 1);
        return errno;
    });

    private Errno Look(Random random, int where, byte[] name) => Known(where, name, node =>
    {
        Errno errno = _share.Fs.Getattr(Daemon, node, null, out _);
        if (errno == Errno.OK && random.Next(2) == 0)
            errno =
                _share.Fs.Setattr(Daemon, node, new SetattrRequest { Mode = Oct(600) + (uint)random.Next(8) }, out _);
        return errno;
    });

    private Errno Known(int where, byte[] name, Func<NodeId, Errno> act) => Known(where, name, act, out _);

    private Errno Known(int where, byte[] name, Func<NodeId, Errno> act, out bool isThere)
    {
        Errno errno;
        FuseEntryOut entry;
        lock (_locks[where])
            errno = _share.Fs.Lookup(Daemon, _directories[where], CString.FromTerminated(name), out entry);
        isThere = errno == Errno.OK;
        if (errno != Errno.OK)
            return errno;
        errno = act(new NodeId(entry.Nodeid));
        _share.Fs.Forget(new NodeId(entry.Nodeid), 1);
        return errno;
    }

    private void Run(Action<int> work)
    {
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(seed => new Thread(() =>
        {
            try
            {
                work(seed);
            }
            catch (Exception e)
            {
                _wrong.Enqueue(e.ToString());
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "deadlock"));
    }
}
