namespace MetaFs.Cli.Options;

/// <summary>One word that <c>-o</c> knows.</summary>
/// <param name="Name">The word before any '='.</param>
/// <param name="Form">What follows the '=', as the help prints it; null for a word without value.</param>
/// <param name="Help">One line for the help.</param>
/// <param name="Apply">Puts a value into the options; null if the value is not of the form.</param>
internal sealed record MountOption(
    string Name, string? Form, string Help, Func<MountOptions, string, MountOptions?> Apply)
{
    /// <summary>As the help and messages print it: "uid=USER".</summary>
    public string Usage => Form is null ? Name : $"{Name}={Form}";
}
