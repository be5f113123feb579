// POSIX access control lists (acl(5)): what they say about a file's mode, and the mode about them. Pure.
using System.Buffers.Binary;

namespace MetaFs.Passthrough.Attributes;

/// <summary>What an ACL says in short.</summary>
/// <param name="Mode">rwx of owner, group and others; the mask stands for the group where there is one.</param>
/// <param name="Group">rwx of the owning group itself.</param>
/// <param name="IsMinimal">Whether it says no more than the mode does.</param>
internal readonly record struct AclSummary(uint Mode, uint Group, bool IsMinimal);

/// <summary>Reads and changes an ACL in the form that the kernel gives and takes (linux/posix_acl_xattr.h, version 2).</summary>
/// <remarks>
/// Owner, others, and the mask (or the group, where there is no mask) are the mode's permission bits, and the mode is the
/// authority: <see cref="Show"/> brings an ACL up to date when it is read, so no chmod has to write one.
/// </remarks>
internal static class PosixAcl
{
    /// <summary>The largest ACL that FUSE hands on: a page (fs/fuse/acl.c).</summary>
    public const int LargestSize = 4096;

    private const uint Version = 2;
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const ushort ACL_USER_OBJ = 0x01;
    private const ushort ACL_USER = 0x02;
    private const ushort ACL_GROUP_OBJ = 0x04;
    private const ushort ACL_GROUP = 0x08;
    private const ushort ACL_MASK = 0x10;
    private const ushort ACL_OTHER = 0x20;
    private const uint AllPermissions = 7;

    /// <summary>Reads an ACL as strictly as posix_acl_valid of the kernel.</summary>
    /// <returns>False: no ACL; entries missing, twice or out of order; or names without a mask.</returns>
    public static bool TryRead(ReadOnlySpan<byte> acl, out AclSummary summary)
    {
        summary = default;
        if (!HasForm(acl))
            return false;
        ushort last = 0;
        int seen = 0;
        for (ReadOnlySpan<byte> rest = acl[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            ushort tag = Tag(rest);
            bool repeats = tag == last && tag is ACL_USER or ACL_GROUP;
            bool isKnown = tag is ACL_USER_OBJ or ACL_USER or ACL_GROUP_OBJ or ACL_GROUP or ACL_MASK or ACL_OTHER;
            if (!isKnown || (tag <= last && !repeats) || Permissions(rest) > AllPermissions)
                return false;
            last = tag;
            seen |= tag;
            summary = Add(summary, tag, Permissions(rest));
        }

        const int required = ACL_USER_OBJ | ACL_GROUP_OBJ | ACL_OTHER;
        bool needsMask = (seen & (ACL_USER | ACL_GROUP)) != 0;
        summary = summary with { IsMinimal = seen == required };
        return (seen & required) == required && (!needsMask || (seen & ACL_MASK) != 0);
    }

    /// <summary>Writes a mode's permission bits into an ACL.</summary>
    public static void Show(Span<byte> acl, uint mode)
    {
        if (!HasForm(acl))
            return;
        bool hasMask = HasMask(acl);
        for (Span<byte> rest = acl[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            if (ShiftOf(Tag(rest), hasMask) is { } shift)
                SetPermissions(rest, (mode >> shift) & AllPermissions);
        }
    }

    /// <summary>Makes of a directory's default ACL the access ACL of what is made there (posix_acl_create_masq of the kernel).</summary>
    /// <param name="acl">The default ACL, a valid one; then the new inode's.</param>
    /// <param name="mode">The mode that was asked for; then the one that it gets. The umask has no part in it.</param>
    /// <returns>Whether it is no more than the mode.</returns>
    public static bool Inherit(Span<byte> acl, ref uint mode)
    {
        bool hasMask = HasMask(acl);
        for (Span<byte> rest = acl[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            if (ShiftOf(Tag(rest), hasMask) is not { } shift)
                continue;
            uint permissions = Permissions(rest) & (mode >> shift);
            SetPermissions(rest, permissions);
            mode = (mode & ~(AllPermissions << shift)) | (permissions << shift);
        }

        return TryRead(acl, out AclSummary summary) && summary.IsMinimal;
    }

    /// <summary>Whether an ACL lets a user who does not own the file do something (posix_acl_permission of the kernel).</summary>
    /// <param name="acl">The ACL; what is none lets nobody do anything.</param>
    /// <param name="uid">Who asks.</param>
    /// <param name="groups">All groups of his.</param>
    /// <param name="owningGroup">The file's.</param>
    /// <param name="wanted">rwx.</param>
    public static bool Lets(
        ReadOnlySpan<byte> acl, uint uid, ReadOnlySpan<uint> groups, uint owningGroup, uint wanted)
    {
        if (!TryRead(acl, out AclSummary summary))
            return false;
        uint mask = HasMask(acl) ? (summary.Mode >> 3) & AllPermissions : AllPermissions;
        bool isInGroup = false;
        for (ReadOnlySpan<byte> rest = acl[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            bool lets = (Permissions(rest) & wanted) == wanted;
            switch (Tag(rest))
            {
                case ACL_USER when Id(rest) == uid:
                    return lets && (mask & wanted) == wanted;
                case ACL_GROUP_OBJ when groups.Contains(owningGroup):
                case ACL_GROUP when groups.Contains(Id(rest)):
                    if (lets)
                        return (mask & wanted) == wanted;
                    isInGroup = true;
                    break;
                case ACL_OTHER:
                    return lets && !isInGroup;
            }
        }

        return false;
    }

    private static AclSummary Add(AclSummary summary, ushort tag, uint permissions) => tag switch
    {
        ACL_USER_OBJ => summary with { Mode = summary.Mode | (permissions << 6) },
        ACL_GROUP_OBJ => summary with { Mode = summary.Mode | (permissions << 3), Group = permissions },
        ACL_MASK => summary with { Mode = (summary.Mode & ~(AllPermissions << 3)) | (permissions << 3) },
        ACL_OTHER => summary with { Mode = summary.Mode | permissions },
        _ => summary,
    };

    // Where in the mode an entry's permissions are; null: nowhere.
    private static int? ShiftOf(ushort tag, bool hasMask) => tag switch
    {
        ACL_USER_OBJ => 6,
        ACL_GROUP_OBJ when !hasMask => 3,
        ACL_MASK => 3,
        ACL_OTHER => 0,
        _ => null,
    };

    private static bool HasForm(ReadOnlySpan<byte> acl) =>
        acl.Length > HeaderSize && (acl.Length - HeaderSize) % EntrySize == 0
        && BinaryPrimitives.ReadUInt32LittleEndian(acl) == Version;

    private static bool HasMask(ReadOnlySpan<byte> acl)
    {
        for (ReadOnlySpan<byte> rest = acl[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            if (Tag(rest) == ACL_MASK)
                return true;
        }

        return false;
    }

    private static ushort Tag(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt16LittleEndian(entry);

    private static uint Permissions(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);

    private static uint Id(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);

    private static void SetPermissions(Span<byte> entry, uint permissions) =>
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)permissions);
}
