namespace MetaFs.Passthrough;

/// <summary>The share cannot be mounted over; the message says why and what to do.</summary>
public sealed class ShareException : Exception
{
    /// <summary>Makes an exception with a message for the person who mounts.</summary>
    public ShareException(string message)
        : base(message)
    {
    }

    /// <summary>Whether the database is the trouble, not the share.</summary>
    public bool ConcernsDatabase { get; init; }

    /// <summary>Makes an exception with its cause.</summary>
    public ShareException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception without a message; use the others.</summary>
    public ShareException()
    {
    }
}
