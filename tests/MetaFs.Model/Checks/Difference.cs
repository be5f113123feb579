using System.Text;
using System.Text.RegularExpressions;
using MetaFs.Model.State;

namespace MetaFs.Model.Checks;

/// <summary>What a difference means to a user.</summary>
internal enum Harm
{
    /// <summary>A change that was acknowledged is not there, or one that was not asked for is.</summary>
    Lost,

    /// <summary>The file shows an owner that was only ever given to another file.</summary>
    WrongFile,

    /// <summary>A file that must be there cannot be found.</summary>
    Hidden,

    /// <summary>A call ended otherwise than it must.</summary>
    Errno,
}

/// <summary>One field of one file that is not as the model has it.</summary>
internal sealed partial record Difference(string Path, string Field, string Expected, string Got)
{
    public Harm Harm { get; init; } = Harm.Lost;

    /// <summary>The model's number of the inode; 0: of none.</summary>
    public int Inode { get; init; }

    public IReadOnlyList<string> History { get; init; } = [];

    /// <summary>Whether it is the same field of the same file.</summary>
    public bool IsOfSame(Difference other) =>
        Inode == other.Inode && string.Equals(Field, other.Field, StringComparison.Ordinal)
        && (Inode != 0 || string.Equals(Path, other.Path, StringComparison.Ordinal));

    public override string ToString()
    {
        StringBuilder text = new();
        text.Append($"difference: {ByteString.Escape(Path)} {Field}: expected {Expected}, got {Got} ({Harm})");
        foreach (string operation in History)
            text.Append("\n    ").Append(operation);
        return LongName().Replace(text.ToString(), "nn(to 255 bytes)");
    }

    [GeneratedRegex("n{20,}")]
    private static partial Regex LongName();

    public static Difference Of(string path, Inode inode, string field, string expected, string got) =>
        new(path, field, expected, got) { Inode = inode.Id, History = [.. inode.History] };
}
