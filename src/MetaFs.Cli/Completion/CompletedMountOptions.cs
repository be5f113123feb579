using MetaFs.Cli.Options;

namespace MetaFs.Cli.Completion;

/// <summary>The words of <c>-o</c> as the shells have to know them.</summary>
internal static class CompletedMountOptions
{
    /// <summary>"uid=", "ro": as they are typed.</summary>
    public static string Typed(MountOption option) => option.Form is null ? option.Name : $"{option.Name}=";

    /// <summary>The values to choose from: "try|record"; empty where there is no choice.</summary>
    public static IReadOnlyList<string> Values(MountOption option) =>
        option.Form is { } form && form.Contains('|') ? form.Split('|') : [];
}
