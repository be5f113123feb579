// The supplementary groups of a caller: FUSE does not say them.
using System.Buffers.Text;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Callers;

/// <summary>Reads a process's groups from /proc, at the moment of its request: it waits for the answer, so they are its own.</summary>
internal static class CallerGroups
{
    /// <summary>NGROUPS_MAX is 65536; who has more than this has the first ones.</summary>
    public const int Most = 1024;

    /// <summary>Reads the supplementary groups of a thread.</summary>
    /// <param name="pid">The thread; 0: the kernel's own request.</param>
    /// <param name="uid">Its fsuid, as the request has it: another one in /proc means another process by now.</param>
    /// <param name="groups">Where they go.</param>
    /// <returns>How many; 0 where they cannot be known.</returns>
    public static int Read(uint pid, uint uid, Span<uint> groups)
    {
        Span<byte> path = stackalloc byte[32];
        "/proc/"u8.CopyTo(path);
        if (pid == 0 || !Utf8Formatter.TryFormat(pid, path["/proc/"u8.Length..], out int digits))
            return 0;
        "/status\0"u8.CopyTo(path[("/proc/"u8.Length + digits)..]);
        CString name = CString.FromTerminated(path[..("/proc//status\0"u8.Length + digits)]);
        if (Libc.Openat(SafeFd.CurrentDirectory, name, OpenFlags.O_RDONLY, 0, out SafeFd fd) != Errno.OK)
            return 0;
        using (fd)
        {
            // Up to the Groups line a status has some 200 bytes, then up to 11 a group.
            Span<byte> status = stackalloc byte[512 + (Most * 11)];
            return Libc.Read(fd, status, out int length) == Errno.OK ? Parse(status[..length], uid, groups) : 0;
        }
    }

    /// <summary>Whether a thread has a supplementary group; not where that cannot be known.</summary>
    public static bool Contains(uint pid, uint uid, uint group)
    {
        Span<uint> groups = stackalloc uint[Most];
        return groups[..Read(pid, uid, groups)].Contains(group);
    }

    /// <summary>Takes the groups from a status file whose fourth uid, the fsuid, is the expected one.</summary>
    internal static int Parse(ReadOnlySpan<byte> status, uint uid, Span<uint> groups)
    {
        Span<uint> uids = stackalloc uint[4];
        if (Numbers(status, "\nUid:"u8, uids) != 4 || uids[3] != uid)
            return 0;
        return Numbers(status, "\nGroups:"u8, groups);
    }

    private static int Numbers(ReadOnlySpan<byte> status, ReadOnlySpan<byte> field, Span<uint> numbers)
    {
        int start = status.IndexOf(field);
        if (start < 0)
            return 0;
        ReadOnlySpan<byte> line = status[(start + field.Length)..];
        int end = line.IndexOf((byte)'\n');

        // A list longer than what was read ends in half a number.
        if (end < 0)
            end = line.LastIndexOf((byte)' ');
        line = line[..Math.Max(end, 0)];
        int count = 0;
        while (count < numbers.Length)
        {
            line = line.TrimStart(" \t"u8);
            if (!Utf8Parser.TryParse(line, out uint number, out int length))
                break;
            numbers[count++] = number;
            line = line[length..];
        }

        return count;
    }
}
