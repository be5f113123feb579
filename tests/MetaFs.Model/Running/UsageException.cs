namespace MetaFs.Model.Running;

/// <summary>What was asked for cannot be done; exit status 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
