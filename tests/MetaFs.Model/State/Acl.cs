using System.Buffers.Binary;

namespace MetaFs.Model.State;

/// <summary>POSIX ACLs as the kernel keeps them beside a mode (acl(5), fs/posix_acl.c), in the form of their attributes.</summary>
internal static class Acl
{
    public const string Access = "system.posix_acl_access";
    public const string Default = "system.posix_acl_default";

    // linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id.
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const ushort UserObj = 0x01;
    private const ushort User = 0x02;
    private const ushort GroupObj = 0x04;
    private const ushort Group = 0x08;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;

    public static bool IsAcl(string attribute) => attribute is Access or Default;

    /// <summary>A valid ACL that is known by a number.</summary>
    public static byte[] Make(int seed)
    {
        Random random = new(seed);
        int users = random.Next(3);
        int groups = random.Next(3);
        List<byte> acl = [2, 0, 0, 0];
        void Add(ushort tag, uint id)
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)random.Next(8));
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], id);
            acl.AddRange(entry);
        }

        Add(UserObj, uint.MaxValue);
        for (uint i = 0; i < users; i++)
            Add(User, 1000 + i);
        Add(GroupObj, uint.MaxValue);
        for (uint i = 0; i < groups; i++)
            Add(Group, 2000 + i);
        if (users + groups > 0 || random.Next(2) == 0)
            Add(Mask, uint.MaxValue);
        Add(Other, uint.MaxValue);
        return [.. acl];
    }

    /// <summary>Whether it says no more than a mode does; then it is kept as one (posix_acl_equiv_mode).</summary>
    public static bool IsMinimal(byte[] acl) => acl.Length == HeaderSize + (3 * EntrySize);

    /// <summary>The rwx bits of the mode that goes with an ACL.</summary>
    public static uint ModeOf(byte[] acl)
    {
        uint mode = 0;
        foreach ((int at, int shift) in ModeEntries(acl))
            mode |= (uint)acl[at] << shift;
        return mode;
    }

    /// <summary>The ACL after chmod (posix_acl_chmod).</summary>
    public static byte[] WithMode(byte[] acl, uint mode)
    {
        byte[] changed = [.. acl];
        foreach ((int at, int shift) in ModeEntries(acl))
            changed[at] = (byte)((mode >> shift) & 7);
        return changed;
    }

    // Where the permissions stand that are the mode's too: the mask's, where there is one, for the group.
    private static IEnumerable<(int At, int Shift)> ModeEntries(byte[] acl)
    {
        bool hasMask = false;
        for (int at = HeaderSize; at < acl.Length; at += EntrySize)
            hasMask |= acl[at] == Mask;
        for (int at = HeaderSize; at < acl.Length; at += EntrySize)
        {
            int shift = acl[at] switch
            {
                (byte)UserObj => 6,
                (byte)GroupObj when !hasMask => 3,
                (byte)Mask => 3,
                (byte)Other => 0,
                _ => -1,
            };
            if (shift >= 0)
                yield return (at + 2, shift);
        }
    }
}
