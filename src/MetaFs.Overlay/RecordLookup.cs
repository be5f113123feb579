// Many look-ups by one reader, without preparing a statement for each.
namespace MetaFs.Overlay;

/// <summary>Finds records by inode, each as it is at that moment. Made by <see cref="OverlayReader.Lookup"/>.</summary>
/// <remarks>One thread at a time; to be disposed before its reader.</remarks>
public sealed class RecordLookup : IDisposable
{
    private readonly OverlayReader _reader;
    private readonly SqliteStatement _row;
    private readonly SqliteStatement _name;

    internal RecordLookup(OverlayReader reader, SqliteStatement row, SqliteStatement name)
    {
        _reader = reader;
        _row = row;
        _name = name;
    }

    /// <summary>The record of an inode; null: there is none, or its row has an impossible value.</summary>
    /// <exception cref="OverlayException">The file cannot be read.</exception>
    public InodeRecord? Find(in InodeKey key) => _reader.Find(_row, key);

    /// <summary>The number that goes with a name, on a volume kept by name; 0: the name is not kept.</summary>
    /// <exception cref="OverlayException">The file cannot be read.</exception>
    public ulong FindName(long volume, ulong parent, ReadOnlySpan<byte> name) =>
        _reader.FindName(_name, volume, parent, name.ToArray());

    /// <summary>Ends the look-ups.</summary>
    public void Dispose()
    {
        _row.Dispose();
        _name.Dispose();
    }
}
