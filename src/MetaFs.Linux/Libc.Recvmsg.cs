// recvmsg(2) and sendmsg(2), as far as they carry descriptors: unix(7), SCM_RIGHTS
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const int SOL_SOCKET = 1;
    private const int SCM_RIGHTS = 1;
    private const int MSG_NOSIGNAL = 0x4000;
    private const int MSG_CMSG_CLOEXEC = 0x40000000;

    /// <summary>Receives one descriptor over a unix socket, closed on exec.</summary>
    /// <param name="socket">A connected unix socket.</param>
    /// <param name="fd">The descriptor, caller disposes.</param>
    /// <returns>
    /// OK; ECONNRESET: the peer closed without sending one; EBADMSG: a message came without a descriptor.
    /// </returns>
    public static unsafe Errno RecvFd(SafeFd socket, out SafeFd fd)
    {
        byte data = 0;
        ControlMessage control = default;

        // SAFETY: everything the headers point at lives on this stack frame until the call returns.
        var vector = new IoVector(&data, 1);
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1 };
        nint result;
        do
        {
            message.Control = &control;
            message.ControlLength = ControlMessage.Length;
            result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        }
        while (Interrupted(result));

        bool received = result >= 0 && message.ControlLength >= ControlMessage.Length
            && control.Level == SOL_SOCKET && control.Type == SCM_RIGHTS;
        fd = received ? new SafeFd(control.Fd) : SafeFd.Invalid;
        if (result < 0)
            return LastError;
        if (received)
            return Errno.OK;
        return result == 0 ? Errno.ECONNRESET : Errno.EBADMSG;
    }

    /// <summary>Sends one descriptor over a unix socket, with one byte of data.</summary>
    /// <param name="socket">A connected unix socket.</param>
    /// <param name="fd">Stays open here.</param>
    public static unsafe Errno SendFd(SafeFd socket, SafeFd fd)
    {
        using var reference = new FdReference(fd);
        byte data = 0;
        var control = new ControlMessage
        {
            TotalLength = ControlMessage.Length,
            Level = SOL_SOCKET,
            Type = SCM_RIGHTS,
            Fd = reference.Number,
        };

        // SAFETY: everything the headers point at lives on this stack frame until the call returns.
        var vector = new IoVector(&data, 1);
        var message = new MessageHeader
        {
            Vectors = &vector,
            VectorCount = 1,
            Control = &control,
            ControlLength = ControlMessage.Length,
        };
        nint result;
        do
            result = sendmsg(socket, &message, MSG_NOSIGNAL);
        while (Interrupted(result));
        return result < 0 ? LastError : Errno.OK;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static unsafe partial nint recvmsg(SafeFd socket, MessageHeader* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static unsafe partial nint sendmsg(SafeFd socket, MessageHeader* message, int flags);

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 56)]
    private unsafe struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public uint Padding;
        public IoVector* Vectors;
        public nuint VectorCount;
        public ControlMessage* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr with one descriptor.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct ControlMessage
    {
        /// <summary>CMSG_LEN(sizeof(int)). With CMSG_SPACE, 24, the kernel would add a second descriptor.</summary>
        public const int Length = 20;

        public nuint TotalLength;
        public int Level;
        public int Type;
        public int Fd;
    }
}
