using System.Buffers.Binary;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace MetaFs.Fuse.Tests.Dispatch;

/// <summary>Whatever bytes come: nothing is thrown, and a request gets one reply that a kernel would take.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20260117;
    private const int Requests = 200_000;

    private static readonly HashSet<uint> s_silent = [2, 36, 41, 42];

    private readonly ITestOutputHelper _output;
    private readonly Random _random = new(Seed);
    private readonly byte[][] _seeds = [.. WireCases.All.Values.Select(wire => wire.Request.Build())];
    private int _replies;
    private byte[] _request = [];

    public FuzzTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public void Mutated_requests_do_no_harm()
    {
        var dispatcher = new DispatcherUnderTest(log: NullLogger.Instance);
        dispatcher.Channel.OnWrite = CheckReply;
        int calls = 0;
        for (int i = 0; i < Requests; i++)
        {
            _request = Mutate();
            _replies = 0;
            dispatcher.FileSystem.Result = (Errno)_random.Next(-2, 140);
            if (_random.Next(4) != 0)
                dispatcher.FileSystem.Result = Errno.OK;
            dispatcher.FileSystem.Claim = _random.Next(8) == 0 ? _random.Next() - (1 << 20) : null;
            dispatcher.Channel.WriteResult = _random.Next(16) == 0 ? Errno.ENOENT : Errno.OK;

            Exception? thrown = Record.Exception(() => dispatcher.Dispatch(_request));

            Assert.True(thrown is null, $"seed {Seed}, request {i}: {thrown}");
            bool expected = _request.Length >= 40 && !s_silent.Contains(Opcode());
            Assert.True(_replies == (expected ? 1 : 0), $"seed {Seed}, request {i}: {_replies} replies");
            calls += dispatcher.FileSystem.Calls.Count;
            dispatcher.FileSystem.Calls.Clear();
        }
        _output.WriteLine($"seed {Seed}: {calls} of {Requests} requests reached the file system");
        // Mutations that never get past the parser would prove little.
        Assert.InRange(calls, Requests / 10, Requests * 4);
    }

    private uint Opcode() => BinaryPrimitives.ReadUInt32LittleEndian(_request.AsSpan(4));

    private void CheckReply(ReadOnlySpan<byte> message)
    {
        _replies++;
        Assert.Equal((uint)message.Length, BinaryPrimitives.ReadUInt32LittleEndian(message));
        int error = BinaryPrimitives.ReadInt32LittleEndian(message[4..]);
        Assert.InRange(error, -511, 0);
        Assert.True(error == 0 || message.Length == 16);
        Assert.Equal(
            BinaryPrimitives.ReadUInt64LittleEndian(_request.AsSpan(8)),
            BinaryPrimitives.ReadUInt64LittleEndian(message[8..]));
    }

    private byte[] Mutate()
    {
        byte[] request = (byte[])_seeds[_random.Next(_seeds.Length)].Clone();
        switch (_random.Next(6))
        {
            case 0: // Nothing but noise.
                _random.NextBytes(request);
                break;
            case 1: // Another opcode over these arguments.
                BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(4), (uint)_random.Next(56));
                break;
            case 2: // Noise in the arguments.
                for (int n = _random.Next(1, 6); n > 0 && request.Length > 40; n--)
                    request[_random.Next(40, request.Length)] = (byte)_random.Next(256);
                break;
            case 3: // A number that is out of all bounds.
                if (request.Length >= 44)
                    BinaryPrimitives.WriteInt32LittleEndian(
                        request.AsSpan(40 + (_random.Next((request.Length - 40) / 4) * 4)), -_random.Next(3));
                break;
            case 4: // Cut short, or too long.
                Array.Resize(ref request, _random.Next(request.Length + 64));
                break;
            default: // Extensions that may or may not be there.
                if (request.Length >= 40)
                    BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(36), (ushort)_random.Next(4));
                break;
        }
        // Mostly with a length that agrees, or nothing would get past the first check.
        if (request.Length >= 4 && _random.Next(16) != 0)
            BinaryPrimitives.WriteUInt32LittleEndian(request, (uint)request.Length);
        return request;
    }
}
