using System.Buffers.Binary;
using MetaFs.Fuse.Transport;

namespace MetaFs.Fuse.Tests.Dispatch;

/// <summary>What an entry's shared memory says, put together to one message; and which queues get entries.</summary>
public sealed class UringMessageTests
{
    private const int OpIn = 128;
    private const int Entry = 256;
    private const int Payload = 512;
    private const int HeaderSize = 40;

    private readonly byte[] _memory = new byte[Payload + 8192];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(16, 0)]
    [InlineData(128, 0)]
    [InlineData(0, 7)]
    [InlineData(40, 4096)]
    [InlineData(128, 8192)]
    public void Header_argument_and_payload_are_one_message(int argument, int payload)
    {
        byte[] expected = Fill(argument, payload);
        Assert.True(UringChannel.TryAssemble(_memory, out UringMessage message));
        Assert.Equal(expected, _memory.AsSpan(message.Start, message.Length).ToArray());
        Assert.Equal((0x1122334455667788ul, payload == 0), (message.CommitId, message.RepliesInPlace));

        // The reply's header and what follows must not touch the request, nor the request what the kernel reads.
        Assert.True(message.Start >= 288);
        Assert.True(payload != 0 || message.Start + message.Length <= Payload - 16);
    }

    [Theory]
    [InlineData(39, 0u)]
    [InlineData(HeaderSize + 129, 0u)]
    [InlineData(HeaderSize, 1u)]
    [InlineData(HeaderSize + 8193, 8193u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(0, uint.MaxValue)]
    public void Lengths_that_cannot_be_are_answered_and_touch_nothing(uint length, uint payload)
    {
        _ = Fill(0, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory, length);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan(Entry + 16), payload);
        byte[] before = [.. _memory];
        Assert.False(UringChannel.TryAssemble(_memory, out UringMessage message));
        Assert.Equal((0x1122334455667788ul, 0, true), (message.CommitId, message.Length, message.RepliesInPlace));
        Assert.Equal(before, _memory);
    }

    [Theory]
    [InlineData(2, "0 1", 64, "0:32 1:32")]
    [InlineData(1, "0", 64, "0:64")]
    [InlineData(4, "1 3", 24, "0:1 1:11 2:1 3:11")]
    [InlineData(32, "0 1", 64, "0:17 1:17 2:1 31:1")]
    [InlineData(2, "0 1", 15, "")]
    [InlineData(2, "0 1", 16, "0:8 1:8")]
    [InlineData(64, "0 1", 64, "")]
    [InlineData(16, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", 64, "")]
    [InlineData(2, "0 2", 64, "")]
    public void Every_queue_has_an_entry_and_those_with_callers_have_the_rest(
        int queues, string usable, int most, string expected)
    {
        int[] cpus = [.. usable.Split(' ').Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture))];
        int[] plan = UringQueues.Plan(queues, cpus, most);
        Assert.True(plan.Length <= most);
        if (expected.Length == 0)
        {
            Assert.Empty(plan);
            return;
        }

        Assert.Equal(Enumerable.Range(0, queues), plan.Take(queues));
        Dictionary<int, int> counts = plan.CountBy(queue => queue).ToDictionary();
        foreach (string pair in expected.Split(' '))
        {
            int[] numbers = [.. pair.Split(':').Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(numbers[1], counts[numbers[0]]);
        }
    }

    private byte[] Fill(int argument, int payload)
    {
        byte[] message = new byte[HeaderSize + argument + payload];
        new Random(argument + payload).NextBytes(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)message.Length);
        message.AsSpan(0, HeaderSize).CopyTo(_memory);
        message.AsSpan(HeaderSize, argument).CopyTo(_memory.AsSpan(OpIn));
        message.AsSpan(HeaderSize + argument).CopyTo(_memory.AsSpan(Payload));
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.AsSpan(Entry + 8), 0x1122334455667788);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan(Entry + 16), (uint)payload);
        return message;
    }
}
