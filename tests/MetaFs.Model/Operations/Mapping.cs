using System.Runtime.InteropServices;

namespace MetaFs.Model.Operations;

/// <summary>A shared mapping of a file, reached by system calls only.</summary>
/// <remarks>
/// The bytes go through a pipe, so that it is the kernel that touches the pages. It makes them dirty as a program's own
/// store would, but where a page cannot be had, since the daemon is dead, it answers EFAULT instead of SIGBUS.
/// </remarks>
internal sealed class Mapping : IDisposable
{
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int MAP_SHARED = 1;
    private const int MS_SYNC = 4;
    private const int PipeSize = 4096;

    private readonly nint _address;
    private readonly nuint _length;

    private Mapping(nint address, nuint length)
    {
        _address = address;
        _length = length;
    }

    /// <summary>Maps the file from its beginning, for reading and writing.</summary>
    public static Errno Map(SafeFd fd, long length, out Mapping? mapping)
    {
        nint address = mmap(0, (nuint)length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        mapping = address == -1 ? null : new Mapping(address, (nuint)length);
        return address == -1 ? LastError : Errno.OK;
    }

    public Errno Write(long offset, ReadOnlySpan<byte> bytes) => Transfer(offset, bytes, [], writes: true);

    public Errno Read(long offset, Span<byte> bytes) => Transfer(offset, [], bytes, writes: false);

    /// <summary>msync(2) with MS_SYNC: the file has what the mapping has.</summary>
    public Errno Sync() => msync(_address, _length, MS_SYNC) < 0 ? LastError : Errno.OK;

    public void Dispose() => _ = munmap(_address, _length);

    private Errno Transfer(long offset, ReadOnlySpan<byte> source, Span<byte> target, bool writes)
    {
        Errno errno = Libc.Pipe2(out SafeFd readEnd, out SafeFd writeEnd);
        using (readEnd)
        using (writeEnd)
        {
            int length = writes ? source.Length : target.Length;
            for (int done = 0; errno == Errno.OK && done < length;)
            {
                int part = Math.Min(PipeSize, length - done);
                nint at = _address + (nint)offset + done;
                nint moved = part;
                if (writes)
                {
                    errno = Libc.Write(writeEnd, source.Slice(done, part), out _);
                    if (errno == Errno.OK)
                        moved = read(readEnd, at, (nuint)part);
                }
                else
                {
                    moved = write(writeEnd, at, (nuint)part);
                    if (moved > 0)
                        errno = Libc.Read(readEnd, target.Slice(done, (int)moved), out _);
                }

                if (errno == Errno.OK && moved < part)
                    errno = Errno.EFAULT;
                done += part;
            }
        }

        return errno;
    }

    private static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    [DllImport("libc", SetLastError = true)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, SafeFd fd, long offset);

    [DllImport("libc", SetLastError = true)]
    private static extern int munmap(nint address, nuint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int msync(nint address, nuint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(SafeFd fd, nint buffer, nuint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(SafeFd fd, nint buffer, nuint count);
}
