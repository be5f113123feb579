// rsync --fake-super's user.rsync.%aacl and user.rsync.%dacl.
using System.Buffers.Binary;

namespace MetaFs.Cli.Transfer;

/// <summary>
/// Numbers of four bytes, little-endian: the permissions of owner, group, mask and others, then number and permissions of each
/// named user and group (set_rsync_acl in rsync's acls.c). Pure.
/// </summary>
internal static class RsyncAcl
{
    private const int NumberSize = 4;
    private const int BaseSize = 4 * NumberSize;
    private const int NamedSize = 2 * NumberSize;

    // NO_ENTRY: what the mode says as well is left out (rsync_acl_strip_perms). NAME_IS_USER: else it is a group's.
    private const uint Absent = 0x80;
    private const uint IsUser = 1u << 31;

    /// <summary>The kernel's form of an ACL.</summary>
    /// <param name="value">The attribute.</param>
    /// <param name="mode">The file's, where what is left out is taken from it; null for a default ACL, which is whole.</param>
    /// <param name="line">Where it is, for messages.</param>
    /// <exception cref="EntryFormatException">It is malformed.</exception>
    public static byte[] Acl(ReadOnlySpan<byte> value, uint? mode, long line)
    {
        if (value.Length < BaseSize || (value.Length - BaseSize) % NamedSize != 0)
            throw new EntryFormatException(line, "no ACL of rsync: its length is odd");
        List<AclEntry> entries = [];
        uint named = 0;
        for (ReadOnlySpan<byte> rest = value[BaseSize..]; !rest.IsEmpty; rest = rest[NamedSize..])
        {
            uint access = Number(rest, 1);
            uint bits = Bits(access & ~IsUser, line);
            named |= bits;
            ushort tag = (access & IsUser) != 0 ? AclEntry.User : AclEntry.Group;
            entries.Add(new AclEntry(tag, Number(rest, 0), bits));
        }

        uint group = Base(Number(value, 1), mode >> 3, line);
        entries.Add(new AclEntry(AclEntry.UserObject, AclEntry.NoId, Base(Number(value, 0), mode >> 6, line)));
        entries.Add(new AclEntry(AclEntry.GroupObject, AclEntry.NoId, group));
        entries.Add(new AclEntry(AclEntry.Other, AclEntry.NoId, Base(Number(value, 3), mode, line)));

        // The kernel wants a mask where somebody is named.
        if (Number(value, 2) is var mask && mask != Absent)
            entries.Add(new AclEntry(AclEntry.Mask, AclEntry.NoId, Bits(mask, line)));
        else if (entries.Count > 3)
            entries.Add(new AclEntry(AclEntry.Mask, AclEntry.NoId, mode is { } known ? (known >> 3) & 7 : named | group));
        return AclText.Acl(entries);
    }

    private static uint Base(uint bits, uint? shown, long line) =>
        bits != Absent ? Bits(bits, line)
        : shown is { } known ? known & 7
        : throw new EntryFormatException(line, "no default ACL of rsync: it is not whole");

    private static uint Number(ReadOnlySpan<byte> numbers, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(numbers[(index * NumberSize)..]);

    private static uint Bits(uint access, long line) =>
        access <= 7 ? access : throw new EntryFormatException(line, "no ACL of rsync: a permission is none");
}
