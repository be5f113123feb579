// sched_setaffinity(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Processors that one mask of <see cref="SchedSetaffinity"/> has room for: CPU_SETSIZE.</summary>
    public const int CPU_SETSIZE = 1024;

    /// <summary>Keeps the calling thread on one processor.</summary>
    /// <param name="cpu">Its number, below <see cref="CPU_SETSIZE"/>.</param>
    /// <returns>OK; EINVAL: it is offline, or not among those that the process may use.</returns>
    public static Errno SchedSetaffinity(int cpu)
    {
        Span<byte> mask = stackalloc byte[CPU_SETSIZE / 8];
        mask.Clear();
        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        return Result(sched_setaffinity(0, (nuint)mask.Length, ref MemoryMarshal.GetReference(mask)));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int sched_setaffinity(int pid, nuint size, ref byte mask);
}
