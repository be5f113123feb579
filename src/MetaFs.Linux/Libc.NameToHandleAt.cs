// name_to_handle_at(2)
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>MAX_HANDLE_SZ: no handle is longer.</summary>
    public const int MaxHandleSize = 128;

    /// <summary>The filesystem's own lasting name of a file.</summary>
    /// <param name="fd">The file; O_PATH descriptors will do.</param>
    /// <param name="handle">Where the handle goes; <see cref="MaxHandleSize"/> bytes are always enough.</param>
    /// <param name="length">Bytes filled in; with EOVERFLOW, bytes needed.</param>
    /// <param name="handleType">What kind of handle; compare it too.</param>
    /// <returns>OK; EOPNOTSUPP: the filesystem has no handles; EOVERFLOW: the buffer is too small.</returns>
    public static Errno NameToHandleAt(SafeFd fd, Span<byte> handle, out int length, out int handleType) =>
        NameToHandleAt(fd, CString.Empty, handle, out length, out handleType);

    /// <summary>The same for a name in a directory, not followed; an empty name means the directory itself.</summary>
    public static Errno NameToHandleAt(
        SafeFd dir, CString name, Span<byte> handle, out int length, out int handleType)
    {
        var native = new NativeFileHandle { Bytes = (uint)Math.Min(handle.Length, MaxHandleSize) };
        int result = name_to_handle_at(
            dir, in name.Start, ref native, out _, AtFlags.AT_EMPTY_PATH);
        if (result < 0)
        {
            length = LastError == Errno.EOVERFLOW ? (int)native.Bytes : 0;
            handleType = 0;
            return LastError;
        }

        length = (int)native.Bytes;
        handleType = native.Type;
        ((ReadOnlySpan<byte>)native.Handle)[..length].CopyTo(handle);
        return Errno.OK;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int name_to_handle_at(
        SafeFd dirfd, ref readonly byte path, ref NativeFileHandle handle, out int mountId, AtFlags flags);

    /// <summary>struct file_handle with room for the longest.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 136)]
    private struct NativeFileHandle
    {
        public uint Bytes;
        public int Type;
        public HandleBytes Handle;
    }

    [InlineArray(MaxHandleSize)]
    private struct HandleBytes
    {
        private byte _first;
    }
}
