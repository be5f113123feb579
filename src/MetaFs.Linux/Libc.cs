// What every wrapper shares: how errno gets out, and the one EINTR rule.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>System calls, one man page per file; each returns an <see cref="Errno"/> and its results as out.</summary>
/// <remarks>
/// Out parameters are zero, or <see cref="SafeFd.Invalid"/>, when a call fails. Calls that may sleep on a slow file
/// are started again after EINTR; calls that change names are not, for the filesystem may have done its work.
/// C declares some of these functions variadic. On x64 and arm64 Linux integer arguments of variadic functions are
/// passed like any others, so fixed signatures are right.
/// </remarks>
public static partial class Libc
{
    private const string Library = "libc";

    private static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    private static Errno Result(int result) => result < 0 ? LastError : Errno.OK;

    private static Errno Result(nint result, out int count)
    {
        count = result < 0 ? 0 : (int)result;
        return result < 0 ? LastError : Errno.OK;
    }

    private static Errno Result(int result, out SafeFd fd, bool pathOnly = false)
    {
        fd = result < 0 ? SafeFd.Invalid : new SafeFd(result, ownsHandle: true, pathOnly);
        return result < 0 ? LastError : Errno.OK;
    }

    /// <summary>The condition of a restart loop: the call was cut short by a signal before it did anything.</summary>
    private static bool Interrupted(nint result) => result < 0 && LastError == Errno.EINTR;
}
