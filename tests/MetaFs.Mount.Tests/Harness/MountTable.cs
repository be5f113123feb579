using System.Text.RegularExpressions;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>The kernel's own list of mounts.</summary>
internal static partial class MountTable
{
    internal sealed record Entry(string Device, string MountPoint, string Type, string Source, string Options);

    public static Entry[] Read() => [.. System.IO.File.ReadLines("/proc/self/mountinfo").Select(Parse)];

    /// <summary>The uppermost mount on this directory, or null.</summary>
    public static Entry? Find(string mountPoint) => Read().LastOrDefault(entry => entry.MountPoint == mountPoint);

    public static bool IsMetaFs(string mountPoint) => Find(mountPoint) is { Type: "fuse.metafs" };

    private static Entry Parse(string line)
    {
        string[] halves = line.Split(" - ", 2);
        string[] left = halves[0].Split(' ');
        string[] right = halves[1].Split(' ');
        return new Entry(left[2], Unescape(left[4]), right[0], Unescape(right[1]), left[5] + "," + right[2]);
    }

    private static string Unescape(string field) =>
        OctalEscape().Replace(field, match => ((char)Convert.ToInt32(match.Value[1..], 8)).ToString());

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex OctalEscape();
}
