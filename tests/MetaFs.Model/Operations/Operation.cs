using System.Globalization;
using System.Text;

namespace MetaFs.Model.Operations;

/// <summary>One system call on the tree, or one look at it.</summary>
internal enum OperationKind
{
    Create,
    Tmpfile,
    Mkdir,
    Mknod,
    Symlink,
    Link,
    LinkHandle,
    Unlink,
    Rmdir,
    Rename,
    Chown,
    Chmod,
    Utimens,
    Write,
    MapWrite,
    Truncate,
    OpenTruncate,
    Fallocate,
    CopyRange,
    Open,
    Close,
    SetXattr,
    SetAcl,
    RemoveXattr,
    Fsync,
    Stat,
    ReadData,
    ReadDirectory,
    Readlink,
    ReadXattrs,
    Peek,
}

/// <summary>What is done, in terms of paths below the run's directory and of numbered handles.</summary>
internal sealed record Operation(OperationKind Kind)
{
    /// <summary>Leads to the inode; empty where <see cref="Handle"/> does.</summary>
    public string Path { get; init; } = "";

    /// <summary>The new path, a link's target or an attribute's name.</summary>
    public string Other { get; init; } = "";

    /// <summary>An open handle, or the one to be opened; -1: none.</summary>
    public int Handle { get; init; } = -1;

    /// <summary>Mknod: with the type.</summary>
    public uint Mode { get; init; }

    /// <summary>Mknod of a device.</summary>
    public uint Device { get; init; }

    /// <summary>Chown: the new owner. Otherwise: as whom.</summary>
    public uint Uid { get; init; }

    /// <summary>Chown: the new group. Otherwise: as which group.</summary>
    public uint Gid { get; init; }

    public long Offset { get; init; }

    public long Length { get; init; }

    /// <summary>CopyRange: where to read.</summary>
    public long Source { get; init; }

    /// <summary>What bytes are written.</summary>
    public int Seed { get; init; }

    /// <summary>Of rename, fallocate, stat; O_APPEND of write.</summary>
    public int Flags { get; init; }

    public Timespec Atime { get; init; }

    public Timespec Mtime { get; init; }

    /// <summary>Whether it can change anything but an access time.</summary>
    public bool Changes => Kind < OperationKind.Fsync && Kind is not (OperationKind.Open or OperationKind.Close);

    /// <summary>Whether it moves an access time and nothing else.</summary>
    public bool Reads => Kind is OperationKind.ReadData or OperationKind.ReadDirectory or OperationKind.Readlink;

    /// <summary>"rename plain/a plain/b flags=1": what <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        StringBuilder text = new(Kind.ToString());
        Add(text, "path", Path.Length == 0 ? null : ByteString.Escape(Path));
        Add(text, "other", Other.Length == 0 ? null : ByteString.Escape(Other));
        Add(text, "handle", Handle < 0 ? null : Number(Handle));
        Add(text, "mode", Mode == 0 ? null : "0" + Convert.ToString(Mode, 8));
        Add(text, "device", Device == 0 ? null : Number((int)Device));
        Add(text, "uid", Uid == 0 ? null : Number((int)Uid));
        Add(text, "gid", Gid == 0 ? null : Number((int)Gid));
        Add(text, "offset", Offset == 0 ? null : Number(Offset));
        Add(text, "length", Length == 0 ? null : Number(Length));
        Add(text, "source", Source == 0 ? null : Number(Source));
        Add(text, "seed", Seed == 0 ? null : Number(Seed));
        Add(text, "flags", Flags == 0 ? null : Number(Flags));
        if (Kind == OperationKind.Utimens)
        {
            Add(text, "atime", Atime.ToString());
            Add(text, "mtime", Mtime.ToString());
        }

        return text.ToString();
    }

    public static Operation Parse(string text)
    {
        string[] words = text.Split(' ');
        Operation operation = new(Enum.Parse<OperationKind>(words[0]));
        foreach (string word in words.Skip(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            operation = operation.With(word[..equals], word[(equals + 1)..]);
        }

        return operation;
    }

    private Operation With(string key, string value) => key switch
    {
        "path" => this with { Path = ByteString.Unescape(value) },
        "other" => this with { Other = ByteString.Unescape(value) },
        "handle" => this with { Handle = (int)Number(value) },
        "mode" => this with { Mode = Convert.ToUInt32(value, 8) },
        "device" => this with { Device = (uint)Number(value) },
        "uid" => this with { Uid = (uint)Number(value) },
        "gid" => this with { Gid = (uint)Number(value) },
        "offset" => this with { Offset = Number(value) },
        "length" => this with { Length = Number(value) },
        "source" => this with { Source = Number(value) },
        "seed" => this with { Seed = (int)Number(value) },
        "flags" => this with { Flags = (int)Number(value) },
        "atime" => this with { Atime = Time(value) },
        "mtime" => this with { Mtime = Time(value) },
        _ => throw new FormatException($"a journal of another version: {key}"),
    };

    private static void Add(StringBuilder text, string key, string? value)
    {
        if (value is not null)
            text.Append(' ').Append(key).Append('=').Append(value);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(string value) => long.Parse(value, CultureInfo.InvariantCulture);

    private static Timespec Time(string value)
    {
        int dot = value.IndexOf('.', StringComparison.Ordinal);
        return new Timespec(Number(value[..dot]), Number(value[(dot + 1)..]));
    }
}
