// Whether a file of the database still has its name.
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Cli.Mounting;

/// <summary>What a mount gives as <see cref="OverlayOpenOptions.Watch"/>.</summary>
internal static class DatabaseWatch
{
    /// <summary>A question for a file that is there: whether its name leads to it yet. Asking allocates nothing.</summary>
    /// <remarks>
    /// With as=caller a thread has the caller's rights, and he may not search root's directories: only ENOENT and another
    /// inode are a proof.
    /// </remarks>
    public static Func<bool> Of(string file)
    {
        byte[] name = ByteText.ToTerminated(file);
        if (Look(name, out Statx opened) != Errno.OK)
            throw new OverlayException($"database {file} was moved while it was opened; mount again");
        return () => Look(name, out Statx now) switch
        {
            Errno.OK => now.Ino == opened.Ino && now.Dev == opened.Dev,
            Errno.ENOENT or Errno.ENOTDIR => false,
            _ => true,
        };
    }

    private static Errno Look(byte[] name, out Statx stat) => Libc.Statx(
        SafeFd.CurrentDirectory, CString.FromTerminated(name), AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_INO, out stat);
}
