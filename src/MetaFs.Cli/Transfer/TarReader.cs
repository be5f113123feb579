// From one header of a tar archive to the next, past the data.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MetaFs.Cli.Transfer;

/// <summary>Reads headers with what pax and GNU tar put before them. One thread.</summary>
internal sealed class TarReader(Stream input)
{
    // Attributes of 64 KiB each, and names: no honest header comes near it.
    private const long LargestExtension = 16 * 1024 * 1024;

    private readonly byte[] _block = new byte[TarHeader.BlockSize];
    private readonly PaxRecords _global = new();

    /// <summary>Which entry it is, counted from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next file's header; false: the archive ends as it should.</summary>
    /// <exception cref="EntryFormatException">It is no archive, or cut off.</exception>
    public bool Next([NotNullWhen(true)] out TarHeader? header, out PaxRecords records)
    {
        records = new PaxRecords();
        Number++;
        while (ReadBlock())
        {
            header = TarHeader.Read(_block, Number);
            switch (header.Type)
            {
                case 'x':
                    records.Read(Data(header.Size), Number);
                    break;
                case 'g':
                    _global.Read(Data(header.Size), Number);
                    break;
                case 'L' or 'K':
                    byte[] name = Data(header.Size).AsSpan().TrimEnd((byte)0).ToArray();
                    records.Add(header.Type == 'L' ? "path" : "linkpath", name);
                    break;
                case 'V' or 'N':
                    Skip(header.Size);
                    break;
                default:
                    SkipContent(header, records);
                    foreach ((string keyword, byte[] value) in _global.Below(""))
                    {
                        if (records.Find(keyword) is null)
                            records.Add(keyword, value);
                    }

                    return true;
            }
        }

        header = null;
        return false;
    }

    private void SkipContent(TarHeader header, PaxRecords records)
    {
        for (bool hasMore = header.HasSparseMap; hasMore; hasMore = _block[504] != 0)
            Require(ReadExactly(_block));
        long size = header.Size;
        if (records.Find("size") is { } text
            && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size))
            throw new EntryFormatException(Number, "a malformed pax header");

        // What links, directories and devices say of a size has no data behind it.
        if (header.Type is not ('1' or '2' or '3' or '4' or '5' or '6'))
            Skip(size);
    }

    // A block of zeros ends the archive; so does, as other programs have it, the end of the file.
    private bool ReadBlock()
    {
        int read = input.ReadAtLeast(_block, _block.Length, throwOnEndOfStream: false);
        Require(read == _block.Length || (read == 0 && Number > 1));
        return read > 0 && _block.AsSpan().ContainsAnyExcept((byte)0);
    }

    private byte[] Data(long size)
    {
        if (size is < 0 or > LargestExtension)
            throw new EntryFormatException(Number, "a header larger than any");
        byte[] data = new byte[(size + TarHeader.BlockSize - 1) & -TarHeader.BlockSize];
        Require(ReadExactly(data));
        return data[..(int)size];
    }

    private void Skip(long size)
    {
        byte[] chunk = new byte[64 * 1024];
        for (long left = (size + TarHeader.BlockSize - 1) & -TarHeader.BlockSize; left > 0;)
        {
            int read = input.Read(chunk, 0, (int)Math.Min(left, chunk.Length));
            Require(read > 0);
            left -= read;
        }
    }

    private bool ReadExactly(byte[] bytes) =>
        input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;

    private void Require(bool isThere)
    {
        if (!isThere)
            throw new EntryFormatException(Number, "the archive is empty or cut off");
    }
}
