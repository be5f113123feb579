// Calls that make, move and remove names.
using System.Text;

namespace MetaFs.Posix.Directories;

internal sealed partial class CaseDirectory
{
    public Errno Mkdir(string path, Mode mode) => Libc.Mkdirat(Fd, Z(path), mode.Bits);

    /// <summary>A directory that must come to be, with that mode whatever the umask.</summary>
    public void Directory(string path, int mode = 755)
    {
        WithoutUmask(() => Mkdir(path, mode)).Ok($"mkdir {path}");
        SetIdBits(path, mode);
    }

    public Errno Rmdir(string path) => Libc.Unlinkat(Fd, Z(path), AtFlags.AT_REMOVEDIR);

    public Errno Unlink(string path) => Libc.Unlinkat(Fd, Z(path), AtFlags.None);

    public Errno Link(string from, string to, AtFlags flags = AtFlags.None) =>
        Libc.Linkat(Fd, Z(from), Fd, Z(to), flags);

    /// <summary>Gives an open file a name.</summary>
    public Errno Link(SafeFd from, string to) =>
        Libc.Linkat(from, CString.Empty, Fd, Z(to), AtFlags.AT_EMPTY_PATH);

    public Errno Rename(string from, string to, RenameFlags flags = RenameFlags.None) =>
        Libc.Renameat2(Fd, Z(from), Fd, Z(to), flags);

    public Errno Symlink(string target, string path) => Libc.Symlinkat(Z(target), Fd, Z(path));

    public Errno Readlink(string path, out string target)
    {
        byte[] buffer = new byte[4097];
        Errno errno = Libc.Readlinkat(Fd, Z(path), buffer, out int length);
        target = Encoding.Latin1.GetString(buffer, 0, length);
        return errno;
    }

    /// <summary>Where a link that must be there points.</summary>
    public string Target(string path)
    {
        Readlink(path, out string target).Ok();
        return target;
    }

    public Errno Mknod(string path, uint type, Mode mode, uint major = 0, uint minor = 0) =>
        Libc.Mknodat(Fd, Z(path), type | mode.Bits, DeviceNumber.Make(major, minor));

    public Errno Mkfifo(string path, Mode mode) => Mknod(path, FileMode.S_IFIFO, mode);

    /// <summary>An object of that type that must come to be; devices are null's.</summary>
    public void Make(string path, uint type, int mode = 644)
    {
        switch (type)
        {
            case FileMode.S_IFREG:
                File(path, "", mode);
                break;
            case FileMode.S_IFDIR:
                Directory(path, mode);
                break;
            case FileMode.S_IFLNK:
                Symlink("nowhere", path).Ok();
                break;
            default:
                WithoutUmask(() => Mknod(path, type, mode, 1, 3)).Ok($"mknod {path}");
                SetIdBits(path, mode);
                break;
        }
    }

    /// <summary>Removes what <see cref="Make"/> made.</summary>
    public Errno Remove(string path, uint type) => type == FileMode.S_IFDIR ? Rmdir(path) : Unlink(path);
}
