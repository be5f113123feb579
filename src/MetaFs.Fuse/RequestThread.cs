namespace MetaFs.Fuse;

/// <summary>Whose request the running thread carries.</summary>
/// <remarks>A request stays on one worker thread from its reading to its reply, so this needs no passing on.</remarks>
public static class RequestThread
{
    /// <summary>The client's thread (<see cref="RequestContext.Pid"/>); 0: none, or hidden.</summary>
    [field: ThreadStatic]
    public static uint Client { get; set; }
}
