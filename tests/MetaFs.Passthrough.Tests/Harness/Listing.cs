// Directory listings, taken apart as the kernel does (fs/fuse/readdir.c).
using System.Runtime.InteropServices;
using System.Text;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

internal static class Listing
{
    private const int EntryOutSize = 128;
    private const int DirentSize = 24;

    /// <summary>One entry; names as Latin-1, so that each byte is a character.</summary>
    public readonly record struct Entry(string Name, ulong Ino, ulong Off, uint Type, FuseEntryOut Out);

    public static string[] Names(ShareUnderTest share, NodeId directory, int room = 4096) =>
        [.. Read(share, directory, plus: false, room).Select(entry => entry.Name)];

    /// <summary>Entries with attributes; their lookups are counted.</summary>
    public static List<Entry> Plus(ShareUnderTest share, NodeId directory, int room = 4096, uint thread = 1) =>
        Read(share, directory, plus: true, room, thread);

    /// <summary>Reads to the end, in pieces of so many bytes.</summary>
    public static List<Entry> Read(ShareUnderTest share, NodeId directory, bool plus, int room, uint thread = 1)
    {
        Assert.Equal(Errno.OK, share.Fs.Opendir(ShareUnderTest.Daemon, directory, default, out FuseOpenOut open));
        var handle = new FileHandle(open.Fh);
        List<Entry> all = [];
        List<Entry> piece;
        ulong offset = 0;
        do
        {
            piece = Piece(share, directory, handle, offset, plus, room, thread);
            all.AddRange(piece);
            offset = piece.Count > 0 ? piece[^1].Off : offset;
        }
        while (piece.Count > 0);
        Assert.Equal(Errno.OK, share.Fs.Releasedir(ShareUnderTest.Daemon, directory, handle));
        return all;
    }

    public static List<Entry> Piece(
        ShareUnderTest share, NodeId directory, FileHandle handle, ulong offset, bool plus, int room, uint thread = 1)
    {
        RequestContext context = ShareUnderTest.Daemon with { Pid = thread };
        var buffer = new DirectoryBuffer(new byte[room]);
        Errno errno = plus
            ? share.Fs.Readdirplus(context, directory, handle, offset, ref buffer)
            : share.Fs.Readdir(context, directory, handle, offset, ref buffer);
        Assert.Equal(Errno.OK, errno);
        List<Entry> entries = Parse(buffer.Written, plus);
        foreach (Entry entry in entries.Where(entry => entry.Out.Nodeid != 0))
            share.Counted(entry.Out);
        return entries;
    }

    private static List<Entry> Parse(ReadOnlySpan<byte> bytes, bool plus)
    {
        List<Entry> entries = [];
        while (bytes.Length > 0)
        {
            FuseEntryOut entry = default;
            if (plus)
            {
                entry = MemoryMarshal.Read<FuseEntryOut>(bytes);
                bytes = bytes[EntryOutSize..];
            }

            ulong ino = MemoryMarshal.Read<ulong>(bytes);
            ulong off = MemoryMarshal.Read<ulong>(bytes[8..]);
            int length = MemoryMarshal.Read<int>(bytes[16..]);
            uint type = MemoryMarshal.Read<uint>(bytes[20..]);
            string name = Encoding.Latin1.GetString(bytes.Slice(DirentSize, length));
            entries.Add(new Entry(name, ino, off, type, entry));
            bytes = bytes[((DirentSize + length + 7) & ~7)..];
        }

        return entries;
    }
}
