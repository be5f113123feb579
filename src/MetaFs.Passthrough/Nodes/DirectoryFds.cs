// Descriptors of directories, a bounded number of them (row 4 of the request's way).
using MetaFs.Linux;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Nodes;

/// <summary>One O_PATH descriptor of a directory, counted: eviction waits for the requests that use it.</summary>
internal sealed class DirectoryFd(SafeFd fd, Node node)
{
    private int _uses = 1;

    public SafeFd Fd { get; } = fd;

    public Node Node { get; } = node;

    /// <summary>Set by each use, taken back by the eviction's hand as it passes.</summary>
    public bool WasUsed { get; set; }

    /// <summary>Adds a use, unless the descriptor is closed or about to be.</summary>
    public bool TryUse()
    {
        int uses = Volatile.Read(ref _uses);
        while (uses > 0)
        {
            int seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
                return true;
            uses = seen;
        }

        return false;
    }

    public void EndUse()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
            Fd.Dispose();
    }
}

/// <summary>A directory's descriptor for the length of one request.</summary>
internal readonly ref struct DirectoryLease(DirectoryFd directory)
{
    public SafeFd Fd => directory.Fd;

    public void Dispose() => directory?.EndUse();
}

/// <summary>Opens directories through their parents, checks who they are, and keeps the recently used ones open.</summary>
/// <remarks>
/// Files are reached by (directory descriptor, name) and hold no descriptor of their own: an O_PATH descriptor held on
/// NFS turns unlink into a <c>.nfsXXXX</c> leftover (fs/nfs/dir.c), and a million files would need a million of them.
/// </remarks>
internal sealed class DirectoryFds : IDisposable
{
    private static readonly OpenFlags s_open = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private readonly Lock _lock = new();

    // A clock: the hand passes over entries that were used since its last round. Guarded by _lock.
    private readonly DirectoryFd?[] _clock;
    private int _hand;

    // Interlocked only.
    private long _opened;

    /// <param name="capacity">Descriptors at most, the root's not counted.</param>
    public DirectoryFds(int capacity) => _clock = new DirectoryFd?[Math.Max(capacity, 4)];

    /// <summary>Descriptors held, the root's not counted.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _clock.Count(entry => entry is not null);
        }
    }

    /// <summary>How often a directory had to be opened: it was not, or not any more.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Gives the root its descriptor, which is never evicted.</summary>
    public static void SetRoot(Node root, SafeFd fd) => root.Directory = new DirectoryFd(fd, root);

    /// <summary>Lends the descriptor of a directory.</summary>
    /// <returns>
    /// OK; ESTALE: the directory is not where it was, the kernel looks the path up again; ENOENT: it was removed;
    /// otherwise what opening it on the share answered.
    /// </returns>
    public Errno Lease(Node node, out DirectoryLease lease)
    {
        DirectoryFd? held = node.Directory;
        if (held is not null && held.TryUse())
        {
            held.WasUsed = true;
            lease = new DirectoryLease(held);
            return Errno.OK;
        }

        lease = default;
        if (!node.IsDirectory)
            return Errno.ENOTDIR;
        Errno errno = Open(node, out DirectoryFd? opened);
        if (errno == Errno.OK)
            lease = new DirectoryLease(opened!);
        return errno;
    }

    /// <summary>Closes the descriptor of a directory that nobody knows any more.</summary>
    public void Drop(Node node)
    {
        if (node.Directory is null)
            return;
        lock (_lock)
        {
            int index = Array.IndexOf(_clock, node.Directory);
            if (index >= 0)
                Evict(index);
        }
    }

    /// <summary>Closes half of the descriptors: the process has none left for a file.</summary>
    public void Shrink()
    {
        lock (_lock)
        {
            for (int i = 0; i < _clock.Length; i += 2)
                Evict(i);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            for (int i = 0; i < _clock.Length; i++)
                Evict(i);
        }
    }

    private Errno Open(Node node, out DirectoryFd? opened)
    {
        Interlocked.Increment(ref _opened);
        while (true)
        {
            Errno errno = TryOpen(node, out opened, out Node? lost, out NodeName? seen);
            if (lost is null || !lost.HasMovedSince(seen))
                return errno;
        }
    }

    // Climbs to the nearest directory that is open and comes down again: a loop, since paths reached by relative steps
    // may be deeper than a stack. Where a step is not what it was, "lost" and "seen" say which, and by what name.
    private Errno TryOpen(Node node, out DirectoryFd? opened, out Node? lost, out NodeName? seen)
    {
        opened = null;
        lost = null;
        seen = null;
        var missing = new Stack<(Node Node, NodeName Name)>();
        Node current = node;
        DirectoryFd? held;
        while ((held = current.Directory) is null || !held.TryUse())
        {
            if (current.IsRemoved)
                return Errno.ENOENT;
            if (current.Names is not { } name)
                return Errno.ESTALE;
            missing.Push((current, name));
            current = name.Parent;
        }

        while (missing.TryPop(out (Node Node, NodeName Name) child))
        {
            Errno errno = OpenIn(held, child.Node, child.Name, out DirectoryFd? next);
            held.EndUse();
            if (errno == Errno.ESTALE)
                (lost, seen) = child;
            if (errno != Errno.OK)
                return errno;
            held = next!;
        }

        opened = held;
        return Errno.OK;
    }

    private Errno OpenIn(DirectoryFd parent, Node child, NodeName name, out DirectoryFd? opened)
    {
        opened = null;
        CString bytes = CString.FromTerminated(name.Name);
        Errno errno = Libc.Openat(parent.Fd, bytes, s_open, 0, out SafeFd fd);
        if (errno is Errno.EMFILE or Errno.ENFILE)
        {
            Shrink();
            errno = Libc.Openat(parent.Fd, bytes, s_open, 0, out fd);
        }

        if (errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            return Errno.ESTALE;
        if (errno != Errno.OK)
            return errno;
        errno = ShareView.Opened(name.Parent, bytes, fd, out Statx stat);
        if (errno == Errno.OK && !child.Is(stat))
            errno = Errno.ESTALE;
        if (errno != Errno.OK)
        {
            fd.Dispose();
            return errno;
        }

        opened = Keep(new DirectoryFd(fd, child), child);
        return Errno.OK;
    }

    // Returns the entry with one use for the caller: the new one, or another thread's that came first.
    private DirectoryFd Keep(DirectoryFd entry, Node node)
    {
        lock (_lock)
        {
            if (node.Directory is { } other && other.TryUse())
            {
                entry.EndUse();
                return other;
            }

            int index = FreeSlot();
            _clock[index] = entry;
            node.Directory = entry;
            entry.TryUse();
            return entry;
        }
    }

    private int FreeSlot()
    {
        while (true)
        {
            _hand = (_hand + 1) % _clock.Length;
            DirectoryFd? entry = _clock[_hand];
            if (entry is null)
                return _hand;
            if (!entry.WasUsed)
            {
                Evict(_hand);
                return _hand;
            }

            entry.WasUsed = false;
        }
    }

    private void Evict(int index)
    {
        if (_clock[index] is not { } entry)
            return;
        _clock[index] = null;
        if (ReferenceEquals(entry.Node.Directory, entry))
            entry.Node.Directory = null;
        entry.EndUse();
    }
}
