// The extended attributes of one file after the other.
using MetaFs.Linux;

namespace MetaFs.Cli.Transfer;

/// <summary>Reads and sets attributes; keeps its buffers. One thread.</summary>
internal sealed class FileXattrs
{
    // XATTR_LIST_MAX and XATTR_SIZE_MAX: more never leaves the kernel.
    private readonly byte[] _names = new byte[65536];
    private readonly byte[] _value = new byte[65536];

    /// <summary>All that go with a file, by name.</summary>
    /// <param name="file">The file; O_PATH descriptors work.</param>
    /// <param name="xattrs">None where the file system has no such thing.</param>
    public Errno Read(SafeFd file, out IReadOnlyList<EntryXattr> xattrs)
    {
        xattrs = [];
        Errno errno = Libc.Flistxattr(file, _names, out int size);
        if (errno != Errno.OK || size == 0)
            return errno is Errno.EOPNOTSUPP ? Errno.OK : errno;
        List<EntryXattr> found = [];
        string[] names = TextLines.Text(_names.AsSpan(0, size - 1)).Split('\0');
        foreach (string name in names.Where(EntryXattr.IsCarried).Order(StringComparer.Ordinal))
        {
            errno = Libc.Fgetxattr(file, Name(name), _value, out int length);
            if (errno == Errno.OK)
                found.Add(new EntryXattr(name, _value[..length]));
            else if (errno is not (Errno.ENODATA or Errno.EOPNOTSUPP))
                return errno;
        }

        xattrs = found;
        return Errno.OK;
    }

    /// <summary>Whether a file has an attribute with this value.</summary>
    public bool Has(SafeFd file, EntryXattr xattr) =>
        Libc.Fgetxattr(file, Name(xattr.Name), _value, out int length) == Errno.OK
        && _value.AsSpan(0, length).SequenceEqual(xattr.Value);

    /// <summary>Sets one.</summary>
    public static Errno Set(SafeFd file, EntryXattr xattr) =>
        Libc.Fsetxattr(file, Name(xattr.Name), xattr.Value, 0);

    private static CString Name(string name) => CString.FromTerminated(TextLines.Bytes(name + "\0"));
}
