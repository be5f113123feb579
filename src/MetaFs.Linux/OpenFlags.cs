// O_* flags of open(2). Four of them differ between x64 and arm64; the choice is made here and nowhere else.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>Flags of open(2) in the numbers of the running architecture, as FUSE_OPEN carries them.</summary>
/// <param name="Value">The C value. The default is O_RDONLY.</param>
public readonly record struct OpenFlags(int Value)
{
#pragma warning disable CS1591 // C names; open(2) has the rest.
    public static readonly OpenFlags O_RDONLY = new(0);
    public static readonly OpenFlags O_WRONLY = new(1);
    public static readonly OpenFlags O_RDWR = new(2);
    public static readonly OpenFlags O_ACCMODE = new(3);
    public static readonly OpenFlags O_CREAT = new(0x40);
    public static readonly OpenFlags O_EXCL = new(0x80);
    public static readonly OpenFlags O_NOCTTY = new(0x100);
    public static readonly OpenFlags O_TRUNC = new(0x200);
    public static readonly OpenFlags O_APPEND = new(0x400);
    public static readonly OpenFlags O_NONBLOCK = new(0x800);
    public static readonly OpenFlags O_DSYNC = new(0x1000);
    public static readonly OpenFlags O_ASYNC = new(0x2000);
    public static readonly OpenFlags O_DIRECT = Choose(generic: 0x4000, arm64: 0x10000);
    public static readonly OpenFlags O_LARGEFILE = Choose(generic: 0x8000, arm64: 0x20000);
    public static readonly OpenFlags O_DIRECTORY = Choose(generic: 0x10000, arm64: 0x4000);
    public static readonly OpenFlags O_NOFOLLOW = Choose(generic: 0x20000, arm64: 0x8000);
    public static readonly OpenFlags O_NOATIME = new(0x40000);
    public static readonly OpenFlags O_CLOEXEC = new(0x80000);
    public static readonly OpenFlags O_SYNC = new(0x101000);
    public static readonly OpenFlags O_PATH = new(0x200000);
    public static readonly OpenFlags O_TMPFILE = new OpenFlags(0x400000) | O_DIRECTORY;
#pragma warning restore CS1591

    /// <summary>O_RDONLY, O_WRONLY or O_RDWR.</summary>
    public OpenFlags AccessMode => this & O_ACCMODE;

    /// <summary>Both sets together.</summary>
    public static OpenFlags operator |(OpenFlags left, OpenFlags right) => new(left.Value | right.Value);

    /// <summary>What both sets have.</summary>
    public static OpenFlags operator &(OpenFlags left, OpenFlags right) => new(left.Value & right.Value);

    /// <summary>Everything else.</summary>
    public static OpenFlags operator ~(OpenFlags flags) => new(~flags.Value);

    /// <summary>Whether all bits of <paramref name="flags"/> are set. O_RDONLY is no bit: see AccessMode.</summary>
    public bool Has(OpenFlags flags) => (Value & flags.Value) == flags.Value;

    /// <summary>The value as C writes it: 0x8241.</summary>
    public override string ToString() => $"0x{Value:x}";

    private static OpenFlags Choose(int generic, int arm64) =>
        new(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? arm64 : generic);
}
