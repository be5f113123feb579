// What stands on the share for an object that it cannot hold, and how the object is shown in its place. Pure.
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Objects;

/// <summary>Placeholders of all kinds.</summary>
internal static class Placeholder
{
    /// <summary>The largest content, bytes.</summary>
    public const int LargestSize = SymlinkPlaceholder.Size;

    private const uint SymlinkPermissions = 0x1FF;

    /// <summary>Whether what the share shows can be a placeholder: all that an ordinary file costs.</summary>
    public static bool MayBe(in Statx stat) =>
        stat.Size is SymlinkPlaceholder.Size or SpecialPlaceholder.Size && FileMode.IsRegular(stat.Mode);

    /// <summary>Whether what the share shows can be a symbolic link's placeholder.</summary>
    public static bool MayBeSymlink(in Statx stat) =>
        stat.Size == SymlinkPlaceholder.Size && FileMode.IsRegular(stat.Mode);

    /// <summary>The size of an object's placeholder, bytes.</summary>
    public static int SizeOf(EmulatedObject item) =>
        item.Target is null ? SpecialPlaceholder.Size : SymlinkPlaceholder.Size;

    /// <summary>Writes the content of an object's placeholder, <see cref="SizeOf"/> bytes.</summary>
    public static void Write(EmulatedObject item, Span<byte> content)
    {
        if (item.Target is { } target)
            SymlinkPlaceholder.Write(target, content);
        else
            SpecialPlaceholder.Write(item.Type, item.Rdev, content);
    }

    /// <summary>Whether a file's content still stands for the object.</summary>
    public static bool Holds(ReadOnlySpan<byte> content, EmulatedObject item) => item.Target is { } target
        ? SymlinkPlaceholder.Holds(content, target)
        : SpecialPlaceholder.Holds(content, item.Type, item.Rdev);

    /// <summary>What programs see in a placeholder's place; owner, times and links are its own.</summary>
    public static Statx Show(EmulatedObject item, in Statx stat)
    {
        uint permissions = FileMode.IsSymlink(item.Type) ? SymlinkPermissions : FileMode.PermissionsOf(stat.Mode);
        return stat with
        {
            Mode = item.Type | permissions,
            Size = (ulong)(item.Target?.Length ?? 0),
            Blocks = 0,
            RdevMajor = DeviceNumber.Major(item.Rdev),
            RdevMinor = DeviceNumber.Minor(item.Rdev),
        };
    }

    /// <summary>The bit of a file type; None for what every share can hold.</summary>
    public static ObjectKinds KindOf(uint type) => FileMode.TypeOf(type) switch
    {
        FileMode.S_IFLNK => ObjectKinds.Symlink,
        FileMode.S_IFIFO => ObjectKinds.Fifo,
        FileMode.S_IFSOCK => ObjectKinds.Socket,
        FileMode.S_IFCHR => ObjectKinds.CharDevice,
        FileMode.S_IFBLK => ObjectKinds.BlockDevice,
        _ => ObjectKinds.None,
    };
}
