// io_uring_setup(2), io_uring_enter(2), io_uring_register(2) and the mappings of a ring. The C library has no names for
// the first three; their numbers are the same on all architectures that .NET has.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const nint SYS_io_uring_setup = 425;
    private const nint SYS_io_uring_enter = 426;
    private const nint SYS_io_uring_register = 427;
    private const nuint IORING_ENTER_GETEVENTS = 1;
    private const nuint IORING_REGISTER_ENABLE_RINGS = 12;
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int MAP_SHARED = 1;
    private const int MAP_POPULATE = 0x8000;

    internal static Errno IoUringSetup(uint entries, ref IoUringParams parameters, out SafeFd fd)
    {
        nint result = io_uring_setup(SYS_io_uring_setup, entries, ref parameters);
        return Result((int)result, out fd);
    }

    internal static Errno IoUringEnable(SafeFd ring) =>
        Result((int)io_uring_register(SYS_io_uring_register, ring, IORING_REGISTER_ENABLE_RINGS, 0, 0));

    internal static Errno IoUringEnter(SafeFd ring, uint toSubmit, uint minComplete) =>
        Result((int)io_uring_enter(
            SYS_io_uring_enter, ring, toSubmit, minComplete, IORING_ENTER_GETEVENTS, 0, 0));

    /// <returns>Null: there is no room.</returns>
    internal static unsafe byte* MmapShared(SafeFd fd, nuint length, nuint offset)
    {
        // SAFETY: a new mapping at an address of the kernel's choice; MAP_FAILED is -1.
        nint address = mmap(0, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, (nint)offset);
        return address == -1 ? null : (byte*)address;
    }

    // SAFETY: called with what MmapShared gave, once, when nothing uses it any more.
    internal static unsafe void Munmap(byte* address, nuint length) => _ = munmap((nint)address, length);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint io_uring_setup(nint number, nuint entries, ref IoUringParams parameters);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint io_uring_enter(
        nint number, SafeFd fd, nuint toSubmit, nuint minComplete, nuint flags, nint argument, nuint size);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint io_uring_register(nint number, SafeFd fd, nuint opcode, nint argument, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, SafeFd fd, nint offset);

    [LibraryImport(Library)]
    private static partial int munmap(nint address, nuint length);
}
