// The program's own subdirectory: made in DIR, removed with all it holds.
using System.Text;

namespace MetaFs.Posix.Directories;

/// <summary>Directories for cases and probes below one that is removed in the end.</summary>
internal sealed class TemporaryTree : IDisposable
{
    // A file's last close may reach a server, or the daemon of a FUSE file system, after close(2) is over.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly SafeFd _above;
    private readonly string _name;
    private readonly SafeFd _fd;
    private int _made;

    private TemporaryTree(SafeFd above, string name, SafeFd fd)
    {
        _above = above;
        _name = name;
        _fd = fd;
    }

    /// <summary>Makes it; a complaint where that is not possible.</summary>
    /// <param name="directory">DIR.</param>
    /// <param name="suffix">Tells two trees apart that are in one directory by two ways: mount and share.</param>
    /// <param name="tree">What was made.</param>
    public static string? TryMake(string directory, string suffix, out TemporaryTree? tree)
    {
        tree = null;
        CString path = CString.FromTerminated([.. Encoding.UTF8.GetBytes(directory), 0]);
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, out SafeFd above);
        if (errno != OK)
            return $"{directory}: {errno}";
        string name = $"metafs-posix.{Libc.Getpid()}{suffix}";
        errno = Make(above, name, out SafeFd fd);
        if (errno != OK)
            return $"{directory}/{name}: cannot be made: {errno}";
        tree = new TemporaryTree(above, name, fd);
        return null;
    }

    /// <summary>Runs the body in a fresh directory and removes that.</summary>
    public void In(Identity me, Action<CaseDirectory> body)
    {
        string name = $"c{++_made}";
        Errno errno = Make(_fd, name, out SafeFd fd);
        if (errno != OK)
            throw new ExpectationException($"mkdir of the case's directory: {errno}");
        using (CaseDirectory directory = new(fd, me))
        {
            try
            {
                body(directory);
            }
            catch
            {
                directory.Dispose();
                RemovePatiently(_fd, name);
                throw;
            }
        }

        string? left = RemovePatiently(_fd, name);
        if (left is not null)
            throw new ExpectationException($"what the case made cannot be removed: {left}");
    }

    public void Dispose()
    {
        _fd.Dispose();
        string? left = RemovePatiently(_above, _name);
        _above.Dispose();
        if (left is not null)
            Console.Error.WriteLine($"metafs-posix: {_name} stays behind: {left}");
    }

    private static Errno Make(SafeFd parent, string name, out SafeFd fd)
    {
        fd = SafeFd.Invalid;
        Errno errno = Libc.Mkdirat(parent, Z(name), 0x1C0);
        if (errno == OK)
            errno = Libc.Openat(parent, Z(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, out fd);
        if (errno == OK)
        {
            // a setgid directory above must not decide about groups here
            _ = Libc.Fchownat(fd, CString.Empty, uint.MaxValue, Libc.Getegid(), AtFlags.AT_EMPTY_PATH);
            _ = Libc.Fchmod(fd, ((Mode)755).Bits);
        }

        return errno;
    }

    private static string? RemovePatiently(SafeFd parent, string name)
    {
        long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (true)
        {
            string? left = Remove(parent, name, name);
            if (left is null || Environment.TickCount64 > end)
                return left;
            Thread.Sleep(50);
        }
    }

    /// <summary>Removes a name and all below; tells the first one that stays.</summary>
    private static string? Remove(SafeFd parent, string name, string path)
    {
        Errno errno = Libc.Unlinkat(parent, Z(name), AtFlags.None);
        if (errno is OK or ENOENT)
            return null;
        if (errno is not (EISDIR or EPERM))
            return $"{path}: {errno}";
        errno = Libc.Openat(parent, Z(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, out SafeFd fd);
        if (errno == EACCES)
        {
            _ = Syscalls.Fchmodat(parent, CaseDirectory.Terminated(name), ((Mode)700).Bits);
            errno = Libc.Openat(parent, Z(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, out fd);
        }

        if (errno != OK)
            return $"{path}: {errno}";
        using (fd)
        {
            _ = Libc.Fchmod(fd, ((Mode)700).Bits);
            foreach (Entry entry in fd.Entries())
            {
                if (entry.Name is "." or "..")
                    continue;
                string? left = Remove(fd, entry.Name, $"{path}/{entry.Name}");
                if (left is not null)
                    return left;
            }
        }

        errno = Libc.Unlinkat(parent, Z(name), AtFlags.AT_REMOVEDIR);
        return errno is OK or ENOENT ? null : $"{path}: {errno}";
    }

    private static CString Z(string name) => CString.FromTerminated(CaseDirectory.Terminated(name));
}
