// The directory at a volume's root in which open files wait for their last close once their names are gone.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Hiding;

/// <summary>One volume's hidden directory: made when it is first needed, invisible through the mount.</summary>
/// <remarks>
/// Only the exact name in the volume's row is hidden, so that what another database or another host has left can be seen
/// and removed.
/// </remarks>
internal sealed class HiddenDirectory
{
    private const string Prefix = ".metafs-";
    private const string Suffix = ".unlinked";
    private const string ReplacedSuffix = ".r";

    private static readonly byte[] s_replacedEnd = Terminated(ReplacedSuffix);

    private readonly IOverlayStore _store;
    private readonly long _volume;
    private readonly string _prefix = Libc.RealtimeNanoseconds().ToString("x", CultureInfo.InvariantCulture);
    private volatile byte[]? _name;
    private volatile SafeFd? _fd;
    private volatile bool _lacksNoReplace;
    private long _counter;

    public HiddenDirectory(IOverlayStore store, Volume row)
    {
        _store = store;
        _volume = row.Id;

        // The name comes back from a file; it must lead nowhere else.
        if (row.HiddenDirectory is { } name && IsOfOurs(name))
            _name = Terminated(name);
    }

    /// <summary>Guards making the directory and taking it away. No node's monitor is held when it is taken.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The directory, while it is known to be there.</summary>
    public SafeFd? Fd => _fd;

    /// <summary>Its name with terminator; null: it was never needed.</summary>
    public byte[]? Name => _name;

    /// <summary>Whether a name at the volume's root is this directory's.</summary>
    public bool Has(ReadOnlySpan<byte> terminated) => _name is { } name && terminated.SequenceEqual(name);

    /// <summary>Makes the directory, or finds it. Call under <see cref="Gate"/>.</summary>
    /// <param name="top">The volume's root.</param>
    /// <returns>OK; what the share or the database answered.</returns>
    public Errno Make(SafeFd top)
    {
        Errno errno = Choose();
        if (errno != Errno.OK)
            return errno;
        CString name = CString.FromTerminated(_name);
        errno = Libc.Mkdirat(top, name, 0x1C0); // 0700
        return errno is Errno.OK or Errno.EEXIST ? Open(top) : errno;
    }

    /// <summary>Opens the directory as an earlier mount left it. Call under <see cref="Gate"/>.</summary>
    /// <returns>OK; ENOENT: there is none; ENOTDIR, ELOOP: somebody else has taken its name.</returns>
    public Errno Open(SafeFd top)
    {
        if (_name is not { } name)
            return Errno.ENOENT;
        OpenFlags flags = OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
        Errno errno = Libc.Openat(top, CString.FromTerminated(name), flags, 0, out SafeFd fd);
        if (errno == Errno.OK)
            _fd = fd;
        return errno;
    }

    /// <summary>Removes the directory if it is empty. Call under <see cref="Gate"/>.</summary>
    public Errno Remove(SafeFd top)
    {
        if (_name is not { } name)
            return Errno.OK;
        Errno errno = Libc.Unlinkat(top, CString.FromTerminated(name), AtFlags.AT_REMOVEDIR);
        if (errno == Errno.OK)
            Close();
        return errno;
    }

    /// <summary>Gives the descriptor back.</summary>
    public void Close()
    {
        _fd?.Dispose();
        _fd = null;
    }

    /// <summary>Moves a file in, under a name of its own.</summary>
    /// <param name="fd">The directory, as <see cref="Fd"/> gave it.</param>
    /// <param name="from">Parent of the name that the file loses.</param>
    /// <param name="name">That name.</param>
    /// <param name="hidden">Its name here, from <see cref="NextName"/>.</param>
    public Errno Take(SafeFd fd, SafeFd from, CString name, CString hidden)
    {
        Errno errno = Move(from, name, fd, hidden);

        // Somebody has removed the directory: the next file finds a new one.
        if (errno is Errno.ENOENT or Errno.ESTALE && ReferenceEquals(fd, _fd) && IsGone(fd))
            _fd = null;
        return errno;
    }

    private static bool IsGone(SafeFd fd)
    {
        CString dot = CString.FromTerminated(".\0"u8);
        Errno errno = Libc.Statx(fd, dot, AtFlags.AT_STATX_FORCE_SYNC, StatxMask.STATX_NLINK, out Statx stat);
        return errno != Errno.OK || stat.Nlink == 0;
    }

    /// <summary>Moves a file out again; never over another one.</summary>
    public Errno GiveBack(SafeFd fd, CString hidden, SafeFd to, CString name)
    {
        if (_lacksNoReplace && Libc.Statx(to, name, AtFlags.AT_SYMLINK_NOFOLLOW, default, out _) != Errno.ENOENT)
            return Errno.EEXIST;
        return Move(fd, hidden, to, name);
    }

    /// <summary>A name for a file, with terminator: no other mount has given it.</summary>
    /// <param name="ino">The file.</param>
    /// <param name="isReplaced">It waits here for another file to take its name, and must not go before that has happened.</param>
    public byte[] NextName(ulong ino, bool isReplaced = false)
    {
        long count = Interlocked.Increment(ref _counter);
        string suffix = isReplaced ? ReplacedSuffix : "";
        return Terminated(string.Create(CultureInfo.InvariantCulture, $"{ino:x}.{_prefix}.{count:x}{suffix}"));
    }

    /// <summary>Whether a name here says that another file was to take the file's name.</summary>
    public static bool IsOfReplaced(ReadOnlySpan<byte> terminated) => terminated.EndsWith(s_replacedEnd);

    /// <summary>Whether a name here is of an inode.</summary>
    public static bool IsOf(ulong ino, string hidden) =>
        hidden.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{ino:x}."), StringComparison.Ordinal);

    /// <summary>Whether text can be a name that was given here; it comes back from a file and must lead nowhere else.</summary>
    public static bool IsFileName(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c == '.') && text.Any(char.IsAsciiLetterOrDigit);

    // NFS knows no flags at all, and FUSE servers answer ENOSYS, which the kernel makes EINVAL.
    private Errno Move(SafeFd from, CString name, SafeFd to, CString newName)
    {
        if (!_lacksNoReplace)
        {
            Errno errno = Libc.Renameat2(from, name, to, newName, RenameFlags.RENAME_NOREPLACE);
            if (errno is not (Errno.EINVAL or Errno.ENOSYS))
                return errno;
            _lacksNoReplace = true;
        }

        return Libc.Renameat2(from, name, to, newName, 0);
    }

    // Written before the directory is made: one that nobody knows would stay for ever.
    private Errno Choose()
    {
        if (_name is not null)
            return Errno.OK;
        string name = Prefix + RandomNumberGenerator.GetHexString(8, lowercase: true) + Suffix;
        OverlayStatus status = _store.PutHiddenDirectory(_volume, name);
        if (status != OverlayStatus.Ok)
            return Errno.EIO;
        _name = Terminated(name);
        return Errno.OK;
    }

    private static bool IsOfOurs(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');

    private static byte[] Terminated(string text) => [.. Encoding.ASCII.GetBytes(text), 0];
}
