// What questions need: files of their own in the temporary directory, looked at without caches.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Probing;

/// <summary>The temporary directory as questions use it.</summary>
internal sealed class ProbeSite
{
    private const StatxMask Mask = StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME;

    private static readonly OpenFlags s_create =
        OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;

    public ProbeSite(SafeFd directory, bool isSlow, bool dropsCaches, CancellationToken stop)
    {
        Directory = directory;
        IsSlow = isSlow;
        DropsCaches = dropsCaches;
        Stop = stop;
        Uid = Libc.Geteuid();
        Gid = Libc.Getegid();
    }

    public SafeFd Directory { get; }

    /// <summary>Whether questions may wait for seconds.</summary>
    public bool IsSlow { get; }

    /// <summary>Whether the machine's caches may be emptied.</summary>
    public bool DropsCaches { get; }

    /// <summary>Set by a signal.</summary>
    public CancellationToken Stop { get; }

    public uint Uid { get; }

    public uint Gid { get; }

    public bool IsRoot => Uid == 0;

    /// <summary>A name for system calls; reversible text, see <see cref="ByteText"/>.</summary>
    public static CString Name(string name) => CString.FromTerminated(ByteText.ToTerminated(name));

    /// <summary>Makes a file, rw for its owner. The caller closes it.</summary>
    /// <exception cref="ProbeStepException">It cannot be made.</exception>
    public SafeFd NewFile(string name, SafeFd? directory = null)
    {
        Errno errno = CreateFile(name, out SafeFd file, directory);
        ProbeStepException.Check(errno, "creating a file");
        return file;
    }

    /// <summary>As <see cref="NewFile"/>, where failure is an answer.</summary>
    public Errno CreateFile(string name, out SafeFd file, SafeFd? directory = null) =>
        Libc.Openat(directory ?? Directory, Name(name), s_create, FileMode.S_IRUSR | FileMode.S_IWUSR, out file);

    /// <summary>Makes a file with some bytes in it.</summary>
    public SafeFd NewFile(string name, string content, SafeFd? directory = null)
    {
        SafeFd file = NewFile(name, directory);
        Errno errno = Libc.Pwrite(file, Encoding.ASCII.GetBytes(content), 0, out _);
        if (errno == Errno.OK)
            return file;
        file.Dispose();
        throw new ProbeStepException("writing a file", errno);
    }

    /// <summary>Makes a directory, rwx for its owner, and opens it. The caller closes it.</summary>
    public SafeFd NewDirectory(string name)
    {
        ProbeStepException.Check(Libc.Mkdirat(Directory, Name(name), FileMode.S_IRWXU), "making a directory");
        ProbeStepException.Check(
            ProbeDirectory.OpenDirectory(Directory, Name(name), out SafeFd directory), "opening a directory");
        return directory;
    }

    /// <summary>Attributes of an open file, from the server where there is one.</summary>
    public static Statx Look(SafeFd file)
    {
        Errno errno = Libc.Statx(
            file, CString.Empty, AtFlags.AT_EMPTY_PATH | AtFlags.AT_STATX_FORCE_SYNC, Mask, out Statx stat);
        ProbeStepException.Check(errno, "looking at a file");
        return stat;
    }

    /// <summary>Attributes behind a name; links are not followed.</summary>
    public Errno TryLook(string name, out Statx stat, SafeFd? directory = null) =>
        Libc.Statx(
            directory ?? Directory, Name(name), AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_STATX_FORCE_SYNC, Mask,
            out stat);

    /// <summary>As <see cref="TryLook"/>, where the name must be there.</summary>
    public Statx Look(string name)
    {
        ProbeStepException.Check(TryLook(name, out Statx stat), "looking at a name");
        return stat;
    }

    /// <summary>Whether a directory lists exactly these bytes.</summary>
    public bool IsListed(string name, SafeFd? directory = null)
    {
        byte[] wanted = ByteText.ToTerminated(name);
        return Names(directory).Exists(n => n.AsSpan().SequenceEqual(wanted));
    }

    /// <summary>All names of a directory, each with its NUL.</summary>
    public List<byte[]> Names(SafeFd? directory = null)
    {
        ProbeStepException.Check(ProbeDirectory.List(directory ?? Directory, out List<byte[]> names), "listing");
        return names;
    }

    /// <summary>What an open file holds, up to 64 bytes.</summary>
    public static string? Content(SafeFd file)
    {
        Span<byte> buffer = stackalloc byte[64];
        Errno errno = Libc.Pread(file, buffer, 0, out int count);
        return errno == Errno.OK ? Encoding.ASCII.GetString(buffer[..count]) : null;
    }

    /// <summary>The prober's groups beyond the effective one, from proc_pid_status(5).</summary>
    public static uint[] SupplementaryGroups()
    {
        string? line = File.ReadLines("/proc/self/status")
            .FirstOrDefault(static l => l.StartsWith("Groups:", StringComparison.Ordinal));
        return line is null
            ? []
            : [.. line[7..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(static g => uint.Parse(g, CultureInfo.InvariantCulture))];
    }
}
