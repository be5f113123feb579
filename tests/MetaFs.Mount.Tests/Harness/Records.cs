using System.Text.Json;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>One line of <c>metafs list --json</c>.</summary>
public sealed record RecordRow(string? Path, ulong Ino, long? Uid, long? Gid, long? Mode);

/// <summary>What the database of a share keeps, as <c>metafs list --json --db FILE</c> tells it.</summary>
internal static class Records
{
    public static RecordRow[] Of(Share share) => Of(share.Mounter, share.Database);

    public static RecordRow[] Of(Identity who, string database)
    {
        string json = MetaFsProgram.Run(who, "list", "--json", "--db", database).MustSucceed();
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(row => new RecordRow(
            row.TryGetProperty("path", out JsonElement path) ? path.GetString() : null,
            row.GetProperty("ino").GetUInt64(), Value(row, "uid"), Value(row, "gid"), Value(row, "mode")))];
    }

    /// <summary>Waits until no record of these inodes is left: a FORGET comes when the kernel sees fit.</summary>
    public static void AssertGone(Share share, params ulong[] inodes)
    {
        RecordRow[] left = [];
        bool isGone = Patience.Until(() =>
        {
            left = [.. Of(share).Where(row => inodes.Contains(row.Ino))];
            return left.Length == 0;
        });
        Assert.True(isGone, "still recorded:\n" + string.Join('\n', left.Take(10)));
    }

    private static long? Value(JsonElement row, string field) =>
        row.TryGetProperty(field, out JsonElement value) ? value.GetProperty("value").GetInt64() : null;
}
