using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Records come back as they were put.</summary>
public sealed class RecordTests : IDisposable
{
    private static readonly InodeKey s_key = new(1, 42);

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public RecordTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        Assert.Empty(_files.Log);
        _files.Dispose();
    }

    public static TheoryData<string, Func<InodeRecord, InodeRecord>> Extremes() => new()
    {
        { "nothing but a guard", r => new InodeRecord { Guard = r.Guard } },
        { "type 0", r => r with { Guard = new InodeGuard(0, GuardKind.None, 0) } },
        { "all type bits", r => r with { Guard = new InodeGuard(0xF000, GuardKind.FileHandle, long.MinValue) } },
        { "guard value max", r => r with { Guard = new InodeGuard(RegularFile, GuardKind.FileHandle, long.MaxValue) } },
        { "uid root", r => r with { Uid = new IdValue(0, Refused) } },
        { "uid max", r => r with { Uid = new IdValue(uint.MaxValue - 1, new Reason(ReasonKind.Created, 4095)) } },
        { "no uid", r => r with { Uid = null } },
        { "gid root", r => r with { Gid = new IdValue(0, Refused) } },
        { "gid max", r => r with { Gid = new IdValue(uint.MaxValue - 1, Refused) } },
        { "no gid", r => r with { Gid = null } },
        { "mode 0", r => r with { Mode = new ModeValue(0, Refused) } },
        { "mode 07777", r => r with { Mode = new ModeValue(0xFFF, Refused) } },
        { "no mode", r => r with { Mode = null } },
        { "times at the epoch", r => r with { Atime = new TimeValue(0, Refused), Mtime = new TimeValue(0, Refused) } },
        { "atime min", r => r with { Atime = new TimeValue(long.MinValue, Refused) } },
        { "atime max", r => r with { Atime = new TimeValue(long.MaxValue, Refused) } },
        { "mtime min", r => r with { Mtime = new TimeValue(long.MinValue, Refused) } },
        { "mtime max", r => r with { Mtime = new TimeValue(long.MaxValue, Refused) } },
        { "no times", r => r with { Atime = null, Mtime = null, Witness = null } },
        { "witness of zeros", r => r with { Witness = default(TimeWitness) } },
        { "witness max", r => r with { Witness = new TimeWitness(long.MaxValue, -1, ulong.MaxValue, 1L << 62, -2) } },
        { "witness min", r => r with { Witness = new TimeWitness(-3, long.MinValue, 1UL << 63, -4, long.MinValue) } },
        { "ctime and set_at max", r => r with { Ctime = long.MaxValue, SetAt = long.MaxValue } },
        { "ctime and set_at min", r => r with { Ctime = long.MinValue, SetAt = long.MinValue } },
        { "set by root", r => r with { SetBy = 0 } },
        { "set by the last user", r => r with { SetBy = uint.MaxValue - 1 } },
        { "an owner older than the rest", r => r with { Uid = new IdValue(1, Refused with { Origin = new(3, 0) }) } },
        { "times by nobody known", r => r with { Mtime = new TimeValue(1, Refused with { Origin = new(-1, null) }) } },
        { "no hint", r => r with { Hint = default } },
        { "hint parent max", r => r with { Hint = new PathHint(ulong.MaxValue, [0xFF, 0xFE, 0x80, (byte)'\n', 1]) } },
        { "a fifo", _ => Emulated(0x1000, 0, null) },
        { "the first device", _ => Emulated(0x2000, 0, null) },
        { "the last device", _ => Emulated(0x6000, uint.MaxValue, null) },
        { "a socket of long ago", _ => Emulated(0xC000, 0, null) with { Object = new(0xC000, 0, null, long.MinValue) } },
        { "a link", _ => Emulated(0xA000, 0, [0xFF, (byte)'/', (byte)'\n']) },
        { "the longest link", _ => Emulated(0xA000, 0, Enumerable.Repeat((byte)0xFF, 4095).ToArray()) },
        { "longest name", r => r with { Hint = new PathHint(1, Enumerable.Repeat((byte)0xFF, 4095).ToArray()) } },
    };

    [Fact]
    public void A_removal_of_one_record_leaves_another_in_its_place()
    {
        InodeRecord old = Full();
        InodeRecord young = Owner(9) with { SetAt = old.SetAt + 1 };
        AssertOk(_store.Put(s_key, young));
        AssertOk(_store.Remove(s_key, old));
        AssertSame(young, Read(_store, s_key));
        AssertOk(_store.Remove(s_key, young));
        Assert.Null(Read(_store, s_key));
    }

    [Theory]
    [MemberData(nameof(Extremes), DisableDiscoveryEnumeration = true)]
    public void Every_value_round_trips(string what, Func<InodeRecord, InodeRecord> change)
    {
        Assert.NotEmpty(what);
        InodeRecord record = change(Full());
        AssertOk(_store.Put(s_key, record));
        AssertSame(record, Read(_store, s_key));

        // Also over a row that had every other column set.
        AssertOk(_store.Put(s_key, Full()));
        AssertOk(_store.Put(s_key, record));
        AssertSame(record, Read(_store, s_key));
    }

    [Theory]
    [InlineData(ReasonKind.Refused)]
    [InlineData(ReasonKind.Ignored)]
    [InlineData(ReasonKind.Rounded)]
    [InlineData(ReasonKind.Created)]
    [InlineData(ReasonKind.Option)]
    [InlineData(ReasonKind.Kept)]
    public void Every_reason_round_trips_in_every_field(ReasonKind kind)
    {
        Reason reason = new(kind, 95);
        InodeRecord record = Full() with
        {
            Uid = new IdValue(1, reason),
            Gid = new IdValue(2, reason),
            Mode = new ModeValue(3, reason),
            Atime = new TimeValue(4, reason),
            Mtime = new TimeValue(5, reason),
        };
        AssertOk(_store.Put(s_key, record));
        AssertSame(record, Read(_store, s_key));
    }

    [Fact]
    public void An_empty_name_is_no_name()
    {
        AssertOk(_store.Put(s_key, Owner(1) with { Hint = new PathHint(5, []) }));
        AssertSame(Owner(1) with { Hint = new PathHint(5, null) }, Read(_store, s_key));
    }

    [Fact]
    public void Inode_numbers_keep_all_64_bits()
    {
        ulong[] numbers =
        [
            0, 1, (1UL << 53) - 1, 1UL << 53, (1UL << 53) + 1, 1 + (1UL << 54), 1 + (1UL << 55),
            long.MaxValue, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue - 1, ulong.MaxValue,
        ];
        for (int i = 0; i < numbers.Length; i++)
            AssertOk(_store.Put(new InodeKey(1, numbers[i]), Owner((uint)i)));
        for (int i = 0; i < numbers.Length; i++)
            Assert.Equal((uint)i, Read(_store, new InodeKey(1, numbers[i]))!.Uid!.Value.Value);

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Equal(numbers.Order(), reader.Rows().Select(row => row.Key.Ino).Order());
    }

    [Fact]
    public void Volumes_do_not_share_inode_numbers()
    {
        AssertOk(_store.Put(new InodeKey(1, 5), Owner(1)));
        AssertOk(_store.Put(new InodeKey(long.MaxValue, 5), Owner(2)));
        AssertOk(_store.Remove(new InodeKey(1, 5)));
        Assert.Null(Read(_store, new InodeKey(1, 5)));
        Assert.Equal(2u, Read(_store, new InodeKey(long.MaxValue, 5))!.Uid!.Value.Value);
    }

    [Fact]
    public void Removing_what_is_not_there_is_fine()
    {
        AssertOk(_store.Remove(s_key));
        Assert.Null(Read(_store, s_key));
    }

    [Fact]
    public void A_get_allocates_the_record_and_a_put_nothing()
    {
        InodeRecord record = Full();
        for (int i = 0; i < 100; i++)
        {
            AssertOk(_store.Put(s_key, record));
            _ = Read(_store, s_key);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            _ = _store.Put(s_key, record);
        long puts = GC.GetAllocatedBytesForCurrentThread() - before;
        for (int i = 0; i < 100; i++)
            _ = _store.Get(s_key, out _);
        long gets = GC.GetAllocatedBytesForCurrentThread() - before - puts;

        Assert.Equal(0, puts / 100);
        Assert.InRange(gets / 100, 1, 400);
    }
}
