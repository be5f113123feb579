using System.Buffers.Binary;

namespace MetaFs.Overlay;

/// <summary>The end of a log that somebody else writes, as it was when it was read.</summary>
internal sealed class IntentTail : IDisposable
{
    private readonly FileStream _file;
    private readonly long _end;
    private readonly ulong _next;

    /// <param name="path">The log.</param>
    /// <param name="log">What was read of it, all of whose entries were gone through.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public IntentTail(string path, in IntentRun log)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _end = log.End;
        _next = log.Next();
    }

    /// <summary>Whether an entry has come to where there was none. It begins with its length and checksum.</summary>
    public bool HasGrown
    {
        get
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            int length = RandomAccess.Read(_file.SafeFileHandle, bytes, _end);
            return (length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0) != _next;
        }
    }

    public void Dispose() => _file.Dispose();
}
