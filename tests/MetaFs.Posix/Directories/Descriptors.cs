// Calls on open files.
using System.Text;

namespace MetaFs.Posix.Directories;

/// <summary>An entry as getdents64(2) shows it.</summary>
internal readonly record struct Entry(string Name, ulong Ino, byte Type, long Off);

/// <summary>What cases do with a descriptor.</summary>
internal static class Descriptors
{
    public static Status Stat(this SafeFd fd)
    {
        Libc.Fstatx(fd, StatxMask.STATX_BASIC_STATS, out Statx statx).Ok("fstat");
        return new Status(statx);
    }

    public static Errno Write(this SafeFd fd, string text)
    {
        byte[] bytes = CaseDirectory.Bytes(text);
        Errno errno = Libc.Write(fd, bytes, out int written);
        if (errno == OK)
            written.Is(bytes.Length, "bytes written");
        return errno;
    }

    public static Errno Pwrite(this SafeFd fd, string text, long offset) =>
        Libc.Pwrite(fd, CaseDirectory.Bytes(text), (ulong)offset, out _);

    public static Errno TryRead(this SafeFd fd, int length, out string text)
    {
        byte[] buffer = new byte[length];
        Errno errno = Libc.Read(fd, buffer, out int count);
        text = Encoding.Latin1.GetString(buffer, 0, count);
        return errno;
    }

    /// <summary>Up to so many bytes from there, which must be readable.</summary>
    public static string Pread(this SafeFd fd, int length, long offset)
    {
        byte[] buffer = new byte[length];
        Libc.Pread(fd, buffer, (ulong)offset, out int count).Ok("pread");
        return Encoding.Latin1.GetString(buffer, 0, count);
    }

    /// <summary>Everything from the file position on.</summary>
    public static string ReadToEnd(this SafeFd fd)
    {
        StringBuilder all = new();
        while (true)
        {
            fd.TryRead(65536, out string text).Ok("read");
            if (text.Length == 0)
                return all.ToString();
            all.Append(text);
        }
    }

    public static long Seek(this SafeFd fd, long offset, int whence)
    {
        Libc.Lseek(fd, offset, whence, out long position).Ok("lseek");
        return position;
    }

    public static Errno Chmod(this SafeFd fd, Mode mode) => Libc.Fchmod(fd, mode.Bits);

    public static Errno Chown(this SafeFd fd, uint uid, uint gid) =>
        Libc.Fchownat(fd, CString.Empty, uid, gid, AtFlags.AT_EMPTY_PATH);

    public static Errno Utimens(this SafeFd fd, long atime, long mtime) => Libc.Utimensat(
        fd, CString.Empty, Timespec.FromNanoseconds(atime), Timespec.FromNanoseconds(mtime), AtFlags.None);

    public static Errno Truncate(this SafeFd fd, long length) => Syscalls.Ftruncate(fd, length);

    /// <summary>One getdents64(2) call.</summary>
    public static Errno TryEntries(this SafeFd fd, int size, List<Entry> entries)
    {
        byte[] buffer = new byte[size];
        Errno errno = Libc.Getdents64(fd, buffer, out int length);
        foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
            entries.Add(new Entry(Encoding.Latin1.GetString(entry.Name.Bytes), entry.Ino, entry.Type, entry.Off));
        return errno;
    }

    /// <summary>All entries from the position on, "." and ".." among them.</summary>
    public static List<Entry> Entries(this SafeFd fd)
    {
        List<Entry> all = [];
        while (true)
        {
            int before = all.Count;
            fd.TryEntries(32768, all).Ok("getdents64");
            if (all.Count == before)
                return all;
        }
    }

    public static Errno SetXattr(this SafeFd fd, string name, string value, int flags = 0) => Libc.Fsetxattr(
        fd, CString.FromTerminated(CaseDirectory.Terminated(name)), CaseDirectory.Bytes(value), flags);

    public static Errno GetXattr(this SafeFd fd, string name, out string value, int size = 256)
    {
        byte[] buffer = new byte[size];
        CString terminated = CString.FromTerminated(CaseDirectory.Terminated(name));
        Errno errno = Libc.Fgetxattr(fd, terminated, buffer, out int length);
        value = Encoding.Latin1.GetString(buffer, 0, Math.Min(length, size));
        return errno;
    }
}
