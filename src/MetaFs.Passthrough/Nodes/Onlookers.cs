// Who may still be about to take in attributes that were looked at before a change.
using MetaFs.Fuse;

namespace MetaFs.Passthrough.Nodes;

/// <summary>The client threads that asked for a node's attributes since the kernel was last told to forget them.</summary>
/// <remarks>
/// A reply is taken in by the thread that asked, before it returns from its system call. So whoever asks for the next
/// thing has taken in what it asked for before, and only another thread's answer can be late.
/// </remarks>
internal struct Onlookers
{
    private const uint Nobody = 0;
    private const uint Several = uint.MaxValue;

    private uint _thread;

    /// <summary>The client of this request is about to be shown what the next look finds. Before that look, or look again.</summary>
    public void Add()
    {
        uint thread = RequestThread.Client is 0 ? Several : RequestThread.Client;
        uint seen = Interlocked.CompareExchange(ref _thread, thread, Nobody);
        if (seen != Nobody && seen != thread)
            Interlocked.Exchange(ref _thread, Several);
    }

    /// <summary>After a change: whether a client other than this request's may take in what was before it.</summary>
    /// <remarks>
    /// They count no more then: the caller notifies the kernel, which drops every answer to a question asked until now.
    /// </remarks>
    public bool TakeOthers()
    {
        uint seen = Interlocked.CompareExchange(ref _thread, Nobody, Nobody);
        if (seen == Nobody || seen == RequestThread.Client)
            return false;
        Interlocked.Exchange(ref _thread, Nobody);
        return true;
    }
}
