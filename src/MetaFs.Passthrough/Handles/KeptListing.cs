using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Handles;

/// <summary>What is known of the listing of one directory that the kernel keeps (fs/fuse/readdir.c, fuse_readdir_cached).</summary>
/// <remarks>
/// The kernel keeps what handles with FOPEN_CACHE_DIR have read until one is opened without FOPEN_KEEP_CACHE, and what it keeps
/// may have been read by several of them, in parts. So all that are open at one time begin with the directory as it is
/// now: its ctime, which no program can set back, is theirs, and a handle may be told to keep what there is only while
/// ctime is still the same, and was too old then for a later change to get it too.
/// All members are guarded by the object's own monitor.
/// </remarks>
internal sealed class KeptListing
{
    // ext3, and ext4 with small inodes, keep whole seconds; the kernel's clock for times is a tick behind.
    private const long Settled = 2_000_000_000;

    private const FuseOpenOutFlags Drop = FuseOpenOutFlags.None;

    private long _ctime;
    private int _handles;
    private bool _isRead;

    /// <summary>A handle is opened that reads names alone.</summary>
    /// <param name="stat">The directory as the share shows it after the handle was opened there.</param>
    /// <param name="now">This machine's clock, ns, at that time or before.</param>
    /// <returns>What the kernel is told; unless it is none, <see cref="Close"/> follows.</returns>
    public FuseOpenOutFlags Open(in Statx stat, long now)
    {
        lock (this)
        {
            if (stat.CtimeNs != _ctime)
            {
                if (_handles > 0 || now - stat.CtimeNs < Settled)
                    return Drop;
                _ctime = stat.CtimeNs;
                _isRead = false;
            }

            _handles++;
            return _isRead ? FuseOpenOutFlags.FOPEN_CACHE_DIR | FuseOpenOutFlags.FOPEN_KEEP_CACHE : FuseOpenOutFlags.FOPEN_CACHE_DIR;
        }
    }

    /// <summary>Such a handle is read, so the kernel has dropped what there was before it was opened.</summary>
    /// <remarks>Answers overtake each other: until then another one that may keep would show what is about to be dropped.</remarks>
    public void Read()
    {
        lock (this)
            _isRead = true;
    }

    /// <summary>Such a handle is closed.</summary>
    public void Close()
    {
        lock (this)
            _handles--;
    }
}
