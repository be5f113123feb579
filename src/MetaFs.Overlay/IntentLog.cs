// The file ahead of the database: records that are on their way into it.
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace MetaFs.Overlay;

/// <summary>Appends entries to a log that begins anew whenever the database has them all. Not thread-safe.</summary>
/// <remarks>
/// One pwrite(2) makes a change survive SIGKILL, where a transaction of SQLite's takes eleven system calls. The file begins
/// with a magic number and the number of its run; the database has the number of the run that is to be played into it. The
/// transaction that takes a run's entries in changes that number, so at every moment the entries are in the log, or in the
/// database, and a log that does not belong to the database, or to this state of it, is never played. Nothing in here
/// survives power loss for sure: who wants that has the entries taken in, and the database synced.
/// </remarks>
internal sealed class IntentLog : IDisposable
{
    // Some 600 entries: what is taken in at once takes a millisecond or two, and somebody waits for it.
    private const long Room = 128 * 1024;
    private const int HeaderLength = 16;

    private static ReadOnlySpan<byte> Magic => "MtFsInt\u0001"u8;

    private readonly FileStream _stream;
    private readonly SafeFileHandle _file;
    private ulong _run;
    private long _end;

    private IntentLog(FileStream stream)
    {
        _stream = stream;
        _file = stream.SafeFileHandle;
    }

    /// <summary>Whether there is a run to add to.</summary>
    public bool HasBegun => _end > 0;

    /// <summary>Whether another entry may be added.</summary>
    public bool HasRoom => _end < Room;

    /// <summary>A number that no run had before.</summary>
    public static ulong NewRun()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) | 1;
    }

    /// <summary>Makes the file, of mode 0600, where there is none.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static IntentLog Open(string path) => new(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        BufferSize = 0,
    }));

    /// <summary>Begins anew. The database has the run's number already.</summary>
    /// <exception cref="IOException">It cannot be written; what is in the file is of no run that counts.</exception>
    public void Begin(ulong run)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64LittleEndian(header[Magic.Length..], run);
        RandomAccess.Write(_file, header, 0);
        _run = run;
        _end = HeaderLength;
    }

    /// <summary>Adds an entry; it survives SIGKILL then.</summary>
    /// <exception cref="IOException">It is not there; the next one takes its place.</exception>
    public void Append(IntentEntry entry)
    {
        entry.Seal(_run, _end);
        RandomAccess.Write(_file, entry.Bytes, _end);
        _end += entry.Bytes.Length;
    }

    /// <summary>Reads the run's number and what follows it; nothing where there is no log.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static IntentRun Read(string path)
    {
        // Most often there is none, and an exception costs more than all the rest.
        if (!File.Exists(path))
            return default;
        byte[] bytes;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bytes = new byte[Math.Min(file.Length, 2 * Room)];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            Array.Resize(ref bytes, length);
        }
        catch (FileNotFoundException)
        {
            return default;
        }

        return bytes.Length < HeaderLength || !bytes.AsSpan().StartsWith(Magic)
            ? default
            : new IntentRun(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(Magic.Length)), bytes, HeaderLength);
    }

    public void Dispose() => _stream.Dispose();
}
