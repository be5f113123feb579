// getxattrat(2) and listxattrat(2), by which an O_PATH descriptor's file is reached in one step of /proc instead of five
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    // Not in glibc yet; one number on every architecture. Linux 6.13 brought them.
    private const nint SYS_getxattrat = 464;
    private const nint SYS_listxattrat = 465;

    private static unsafe Errno Getxattrat(SafeFd descriptors, SafeFd fd, CString name, Span<byte> value, out int size)
    {
        using var proc = new ProcFdPath(fd);

        // SAFETY: the kernel writes at most Size bytes at Value, which is pinned for the length of the call.
        fixed (byte* start = value)
        {
            var arguments = new XattrArguments { Value = (ulong)start, Size = (uint)value.Length };
            nint result = getxattrat(
                SYS_getxattrat, descriptors, in proc.Number, 0, in name.Start, in arguments, sizeof(XattrArguments));
            return Result(result, out size);
        }
    }

    private static Errno Listxattrat(SafeFd descriptors, SafeFd fd, Span<byte> names, out int size)
    {
        using var proc = new ProcFdPath(fd);
        ref byte start = ref MemoryMarshal.GetReference(names);
        return Result(
            listxattrat(SYS_listxattrat, descriptors, in proc.Number, 0, ref start, (nuint)names.Length), out size);
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint getxattrat(
        nint number, SafeFd dirfd, ref readonly byte path, nint flags, ref readonly byte name,
        ref readonly XattrArguments arguments, nint size);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint listxattrat(
        nint number, SafeFd dirfd, ref readonly byte path, nint flags, ref byte list, nuint size);

    // This process's own /proc/self/fd, from the first question on.
    private static class OwnDescriptors
    {
        /// <summary>Null: the kernel, or who filters its calls, has neither call for us.</summary>
        public static readonly SafeFd? Directory = Open();

        private static SafeFd? Open()
        {
            CString path = CString.FromTerminated("/proc/self/fd\0"u8);
            OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
            if (Openat(SafeFd.CurrentDirectory, path, flags, 0, out SafeFd directory) != Errno.OK)
                return null;
            CString name = CString.FromTerminated("user.metafs\0"u8);
            if (Listxattrat(directory, directory, [], out _) == Errno.OK
                && Getxattrat(directory, directory, name, [], out _) is Errno.ENODATA or Errno.EOPNOTSUPP)
                return directory;
            directory.Dispose();
            return null;
        }
    }

    // struct xattr_args, linux/xattr.h
    private struct XattrArguments
    {
        public ulong Value;
        public uint Size;
        public uint Flags;
    }
}
