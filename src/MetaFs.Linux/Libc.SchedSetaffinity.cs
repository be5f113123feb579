// sched_setaffinity(2) and sched_getaffinity(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Processors that one mask has room for.</summary>
    public const int CPU_SETSIZE = 1024;

    /// <summary>Keeps the calling thread on one processor.</summary>
    /// <param name="cpu">Its number, below <see cref="CPU_SETSIZE"/>. One that <see cref="SchedGetaffinity"/> has.</param>
    /// <returns>OK; EINVAL: it is offline, or not in the process's cpuset.</returns>
    public static Errno SchedSetaffinity(int cpu)
    {
        Span<byte> mask = stackalloc byte[CPU_SETSIZE / 8];
        mask.Clear();
        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        return Result(sched_setaffinity(0, (nuint)mask.Length, ref MemoryMarshal.GetReference(mask)));
    }

    /// <summary>Says on which processors the calling thread may run: the online ones that whoever started it left it.</summary>
    /// <param name="cpus">Their numbers, ascending.</param>
    /// <returns>OK; EINVAL: the kernel has more than <see cref="CPU_SETSIZE"/>.</returns>
    public static Errno SchedGetaffinity(out IReadOnlyList<int> cpus)
    {
        Span<byte> mask = stackalloc byte[CPU_SETSIZE / 8];
        mask.Clear();
        int result = sched_getaffinity(0, (nuint)mask.Length, ref MemoryMarshal.GetReference(mask));
        List<int> found = [];
        for (int cpu = 0; result >= 0 && cpu < CPU_SETSIZE; cpu++)
        {
            if ((mask[cpu / 8] & (1 << (cpu % 8))) != 0)
                found.Add(cpu);
        }

        cpus = found;
        return Result(result);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int sched_setaffinity(int pid, nuint size, ref byte mask);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int sched_getaffinity(int pid, nuint size, ref byte mask);
}
