// io_uring(7), as far as drivers' own commands need it: one ring, one thread, one command under way.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>A ring for commands that a driver defines (IORING_OP_URING_CMD), with 80 bytes of arguments each.</summary>
/// <remarks>
/// Made by any thread, then used by the one that calls <see cref="Enable"/>, and by no other: completions are run by that
/// thread's own <see cref="Wait"/> (IORING_SETUP_DEFER_TASKRUN, Linux 6.1), and interrupt none of its other system calls.
/// Source: io_uring_setup(2), include/uapi/linux/io_uring.h.
/// </remarks>
public sealed unsafe class IoUring : IDisposable
{
    /// <summary>Bytes of a command's arguments.</summary>
    public const int ArgumentSize = 80;

    private const byte IORING_OP_URING_CMD = 46;
    private const int SqeSize = 128;
    private const nuint IORING_OFF_SQES = 0x10000000;

    private readonly SafeFd _fd;

    // Queue of submissions, then that of completions, in one mapping (IORING_FEAT_SINGLE_MMAP, Linux 5.4).
    private readonly byte* _queues;
    private readonly nuint _queuesSize;
    private readonly byte* _sqe;

    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly byte* _completions;
    private readonly uint _completionMask;

    // Two struct iovec, where the kernel finds a command's buffers.
    private readonly nuint* _vectors;

    private IoUring(SafeFd fd, in IoUringParams parameters, byte* queues, nuint queuesSize, byte* sqe)
    {
        _fd = fd;
        _queues = queues;
        _queuesSize = queuesSize;
        _sqe = sqe;
        _submissionHead = (uint*)(queues + parameters.SqHead);
        _submissionTail = (uint*)(queues + parameters.SqTail);
        _completionHead = (uint*)(queues + parameters.CqHead);
        _completionTail = (uint*)(queues + parameters.CqTail);
        _completionMask = *(uint*)(queues + parameters.CqRingMask);
        _completions = queues + parameters.CqCqes;
        _vectors = (nuint*)NativeMemory.AllocZeroed(4, (nuint)sizeof(nuint));

        // The one entry that there is.
        *(uint*)(queues + parameters.SqArray) = 0;
    }

    /// <summary>Makes a ring.</summary>
    /// <returns>
    /// OK; EPERM: kernel.io_uring_disabled forbids it; ENOSYS, EINVAL: the kernel is too old; ENOMEM, EMFILE.
    /// </returns>
    public static Errno Create(out IoUring? ring)
    {
        ring = null;
        var parameters = new IoUringParams
        {
            Flags = IoUringParams.IORING_SETUP_SQE128 | IoUringParams.IORING_SETUP_R_DISABLED
                | IoUringParams.IORING_SETUP_SINGLE_ISSUER | IoUringParams.IORING_SETUP_DEFER_TASKRUN,
        };
        Errno errno = Libc.IoUringSetup(entries: 1, ref parameters, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        nuint size = Math.Max(
            parameters.SqArray + sizeof(uint), parameters.CqCqes + (parameters.CqEntries * (uint)sizeof(Completion)));

        // SAFETY: both mappings are as long as the kernel's own numbers say, and live as long as this object.
        byte* queues = Libc.MmapShared(fd, size, 0);
        byte* sqe = queues is null ? null : Libc.MmapShared(fd, SqeSize, IORING_OFF_SQES);
        if (sqe is null)
        {
            if (queues is not null)
                Libc.Munmap(queues, size);
            fd.Dispose();
            return Errno.ENOMEM;
        }

        ring = new IoUring(fd, in parameters, queues, size, sqe);
        return Errno.OK;
    }

    /// <summary>Makes the ring the calling thread's.</summary>
    public Errno Enable() => Libc.IoUringEnable(_fd);

    /// <summary>Prepares a command for a file; <see cref="Wait"/> hands it over.</summary>
    /// <param name="file">Open, and left open by the caller until the command is complete.</param>
    /// <param name="operation">The driver's number for it.</param>
    /// <param name="arguments">At most <see cref="ArgumentSize"/> bytes.</param>
    /// <typeparam name="T">The arguments in their C layout.</typeparam>
    public void Prepare<T>(SafeFd file, uint operation, in T arguments)
        where T : unmanaged
    {
        Fill(file, operation, in arguments);
        Volatile.Write(ref *_submissionTail, *_submissionTail + 1);
    }

    /// <summary>Prepares a command that gives the driver two buffers.</summary>
    /// <param name="file">As above.</param>
    /// <param name="operation">As above.</param>
    /// <param name="first">Pinned by the caller for as long as the driver uses it.</param>
    /// <param name="second">Pinned likewise.</param>
    /// <param name="arguments">As above.</param>
    /// <typeparam name="T">As above.</typeparam>
    public void Prepare<T>(SafeFd file, uint operation, Span<byte> first, Span<byte> second, in T arguments)
        where T : unmanaged
    {
        // SAFETY: _vectors has room for two struct iovec; the buffers' addresses are good as the caller pinned them.
        _vectors[0] = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first));
        _vectors[1] = (nuint)first.Length;
        _vectors[2] = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(second));
        _vectors[3] = (nuint)second.Length;
        Fill(file, operation, in arguments);
        *(ulong*)(_sqe + 16) = (ulong)_vectors;
        *(uint*)(_sqe + 24) = 2;
        Volatile.Write(ref *_submissionTail, *_submissionTail + 1);
    }

    /// <summary>Hands over what was prepared, and waits until a command is complete.</summary>
    /// <param name="result">The driver's answer: 0 or more, or a negated errno.</param>
    /// <returns>OK, or why there is no waiting on this ring.</returns>
    public Errno Wait(out int result)
    {
        result = 0;
        while (true)
        {
            // SAFETY: the counters lie in the mapping of the queues.
            uint head = *_completionHead;
            if (head != Volatile.Read(ref *_completionTail))
            {
                result = ((Completion*)_completions)[head & _completionMask].Result;
                Volatile.Write(ref *_completionHead, head + 1);
                return Errno.OK;
            }

            // What a signal has cut short is there still: the kernel moves the head of what it took.
            uint toSubmit = *_submissionTail - Volatile.Read(ref *_submissionHead);
            Errno errno = Libc.IoUringEnter(_fd, toSubmit, minComplete: 1);

            // No memory for it just now (io_uring_enter(2)); whoever waits for the command's answer must get it.
            if (errno is Errno.EAGAIN or Errno.EBUSY)
                Thread.Yield();
            else if (errno is not (Errno.OK or Errno.EINTR))
                return errno;
        }
    }

    /// <summary>Ends the ring; commands under way are cancelled. By its own thread, or before it was enabled.</summary>
    public void Dispose()
    {
        Libc.Munmap(_sqe, SqeSize);
        Libc.Munmap(_queues, _queuesSize);
        _fd.Dispose();
        NativeMemory.Free(_vectors);
    }

    private void Fill<T>(SafeFd file, uint operation, in T arguments)
        where T : unmanaged
    {
        // SAFETY: the entry has SqeSize bytes; the kernel does not look at it before the tail says so, and by the
        // completion that Wait has seen it is done with the command before.
        var sqe = new Span<byte>(_sqe, SqeSize);
        sqe.Clear();
        sqe[0] = IORING_OP_URING_CMD;
        MemoryMarshal.Write(sqe[4..], file.Value);
        MemoryMarshal.Write(sqe[8..], in operation);
        MemoryMarshal.Write(sqe[48..][..ArgumentSize], in arguments);
    }

    /// <summary>struct io_uring_cqe.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Completion
    {
        public ulong UserData;
        public int Result;
        public uint Flags;
    }
}
