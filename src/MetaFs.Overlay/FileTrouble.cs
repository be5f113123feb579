namespace MetaFs.Overlay;

/// <summary>What .NET throws where a file cannot be used, in the words of errno(3).</summary>
internal static class FileTrouble
{
    private const int EPERM = 1;

    /// <summary>"EACCES (Permission denied)", or the exception's own words.</summary>
    public static string Of(Exception e) => e switch
    {
        UnauthorizedAccessException { InnerException.HResult: EPERM } => "EPERM (Operation not permitted)",
        UnauthorizedAccessException => "EACCES (Permission denied)",
        _ => e.Message.TrimEnd('.'),
    };
}
