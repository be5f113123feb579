using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A kernel that borrows files, or refuses to.</summary>
internal sealed class FakeConnection(FuseInitFlags features) : IFuseConnection
{
    private int _last;

    /// <summary>What the next loan is answered.</summary>
    public Errno Answer { get; set; }

    /// <summary>Ids that are lent out.</summary>
    public List<int> Lent { get; } = [];

    /// <summary>How often a loan was offered.</summary>
    public int Offers { get; private set; }

    /// <summary>Nodes whose attributes the kernel was told to forget.</summary>
    public List<NodeId> Invalidated { get; } = [];

    public FuseInitFlags Features { get; } = features;

    public uint Minor => 45;

    public FuseStatistics Statistics { get; } = new();

    public Errno BackingOpen(SafeFd file, out int backingId)
    {
        Offers++;
        backingId = 0;
        if (Answer != Errno.OK)
            return Answer;
        Lent.Add(backingId = ++_last);
        return Errno.OK;
    }

    public Errno BackingClose(int backingId) => Lent.Remove(backingId) ? Errno.OK : Errno.ENOENT;

    public Errno InvalidateInode(NodeId node, long offset, long length)
    {
        Invalidated.Add(node);
        return Errno.OK;
    }

    public Errno InvalidateEntry(NodeId parent, CString name) => Errno.OK;
}
