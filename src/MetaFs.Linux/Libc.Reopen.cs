// open(2) of what a descriptor refers to, through /proc/self/fd
namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Opens an open file once more, with flags of its own; works when it has no name any more.</summary>
    /// <param name="file">The file; O_PATH descriptors will do.</param>
    /// <param name="flags">O_* flags; O_NOFOLLOW is taken out, since the proc entry is itself a link.</param>
    /// <param name="fd">Caller disposes; <see cref="SafeFd.Invalid"/> on error.</param>
    public static Errno Reopen(SafeFd file, OpenFlags flags, out SafeFd fd)
    {
        using var proc = new ProcFdPath(file);
        int native = (flags & ~OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC).Value;
        int result;
        do
            result = openat(SafeFd.CurrentDirectory, in proc.Start, native, 0);
        while (Interrupted(result));
        return Result(result, out fd, flags.Has(OpenFlags.O_PATH));
    }
}
