// A fifo, socket or device as a plain file that the Linux CIFS client (mount.cifs(8), sfu) takes for one. Pure.
using System.Buffers.Binary;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Objects;

/// <summary>A word for the type, eight bytes with its NUL, then major and minor number, eight little-endian bytes each.</summary>
/// <remarks>
/// fs/smb/client: struct win_dev, written by __cifs_sfu_make_node and read by cifs_sfu_type, which asks for the DOS attribute
/// SYSTEM as well. Devices are in the form of Microsoft's Services for Unix; fifos and sockets are Linux's own.
/// </remarks>
internal static class SpecialPlaceholder
{
    /// <summary>The file's size, bytes.</summary>
    public const int Size = 24;

    private const int MajorOffset = 8;
    private const int MinorOffset = 16;

    /// <summary>Writes the content of a special file's placeholder.</summary>
    /// <param name="type">S_IFMT bits.</param>
    /// <param name="rdev">Device number in the kernel's 32-bit form; 0 for what is no device.</param>
    /// <param name="content"><see cref="Size"/> bytes.</param>
    public static void Write(uint type, uint rdev, Span<byte> content)
    {
        Word(type).CopyTo(content);
        BinaryPrimitives.WriteUInt64LittleEndian(content[MajorOffset..], DeviceNumber.Major(rdev));
        BinaryPrimitives.WriteUInt64LittleEndian(content[MinorOffset..], DeviceNumber.Minor(rdev));
    }

    /// <summary>Whether a file's content stands for this.</summary>
    public static bool Holds(ReadOnlySpan<byte> content, uint type, uint rdev)
    {
        Span<byte> wanted = stackalloc byte[Size];
        Write(type, rdev, wanted);
        return content.SequenceEqual(wanted);
    }

    private static ReadOnlySpan<byte> Word(uint type) => type switch
    {
        FileMode.S_IFCHR => "IntxCHR\0"u8,
        FileMode.S_IFBLK => "IntxBLK\0"u8,
        FileMode.S_IFIFO => "LnxFIFO\0"u8,
        FileMode.S_IFSOCK => "LnxSOCK\0"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no special file"),
    };
}
