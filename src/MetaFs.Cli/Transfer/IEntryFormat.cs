namespace MetaFs.Cli.Transfer;

/// <summary>A form of metadata that other programs know.</summary>
internal interface IEntryFormat
{
    /// <summary>As --format names it.</summary>
    string Word { get; }

    /// <summary>What it is, for the help.</summary>
    string Description { get; }

    /// <summary>Writes entries as they come.</summary>
    /// <param name="entries">Complete ones: type, owner, group, mode and times are there.</param>
    /// <param name="output">Where to.</param>
    /// <param name="left">Told of each entry that the form cannot carry, and why.</param>
    void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left);

    /// <summary>Reads entries as they come.</summary>
    /// <exception cref="EntryFormatException">A line is malformed.</exception>
    IEnumerable<Entry> Read(Stream input);
}

/// <summary>What is read is not of the form.</summary>
/// <param name="line">Counted from 1; 0: not of a line.</param>
/// <param name="problem">What is wrong, for people.</param>
internal sealed class EntryFormatException(long line, string problem) : Exception(problem)
{
    public long Line { get; } = line;
}
