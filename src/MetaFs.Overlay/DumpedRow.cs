namespace MetaFs.Overlay;

/// <summary>One row of one table as plain values, so that an export carries every column there is.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">
/// Name and value, in the table's order: a <see cref="long"/>, a <see cref="string"/> or a byte[]. NULL is left out.
/// </param>
public sealed record DumpedRow(string Table, IReadOnlyList<KeyValuePair<string, object>> Columns);
