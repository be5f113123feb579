using System.Buffers.Binary;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Dispatch;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>
/// Whatever the kernel sends, from its bytes down to the share's files: nothing is thrown, each request has one reply, the
/// mount goes on, and nothing outside of the share is touched.
/// </summary>
public sealed class HostileMessagesTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20261121;
    private const int Requests = 60_000;
    private const int MostHandles = 100;

    private static readonly HashSet<uint> s_silent = [2, 36, 41, 42];
    private static readonly string[] s_looked = [".", "f"];

    private readonly DirectoryInfo _top = Directory.CreateTempSubdirectory("metafs-hostile-");
    private readonly Channel _channel = new();
    private readonly byte[] _room = new byte[(1 << 20) + 4096];
    private readonly Queue<(uint Opcode, byte[] Handle)> _handles = [];

    private string Share => Path.Combine(_top.FullName, "share");

    [RootFact]
    public void No_message_ends_the_mount_or_leads_out_of_the_share()
    {
        string outside = MakeDirectories();
        string before = Describe(outside);
        using var test = new ShareUnderTest(ShareUnderTest.Recording, Share);
        var statistics = new FuseStatistics();
        var dispatcher = new RequestDispatcher(
            test.Fs, new FuseConnection(_channel, statistics), new FuseServerOptions(), statistics, NullLogger.Instance);
        Send(dispatcher, HostileMessages.Init());
        test.Fs.Init(new FakeConnection(FuseServerOptions.Implemented));
        var messages = new HostileMessages(Seed);
        int succeeded = 0;
        for (int i = 0; i < Requests; i++)
        {
            byte[] message = messages.Next();
            Exception? thrown = Record.Exception(() => Send(dispatcher, message));
            Assert.True(thrown is null, $"seed {Seed}, request {i}: {thrown}");
            uint opcode = BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4));
            int expected = s_silent.Contains(opcode) ? 0 : 1;
            Assert.True(_channel.Replies.Count == expected, $"seed {Seed}, request {i}: {_channel.Replies.Count} replies");
            if (expected == 1 && IsSuccess(message))
            {
                succeeded++;
                CloseOld(dispatcher, opcode);
            }
        }

        output.WriteLine($"seed {Seed}: {succeeded} of {Requests} requests succeeded");
        Assert.InRange(succeeded, Requests / 20, Requests);
        Assert.Equal(before, Describe(outside));
        Assert.Equal([outside, Share], Directory.EnumerateFileSystemEntries(_top.FullName).Order());
        File.WriteAllText(Path.Combine(Share, "after"), "text");
        byte[] lookup = HostileMessages.Lookup("after");
        Send(dispatcher, lookup);
        Assert.True(IsSuccess(lookup));
    }

    public void Dispose()
    {
        if (Directory.Exists(Share))
            _ = Libc.Umount2(Names.Z(Share), MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);

        // A test that fails may leave names that are not text, which are beyond Directory.Delete.
        using var rm = System.Diagnostics.Process.Start("rm", ["-rf", "--one-file-system", _top.FullName]);
        rm.WaitForExit();
    }

    // A share of its own in memory, without devices, so that nothing here can fill a disk or reach a driver.
    private string MakeDirectories()
    {
        Directory.CreateDirectory(Share);
        const ulong MS_NOSUID_NODEV = 6;
        Assert.Equal(
            Errno.OK, Libc.Mount(Names.Z("metafs-test"), Names.Z(Share), Names.Z("tmpfs"), MS_NOSUID_NODEV, Names.Z("size=4m")));
        string outside = Directory.CreateDirectory(Path.Combine(_top.FullName, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "f"), "untouched");
        foreach (string name in (string[])["a", "b", "c"])
            File.WriteAllText(Path.Combine(Share, name), name);
        Directory.CreateDirectory(Path.Combine(Share, "d"));
        File.CreateSymbolicLink(Path.Combine(Share, "link"), "../outside");
        File.CreateSymbolicLink(Path.Combine(Share, "up"), "../outside/f");
        return outside;
    }

    private static string Describe(string directory)
    {
        Assert.Equal(
            Errno.OK, Libc.Openat(SafeFd.CurrentDirectory, Names.Z(directory), OpenFlags.O_DIRECTORY, 0, out SafeFd fd));
        using (fd)
        {
            return string.Join(' ', s_looked.Select(name =>
            {
                Assert.Equal(Errno.OK, Libc.Statx(
                    fd, Names.Z(name), AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_BASIC_STATS, out Statx stat));
                return $"{name} {stat.Mode} {stat.Uid} {stat.Gid} {stat.Size} {stat.MtimeNs} {stat.CtimeNs} {stat.Nlink}";
            })) + File.ReadAllText(Path.Combine(directory, "f"));
        }
    }

    private void Send(RequestDispatcher dispatcher, byte[] message)
    {
        _channel.Replies.Clear();
        dispatcher.Dispatch(_channel, message, _room);
    }

    private bool IsSuccess(byte[] message)
    {
        byte[] reply = Assert.Single(_channel.Replies);
        Assert.Equal(reply.Length, BinaryPrimitives.ReadInt32LittleEndian(reply));
        int error = BinaryPrimitives.ReadInt32LittleEndian(reply.AsSpan(4));
        Assert.InRange(error, -511, 0);
        Assert.Equal(message.AsSpan(8, 8), reply.AsSpan(8, 8));
        return error == 0;
    }

    // A kernel has an end to its descriptors.
    private void CloseOld(RequestDispatcher dispatcher, uint opcode)
    {
        byte[] reply = _channel.Replies[0];
        if (opcode is 14 or 27)
            _handles.Enqueue((opcode == 14 ? 18u : 29u, reply[16..24]));
        else if (opcode is 35 or 51)
            _handles.Enqueue((18, reply[(16 + 128)..(16 + 128 + 8)]));
        if (_handles.Count < MostHandles)
            return;
        (uint release, byte[] handle) = _handles.Dequeue();
        byte[] message = new byte[40 + 24];
        message[0] = (byte)message.Length;
        message[4] = (byte)release;
        handle.CopyTo(message, 40);
        Send(dispatcher, message);
    }

    private sealed class Channel : IFuseChannel
    {
        public List<byte[]> Replies { get; } = [];

        public Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply)
        {
            request = default;
            reply = default;
            return Errno.ENODEV;
        }

        public Errno Write(ReadOnlySpan<byte> message)
        {
            Replies.Add(message.ToArray());
            return Errno.OK;
        }

        public IRequestChannel OpenAnother() => this;

        public IReadOnlyList<IRequestChannel> OpenQueues(int most, out int needed)
        {
            needed = 0;
            return [];
        }

        public void RefuseQueues()
        {
        }

        public Errno BackingOpen(SafeFd file, out int backingId)
        {
            backingId = 0;
            return Errno.EPERM;
        }

        public void LetGather()
        {
        }

        public Errno BackingClose(int backingId) => Errno.OK;

        public void Dispose()
        {
        }
    }
}
