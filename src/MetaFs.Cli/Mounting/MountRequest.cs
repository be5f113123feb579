namespace MetaFs.Cli.Mounting;

/// <summary>One mount as asked for.</summary>
/// <param name="Source">The share's directory, in <see cref="ByteText"/> form.</param>
/// <param name="MountPoint">Likewise.</param>
/// <param name="OptionLists">The values of <c>-o</c>, as given.</param>
/// <param name="Trace">Whether each request is printed.</param>
internal sealed record MountRequest(
    string Source, string MountPoint, IReadOnlyList<string> OptionLists, bool Trace);
