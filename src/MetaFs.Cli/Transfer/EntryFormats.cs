namespace MetaFs.Cli.Transfer;

/// <summary>The forms by word. "json" is the complete one and is not among them: <see cref="DumpLines"/>.</summary>
internal static class EntryFormats
{
    public const string Complete = "json";

    public static IReadOnlyList<IEntryFormat> All { get; } =
        [new MtreeFormat(), new TarFormat(), new GetfaclFormat(), new RsyncStatFormat(), new FakerootFormat()];

    /// <summary>Every word of --format, the complete form first.</summary>
    public static string[] Words { get; } = [Complete, .. All.Select(static format => format.Word)];

    /// <summary>The form of a word; null for the complete one.</summary>
    public static IEntryFormat? Find(string word) => All.FirstOrDefault(format => format.Word == word);
}
