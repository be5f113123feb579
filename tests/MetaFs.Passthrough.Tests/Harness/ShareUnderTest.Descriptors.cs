// Directories without an open descriptor, as they are on a share with more of them than descriptors.
using MetaFs.Fuse;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

internal sealed partial class ShareUnderTest
{
    // Descriptors that are allowed while the file system starts; it takes a quarter of them for directories.
    private const ulong Descriptors = 400;

    private readonly List<NodeId> _others = [];

    /// <summary>A share whose directories' descriptors are soon evicted.</summary>
    public static ShareUnderTest WithFewDescriptors(PassthroughOptions? options = null)
    {
        const int resourceNofile = 7;
        Assert.Equal(Errno.OK, Libc.Getrlimit(resourceNofile, out ulong soft, out ulong hard));
        Assert.Equal(Errno.OK, Libc.Setrlimit(resourceNofile, Descriptors, hard));
        try
        {
            return new ShareUnderTest(options);
        }
        finally
        {
            Assert.Equal(Errno.OK, Libc.Setrlimit(resourceNofile, soft, hard));
        }
    }

    /// <summary>Uses so many other directories that none of those before has a descriptor left.</summary>
    public void DropDescriptors()
    {
        while ((ulong)_others.Count < Descriptors / 2)
        {
            string name = $"other{_others.Count}";
            Share.MakeDirectory(name);
            _others.Add(NodeOf(name));
        }

        // Twice: the first use after an eviction gives a directory the benefit of one more round.
        for (int round = 0; round < 2; round++)
        {
            foreach (NodeId other in _others)
                Assert.Equal(Errno.ENOENT, Fs.Lookup(Daemon, other, Names.Z("x"), out _));
        }
    }
}
