// /dev/fuse (rows 1 and 7 of the request's way): one read(2) is one request, one write(2) is one reply.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>An open /dev/fuse that belongs to a connection.</summary>
internal sealed class FuseDevice : IFuseChannel
{
    // The kernel makes one BATCH_FORGET of so many milliseconds. To wake a reader for each FORGET, on another processor mostly,
    // costs rm -rf a tenth to a quarter of its time.
    private const int GatheringMilliseconds = 10;

    internal static readonly byte[] Path = "/dev/fuse\0"u8.ToArray();

    private readonly SafeFd _device;
    private readonly bool _shared;

    // Set at the end. poll(2) of the device would see the end too, and be woken by each FORGET, which is what has to be spared.
    private readonly ManualResetEvent _ends = new(false);

    public FuseDevice(SafeFd device)
        : this(device, shared: false)
    {
    }

    private FuseDevice(SafeFd device, bool shared)
    {
        _device = device;
        _shared = shared;
    }

    public Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply)
    {
        reply = buffer.Reply;
        while (true)
        {
            Errno errno = Libc.Read(_device, buffer.Request, out int length);
            request = buffer.Request[..length];
            switch (errno)
            {
                // ENOENT: the request was interrupted while the kernel handed it over (fuse_dev_do_read).
                case Errno.ENOENT or Errno.EINTR:
                    continue;

                // Somebody gave us a non-blocking descriptor.
                case Errno.EAGAIN:
                    _ = Libc.Poll(_device, Libc.POLLIN, -1, out _);
                    continue;

                default:
                    return errno;
            }
        }
    }

    public Errno Write(ReadOnlySpan<byte> message)
    {
        Errno errno = Libc.Write(_device, message, out int written);
        // The device takes a message whole or not at all.
        return errno == Errno.OK && written != message.Length ? Errno.EIO : errno;
    }

    /// <remarks>
    /// A descriptor per worker keeps the kernel's lists of running requests apart, so workers do not contend for one
    /// lock. A user who may not open /dev/fuse got the first one from fusermount3; his workers share it.
    /// </remarks>
    public IRequestChannel OpenAnother()
    {
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(Path), OpenFlags.O_RDWR, 0, out SafeFd clone);
        if (errno != Errno.OK)
            return new FuseDevice(_device, shared: true);

        uint original = (uint)_device.Value;
        errno = Libc.Ioctl(clone, FuseProtocol.FUSE_DEV_IOC_CLONE, ref original);
        if (errno == Errno.OK)
            return new FuseDevice(clone);

        clone.Dispose();
        return new FuseDevice(_device, shared: true);
    }

    public IReadOnlyList<IRequestChannel> OpenQueues(int most, out int needed) =>
        UringQueues.OpenAll(_device, most, out needed);

    public void RefuseQueues() => UringQueues.Refuse(_device);

    public void LetGather() => _ends.WaitOne(GatheringMilliseconds);

    public Errno BackingOpen(SafeFd file, out int backingId)
    {
        bool held = false;
        try
        {
            // The number travels inside a struct, so nothing else keeps it from being closed and reused.
            file.DangerousAddRef(ref held);
            var map = new FuseBackingMap { Fd = file.Value };
            return Libc.Ioctl(_device, FuseProtocol.FUSE_DEV_IOC_BACKING_OPEN, ref map, out backingId);
        }
        finally
        {
            if (held)
                file.DangerousRelease();
        }
    }

    public Errno BackingClose(int backingId)
    {
        uint id = (uint)backingId;
        return Libc.Ioctl(_device, FuseProtocol.FUSE_DEV_IOC_BACKING_CLOSE, ref id);
    }

    public void Dispose()
    {
        _ends.Set();
        if (!_shared)
            _device.Dispose();
    }
}
