namespace MetaFs.Overlay;

/// <summary>A database that cannot be used; the message names the file, the reason and the cure.</summary>
public sealed class OverlayException : Exception
{
    /// <summary>An exception with a general message.</summary>
    public OverlayException()
        : this("the database cannot be used")
    {
    }

    /// <summary>An exception with a message for people.</summary>
    public OverlayException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message for people and what caused it.</summary>
    public OverlayException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
