// Opening files and moving bytes by name.
using System.Text;

namespace MetaFs.Posix.Directories;

internal sealed partial class CaseDirectory
{
    /// <summary>Opens and closes again.</summary>
    public Errno Open(string path, OpenFlags flags, Mode mode = default)
    {
        Errno errno = TryOpen(path, flags, mode, out SafeFd fd);
        fd.Dispose();
        return errno;
    }

    public Errno TryOpen(string path, OpenFlags flags, Mode mode, out SafeFd fd) =>
        Libc.Openat(Fd, Z(path), flags | O_CLOEXEC, mode.Bits, out fd);

    /// <summary>A descriptor of what must open; closed with the case.</summary>
    public SafeFd Opened(string path, OpenFlags flags, Mode mode = default)
    {
        TryOpen(path, flags, mode, out SafeFd fd).Ok($"open {path} {flags}");
        return Track(fd);
    }

    /// <summary>A new file.</summary>
    public void File(string path, string content = "", int mode = 644)
    {
        SafeFd fd = SafeFd.Invalid;
        WithoutUmask(() => TryOpen(path, O_WRONLY | O_CREAT | O_EXCL, mode, out fd)).Ok($"create {path}");
        using (fd)
        {
            if (content.Length != 0)
                fd.Write(content).Ok($"write {path}");
        }

        SetIdBits(path, mode);
    }

    /// <summary>A new file of somebody.</summary>
    public void FileOf(Identity who, string path, int mode, uint? group = null, string content = "x")
    {
        File(path, content);
        Chown(path, who.Uid, group ?? who.Gid).Ok();
        Chmod(path, mode).Ok();
    }

    /// <summary>A new directory of somebody.</summary>
    public void DirectoryOf(Identity who, string path, int mode, uint? group = null)
    {
        Mkdir(path, 700).Ok();
        Chown(path, who.Uid, group ?? who.Gid).Ok();
        Chmod(path, mode).Ok();
    }

    public string Content(string path)
    {
        TryOpen(path, O_RDONLY, 0, out SafeFd fd).Ok($"open {path} for reading");
        using (fd)
            return fd.ReadToEnd();
    }

    /// <summary>Adds to the end of a file.</summary>
    public Errno Append(string path, string text)
    {
        Errno errno = TryOpen(path, O_WRONLY | O_APPEND, 0, out SafeFd fd);
        using (fd)
            return errno == OK ? fd.Write(text) : errno;
    }

    /// <summary>The names in a directory, sorted, without "." and "..".</summary>
    public string[] Names(string path = ".")
    {
        using SafeFd fd = Opened(path, O_RDONLY | O_DIRECTORY);
        return [.. fd.Entries().Select(entry => entry.Name).Where(name => name is not ("." or ".."))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Text as the bytes that files hold.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
