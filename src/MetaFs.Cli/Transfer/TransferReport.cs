using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Reports;

namespace MetaFs.Cli.Transfer;

/// <summary>What an import or an apply came to.</summary>
/// <param name="Applied">Files on which all was set, or would be.</param>
/// <param name="Unchanged">Files that were as they should be.</param>
/// <param name="Failed">Files that are missing or did not take something.</param>
/// <param name="IsDry">Nothing was changed.</param>
internal readonly record struct TransferReport(long Applied, long Unchanged, long Failed, bool IsDry)
{
    /// <summary>A line for people.</summary>
    public string Text() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Applied:N0} {(IsDry ? "would be set" : "set")}, {Unchanged:N0} as they should be, {Failed:N0} failed");

    /// <summary>One JSON object.</summary>
    public string Json()
    {
        TransferReport report = this;
        return JsonValues.Object(json =>
        {
            json.WriteNumber("applied", report.Applied);
            json.WriteNumber("unchanged", report.Unchanged);
            json.WriteNumber("failed", report.Failed);
            json.WriteBoolean("dry_run", report.IsDry);
        });
    }
}
