using System.Globalization;
using MetaFs.Model.Operations;

namespace MetaFs.Model.InputOutput;

/// <summary>One file and what it must hold; two descriptors lead to it, and a mapping now and then.</summary>
internal sealed partial class ReferenceFile : IDisposable
{
    private const int Largest = 512 * 1024;
    private const int Longest = 64 * 1024;
    private const int Remembered = 25;

    private readonly SafeFd _directory;
    private readonly string _name;
    private readonly Random _random;
    private readonly HashSet<string> _without;
    private readonly Queue<string> _history = new();
    private byte[] _content = [];
    private SafeFd[] _fds = [];

    public ReferenceFile(string directory, string name, int seed, HashSet<string> without)
    {
        _directory = Running.Directories.Open(directory);
        _name = name;
        _random = new Random(seed);
        _without = [.. without];
        Libc.Unlinkat(_directory, ByteString.ToC(name), AtFlags.None);
        Reopen(OpenFlags.O_CREAT);
    }

    public long Operations { get; private set; }

    /// <summary>What went wrong; null: nothing.</summary>
    public string? Failure { get; private set; }

    /// <summary>What the file system refused.</summary>
    public SortedSet<string> Lacking { get; } = new(StringComparer.Ordinal);

    public void Run(Func<bool> goesOn, long most)
    {
        while (Failure is null && goesOn() && (most == 0 || Operations < most))
        {
            Step();
            Operations++;
        }

        if (Failure is null)
            CompareAll("at the end");
    }

    public void Dispose()
    {
        foreach (SafeFd fd in _fds)
            fd.Dispose();
        if (Failure is null)
            Libc.Unlinkat(_directory, ByteString.ToC(_name), AtFlags.None);
        _directory.Dispose();
    }

    private SafeFd Fd => _fds[_random.Next(_fds.Length)];

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 25:
                Read();
                break;
            case < 50:
                Write();
                break;
            case < 58:
                Truncate();
                break;
            case < 66:
                MapRead();
                break;
            case < 76:
                MapWrite();
                break;
            case < 82:
                Fallocate(Features.PunchHole, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE);
                break;
            case < 86:
                Fallocate(Features.ZeroRange, Libc.FALLOC_FL_ZERO_RANGE);
                break;
            case < 89:
                Fallocate(Features.Allocate, 0);
                break;
            case < 94:
                CopyRange();
                break;
            case < 96:
                Check("fsync", Libc.Fsync(Fd));
                break;
            case < 98:
                Note("reopen");
                Reopen(default);
                break;
            default:
                CompareAll("now and then");
                break;
        }
    }

    private void Reopen(OpenFlags flags)
    {
        foreach (SafeFd fd in _fds)
            fd.Dispose();
        _fds = new SafeFd[2];
        for (int i = 0; i < _fds.Length; i++)
        {
            OpenFlags all = OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC | flags;
            Errno errno = Libc.Openat(_directory, ByteString.ToC(_name), all, 0x180, out _fds[i]);
            if (errno != Errno.OK)
                throw new Running.UsageException($"{_name}: {ErrnoText.Describe(errno)}");
        }
    }

    private void Note(string operation)
    {
        if (_history.Count == Remembered)
            _history.Dequeue();
        _history.Enqueue(operation);
    }

    private bool Check(string call, Errno errno)
    {
        if (errno != Errno.OK)
            Fail($"{call}: {errno}");
        return errno == Errno.OK;
    }

    private void Fail(string what) =>
        Failure ??= $"difference: {_name}: {what}\n    {string.Join("\n    ", _history)}";

    private void Compare(string call, long offset, ReadOnlySpan<byte> got, ReadOnlySpan<byte> expected)
    {
        int same = expected.CommonPrefixLength(got);
        if (same == got.Length && same == expected.Length)
            return;
        Fail(string.Create(
            CultureInfo.InvariantCulture,
            $"{call}: byte {offset + same}: expected {At(expected, same)}, got {At(got, same)}"));
    }

    private static string At(ReadOnlySpan<byte> bytes, int index) =>
        index < bytes.Length ? "0x" + Convert.ToHexString([bytes[index]]) : "the end";
}
