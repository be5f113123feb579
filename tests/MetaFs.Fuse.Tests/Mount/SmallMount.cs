using System.Runtime.InteropServices;
using System.Text;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>A mounted <see cref="SmallFileSystem"/>. Disposing it unmounts, and fails if anything is left.</summary>
internal sealed class SmallMount : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("metafs-fuse-").FullName;
    private readonly SafeFd _backing;
    private readonly bool _byFusermount;
    private bool _unmounted;

    public SmallMount(
        FuseServerOptions? options = null, bool byFusermount = false, string source = "test,source",
        Func<IFuseChannel, IFuseChannel>? wrap = null)
    {
        _byFusermount = byFusermount;
        Path = System.IO.Path.Combine(_directory, "mount");
        System.IO.Directory.CreateDirectory(Path);
        string backing = System.IO.Path.Combine(_directory, "backing");
        File.WriteAllText(backing, "passed");
        Assert.Equal(
            Errno.OK, Libc.Openat(SafeFd.CurrentDirectory, Name(backing), OpenFlags.O_RDONLY, 0, out _backing));
        FileSystem = new SmallFileSystem(_backing);

        var mount = new FuseMountOptions { MountPoint = Path, Source = source, DefaultPermissions = true };
        SafeFd device = byFusermount
            ? Fusermount.Mount(Path, FuseMounter.UserOptions(mount))
            : FuseMounter.Mount(mount);
        IFuseChannel channel = new FuseDevice(device);
        Server = new FuseServer(wrap is null ? channel : wrap(channel), FileSystem, options ?? new FuseServerOptions(), Log);
        Server.Start();
        Assert.True(Server.WaitUntilInitialized(Patience), string.Join('\n', Log.Lines));
    }

    public string Path { get; }

    public SmallFileSystem FileSystem { get; }

    public FuseServer Server { get; }

    public ListLogger Log { get; } = new();

    public static MountEntry? Entry(string path) =>
        MountInfo.Read().FirstOrDefault(entry => Encoding.UTF8.GetString(entry.MountPoint) == path);

    public string FilePath(string name) => System.IO.Path.Combine(Path, name);

    public SafeFd Open(string name, OpenFlags flags = default)
    {
        Assert.Equal(Errno.OK, TryOpen(name, out SafeFd fd, flags));
        return fd;
    }

    public Errno TryOpen(string name, out SafeFd fd, OpenFlags flags = default) =>
        Libc.Openat(SafeFd.CurrentDirectory, Name(FilePath(name)), flags, 0, out fd);

    public Statx Stat(string name)
    {
        Assert.Equal(
            Errno.OK,
            Libc.Statx(
                SafeFd.CurrentDirectory, Name(FilePath(name)), AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_BASIC_STATS,
                out Statx stat));
        return stat;
    }

    /// <summary>A read as large as requests can be is one request.</summary>
    public void ReadAMegabyteAtOnce()
    {
        using SafeFd file = Open("direct");

        // Page-aligned: otherwise the megabyte lies on 257 pages, one more than a request may have.
        byte[] pinned = GC.AllocateArray<byte>((1 << 20) + 65536, pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        Span<byte> bytes = pinned.AsSpan((int)(65536 - (address % 65536)), 1 << 20);
        Assert.Equal(Errno.OK, Libc.Pread(file, bytes, 7, out int count));
        Assert.Equal((1 << 20, 1 << 20), (count, FileSystem.LargestRead));
        Assert.True(bytes.SequenceEqual(SmallFileSystem.Content.AsSpan(7, 1 << 20)));
    }

    /// <summary>An ioctl(2) of a directory, whose request has a payload, and its answer too.</summary>
    public void CallADirectory()
    {
        using SafeFd directory = Open("", OpenFlags.O_DIRECTORY);
        int answer = 0;
        Assert.Equal(Errno.OK, Libc.Ioctl(directory, SmallFileSystem.Command, ref answer));
        Assert.Equal(0x2A2A2A2A, answer);
        Assert.Equal(Errno.ENOTTY, Libc.Ioctl(directory, SmallFileSystem.Command + 1, ref answer));
    }

    /// <summary>So many readers wait for an answer, and somebody else gets his.</summary>
    public void StickReaders(int readers)
    {
        using SafeFd file = Open("stuck");
        Thread[] threads = [.. Enumerable.Range(0, readers).Select(i => new Thread(() =>
            Libc.Pread(file, new byte[16], (ulong)i * 16, out _)))];
        Array.ForEach(threads, thread => thread.Start());
        Assert.True(SpinWait.SpinUntil(() => FileSystem.Waiting == readers, Patience));
        Assert.Equal(4711u, Stat("data").Uid);
        FileSystem.Gate.Set();
        Array.ForEach(threads, thread => thread.Join());
    }

    public Errno Unmount(bool lazy = false)
    {
        Errno errno = _byFusermount ? Fusermount.Unmount(Path, lazy) : FuseMounter.Unmount(Path, lazy);
        _unmounted |= errno == Errno.OK;
        return errno;
    }

    public void Dispose()
    {
        FileSystem.Gate.Set();
        // A close(2) that returned may still have its RELEASE on the way, but nobody else is in here.
        if (!_unmounted)
            Assert.Equal(Errno.OK, Unmount(lazy: true));
        Assert.True(Server.WaitUntilUnmounted(Patience));
        Assert.Null(Entry(Path));
        Assert.True(FileSystem.Destroyed);
        Assert.Equal(0, Server.Statistics.Threads);
        Server.Dispose();
        FileSystem.Dispose();
        _backing.Dispose();
        System.IO.Directory.Delete(_directory, recursive: true);
    }

    private static CString Name(string path) => CString.FromTerminated(Encoding.UTF8.GetBytes(path + "\0"));
}
