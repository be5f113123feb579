using System.Diagnostics;
using System.Text;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>The real kernel on the other side.</summary>
[Collection(nameof(MountTests))]
public sealed class MountTests
{
    private readonly ITestOutputHelper _output;

    public MountTests(ITestOutputHelper output) => _output = output;

    [MountedFact]
    public void A_mount_shows_attributes_names_and_data()
    {
        using var mount = new SmallMount();

        MountEntry entry = SmallMount.Entry(mount.Path)!;
        Assert.Equal("fuse.metafs", entry.Type);
        Assert.Equal("test,source", Encoding.UTF8.GetString(entry.Source));
        Assert.Contains("nosuid", entry.MountOptions, StringComparison.Ordinal);
        Assert.Contains("nodev", entry.MountOptions, StringComparison.Ordinal);

        Statx stat = mount.Stat("data");
        Assert.Equal((4711u, 4712u, 0x81A4u), (stat.Uid, stat.Gid, stat.Mode));
        Assert.Equal((ulong)SmallFileSystem.DataSize, stat.Size);
        Assert.Equal(1_000_000_000_123_456_789, stat.MtimeNs);

        string[] names = [.. Directory.GetFileSystemEntries(mount.Path).Select(Path.GetFileName).Order()!];
        Assert.Equal(["broken", "data", "direct", "growing", "link", "passed", "stuck"], names);
        Assert.Equal(SmallFileSystem.Content, File.ReadAllBytes(mount.FilePath("data")));
        Assert.Equal("data", new FileInfo(mount.FilePath("link")).LinkTarget);
        Assert.Equal(0x123456L * 4096, new DriveInfo(mount.Path).TotalSize);
        Assert.False(File.Exists(mount.FilePath("absent")));

        Assert.Equal(Errno.OK, mount.Unmount());
    }

    [MountedFact(NeedsFusermount = true)]
    public void A_mount_by_fusermount3_works_the_same()
    {
        using var mount = new SmallMount(byFusermount: true, source: "with,comma\\and backslash");
        Assert.Equal("with,comma\\and backslash", Encoding.UTF8.GetString(SmallMount.Entry(mount.Path)!.Source));
        Assert.Equal("fuse.metafs", SmallMount.Entry(mount.Path)!.Type);
        Assert.Equal(SmallFileSystem.Content, File.ReadAllBytes(mount.FilePath("data")));

        using (mount.Open("data"))
            Assert.Equal(Errno.EBUSY, mount.Unmount());
        Assert.Equal(Errno.OK, mount.Unmount());
        Assert.Equal(Errno.EINVAL, mount.Unmount());
    }

    [MountedFact]
    public void A_mount_in_use_is_unmounted_only_lazily()
    {
        using var mount = new SmallMount();
        using (SafeFd open = mount.Open("data"))
        {
            Assert.Equal(Errno.EBUSY, mount.Unmount());
            Assert.Equal(Errno.OK, mount.Unmount(lazy: true));
            Assert.Null(SmallMount.Entry(mount.Path));
            // Whoever is in can go on.
            byte[] bytes = new byte[10];
            Assert.Equal(Errno.OK, Libc.Pread(open, bytes, 5, out int count));
            Assert.Equal(SmallFileSystem.Content[5..15], bytes[..count]);
            Assert.False(mount.Server.WaitUntilUnmounted(TimeSpan.Zero));
        }
        Assert.Equal(Errno.EINVAL, mount.Unmount());
    }

    [MountedFact]
    public void A_read_of_1_MiB_is_one_request()
    {
        using var mount = new SmallMount();
        mount.ReadAMegabyteAtOnce();
        Assert.Equal(1, mount.FileSystem.Reads);
    }

    [MountedFact]
    public void Stuck_readers_do_not_keep_others_out()
    {
        using var mount = new SmallMount(new FuseServerOptions { IoUring = false });
        const int readers = 12;
        mount.StickReaders(readers);
        Assert.InRange(mount.Server.Statistics.PeakThreads, readers + 1, readers + 4);
    }

    [MountedFact]
    public void A_lone_client_starts_no_threads()
    {
        using var mount = new SmallMount(new FuseServerOptions { IoUring = false });
        for (int i = 0; i < 1000; i++)
            _ = mount.Stat("data");
        int started = mount.Server.Statistics.ThreadsStarted;

        const int stats = 20_000;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < stats; i++)
            _ = mount.Stat("data");
        TimeSpan time = Stopwatch.GetElapsedTime(begin);

        _output.WriteLine($"{time.TotalMicroseconds / stats:F1} us per LOOKUP, {started} threads");
        Assert.InRange(started, 2, 4);
        Assert.InRange(mount.Server.Statistics.ThreadsStarted - started, 0, 1);
    }

    [MountedFact]
    public void An_exception_is_EIO_for_its_caller_and_a_line_in_the_log()
    {
        using var mount = new SmallMount();
        Assert.Equal(Errno.EIO, mount.TryOpen("broken", out _));
        Assert.Contains(
            mount.Log.Lines,
            line => line.StartsWith("Error: OPEN of request", StringComparison.Ordinal)
                && line.EndsWith("broken on purpose", StringComparison.Ordinal));
        Assert.Equal(4711u, mount.Stat("data").Uid);
    }

    [MountedFact]
    public void An_ioctl_reaches_a_directory_and_comes_back()
    {
        using var mount = new SmallMount();
        mount.CallADirectory();
    }

    [MountedFact]
    public void Invalidation_makes_the_kernel_ask_again()
    {
        using var mount = new SmallMount();
        Assert.Equal(5ul, mount.Stat("growing").Size);
        mount.FileSystem.GrowingSize = 9;
        Assert.Equal(5ul, mount.Stat("growing").Size);

        Assert.Equal(Errno.OK, mount.Server.Connection.InvalidateInode(new NodeId(8), 0, 0));
        Assert.Equal(9ul, mount.Stat("growing").Size);

        Assert.Equal(
            Errno.OK,
            mount.Server.Connection.InvalidateEntry(NodeId.Root, CString.FromTerminated("growing\0"u8)));
        long lookups = mount.Server.Statistics.Requests()["LOOKUP"];
        _ = mount.Stat("growing");
        Assert.Equal(lookups + 1, mount.Server.Statistics.Requests()["LOOKUP"]);
        // What the kernel has never heard of.
        Assert.Equal(Errno.ENOENT, mount.Server.Connection.InvalidateInode(new NodeId(4000), 0, 0));
    }

    [MountedFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void A_file_lent_to_the_kernel_is_read_by_the_kernel()
    {
        using var mount = new SmallMount();
        Assert.True(mount.Server.Connection.Features.HasFlag(FuseInitFlags.FUSE_PASSTHROUGH));
        Assert.Equal("passed", File.ReadAllText(mount.FilePath("passed")));
        Assert.Equal(0, mount.FileSystem.Reads);
        Assert.Equal(1, mount.Server.Statistics.PassthroughOpens);
        // RELEASE is sent, not waited for.
        Assert.True(SpinWait.SpinUntil(() => mount.Server.Statistics.BackingIds == 0, SmallMount.Patience));
    }

    [MountedFact(NeedsRoot = true)]
    public void An_aborted_connection_ends_the_server()
    {
        using var mount = new SmallMount();
        string control = Directory.CreateTempSubdirectory("metafs-fuse-").FullName;
        Assert.Equal(Errno.OK, Libc.Mount(Text("none"), Text(control), Text("fusectl"), 0, Text("")));
        try
        {
            File.WriteAllText($"{control}/{mount.Stat("").DevMinor}/abort", "1");
        }
        finally
        {
            Assert.Equal(Errno.OK, FuseMounter.Unmount(control, lazy: false));
            Directory.Delete(control);
        }

        Assert.True(mount.Server.WaitUntilUnmounted(SmallMount.Patience));
        Assert.Equal(Errno.ENOTCONN, mount.TryOpen("data", out _));
        Assert.DoesNotContain(mount.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [MountedFact]
    public void A_trace_shows_the_whole_conversation()
    {
        using var trace = new StringWriter();
        using (var mount = new SmallMount(new FuseServerOptions { Trace = trace }))
            _ = mount.Stat("data");
        string text = trace.ToString();
        Assert.Matches("(?m)^rx [0-9]+ INIT 0 7\\.[0-9]+ flags=", text);
        Assert.Matches("(?m)^rx [0-9]+ LOOKUP 1 \"data\"$", text);
        Assert.Matches("(?m)^tx [0-9]+ OK node=2 ino=2 size=3145745 mode=0100644 uid=4711 .* 128$", text);
    }

    private static CString Text(string text) => CString.FromTerminated(Encoding.UTF8.GetBytes(text + "\0"));
}
